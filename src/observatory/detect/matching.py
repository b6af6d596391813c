"""Matching titles with occupations: which occupation of a classification is a title most likely?

A title is compared with every preferred label and alternative title in three ways, each a cosine from 0
to 1: character n-grams (spelling, inflection, word parts), words weighted by how rare they are among the
titles of the classification, and the phrase encoder (meaning). Their weighted sum is the similarity of two
titles. An occupation's is a soft maximum over its titles, because one that answers in several ways is a surer
match than one that answers in one (less the half of what many titles bring by their number alone), and a part
of it is its description's. Taking rank and contract words off first made the match worse, so nothing is taken off.

Weights were chosen on a fifth of the benchmark's titles (benchmarks/titles.py) and measured on the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from observatory.records import Taxonomy

Floats = NDArray[np.float32]
_ROWS = 512  # titles compared at once: bounds memory to rows x labels

SHARPNESS = 20.0  # of the soft maximum: titles 0.05 below the best still count a third


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """Shares of the three comparisons, which add to 1, and the share of the description in the whole."""

    characters: float = 0.10
    words: float = 0.10
    meaning: float = 0.80
    description: float = 0.20


def plain_title(title: str) -> str:
    """A title in lower case, its blanks single.

    >>> plain_title("  Database  Administrator (m/f)")
    'database administrator (m/f)'
    """
    return " ".join(title.lower().split())


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
        """Similarity of names to occupations, shape (len(names), occupations); more is nearer, 1 about the same."""
        return np.concatenate([self._similarity(names[at : at + _ROWS]) for at in range(0, len(names), _ROWS)])

    def _similarity(self, names: Sequence[str]) -> Floats:
        w = self.weights
        plain = [plain_title(name) for name in names]
        vectors = self.encode(plain)
        sims = w.meaning * (vectors @ self._title_vectors.T)
        sims += w.characters * (self._characters.transform(plain) @ self._title_characters).toarray()
        sims += w.words * (self._words.transform(plain) @ self._title_words).toarray()
        counts = np.diff(np.r_[self.starts_, sims.shape[1]])
        summed = np.add.reduceat(np.exp(SHARPNESS * sims), self.starts_, axis=1)
        best = np.log(summed / np.sqrt(counts)) / SHARPNESS
        if self._description_vectors is not None:
            best = (1 - w.description) * best + w.description * (vectors @ self._description_vectors.T)
        result: Floats = best.astype(np.float32, copy=False)
        return result
