"""The Django app of the review."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReviewConfig(AppConfig):
    """Makes the groups after each migration, so that a role always has its permissions."""

    name = "observatory.review"
    label = "review"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Review"

    def ready(self) -> None:
        from observatory.review.permissions import make_groups

        post_migrate.connect(make_groups, sender=self)
