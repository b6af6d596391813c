"""Jobs that make reports: written into the workspace, entered in the archive, queued to their readers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from observatory.jobs.files import Addresses, Part
from observatory.jobs.work import Outcome, Work
from observatory.ledger import IssueRow, Letter

TITLES = {
    "weekly": {"en": "Weekly bulletin", "zh": "每周公报", "it": "Bollettino settimanale"},
    "quarterly": {"en": "Quarterly report", "zh": "季度报告", "it": "Rapporto trimestrale"},
    "annual": {"en": "Annual report", "zh": "年度报告", "it": "Rapporto annuale"},
    "quality": {"en": "Data-quality report", "zh": "数据质量报告", "it": "Rapporto sulla qualità dei dati"},
}
ATTACHED = {
    "en": "The report is attached; it stands on its own.",
    "zh": "报告见附件，可独立阅读。",
    "it": "Il rapporto è allegato e si legge da solo.",
}
ARCHIVE = {"en": "All issues:", "zh": "历期报告：", "it": "Tutti i numeri:"}
ALL = "all"  # the readers who get every language in one letter
Language = Literal["en", "zh", "it"]


def _readers(value: object) -> object:
    return {ALL: value} if isinstance(value, list | tuple) else value


class ReportSettings(Part):
    """Languages and forms to make, and who gets them: a list gets every language, or a list for each language."""

    languages: tuple[Language, ...] = Field(("en",), min_length=1)
    forms: tuple[Literal["html", "pdf", "docx"], ...] = Field(("html", "pdf"), min_length=1)
    to: Annotated[dict[Literal["all", "en", "zh", "it"], Addresses], BeforeValidator(_readers)] = Field({})
    attach: tuple[Literal["html", "pdf", "docx"], ...] = ("pdf",)

    @model_validator(mode="after")
    def _made(self) -> ReportSettings:
        unmade = [language for language in self.to if language not in (ALL, *self.languages)]
        if unmade:
            raise ValueError(
                f"to has readers of {', '.join(unmade)}, and languages has only {', '.join(self.languages)}; "
                f"add the language, or give these readers another"
            )
        return self


def report(kind: str, work: Work) -> Outcome:
    """Makes one issue of a report in every language and form, then queues it: nobody gets an issue twice."""
    from observatory import filed, reporting
    from observatory.review.exchange import verdicts

    settings = work.settings(ReportSettings)
    decisions = json.dumps({"verdicts": verdicts()}, ensure_ascii=False, indent=2) + "\n"
    filed.write_beside(filed.decisions_file(work.ws), decisions.encode())
    day = work.as_of.date()
    made, steps = 0, len(settings.languages) * len(settings.forms)
    prepared = reporting.prepare(work.ws, kind, as_of=work.as_of)
    attached: dict[str, list[str]] = {}
    for language in settings.languages:
        files: dict[str, str] = {}
        for form in settings.forms:
            path = work.ws.var_dir / "reports" / kind / str(day) / f"{kind}-{day}-{language}.{form}"
            filed.write_beside(path, prepared.made(form, language))
            files[form] = path.relative_to(work.ws.root).as_posix()
            made += 1
            work.progress("report", made, steps)
        row = IssueRow(
            issue=f"{kind}/{day}/{language}", kind=kind, title=TITLES[kind][language], language=language,
            as_of=work.as_of, made_at=work.now(), files=files,
        )  # fmt: skip
        work.ledger.add_issue(row)
        attached[language] = [files[form] for form in settings.attach if form in files]
    letters = []
    for readers, addresses in settings.to.items():
        languages = settings.languages if readers == ALL else (readers,)
        if addresses:
            letters.append(_letter(work, kind, addresses, {one: prepared.in_short(one) for one in languages}, attached))
    count = len({address for letter in letters for address in letter.recipients})
    return Outcome(result=f"{kind} as of {day}: {made} files, to {count} readers", letters=tuple(letters))


def _letter(
    work: Work, kind: str, readers: Sequence[str], short: Mapping[str, Sequence[str]], attached: Mapping[str, Sequence[str]]
) -> Letter:  # fmt: skip
    """One letter of an issue: its conclusions in each language of `short`, with what is attached in these.

    The issue is named without its language, so that whoever reads several is still written to once.
    """
    day, site = work.as_of.date(), work.ws.settings.mail.site.rstrip("/")
    parts = []
    for language, conclusions in short.items():
        lines = [f"{TITLES[kind][language]}, {day}", "", *(f"- {one}" for one in conclusions), ""]
        lines += [ATTACHED[language]] if attached[language] else []
        parts.append("\n".join([*lines, *([f"{ARCHIVE[language]} {site}/archive"] if site else [])]))
    return Letter(
        issue=f"{kind}/{day}", recipients=tuple(readers),
        subject=f"{work.ws.settings.workspace.name}: {TITLES[kind][next(iter(short))]}, {day}",
        body="\n\n\n".join(parts) + "\n",
        files=tuple(file for language in short for file in attached[language]),
    )  # fmt: skip
