"""The ledger: runs owed and done, requests, mail and issues. Every method is one transaction.

A change of state names the state it starts from; where that no longer holds, nothing is changed
and the method says so. That is what keeps two schedulers, a late job and a restart from doing one
thing twice.
"""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import json
import logging
import time
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Select, Table, and_, func, insert, or_, select, update
from sqlalchemy.exc import DBAPIError

from observatory.config import Workspace
from observatory.errors import BadInput, StorageError
from observatory.ledger import lead
from observatory.ledger.rows import (
    DONE,
    ENDED,
    FAILED,
    MISSED,
    OWED,
    REFUSED,
    RUNNING,
    SENDING,
    SENT,
    STOPPED,
    UNSURE,
    VERBS,
    WAITING,
    Entry,
    IssueRow,
    JobRow,
    LeadRow,
    Letter,
    MailRow,
    RequestRow,
    RunRow,
    SchedulerRow,
)
from observatory.ledger.tables import ISSUES, JOBS, LEAD, MAIL, META, REQUESTS, RUNS, SCHEDULER, address_of, engine_of

log = logging.getLogger(__name__)

LOG_KEPT = 8_000  # characters of a run's log that the ledger keeps
Row = TypeVar("Row", JobRow, RunRow, RequestRow, SchedulerRow, LeadRow)


def open_ledger(ws: Workspace, *, patience: float = 0.0) -> Ledger:
    """The ledger of a workspace: in the PostgreSQL of `schedule.database`, or of the site, else in var/.

    A database that does not answer is asked again for `patience` seconds; then `StorageError`.
    """
    database = ws.settings.schedule.database or ws.settings.site.database
    ws.var_dir.mkdir(parents=True, exist_ok=True)
    engine = engine_of(address_of(database, ws.var_dir))
    until = time.monotonic() + patience
    while True:
        try:
            return Ledger(engine)
        except StorageError as error:
            if time.monotonic() >= until:
                raise
            log.warning("%s; trying again", error)
            time.sleep(min(1.0, patience))


