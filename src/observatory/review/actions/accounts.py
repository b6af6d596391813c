"""Verbs on one's own account: password, second factor, keys of the API."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext

from observatory.errors import WrongState
from observatory.review.audit import record
from observatory.review.models import ApiToken, User

SCOPES = ("candidates", "dossiers", "decisions", "register")
TOKEN_DAYS = 365


def change_password(*, password: str, by: User, now: dt.datetime) -> None:
    """Sets a new password, checked by the form before. Other sessions of the person end."""
    with transaction.atomic():
        by.set_password(password)
        by.save(update_fields=("password",))
        record(by=by, verb="account.password_changed", of=by, details={}, now=now)


def turn_second_factor_on(*, secret: str, by: User, now: dt.datetime) -> None:
    """From now on a sign-in needs a code made with this secret (RFC 6238)."""
    with transaction.atomic():
        by.totp_secret, by.totp_last = secret, 0
        by.save(update_fields=("totp_secret", "totp_last"))
        record(by=by, verb="account.second_factor_on", of=by, details={}, now=now)


def turn_second_factor_off(*, by: User, now: dt.datetime) -> None:
    """A password is enough again."""
    with transaction.atomic():
        by.totp_secret = ""
        by.save(update_fields=("totp_secret",))
        record(by=by, verb="account.second_factor_off", of=by, details={}, now=now)


def make_token(*, by: User, name: str, scopes: Sequence[str], now: dt.datetime) -> str:
    """A new key of the API, given this once; only its SHA-256 is kept. It lasts a year."""
    known = [scope for scope in SCOPES if scope in scopes]
    if not name.strip() or not known:
        raise WrongState(
            gettext("a key has a name and at least one of the scopes %(list)s") % {"list": ", ".join(SCOPES)},
            field="name" if not name.strip() else "scopes",
        )
    key = f"obs_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        token = ApiToken.objects.create(
            owner=by, name=name.strip()[:80], scopes=known, made_at=now, expires_at=now + dt.timedelta(days=TOKEN_DAYS),
            digest=hashlib.sha256(key.encode()).hexdigest(),
        )  # fmt: skip
        record(by=by, verb="token.made", of=token, details={"name": token.name, "scopes": known}, now=now)
    return key


def revoke_token(*, token: ApiToken, by: User, now: dt.datetime) -> None:
    """Ends a key of one's own."""
    with transaction.atomic():
        fresh: ApiToken = ApiToken.objects.select_for_update(no_key=True).get(pk=token.pk, owner=by)
        if fresh.revoked_at is not None:
            raise WrongState(gettext("this key was revoked already"))
        fresh.revoked_at = now
        fresh.save(update_fields=("revoked_at",))
        record(by=by, verb="token.revoked", of=fresh, details={"name": fresh.name}, now=now)
