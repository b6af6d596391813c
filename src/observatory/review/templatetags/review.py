"""Small words of the templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from observatory.review.models import Kind, Status

register = template.Library()


@register.filter
def growth(row: Any) -> str:
    """The ratio with its interval: 2.1× (1.4–3.0)."""
    return f"{row.growth_ratio:.1f}× ({row.growth_low:.1f}–{row.growth_high:.1f})"


@register.filter
def percent(value: float) -> int:
    """A share as whole percent."""
    return round(100 * value)


@register.simple_tag
def status_tag(status: str) -> SafeString:
    """A status as a coloured tag; the words carry the meaning, the colour repeats it."""
    return mark_safe(f'<span class="tag st-{Status(status).value}">{Status(status).label}</span>')


@register.simple_tag
def kind_name(kind: str) -> str:
    """A kind in words."""
    return str(Kind(kind).label) if kind in Kind.values else _("unknown")


@register.filter
def alpha_word(value: float | None) -> str:
    """What an alpha means, after Krippendorff: 0.80 reliable, 0.667 tentative."""
    if value is None:
        return _("nothing to compare")
    return _("reliable") if value >= 0.8 else _("tentative") if value >= 0.667 else _("not reliable")


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """A value by its key."""
    return mapping.get(key) if mapping else None
