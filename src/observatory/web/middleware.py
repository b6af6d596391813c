"""What happens around every page: security headers, the person's language, refusals, a lost database."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import translation

from observatory.errors import BadInput, NotAllowed, ObservatoryError, Stale, WrongState
from observatory.review.views.errors import AWAY, away, not_found

Handler = Callable[[HttpRequest], HttpResponseBase]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def headers(next_handler: Handler) -> Handler:
    """No inline script or style, nothing from elsewhere, nothing kept by a cache; how long the server took."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        started, worked = time.perf_counter(), time.thread_time()
        answer = next_handler(request)
        took, cpu = 1000 * (time.perf_counter() - started), 1000 * (time.thread_time() - worked)
        answer.headers["Server-Timing"] = f"app;dur={took:.1f}, cpu;dur={cpu:.1f}"
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
    """A database that goes away during a page gives a page that says so, and nothing half-written.

    Where it is away before the page begins (session, user), `views.errors.broken` gives the same page.
    """

    def __init__(self, next_handler: Handler) -> None:
        self.next_handler = next_handler

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.next_handler(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        return away(request) if isinstance(error, AWAY) else None


class refusals:  # noqa: N801 - a middleware, named as one uses it
    """An error of ours becomes a page with the right status code and what to do."""

    def __init__(self, next_handler: Handler) -> None:
        self.next_handler = next_handler

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path:  # PostgreSQL holds no text with it, so nothing has such an address
            if request.path.startswith("/api/"):
                return JsonResponse({"detail": "nothing has an address with a NUL byte"}, status=404)
            return not_found(request)
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
