"""Words, dates and small marks of the templates, in the reader's language."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils import timezone
from django.utils.dateformat import format as date_words
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from observatory.review.models import Criterion, Decision, Kind, Outcome, Status
from observatory.review.record_words import details_in_words, what_name

register = template.Library()

# How a day and a month are written, by language; the first row is for all others.
DAYS: Mapping[str, tuple[str, str]] = {
    "": ("j M Y", "M Y"),
    "zh-hans": ("Y年n月j日", "Y年n月"),
}  # fmt: skip
OPEN = 9999.0  # an interval of growth that reaches this has no upper bound
SECTORS: Mapping[str, Any] = {
    "ai": gettext_lazy("Artificial intelligence"),
    "manufacturing": gettext_lazy("Advanced manufacturing"),
    "green": gettext_lazy("Green technology"),
}
COMPONENTS: Mapping[str, Any] = {
    "growth": gettext_lazy("growth"),
    "novelty": gettext_lazy("novelty"),
    "breadth": gettext_lazy("breadth of employers"),
    "persistence": gettext_lazy("persistence"),
    "cohesion": gettext_lazy("cohesion"),
    "distinctness": gettext_lazy("skills of its own"),
}
SCOPES: Mapping[str, Any] = {
    "candidates": gettext_lazy("candidates"),
    "dossiers": gettext_lazy("dossiers"),
    "decisions": gettext_lazy("decisions"),
    "register": gettext_lazy("register"),
}
TONGUES = {
    "en": "English",
    "zh": "中文",
    "it": "Italiano",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "ru": "Русский",
}
DECIDED: Mapping[str, Any] = {
    Outcome.ADOPT: gettext_lazy("Adopted"),
    Outcome.WATCH: gettext_lazy("Watching"),
    Outcome.MERGE: gettext_lazy("Merged"),
    Outcome.REJECT: gettext_lazy("Rejected"),
    Outcome.DEFER: gettext_lazy("Deferred"),
}
# The verbs of the audit trail, as people read them.
VERBS: Mapping[str, Any] = {
    "dossier.new": gettext_lazy("first dossier came in"),
    "dossier.updated": gettext_lazy("newer dossier came in"),
    "dossier.silent": gettext_lazy("newer dossier came in; the candidate stays rejected"),
    "dossier.woken": gettext_lazy("newer dossier came in and woke the candidate"),
    "dossier.decided": gettext_lazy("newer dossier came in after the decision"),
    "dossier.words_removed": gettext_lazy("quotations removed from a dossier"),
    "draft.words_removed": gettext_lazy("quotations removed from a draft"),
    "words.removed": gettext_lazy("words removed"),
    "candidate.assigned": gettext_lazy("analysts assigned"),
    "candidate.renamed": gettext_lazy("renamed"),
    "candidate.merged": gettext_lazy("merged into another candidate"),
    "candidate.split": gettext_lazy("split"),
    "candidate.watched": gettext_lazy("put under watch"),
    "candidate.sent_back": gettext_lazy("sent back to the queue"),
    "candidate.undone": gettext_lazy("last step taken back"),
    "candidate.commented": gettext_lazy("commented"),
    "assessment.saved": gettext_lazy("draft of an assessment saved"),
    "assessment.submitted": gettext_lazy("assessment submitted"),
    "meeting.called": gettext_lazy("meeting called"),
    "meeting.opened": gettext_lazy("meeting opened"),
    "meeting.closed": gettext_lazy("meeting closed"),
    "member.removed": gettext_lazy("member removed from the meeting"),
    "conflict.declared": gettext_lazy("conflict of interest declared"),
    "item.tabled": gettext_lazy("put on the agenda"),
    "vote.opened": gettext_lazy("vote opened"),
    "vote.cast": gettext_lazy("vote cast"),
    "vote.tied": gettext_lazy("vote tied"),
    "item.decided": gettext_lazy("decided"),
    "item.withdrawn": gettext_lazy("item withdrawn without a decision"),
    "decision.published": gettext_lazy("decision published"),
    "decision.appealed": gettext_lazy("appeal"),
    "project.started": gettext_lazy("work on a standard begun"),
    "project.assigned": gettext_lazy("step given to another owner or date"),
    "project.consulted": gettext_lazy("draft put to consultation"),
    "project.handed_to_experts": gettext_lazy("draft put to experts"),
    "project.put_to_approval": gettext_lazy("draft put to approval"),
    "project.approved": gettext_lazy("standard approved"),
    "project.published": gettext_lazy("standard published"),
    "project.returned": gettext_lazy("standard sent back to drafting"),
    "project.confirmed": gettext_lazy("standard reviewed and confirmed"),
    "project.withdrawn": gettext_lazy("standard withdrawn"),
    "draft.written": gettext_lazy("version of a draft written"),
    "remark.written": gettext_lazy("comment on a draft came in"),
    "remark.answered": gettext_lazy("comment on a draft answered"),
    "opinion.given": gettext_lazy("opinion of an expert put on record"),
    "entry.stored": gettext_lazy("row of the register written"),
    "register.imported": gettext_lazy("register imported"),
    "release.made": gettext_lazy("register released"),
    "user.made": gettext_lazy("person added"),
    "user.changed": gettext_lazy("person changed"),
    "group.made": gettext_lazy("group added"),
    "group.changed": gettext_lazy("group changed"),
    "group.removed": gettext_lazy("group removed"),
    "token.made": gettext_lazy("key of the API made"),
    "token.revoked": gettext_lazy("key of the API revoked"),
    "account.password_changed": gettext_lazy("password changed"),
    "account.second_factor_on": gettext_lazy("second factor switched on"),
    "account.second_factor_off": gettext_lazy("second factor switched off"),
}


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """A day as the language writes it: 3 Nov 2026, 2026年11月3日."""
    return _date(value, 0)


@register.filter
def month(value: dt.date | dt.datetime | None) -> str:
    """A month as the language writes it."""
    return _date(value, 1)


def _date(value: dt.date | dt.datetime | None, part: int) -> str:
    if value is None:
        return ""
    local = timezone.localtime(value).date() if isinstance(value, dt.datetime) else value
    return _written(local, part, get_language() or "")


@functools.lru_cache(maxsize=4096)
def _written(day: dt.date, part: int, language: str) -> str:
    """A page writes the same few days many times."""
    return str(date_words(day, DAYS.get(language, DAYS[""])[part]))


def figure(value: float, places: int = 0) -> str:
    """A number rounded to so many places, with the language's decimal sign and thousands."""
    return str(number_format(round(value, places), places, use_l10n=True, force_grouping=True))


