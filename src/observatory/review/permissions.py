"""Who may do what: the permissions of the review, and the groups that hold them.

Code asks for a permission (`review.vote`), never for a group; an administrator may change groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop

from observatory.errors import NotAllowed

# permission: what it lets a person do
PERMISSIONS: Mapping[str, str] = {
    "read": gettext_noop("May read candidates, dossiers and published decisions"),
    "comment": gettext_noop("May comment"),
    "assess": gettext_noop("May assess candidates"),
    "triage": gettext_noop("May assign, merge, split, rename, watch and send back candidates"),
    "table": gettext_noop("May call meetings and put candidates on the agenda"),
    "vote": gettext_noop("May vote in a committee"),
    "chair": gettext_noop("May open and close votes and settle a tie"),
    "publish": gettext_noop("May publish decisions"),
    "draft": gettext_noop("May write drafts of standards and answer comments"),
    "steer": gettext_noop("May lead the work on a standard through its steps"),
    "approve": gettext_noop("May approve standards"),
    "register": gettext_noop("May enter rows in the register, import it and make releases"),
    "audit": gettext_noop("May read and export the audit trail"),
    "operate": gettext_noop("May see the health of jobs and bring in dossiers"),
}

_READ = ("read",)
_ANALYST = (*_READ, "comment", "assess", "draft")
_MEMBER = (*_READ, "comment", "vote")
GROUPS: Mapping[str, tuple[str, ...]] = {
    "reader": _READ,
    "analyst": _ANALYST,
    "senior analyst": (*_ANALYST, "triage", "steer"),
    "committee member": _MEMBER,
    "chair": (*_MEMBER, "chair", "publish", "approve"),
    "secretary": (*_READ, "comment", "table", "publish", "steer", "register", "audit"),
    "administrator": (*_READ, "comment", "audit", "operate", "triage", "register"),
}


# Permissions of Django's admin on people and groups, for the administrators.
ADMINISTRATION: Mapping[str, tuple[str, ...]] = {
    "administrator": ("view_user", "add_user", "change_user", "view_group", "add_group", "change_group"),
}


# What each step in an address needs, asked before its form is read; the verb itself asks again.
OF_CANDIDATE: Mapping[str, str] = {
    "assign": "triage", "rename": "triage", "merge": "triage", "split": "triage", "watch": "triage",
    "send-back": "triage", "undo": "triage", "comment": "comment",
}  # fmt: skip
OF_MEETING: Mapping[str, str] = {"open": "chair", "close": "chair", "remove": "table", "table": "table"}
OF_ITEM: Mapping[str, str] = {
    "declare": "vote", "vote": "vote", "open": "chair", "count": "chair", "settle": "chair", "withdraw": "chair",
}  # fmt: skip
OF_DECISION: Mapping[str, str] = {"publish": "publish", "appeal": "triage"}
OF_PROJECT: Mapping[str, str] = {
    "bring-in": "draft", "edit": "draft", "answer": "draft", "give-back": "draft", "opinion": "steer", "assign": "steer",
    "advance": "steer", "return": "steer", "approve": "approve", "refuse": "approve", "enter": "register",
    "publish": "publish", "confirm": "steer", "withdraw": "publish",
}  # fmt: skip


def require(user: Any, permission: str) -> None:
    """Raises `NotAllowed` unless the user holds the permission: a name of `PERMISSIONS`, or another app's "app.name"."""
    if not user.is_active or not user.has_perm(permission if "." in permission else f"review.{permission}"):
        raise NotAllowed(
            gettext("this step needs the permission '%(permission)s' (%(what)s)")
            % {"permission": permission, "what": gettext(PERMISSIONS.get(permission) or _words(permission))}
        )


def _words(permission: str) -> str:
    """What the database says of a permission of another app ("app.name")."""
    from django.contrib.auth.models import Permission

    app, _, name = permission.partition(".")
    found = Permission.objects.filter(content_type__app_label=app, codename=name).values_list("name", flat=True).first()
    return str(found or permission)


def make_groups(sender: object, using: str, **_: object) -> None:
    """Makes each group with its permissions where the group is missing; an existing group is left as it is."""
    from django.apps import apps
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    create_permissions(sender, verbosity=0, using=using)
    create_permissions(apps.get_app_config("auth"), verbosity=0, using=using)
    for name, names in GROUPS.items():
        group, made = Group.objects.using(using).get_or_create(name=name)
        if made:
            ours = Permission.objects.using(using).filter(content_type__app_label="review", codename__in=names)
            people = Permission.objects.using(using).filter(
                content_type__app_label__in=("review", "auth"), codename__in=ADMINISTRATION.get(name, ())
            )
            group.permissions.set([*ours, *people])
