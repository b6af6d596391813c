"""The permissions of the programme, and the groups that hold them from the start.

Reading needs the review's `read`; the names here are those of `programme.NAME`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_noop

# permission: what it lets a person do
PERMISSIONS: Mapping[str, str] = {
    "keep": gettext_noop("May keep partners, comparisons of standards and the registers"),
    "experts": gettext_noop("May see, keep and invite experts"),
    "crosswalk": gettext_noop("May confirm and reject crosswalks"),
}
GROUPS: Mapping[str, tuple[str, ...]] = {
    "senior analyst": ("crosswalk",),
    "secretary": ("keep", "experts"),
    "administrator": ("keep", "experts", "crosswalk"),
}
FIRST = ("programme", "0001_initial")


def give(sender: object, using: str, plan: Iterable[tuple[Any, bool]] | None = None, **_: object) -> None:
    """Gives the groups their permissions when these have just been made; later an administrator decides."""
    from django.apps import apps
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    from observatory.review.permissions import make_groups

    create_permissions(sender, verbosity=0, using=using)
    ours = Permission.objects.using(using).filter(content_type__app_label="programme")
    made_now = any((one.app_label, one.name) == FIRST and not back for one, back in plan or ())
    if not made_now and (plan is not None or ours.filter(group__isnull=False).exists()):
        return
    make_groups(apps.get_app_config("review"), using)
    for name, names in GROUPS.items():
        for group in Group.objects.using(using).filter(name=name):
            group.permissions.add(*ours.filter(codename__in=names))
