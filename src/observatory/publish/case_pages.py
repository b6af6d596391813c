"""The committee's file laid out: nearest occupations side by side, pay, education, regions, questions, sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from observatory.publish import wording
from observatory.publish.standard import Block, Shown
from observatory.records import Dossier

if TYPE_CHECKING:
    Case = Any  # the record stands on a floor above; it is read by its fields

NOTHING = Shown(text="none found in the postings as they were read", missing=True)
DEGREES = {
    "0": "no degree asked for", "3": "lower secondary (EQF 3)", "4": "upper secondary (EQF 4)", "5": "short higher (EQF 5)",
    "6": "bachelor's (EQF 6)", "7": "master's (EQF 7)", "8": "doctorate (EQF 8)",
}  # fmt: skip


def case_blocks(dossier: Dossier, case: Case) -> list[Block]:
    """The blocks of a committee's file, in the order a committee reads."""
    return list(_blocks(dossier, case))


def _blocks(dossier: Dossier, case: Case) -> Iterator[Block]:
    c = dossier.candidate
    yield _h("In short")
    yield _list([f"{wording.KIND_NAMES[c.kind]}, rank {c.rank}", *wording.conclusion(dossier)])
    yield _h("Names")
    yield _list([f"{language}: {' · '.join(names)}" for language, names in sorted(c.titles.items())])
    yield _h("Evidence")
    yield Block(
        kind="table", head=("sentence", "employer", "posting"), widths=(60, 22, 18),
        rows=tuple(((Shown(text=e.sentence),), (Shown(text=e.employer or "–"),), (Shown(text=e.posting_id),)) for e in dossier.evidence),
    )  # fmt: skip
    yield _h("Nearest occupations side by side")
    if case.neighbours:
        head = (
            "",
            *(f"{n.title} ({wording.scheme(n.scheme)} {n.version}, {wording.code(n.code)})" for n in case.neighbours),
        )
        rows: tuple[tuple[str, list[tuple[Shown, ...]]], ...] = (
            ("similarity", [(Shown(text=f"{n.similarity:.2f}"),) for n in case.neighbours]),
            ("skills in both", [_said(n.shared) for n in case.neighbours]),
            ("only in this candidate", [_said(n.own) for n in case.neighbours]),
            ("tasks of the occupation", [_said(n.tasks) for n in case.neighbours]),
            ("title is one of its titles", [(Shown(text="yes" if n.alternative else "no"),) for n in case.neighbours]),
        )
        side = 82 // len(case.neighbours)
        yield Block(
            kind="table", head=head, widths=(18, *[side] * len(case.neighbours)),
            rows=tuple(((Shown(text=name),), *cells) for name, cells in rows),
        )  # fmt: skip
        yield _list([f"All of its skills are those of {case.strict_subset}." if case.strict_subset else "None of them holds all of its skills."])  # fmt: skip
    else:
        yield Block(kind="list", items=(Shown(text="no classification in this language was loaded", missing=True),))
    yield _h("Demand and stability")
    alive, of = case.quarters
    yield _list([
        f"growth of share {wording.ratio(c.growth)} (95 %: {wording.interval(c.growth)}), q = {c.growth.q_value:.3f}",
        f"{wording.number(c.vacancies)} vacancies in {wording.number(c.postings)} postings of {wording.number(c.employers)} employers",
        f"hired for in {alive} of the last {of} quarters with data",
    ])  # fmt: skip
    yield _h("How many practise it")
    p = c.practitioners
    if p is not None and p.estimate is not None:
        yield _list([f"{wording.number(p.estimate)} (90 %: {wording.number(p.low or 0)} to {wording.number(p.high or 0)}). {p.note}"])  # fmt: skip
    else:
        yield Block(
            kind="list", items=(Shown(text=p.note if p is not None and p.note else "no estimate", missing=True),)
        )
    yield _h("Pay a year, before tax")
    yield _table(("currency", "postings", "median of lower amounts", "median of upper amounts"),
                 [(name, str(n), wording.number(round(low)), wording.number(round(high))) for name, n, low, high in case.pay])  # fmt: skip
    for heading, name, rows_ in (
        ("Education asked for at least", "level", [(DEGREES.get(level, level), n) for level, n in case.education]),
        ("Experience asked for", "years", case.experience), ("Countries", "country", case.countries), ("Regions", "region", case.regions),
        ("Contracts", "contract", case.contracts), ("Fields of work, with green and digital ones", "sector", [(wording.sector(s), n) for s, n in case.sectors]),
        ("Employers who could be heard", "employer", case.employers),
    ):  # fmt: skip
        yield _h(heading)
        yield _table((name, "postings"), [(str(a), str(n)) for a, n in rows_])
    yield _h("Questions left open")
    yield _list(case.questions)
    yield _h("Limits")
    yield _list(dossier.limits)
    yield _h("Method")
    yield _list(dossier.method)
    yield _h("Sources and licences")
    yield _table(("source", "postings", "licence", "attribution"), [(name, str(n), licence, who or "–") for name, n, licence, who in case.sources])  # fmt: skip
    yield _h("Made from")
    run = dossier.run
    yield _list([
        f"run {run.run_id}, corpus version {run.corpus_version}, data before {wording.day(dossier.as_of)}",
        f"classifications: {', '.join(run.taxonomies) or 'none'}", f"SHA-256 of the dossier: {dossier.sha256}",
    ])  # fmt: skip


def _h(text: str) -> Block:
    return Block(kind="heading", text=text)


def _list(lines: Sequence[str]) -> Block:
    return Block(kind="list", items=tuple(Shown(text=line) for line in lines) or (NOTHING,))


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Block:
    if not rows:
        return Block(kind="list", items=(NOTHING,))
    first = 100 - 22 * (len(head) - 1)
    return Block(
        kind="table", head=head, widths=(first, *[22] * (len(head) - 1)),
        rows=tuple(tuple((Shown(text=text),) for text in row) for row in rows),
    )  # fmt: skip


def _said(texts: Sequence[str]) -> tuple[Shown, ...]:
    return tuple(Shown(text=text) for text in texts) or (Shown(text="none known", missing=True),)
