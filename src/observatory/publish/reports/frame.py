"""What all reports share: eyebrow, provenance, how a candidate and a decision are shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from observatory.publish import wording
from observatory.publish.charts import Chart
from observatory.publish.paper import Block, Figures, Grid, Heading, Paper, Picture, Text
from observatory.publish.reports.facts import ALL, Basis, Decision
from observatory.publish.speech import Speech
from observatory.records import Candidate, Growth

PROFESSIONS = ("occupation", "specialisation")  # kinds that may become a new entry
NAMED = 3  # sources named in a line; more are counted, and listed at the end
SURE = 0.05  # q-value below which growth is called sure


def bound(kind: str, basis: Basis, say: Speech, blocks: Sequence[Block], more: Sequence[tuple[str, str]] = ()) -> Paper:
    """The paper of a report: its title, its blocks, what it was made from."""
    run = basis.run
    earlier = [source for source in basis.stored if source not in basis.sources]
    rows = [
        (say.say("made.period"), say.say("period", start=basis.start, end=basis.end - dt.timedelta(days=1))),
        (say.say("made.sources"), say.listed(basis.sources or basis.stored) or say.say("none")),
        *([(say.say("made.earlier"), say.listed(earlier))] if basis.sources and earlier else []),
        (say.say("made.version"), str(basis.corpus_version)),
        *([(say.say("made.run"), say.say("made.run.is", run=run.run_id, as_of=run.as_of.date())),
           (say.say("made.classifications"), say.listed(run.taxonomies) or say.say("none"))] if run else []),
        (say.say("made.decisions"), decided(basis, say)),
        *_owed(basis, say), *more,
    ]  # fmt: skip
    return Paper(
        language=say.language, title=say.say(f"{kind}.title"), dated=basis.as_of, blocks=tuple(blocks),
        eyebrow=(basis.observatory, say.say("period", start=basis.start, end=basis.end - dt.timedelta(days=1))),
        made_from=tuple(rows), made_from_title=say.say("made"),
        names={"lang": say.lang, "page": say.say("page"), "figures": say.say("figures.of.chart")},
    )  # fmt: skip


def decided(basis: Basis, say: Speech) -> str:
    """Whether decisions are on file, in words."""
    if basis.decisions is None:
        return say.say("decisions.missing", file=basis.decided_in)
    return say.counted("decisions.on.file", len(basis.decisions))


def source_line(basis: Basis, say: Speech, *, whole: bool = False) -> Text:
    """What a table or chart rests on: sources, corpus version, run.

    The sources are those of the period; `whole`: all that are stored up to its end, because the
    candidates of a run and the shares of a report on the data are counted over all months.
    """
    run = basis.run
    sources = (basis.stored or basis.sources) if whole else (basis.sources or basis.stored)
    return Text(
        text=say.say("source.run" if run else "source", sources=_named(sources, say),
                     version=str(basis.corpus_version), run=run.run_id if run else ""),
        quiet=True,
    )  # fmt: skip


def decisions_line(basis: Basis, say: Speech, *, all_of_them: bool = False) -> list[Block]:
    """What a table of decisions rests on: their file, the time they span, the corpus version of first postings and runs.

    Nothing where no decisions are on file: then there is no table.
    """
    if basis.decisions is None:
        return []
    last = basis.end - dt.timedelta(days=1)
    version = str(basis.corpus_version)
    text = (
        say.say("source.decisions.all", file=basis.decided_in, end=last, version=version) if all_of_them
        else say.say("source.decisions", file=basis.decided_in, start=basis.start, end=last, version=version)
    )  # fmt: skip
    return [Text(text=text, quiet=True)]


def _owed(basis: Basis, say: Speech) -> list[tuple[str, str]]:
    """To whom the postings are owed, a line for each kind of source, with its licence."""
    rows = [
        say.say("owed", source=source, to=to, licence=licence) if to else say.say("owed.file", source=source)
        for source, to, licence in basis.attributions
    ]
    return [(say.say("made.owed"), "; ".join(rows))] if rows else []


def _named(sources: Sequence[str], say: Speech) -> str:
    if len(sources) > NAMED:
        return say.say("sources.many", n=len(sources))
    return say.listed(tuple(sources)) or say.say("none")


def first_page(
    conclusions: Sequence[str], rows: Sequence[tuple[str, str, str]], basis: Basis, say: Speech
) -> list[Block]:
    """The first page: plain conclusions, then at most four figures."""
    if basis.run is not None and basis.run.as_of.date() < basis.start:
        conclusions = [*conclusions, say.say("run.old", run_as_of=basis.run.as_of.date())]
    return [
        Heading(text=say.say("conclusions")), *(Text(text=one, strong=True) for one in conclusions if one),
        Figures(rows=tuple(rows)), source_line(basis, say),
    ]  # fmt: skip


def growth_cells(growth: Growth, say: Speech) -> tuple[str, str]:
    """A growth as "×2.1 (1.4 to 3.2)" and its q-value, "< 0.001" where three digits would say nought.

    Where nothing could be compared it says so, and no figure stands in its place.
    """
    if not wording.told(growth):
        return say.say("growth.untold"), "–"
    q = say.number(growth.q_value, 3) if growth.q_value >= 0.0005 else f"< {say.number(0.001, 3)}"
    return f"×{say.times(growth.ratio)} ({say.between(growth.low, growth.high)})", q


def nearest_cell(candidate: Candidate, say: Speech) -> str:
    """The nearest known occupation with its classification and similarity."""
    if not candidate.nearest:
        return say.say("none.loaded")
    near = candidate.nearest[0]
    return f"{near.title} ({scheme(near.scheme, say)} {near.version}, {say.number(near.similarity, 2)})"


def scheme(name: str, say: Speech) -> str:
    """A classification's name for readers."""
    return say.say(f"scheme.{name}") if say.has(f"scheme.{name}") else wording.scheme(name)


