"""One spaCy pipeline a language, with our components and no download.

A document is the tokens of a posting's text; the posting travels in `doc.user_data`, and what the
components read is in `doc._`: first_line, sections, mentions, skills, sectors. Each component reads
that one document and the grammar, and changes neither.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from observatory.enrich.firstline import read_first_line
from observatory.enrich.sections import read_sections
from observatory.enrich.sectors import Sector, tag
from observatory.enrich.skills import LISTING, TERM, SkillMatcher
from observatory.enrich.terms import find_terms
from observatory.enrich.titles import RoleGrammar
from observatory.records import Taxonomy

COMPONENTS = ("first_line", "sections", "roles", "skills", "sectors")
ATTRIBUTES = ("first_line", "sections", "mentions", "skills", "sectors")
LONGEST_TOKENISED = 20_000  # characters; skills beyond them are not looked for
UNKNOWN = "x_x"  # a word of no label

_WORD = re.compile(r"[^\W_](?:[^\W_]|[.'’](?=[^\W_])|[+#]+(?!\w))*|\.[A-Z]{3}\b|\n|[^\w\s]")

for _attribute in ATTRIBUTES:
    Doc.set_extension(_attribute, default=None, force=True)


class Component:
    """A step of a pipeline: `read` is given by `build_pipeline` and writes to the document."""

    read: Callable[[Doc], None]

    def __call__(self, doc: Doc) -> Doc:
        self.read(doc)
        return doc


def _new_component(nlp: Language, name: str) -> Component:
    return Component()


for _component in COMPONENTS:
    Language.factory(f"observatory_{_component}", func=_new_component)


def build_pipeline(
    language: str, roles: RoleGrammar, sectors: Sequence[Sector], taxonomies: Sequence[Taxonomy]
) -> Language:
    """The pipeline of a language. One that spaCy does not know is read with its generic tokeniser."""
    nlp = _blank(language, taxonomies)
    tokenizer: Any = nlp.tokenizer
    matcher = SkillMatcher(nlp, taxonomies, language)

    def first_line(doc: Doc) -> None:
        posting = doc.user_data
        doc._.first_line = read_first_line(posting["title"], employer=posting["employer"], text=posting["description"])

    def sections(doc: Doc) -> None:
        doc._.sections = read_sections(doc.user_data["description"], language)

    def mentions(doc: Doc) -> None:
        posting = doc.user_data
        employer = posting["employer"] or doc._.first_line.employer
        doc._.mentions = list(roles.read(posting["title"], posting["description"], language, employer))

    def skills(doc: Doc) -> None:
        terms = find_terms(doc.user_data["description"], language=language, employer=doc._.first_line.employer)
        doc._.skills = [*matcher(doc), *(f"{TERM}{term}" for term in terms if term not in matcher.forms)]

    def tags(doc: Doc) -> None:
        first, found = doc._.first_line, doc._.sections
        titles = [segment.text for segment in first.segments if segment.kind in ("role", "other")]
        hired = {mention.phrase for mention in doc._.mentions if mention.position == "title" or mention.alone}
        doc._.sectors = tag(
            sectors,
            head=[*titles, *sorted(hired)],
            content=(*found.tasks, *found.requirements),
            text=doc.user_data["description"],
            language=language,
        )

    for name, read in zip(COMPONENTS, (first_line, sections, mentions, skills, tags), strict=True):
        component: Any = nlp.add_pipe(f"observatory_{name}")
        component.read = read
    tokenizer.keep = frozenset(word.lower() for form in matcher.forms for word in tokenizer.cut(form)) | LISTING
    tokenizer.idle = matcher.size == 0
    return nlp


def read_document(nlp: Language, posting: Mapping[str, str]) -> Doc:
    """A posting with `doc._` filled."""
    doc = nlp.make_doc(posting["description"])
    doc.user_data.update(posting)
    for _, component in nlp.pipeline:
        doc = component(doc)
    return doc


class _Words:
    """A tokeniser for languages that put spaces between words, six times as fast as spaCy's rules.

    Tokens serve the skill matcher alone: words that no label holds become `UNKNOWN`, so that the
    vocabulary does not grow with the postings read. `keep` is None while labels are tokenised; `idle` where no
    classification has skills, and nothing reads the tokens.
    """

    def __init__(self, vocab: Any) -> None:
        self.vocab = vocab
        self.keep: frozenset[str] | None = None
        self.idle = False

    def __call__(self, text: str) -> Doc:
        if self.idle:
            return Doc(self.vocab)
        words = self.cut(text[:LONGEST_TOKENISED])
        keep = self.keep
        if keep is not None:
            words = [word if word.lower() in keep or not word[0].isalnum() else UNKNOWN for word in words]
        return Doc(self.vocab, words=words)

    def cut(self, text: str) -> list[str]:
        return _WORD.findall(text)

    def pipe(self, texts: Iterable[str]) -> Iterator[Doc]:
        return (self(text) for text in texts)


class _ChineseWords(_Words):
    """Words by a jieba dictionary of this pipeline's own, with the titles of the classifications."""

    def __init__(self, vocab: Any, titles: Sequence[str]) -> None:
        super().__init__(vocab)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # jieba's own source warns when it is compiled
            import jieba
        jieba.setLogLevel(60)
        self._dictionary = jieba.Tokenizer()
        for title in titles:
            self._dictionary.add_word(title.lower())

    def cut(self, text: str) -> list[str]:
        """Words as written, cut in lower case, so that "PLC编程" and "plc编程" are cut alike."""
        lower = text.lower()
        words = self._dictionary.lcut(lower if len(lower) == len(text) else text)
        found, at = [], 0
        for word in words:
            found.append(text[at : at + len(word)])
            at += len(word)
        return [word for word in found if word != " "]


def _blank(language: str, taxonomies: Sequence[Taxonomy]) -> Language:
    try:
        nlp = spacy.blank(language)
    except ImportError:
        nlp = spacy.blank("xx")
    if language == "zh":
        labels = {label for t in taxonomies for o in t.occupations if (label := o.labels.get("zh"))}
        skills = {label for t in taxonomies for s in t.skills for label in s.labels.get("zh", ())}
        nlp.tokenizer = _ChineseWords(nlp.vocab, sorted(labels | skills))
    else:
        nlp.tokenizer = _Words(nlp.vocab)
    return nlp
