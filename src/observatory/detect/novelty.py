"""Novelty: how far is a role from every occupation of the classifications of the day?

A role is compared with all preferred labels and alternative titles, by the words they share and by
the cosine of their phrase vectors. The distance is calibrated on what is known: alternative titles
of known occupations, each compared with the rest of its classification as if it were new. A role's
novelty is the share of those known titles that lie closer than it does.

Two tests of the Australian National Skills Commission's guidelines (2020) follow: is the role an
alternative title of an occupation, and is it a strict subset of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from observatory.detect.cluster import role_words
from observatory.detect.roles import fold_key
from observatory.records import Nearest, Taxonomy

Floats = NDArray[np.float32]

CALIBRATION_TITLES = 2_000
NEAREST = 5
_ROWS = 256  # roles compared at once: bounds memory to rows x labels


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """One title of a classification, in normal form, with the occupation it belongs to."""

    text: str
    language: str
    scheme: str
    version: str
    code: str
    title: str
    preferred: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Novelty:
    """How new a role is. `novelty` is 0 (a known title) to 1; `similarity` that of the nearest title.

    `title_of` is the occupation whose preferred label it is, `alternative_of` the one that lists it
    as an alternative title, `subset_of` the one it narrows; each None when the test fails.
    `parent_similarity` is the similarity to the preferred label of `alternative_of`, else 0.
    """

    novelty: float
    similarity: float
    nearest: tuple[Nearest, ...]
    title_of: Nearest | None
    alternative_of: Nearest | None
    subset_of: Nearest | None
    parent_similarity: float


class Novelties:
    """Compares roles with the titles of the loaded classifications.

    `encode` gives unit vectors of texts, shape (n, dim), for one language. Titles of another
    language are not compared. Learned in `fit`: `labels_`, `vectors_`, `known_` (the sorted
    similarities of known titles, the calibration).
    """

    def __init__(self, encode: Callable[[Sequence[str]], Floats], *, language: str, seed: int) -> None:
        self.encode = encode
        self.language = language
        self.seed = seed

    def fit(self, taxonomies: Sequence[Taxonomy]) -> Novelties:
        """Reads the titles and calibrates. No taxonomy at all is allowed: everything is then new."""
        self.labels_ = labels_of(taxonomies, self.language)
        self.by_key_: dict[str, list[int]] = {}
        for i, label in enumerate(self.labels_):
            self.by_key_.setdefault(fold_key(label.text, self.language), []).append(i)
        texts = sorted({label.text for label in self.labels_})
        self.row_ = {text: i for i, text in enumerate(texts)}
        self.texts_ = texts
        self.vectors_ = self.encode(texts) if texts else np.zeros((0, 1), np.float32)
        self.bags_ = _bags(texts, self.language)
        self.sizes_ = np.array([len(role_words(text, self.language)) for text in texts], dtype=np.int16)
        self.known_ = self._calibrate()
        return self

    def of(self, names: Sequence[Sequence[str]]) -> list[Novelty]:
        """The novelty of each role, given all its written forms, the main one first."""
        if not self.labels_:
            return [
                Novelty(novelty=1.0, similarity=0.0, nearest=(), title_of=None, alternative_of=None,
                        subset_of=None, parent_similarity=0.0)
                for _ in names
            ]  # fmt: skip
        owners = self._owners()
        found: list[Novelty] = []
        every = sorted({form for forms in names for form in forms})
        vectors = dict(zip(every, self.encode(every), strict=True))  # at once: each call looks stored vectors up
        for block in _blocks(names):
            flat = sorted({form for forms in block for form in forms})
            row = {form: i for i, form in enumerate(flat)}
            sims = self._similarity(flat, np.stack([vectors[form] for form in flat]))
            found += [self._judge(forms, sims[[row[form] for form in forms]], owners) for forms in block]
        return found

    def _judge(self, forms: Sequence[str], sims: Floats, owners: Mapping[int, list[int]]) -> Novelty:
        best = sims.max(axis=0)
        exact = [i for form in forms for i in self.by_key_.get(fold_key(form, self.language), ())]
        exact += [i for form in _turned(forms[0]) for i in self.by_key_.get(fold_key(form, self.language), ())]
        preferred = next((self.labels_[i] for i in exact if self.labels_[i].preferred), None)
        alternative = self._alternative(exact, sims[0])
        subset = self._subset(forms[0], sims[0])
        order = _highest(best, NEAREST * 8)
        nearest: dict[tuple[str, str], Nearest] = {}
        for text in order:
            if " " not in self.texts_[int(text)] and " " in forms[0] and best[text] < 1:
                continue  # a bare head noun ("developer") is near everything
            for i in owners[int(text)]:
                label = self.labels_[i]
                nearest.setdefault((label.scheme, label.code), _nearest(label, float(best[text])))
            if len(nearest) >= NEAREST:
                break
        top = max((near.similarity for near in nearest.values()), default=float(best[order[0]]))
        novelty = float(np.searchsorted(self.known_, -top, side="left")) / max(len(self.known_), 1)
        return Novelty(
            novelty=0.0 if preferred else novelty,
            similarity=top,
            nearest=tuple(nearest.values())[:NEAREST],
            title_of=_nearest(preferred, 1.0) if preferred else None,
            alternative_of=alternative,
            subset_of=subset,
            parent_similarity=alternative.similarity if alternative else 0.0,
        )

    def _alternative(self, exact: Sequence[int], sims: Floats) -> Nearest | None:
        """The occupation that lists the role as an alternative title; the closest of several."""
        found = []
        for i in exact:
            label = self.labels_[i]
            if not label.preferred:
                at = self.row_.get(normal_form(label.title, self.language))
                found.append((float(sims[at]) if at is not None else 0.0, label))
        if not found:
            return None
        similarity, label = max(found, key=lambda pair: (pair[0], pair[1].scheme, pair[1].code))
        return _nearest(label, similarity)

    def _subset(self, form: str, sims: Floats) -> Nearest | None:
        """The occupation named by the role without its first words ("embedded software engineer").

        A bare head noun names no occupation.
        """
        words = form.split()
        if self.language != "en" or " of " in form:
            return None
        for start in range(1, len(words) - 1):
            shorter = " ".join(words[start:])
            for i in self.by_key_.get(fold_key(shorter, self.language), ()):
                label = self.labels_[i]
                if label.preferred or fold_key(label.title, self.language) != fold_key(form, self.language):
                    return _nearest(label, float(sims[self.row_[label.text]]))
        return None

    def _owners(self) -> dict[int, list[int]]:
        owners: dict[int, list[int]] = {}
        for i, label in enumerate(self.labels_):
            owners.setdefault(self.row_[label.text], []).append(i)
        return owners

    def _similarity(self, names: Sequence[str], vectors: Floats) -> Floats:
        """Similarity of names, given with their vectors, to titles: (len(names), titles), 1 for the same words."""
        sims: Floats = vectors @ self.vectors_.T
        ours = [role_words(name, self.language) for name in names]
        shared = np.zeros(sims.shape, dtype=np.int16)
        for i, words in enumerate(ours):
            for word in words:
                if word in self.bags_:
                    shared[i, self.bags_[word]] += 1
        own = np.array([len(words) for words in ours], dtype=np.int16)
        conflict = (own[:, None] > shared) & (self.sizes_[None, :] > shared)
        np.subtract(sims, np.float32(0.12), out=sims, where=conflict)
        return np.clip(sims, 0.0, 1.0, out=sims)

    def _calibrate(self) -> NDArray[np.float64]:
        """Negated similarities, ascending, of a sample of alternative titles to all other titles."""
        alternative = sorted({label.text for label in self.labels_ if not label.preferred})
        pool = alternative or self.texts_
        if len(pool) < 2:
            return np.array([-0.75])
        random = np.random.default_rng(self.seed)
        sample = sorted(random.choice(len(pool), size=min(CALIBRATION_TITLES, len(pool)), replace=False).tolist())
        tops = []
        for at in range(0, len(sample), _ROWS):
            names = [pool[i] for i in sample[at : at + _ROWS]]
            sims = self._similarity(names, self.vectors_[[self.row_[name] for name in names]])
            for row, name in enumerate(names):
                own = fold_key(name, self.language)
                for i in self.by_key_[own]:
                    sims[row, self.row_[self.labels_[i].text]] = -1.0
            tops.extend(sims.max(axis=1).tolist())
        return np.sort(-np.asarray(tops, dtype=np.float64))


def _highest(values: Floats, n: int) -> NDArray[np.int64]:
    """Places of the `n` highest values, highest first, of equal ones the first first: no full sort.

    >>> _highest(np.array([0.1, 0.9, 0.5, 0.9], dtype=np.float32), 2).tolist()
    [1, 3]
    """
    least = np.partition(values, -n)[-n] if len(values) > n else values.min()
    among = np.flatnonzero(values >= least)
    return among[np.argsort(-values[among], kind="stable")][:n]


def _blocks(names: Sequence[Sequence[str]]) -> Iterator[list[Sequence[str]]]:
    """Roles in blocks of about `_ROWS` written forms, in their order."""
    block: list[Sequence[str]] = []
    for forms in names:
        block.append(forms)
        if sum(len(own) for own in block) >= _ROWS:
            yield block
            block = []
    if block:
        yield block


def normal_form(title: str, language: str) -> str:
    """A taxonomy title in the normal form of roles: lower case, singular, without brackets.

    >>> normal_form("Data Scientists", "en"), normal_form("Front-End Developer (Web)", "en")
    ('data scientist', 'front end developer')
    """
    text = title.split("(")[0].strip().lower()
    if language == "zh":
        return text.replace(" ", "")
    if language != "en":
        return " ".join(text.replace("-", " ").split())
    words = text.replace("-", " ").replace("/", " ").split()
    joined = {"frontend": "front end", "backend": "back end", "fullstack": "full stack"}
    words = " ".join(joined.get(word, word) for word in words).split()
    if words and " of " not in text:
        last = words[-1]
        if last.endswith("ies") and len(last) > 4:
            words[-1] = last[:-3] + "y"
        elif last.endswith("s") and not last.endswith(("ss", "us", "is")):
            words[-1] = last[:-1]
    return " ".join(words)


def _turned(form: str) -> list[str]:
    """Other names of "HEAD of SUBJECT": "head of engineering" is what others call engineering manager."""
    head, of, subject = form.partition(" of ")
    if not of:
        return []
    return [f"{subject} {title}" for title in ("manager", "director", "vice president", head)] + [
        f"{title} of {subject}" for title in ("director", "head", "vice president")
    ]


def labels_of(taxonomies: Sequence[Taxonomy], language: str) -> list[Label]:
    """Every title of a language, preferred labels first, in a fixed order."""
    found: dict[tuple[str, str, str], Label] = {}
    for preferred in (True, False):
        for taxonomy in taxonomies:
            for occupation in taxonomy.occupations:
                title = occupation.labels.get(language, "")
                names = (title,) if preferred else occupation.alternative.get(language, ())
                for name in names:
                    text = normal_form(name, language)
                    key = (taxonomy.scheme, occupation.code, text)
                    if text and key not in found:
                        found[key] = Label(
                            text=text, language=language, scheme=taxonomy.scheme, version=taxonomy.version,
                            code=occupation.code, title=title or name, preferred=preferred,
                        )  # fmt: skip
    return sorted(found.values(), key=lambda label: (not label.preferred, label.scheme, label.code, label.text))


def _bags(texts: Sequence[str], language: str) -> dict[str, NDArray[np.int64]]:
    bags: dict[str, list[int]] = {}
    for i, text in enumerate(texts):
        for word in role_words(text, language):  # a set: each row once
            bags.setdefault(word, []).append(i)
    return {word: np.array(rows) for word, rows in bags.items()}


def _nearest(label: Label, similarity: float) -> Nearest:
    return Nearest(
        scheme=label.scheme, version=label.version, code=label.code, title=label.title,
        similarity=round(float(np.clip(similarity, 0, 1)), 4),
    )  # fmt: skip
