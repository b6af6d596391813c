"""Matching titles with occupations: which occupation of a classification is a title most likely?

A title is compared with every preferred label and alternative title in three ways, each a cosine from 0
to 1: character n-grams (spelling, inflection, word parts), words weighted by how rare they are among the
titles of the classification, and the phrase encoder (meaning). Their weighted sum is the similarity of two
titles; an occupation's is that of its best title, and a little of its next best ones and of its
description, because an occupation that answers in several ways is a surer match than one that answers in one.

Weights were chosen on a fifth of the benchmark's titles (benchmarks/titles.py) and measured on the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from observatory.records import Taxonomy

Floats = NDArray[np.float32]
_ROWS = 512  # titles compared at once: bounds memory to rows x labels

# Words of rank, contract and place of work: they say nothing of the occupation.
_ASIDE = re.compile(
    r"\b(senior|sr|junior|jr|lead|trainee|intern|internship|apprentice|graduate|entry[ -]level|experienced|"
    r"part[ -]?time|full[ -]?time|temporary|temp|permanent|contract|freelance|remote|seasonal|casual|relief|"
    r"night|day|shift|weekend|i{1,3}|iv|[0-9]+|m/f|f/m|m/w/d|h/f|wanted|urgent|required|needed|vacancy|job)\b"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """Shares of the three comparisons (they add to 1 with `meaning`), and what supports the best title."""

    characters: float = 0.30
    words: float = 0.20
    meaning: float = 0.50
    support: float = 0.15
    description: float = 0.10


def plain_title(title: str) -> str:
    """A title in lower case without brackets, rank, contract, numbers and what stands behind a dash.

    >>> plain_title("Senior Data-Base Administrator (m/f) - London"), plain_title("Senior")
    ('data base administrator', 'senior')
    """
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", title.lower())
    text = re.split(r"\s[-–|@]\s|[,;|]", text)[0] or text
    text = text.replace("-", " ").replace("&", " and ").replace("/", " ")
    kept = " ".join(_ASIDE.sub(" ", text).split())
    return kept or " ".join(title.lower().split())


class TitleMatcher:
    """Ranks the occupations of classifications for titles.

    `encode` gives unit vectors of texts, shape (n, dim). Learned in `fit`: `codes_` (scheme, code) of each
    occupation, `labels_` its preferred label, `owner_` the occupation of each title, shape (titles,).
    """

    def __init__(
        self, encode: Callable[[Sequence[str]], Floats], *, language: str = "en", weights: Weights | None = None
    ) -> None:
        self.encode = encode
        self.language = language
        self.weights = weights or Weights()

    def fit(self, taxonomies: Sequence[Taxonomy]) -> TitleMatcher:
        """Reads labels, alternative titles and descriptions. Raises ValueError when there is no label."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        titles: list[str] = []
        owner: list[int] = []
        described: list[str] = []
        self.codes_: list[tuple[str, str]] = []
        self.labels_: list[str] = []
        for taxonomy in taxonomies:
            for occupation in taxonomy.occupations:
                if self.language not in occupation.labels:
                    continue
                label = occupation.labels[self.language]
                names = dict.fromkeys(
                    plain_title(name) for name in (label, *occupation.alternative.get(self.language, ()))
                )
                titles += list(names)
                owner += [len(self.codes_)] * len(names)
                described.append(f"{label}. {occupation.description[:300]}")
                self.codes_.append((taxonomy.scheme, occupation.code))
                self.labels_.append(label)
        if not titles:
            raise ValueError(f"no occupation has a label in the language {self.language!r}")
        self.titles_ = titles
        self.owner_ = np.asarray(owner)
        self.starts_ = np.flatnonzero(np.r_[True, self.owner_[1:] != self.owner_[:-1]])
        self._characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, dtype=np.float32)
        self._words = TfidfVectorizer(token_pattern=r"[^\s]+", sublinear_tf=True, dtype=np.float32)
        self._title_characters = self._characters.fit_transform(titles).T.tocsr()
        self._title_words = self._words.fit_transform(titles).T.tocsr()
        self._title_vectors = self.encode(titles)
        self._description_vectors = self.encode(described) if self.weights.description else None
        return self

    def similarity(self, names: Sequence[str]) -> Floats:
        """Similarity of names to occupations, shape (len(names), occupations), about 0 to 1."""
        return np.concatenate([self._similarity(names[at : at + _ROWS]) for at in range(0, len(names), _ROWS)])

    def _similarity(self, names: Sequence[str]) -> Floats:
        w = self.weights
        plain = [plain_title(name) for name in names]
        vectors = self.encode(plain)
        sims = w.meaning * (vectors @ self._title_vectors.T)
        sims += w.characters * (self._characters.transform(plain) @ self._title_characters).toarray()
        sims += w.words * (self._words.transform(plain) @ self._title_words).toarray()
        best = np.maximum.reduceat(sims, self.starts_, axis=1)
        if w.support:
            counts = np.diff(np.r_[self.starts_, sims.shape[1]])
            mean = np.add.reduceat(np.maximum(sims, 0) ** 4, self.starts_, axis=1) / counts
            best = (1 - w.support) * best + w.support * mean**0.25
        if self._description_vectors is not None:
            best = (1 - w.description) * best + w.description * (vectors @ self._description_vectors.T)
        result: Floats = best.astype(np.float32, copy=False)
        return result
