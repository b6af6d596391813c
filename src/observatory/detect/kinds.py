"""What a rising cluster is: an occupation, a specialisation, a revision, a technology or noise.

Each kind is decided by named tests in a fixed order, and the tests that decided are said in plain
words. China's six properties and the guidelines of the Australian National Skills Commission are the
frame: employers that are independent of each other, stability, a skill content of its own, neither
another title nor a strict subset of a known occupation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
from scipy import stats

from observatory.detect.novelty import Novelty
from observatory.detect.profile import Profile
from observatory.detect.usage import Usage
from observatory.records import Kind

PROPER = 0.6  # share of running mentions in which the modifier is a proper name ("Python developer")
BUILDERS = 0.35  # share of builder heads (developer, programmer) among builders and engineers
HEADS = 3  # different heads under one proper name: a tool that many occupations use
TOP_HEAD = 0.75
FADED = 0.4  # recent half-year's share against the best half-year
FADED_COUNT = 8
FADED_P = 0.01
SIDE_BY_SIDE = 0.08  # share of postings that advertise the parent occupation as another job
SUBSET_SIMILARITY = 0.60
RANKS = frozenset("manager director lead head chief architect vp".split())
RANKS_ZH = ("总监", "主管", "负责人", "组长", "总经理")
HEADS_ZH = ("工程师", "开发工程师", "经理", "师", "员", "专员")
NARROWS = 2.0  # a role that narrows another is its specialisation when that one is this often as frequent
LOOSE = 1.0  # cohesion at or below it: its postings are no more alike than any others
LOOSE_POSTINGS = 30
GENERIC = frozenset("generalist general technical polyglot rockstar senior junior lead versatile talented".split())
BUILDING = frozenset({"developer", "programmer"})
_LATIN_BEFORE = re.compile(r"([a-z][a-z0-9+#.]*)\s?(?=[\u4e00-\u9fff])", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    """What the mentions of a cluster show, as shares from 0 to 1 unless said otherwise.

    `proper`: its modifier is written as a name where the role stands in running text. `builders`:
    developers among its engineers and developers. `heads`: how many heads the modifier has in the
    corpus, and `top_head` the share of the largest. `side_by_side`: postings that also advertise the
    occupation which lists the role as an alternative title. `faded`: recent half-year against the best
    one, and `faded_p` the chance of so deep a fall. `tools`: words of its name that name a tool.
    `rest`: the role that is left without them, when the corpus has it. `narrows`: the more frequent role
    in the corpus that it narrows. `rank_of`: the more frequent role of which it is the manager, director or
    lead. `same_as`: a known occupation with the same head noun whose postings ask for the same, with the
    likeness of the two profiles.
    """

    proper: float = 0.0
    builders: float = 0.0
    heads: int = 1
    top_head: float = 1.0
    side_by_side: float = 0.0
    faded: float = 1.0
    faded_p: float = 1.0
    tools: tuple[str, ...] = ()
    usage: Usage | None = None
    rest: str = ""
    narrows: str = ""
    rank_of: str = ""
    same_as: tuple[str, float] | None = None
    profile: Profile = field(default_factory=Profile)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The kind of a cluster, why, and whether there is anything to propose.

    A known occupation whose content has not changed is no proposal; it stays a cluster.
    """

    kind: Kind
    reasons: tuple[str, ...]
    proposed: bool = True


