"""People and groups in Django's admin. What the review decides is changed by its verbs only, never here."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from observatory.review.models import User

admin.site.register(User, UserAdmin)
