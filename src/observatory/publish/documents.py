"""The dossier as documents to hand round: PDF by Typst, DOCX by python-docx, Markdown.

All three say what the page says, in the same order and words; the same dossier gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import json
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from observatory.errors import MissingPart
from observatory.publish import wording
from observatory.publish.charts import growth_chart, periods, to_png, to_svg
from observatory.records import Dossier

TEMPLATE = Path(__file__).parent / "templates" / "dossier.typ"
# Font families with Chinese characters, best first.
HAN_FONTS = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei",
             "WenQuanYi Zen Hei", "AR PL UMing CN", "PingFang SC", "Microsoft YaHei", "SimSun")  # fmt: skip
LATIN_FONT = "Libertinus Serif"  # comes with Typst


# --- PDF -------------------------------------------------------------------------------------


def dossier_pdf(dossier: Dossier) -> bytes:
    """The PDF: fonts embedded, the chart as vectors, dated with the dossier's as-of date.

    Raises `MissingPart` without Typst, or when the dossier holds Chinese and no font has it.
    """
    try:
        import typst
    except ImportError as error:
        raise MissingPart("PDF needs the package typst; install it with: pip install 'typst>=0.13'") from error
    han = han_font(families())
    if not han and wording.language_of(json.dumps(_content(dossier), ensure_ascii=False)):
        raise MissingPart(
            "this dossier holds Chinese text and no font here can show it in a PDF; install one with: "
            "apt-get install fonts-noto-cjk (or fonts-wqy-microhei), or take --format html"
        )
    compile_: Any = typst.compile  # takes a mapping of names to files, which its stubs do not say
    chart = growth_chart(dossier.history, font=LATIN_FONT, width=620)
    files = {"main": TEMPLATE.read_bytes()}
    if chart is not None:
        files["chart.svg"] = to_svg(chart).encode()
    values = {"dossier": json.dumps(_content(dossier), ensure_ascii=False), "chart": "yes" if chart is not None else "",
              "fonts": json.dumps([LATIN_FONT, *([han] if han else [])])}  # fmt: skip
    try:
        made: bytes = compile_(files, sys_inputs=values, format="pdf", timestamp=midnight(dossier.as_of))
    except RuntimeError as error:
        raise MissingPart(f"Typst could not set this dossier ({error}); is the package typst 0.13 or newer?") from error
    return made


def han_font(families: tuple[str, ...]) -> str:
    """The best family with Chinese characters among those installed, or "".

    >>> han_font(("DejaVu Sans", "WenQuanYi Micro Hei"))
    'WenQuanYi Micro Hei'
    """
    return next((name for name in HAN_FONTS if name in families), "")


@functools.cache
def families() -> tuple[str, ...]:
    import typst

    return tuple(typst.Fonts().families())


def midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _content(dossier: Dossier) -> dict[str, Any]:
    """What the Typst template shows: text and figures ready to print."""
    c = dossier.candidate
    return {
        "title": breakable(wording.title(dossier)), "kind": wording.KIND_NAMES[c.kind], "rank": str(c.rank),
        "as_of": wording.day(dossier.as_of), "date": [dossier.as_of.year, dossier.as_of.month, dossier.as_of.day],
        "sectors": [wording.sector(s) for s in c.sectors], "conclusion": [breakable(line) for line in wording.conclusion(dossier)],
        "figures": [list(row) for row in figures(dossier)], "by": _by(dossier),
        "nearest": [[breakable(n.title), f"{wording.scheme(n.scheme)} {n.version}", wording.code(n.code), f"{n.similarity:.2f}", _unit(n.similarity)]
                    for n in c.nearest],
        "skills": [[breakable(label), f"{wording.number(n)} (×{wording.number(lift, 1)})", _unit(n / _top(dossier.skills))]
                   for label, n, lift in dossier.skills],
        "employers": [[breakable(name), wording.number(n), _unit(n / _top(dossier.top_employers))] for name, n in dossier.top_employers],
        "places": [[breakable(name), wording.number(n), _unit(n / _top(dossier.top_places))] for name, n in dossier.top_places],
        "evidence": [[*(breakable(part) for part in wording.parts(e)), breakable(_source(e)), wording.link(e.url)] for e in dossier.evidence],
        "names": [[language, breakable(" · ".join(names))] for language, names in names_of(dossier)],
        "score": f"{c.score:.2f}",
        "components": [[name, f"{value:.2f}", _unit(value)] for name, value in c.components.items()],
        "reasons": list(c.reasons), "limits": wording.limits(dossier), "method": list(dossier.method),
        "foot": [list(row) for row in provenance(dossier)],
    }  # fmt: skip


def breakable(text: str) -> str:
    """Text whose words longer than 24 signs may break (zero-width spaces), for columns that are narrow.

    >>> [len(breakable(text)) for text in ("short words stay", "x" * 50)]
    [16, 52]
    """
    return re.sub(r"[^\s\u2e80-\uffef]{24}(?=[^\s\u2e80-\uffef])", "\\g<0>\u200b", text)


def figures(dossier: Dossier) -> tuple[tuple[str, str, str], ...]:
    """The four figures of the head: name, value, what it rests on."""
    c = dossier.candidate
    return (
        ("growth of share", wording.ratio(c.growth), f"95 %: {wording.interval(c.growth)}"),
        ("vacancies", wording.number(c.vacancies), f"from {wording.counted(c.postings, 'posting', 'postings')}"),
        ("employers", wording.number(c.employers), f"in {wording.counted(len(c.sources), 'source', 'sources')}"),
        ("novelty", f"{c.novelty:.2f}", "0 known, 1 farthest"),
    )


def names_of(dossier: Dossier) -> list[tuple[str, tuple[str, ...]]]:
    """Titles by language, then the alternative ones that no language lists."""
    found = sorted(dossier.candidate.titles.items())
    listed = {name for _, names in found for name in names}
    others = tuple(name for name in dossier.candidate.alternative_titles if name not in listed)
    return [*found, *([("also written", others)] if others else [])]


def provenance(dossier: Dossier) -> tuple[tuple[str, str], ...]:
    """The foot: what the dossier was made from, and its hash."""
    c, run = dossier.candidate, dossier.run
    return (
        ("candidate", c.candidate_id), ("run", f"{run.run_id}, corpus version {run.corpus_version}"),
        ("sources", ", ".join(c.sources) or "none"), ("classifications", ", ".join(run.taxonomies) or "none"),
        ("encoders", ", ".join(f"{language}: {name}" for language, name in sorted(dossier.encoders.items())) or "none"),
        ("schema", str(dossier.schema_version)), ("SHA-256", dossier.sha256),
    )  # fmt: skip


def _by(dossier: Dossier) -> str:
    return "month" if len(periods(dossier.history)) == len(dossier.history) else "quarter"


def _source(e: Any) -> str:
    return " · ".join([*([e.employer] if e.employer else []), wording.day(e.posted_at), e.source, e.posting_id])


def _top(rows: Any) -> int:
    return max((row[1] for row in rows), default=1) or 1


def _unit(value: float) -> float:
    return round(min(max(value, 0.0), 1.0), 4)


# --- DOCX ------------------------------------------------------------------------------------


def styled_document(title_points: float) -> Any:
    """An empty A4 document whose styles name a Latin and a Chinese font. Raises `MissingPart` without python-docx."""
    try:
        import docx
        from docx.oxml.ns import qn
        from docx.shared import Cm, Pt, RGBColor
    except ImportError as error:
        raise MissingPart(
            "DOCX needs the package python-docx; install it with: pip install 'python-docx>=1.1'"
        ) from error
    paper = docx.Document()
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "List Bullet", "List Number", "Quote"):
        style = paper.styles[name]
        style.font.name = "Georgia" if name in ("Title", "Heading 1", "Heading 2", "Quote") else "Calibri"
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "Noto Sans CJK SC")
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            style.element.rPr.rFonts.attrib.pop(qn(theme), None)
        style.font.color.rgb = RGBColor(0x1B, 0x21, 0x27)
    paper.styles["Normal"].font.size, paper.styles["Heading 1"].font.size = Pt(10.5), Pt(14)
    paper.styles["Heading 2"].font.size, paper.styles["Title"].font.size = Pt(11.5), Pt(title_points)
    for section in paper.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.3)
        section.top_margin = section.bottom_margin = Cm(2)
    return paper


TEXT_WIDTH = 16.4  # cm between the margins
LETTER = 0.175  # cm of a letter in a table


def ruled_table(document: Any, head: Sequence[str], rows: Sequence[Sequence[str]], *, boxed: bool = False) -> Any:
    """An empty table of a DOCX for this text: a head that is repeated on each page, thin rules, columns as wide as they need.

    `boxed` draws all rules, for tables with merged cells. Colours are our own, because the built-in
    styles set white on black, which the colour of the document's text makes unreadable.
    """
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn
    from docx.shared import Cm

    made = document.add_table(rows=1 + len(rows), cols=len(head))
    made.autofit = False
    sides = ("top", "left", "bottom", "right", "insideH", "insideV") if boxed else ("top", "bottom", "insideH")
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="C9D0D6"/>' for side in sides)
    layout = made._tbl.tblPr.find(qn("w:tblLayout"))  # before it, as the schema orders them
    layout.addprevious(parse_xml(f"<w:tblBorders {nsdecls('w')}>{lines}</w:tblBorders>"))
    texts = [[head[at], *(row[at] for row in rows)] for at in range(len(head))]
    widths = [Cm(width) for width in column_widths(texts)]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    for row in made._tbl.tr_lst:
        for cell, width in zip(row.tc_lst, widths, strict=True):
            cell.width = width
    first = made._tbl.tr_lst[0]
    first.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    for cell in first.tc_lst:
        cell.get_or_add_tcPr().append(
            parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="EEF1F3"/>')
        )
    return made


def column_widths(texts: Sequence[Sequence[str]]) -> list[float]:
    """Widths in cm of a table's columns, given the texts of each: no word is cut while that can be helped.

    >>> [round(width, 1) for width in column_widths([["#", "1"], ["profession", "weaver of very fine nets and cloth"]])]
    [2.2, 14.2]
    """
    least, wanted = [], []
    for column in texts:
        words = [[_letters(word) for word in text.split()] or [0] for text in column]
        least.append(max(3.0, *(1.15 * size for one in words for size in one[:40])) + 3.0)
        wanted.append(max(least[-1], min(max(sum(one) + len(one) for one in words), 36) + 3.0))
    room = TEXT_WIDTH / LETTER - sum(least)
    more = [want - low for want, low in zip(wanted, least, strict=True)]
    if room > 0 and sum(more) > room:
        given = [low + room * extra / sum(more) for low, extra in zip(least, more, strict=True)]
    else:
        given = wanted if room > 0 else least
    return [TEXT_WIDTH * width / sum(given) for width in given]


def _letters(word: str) -> int:
    """How wide a word is, in letters, up to what a column may ask for it; Chinese breaks anywhere."""
    wide = sum(east_asian_width(c) in "WF" for c in word)
    return min(len(word) + wide, 8 if wide else 16)


def dossier_docx(dossier: Dossier) -> bytes:
    """The DOCX: real headings, tables and lists, so that it can be edited; the chart as a picture."""
    from docx.shared import Cm, Pt, RGBColor

    soft = RGBColor(0x56, 0x61, 0x6B)
    c = dossier.candidate
    paper = styled_document(24 if len(c.title) <= 70 else 15)

    def muted(text: str, style: str | None = None) -> Any:
        paragraph = paper.add_paragraph(style=style)
        run = paragraph.add_run(clean(text))
        run.font.color.rgb, run.font.size = soft, Pt(9)
        return paragraph

    def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
        made = ruled_table(paper, head, rows)
        for drawn, row in zip(made.rows, [head, *rows], strict=True):
            for cell, text in zip(drawn.cells, row, strict=True):
                cell.text = clean(text)

    muted(f"{wording.KIND_NAMES[c.kind]}   ·   rank {c.rank}   ·   as of {wording.day(dossier.as_of)}")
    paper.add_heading(clean(wording.title(dossier)), 0)
    if c.sectors:
        muted(" · ".join(wording.sector(s) for s in c.sectors))
    for sentence in wording.conclusion(dossier):
        paper.add_paragraph(clean(sentence))
    table(("figure", "value", "rests on"), list(figures(dossier)))
    paper.add_heading("Growth", 1)
    chart = growth_chart(dossier.history)
    if chart is None:
        muted("There is no history to draw.")
    else:
        muted(f"Share of vacancies by {_by(dossier)}, per 1,000 vacancies of the same sources, with 95 % intervals; "
              "below, the counts. Shaded where the sources were silent.")  # fmt: skip
        paper.add_picture(io.BytesIO(to_png(chart, scale=3.0)), width=Cm(16.2))
    paper.add_heading("Nearest known occupations", 1)
    if c.nearest:
        table(("occupation", "classification", "code", "similarity"),
              [(n.title, f"{wording.scheme(n.scheme)} {n.version}", wording.code(n.code), f"{n.similarity:.2f}") for n in c.nearest])  # fmt: skip
    else:
        muted("No classification in this language was loaded.")
    for heading, head, rows, none in (
        ("Skills sought", ("skill", "postings", "times as often as elsewhere"),
         [(label, wording.number(n), wording.number(lift, 1)) for label, n, lift in dossier.skills],
         "No skill is named clearly more often here than in other postings."),
        ("Employers", ("employer", "postings"), [(name, wording.number(n)) for name, n in dossier.top_employers],
         "The postings name no employer."),
        ("Places", ("place", "postings"), [(name, wording.number(n)) for name, n in dossier.top_places],
         "The postings name no place."),
    ):  # fmt: skip
        paper.add_heading(heading, 1)
        if rows:
            table(head, [tuple(row) for row in rows])
        else:
            muted(none)
    paper.add_heading("Evidence", 1)
    for e in dossier.evidence:
        before, role, after = wording.parts(e)
        paragraph = paper.add_paragraph(style="List Number")
        paragraph.add_run(clean(before))
        paragraph.add_run(clean(role)).bold = True
        paragraph.add_run(clean(after))
        source = muted(_source(e) + (f" · {wording.link(e.url)}" if wording.link(e.url) else ""))
        source.paragraph_format.left_indent = Cm(0.63)
    if not dossier.evidence:
        muted("No sentence is kept.")
    paper.add_heading("Names", 1)
    for language, names in names_of(dossier):
        paper.add_paragraph(clean(f"{language}: {' · '.join(names)}"))
    paper.add_heading("Why it ranks where it does", 1)
    paper.add_paragraph(f"Score {c.score:.2f} of 1.")
    if c.components:
        table(("component", "value"), [(name, f"{value:.2f}") for name, value in c.components.items()])
    for heading, lines, style in (("", c.reasons, "List Bullet"), ("Limits", wording.limits(dossier), "List Bullet"),
                                  ("Method", dossier.method, "List Bullet")):  # fmt: skip
        if heading:
            paper.add_heading(heading, 1)
        for line in lines:
            paper.add_paragraph(clean(line), style=style)
    paper.add_heading("Made from", 1)
    table(("", ""), list(provenance(dossier)))
    core = paper.core_properties
    core.title, core.author, core.comments = clean(wording.title(dossier))[:200], "observatory", ""
    core.created = core.modified = midnight(dossier.as_of).replace(tzinfo=None)
    raw = io.BytesIO()
    paper.save(raw)
    return same_bytes(raw.getvalue())


def clean(text: str) -> str:
    """Text without the control characters that XML 1.0 forbids."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]", "", text)


