"""From what postings say to clusters with identity, growth, novelty and kind. The door is `detect`.

Everything here is a function of its arguments: the mentions, exposure and classifications as of a
date, the encoders and a seed. Nothing later than the date is in any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from observatory.detect.cluster import cluster_roles, role_words, similarity
from observatory.detect.growth import Windows, benjamini_hochberg, growth_of, windows
from observatory.detect.kinds import FADED_COUNT, NARROWS, Signs, decide, fade, signs_of
from observatory.detect.lineage import LineageEvent, Role, trace
from observatory.detect.novelty import Novelties, Novelty, normal_form
from observatory.detect.profile import Profile, profiles
from observatory.detect.roles import MENTION_COLUMNS, display_names, fold_key, fold_roles, judge_roles
from observatory.detect.usage import Usage, usage_in_chinese, usage_of
from observatory.records import Kind, Taxonomy

__all__ = ["MENTION_COLUMNS", "Cluster", "Detection", "Parameters", "detect"]

Floats = NDArray[np.float32]
HALF_YEAR = 6
ONE_EMPLOYER = "sought by fewer than two employers"  # the first test of `judge_roles`
FORM_HIRING, FORM_TITLED = 0.3, 0.1  # of a written form of an accepted role
RARE_TITLED, RARE_ALONE = 0.5, 0.5  # of a role that one employer seeks, to count for a broader one


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """How professions are found; the defaults are those of the settings."""

    window_months: int = 12
    history_months: int = 36
    min_vacancies: int = 5
    min_employers: int = 3
    resolution: float = 0.82
    seeds: int = 5
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One profession as of a date.

    `forms` are its roles, the most frequent first; `titles` how they are written. Counts are over
    the whole history as of the date; `top_employer` is the share of vacancies of the one that posted most. `growth` is a row of `growth_of`.
    """

    lineage_id: str
    language: str
    name: str
    title: str
    forms: tuple[str, ...]
    titles: tuple[str, ...]
    postings: int
    vacancies: int
    employers: int
    top_employer: float
    sources: tuple[str, ...]
    first_month: int
    months_alive: float
    titled: float
    alone: float
    growth: pd.Series
    novelty: Novelty
    signs: Signs
    kind: Kind
    kind_reasons: tuple[str, ...]
    proposed: bool
    stability: float


@dataclass(frozen=True, kw_only=True)
class Detection:
    """All clusters of a run. `roles` has columns role, language, cluster (position in `clusters`,
    -1 = no role), vacancies, rolled_up (sought by one employer, counted for the broader role); `judged` every phrase with the test it failed; `events` the lineages'."""

    clusters: tuple[Cluster, ...]
    roles: pd.DataFrame
    judged: pd.DataFrame
    events: tuple[LineageEvent, ...]
    windows: Windows
    agreement: float


