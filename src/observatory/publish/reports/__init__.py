"""Reports on a schedule, for readers who never sign in: each stands on its own.

`REPORTS` is the menu: what facts a kind is made of and who words it. A report is a `Paper`; the same
facts give the same bytes in every form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from observatory.errors import SettingError
from observatory.publish.paper import Paper, Text
from observatory.publish.paper_documents import paper_docx, paper_pdf
from observatory.publish.paper_page import paper_page
from observatory.publish.reports.annual import annual
from observatory.publish.reports.quality import quality
from observatory.publish.reports.quarterly import quarterly
from observatory.publish.reports.weekly import weekly
from observatory.publish.speech import Speech

# Kind of report: what words its facts.
REPORTS: Mapping[str, Callable[[Any, Speech], Paper]] = {
    "weekly": weekly, "quarterly": quarterly, "annual": annual, "quality": quality,
}  # fmt: skip
FORMS: Mapping[str, Callable[[Paper], bytes]] = {
    "html": lambda paper: paper_page(paper).encode(), "pdf": paper_pdf, "docx": paper_docx,
}  # fmt: skip


def make_report(kind: str, facts: Any, *, form: str, language: str) -> bytes:
    """A report as bytes. Raises `SettingError` for a kind, form or language that there is not."""
    if kind not in REPORTS:
        raise SettingError(f"no report {kind!r}; known are {', '.join(REPORTS)}")
    if form not in FORMS:
        raise SettingError(f"no form {form!r}; known are {', '.join(FORMS)}")
    return FORMS[form](REPORTS[kind](facts, Speech(language)))


def in_short(kind: str, facts: Any, *, language: str) -> tuple[str, ...]:
    """The plain conclusions with which a report opens."""
    blocks = REPORTS[kind](facts, Speech(language)).blocks
    return tuple(block.text for block in blocks if isinstance(block, Text) and block.strong)