class Ledger:
    """Everything the scheduler remembers. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._number: int | None = None  # of the leader who alone may write through this one
        with self._errors():
            META.create_all(engine, checkfirst=True)

    def close(self) -> None:
        """Gives back the connections."""
        self.engine.dispose()

    # --- jobs --------------------------------------------------------------------------------

    def know(self, name: str, *, kind: str, described: str, now: dt.datetime, next_due: dt.datetime | None) -> None:
        """Enters a job the first time, from which on its runs are owed; brings its description up to date."""
        with self._change() as c:
            changed = c.execute(
                update(JOBS).where(JOBS.c.name == name)
                .values(kind=kind, described=described, next_due=next_due, gone=False)
            ).rowcount  # fmt: skip
            if not changed:
                c.execute(
                    insert(JOBS).values(
                        name=name, kind=kind, described=described, settled_until=now, next_due=next_due, paused_by="",
                        failures=0, told=False, gone=False,
                    )
                )  # fmt: skip

    def forget_missing(self, names: Sequence[str], *, now: dt.datetime) -> None:
        """Marks jobs whose file is gone; what they still owed is missed, with that reason."""
        with self._change() as c:
            lost = [row.name for row in c.execute(select(JOBS.c.name).where(JOBS.c.name.not_in(names)))]
            c.execute(update(JOBS).where(JOBS.c.name.in_(lost)).values(gone=True, next_due=None))
            c.execute(
                update(RUNS).where(RUNS.c.job.in_(lost), RUNS.c.state == OWED)
                .values(state=MISSED, ended_at=now, reason="the file of this job is gone")
            )  # fmt: skip

    def jobs(self) -> list[JobRow]:
        """All jobs ever known, by name."""
        return self._all(select(JOBS).order_by(JOBS.c.name), JobRow)

    def job(self, name: str) -> JobRow | None:
        """A job by name."""
        return next(iter(self._all(select(JOBS).where(JOBS.c.name == name), JobRow)), None)

    def settle(
        self, row: JobRow, entries: Sequence[Entry], *, until: dt.datetime, next_due: dt.datetime | None,
        letter: Letter | None = None,
    ) -> bool:  # fmt: skip
        """Enters the runs that fell due up to `until`. False where another scheduler has done so already."""
        with self._change() as c:
            moved = c.execute(
                update(JOBS).where(JOBS.c.name == row.name, JOBS.c.settled_until == row.settled_until)
                .values(settled_until=until, next_due=next_due)
            ).rowcount  # fmt: skip
            if not moved:
                return False
            if entries:
                c.execute(
                    insert(RUNS),
                    [
                        {
                            "job": row.name, "key": f"{row.name}@{e.due_at:%Y-%m-%dT%H:%M:%SZ}", "cause": "schedule",
                            "due_at": e.due_at, "state": e.state, "reason": e.reason, "not_before": e.due_at, "attempt": 0,
                            "ended_at": None if e.state == OWED else until, "result": "", "host": "", "progress": "",
                            "stop_by": "", "log": "",
                        }
                        for e in entries
                    ],
                )  # fmt: skip
            if letter is not None:
                self._queue(c, letter, until)
        return True

    # --- runs --------------------------------------------------------------------------------

    def run(self, run: int) -> RunRow | None:
        """A run by its number."""
        return next(iter(self._all(select(RUNS).where(RUNS.c.run == run), RunRow)), None)

    def runs(self, job: str = "", *, state: str = "", limit: int = 50) -> list[RunRow]:
        """Runs, newest due first."""
        wanted = select(RUNS).order_by(RUNS.c.due_at.desc(), RUNS.c.run.desc()).limit(limit)
        if job:
            wanted = wanted.where(RUNS.c.job == job)
        return self._all(wanted.where(RUNS.c.state == state) if state else wanted, RunRow)

    def running(self) -> list[RunRow]:
        """Runs that are under way."""
        return self._all(select(RUNS).where(RUNS.c.state == RUNNING).order_by(RUNS.c.run), RunRow)

    def startable(self, now: dt.datetime) -> list[RunRow]:
        """Runs owed whose time has come, oldest first: one a job, and none of a job that runs."""
        busy = select(RUNS.c.job).where(RUNS.c.state == RUNNING)
        wanted = select(RUNS).where(RUNS.c.state == OWED, RUNS.c.not_before <= now, RUNS.c.job.not_in(busy))
        found: dict[str, RunRow] = {}
        for row in self._all(wanted.order_by(RUNS.c.due_at, RUNS.c.run), RunRow):
            found.setdefault(row.job, row)
        return list(found.values())

    def begin(self, run: RunRow, *, now: dt.datetime) -> RunRow | None:
        """Marks an owed run as running, before its process is started; None where it is no longer owed."""
        busy = select(RUNS.c.run).where(RUNS.c.job == run.job, RUNS.c.state == RUNNING)
        with self._change() as c:
            # The job's row is locked, so that two schedulers cannot both find the job idle.
            c.execute(select(JOBS.c.name).where(JOBS.c.name == run.job).with_for_update())
            if c.execute(busy).first() is not None:
                return None
            moved = c.execute(
                update(RUNS).where(RUNS.c.run == run.run, RUNS.c.state == OWED, RUNS.c.attempt == run.attempt)
                .values(
                    state=RUNNING, attempt=run.attempt + 1, started_at=now, ended_at=None, beat_at=now, pid=None, host="",
                    progress="", stop_by="", stop_at=None,
                )
            ).rowcount  # fmt: skip
        return self.run(run.run) if moved else None

    def claim(self, run: int, attempt: int, *, host: str, pid: int, now: dt.datetime) -> RunRow | None:
        """The job's process takes its run; None where the ledger no longer wants it to.

        A process may ask again: when the database died, it may not have heard the answer.
        """
        free = or_(RUNS.c.pid.is_(None), and_(RUNS.c.pid == pid, RUNS.c.host == host))
        with self._change() as c:
            taken = c.execute(
                update(RUNS).where(*_under_way(run, attempt), free).values(host=host, pid=pid, beat_at=now)
            ).rowcount
        return self.run(run) if taken else None

    def progress(self, run: int, attempt: int, text: str, *, now: dt.datetime) -> bool:
        """Notes how far a run is. False where the run is no longer this process's to do."""
        with self._change() as c:
            return bool(
                c.execute(update(RUNS).where(*_under_way(run, attempt)).values(progress=text[:200], beat_at=now)).rowcount
            )  # fmt: skip

    def ask_to_stop(self, run: int, *, by: str, now: dt.datetime) -> bool:
        """Notes who wants a run to stop; the first one counts."""
        with self._change() as c:
            moved = c.execute(
                update(RUNS).where(RUNS.c.run == run, RUNS.c.state == RUNNING, RUNS.c.stop_by == "")
                .values(stop_by=by[:150], stop_at=now)
            ).rowcount  # fmt: skip
        return bool(moved)

    def end(
        self, run: RunRow, state: str, *, now: dt.datetime, reason: str = "", result: str = "", log: str = "",
        letters: Sequence[Letter] = (), tell_after: int = 0, failing: Letter | None = None, recovered: Letter | None = None,
    ) -> bool:  # fmt: skip
        """Ends a running run, counts failures in a row, and queues what is to be told: all or nothing.

        `failing` goes out once when failures reach `tell_after`, `recovered` once when the job is done
        again. False where the run was ended by somebody else: then nothing is changed.
        """
        with self._change() as c:
            moved = c.execute(
                update(RUNS).where(*_under_way(run.run, run.attempt))
                .values(state=state, ended_at=now, reason=reason, result=result[:2_000], log=log[-LOG_KEPT:])
            ).rowcount  # fmt: skip
            if not moved:
                return False
            for letter in letters:
                self._queue(c, letter, now)
            self._count(c, run.job, state, tell_after, failing, recovered, now)
        return True

    def give_up(
        self, run: RunRow, *, reason: str, now: dt.datetime, state: str = "", tell_after: int = 0,
        failing: Letter | None = None,
    ) -> bool:  # fmt: skip
        """Ends an owed run that will not be done: as missed, or as failed where it was tried, or as `state`."""
        state = state or (FAILED if run.attempt else MISSED)
        with self._change() as c:
            moved = c.execute(
                update(RUNS).where(RUNS.c.run == run.run, RUNS.c.state == OWED)
                .values(state=state, ended_at=now, reason=reason)
            ).rowcount  # fmt: skip
            if moved:
                self._count(c, run.job, state, tell_after, failing, None, now)
        return bool(moved)

    def _count(
        self, c: Connection, job: str, state: str, tell_after: int, failing: Letter | None, recovered: Letter | None,
        now: dt.datetime,
    ) -> None:  # fmt: skip
        """Counts failures in a row, and queues the one letter that says so, or that it is over."""
        row = c.execute(select(JOBS).where(JOBS.c.name == job).with_for_update()).mappings().first()
        if row is None:
            return
        if state == FAILED:
            failures = row["failures"] + 1
            tell = failing is not None and not row["told"] and failures >= tell_after
            if tell and failing is not None:
                self._queue(c, failing, now)
            c.execute(update(JOBS).where(JOBS.c.name == job).values(failures=failures, told=row["told"] or tell))
        elif state == DONE:
            if row["told"] and recovered is not None:
                self._queue(c, recovered, now)
            c.execute(update(JOBS).where(JOBS.c.name == job).values(failures=0, told=False))

    def owe_again(
        self, run: RunRow, *, not_before: dt.datetime, reason: str, now: dt.datetime, counted: bool = True,
        unclaimed: bool = False, log: str = "",
    ) -> bool:  # fmt: skip
        """Puts a running run back among those owed. `counted=False` takes back the attempt as well.

        With `unclaimed` only a run that no process has claimed: whoever could not begin it speaks for nobody else.
        """
        wanted = (*_under_way(run.run, run.attempt), *((RUNS.c.pid.is_(None),) if unclaimed else ()))
        with self._change() as c:
            moved = c.execute(
                update(RUNS).where(*wanted).values(
                    state=OWED, not_before=not_before, reason=reason, ended_at=None, pid=None, host="", stop_by="",
                    stop_at=None, attempt=run.attempt if counted else run.attempt - 1, log=log[-LOG_KEPT:],
                )
            ).rowcount  # fmt: skip
        return bool(moved)

    def owed(self, job: str = "") -> list[RunRow]:
        """Runs that wait for their time or for a retry, oldest first."""
        wanted = select(RUNS).where(RUNS.c.state == OWED).order_by(RUNS.c.due_at, RUNS.c.run)
        return self._all(wanted.where(RUNS.c.job == job) if job else wanted, RunRow)

    def drop_before(self, before: dt.datetime) -> int:
        """Takes the kept logs out of runs that ended before a time; the runs themselves stay."""
        with self._change() as c:
            return int(
                c.execute(update(RUNS).where(RUNS.c.ended_at < before, RUNS.c.log != "").values(log="")).rowcount
            )

    # --- requests ----------------------------------------------------------------------------

    def request(self, verb: str, job: str, *, by: str, now: dt.datetime, run: int | None = None) -> int:
        """Enters what somebody asks the scheduler to do with a job; returns the request's number.

        Raises `BadInput` on an unknown verb or job.
        """
        if verb not in VERBS:
            raise BadInput(f"{verb!r} is no request; known are {', '.join(VERBS)}")
        with self._change() as c:
            known = [row.name for row in c.execute(select(JOBS.c.name).where(JOBS.c.gone.is_(False)))]
            if job not in known:
                raise BadInput(
                    f"{job!r} is no job the scheduler knows; known are {', '.join(sorted(known)) or 'none yet'}"
                )
            made = c.execute(insert(REQUESTS).values(verb=verb, job=job, run=run, by=by[:150], at=now, answer=""))
            key = made.inserted_primary_key
            assert key is not None
            return int(key[0])

    def requests(self, *, open_only: bool = False, limit: int = 50) -> list[RequestRow]:
        """What was asked for: the open ones oldest first, or all newest first."""
        if open_only:
            return self._all(
                select(REQUESTS).where(REQUESTS.c.handled_at.is_(None)).order_by(REQUESTS.c.request), RequestRow
            )  # fmt: skip
        return self._all(select(REQUESTS).order_by(REQUESTS.c.request.desc()).limit(limit), RequestRow)

    def answer(self, request: RequestRow, text: str, *, now: dt.datetime) -> None:
        """Closes a request that needs no change of a run, with what came of it."""
        with self._change() as c:
            self._close(c, request, text, now)

    def pause(self, request: RequestRow, *, now: dt.datetime) -> None:
        """Pauses or resumes a job, as asked."""
        with self._change() as c:
            pausing = request.verb == "pause"
            c.execute(
                update(JOBS).where(JOBS.c.name == request.job)
                .values(paused_by=request.by if pausing else "", paused_at=now if pausing else None)
            )  # fmt: skip
            self._close(c, request, "paused" if pausing else "resumed", now)

    def owe(self, request: RequestRow, *, now: dt.datetime) -> None:
        """Enters the run that somebody asked for."""
        with self._change() as c:
            if self._close(c, request, "entered", now):
                c.execute(
                    insert(RUNS).values(
                        job=request.job, key=f"{request.job}!{request.request}", cause="request", due_at=now, state=OWED,
                        reason=f"asked for by {request.by}", result="", attempt=0, not_before=now, host="", progress="",
                        stop_by="", log="",
                    )
                )  # fmt: skip

    @staticmethod
    def _close(c: Connection, request: RequestRow, text: str, now: dt.datetime) -> bool:
        changed = c.execute(
            update(REQUESTS).where(REQUESTS.c.request == request.request, REQUESTS.c.handled_at.is_(None))
            .values(handled_at=now, answer=text)
        ).rowcount  # fmt: skip
        return bool(changed)

    # --- mail and issues ---------------------------------------------------------------------

    def queue(self, letter: Letter, *, now: dt.datetime) -> int:
        """Queues a letter to those who do not have its issue yet; returns how many that are."""
        with self._change() as c:
            return self._queue(c, letter, now)

    @staticmethod
    def _queue(c: Connection, letter: Letter, now: dt.datetime) -> int:
        recipients = list(dict.fromkeys(letter.recipients))
        have = {
            row.recipient
            for row in c.execute(
                select(MAIL.c.recipient).where(MAIL.c.issue == letter.issue, MAIL.c.recipient.in_(recipients))
            )
        }
        rows = [
            {
                "issue": letter.issue, "recipient": recipient, "subject": letter.subject, "body": letter.body,
                "files": json.dumps(list(letter.files)), "state": WAITING, "attempt": 0, "not_before": now,
                "queued_at": now, "reason": "",
            }
            for recipient in recipients if recipient not in have
        ]  # fmt: skip
        if rows:
            c.execute(insert(MAIL), rows)
        return len(rows)

    def mails(self, *, state: str = "", issue: str = "", limit: int = 100) -> list[MailRow]:
        """Letters, newest first."""
        wanted = select(MAIL).order_by(MAIL.c.mail.desc()).limit(limit)
        if state:
            wanted = wanted.where(MAIL.c.state == state)
        return self._mails(wanted.where(MAIL.c.issue == issue) if issue else wanted)

    def waiting_mails(self, now: dt.datetime, *, limit: int = 100) -> list[MailRow]:
        """Letters whose time to be sent has come, oldest first."""
        wanted = select(MAIL).where(MAIL.c.state == WAITING, MAIL.c.not_before <= now).order_by(MAIL.c.mail)
        return self._mails(wanted.limit(limit))

    def send_begins(self, mail: MailRow) -> bool:
        """Notes that a letter is about to be handed over, before it is. False where it no longer waits."""
        with self._change() as c:
            moved = c.execute(
                update(MAIL).where(MAIL.c.mail == mail.mail, MAIL.c.state == WAITING)
                .values(state=SENDING, attempt=MAIL.c.attempt + 1)
            ).rowcount  # fmt: skip
        return bool(moved)

    def send_ended(
        self, mail: MailRow, state: str, *, now: dt.datetime, reason: str = "", not_before: dt.datetime | None = None
    ) -> None:
        """Notes what became of a letter: sent, refused, unsure, or waiting until `not_before`."""
        with self._change() as c:
            c.execute(
                update(MAIL).where(MAIL.c.mail == mail.mail, MAIL.c.state == SENDING).values(
                    state=state, reason=reason[:1_000], ended_at=None if state == WAITING else now,
                    not_before=not_before or mail.not_before,
                )
            )  # fmt: skip

    def unsure_mails(self, *, now: dt.datetime) -> int:
        """Marks letters that a dead sender was handing over. They may have arrived: nobody sends them again."""
        reason = "the sender ended while handing it over; it may have arrived, so it is not sent again"
        with self._change() as c:
            return int(
                c.execute(
                    update(MAIL).where(MAIL.c.state == SENDING).values(state=UNSURE, ended_at=now, reason=reason)
                ).rowcount
            )

    def hold_mails(self, *, now: dt.datetime) -> int:
        """Holds back all letters of a restored ledger that have not gone out: they may have, since the backup."""
        reason = "restored from a backup; it may have been sent since, so it is not sent again"
        with self._change() as c:
            return int(
                c.execute(
                    update(MAIL).where(MAIL.c.state.in_((WAITING, SENDING)))
                    .values(state=UNSURE, ended_at=now, reason=reason)
                ).rowcount
            )  # fmt: skip

    def forget_recipient(self, recipient: str, *, now: dt.datetime) -> int:
        """Erases a person from all letters, on request: a letter not sent is refused. Returns how many letters."""
        reason = "the recipient was erased on request"
        mine = MAIL.c.recipient == recipient
        with self._change() as c:
            c.execute(
                update(MAIL).where(mine, MAIL.c.state.in_((WAITING, UNSURE)))
                .values(state=REFUSED, ended_at=now, reason=reason)
            )  # fmt: skip
            rows = c.execute(select(MAIL.c.mail).where(mine, MAIL.c.state != SENDING)).all()
            for row in rows:
                c.execute(
                    update(MAIL).where(MAIL.c.mail == row.mail)
                    .values(recipient=f"erased-{row.mail}@erased.invalid", body="", subject="", files="[]")
                )  # fmt: skip
        return len(rows)

    def send_again(self, mail: int, *, by: str, now: dt.datetime) -> bool:
        """A person decides that an unsure or refused letter goes out once more."""
        with self._change() as c:
            moved = c.execute(
                update(MAIL).where(MAIL.c.mail == mail, MAIL.c.state.in_((UNSURE, REFUSED)))
                .values(state=WAITING, not_before=now, ended_at=None, reason=f"sent again by {by}")
            ).rowcount  # fmt: skip
        return bool(moved)

    def add_issue(self, row: IssueRow) -> None:
        """Enters an issue in the archive; one made again takes the place of the old."""
        values = {
            "kind": row.kind, "title": row.title, "language": row.language, "as_of": row.as_of, "made_at": row.made_at,
            "files": json.dumps(row.files, sort_keys=True),
        }  # fmt: skip
        with self._change() as c:
            if not c.execute(update(ISSUES).where(ISSUES.c.issue == row.issue).values(**values)).rowcount:
                c.execute(insert(ISSUES).values(issue=row.issue, **values))

    def issues(self, *, limit: int = 200) -> list[IssueRow]:
        """The archive, newest first."""
        rows = self._rows(select(ISSUES).order_by(ISSUES.c.as_of.desc(), ISSUES.c.issue).limit(limit))
        return [IssueRow(**{**row, "files": json.loads(row["files"])}) for row in rows]

    # --- the scheduler itself ----------------------------------------------------------------

    def lead(self) -> LeadRow | None:
        """Who leads; None where no scheduler ever has."""
        return next(iter(self._all(select(*[c for c in LEAD.c if c.name != "id"]), LeadRow)), None)

    def take_lead(self, after: LeadRow | None, owner: str, *, by: str, now: dt.datetime) -> LeadRow | None:
        """Leads from now on, under the next number; None where another has taken over since `after` was read."""
        with self._change() as c:
            return lead.take(c, after, owner, by=by, now=now)

    def fenced(self, row: LeadRow) -> Ledger:
        """This ledger for a leader: each of its writes raises `Superseded` once another one leads."""
        fenced = copy.copy(self)
        fenced._number = row.number
        return fenced

    def still_leads(self) -> None:
        """Raises `Superseded` where the leader that this ledger is fenced for leads no more."""
        with self._change():
            pass

    def has_lock(self) -> None:
        """Notes that the leader, who took over by silence, has got the lock as well."""
        with self._change(comparing=False) as c:
            lead.note_lock(c, self._number or 0)

    def beat(self, owner: str, *, now: dt.datetime, lag: float = 0.0) -> None:
        """A sign of life of the scheduler."""
        with self._change(comparing=False) as c:
            if self._number is not None:
                lead.count_beat(c, self._number)
            old = c.execute(select(SCHEDULER.c.owner)).scalar()
            if old is None:
                c.execute(insert(SCHEDULER).values(id=1, owner=owner, since=now, beat_at=now, lag_seconds=lag))
            elif old == owner:
                c.execute(update(SCHEDULER).values(beat_at=now, lag_seconds=lag))
            else:
                c.execute(update(SCHEDULER).values(owner=owner, since=now, beat_at=now, lag_seconds=lag))

    def scheduler(self) -> SchedulerRow | None:
        """Who schedules; None where nobody ever did."""
        columns = [c for c in SCHEDULER.c if c.name != "id"]
        return next(iter(self._all(select(*columns), SchedulerRow)), None)

    def counts(self) -> dict[str, dict[tuple[str, ...], int]]:
        """Runs by job and state, and letters by state, for the metrics."""
        runs = self._rows(select(RUNS.c.job, RUNS.c.state, func.count().label("n")).group_by(RUNS.c.job, RUNS.c.state))
        mails = self._rows(select(MAIL.c.state, func.count().label("n")).group_by(MAIL.c.state))
        return {
            "runs": {(row["job"], row["state"]): row["n"] for row in runs},
            "mails": {(row["state"],): row["n"] for row in mails},
        }

    def last_done(self) -> dict[str, dt.datetime]:
        """When each job was last done."""
        rows = self._rows(
            select(RUNS.c.job, func.max(RUNS.c.ended_at, type_=RUNS.c.ended_at.type).label("at"))
            .where(RUNS.c.state == DONE).group_by(RUNS.c.job)
        )  # fmt: skip
        return {row["job"]: row["at"] for row in rows}

    # --- below -------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _change(self, *, comparing: bool = True) -> Iterator[Connection]:
        with self._errors(), self.engine.begin() as connection:
            if comparing and self._number is not None:
                lead.compare(connection, self._number)
            yield connection

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            cause = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
            raise StorageError(
                f"the ledger ({self.engine.url.render_as_string(hide_password=True)}) cannot be read or written: {cause}. "
                f"What it said before stands; make the database or its disk available, then go on"
            ) from error

    def _rows(self, wanted: Select[Any]) -> list[dict[str, Any]]:
        with self._errors(), self.engine.connect().execution_options(reading=True) as connection:
            return [dict(row) for row in connection.execute(wanted).mappings()]

    def _all(self, wanted: Select[Any], kind: type[Row]) -> list[Row]:
        return [kind(**row) for row in self._rows(wanted)]

    def _mails(self, wanted: Select[Any]) -> list[MailRow]:
        return [MailRow(**{**row, "files": tuple(json.loads(row["files"]))}) for row in self._rows(wanted)]


def _under_way(run: int, attempt: int) -> tuple[Any, ...]:
    return (RUNS.c.run == run, RUNS.c.attempt == attempt, RUNS.c.state == RUNNING)


def tables() -> tuple[Table, ...]:
    """The ledger's tables, for a backup that checks them."""
    return tuple(META.sorted_tables)


__all__ = ["ENDED", "SENT", "STOPPED", "Ledger", "open_ledger", "tables"]
