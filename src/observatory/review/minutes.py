"""Minutes of a meeting, as DOCX and as PDF, from one and the same account of it."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from observatory.review.draft_docx import a4_document
from observatory.review.models import AgendaItem, Meeting, Outcome, User, Vote
from observatory.review.templatetags.review import day

Facts = tuple[tuple[str, str], ...]  # (name, value)


@dataclass(frozen=True, kw_only=True)
class Minutes:
    """What was decided: the heading, the facts of the meeting, the decisions as a table of a row for each item under
    `columns`, the facts of each item under its heading, and who signs."""

    title: str
    facts: Facts
    columns: tuple[str, ...]
    decisions: tuple[tuple[str, ...], ...]
    items: tuple[tuple[str, Facts], ...]
    signs: tuple[str, ...]
    language: str


def gather(meeting: Meeting, *, to: User | None = None) -> Minutes:
    """The account of a meeting from its record; without the votes on which `to` declared a conflict."""
    members = [
        f"{row.member.name}{' (' + _('removed') + ')' if row.removed_at else ''}"
        for row in meeting.memberships.select_related("member").order_by("member__username")
    ]
    rules = meeting.rules
    rows = list(
        meeting.items.select_related("candidate", "decision", "merge_into").prefetch_related(
            "conflicts__member", "votes"
        )
    )
    settled = [_settled(item, to) for item in rows]
    return Minutes(
        title=f"{_('Minutes')}: {meeting.title}",
        facts=(
            (_("Held on"), day(meeting.held_on)),
            (_("Chair"), meeting.chair.name),
            (_("Members"), ", ".join(members)),
            (_("Opened"), f"{meeting.opened_at:%Y-%m-%d %H:%M} UTC" if meeting.opened_at else ""),
            (_("Closed at"), f"{meeting.closed_at:%Y-%m-%d %H:%M} UTC" if meeting.closed_at else ""),
            (_("Rules"), _("quorum %(q)d %% of members without conflict; simple majority; casting vote of the chair: %(c)s") % {
                "q": round(100 * float(rules.get("quorum", 0))), "c": _("yes") if rules.get("casting_vote") else _("no")}),
        ),
        columns=(_("No."), _("Candidate"), _("Motion"), _("For : against : abstained"), _("Decision")),
        decisions=tuple(
            (str(item.position), item.candidate.title, str(Outcome(item.outcome).label), votes, decision)
            for item, (votes, decision) in zip(rows, settled, strict=True)
        ),
        items=tuple(
            (f"{item.position}. {item.candidate.title}", _facts(item, votes, decision))
            for item, (votes, decision) in zip(rows, settled, strict=True)
        ),
        signs=(f"{_('Chair')}: {meeting.chair.name}", _("Date")),
        language=(get_language() or "en").split("-")[0],
    )  # fmt: skip


def _settled(item: AgendaItem, to: User | None) -> tuple[str, str]:
    """The votes on an item and what was decided, as far as `to` may know; no votes where nothing was decided."""
    ruling = getattr(item, "decision", None)
    if ruling is None:
        return "–", _("Not decided; returned to the ready candidates.")
    if to is not None and any(one.member_id == to.pk for one in item.conflicts.all()):
        return "–", _("withheld, as you declared a conflict of interest")
    lost = "" if ruling.carried else f" ({_('the motion was lost')})"
    votes = f"{ruling.votes_for} : {ruling.votes_against} : {ruling.votes_abstain}"
    return votes, f"{Outcome(ruling.outcome).label}{lost}"


def _facts(item: AgendaItem, votes: str, decision: str) -> Facts:
    """What the minutes say on an item beside its row of the table."""
    ruling = getattr(item, "decision", None)
    motion = f"{Outcome(item.outcome).label} · {item.get_kind_display()} · {item.name}"
    ground = ": ".join(one for one in (str(item.get_reason_code_display() or ""), item.reason) if one)
    casting = ruling.casting if ruling is not None and votes != "–" else ""
    found = [
        (_("Motion"), motion + (f" · {_('parent')}: {item.parent}" if item.parent else "")),
        (_("Reason"), ground),
        *((_("Conflict of interest"), f"{one.member.name}: {one.reason} ({_('did not see the vote and was not counted')})")
          for one in item.conflicts.all()),
        (_("Casting vote"), str(Vote.Choice(casting).label) if casting else ""),
        (_("Decision"), decision),
        (_("Dossier"), f"SHA-256 {item.dossier_sha256}"),
    ]  # fmt: skip
    return tuple((name, value) for name, value in found if value)


def as_docx(minutes: Minutes) -> bytes:
    """The minutes as a Word document."""
    from docx.shared import Cm

    document = a4_document(minutes.title)
    document.add_heading(_plain(minutes.title), 0)
    _table(document, minutes.facts, widths=(4, 13))
    document.add_heading(_("Decisions"), 1)
    made = _table(document, (minutes.columns, *minutes.decisions), widths=(1.2, 5.2, 2.6, 3.4, 4.6))
    made.style = "Table Grid"
    for cell in made.rows[0].cells:
        cell.paragraphs[0].runs[0].bold = True
    for heading, facts in minutes.items:
        document.add_heading(_plain(heading), 2)
        _table(document, facts, widths=(4, 13))
    document.add_paragraph().paragraph_format.space_before = Cm(1)
    _table(document, (tuple(f"{name}  ____________________" for name in minutes.signs),), widths=(10, 7))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _table(document: Any, rows: Sequence[Sequence[str]], *, widths: Sequence[float]) -> Any:
    """Rows of text in columns of so many cm; the first of two columns is a name, in bold."""
    from docx.shared import Cm

    table = document.add_table(rows=len(rows), cols=len(widths))
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text, width in zip(row.cells, texts, widths, strict=True):
            cell.width, cell.text = Cm(width), _plain(text)
            cell.paragraphs[0].paragraph_format.space_after = Cm(0.1)
        if len(widths) == 2 and len(rows) > 1:
            for run in row.cells[0].paragraphs[0].runs:
                run.bold = True
    return table


def as_pdf(minutes: Minutes) -> bytes:
    """The minutes as PDF. All texts travel as data, so that nothing in them is read as markup."""
    import typst

    data = {
        "title": minutes.title, "facts": minutes.facts, "columns": minutes.columns, "decisions": minutes.decisions,
        "items": minutes.items, "signs": minutes.signs, "language": minutes.language, "heading": _("Decisions"),
    }  # fmt: skip
    return bytes(typst.compile(TEMPLATE.encode(), sys_inputs={"minutes": json.dumps(data)}))


def _plain(text: str) -> str:
    """Without the control characters that XML refuses."""
    return "".join(letter for letter in text if letter in "\n\t" or letter >= " ")


TEMPLATE = """
#let m = json(bytes(sys.inputs.minutes))
#let rule = rgb("#c9d0d6")
#set page(paper: "a4", margin: 2.4cm, numbering: "1 / 1")
#set text(font: ("Noto Sans", "DejaVu Sans", "Noto Sans CJK SC", "WenQuanYi Micro Hei"), size: 9.5pt, fallback: true, lang: m.language)
#set document(title: m.title)
#show heading: set block(above: 16pt, below: 8pt)
#let facts(rows) = grid(columns: (3.4cm, 1fr), column-gutter: 8pt, row-gutter: 7pt,
  ..rows.map(f => (text(weight: "bold", f.at(0)), if f.at(1).starts-with("SHA-256 ") { text(size: 8pt, f.at(1)) } else { text(f.at(1)) })).flatten())
#text(size: 17pt, weight: "bold", m.title)
#v(8pt)
#facts(m.facts)
#heading(level: 1, text(size: 13pt, m.heading))
#table(columns: (auto, 1fr, auto, auto, auto), stroke: (x, y) => (bottom: 0.6pt + rule), inset: (x: 5pt, y: 6pt),
  fill: (x, y) => if y == 0 { rgb("#eef1f3") }, align: (x, y) => if x in (0, 3) { center } else { left },
  table.header(..m.columns.map(c => text(weight: "bold", c))),
  ..m.decisions.flatten().map(c => text(c)))
#for item in m.items {
  block(breakable: false, width: 100%, {
    v(6pt)
    heading(level: 2, text(size: 11.5pt, item.at(0)))
    facts(item.at(1))
  })
}
#v(1.4cm)
#block(breakable: false, grid(columns: (3fr, 2fr), column-gutter: 1cm,
  ..m.signs.map(s => stack(spacing: 6pt, line(length: 100%, stroke: 0.6pt), text(s)))))
"""