def detect(
    mentions: pd.DataFrame,
    exposure: pd.DataFrame,
    taxonomies: Sequence[Taxonomy],
    *,
    as_of_month: int,
    encode: Callable[[str, Sequence[str]], Floats],
    previous: Mapping[str, Mapping[Role, int]],
    ended: frozenset[str] = frozenset(),
    skills: pd.DataFrame | None = None,
    texts: Callable[[str], Iterable[str]] | None = None,
    parameters: Parameters | None = None,
) -> Detection:
    """Clusters of the roles in `mentions`, with what is known of each as of a date.

    `mentions`: columns MENTION_COLUMNS. `exposure`: columns source, month, vacancies. `encode(language,
    texts)` gives unit vectors. `previous`: the roles of each lineage of the run before, with vacancies.
    `skills`: columns posting_id, skills (list of labels). `texts`: gives the texts of a language's postings, to
    tell tools from fields; without it that test rests on the titles alone.
    """  # fmt: skip
    p = parameters or Parameters()
    known = {
        fold_key(normal_form(name, language), language)
        for taxonomy in taxonomies
        for occupation in taxonomy.occupations
        for language in occupation.labels
        for name in (occupation.labels[language], *occupation.alternative.get(language, ()))
    }
    distinct = mentions[["role", "language"]].drop_duplicates()
    known_roles = [r for r, lang in distinct.itertuples(index=False) if fold_key(r, lang) in known]
    judged = judge_roles(mentions, known=known_roles)
    accepted = carry_forms(judged)
    concept = fold_roles(accepted)
    rare = judged[(judged["reason"] == ONE_EMPLOYER) & (judged["vacancies"] > 0) & ~judged.index.isin(accepted.index)]
    rare = rare[(rare["titled"] >= RARE_TITLED) & (rare["alone"] >= RARE_ALONE)]
    joined = roll_up(rare.index, accepted, concept)
    concept = pd.concat([concept, joined])
    accepted = pd.concat([accepted, rare.loc[joined.index]])
    roles, stability, agreement = _clusters(concept, accepted, encode, p)
    roles["rolled_up"] = pd.MultiIndex.from_frame(roles[["role", "language"]]).isin(joined.index)
    first = int(exposure["month"].min()) if len(exposure) else as_of_month
    spans = windows(first, as_of_month, recent=p.window_months, history=p.history_months)
    members = [
        {(r, lang): int(n) for r, lang, n in part[["role", "language", "vacancies"]].itertuples(index=False)}
        for _, part in roles.groupby("cluster")
    ]
    ids, events = trace(members, previous=previous, ended=ended)
    hired = mentions[mentions["hiring"]].merge(roles[["role", "language", "cluster"]], on=["role", "language"])
    growth = _growth(hired, exposure, spans, first, as_of_month, p)
    novelty = _novelty(roles, taxonomies, encode, p)
    forms = _forms(roles[~roles["rolled_up"]])
    weight = hired.groupby("cluster")["vacancy_id"].nunique()
    names_of = {cluster: own[0] for cluster, own in forms.items()}
    asked = skills if skills is not None else pd.DataFrame({"posting_id": [], "skills": []})
    content = profiles(hired, asked, sorted(names_of), windows=spans)
    signs = signs_of(
        hired,
        names_of,
        side_by_side=_side_by_side(hired, roles, novelty),
        faded=_faded(hired, exposure, as_of_month),
        usage=lambda language, words: _usage(language, words, texts),
        narrows=_narrows(names_of, roles, weight),
        same_as=_same_as(names_of, content, novelty),
        profile=content,
        forms=_written(names_of, roles),
        is_role=_is_role(roles, known),
    )
    names = display_names(mentions, dict(zip(concept.index, concept, strict=True)))
    clusters = _assemble(roles, hired, judged, ids, growth, novelty, signs, names, stability, as_of_month)
    return Detection(
        clusters=clusters, roles=roles, judged=judged, events=tuple(events), windows=spans, agreement=agreement
    )


def _clusters(
    concept: pd.Series, accepted: pd.DataFrame, encode: Callable[[str, Sequence[str]], Floats], p: Parameters
) -> tuple[pd.DataFrame, list[float], float]:
    """Roles with their concept and cluster; clusters are numbered over all languages."""
    roles = pd.DataFrame(
        {
            "role": accepted.index.get_level_values("role"),
            "language": accepted.index.get_level_values("language"),
            "concept": concept.to_numpy(),
            "vacancies": accepted["vacancies"].to_numpy(),
        }
    )
    roles["cluster"] = -1
    stability: list[float] = []
    agreement = []
    for language in sorted(roles["language"].unique()):
        here = roles["language"] == language
        names = sorted(roles.loc[here, "concept"].unique())
        vectors = encode(language, names)
        sims = similarity(vectors, [role_words(name, language) for name in names])
        seeds = range(p.seed, p.seed + p.seeds)
        found = cluster_roles(sims, resolution=p.resolution if language == "en" else 0.9, seeds=seeds)
        at = dict(zip(names, found.labels + len(stability), strict=True))
        roles.loc[here, "cluster"] = roles.loc[here, "concept"].map(at)
        stability += found.stability.tolist()
        agreement.append(found.agreement)
    return roles, stability, float(np.mean(agreement)) if agreement else 1.0


def carry_forms(judged: pd.DataFrame) -> pd.DataFrame:
    """The accepted roles, and written forms of them that are too rare to pass every test by themselves.

    "Cloud engineer" that three employers seek, once standing alone, is a role when "cloud software
    engineer" is one: the evidence is for the work, not for the spelling.
    """
    keys = pd.Series([fold_key(role, language) + "|" + language for role, language in judged.index], index=judged.index)
    form = keys.isin(set(keys[judged["accepted"]])) & (judged["vacancies"] > 0)
    likely = (judged["hiring"] >= FORM_HIRING) & (judged["titled"] >= FORM_TITLED)
    return judged[judged["accepted"] | (form & likely)]