def decide(name: str, novelty: Novelty, signs: Signs, *, employers: int, postings: int = 0) -> Verdict:
    """The kind of a cluster and the tests that decided it, in plain words."""
    if employers < 2:
        return Verdict(kind="noise", reasons=("one employer only: not shown to be more than a house title",))
    if (tool := _tool(name, signs)) is not None:
        return Verdict(kind="technology", reasons=(tool,))
    modifiers = name.split()[:-1]
    listed = novelty.title_of is not None or novelty.alternative_of is not None  # "technical writer" is an occupation
    if modifiers and set(modifiers) <= GENERIC and not listed:
        return Verdict(kind="noise", reasons=("its name says nothing of the work",))
    if novelty.title_of is not None:
        return _known(novelty, signs)
    if novelty.alternative_of is not None and signs.side_by_side < SIDE_BY_SIDE:
        at = novelty.alternative_of
        return Verdict(
            kind="specialisation",
            reasons=(f"{at.scheme} {at.version} lists it as another title of {at.title} ({at.code})",),
        )
    if signs.faded < FADED and signs.faded_p < FADED_P:
        return Verdict(
            kind="noise",
            reasons=(f"it rose and fell back: its share is {signs.faded:.0%} of its best half-year",),
        )
    if novelty.subset_of is not None and novelty.subset_of.similarity >= SUBSET_SIMILARITY:
        at = novelty.subset_of
        return Verdict(kind="specialisation", reasons=(f"it narrows {at.title} ({at.scheme} {at.version}, {at.code})",))
    if signs.rank_of:
        return Verdict(
            kind="specialisation", reasons=(f"it is a rank above {signs.rank_of}, which is sought more often",)
        )
    if signs.same_as is not None:
        title, likeness = signs.same_as
        return Verdict(
            kind="specialisation",
            reasons=(
                f"its postings ask for the same as those of {title}, a known occupation (likeness {likeness:.2f})",
            ),
        )
    if signs.narrows:
        return Verdict(
            kind="specialisation", reasons=(f"it narrows {signs.narrows}, which the same postings seek more often",)
        )
    if postings >= LOOSE_POSTINGS and signs.profile.cohesion <= LOOSE and not signs.profile.own:
        return Verdict(
            kind="noise",
            reasons=(
                "its postings ask for no skills of its own and are no more alike than any others: a word, not a job",
            ),
        )
    return Verdict(kind="occupation", reasons=_new(novelty, signs))


def _tool(name: str, signs: Signs) -> str | None:
    """Why the role is a technology, or None."""
    modifier = " ".join(name.split()[:-1]) or modifiers_of(name, "zh")
    if signs.tools:
        own = " ".join(signs.tools)
        if own == modifier:
            used = signs.usage
            return (
                f"its name is that of a tool: {used.said(own)}"
                if used is not None and used.mentions
                else f"its name is that of a tool, {own}"
            )
        if signs.rest:
            return f"it is {signs.rest} with a tool named: {own}"
    named = signs.usage is None or signs.usage.mentions == 0
    spread = signs.heads >= HEADS and signs.top_head < TOP_HEAD
    if (named and signs.proper >= PROPER and (signs.builders >= BUILDERS or spread)) or (
        spread and signs.proper >= PROPER and signs.usage is not None and signs.usage.proper >= PROPER
        and signs.usage.applied + signs.usage.listed >= 0.4
    ):  # fmt: skip
        return (
            f"its name is that of a tool (written as a proper name in {signs.proper:.0%} of running mentions) "
            f"used under {max(signs.heads, 1)} kinds of job title"
        )
    return None


def _known(novelty: Novelty, signs: Signs) -> Verdict:
    """A known occupation: a revision when its skill profile changed, otherwise nothing to propose."""
    at = novelty.title_of
    assert at is not None
    known = f"it is an occupation of {at.scheme} {at.version}: {at.title} ({at.code})"
    risen, fallen = signs.profile.risen, signs.profile.fallen
    if risen is None:
        return Verdict(
            kind="revision", proposed=False,
            reasons=(known, "too few of its postings name skills to say whether its content changed"),
        )  # fmt: skip
    if len(risen) < 2:
        return Verdict(
            kind="revision", proposed=False, reasons=(known, "its skill profile has not changed more than all postings have")
        )  # fmt: skip
    changed = f"its postings now ask more, beyond the change in all postings, for {', '.join(risen[:4])}"
    if fallen:
        changed += f", and less for {', '.join(fallen[:3])}"
    return Verdict(kind="revision", reasons=(known, changed))


def _new(novelty: Novelty, signs: Signs) -> tuple[str, ...]:
    reasons = []
    if novelty.alternative_of is not None:
        at = novelty.alternative_of
        reasons.append(
            f"{at.scheme} {at.version} lists it as another title of {at.title}, but {signs.side_by_side:.0%} of its "
            f"postings advertise both jobs side by side"
        )
    else:
        reasons.append("no loaded classification has it as an occupation, another title or a part of one")
    if signs.profile.own:
        reasons.append(f"its postings ask for skills of its own: {', '.join(signs.profile.own[:4])}")
    if signs.profile.cohesion > LOOSE:
        reasons.append(f"its postings are {signs.profile.cohesion:.1f} times as alike as any others")
    return tuple(reasons)


