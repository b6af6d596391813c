"""What the programme adds to the site's record of a candidate: who was asked, which standards were compared."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from observatory.programme.models import Comparison, Invitation
from observatory.review.models import Candidate


def heard(candidate: Candidate) -> Iterator[str]:
    """Experts asked, by purpose and answer; how many, not who."""
    rows = Invitation.objects.filter(candidate=candidate).exclude(state=Invitation.State.WITHDRAWN)
    counts = Counter((one.get_purpose_display(), one.get_state_display()) for one in rows)
    for (purpose, state), n in sorted(counts.items()):
        yield f"{n} expert{'' if n == 1 else 's'} asked for: {purpose} ({state})."


def recognised(candidate: Candidate) -> Iterator[str]:
    """Standards of partners that were compared with ours, with how many of our units they hold."""
    rows = Comparison.objects.filter(brief__candidate=candidate).select_related("standard__partner", "brief")
    for row in rows.order_by("standard__partner__country", "standard__code", "pk"):
        theirs = row.standard
        ours = row.brief.units.count()
        held = row.matches.values("own").distinct().count()
        state = (
            f"agreed on {row.agreed_at.astimezone(dt.UTC).date().isoformat()}" if row.agreed_at else "not agreed yet"
        )
        gone = f"; withdrawn there on {theirs.withdrawn_on.isoformat()}" if theirs.withdrawn_on else ""
        yield (
            f"{theirs.partner.name} ({theirs.partner.country}): {theirs.code} {theirs.title} {theirs.edition}".rstrip()
            + f", {held} of our {ours} units found in it, {state}{gone}."
        )
