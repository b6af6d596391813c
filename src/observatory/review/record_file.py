"""The site's record of one candidate for the committee's file: where analysts and members differ, without names.

    {"format_version": 1, "candidate_id", "written_at", "dissent": [...], "heard": [...], "recognised": [...]}

Only what is no longer blind goes out: assessments of complete rounds, decisions that were published. The lines of
`heard` and `recognised` come from the programme.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Sequence

from observatory.errors import BadInput
from observatory.review.models import Assessment, Candidate, Criterion, Decision, Outcome
from observatory.review.sight import UNDER_WAY

FORMAT_VERSION = 1


def found_candidate(candidate_id: str) -> Candidate:
    """The candidate with an id. Raises `BadInput` where the site has none."""
    row: Candidate | None = Candidate.objects.filter(candidate_id=candidate_id).first()
    if row is None:
        raise BadInput(
            f"the site has no candidate {candidate_id!r}; bring its dossier in first: observatory review import FILE"
        )
    return row


def dissent(candidate: Candidate) -> Iterator[str]:
    """A line for each thing on which analysts or members of a committee differed."""
    closed = candidate.status not in UNDER_WAY
    rounds: dict[int, list[Assessment]] = {}
    for one in candidate.assessments.filter(submitted_at__isnull=False).order_by("round", "pk"):
        if closed or one.round < candidate.assessment_round:
            rounds.setdefault(one.round, []).append(one)
    for number, views in rounds.items():
        for criterion, words in Criterion.choices:
            points = sorted(int(one.points[criterion]) for one in views if criterion in one.points)
            if len(set(points)) > 1:
                yield f"Analysts differ on {words}: {', '.join(map(str, points))} points (round {number})."
        kinds = Counter(one.get_kind_display() for one in views if one.kind)
        if len(kinds) > 1:
            told = ", ".join(f"{kind} ({n})" for kind, n in sorted(kinds.items()))
            yield f"Analysts differ on what it is: {told} (round {number})."
    for row in candidate.decisions.filter(published_at__isnull=False).order_by("decided_at", "pk"):
        yield from _of_vote(row)


def _of_vote(row: Decision) -> Iterator[str]:
    what, day = Outcome(row.outcome).label, row.decided_at.astimezone(dt.UTC).date().isoformat()
    if row.votes_against or row.votes_abstain or row.casting or not row.carried:
        lost = "" if row.carried else "; the motion was lost"
        cast = "; the chair's vote settled a tie" if row.casting else ""
        yield f"Vote of {day} on the motion {what}: {row.votes_for} for, {row.votes_against} against, {row.votes_abstain} abstained{cast}{lost}."
    if row.appealed_at is not None:
        yield f"The decision of {day} ({what}) was appealed on {row.appealed_at.astimezone(dt.UTC).date().isoformat()}."


def record_json(candidate: Candidate, *, heard: Sequence[str], recognised: Sequence[str], now: dt.datetime) -> str:
    """The record as the file that `observatory dossier --committee --record` reads."""
    told = {
        "format_version": FORMAT_VERSION, "candidate_id": candidate.candidate_id, "written_at": now.astimezone(dt.UTC).isoformat(),
        "dissent": list(dissent(candidate)), "heard": list(heard), "recognised": list(recognised),
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
