"""Pages for what goes wrong."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


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
    """Something failed that should not have."""
    words = _("Something went wrong on our side. Nothing was changed. The operator finds the cause in the log.")
    return render(request, "review/away.html", {"words": words}, status=500)
