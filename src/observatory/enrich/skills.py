"""Skills named in a posting: a PhraseMatcher over the labels of the loaded classifications.

Short labels and ordinary words ("Go", "R", "C", "excel") are matched only as they are written. Where
no classification with skills is loaded, technology-like terms ("PostgreSQL", "CAD/CAM", "node.js")
stand in, marked "term:", so that roles can still be told apart by what they name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from observatory.records import Taxonomy

ORDINARY = frozenset(
    """
    go r c d excel access word outlook project office teams oracle spring ruby rust swift dart julia chef puppet salt
    spark storm hive pig flask express ember backbone sketch principle slack notes basic scratch processing unity
    """.split()
)
_TERM = re.compile(
    r"(?<![\w/@.])(?:[A-Za-z]+[+#]+|[A-Za-z]+\.(?:js|net|py|io)\b|[A-Z]{2,6}\d?(?![a-z])|[A-Z][a-z]+[A-Z][A-Za-z]*"
    r"|[a-z]+[A-Z][A-Za-z]+|[A-Z][a-z]+(?=,? (?:and|or|&) [A-Z])|(?<=, )[A-Z][a-zA-Z]+(?=[,.;)]))"
)
_NO_TERM = frozenset(
    """
    we you our the us usa uk eu nyc sf ca ny la dc ma tx wa il pa co va nj md or ga fl nc az mi oh hq ceo cto cfo coo vp hr pr
    yc inc llc ltd gmbh ok pm am est pst cst gmt utc onsite remote fulltime intern interns visa h1b full time part telephone e
    html http https www com id faq tbd asap fyi eg ie etc bs ms ba bsc msc phd mba and or experience equity benefits salary
    javascript github linkedin iirc ps note hn job jobs apply email url pdf cv
    """.split()
) - {"html", "javascript"}
MOST_TERMS = 30


class SkillMatcher:
    """Finds skills in spaCy documents of one language.

    `add` needs the language's tokeniser; a label of one character is left out.
    """

    def __init__(self, nlp: Any, taxonomies: Sequence[Taxonomy], language: str) -> None:
        from spacy.matcher import PhraseMatcher

        self._any_case = PhraseMatcher(nlp.vocab, attr="LOWER")
        self._as_written = PhraseMatcher(nlp.vocab, attr="ORTH")
        self.size = 0
        by_code: dict[str, str] = {}
        loose: dict[str, list[str]] = {}
        strict: dict[str, list[str]] = {}
        for taxonomy in taxonomies:
            for skill in taxonomy.skills:
                labels = skill.labels.get(language) or skill.labels.get("en", ())
                for label in labels:
                    plain = re.sub(r"\s*\((?:computer programming|software)\)$", "", label).strip()
                    if len(plain) < 2 and plain not in ("R", "C"):
                        continue
                    exact = plain.lower() in ORDINARY or (len(plain) <= 3 and plain.isascii())
                    if exact and plain == plain.lower():
                        plain = plain.capitalize() if len(plain) > 3 else plain.upper()
                    (strict if exact else loose).setdefault(skill.label, []).append(plain)
                by_code[skill.code] = skill.label
        for matcher, rows in ((self._any_case, loose), (self._as_written, strict)):
            for name, labels in rows.items():
                matcher.add(name, list(nlp.tokenizer.pipe(dict.fromkeys(labels))))
                self.size += len(labels)
        self._strings = nlp.vocab.strings

    def __call__(self, doc: Any) -> list[str]:
        """The labels of the skills in a document, sorted, each once; of two that overlap the longer."""
        if self.size == 0:
            return []
        found = [(end - start, -start, key) for key, start, end in (*self._any_case(doc), *self._as_written(doc))]
        taken: set[int] = set()
        names: set[str] = set()
        for length, minus, key in sorted(found, reverse=True):
            span = range(-minus, -minus + length)
            if not taken.intersection(span):
                taken.update(span)
                names.add(self._strings[key])
        return sorted(names)


def terms(text: str) -> list[str]:
    """Technology-like terms of a text, lower case with the prefix "term:", sorted.

    >>> terms("We use PostgreSQL, C++ and node.js.")
    ['term:c++', 'term:node.js', 'term:postgresql']
    """
    found = {match.lower().rstrip(".") for match in _TERM.findall(text)}
    return [f"term:{word}" for word in sorted(found - _NO_TERM)][:MOST_TERMS]
