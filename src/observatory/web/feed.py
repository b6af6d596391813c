"""The Atom feed: new candidates and published decisions, newest first; open to whoever may read the site.

A feed reader signs in with a key of the API in the address: /feed.atom?key=obs_...
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.contrib.syndication.views import Feed as _Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from observatory.review.models import Candidate, Decision
from observatory.review.permissions import require
from observatory.web.tokens import covers, holder, within_rate

Entry = tuple[str, str, str, dt.datetime, str]


class Feed(_Feed):
    """Entries are (title, address, words, time, permanent id)."""

    feed_type = Atom1Feed

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user: Any = request.user
        if user.is_authenticated:
            require(user, "read")
            return super().__call__(request, *args, **kwargs)
        token = holder(request.GET.get("key", ""))
        if token is None or not covers(token, "register"):
            return HttpResponse(_("Sign in, or give a key of the API: /feed.atom?key=…"), status=401)
        if not within_rate(token):
            return HttpResponse(_("Too many calls in this minute; wait for the next."), status=429)
        return super().__call__(request, *args, **kwargs)

    def title(self) -> str:
        return _("Emerging professions: candidates and decisions")

    def link(self) -> str:
        return reverse("register")

    def items(self) -> Sequence[Entry]:
        fresh = Candidate.objects.order_by("-created_at")[:50].values_list("candidate_id", "title", "created_at")
        found: list[Entry] = [
            (
                _("New candidate: %(name)s") % {"name": _clean(title)},
                reverse("candidate", args=(key,)),
                "",
                at,
                f"c:{key}",
            )
            for key, title, at in fresh
        ]
        for row in Decision.objects.filter(published_at__isnull=False).select_related("candidate")[:50]:
            words = f"{row.get_outcome_display()}: {_clean(row.name)}"
            where = reverse("candidate", args=(row.candidate.candidate_id,))
            found.append((words, where, _clean(row.reason), row.published_at, f"d:{row.pk}"))
        return sorted(found, key=lambda entry: entry[3], reverse=True)

    def item_title(self, item: Entry) -> str:
        return item[0]

    def item_link(self, item: Entry) -> str:
        return item[1]

    def item_description(self, item: Entry) -> str:
        return item[2]

    def item_updateddate(self, item: Entry) -> dt.datetime:
        return item[3]

    def item_guid(self, item: Entry) -> str:
        return f"urn:observatory:{item[4]}"


def _clean(text: str) -> str:
    return "".join(letter for letter in text if letter >= " " or letter in "\n\t")
