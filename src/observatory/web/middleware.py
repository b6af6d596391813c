"""What happens around every page: security headers, the person's language, refusals, a lost database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from observatory.errors import BadInput, NotAllowed, ObservatoryError, Stale, WrongState

Handler = Callable[[HttpRequest], HttpResponseBase]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def headers(next_handler: Handler) -> Handler:
    """No inline script or style, nothing from elsewhere, nothing kept by a cache in between."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        answer = next_handler(request)
        answer.headers.setdefault("Content-Security-Policy", POLICY)
        answer.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if not request.path.startswith(settings.STATIC_URL):
            answer.headers.setdefault("Cache-Control", "private, no-store")
        return answer

    return handle


def personal(next_handler: Handler) -> Handler:
    """The language a person chose holds on every machine they sign in from."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        chosen = getattr(request.user, "language", "")
        if chosen and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(chosen)
            request.LANGUAGE_CODE = translation.get_language()
        return next_handler(request)

    return handle


class database_away:  # noqa: N801 - a middleware, named as one uses it
    """A database that went away gives a page that says so, and nothing half-written."""

    def __init__(self, next_handler: Handler) -> None:
        self.next_handler = next_handler

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return self.next_handler(request)
        except (OperationalError, InterfaceError):
            return self._page(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        return self._page(request) if isinstance(error, OperationalError | InterfaceError) else None

    def _page(self, request: HttpRequest) -> HttpResponseBase:
        words = _("The database does not answer. Nothing was changed. Try again in a minute.")
        if request.path.startswith("/api/"):
            answer: HttpResponse = JsonResponse({"detail": words}, status=503)
        else:
            answer = HttpResponse(render_to_string("review/away.html", {"words": words}), status=503)
        answer["Retry-After"] = "30"
        return answer


class refusals:  # noqa: N801 - a middleware, named as one uses it
    """An error of ours becomes a page with the right status code and what to do."""

    def __init__(self, next_handler: Handler) -> None:
        self.next_handler = next_handler

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.next_handler(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        if not isinstance(error, ObservatoryError) or request.path.startswith("/api/"):
            return None
        status = status_of(error)
        typed: list[tuple[str, Any]] = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name not in ("csrfmiddlewaretoken", "version", "password") and value.strip()
        ]
        context = {"message": str(error), "status": status, "typed": typed, "back": request.path}
        return render(request, "review/refused.html", context, status=status)


def status_of(error: ObservatoryError) -> int:
    """The HTTP status of an error of ours."""
    if isinstance(error, NotAllowed):
        return 403
    if isinstance(error, Stale | WrongState):
        return 409
    return 422 if isinstance(error, BadInput) else 500
