"""What follows from a standard: a curriculum brief, the skills a certification should test, whether a competition suits.

Made from a draft and from the postings it names: units by level, skills by frequency and by rise, what neighbouring
occupations already ask for. Every line carries its counts; a suggestion says what it rests on and what speaks against it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from observatory.committee import Neighbour
from observatory.corpus import Corpus
from observatory.errors import NotEnoughData
from observatory.records import Dossier
from observatory.standards import Cell, Draft

FORMAT_VERSION = 1
RISEN_Z = 1.96
LEAST_EMPLOYERS = 3  # of a skill that a certification tests


@dataclass(frozen=True, kw_only=True, slots=True)
class Rise:
    """A skill in the twelve months before the draft's day and in the twelve before: postings naming it, of how many.

    `z` is that of the difference of two shares (pooled); above 1.96 it rose beyond chance, taken alone.
    """

    label: str
    recent: int
    recent_of: int
    earlier: int
    earlier_of: int
    z: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A unit of the curriculum: one function at one level, what is to be done and known there."""

    level: str
    key: str
    title: str
    share: int
    doing: tuple[Cell, ...]
    knowing: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SkillToTest:
    """A skill that a certification should test: from which level, and on whose word."""

    text: str
    level: str
    employers: int
    postings: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """The curriculum brief of one profession. `competition` is "suits", "not yet" or "cannot be said", with reasons."""

    candidate_id: str
    title: str
    units: tuple[Unit, ...]
    frequent: tuple[tuple[str, int, int, float], ...]
    rises: tuple[Rise, ...]
    taught: tuple[tuple[str, tuple[str, ...], tuple[str, ...], str, str], ...]
    tested: tuple[SkillToTest, ...]
    competition: str
    reasons: tuple[str, ...]
    made_from: Mapping[str, str]


def brief(corpus: Corpus, dossier: Dossier, draft: Draft, neighbours: Sequence[Neighbour]) -> Brief:
    """The brief of a draft. `neighbours` are those of the committee's case."""
    units = tuple(_units(draft))
    tested = tuple(_tested(draft))
    competition, reasons = suits_competition(draft, tested, dossier.candidate.growth.low)
    return Brief(
        candidate_id=draft.candidate_id, title=draft.title, units=units,
        frequent=tuple((s.label, s.postings, s.employers, s.share) for s in draft.profile[:20]),
        rises=rises(_counts(corpus, dossier)), tested=tested, competition=competition, reasons=reasons,
        taught=tuple((n.title, n.shared, n.own, n.scheme, n.code) for n in neighbours), made_from=draft.made_from,
    )  # fmt: skip


def _units(draft: Draft) -> Iterator[Unit]:
    shares = {w.item: w.shares for w in draft.practice}
    for level in draft.levels:
        for function in draft.functions:
            rows = [row for content in function.contents for row in content.requirements if row.level == level.level]
            doing = tuple(c for row in rows for c in row.skills if c.origin != "none")
            knowing = tuple(c for row in rows for c in row.knowledge if c.origin != "none")
            if doing or knowing:
                yield Unit(
                    level=level.level, key=function.key, title=function.title.text, share=shares.get(function.key, {}).get(level.level, 0),
                    doing=doing, knowing=knowing,
                )  # fmt: skip


def _tested(draft: Draft) -> Iterator[SkillToTest]:
    """Skill statements that three employers make, and essential skills of the profile, most employers first."""
    found = [
        SkillToTest(text=c.text, level=row.level, employers=c.employers, postings=c.postings)
        for function in draft.functions for content in function.contents for row in content.requirements
        for c in row.skills if c.employers >= LEAST_EMPLOYERS
    ]  # fmt: skip
    first = draft.levels[0].level if draft.levels else ""
    found += [
        SkillToTest(text=s.label, level=first, employers=s.employers, postings=s.postings)
        for s in draft.profile if s.essential and s.employers >= LEAST_EMPLOYERS
    ]  # fmt: skip
    yield from sorted(found, key=lambda t: (-t.employers, t.text))


def suits_competition(draft: Draft, tested: Sequence[SkillToTest], growth_low: float) -> tuple[str, tuple[str, ...]]:
    """Whether a skills competition suits, as a suggestion with its reasons.

    A competition needs work that can be shown and judged: several functions with skills that employers agree on,
    knowledge of named tools, and enough employers to set tasks. Fewer than five agreed skills: cannot be said.
    """
    employers = int(draft.made_from.get("employers", "0"))
    full = sum(
        any(c.employers >= LEAST_EMPLOYERS for content in f.contents for row in content.requirements for c in row.skills)
        for f in draft.functions
    )  # fmt: skip
    tools = sum(
        c.origin == "postings" for f in draft.functions for content in f.contents for row in content.requirements for c in row.knowledge
    )  # fmt: skip
    facts = (
        (full >= 3, f"{full} functions hold a skill that {LEAST_EMPLOYERS} employers ask for (3 wanted)"),
        (tools >= 5, f"{tools} statements of knowledge name tools or methods (5 wanted)"),
        (employers >= 30, f"{employers} employers could set tasks (30 wanted)"),
        (growth_low > 1, f"the lower bound of its growth is {growth_low:.2f} (above 1 wanted)"),
    )
    reasons = tuple(("for: " if good else "against: ") + text for good, text in facts)
    if len(tested) < 5:
        return "cannot be said", (*reasons, f"only {len(tested)} skills are agreed on (5 needed to judge)")
    return ("suits" if sum(good for good, _ in facts) >= 3 else "not yet"), reasons


