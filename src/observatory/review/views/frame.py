"""What every page shares: who may open it, its menu, what was typed before a session ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from observatory.review.permissions import require
from observatory.review.rules import Rules

View = Callable[..., HttpResponse]
WHO = "who"
THEMES = ("light", "dark")

# (name of the address, words, permission that shows it)
MENU = (
    ("home", _("Home"), "read"),
    ("queue", _("Candidates"), "read"),
    ("landscape", _("Landscape"), "read"),
    ("trends", _("Trends"), "read"),
    ("meetings", _("Committee"), "read"),
    ("standards", _("Standards"), "read"),
    ("register", _("Register"), "read"),
    ("programme:home", _("Programme"), "read"),
    ("archive", _("Reports"), "read"),
    ("agreement", _("Agreement"), "triage"),
    ("trail", _("Record"), "audit"),
    ("jobs", _("Jobs"), "operate"),
)

# What everybody sees, without signing in.
OPEN_MENU = (
    ("professions", _("Professions")),
    ("releases", _("Open data")),
    ("consultations", _("Consultations")),
)


def rules() -> Rules:
    """The committee's rules as the workspace sets them now."""
    return Rules(**settings.WORKSPACE.settings.committee.model_dump())


def now() -> dt.datetime:
    """The site's clock."""
    return timezone.now()


def page(permission: str, *, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """A view for signed-in people who hold a permission. What is typed after a session ended is kept."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if request.method not in (*methods, "HEAD"):
                answer = HttpResponse(status=405)
                answer["Allow"] = ", ".join(methods)
                return answer
            require(request.user, permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return wrap


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    target = request.get_full_path()
    if request.method == "POST":
        typed = {
            name: values
            for name, values in request.POST.lists()
            if name not in ("csrfmiddlewaretoken", "version") and any(value.strip() for value in values)
        }
        target = _page_of(request)
        who = str(request.get_signed_cookie(WHO, default="", max_age=30 * 86_400))
        request.session["kept"] = {
            "page": target.partition("?")[0], "typed": typed, "who": int(who) if who.isdigit() else 0,
        }  # fmt: skip
    answer = redirect(f"{reverse('sign_in')}?{urlencode({'next': target})}")
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = f"{reverse('sign_in')}?{urlencode({'next': target})}"
    return answer


def _page_of(request: HttpRequest) -> str:
    """The page whose form was sent: the one the browser says it came from, else the address itself or home."""
    came = urlsplit(request.headers.get("Referer", ""))
    if came.netloc == request.get_host() and came.path.startswith("/") and not came.path.startswith("//"):
        return came.path + (f"?{came.query}" if came.query else "")
    named = str(request.POST.get("page", ""))
    return named if named.startswith("/") and not named.startswith("//") else reverse("home")


def take_kept(request: HttpRequest) -> dict[str, list[str]]:
    """What the same person typed on this page before the session ended, for a form that puts it back itself."""
    kept = request.session.get("kept")
    if not kept or kept["page"] != request.path or kept["who"] != request.user.pk:
        return {}
    del request.session["kept"]
    return dict(kept["typed"])


def remember_who(answer: HttpResponse, user: Any) -> None:
    """Marks the browser with who signed in, so that what is typed later is given back to nobody else."""
    answer.set_signed_cookie(
        WHO, str(user.pk), max_age=30 * 86_400, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def frame(request: HttpRequest) -> dict[str, Any]:
    """Template values of the frame: menu, workspace, what was kept."""
    user = getattr(request, "user", None)
    theme = request.COOKIES.get("theme", "")
    shared = {
        "workspace_name": settings.WORKSPACE.settings.workspace.name,
        "tongues": settings.LANGUAGES,
        "theme": theme if theme in THEMES else "",
    }
    here = request.path
    if user is None or not user.is_authenticated:
        open_menu = [
            {"url": reverse(name), "words": words, "here": here.startswith(reverse(name))} for name, words in OPEN_MENU
        ]
        return {**shared, "menu": open_menu}
    menu = [
        {"url": reverse(name), "words": words, "here": here == reverse(name) or (
            name != "home" and here.startswith(reverse(name).rstrip("/") + "/"))}
        for name, words, permission in MENU
        if user.has_perm(f"review.{permission}")
    ]  # fmt: skip
    may = {name.split(".", 1)[1]: True for name in user.get_all_permissions() if name.startswith("review.")}
    kept = [(name, value) for name, many in take_kept(request).items() for value in many if value.strip()]
    return {**shared, "menu": menu, "may": may, "kept_typed": kept}
