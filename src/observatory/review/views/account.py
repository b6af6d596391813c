"""Sign-in with an optional second factor, sign-out, one's own account, keys of the API."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import time
from typing import Any

import pyotp
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from observatory.review.audit import record
from observatory.review.models import ApiToken, User
from observatory.review.views.frame import THEMES, now, page

SCOPES = ("candidates", "dossiers", "decisions", "register")


class SignIn(forms.Form):
    """Name, password, and a code where a second factor is on."""

    username = forms.CharField(label=gettext_lazy("User name"), max_length=150)
    password = forms.CharField(label=gettext_lazy("Password"), widget=forms.PasswordInput, strip=False, max_length=500)
    code = forms.CharField(label=gettext_lazy("Code"), required=False, max_length=8)


@sensitive_post_parameters()
def sign_in(request: HttpRequest) -> HttpResponse:
    """Signs a person in. A wrong name, password or code gives one and the same answer."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    form = SignIn(request.POST or None)
    wrong = False
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        user = authenticate(request, username=data["username"], password=data["password"])
        if user is not None and (not user.totp_secret or totp_fits(user, data["code"])):
            login(request, user)
            return redirect(target)
        wrong = True
    status = 429 if getattr(request, "axes_locked_out", False) else (422 if wrong else 200)
    kept = bool(request.session.get("kept"))
    return render(
        request, "review/sign_in.html", {"form": form, "wrong": wrong, "next": target, "kept_some": kept}, status=status
    )


def totp_fits(user: User, code: str) -> bool:
    """Whether a code is right now, or half a minute ago, and was not used before."""
    step = int(time.time()) // 30
    for at in (step, step - 1):
        if at > user.totp_last and secrets.compare_digest(pyotp.TOTP(user.totp_secret).at(at * 30), code.strip()):
            return User.objects.filter(pk=user.pk, totp_last__lt=at).update(totp_last=at) == 1
    return False


def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    if request.method == "POST":
        logout(request)
    return redirect("sign_in")


@page("read", methods=("GET", "POST"))
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: language, password, second factor, keys of the API."""
    user: Any = request.user
    made = ""
    passwords = PasswordChangeForm(user)
    what = request.POST.get("what", "")
    if what == "language" and request.POST.get("language") in dict(settings.LANGUAGES):
        user.language = request.POST["language"]
        user.save(update_fields=("language",))
        answer = redirect("account")
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            max_age=31_536_000,
            samesite="Lax",
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
        return answer
    if what == "password":
        passwords = PasswordChangeForm(user, request.POST)
        if passwords.is_valid():
            passwords.save()
            update_session_auth_hash(request, user)
            record(by=user, verb="account.password_changed", of=user, details={}, now=now())
            messages.success(request, _("Your password was changed."))
            return redirect("account")
    if what == "totp_start":
        request.session["totp"] = pyotp.random_base32()
    if what == "totp_confirm" and request.session.get("totp"):
        if pyotp.TOTP(request.session["totp"]).verify(request.POST.get("code", "").strip(), valid_window=1):
            user.totp_secret = request.session.pop("totp")
            user.save(update_fields=("totp_secret",))
            record(by=user, verb="account.second_factor_on", of=user, details={}, now=now())
            messages.success(request, _("The second factor is on."))
            return redirect("account")
        messages.error(request, _("This code is not right. Check the clock of your telephone."))
    if what == "totp_off" and user.check_password(request.POST.get("password", "")):
        user.totp_secret = ""
        user.save(update_fields=("totp_secret",))
        record(by=user, verb="account.second_factor_off", of=user, details={}, now=now())
        return redirect("account")
    if what == "token" and request.POST.get("name", "").strip():
        made = make_token(
            owner=user, name=request.POST["name"].strip()[:80], now=now(),
            scopes=[scope for scope in request.POST.getlist("scopes") if scope in SCOPES],
        )  # fmt: skip
    if what == "revoke" and request.POST.get("token", "").isdigit():
        token = get_object_or_404(ApiToken, pk=request.POST["token"], owner=user)
        token.revoked_at = now()
        token.save(update_fields=("revoked_at",))
        record(by=user, verb="token.revoked", of=token, details={"name": token.name}, now=now())
        return redirect("account")
    secret = request.session.get("totp", "")
    return render(
        request, "review/account.html",
        {
            "languages": settings.LANGUAGES, "passwords": passwords, "secret": secret, "made": made, "scopes": SCOPES,
            "uri": pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name="Observatory") if secret else "",
            "tokens": user.tokens.filter(revoked_at__isnull=True),
        },
    )  # fmt: skip


def make_token(*, owner: User, name: str, scopes: list[str], now: dt.datetime) -> str:
    """A new key of the API, shown this once; only its SHA-256 is kept. It lasts a year."""
    key = f"obs_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        owner=owner, name=name, scopes=scopes, made_at=now, expires_at=now + dt.timedelta(days=365),
        digest=hashlib.sha256(key.encode()).hexdigest(),
    )  # fmt: skip
    record(by=owner, verb="token.made", of=token, details={"name": name, "scopes": scopes}, now=now)
    return key


def choose_language(request: HttpRequest) -> HttpResponse:
    """The language of the interface, from the foot of each page."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    answer = redirect(target)
    chosen = request.POST.get("language")
    if request.method == "POST" and chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=chosen)
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=31_536_000,
            samesite="Lax",
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
    return answer


def choose_theme(request: HttpRequest) -> HttpResponse:
    """Light or dark, from the foot of each page; empty follows the device. Kept in this browser."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    answer = redirect(target)
    chosen = request.POST.get("theme", "")
    if request.method == "POST" and chosen in THEMES:
        answer.set_cookie(
            "theme", chosen, max_age=31_536_000, samesite="Lax", secure=settings.LANGUAGE_COOKIE_SECURE, httponly=True
        )
    elif request.method == "POST":
        answer.delete_cookie("theme", samesite="Lax")
    return answer