def _counts(corpus: Corpus, dossier: Dossier) -> list[dict[str, Any]]:
    """Postings of the candidate that name each skill, in the last twelve months and the twelve before."""
    found: list[dict[str, Any]] = corpus.query(
        """WITH own AS (
             SELECT DISTINCT p.posting_id, p.posted_at >= $until::TIMESTAMPTZ - INTERVAL 12 MONTH AS recent, e.skills
             FROM roles r
             JOIN clusters c ON c.role = r.role AND c.language = r.language AND c.run_id = $run AND c.lineage_id = $lineage
             JOIN postings p ON p.posting_id = r.posting_id
             JOIN enriched e ON e.posting_id = r.posting_id AND e.grammar = r.grammar
             WHERE r.hiring AND p.posted_at < $until AND p.posted_at >= $until::TIMESTAMPTZ - INTERVAL 24 MONTH),
           sizes AS (SELECT count(*) FILTER (recent) AS a, count(*) FILTER (NOT recent) AS b FROM own)
           SELECT skill AS label, count(*) FILTER (recent) AS recent, any_value(a) AS recent_of,
                  count(*) FILTER (NOT recent) AS earlier, any_value(b) AS earlier_of
           FROM (SELECT unnest(skills) AS skill, recent FROM own), sizes GROUP BY 1 ORDER BY 1""",
        run=dossier.run.run_id, lineage=dossier.candidate.candidate_id, until=dossier.run.as_of,
    ).to_pylist()  # fmt: skip
    return found


def rises(counts: Sequence[Mapping[str, Any]], *, most: int = 15) -> tuple[Rise, ...]:
    """The skills that rose beyond chance, the surest first.

    >>> rows = [{"label": "a", "recent": 30, "recent_of": 60, "earlier": 5, "earlier_of": 60},
    ...         {"label": "b", "recent": 9, "recent_of": 60, "earlier": 9, "earlier_of": 60}]
    >>> [(rise.label, rise.z) for rise in rises(rows)]
    [('a', 5.02)]
    """
    found = []
    for row in counts:
        a, n, b, m = row["recent"], row["recent_of"], row["earlier"], row["earlier_of"]
        if a + b < 5 or not n or not m:
            continue
        pooled = (a + b) / (n + m)
        spread = (pooled * (1 - pooled) * (1 / n + 1 / m)) ** 0.5
        z = (a / n - b / m) / spread if spread > 0 else 0.0
        if z > RISEN_Z:
            label = str(row["label"]).removeprefix("term:")
            found.append(Rise(label=label, recent=a, recent_of=n, earlier=b, earlier_of=m, z=round(z, 2)))
    return tuple(sorted(found, key=lambda rise: (-rise.z, rise.label))[:most])


def to_json(made: Brief) -> str:
    """The brief as the site takes it in: units, skills with their rise as a ratio of shares, certification, competition.

    Raises `NotEnoughData` when the draft holds nothing a unit could be made of.
    """
    if not made.units:
        raise NotEnoughData(f"the draft of {made.title!r} holds no statement a unit could be made of")
    ratios = {
        r.label: round((r.recent / r.recent_of) / ((r.earlier + 0.5) / (r.earlier_of + 0.5)), 3) for r in made.rises
    }
    return json.dumps(
        {
            "format_version": FORMAT_VERSION, "candidate_id": made.candidate_id, "title": made.title,
            "levels": list(dict.fromkeys(u.level for u in made.units)),
            "units": [
                {"code": f"{u.level}.{u.key}", "title": (u.title or u.key)[:300], "level": u.level, "weight": u.share,
                 "skills": [c.text for c in (*u.doing, *u.knowing)]}
                for u in made.units
            ],
            "skills": [
                {"label": label, "postings": n, "employers": e, "share": share, "rise": ratios.get(label)}
                for label, n, e, share in made.frequent
            ] + [
                {"label": r.label, "postings": r.recent, "employers": 0, "share": round(r.recent / r.recent_of, 4), "rise": ratios[r.label]}
                for r in made.rises if r.label not in {label for label, *_ in made.frequent}
            ],
            "taught": [{"title": title, "scheme": scheme, "code": code, "skills": list(shared)} for title, shared, _, scheme, code in made.taught],
            "certification": [
                {"label": t.text[:200], "postings": t.postings, "employers": t.employers, "reason": f"{t.employers} employers ask for it; from level {t.level}"}
                for t in made.tested
            ],
            "competition": None if made.competition == "cannot be said" else {"suits": made.competition == "suits", "reasons": list(made.reasons)},
            "limits": ["Advertisements say what employers ask for; trainers and practitioners should be asked what is taught."],
            "made_from": dict(made.made_from),
        },
        ensure_ascii=False, indent=1,
    ) + "\n"  # fmt: skip
