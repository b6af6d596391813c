"""The committee's file laid out, from the definition to sources and hashes; what is not known bears a mark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from observatory.publish import wording
from observatory.publish.standard import Block, Shown
from observatory.records import Dossier

if TYPE_CHECKING:
    Case = Any  # the record stands on a floor above; it is read by its fields

NOTHING = Shown(text="none found in the postings as they were read", missing=True)
NO_CODE = Shown(
    text="none: its kind gets no code, or no near occupation of the classification that codes belong to is loaded",
    missing=True,
)
NO_MARKS = Shown(
    text="not given: no classification loaded marks skills as green or digital; ESCO's collections are added with: observatory taxonomy add",
    missing=True,
)
RECORD = "not given: no record of the site came with this file; write one with: observatory review record ID, and name it with --record"
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
    yield _list(
        [f"{wording.KIND_NAMES[c.kind]}, rank {c.rank}, candidate {c.candidate_id}", *wording.conclusion(dossier)]
    )
    yield Block(
        kind="growth", history=dossier.history,
        text="Share of all vacancies of the same sources, per 1,000, with 95 % intervals; below it, vacancies. Shaded where the "
        f"sources were silent. Corpus version {dossier.run.corpus_version}, data before {wording.day(dossier.as_of)}.",
    )  # fmt: skip
    yield _h("Definition, as postings word it")
    yield _quoted(case.definition)
    yield _h("Main tasks, as postings word them")
    yield _quoted(case.tasks)
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
            ("green or digital there", [(Shown(text=", ".join(n.marks) or "not marked"),) for n in case.neighbours]),
        )
        side = 82 // len(case.neighbours)
        yield Block(
            kind="table", head=head, widths=(18, *[side] * len(case.neighbours)),
            rows=tuple(((Shown(text=name),), *cells) for name, cells in rows),
        )  # fmt: skip
        yield _list([f"All of its skills are those of {case.strict_subset}." if case.strict_subset else "None of them holds all of its skills."])  # fmt: skip
    else:
        yield Block(kind="list", items=(Shown(text="no classification in this language was loaded", missing=True),))
    within, across, own = case.cohesion
    yield _list([
        f"Is it one population? Two of its {wording.number(own)} postings share {within:.2f} skills on average, one of its and one "
        f"of any other {across:.2f}{f' ({within / across:.1f} times as many)' if across else ''}."
    ])  # fmt: skip
    yield _h("Proposed code and place")
    yield _table(("classification", "proposed code", "under", "rests on"),
                 [(f"{wording.scheme(scheme)} {version}", code or "none is made there", _under(parent, name), basis)
                  for scheme, version, code, parent, name, basis in case.codes], none=NO_CODE)  # fmt: skip
    yield _h("Relations to other classifications, proposed")
    yield _table(("classification", "concept", "relation", "similarity", "rests on"),
                 [(f"{wording.scheme(scheme)} {version}".strip(), f"{title} ({wording.code(code)})", relation, f"{similarity:.2f}", basis)
                  for scheme, version, code, title, relation, similarity, basis in case.crosswalk])  # fmt: skip
    yield _h("Standards of other countries")
    yield _given(case.given.recognised, case.given.record, "compared on the site", RECORD)
    yield _h("Units of competence and levels, drafted")
    if case.given.draft:
        yield _table(("unit", "levels", "skill cells on three employers"), [(title, levels or "–", f"{good} of {of}") for title, levels, good, of in case.given.units])  # fmt: skip
    else:
        yield _missing(
            "not given: no draft came with this file; make one with: observatory draft ID --format json, and name it with --draft"
        )
    yield _h("Demand and stability")
    alive, of = case.quarters
    yield _list([
        f"growth of share {wording.ratio(c.growth)} (95 %: {wording.interval(c.growth)}), q = {c.growth.q_value:.3f}",
        f"{wording.number(c.vacancies)} vacancies in {wording.number(c.postings)} postings of {wording.number(c.employers)} employers",
        f"hired for in {alive} of the last {of} quarters with data",
        f"exposure: {wording.number(sum(m.exposure for m in dossier.history))} vacancies of the same sources in {len(dossier.history)} months, "
        f"{sum(not m.exposure for m in dossier.history)} months without any",
        f"repeated postings: {'; '.join(f'{name} {wording.number(n)}' for name, n in case.copies if name != 'first') or 'none found'}. "
        "Advertisements for posts that do not exist cannot be told from postings.",
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
        ("Contracts", "contract", case.contracts), ("Fields of work", "sector", [(wording.sector(s), n) for s, n in case.sectors]),
    ):  # fmt: skip
        yield _h(heading)
        yield _table((name, "postings"), [(str(a), str(n)) for a, n in rows_])
    yield _h("Green and digital skills, by the classification's own marks")
    yield _table(("mark", "by", "share of skills named", "skills"),
                 [(mark, _named(scheme), f"{n} of {of}{f' ({n / of:.0%})' if of else ''}", which or "–")
                  for mark, scheme, n, of, which in case.marks], none=NO_MARKS)  # fmt: skip
    yield _h("Who could be heard")
    yield _table(("employer", "postings"), [(name, str(n)) for name, n in case.employers])
    yield _given(case.given.heard, case.given.record, "invited or asked on the site", RECORD)
    yield _h("Dissent")
    yield _given(case.given.dissent, case.given.record, "no difference is on record", RECORD)
    yield _h("Questions left open")
    yield _list(case.questions)
    yield _h("Limits")
    yield _list(wording.limits(dossier))
    yield _h("Method")
    yield _list(dossier.method)
    yield _h("Sources and licences")
    yield _table(("source", "postings", "licence", "attribution"), [(name, str(n), licence, who or "–") for name, n, licence, who in case.sources])  # fmt: skip
    yield _h("Made from")
    run = dossier.run
    yield _list([
        f"run {run.run_id}, corpus version {run.corpus_version}, data before {wording.day(dossier.as_of)}",
        f"classifications: {', '.join(run.taxonomies) or 'none'}",
        f"encoders: {', '.join(f'{language} {name}' for language, name in sorted(dossier.encoders.items())) or 'none'}",
        f"method and settings of the run: fingerprint {run.fingerprint}", f"SHA-256 of the dossier: {dossier.sha256}",
        f"SHA-256 of the draft: {case.given.draft or 'none given'}", f"SHA-256 of the site's record: {case.given.record or 'none given'}",
    ])  # fmt: skip


def _under(parent: str, name: str) -> str:
    """A group with its name, or with how its name is to be had."""
    return (
        "–"
        if not parent
        else f"{parent} {name}"
        if name
        else f"{parent} (name not at hand: no loaded classification gives it)"
    )


def _named(scheme: str) -> str:
    name, _, version = scheme.partition(" ")
    return f"{wording.scheme(name)} {version}".strip()


def _h(text: str) -> Block:
    return Block(kind="heading", text=text)


def _list(lines: Sequence[str]) -> Block:
    return Block(kind="list", items=tuple(Shown(text=line) for line in lines) or (NOTHING,))


def _missing(text: str) -> Block:
    return Block(kind="list", items=(Shown(text=text, missing=True),))


def _given(lines: Sequence[str], record: str, empty: str, missing: str) -> Block:
    """Lines of the site's record; marked as missing where no record was given."""
    return _list(lines or [f"none: {empty}"]) if record else _missing(missing)


def _quoted(sentences: Sequence[tuple[str, str, str]]) -> Block:
    if not sentences:
        return Block(kind="list", items=(NOTHING,))
    return Block(
        kind="table", head=("sentence", "employer", "posting"), widths=(60, 22, 18),
        rows=tuple(((Shown(text=text),), (Shown(text=employer or "–"),), (Shown(text=posting),)) for text, employer, posting in sentences),
    )  # fmt: skip


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, none: Shown | None = None) -> Block:
    if not rows:
        return Block(kind="list", items=(none or NOTHING,))
    side = min(22, 72 // (len(head) - 1))
    return Block(
        kind="table", head=head, widths=(100 - side * (len(head) - 1), *[side] * (len(head) - 1)),
        rows=tuple(tuple((Shown(text=text),) for text in row) for row in rows),
    )  # fmt: skip


def _said(texts: Sequence[str]) -> tuple[Shown, ...]:
    return tuple(Shown(text=text) for text in texts) or (Shown(text="none known", missing=True),)