def roll_up(rare: pd.MultiIndex, accepted: pd.DataFrame, concept: pd.Series) -> pd.Series:
    """The accepted concept that each role sought by one employer narrows, if there is one.

    "Cloud software engineer" of one employer says nothing by itself; it is one more vacancy of cloud
    engineers. A role is the longest accepted one that is left when first words are dropped.
    """
    at = {}
    for role, language in accepted.sort_values("vacancies", kind="stable").index:
        at[(fold_key(role, language), language)] = concept[(role, language)]
    found = {}
    for role, language in rare:
        for form in (role, *shortened(role, language)):
            if (broader := at.get((fold_key(form, language), language))) is not None:
                found[(role, language)] = broader
                break
    index = pd.MultiIndex.from_tuples(sorted(found), names=["role", "language"])
    return pd.Series([found[key] for key in index], index=index, name="concept", dtype=object)


def _growth(
    hired: pd.DataFrame, exposure: pd.DataFrame, spans: Windows, first: int, as_of_month: int, p: Parameters
) -> pd.DataFrame:
    """Growth over the settings' windows, or over the whole history in two parts where that is surer.

    A slow riser shows only over years. Two looks at the same counts cost a factor two on p.
    """
    counts = (
        hired.drop_duplicates(["cluster", "source", "month", "employer", "vacancy_id"])
        .groupby(["cluster", "source", "month", "employer"], as_index=False)
        .size()
        .rename(columns={"size": "vacancies"})
    )
    short = growth_of(counts, exposure, windows=spans)
    tested = _tested(hired, p).reindex(short.index, fill_value=False).to_numpy()
    recent = 2 * p.window_months
    if as_of_month - first < 2 * recent or short.empty:
        return short.assign(q_value=_q_values(short["p_value"].to_numpy(), tested))
    long = growth_of(
        counts, exposure,
        windows=Windows(earlier=range(first, as_of_month - recent), recent=range(as_of_month - recent, as_of_month)),
    )  # fmt: skip
    surer = long["p_value"] < short["p_value"]
    result = short.copy()
    result.loc[surer] = long.loc[surer]
    result.loc[surer, "note"] = [
        f"{note}; last {recent} months against all before" if note else f"last {recent} months against all before"
        for note in result.loc[surer, "note"]
    ]
    result["p_value"] = np.minimum(1.0, 2 * np.minimum(short["p_value"], long["p_value"]))
    result["q_value"] = _q_values(result["p_value"].to_numpy(), tested)
    return result


def _tested(hired: pd.DataFrame, p: Parameters) -> pd.Series:
    """Whether each cluster is large enough to be proposed, and so is tested for growth.

    The filter looks at all its vacancies, whenever they were; how they fall into two windows is independent of
    their number where nothing grows, so it costs nothing (Bourgon, Gentleman and Huber 2010,
    doi:10.1073/pnas.0914005107).
    """
    size = hired.groupby("cluster").agg(vacancies=("vacancy_id", "nunique"), employers=("employer", "nunique"))
    return (size["vacancies"] >= p.min_vacancies) & (size["employers"] >= p.min_employers)


def _q_values(p_values: NDArray[np.float64], tested: NDArray[np.bool_]) -> NDArray[np.float64]:
    """q-values over the clusters tested; 1 for the others."""
    result = np.ones(len(p_values))
    result[tested] = benjamini_hochberg(p_values[tested])
    return result


def _usage(
    language: str, words: Sequence[str], texts: Callable[[str], Iterable[str]] | None
) -> Mapping[str, Usage]:  # fmt: skip
    """How running text of a language uses words; of a language that is not read so, nothing."""
    if not words or language not in {"en", "zh"}:
        return {}
    read = texts(language) if texts is not None else ()
    return usage_of(read, words) if language == "en" else usage_in_chinese(read, words)


