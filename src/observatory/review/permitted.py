"""Signing in, and all permissions of a person in one question to the database."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Q


class Backend(ModelBackend):
    """Django's backend, which asks twice: once for the groups, once for the person."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Names such as "review.vote". Empty for who is inactive or asks about one object."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if user_obj.is_superuser:
            held: set[str] = super().get_all_permissions(user_obj)
            return held
        if not hasattr(user_obj, "_held"):
            rows = Permission.objects.filter(Q(user=user_obj) | Q(group__user=user_obj)).order_by()
            user_obj._held = {f"{app}.{name}" for app, name in rows.values_list("content_type__app_label", "codename")}
        found: set[str] = user_obj._held
        return found
