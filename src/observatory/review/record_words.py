"""The details of the audit trail, as people read them. The stored keys stay: they are hashed as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

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
    "problems": gettext_lazy("problems"),
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


def detail_name(key: str) -> str:
    """A key of the details in the reader's language."""
    return str(DETAILS.get(key, key.replace("_", " ")))
