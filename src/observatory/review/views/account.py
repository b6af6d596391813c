"""Sign-in with an optional second factor, sign-out, one's own account, keys of the API."""

from __future__ import annotations

import secrets
import time
from typing import Any

import pyotp
import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from observatory.review import actions
from observatory.review.actions.accounts import SCOPES
from observatory.review.forms import NewKey
from observatory.review.models import ApiToken, User
from observatory.review.templatetags.review import SCOPES as SCOPE_WORDS
from observatory.review.views.frame import THEMES, now, page, remember_who


class SignIn(forms.Form):
    """Name, password, and a code where a second factor is on."""

    username = forms.CharField(label=gettext_lazy("User name"), max_length=150)
    password = forms.CharField(label=gettext_lazy("Password"), widget=forms.PasswordInput, strip=False, max_length=500)
    code = forms.CharField(label=gettext_lazy("Code"), required=False, max_length=8)


@sensitive_post_parameters()
def sign_in(request: HttpRequest) -> HttpResponse:
    """Signs a person in. A wrong name, password or code gives one and the same answer, and counts as a failure."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    form = SignIn(request.POST or None)
    wrong = request.method == "POST"
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        name = data["username"]
        user = authenticate(request, username=name, password=data["password"])
        if user is not None and user.totp_secret and not totp_fits(user, data["code"]):
            # The password was right: only the failure that axes counts keeps the code from being guessed.
            said = {"username": name, "password": "", "code": ""}
            user_login_failed.send(__name__, credentials=said, request=request)
            user = None
        if user is not None:
            login(request, user)
            answer = redirect(target)
            remember_who(answer, user)
            return answer
    locked = bool(getattr(request, "axes_locked_out", False))
    status = 429 if locked else 422 if wrong else 200
    context = {
        "form": form, "wrong": wrong, "locked": locked, "next": target, "kept_some": bool(request.session.get("kept")),
    }  # fmt: skip
    return render(request, "review/sign_in.html", context, status=status)


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
    wrong: dict[str, str] = {}
    key = _key_form()
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
            actions.change_password(password=passwords.cleaned_data["new_password1"], by=user, now=now())
            update_session_auth_hash(request, user)
            messages.success(request, _("Your password was changed."))
            return redirect("account")
    if what == "totp_start" and not user.totp_secret:
        request.session["totp"] = pyotp.random_base32()
        return redirect("account")
    if what == "totp_confirm" and request.session.get("totp"):
        if pyotp.TOTP(request.session["totp"]).verify(request.POST.get("code", "").strip(), valid_window=1):
            actions.turn_second_factor_on(secret=request.session.pop("totp"), by=user, now=now())
            messages.success(request, _("The second factor is on."))
            return redirect("account")
        wrong["code"] = _("This code is not right. Check the clock of your telephone.")
    if what == "totp_off":
        if user.check_password(request.POST.get("password", "")):
            actions.turn_second_factor_off(by=user, now=now())
            messages.success(request, _("The second factor is off."))
            return redirect("account")
        wrong["password"] = _("This password is not right.")
    if what == "token":
        # Shown in the answer to this one request, and never kept: a second look needs a second key.
        key = _key_form(request.POST)
        if key.is_valid():
            made = actions.make_token(by=user, **key.cleaned_data, now=now())
            key = _key_form()
    if what == "revoke" and request.POST.get("token", "").isdigit():
        token = get_object_or_404(ApiToken, pk=int(request.POST["token"][:15]), owner=user)
        actions.revoke_token(token=token, by=user, now=now())
        return redirect("account")
    passwords.fields["old_password"].widget.attrs.pop("autofocus", None)
    secret = request.session.get("totp", "")
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name="Observatory") if secret else ""
    return render(
        request, "review/account.html",
        {
            "languages": settings.LANGUAGES, "passwords": passwords, "key": key, "wrong": wrong, "secret": secret, "made": made,
            "uri": uri, "qr": _qr(uri) if uri else "", "tokens": user.tokens.filter(revoked_at__isnull=True),
        },
        status=422 if wrong or key.errors or passwords.errors else 200,
    )  # fmt: skip


def _qr(uri: str) -> SafeString:
    """The address of a second factor as a QR code, an SVG for inside the page."""
    drawn = segno.make(uri, error="m", micro=False).svg_inline(
        omitsize=True, border=2, title=_("QR code of the key"), svgclass=None, lineclass=None
    )
    return mark_safe(drawn)


def _key_form(data: Any = None) -> NewKey:
    return NewKey(data, scopes=[(name, SCOPE_WORDS[name]) for name in SCOPES], auto_id="key-%s")


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
