"""People and groups in Django's admin. What the review decides is changed by its verbs only, never here.

One signs in on the site's own page, second factor and lock-out included; each change of a person or a group
is a row of the audit trail in the same transaction.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from observatory.errors import NotAllowed
from observatory.review.audit import record
from observatory.review.models import User


class _Recorded:
    """Writes each change into the audit trail; Django's admin makes it inside a transaction."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return self._say(request, obj, "made", message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return self._say(request, obj, "changed", message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            self._say(request, obj, "removed", "")

    def _say(self, request: HttpRequest, obj: Any, verb: str, message: Any) -> None:
        details: dict[str, Any] = {"name": str(obj), "changes": message}
        if isinstance(obj, User):
            details["groups"] = sorted(obj.groups.values_list("name", flat=True)) if obj.pk else []
            details["active"] = obj.is_active
        else:
            details["permissions"] = sorted(obj.permissions.values_list("codename", flat=True))
        name = obj._meta.model_name
        record(by=request.user, verb=f"{name}.{verb}", of=obj, details=details, now=timezone.now())


class People(_Recorded, UserAdmin):
    """People are never deleted, as the record names them; one who left is made inactive."""

    list_display = ("username", "first_name", "last_name", "email", "is_active", "last_login")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email", "language")}),
        ("Rights", {"fields": ("is_active", "is_staff", "groups")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return bool(super().has_change_permission(request, obj)) and not above


class Groups(_Recorded, GroupAdmin):
    """Roles are groups of permissions; only those of the review are offered."""

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request=request, **kwargs)
        if db_field.name == "permissions" and field is not None:
            field.queryset = field.queryset.filter(content_type__app_label__in=("review", "auth"))
        return field


def sign_in(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """The admin has no door of its own."""
    if request.user.is_authenticated:
        raise NotAllowed(gettext("the administration is for administrators"))
    return redirect_to_login(request.get_full_path(), reverse("sign_in"), "next")


admin.site.login = sign_in
admin.site.register(User, People)
admin.site.unregister(Group)
admin.site.register(Group, Groups)