def same_bytes(made: bytes) -> bytes:
    """The same archive with a fixed time on each file."""
    beside = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), old.read(name), zipfile.ZIP_DEFLATED)
    return beside.getvalue()


# --- Markdown --------------------------------------------------------------------------------


def dossier_markdown(dossier: Dossier) -> str:
    """The dossier as CommonMark with tables, for a repository or a mail; postings' text is escaped."""
    c = dossier.candidate
    out = [f"# {_md(wording.title(dossier))}", "",
           f"**{wording.KIND_NAMES[c.kind]}** · rank {c.rank} · as of {wording.day(dossier.as_of)}"
           + (f" · {_md(', '.join(wording.sector(s) for s in c.sectors))}" if c.sectors else ""), ""]  # fmt: skip
    for sentence in wording.conclusion(dossier):
        out += [_md(sentence), ""]
    out += _md_table(("figure", "value", "rests on"), [(a, b, e) for a, b, e in figures(dossier)])
    rows = [
        (p.label, "no data", "", "", "") if p.share is None
        else (p.label, str(p.vacancies), str(p.exposure), f"{p.share:.2f}", f"{p.low:.2f} to {p.high:.2f}")
        for p in periods(dossier.history)
    ]  # fmt: skip
    out += ["## Growth", "", *_md_table((_by(dossier), "vacancies", "of all", "per 1,000", "95 % interval"), rows)]
    out += ["## Nearest known occupations", "", *_md_table(
        ("occupation", "classification", "code", "similarity"),
        [(n.title, f"{wording.scheme(n.scheme)} {n.version}", wording.code(n.code), f"{n.similarity:.2f}") for n in c.nearest])]  # fmt: skip
    out += ["## Skills sought", "", *_md_table(
        ("skill", "postings", "times as often"), [(s, str(n), f"{x:.1f}") for s, n, x in dossier.skills])]  # fmt: skip
    for heading, named in (("Employers", dossier.top_employers), ("Places", dossier.top_places)):
        out += [f"## {heading}", "", *_md_table(("name", "postings"), [(name, str(n)) for name, n in named])]
    out += ["## Evidence", ""]
    for i, e in enumerate(dossier.evidence, 1):
        before, role, after = wording.parts(e)
        marked = f"**{_md(role.strip())}**" if role.strip() else ""
        out += [f"{i}. {_md(before)}{marked}{_md(after)}  ", f"   {_md(_source(e))}"
                + (f" <{wording.link(e.url)}>" if wording.link(e.url) else "")]  # fmt: skip
    out += ["", "## Names", "", *(f"- {_md(lang)}: {_md(' · '.join(names))}" for lang, names in names_of(dossier))]
    out += ["", "## Why it ranks where it does", "", f"Score {c.score:.2f} of 1.", "",
            *_md_table(("component", "value"), [(name, f"{value:.2f}") for name, value in c.components.items()]),
            *(f"- {_md(line)}" for line in c.reasons)]  # fmt: skip
    for heading, lines in (("Limits", wording.limits(dossier)), ("Method", dossier.method)):
        out += ["", f"## {heading}", "", *(f"- {_md(line)}" for line in lines)]
    out += ["", "---", "", *(f"- {name}: {_md(value)}" for name, value in provenance(dossier))]
    return "\n".join(out) + "\n"


def _md_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    if not rows:
        return ["None.", ""]
    return [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}",
            *(f"| {' | '.join(_md(cell) for cell in row)} |" for row in rows), ""]  # fmt: skip


def _md(text: str) -> str:
    """Text in one line with everything that Markdown or HTML would read as markup escaped."""
    text = " ".join(text.split())
    return re.sub(r"([\\`*_\[\]<>|#~$!&])", r"\\\1", text)
