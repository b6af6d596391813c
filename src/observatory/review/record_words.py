"""The rows of the audit trail, as people read them. What is stored stays: it is hashed as it is."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# What a row is about -> its name.
WHAT: Mapping[str, Any] = {
    "agendaitem": gettext_lazy("agenda item"),
    "apitoken": gettext_lazy("key of the API"),
    "assessment": gettext_lazy("assessment"),
    "candidate": gettext_lazy("candidate"),
    "comment": gettext_lazy("comment"),
    "decision": gettext_lazy("decision"),
    "entry": gettext_lazy("entry"),
    "meeting": gettext_lazy("meeting"),
    "project": gettext_lazy("standard"),
    "release": gettext_lazy("release"),
    "user": gettext_lazy("person"),
}

# A key of the details -> its name. A key that is not here, of a newer version, is shown as it is.
DETAILS: Mapping[str, Any] = {
    "abstain": gettext_lazy("abstaining"),
    "against": gettext_lazy("against"),
    "analysts": gettext_lazy("analysts"),
    "answer": gettext_lazy("answer"),
    "apart": gettext_lazy("points apart"),
    "as_of": gettext_lazy("as of"),
    "before": gettext_lazy("before"),
    "candidate": gettext_lazy("candidate"),
    "carried": gettext_lazy("carried"),
    "casting": gettext_lazy("casting vote"),
    "chair": gettext_lazy("chair"),
    "changed": gettext_lazy("changed"),
    "choice": gettext_lazy("choice"),
    "code": gettext_lazy("code"),
    "comment": gettext_lazy("comment"),
    "dossier": gettext_lazy("dossier"),
    "draft": gettext_lazy("draft"),
    "due": gettext_lazy("due"),
    "effective": gettext_lazy("effective from"),
    "fields": gettext_lazy("fields"),
    "for": gettext_lazy("for"),
    "from": gettext_lazy("from"),
    "grounds": gettext_lazy("grounds"),
    "held_on": gettext_lazy("held on"),
    "identity": gettext_lazy("row"),
    "into": gettext_lazy("into"),
    "kind": gettext_lazy("kind"),
    "known": gettext_lazy("known"),
    "meeting": gettext_lazy("meeting"),
    "member": gettext_lazy("member"),
    "members": gettext_lazy("members"),
    "mentions": gettext_lazy("mentions"),
    "merge_into": gettext_lazy("merge into"),
    "name": gettext_lazy("name"),
    "new": gettext_lazy("new"),
    "note": gettext_lazy("note"),
    "number": gettext_lazy("number"),
    "opinion": gettext_lazy("opinion"),
    "outcome": gettext_lazy("outcome"),
    "owner": gettext_lazy("owner"),
    "parent": gettext_lazy("parent occupation"),
    "parts": gettext_lazy("parts"),
    "points": gettext_lazy("points"),
    "postings": gettext_lazy("postings"),
    "problems": gettext_lazy("problems"),
    "quotations": gettext_lazy("quotations"),
    "reason": gettext_lazy("reason"),
    "reason_code": gettext_lazy("ground of rejection"),
    "remark": gettext_lazy("comment on the draft"),
    "reply": gettext_lazy("reply"),
    "returned": gettext_lazy("returned"),
    "review": gettext_lazy("review on"),
    "row": gettext_lazy("row of the record"),
    "rows": gettext_lazy("rows"),
    "rules": gettext_lazy("rules"),
    "scopes": gettext_lazy("scopes"),
    "sha256": gettext_lazy("SHA-256"),
    "sha256_now": gettext_lazy("SHA-256 of what is left"),
    "stage": gettext_lazy("stage"),
    "status": gettext_lazy("status"),
    "title": gettext_lazy("title"),
    "titles": gettext_lazy("titles"),
    "to": gettext_lazy("to"),
    "until": gettext_lazy("until"),
    "vacancies": gettext_lazy("vacancies"),
    "verb": gettext_lazy("step"),
    "version": gettext_lazy("version"),
    "view": gettext_lazy("view"),
    "watch_until": gettext_lazy("watch until"),
    "why": gettext_lazy("why"),
}


def what_name(what: str) -> str:
    """What a row is about, in the reader's language."""
    return str(WHAT.get(what, what))


def detail_name(key: str) -> str:
    """A key of the details in the reader's language."""
    return str(DETAILS.get(key, key.replace("_", " ")))


def details_in_words(row: Any) -> list[tuple[str, str]]:
    """The details of a row as pairs of name and value; what is empty says nothing and is left out."""
    named = ((detail_name(key), _value(row.what, key, value)) for key, value in row.details.items())
    return [(name, value) for name, value in named if value]


def _value(what: str, key: str, value: Any) -> str:
    """One value: a code by its label, a change as before → after, several with commas between."""
    if value is None:
        return ""
    if key == "with":  # what a conflict of interest is with
        return what_name(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return str(number_format(round(value, 2), use_l10n=True))
    if isinstance(value, Mapping):
        inner = what if key == "changed" else ""
        pairs = ((detail_name(name), _change(inner, name, each)) for name, each in value.items())
        return ", ".join(f"{name} {each}" for name, each in pairs if each)
    labels = _labels(what, key)
    if isinstance(value, list):
        return _change(what, key, value) if labels else ", ".join(_value(what, key, each) for each in value)
    return str(labels.get(str(value), value))


def _change(what: str, name: str, value: Any) -> str:
    """A pair as before → after, with a dash for nothing; anything else as it is."""
    if isinstance(value, list) and len(value) == 2:
        before, after = (_value(what, name, each) or "–" for each in value)
        return f"{before} → {after}"
    return _value(what, name, value)


def _labels(what: str, key: str) -> Mapping[str, Any]:
    """Code -> label of a field: of the model a row is about, else of any model with such a field."""
    known = _choices()
    return known.get((what, key)) or known.get(("", key)) or {}


@functools.cache
def _choices() -> Mapping[tuple[str, str], Mapping[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for model in apps.get_models():
        for field in model._meta.get_fields():
            for code, label in getattr(field, "choices", None) or ():
                for owner in (model._meta.model_name or "", ""):
                    found.setdefault((owner, field.name), {}).setdefault(str(code), label)
    return found
