"""Jobs that make reports: written into the workspace, entered in the archive, queued to their readers."""

from __future__ import annotations

import json
from typing import Literal

from pydantic import Field

from observatory.jobs.files import Addresses, Part
from observatory.jobs.work import Outcome, Work
from observatory.ledger import IssueRow, Letter

TITLES = {
    "weekly": {"en": "Weekly bulletin", "zh": "每周公报", "it": "Bollettino settimanale"},
    "quarterly": {"en": "Quarterly report", "zh": "季度报告", "it": "Rapporto trimestrale"},
    "annual": {"en": "Annual report", "zh": "年度报告", "it": "Rapporto annuale"},
    "quality": {"en": "Data-quality report", "zh": "数据质量报告", "it": "Rapporto sulla qualità dei dati"},
}
COVER = {
    "en": "{title} as of {day}. The report is attached; it stands on its own.",
    "zh": "{title}，截至 {day}。报告见附件，可独立阅读。",
    "it": "{title} al {day}. Il rapporto è allegato e si legge da solo.",
}


class ReportSettings(Part):
    """Languages and forms to make, and who gets them."""

    languages: tuple[Literal["en", "zh", "it"], ...] = Field(("en",), min_length=1)
    forms: tuple[Literal["html", "pdf", "docx"], ...] = Field(("html", "pdf"), min_length=1)
    to: Addresses = ()
    attach: tuple[Literal["html", "pdf", "docx"], ...] = ("pdf",)


def report(kind: str, work: Work) -> Outcome:
    """Makes one issue of a report in every language and form, then queues it: nobody gets an issue twice."""
    from observatory import filed, reporting
    from observatory.review.exchange import verdicts

    settings = work.settings(ReportSettings)
    decisions = json.dumps({"verdicts": verdicts()}, ensure_ascii=False, indent=2) + "\n"
    filed.write_beside(filed.decisions_file(work.ws), decisions.encode())
    day = work.as_of.date()
    letters, made = [], 0
    steps = len(settings.languages) * len(settings.forms)
    for language in settings.languages:
        issue, title = f"{kind}/{day}/{language}", TITLES[kind][language]
        files: dict[str, str] = {}
        for form in settings.forms:
            path = work.ws.var_dir / "reports" / kind / str(day) / f"{kind}-{day}-{language}.{form}"
            body = reporting.report(work.ws, kind, as_of=work.as_of, form=form, language=language)
            filed.write_beside(path, body)
            files[form] = path.relative_to(work.ws.root).as_posix()
            made += 1
            work.progress("report", made, steps)
        work.ledger.add_issue(
            IssueRow(
                issue=issue,
                kind=kind,
                title=title,
                language=language,
                as_of=work.as_of,
                made_at=work.now(),
                files=files,
            )
        )
        attached = tuple(files[form] for form in settings.attach if form in files)
        if settings.to:
            letters.append(_letter(work, settings, issue, title, language, attached))
    return Outcome(result=f"{kind} as of {day}: {made} files, to {len(settings.to)} readers", letters=tuple(letters))


def _letter(
    work: Work, settings: ReportSettings, issue: str, title: str, language: str, attached: tuple[str, ...]
) -> Letter:
    body = COVER[language].format(title=title, day=work.as_of.date())
    site = work.ws.settings.mail.site.rstrip("/")
    link = f"\n{site}/archive" if site else ""
    name = work.ws.settings.workspace.name
    return Letter(
        issue=issue,
        recipients=settings.to,
        subject=f"{name}: {title}, {work.as_of.date()}",
        body=f"{body}{link}\n",
        files=attached,
    )
