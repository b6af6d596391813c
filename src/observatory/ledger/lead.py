"""Who leads among schedulers: a number in the ledger that grows with each take-over.

A lock dies with its holder, but not with its silence: a process that is frozen keeps it. So the
number is what counts. Every write of a leader is compared with it in the same transaction, and one
that was taken over from while it slept can write nothing when it wakes.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, insert, select, update

from observatory.errors import Superseded
from observatory.ledger.rows import LOCK, LeadRow
from observatory.ledger.tables import LEAD


def take(c: Connection, after: LeadRow | None, owner: str, *, by: str, now: dt.datetime) -> LeadRow | None:
    """The next number for `owner`; None where another has taken it since `after` was read."""
    row = LeadRow(
        number=after.number + 1 if after else 1, owner=owner, by=by, since=now, beat=0, before=after.owner if after else "",
    )  # fmt: skip
    values = {"number": row.number, "owner": owner, "by": by, "since": now, "beat": 0, "before": row.before}
    if after is None:
        c.execute(insert(LEAD).values(id=1, **values))
    elif not c.execute(update(LEAD).where(LEAD.c.number == after.number).values(**values)).rowcount:
        return None
    return row


def compare(c: Connection, number: int) -> None:
    """Raises `Superseded` unless `number` leads; until `c` commits, nobody else can."""
    found = c.execute(select(LEAD.c.number).with_for_update(read=True)).scalar()
    if found != number:
        raise _superseded(c, number)


def count_beat(c: Connection, number: int) -> None:
    """One more beat of the leader `number`. Raises `Superseded` where it leads no more."""
    # The update is the comparison: to share the row first and change it then could lock against one who takes over.
    if not c.execute(update(LEAD).where(LEAD.c.number == number).values(beat=LEAD.c.beat + 1)).rowcount:
        raise _superseded(c, number)


def note_lock(c: Connection, number: int) -> None:
    """Notes that a leader who took over by silence has got the lock as well."""
    if not c.execute(update(LEAD).where(LEAD.c.number == number).values(by=LOCK)).rowcount:
        raise _superseded(c, number)


def _superseded(c: Connection, number: int) -> Superseded:
    now = c.execute(select(LEAD.c.number, LEAD.c.owner)).first()
    who = f"{now.owner}, number {now.number}," if now else "another ledger"
    return Superseded(
        f"scheduler number {number} leads no more: {who} took over while it was silent. What it had started goes on "
        f"under the new one; nothing of this one is written any more"
    )