def modifiers_of(role: str, language: str) -> str:
    """What stands before the head noun of a role, or "" where the language is not written so.

    Of a Chinese role it is the word in Latin letters before it.

    >>> modifiers_of("data engineer", "en"), modifiers_of("c++开发工程师", "zh"), modifiers_of("算法工程师", "zh")
    ('data', 'c++', '')
    """
    if language == "zh":
        found = _LATIN_BEFORE.match(role)
        return found[1] if found else ""
    return role.rsplit(" ", 1)[0] if language == "en" and " " in role and " of " not in role else ""


def words_to_test(role: str, language: str) -> list[str]:
    """The modifier of a role, its words and its pairs of words: all that may name a tool."""
    words = modifiers_of(role, language).split()
    pairs = [" ".join(words[i : i + 2]) for i in range(len(words) - 1)]
    return list(dict.fromkeys([*([" ".join(words)] if words else []), *pairs, *words]))


def signs_of(
    mentions: pd.DataFrame, names: Mapping[int, tuple[str, str]], *, side_by_side: Mapping[int, float],
    faded: Mapping[int, tuple[float, float]], usage: Callable[[str, Sequence[str]], Mapping[str, Usage]],
    narrows: Mapping[int, str], same_as: Mapping[int, tuple[str, float]], profile: Mapping[int, Profile],
    is_role: Callable[[str, str], bool], forms: Mapping[int, Sequence[str]],
) -> dict[int, Signs]:  # fmt: skip
    """The signs of each cluster in `names` (its main role and language).

    `mentions` has columns cluster, role, phrase, language. `usage` gives, for a language, the usage of
    words in running text, `is_role` says whether the corpus or a classification has a role, `forms` gives the other ways
    in which a cluster's main role is written ("golang developer" of "go developer").
    """
    words = mentions["phrase"].str.split()
    last, before = (words.str[place].str[-1].astype(object).fillna("") for place in (slice(None), slice(-1)))
    english = mentions["language"] == "en"
    running = english & last.str[:1].str.islower()
    proper = before[running].str.contains("[A-Z]").groupby(mentions.loc[running, "cluster"]).mean()
    head = mentions["role"].str.rsplit(" ", n=1).str[-1]
    modifier = mentions["role"].str.rsplit(" ", n=1).str[0].where(english, "")
    build = head.isin(BUILDING)
    build_or_engineer = build | (head == "engineer")
    builders = build.groupby(mentions["cluster"]).sum() / build_or_engineer.groupby(mentions["cluster"]).sum()
    of_modifier: dict[str, dict[str, int]] = {}
    for (name, its_head), count in (
        pd.DataFrame({"modifier": modifier[english], "head": head[english]}).value_counts().items()
    ):
        of_modifier.setdefault(name, {})[its_head] = int(count)
    tested = {cluster: words_to_test(*name) for cluster, name in names.items()}
    others = {
        cluster: [modifiers_of(form, names[cluster][1]) for form in own] for cluster, own in forms.items() if cluster in names
    }  # fmt: skip
    asked: dict[str, set[str]] = {"en": set()}
    for cluster, own in (*tested.items(), *others.items()):
        asked.setdefault(names[cluster][1], set()).update(word for word in own if word)
    used = {language: usage(language, sorted(words)) for language, words in sorted(asked.items())}
    short = _abbreviations(mentions.loc[english, "phrase"], asked["en"])
    sizes = mentions.groupby("cluster").size()
    chinese = mentions.loc[mentions["language"] == "zh", "role"].value_counts()
    result = {}
    for cluster, (role, language) in names.items():
        subject = _rank_and_subject(role)[1] if language == "en" else ""
        of_its = of_modifier.get(subject or modifiers_of(role, language), {}) if language == "en" else {}
        counted = {h: n for h, n in of_its.items() if n >= 2}
        heads = [] if subject else list(counted.values())
        share = float(builders.get(cluster, 0.0)) if pd.notna(builders.get(cluster)) else 0.0
        tools = _tools(tested[cluster], others.get(cluster, ()), used[language], short, share)
        result[cluster] = Signs(
            proper=float(proper.get(cluster, 0.0)),
            builders=share,
            heads=len(heads),
            top_head=max(heads) / sum(heads) if heads else 1.0,
            side_by_side=side_by_side.get(cluster, 0.0),
            faded=faded.get(cluster, (1.0, 1.0))[0],
            faded_p=faded.get(cluster, (1.0, 1.0))[1],
            tools=tools,
            usage=used[language].get(modifiers_of(role, language)),
            rest=_rest(role, language, tools, is_role),
            narrows=narrows.get(cluster, ""),
            rank_of=_rank_in_chinese(role, chinese)
            if language == "zh"
            else _rank_of(role, language, counted, int(sizes.get(cluster, 0))),
            same_as=same_as.get(cluster),
            profile=profile.get(cluster, Profile()),
        )
    return result


