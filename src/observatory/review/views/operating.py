"""The jobs of the observatory, their runs, requests to the scheduler, and the archive of reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from observatory.errors import ObservatoryError
from observatory.ledger import (
    ENDED,
    FAILED,
    MISSED,
    REFUSED,
    RUNNING,
    SILENCE,
    UNSURE,
    WAITING,
    IssueRow,
    Ledger,
    RunRow,
    open_ledger,
)
from observatory.review.views.frame import now, page

SHOWN = 40  # runs
LOG_SHOWN = 4_000  # characters of the log of a run that is under way
LATELY = dt.timedelta(days=7)
SILENT = dt.timedelta(minutes=2)
STATES = {
    "owed": gettext_lazy("waits"), "running": gettext_lazy("runs"), "done": gettext_lazy("done"),
    "failed": gettext_lazy("failed"), "missed": gettext_lazy("missed"), "stopped": gettext_lazy("stopped"),
}  # fmt: skip
# Letters that somebody may have to look at.
LETTERS = {
    WAITING: gettext_lazy("letters that wait to be sent:"), UNSURE: gettext_lazy("letters that may or may not have arrived:"),
    REFUSED: gettext_lazy("letters that the server refused:"),
}  # fmt: skip
# How a state is marked: the class of its tag.
MARKS = {
    "owed": "it-waiting", "running": "st-ready", "done": "ok", "failed": "bad", "missed": "st-watch", "stopped": "",
}  # fmt: skip
TROUBLE = (FAILED, MISSED)
TYPES = {"pdf": "application/pdf", "html": "text/html", "docx": "application/octet-stream"}  # in the order shown


@lru_cache(maxsize=1)
def ledger() -> Ledger:
    """The ledger of the workspace, one a process."""
    return open_ledger(settings.WORKSPACE)


@page("operate", methods=("GET", "POST"))
def jobs(request: HttpRequest) -> HttpResponse:
    """Every job with its last runs; POST enters a request: run, stop, pause or resume."""
    user: Any = request.user
    name = (request.POST or request.GET).get("job", "")[:80]
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    context: dict[str, Any] = {"asked": name, "state": state, "states": STATES.items()}
    try:
        if request.method == "POST":
            number = request.POST.get("run", "")
            ledger().request(
                request.POST.get("verb", ""), name, by=user.username, now=now(), run=int(number) if number.isdecimal() else None
            )  # fmt: skip
            messages.success(request, _("Asked the scheduler; it acts within seconds."))
            return redirect(f"{reverse('jobs')}?{urlencode({'job': name})}")
        context |= _state(name, state)
    except ObservatoryError as error:
        messages.error(request, str(error))
    return render(request, "review/jobs.html", context)


def _state(name: str, state: str) -> dict[str, Any]:
    """What the page says: jobs, runs under way with their log, ended runs, requests and letters that wait."""
    book, at = ledger(), now()
    rows = [row for row in book.jobs() if not row.gone]
    running = book.running()
    beat, lead = book.scheduler(), book.lead()
    last: dict[str, Any] = {}
    for row in rows:
        ended = [run for run in book.runs(row.name, limit=5) if run.state in ENDED]
        last[row.name] = _shown(ended[0], at) if ended else None
    lately = {one: sum(at - run.due_at < LATELY for run in book.runs(state=one, limit=200)) for one in TROUBLE}
    letters = book.counts()["mails"]
    return {
        "rows": [(row, row.name in {run.job for run in running}, last[row.name]) for row in rows],
        "running": [(_shown(run, at), _log_now(run)) for run in running],
        "runs": [_shown(run, at) for run in book.runs(name, state=state, limit=SHOWN) if run.state != RUNNING],
        "requests": book.requests(open_only=True), "lately": [(STATES[one], one, n) for one, n in lately.items() if n],
        "letters": [(LETTERS[one], letters[(one,)]) for one in LETTERS if letters.get((one,))],
        "command": "observatory jobs mail", "beat": beat, "silent": beat is None or at - beat.beat_at > SILENT,
        "frozen": lead.before if lead is not None and lead.by == SILENCE else "",
    }  # fmt: skip


def fares(at: dt.datetime) -> list[dict[str, Any]]:
    """How the jobs fare, in rows as those of sources: what fails or was missed, else one row for all that is well."""
    job = _("Job")
    try:
        rows, beat = [row for row in ledger().jobs() if not row.gone], ledger().scheduler()
        missed = [run for run in ledger().runs(state=MISSED, limit=50) if at - run.due_at < LATELY]
        done = ledger().last_done()
    except ObservatoryError as error:
        return [{"name": _("Jobs"), "well": False, "get_what_display": job, "reported_at": at, "detail": str(error)}]
    if not rows:
        return []
    found: list[dict[str, Any]] = []
    if beat is None or at - beat.beat_at > SILENT:
        found.append({"name": _("Scheduler"), "well": False, "get_what_display": _("no sign of life"),
                      "reported_at": beat.beat_at if beat else None, "detail": ""})  # fmt: skip
    for row in rows:
        lost = sum(run.job == row.name for run in missed)
        said = [_("failures in a row: %(n)s") % {"n": row.failures}] if row.failures else []
        said += [_("missed in the last seven days: %(n)s") % {"n": lost}] if lost else []
        if said:
            found.append({"name": row.name, "well": False if row.failures else None, "get_what_display": job,
                          "reported_at": None, "detail": " · ".join(said)})  # fmt: skip
    if not found:
        found.append({"name": _("Jobs"), "well": True, "get_what_display": _("known: %(n)s") % {"n": len(rows)},
                      "reported_at": max(done.values(), default=None), "detail": ""})  # fmt: skip
    return found


def _shown(run: RunRow, at: dt.datetime) -> dict[str, Any]:
    """A run as the page shows it: its state in words and colour, how long it took, what came of it."""
    until = run.ended_at or (at if run.state == RUNNING else None)
    took = length(until - run.started_at) if until is not None and run.started_at is not None else ""
    said = run.progress if run.state == RUNNING else run.result or run.reason
    return {"run": run, "words": STATES[run.state], "mark": MARKS[run.state], "took": took, "said": said}


def length(time: dt.timedelta) -> str:
    """A length of time for readers: 8 s, 4 min, 2 h 5 min.

    >>> length(dt.timedelta(seconds=8)), length(dt.timedelta(minutes=125))
    ('8 s', '2 h 5 min')
    """
    seconds = max(0, round(time.total_seconds()))
    if seconds < 120:
        return f"{seconds} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _log_now(run: RunRow) -> str:
    """The end of the log that a run under way is writing, where it runs on this machine."""
    file = settings.WORKSPACE.var_dir / "jobs" / run.job / f"{run.run}.log"
    try:
        return str(file.read_bytes()[-4 * LOG_SHOWN :].decode("utf-8", "replace")[-LOG_SHOWN:])
    except OSError:
        return ""


@page("read")
def archive(request: HttpRequest) -> HttpResponse | FileResponse:
    """The issues of reports, newest first; with `issue` and `form`, that file."""
    try:
        issues = ledger().issues()
    except ObservatoryError as error:
        messages.error(request, str(error))
        issues = []
    wanted, form = request.GET.get("issue", ""), request.GET.get("form", "")
    if not wanted:
        return render(request, "review/archive.html", {"issues": _grouped(issues)})
    found = next((issue.files.get(form) for issue in issues if issue.issue == wanted), None)
    path = settings.WORKSPACE.root / found if found else None
    if path is None or not path.is_file():
        raise Http404(_("There is no such report."))
    # A report is a page of its own: it is handed over as a file and never shown as part of the site.
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type=TYPES[form])


def _grouped(issues: Sequence[IssueRow]) -> list[tuple[IssueRow, list[tuple[IssueRow, list[str]]]]]:
    """The issues of one report and day together, each with its forms; the reader's language first where there is one."""
    found: dict[tuple[str, dt.datetime], list[IssueRow]] = {}
    for issue in issues:
        found.setdefault((issue.kind, issue.as_of), []).append(issue)
    tongue = (get_language() or "en")[:2]
    sets = [sorted(same, key=lambda one: (one.language != tongue, one.language)) for same in found.values()]
    return [(same[0], [(one, [form for form in TYPES if form in one.files]) for one in same]) for same in sets]
