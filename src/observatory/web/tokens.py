"""Keys of the API: who holds one, with which scope, and how often it may call."""

from __future__ import annotations

import hashlib
import time

from django.conf import settings
from django.db.models import Case, F, Value, When

from observatory.review.models import ApiToken
from observatory.review.views.frame import now


def holder(key: str) -> ApiToken | None:
    """The token of a key that is valid now."""
    if not key.startswith("obs_") or len(key) > 200:
        return None
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    found: ApiToken | None = ApiToken.objects.select_related("owner").filter(
        digest=digest, revoked_at__isnull=True, expires_at__gt=now(), owner__is_active=True
    ).first()  # fmt: skip
    return found


def covers(token: ApiToken, scope: str) -> bool:
    """Whether a key has the scope and its owner may read the site."""
    return scope in token.scopes and bool(token.owner.has_perm("review.read"))


def within_rate(token: ApiToken) -> bool:
    """Counts a call; False when the token has used up this minute."""
    minute = int(time.time()) // 60
    ApiToken.objects.filter(pk=token.pk).update(
        calls=Case(When(minute=minute, then=F("calls") + 1), default=Value(1)), minute=minute
    )
    calls = ApiToken.objects.values_list("calls", flat=True).get(pk=token.pk)
    return bool(calls <= settings.WORKSPACE.settings.site.api_per_minute)
