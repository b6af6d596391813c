"""The jobs of the observatory, their runs, requests to the scheduler, and the archive of reports."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from observatory.errors import ObservatoryError
from observatory.ledger import RUNNING, Ledger, open_ledger
from observatory.review.views.frame import now, page

SHOWN = 40  # runs
SILENT = dt.timedelta(minutes=2)
STATES = {
    "owed": gettext_lazy("waits"), "running": gettext_lazy("runs"), "done": gettext_lazy("done"),
    "failed": gettext_lazy("failed"), "missed": gettext_lazy("missed"), "stopped": gettext_lazy("stopped"),
}  # fmt: skip
TYPES = {"html": "text/html", "pdf": "application/pdf", "docx": "application/octet-stream"}


@lru_cache(maxsize=1)
def ledger() -> Ledger:
    """The ledger of the workspace, one a process."""
    return open_ledger(settings.WORKSPACE)


@page("operate", methods=("GET", "POST"))
def jobs(request: HttpRequest) -> HttpResponse:
    """Every job with its last runs; POST enters a request: run, stop, pause or resume."""
    user: Any = request.user
    name = (request.POST or request.GET).get("job", "")[:80]
    context: dict[str, Any] = {"asked": name, "states": STATES}
    try:
        if request.method == "POST":
            ledger().request(request.POST.get("verb", ""), name, by=user.username, now=now())
            messages.success(request, _("Asked the scheduler; it acts within seconds."))
            return redirect(f"{reverse('jobs')}?{urlencode({'job': name})}")
        rows = [row for row in ledger().jobs() if not row.gone]
        runs = ledger().runs(name, limit=SHOWN)
        running = {run.job for run in ledger().running()}
        beat = ledger().scheduler()
        context |= {
            "rows": [(row, row.name in running) for row in rows],
            "runs": [(run, STATES[run.state], run.progress if run.state == RUNNING else run.result or run.reason) for run in runs],
            "beat": beat, "silent": beat is None or now() - beat.beat_at > SILENT,
        }  # fmt: skip
    except ObservatoryError as error:
        messages.error(request, str(error))
    return render(request, "review/jobs.html", context)


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
        return render(request, "review/archive.html", {"issues": issues})
    found = next((issue.files.get(form) for issue in issues if issue.issue == wanted), None)
    path = settings.WORKSPACE.root / found if found else None
    if path is None or not path.is_file():
        raise Http404(_("There is no such report."))
    # A report is a page of its own: it is handed over as a file and never shown as part of the site.
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type=TYPES[form])