def _rank_of(role: str, language: str, heads: Mapping[str, int], size: int) -> str:
    """The role of which this is a rank: the same modifier with the head that is sought most, twice as often.

    "Director of security" is a rank of security engineers as "security director" is; `size` counts the role.
    """
    rank, subject = _rank_and_subject(role) if language == "en" else ("", "")
    modifier, own = (subject, rank) if subject else (modifiers_of(role, language), role.rsplit(" ", 1)[-1])
    if not modifier or own not in RANKS or not heads:
        return ""
    head = max(heads, key=lambda h: (heads[h], h))
    seldom = heads.get(own, 0) if not subject else size
    return f"{modifier} {head}" if head not in RANKS and heads[head] >= NARROWS * seldom else ""


def _rank_in_chinese(role: str, sought: pd.Series) -> str:
    """The role of which a Chinese role is a rank (运维主管 of 运维工程师), when it is sought twice as often; `sought` counts roles."""
    subject = next((role.removesuffix(rank) for rank in RANKS_ZH if role.endswith(rank)), "")
    if not subject:
        return ""
    size, name = max((int(sought.get(subject + head, 0)), subject + head) for head in HEADS_ZH)
    return name if size >= NARROWS * max(int(sought.get(role, 0)), 1) else ""


def _rank_and_subject(role: str) -> tuple[str, str]:
    """The rank and the subject of "head of data", or two empty strings."""
    rank, of, subject = role.partition(" of ")
    return (rank.rsplit(" ", 1)[-1], subject) if of and rank.rsplit(" ", 1)[-1] in RANKS else ("", "")


def _tools(
    tested: Sequence[str], others: Sequence[str], used: Mapping[str, Usage], short: frozenset[str], builders: float
) -> tuple[str, ...]:
    """The words of a modifier that name tools; the whole modifier first, if that is one."""

    def tool(words: str) -> bool:
        found = used.get(words)
        return found is not None and bool(found.is_tool(abbreviation=words in short, builders=builders))

    if not tested:
        return ()
    if tool(tested[0]) or any(tool(words) for words in others if words):
        return (tested[0],)
    found = [words for words in tested[1:] if tool(words)]
    return tuple(word for word in found if not any(word != other and word in other.split() for other in found))


def _rest(role: str, language: str, tools: Sequence[str], is_role: Callable[[str, str], bool]) -> str:
    """The role without the tools in its name, when there is such a role."""
    if not tools:
        return ""
    rest = role
    for tool in tools:
        rest = f" {rest} ".replace(f" {tool} ", " ").strip()
    rest = " ".join(rest.split())
    return rest if " " in rest and is_role(rest, language) else ""


def _abbreviations(phrases: pd.Series, words: Iterable[str]) -> frozenset[str]:
    """Those of `words` that are mostly written with two to four capitals ("QA", "NLP")."""
    wanted = set(words)
    written: dict[str, Counter[str]] = {}
    for phrase, count in phrases.value_counts().items():
        for word in str(phrase).replace("-", " ").split():
            if word.lower() in wanted:
                written.setdefault(word.lower(), Counter())[word] += int(count)
    return frozenset(
        word for word, forms in written.items()
        if 2 <= len(word) <= 4 and sum(n for form, n in forms.items() if form.isupper()) * 2 > sum(forms.values())
    )  # fmt: skip


def fade(last: float, best: float, last_of: float, best_of: float) -> tuple[float, float]:
    """How far the last half-year's share lies under the best one's, and the chance of that under no change.

    `last` and `best` are vacancies, `last_of` and `best_of` all vacancies of the same sources and half-years.
    The chance is conditional binomial (Przyborowski and Wilenski 1940), times the half-years looked at
    being left to the caller.

    >>> ratio, p = fade(2, 30, 1000, 1000)
    >>> round(ratio, 2), p < 0.001
    (0.07, True)
    """
    if best <= 0 or best_of <= 0 or last_of <= 0:
        return 1.0, 1.0
    ratio = (last / last_of) / (best / best_of)
    p = float(stats.binom.cdf(last, last + best, last_of / (last_of + best_of)))
    return ratio, p