@register.filter
def growth(row: Any) -> str:
    """The ratio with its interval: 2.1× (1.4–3.0); in words where the interval has no bounds and shows nothing."""
    if not growth_known(row):
        return _("growth not known")
    return growth_words(row.growth_ratio, row.growth_low, row.growth_high)


def growth_words(ratio: float, low: float, high: float) -> str:
    """A ratio with its 95 % interval: 2.1× (1.4–3.0)."""
    return f"{figure(ratio, 1)}× ({_between(low, high)})"


def bounded(low: float, high: float) -> bool:
    """Whether the postings bound the growth on any side; 9,999 stands for no bound."""
    return low > 0 or high < OPEN


@register.filter
def growth_known(row: Any) -> bool:
    """Whether the growth of a candidate is known at all."""
    return bounded(row.growth_low, row.growth_high)


@register.filter
def interval(row: Any) -> str:
    """The 95 % interval of the growth: 1.4–3.0."""
    return _between(row.growth_low, row.growth_high)


def _between(low: float, high: float) -> str:
    return f"{figure(low, 1)}–{figure(high, 1) if high < OPEN else '∞'}"


@register.filter
def chance(value: float) -> str:
    """A q-value: four places, and below them only that it is smaller."""
    return f"= {figure(value, 4)}" if value >= 0.0001 else f"< {figure(0.0001, 4)}"


@register.filter
def percent(value: float) -> int:
    """A share as whole percent."""
    return round(100 * value)


@register.filter
def sector(name: str) -> str:
    """A sector in words; one of the workspace's own as it is."""
    return str(SECTORS.get(name, name))


@register.filter
def sectors(names: Iterable[str]) -> str:
    """Several sectors in words."""
    return ", ".join(sector(name) for name in names)


@register.filter
def component(name: str) -> str:
    """A component of the score in words."""
    return str(COMPONENTS.get(name, name.replace("_", " ")))


@register.filter
def criterion(name: str) -> str:
    """A criterion in words."""
    return str(Criterion(name).label) if name in Criterion.values else name


@register.filter
def scope(name: str) -> str:
    """A scope of an API key in words."""
    return str(SCOPES.get(name, name))


@register.filter
def language_name(code: str) -> str:
    """A language by its own name."""
    return TONGUES.get(code, code)


@register.filter
def verb_word(verb: str) -> str:
    """A verb of the audit trail in words."""
    return str(VERBS.get(verb, verb))


register.filter("details_in_words", details_in_words)
register.filter("what_name", what_name)


@register.filter
def outcome_word(decision: Decision) -> str:
    """What was decided, as a state: Adopted, Rejected."""
    return str(DECIDED.get(decision.outcome, decision.outcome))


@register.simple_tag
def status_tag(status: str) -> SafeString:
    """A status as a coloured tag; the words carry the meaning, the colour repeats it."""
    return format_html('<span class="tag st-{}">{}</span>', Status(status).value, Status(status).label)


@register.simple_tag
def line_key(number: int) -> SafeString:
    """The key of a chart's line: its colour and its dashes."""
    return format_html(
        '<svg class="line-key" viewBox="0 0 30 8" width="30" height="8" aria-hidden="true">'
        '<line class="line c{0} d{0}" x1="0" x2="30" y1="4" y2="4"/></svg>', number,
    )  # fmt: skip


@register.simple_tag
def kind_name(kind: str) -> str:
    """A kind in words."""
    return str(Kind(kind).label) if kind in Kind.values else _("unknown")


@register.simple_tag
def alpha_bar(value: float | None) -> SafeString:
    """An alpha as a bar and a number; a dash where nothing can be compared."""
    if value is None:
        return mark_safe("—")
    return format_html(
        '<meter min="0" max="1" value="{}" aria-label="alpha"></meter> {}',
        f"{max(value, 0):.3f}",
        figure(value, 2),
    )


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
