"""Pages for what goes wrong."""

from __future__ import annotations

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

# What a database that went away, or does not let go of a lock, raises.
AWAY = (OperationalError, InterfaceError)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose key is out of date: says so and gives back what was typed."""
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in ("csrfmiddlewaretoken", "password", "version") and value.strip()
    ]
    words = _("This form was open too long, or in another browser. Nothing was changed. Open the page again.")
    return render(
        request,
        "review/refused.html",
        {"message": words, "status": 403, "typed": typed, "back": request.path},
        status=403,
    )


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """There is no such page."""
    words = _("There is no such page. It may have been merged, or the address is mistyped.")
    return render(request, "review/refused.html", {"message": words, "status": 404, "back": "/"}, status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Something failed that should not have. The page needs no database: it may be what failed."""
    if isinstance(sys.exc_info()[1], AWAY):
        return away(request)
    words = _("Something went wrong on our side. Nothing was changed. The operator finds the cause in the log.")
    return _alone(request, words, status=500)


def away(request: HttpRequest) -> HttpResponse:
    """The database does not answer."""
    answer = _alone(request, _("The database does not answer. Nothing was changed. Try again in a minute."), status=503)
    answer["Retry-After"] = "30"
    return answer


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """A request that no browser sends by itself, or a form that is too large."""
    words = _("This request cannot be read: it is too large, or not in the form a browser sends. Nothing was changed.")
    return _alone(request, words, status=400)


def _alone(request: HttpRequest, words: str, *, status: int) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": words}, status=status)
    return HttpResponse(render_to_string("review/away.html", {"words": words}), status=status)
