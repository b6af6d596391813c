"""The Django app of the programme."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ProgrammeConfig(AppConfig):
    """Gives the groups their permissions after the first migration, and the record its words."""

    name = "observatory.programme"
    label = "programme"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Programme"

    def ready(self) -> None:
        from observatory.programme.permissions import give
        from observatory.programme.words import DETAILS, VERBS, WHAT
        from observatory.review import record_words
        from observatory.review.templatetags import review as words

        post_migrate.connect(give, sender=self)
        words.VERBS = {**words.VERBS, **VERBS}
        record_words.WHAT = {**record_words.WHAT, **WHAT}
        record_words.DETAILS = {**record_words.DETAILS, **DETAILS}
