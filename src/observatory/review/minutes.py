"""Minutes of a meeting, as DOCX and as PDF, from one and the same account of it."""

from __future__ import annotations

import io
from dataclasses import dataclass

from django.utils.translation import gettext as _

from observatory.review.models import Meeting, Outcome, User, Vote


@dataclass(frozen=True, kw_only=True)
class Minutes:
    """What was decided: heading, (name, value) facts, and one block of lines for each item."""

    title: str
    facts: tuple[tuple[str, str], ...]
    items: tuple[tuple[str, tuple[str, ...]], ...]


def gather(meeting: Meeting, *, to: User | None = None) -> Minutes:
    """The account of a meeting from its record; without the votes on which `to` declared a conflict."""
    members = [
        f"{row.member.name}{' (' + _('removed') + ')' if row.removed_at else ''}"
        for row in meeting.memberships.select_related("member").order_by("member__username")
    ]
    rules = meeting.rules
    blocks = []
    rows = meeting.items.select_related("candidate", "decision", "merge_into").prefetch_related(
        "conflicts__member", "votes"
    )
    for item in rows:
        lines = [
            f"{_('Dossier')}: SHA-256 {item.dossier_sha256}",
            f"{_('Motion')}: {Outcome(item.outcome).label} · {item.get_kind_display()} · {item.name}"
            + (f" · {_('parent')}: {item.parent}" if item.parent else ""),
        ]
        if item.reason:
            lines.append(f"{_('Reason')}: {item.get_reason_code_display()} {item.reason}".replace("  ", " "))
        lines += [
            f"{_('Conflict of interest')}: {one.member.name} ({one.reason}); {_('did not see the vote and was not counted')}"
            for one in item.conflicts.all()
        ]
        ruling = getattr(item, "decision", None)
        if ruling is None:
            lines.append(_("Not decided; returned to the ready candidates."))
        elif to is not None and any(one.member_id == to.pk for one in item.conflicts.all()):
            lines.append(f"{_('Vote')}: {_('withheld, as you declared a conflict of interest')}")
        else:
            lines.append(
                f"{_('Vote')}: {ruling.votes_for} {_('for')}, {ruling.votes_against} {_('against')}, "
                f"{ruling.votes_abstain} {_('abstained')}"
                + (f"; {_('casting vote of the chair')}: {Vote.Choice(ruling.casting).label}" if ruling.casting else "")
            )
            lines.append(
                f"{_('Decision')}: {Outcome(ruling.outcome).label}"
                + ("" if ruling.carried else f" ({_('the motion was lost')})")
            )
        blocks.append((f"{item.position}. {item.candidate.title}", tuple(lines)))
    return Minutes(
        title=f"{_('Minutes')}: {meeting.title}",
        facts=(
            (_("Held on"), meeting.held_on.isoformat()),
            (_("Chair"), meeting.chair.name),
            (_("Members"), ", ".join(members)),
            (_("Opened"), f"{meeting.opened_at:%Y-%m-%d %H:%M} UTC" if meeting.opened_at else ""),
            (_("Closed"), f"{meeting.closed_at:%Y-%m-%d %H:%M} UTC" if meeting.closed_at else ""),
            (_("Rules"), _("quorum %(q)d %% of members without conflict; simple majority; casting vote of the chair: %(c)s") % {
                "q": round(100 * float(rules.get("quorum", 0))), "c": _("yes") if rules.get("casting_vote") else _("no")}),
        ),
        items=tuple(blocks),
    )  # fmt: skip


def as_docx(minutes: Minutes) -> bytes:
    """The minutes as a Word document."""
    from docx import Document

    document = Document()
    document.core_properties.title = minutes.title
    document.add_heading(_plain(minutes.title), 0)
    table = document.add_table(rows=0, cols=2)
    for name, value in minutes.facts:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = _plain(name), _plain(value)
    for heading, lines in minutes.items:
        document.add_heading(_plain(heading), 2)
        for line in lines:
            document.add_paragraph(_plain(line), style="List Bullet")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_pdf(minutes: Minutes) -> bytes:
    """The minutes as PDF. All texts travel as data, so that nothing in them is read as markup."""
    import json

    import typst

    data = {"title": minutes.title, "facts": minutes.facts, "items": minutes.items}
    return bytes(typst.compile(TEMPLATE.encode(), sys_inputs={"minutes": json.dumps(data)}))


def _plain(text: str) -> str:
    """Without the control characters that XML refuses."""
    return "".join(letter for letter in text if letter in "\n\t" or letter >= " ")


TEMPLATE = """
#let m = json(bytes(sys.inputs.minutes))
#set page(paper: "a4", margin: 2.4cm, numbering: "1 / 1")
#set text(font: ("Libertinus Serif", "Noto Sans CJK SC", "WenQuanYi Micro Hei"), size: 10.5pt, fallback: true)
#set document(title: m.title)
#text(size: 18pt, weight: "bold", m.title)
#v(6pt)
#grid(columns: (3.2cm, 1fr), row-gutter: 6pt, ..m.facts.map(f => (text(weight: "bold", f.at(0)), f.at(1))).flatten())
#for item in m.items {
  v(10pt)
  text(size: 13pt, weight: "bold", item.at(0))
  list(..item.at(1).map(line => text(line)))
}
"""