def _novelty(
    roles: pd.DataFrame, taxonomies: Sequence[Taxonomy], encode: Callable[[str, Sequence[str]], Floats], p: Parameters
) -> list[Novelty]:
    forms = _forms(roles[~roles["rolled_up"]])
    result: dict[int, Novelty] = {}
    for language in sorted(roles["language"].unique()):
        own = [c for c in forms if forms[c][0][1] == language]

        def of_language(texts: Sequence[str], language: str = language) -> Floats:
            return encode(language, texts)

        known = Novelties(of_language, language=language, seed=p.seed).fit(taxonomies)
        for cluster, novelty in zip(own, known.of([[name for name, _ in forms[c]] for c in own]), strict=True):
            result[cluster] = novelty
    return [result[cluster] for cluster in sorted(result)]


def _forms(roles: pd.DataFrame) -> dict[int, list[tuple[str, str]]]:
    """The roles of each cluster, those of the most frequent concept first, then by frequency."""
    concepts = roles.groupby(["cluster", "concept"])["vacancies"].transform("sum")
    ordered = roles.assign(concept_size=concepts, own=roles["role"] == roles["concept"]).sort_values(
        ["cluster", "concept_size", "concept", "own", "vacancies", "role"],
        ascending=[True, False, True, False, False, True],
    )
    return {
        int(cluster): list(part[["role", "language"]].itertuples(index=False, name=None))
        for cluster, part in ordered.groupby("cluster")
    }


def _side_by_side(hired: pd.DataFrame, roles: pd.DataFrame, novelty: Sequence[Novelty]) -> dict[int, float]:
    """Share of a cluster's postings that also advertise the occupation which lists it."""
    by_key = {
        fold_key(role, language): cluster
        for role, language, cluster in roles[["role", "language", "cluster"]].itertuples(index=False)
    }
    postings = hired.groupby("cluster")["posting_id"].agg(set)
    result = {}
    for cluster, own in enumerate(novelty):
        if own.alternative_of is None:
            continue
        language = roles.loc[roles["cluster"] == cluster, "language"].iloc[0]
        parent = by_key.get(fold_key(normal_form(own.alternative_of.title, language), language))
        if parent is None or parent == cluster or parent not in postings or cluster not in postings:
            continue
        both = len(postings[cluster] & postings[parent])
        if both >= 3:
            result[cluster] = both / len(postings[cluster])
    return result


def _faded(hired: pd.DataFrame, exposure: pd.DataFrame, as_of_month: int) -> dict[int, tuple[float, float]]:
    """Share of the last half-year against the best half-year, and the chance of such a fall (times the halves)."""

    def half(frame: pd.DataFrame) -> pd.Series:
        return (as_of_month - 1 - frame["month"]) // HALF_YEAR

    total = exposure.assign(half=half(exposure)).groupby("half")["vacancies"].sum().astype(float)
    own = hired.assign(half=half(hired)).groupby(["cluster", "half"])["vacancy_id"].nunique().unstack(fill_value=0)
    if own.empty or 0 not in total.index:
        return {}
    share = own.div(total.reindex(own.columns), axis=1).where(own.ge(FADED_COUNT))
    result = {}
    for cluster, best in share.dropna(how="all").idxmax(axis=1).items():
        last = float(own.at[cluster, 0]) if 0 in own.columns else 0.0
        ratio, p = fade(last, float(own.at[cluster, best]), float(total[0]), float(total[best]))
        result[int(cluster)] = (ratio, min(1.0, p * len(own.columns)))
    return result


def _is_role(roles: pd.DataFrame, known: set[str]) -> Callable[[str, str], bool]:
    keys = {fold_key(role, language) for role, language in roles[["role", "language"]].itertuples(index=False)} | known

    def is_role(role: str, language: str) -> bool:
        return fold_key(role, language) in keys

    return is_role


def _written(names: Mapping[int, Role], roles: pd.DataFrame) -> dict[int, list[str]]:
    """The other written forms of each cluster's main role: those of its concept that narrow nothing."""
    own = roles[~roles["rolled_up"]]
    found = {}
    for cluster, part in own.groupby("cluster"):
        main = names[int(cluster)][0]
        concept = part.loc[part["role"] == main, "concept"].iloc[0]
        forms = part[(part["concept"] == concept) & (part["role"] != main)]
        found[int(cluster)] = sorted(
            form for form in forms["role"] if len(form.split()) <= len(main.split())
        )  # fmt: skip
    return found


