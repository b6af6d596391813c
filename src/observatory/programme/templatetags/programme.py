"""Words and small marks of the programme's templates."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from observatory.programme.countries import country_name
from observatory.programme.words import LANGUAGES

register = template.Library()


@register.filter
def country(code: str) -> str:
    """A country in words."""
    return country_name(code)


@register.filter
def languages(codes: Iterable[str]) -> str:
    """Languages in words."""
    return ", ".join(str(LANGUAGES.get(code, code)) for code in codes)


@register.simple_tag
def cover(shares: Iterable[tuple[str, float]]) -> SafeString:
    """A bar of how much of our standard is covered: (name, per cent) in order. The legend beside it says it in numbers."""
    parts, start = [], 0.0
    for name, share in shares:
        parts.append((name, f"{start:.2f}", f"{share:.2f}"))
        start += share
    inside = format_html_join("", '<rect class="cover-{}" x="{}" y="0" width="{}" height="10"/>', parts)
    return format_html(
        '<svg class="chart cover" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>', inside
    )