def kind_name(kind: str, say: Speech) -> str:
    """A kind of candidate for readers."""
    return say.say(f"kind.{kind}") if say.has(f"kind.{kind}") else kind or "–"


def sector_name(name: str, basis: Basis, say: Speech) -> str:
    """A sector's label in the report's language, else in English, else its own name."""
    if name == ALL:
        return say.say("sector.all")
    labels = basis.sectors.get(name, {})
    return labels.get(say.language) or labels.get("en") or name


def sectors_cell(candidate: Candidate, basis: Basis, say: Speech) -> str:
    """The sectors of a candidate."""
    return say.listed([sector_name(s, basis, say) for s in candidate.sectors]) or "–"


def candidates_grid(
    found: Sequence[Candidate], basis: Basis, say: Speech, *, otherwise: str, sectors: bool = False
) -> Grid:
    """Candidates with kind, vacancies, employers, growth and what they are near to."""
    head = ["#", say.say("col.profession"), say.say("col.kind"), say.say("col.vacancies"), say.say("col.employers"),
            say.say("col.growth"), "q", say.say("col.sectors") if sectors else say.say("col.nearest")]  # fmt: skip
    rows = []
    for c in found:
        grown, q = growth_cells(c.growth, say)
        rows.append((str(c.rank), c.title, kind_name(c.kind, say), say.number(c.vacancies), say.number(c.employers), grown, q,
                     sectors_cell(c, basis, say) if sectors else nearest_cell(c, say)))  # fmt: skip
    return Grid(head=tuple(head), rows=tuple(rows), align="rllrrrrl", wide=(1, 7), otherwise=otherwise)


def decisions_grid(found: Sequence[Decision], say: Speech, *, titles: dict[str, str], otherwise: str) -> Grid:
    """Decisions with their day, verdict and reason."""
    rows = tuple(
        (say.day(d.decided_at.date()), d.name or titles.get(d.candidate_id, d.candidate_id), kind_name(d.kind, say),
         verdict_name(d.verdict, say), reason_name(d.reason_code, say))
        for d in found
    )  # fmt: skip
    head = ("col.day", "col.profession", "col.kind", "col.verdict", "col.reason")
    return Grid(head=tuple(say.say(name) for name in head), rows=rows, align="lllll", wide=(1, 4), otherwise=otherwise)


def verdict_name(verdict: str, say: Speech) -> str:
    """A verdict for readers."""
    return say.say(f"verdict.{verdict}") if say.has(f"verdict.{verdict}") else verdict


def reason_name(code: str, say: Speech) -> str:
    """Why a candidate was rejected, for readers."""
    return say.say(f"reason.{code}") if code and say.has(f"reason.{code}") else code or "–"


def pictured(chart: Chart | None, caption: str, description: str, narrow: Chart | None = None) -> list[Block]:
    """The picture, or nothing where there is nothing to draw."""
    return [] if chart is None else [Picture(chart=chart, caption=caption, description=description, narrow=narrow)]


def within(found: Sequence[Decision] | None, basis: Basis) -> list[Decision]:
    """The decisions taken in the report's period."""
    return [d for d in found or () if basis.start <= d.decided_at.date() < basis.end]


def decimal(say: Speech) -> str:
    """The decimal sign of charts."""
    return "," if say.language == "it" else "."


def why_aside(candidate: Candidate, say: Speech) -> str:
    """Why a candidate is set aside or doubted, by rule from its figures."""
    reasons = [say.say(f"aside.{candidate.kind}")] if say.has(f"aside.{candidate.kind}") else []
    if candidate.nearest and candidate.kind in ("revision", "specialisation"):
        near = candidate.nearest[0]
        reasons.append(say.say("aside.near", title=near.title, similarity=say.number(near.similarity, 2)))
    if candidate.growth.low <= 1:
        reasons.append(say.say("aside.flat"))
    if candidate.employers < 5:
        reasons.append(say.say("aside.few", n=candidate.employers))
    return say.joined(reasons)