def _same_as(
    names: Mapping[int, Role], content: Mapping[int, Profile], novelty: Sequence[Novelty]
) -> dict[int, tuple[str, float]]:
    """The known occupation with the same head noun whose postings ask for the same as a cluster's."""
    found = {}
    for cluster, (role, language) in names.items():
        for other, likeness in content[cluster].like:
            name, of = names[other]
            if novelty[other].title_of is not None and of == language and _head(name) == _head(role):
                found[cluster] = (name, likeness)
                break
    return found


def _head(role: str) -> str:
    return fold_key(role, "en").rsplit("|", 1)[-1]


def _narrows(names: Mapping[int, Role], roles: pd.DataFrame, weight: pd.Series) -> dict[int, str]:
    """The more frequent role that a cluster's main role narrows: the same without its first words."""
    by_key = {
        (fold_key(role, language), language): int(cluster)
        for role, language, cluster in roles[["role", "language", "cluster"]].itertuples(index=False)
    }
    result = {}
    for cluster, (role, language) in names.items():
        for shorter in shortened(role, language):
            broader = by_key.get((fold_key(shorter, language), language))
            if broader is not None and broader != cluster:
                if weight.get(broader, 0) >= NARROWS * weight.get(cluster, 0):
                    result[cluster] = names[broader][0]
                break
    return result


def shortened(role: str, language: str) -> list[str]:
    """The role without its first word, its first two words and so on; a bare head noun is no role.

    >>> shortened("embedded linux engineer", "en")
    ['linux engineer']
    """
    if language != "en" or " of " in role:
        return []
    words = role.split()
    return [" ".join(words[start:]) for start in range(1, len(words) - 1)]


def _assemble(
    roles: pd.DataFrame, hired: pd.DataFrame, judged: pd.DataFrame, ids: Sequence[str], growth: pd.DataFrame,
    novelty: Sequence[Novelty], signs: Mapping[int, Signs], names: Mapping[tuple[str, str], str],
    stability: Sequence[float], as_of_month: int,
) -> tuple[Cluster, ...]:  # fmt: skip
    facts = hired.groupby("cluster").agg(
        postings=("posting_id", "nunique"), vacancies=("vacancy_id", "nunique"), employers=("employer", "nunique"),
        first_month=("month", "min"),
    )  # fmt: skip
    each = hired.groupby(["cluster", "employer"])["vacancy_id"].nunique().groupby(level="cluster")
    top_employer = each.max() / each.sum()
    sources = hired.groupby("cluster")["source"].agg(lambda values: tuple(sorted(set(values))))
    recent = hired[hired["month"] >= as_of_month - 12].groupby("cluster")["month"].nunique()
    forms = _forms(roles)
    result = []
    for cluster in sorted(forms):
        if cluster not in facts.index:
            continue
        own = forms[cluster]
        name, language = own[0]
        shown = tuple(dict.fromkeys(names[form] for form in own if form in names))
        verdict = decide(
            name, novelty[cluster], signs[cluster], employers=int(facts.at[cluster, "employers"]),
            postings=int(facts.at[cluster, "postings"]),
        )  # fmt: skip
        result.append(
            Cluster(
                lineage_id=ids[cluster],
                language=language,
                name=name,
                title=names.get((name, language), name),
                forms=tuple(role for role, _ in own),
                titles=shown,
                postings=int(facts.at[cluster, "postings"]),
                vacancies=int(facts.at[cluster, "vacancies"]),
                employers=int(facts.at[cluster, "employers"]),
                top_employer=float(top_employer.at[cluster]),
                sources=sources.at[cluster],
                first_month=int(facts.at[cluster, "first_month"]),
                months_alive=float(recent.get(cluster, 0)) / 12,
                titled=float(judged.at[(name, language), "titled"]),
                alone=float(judged.at[(name, language), "alone"]),
                growth=growth.loc[cluster],
                novelty=novelty[cluster],
                signs=signs[cluster],
                kind=verdict.kind,
                kind_reasons=verdict.reasons,
                proposed=verdict.proposed,
                stability=stability[cluster],
            )
        )
    return tuple(result)
