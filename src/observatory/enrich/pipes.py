"""One spaCy pipeline a language, with our components and no download.

A document is the posting's text below its title; the title travels in `doc.user_data`. Components
write to `doc._`: first_line, sections, mentions, skills, sectors.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from observatory.enrich import sectors as sector_tags
from observatory.enrich.firstline import read_first_line
from observatory.enrich.sections import read_sections
from observatory.enrich.sectors import Sector
from observatory.enrich.skills import SkillMatcher, terms
from observatory.enrich.titles import RoleGrammar
from observatory.records import Taxonomy

LONGEST_TOKENISED = 20_000  # characters; skills beyond them are not looked for

for _name in ("first_line", "sections", "mentions", "skills", "sectors"):
    Doc.set_extension(_name, default=None, force=True)


class _Pipeline:
    """A spaCy pipeline and how a posting becomes its document."""

    def __init__(self, nlp: Language) -> None:
        self.nlp = nlp

    def make_doc_of(self, row: Mapping[str, str]) -> Doc:
        doc = self.nlp.make_doc(row["description"][:LONGEST_TOKENISED])
        doc.user_data["title"] = row["title"]
        doc.user_data["text"] = row["description"]
        doc.user_data["language"] = row["language"]
        return doc

    def __call__(self, doc: Doc) -> Doc:
        for _, component in self.nlp.pipeline:
            doc = component(doc)
        return doc


def pipeline_of(
    language: str, roles: RoleGrammar, sectors: Sequence[Sector], taxonomies: Sequence[Taxonomy]
) -> _Pipeline:
    """The pipeline of a language: first line, sections, roles, skills, sectors."""
    nlp = _blank(language, taxonomies)
    matcher = SkillMatcher(nlp, taxonomies, language)
    resources = {"roles": roles, "sectors": tuple(sectors), "matcher": matcher}
    for name in ("first_line", "sections", "roles", "skills", "sectors"):
        nlp.add_pipe(f"observatory_{name}")
    nlp.__dict__["observatory"] = resources
    for name, component in nlp.pipeline:
        if isinstance(component, functools.partial):
            component.keywords["resources"] = resources
        del name
    return _Pipeline(nlp)


def _blank(language: str, taxonomies: Sequence[Taxonomy]) -> Language:
    if language == "zh":
        import jieba

        jieba.setLogLevel(60)
        nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "jieba"}}})
        for taxonomy in taxonomies:
            for occupation in taxonomy.occupations:
                if "zh" in occupation.labels:
                    jieba.add_word(occupation.labels["zh"])
        return nlp
    try:
        return spacy.blank(language)
    except ImportError:
        return spacy.blank("xx")


def _component(name: str, function: Any) -> None:
    """Registers `function(doc, *, resources)` under our name; resources are given when it is built."""

    def factory(nlp: Language, name: str) -> Any:
        del nlp, name
        return functools.partial(function, resources={})

    Language.factory(f"observatory_{name}", func=factory)


def _first_line(doc: Doc, *, resources: Mapping[str, Any]) -> Doc:
    doc._.first_line = read_first_line(doc.user_data["title"])
    return doc


def _sections(doc: Doc, *, resources: Mapping[str, Any]) -> Doc:
    doc._.sections = read_sections(doc.user_data["text"], doc.user_data["language"])
    return doc


def _roles(doc: Doc, *, resources: Mapping[str, Any]) -> Doc:
    data = doc.user_data
    doc._.mentions = list(resources["roles"].read(data["title"], data["text"], data["language"]))
    return doc


def _skills(doc: Doc, *, resources: Mapping[str, Any]) -> Doc:
    matcher: SkillMatcher = resources["matcher"]
    doc._.skills = matcher(doc) if matcher.size else terms(doc.user_data["text"])
    return doc


def _sectors(doc: Doc, *, resources: Mapping[str, Any]) -> Doc:
    data = doc.user_data
    roles = sorted({mention.role for mention in doc._.mentions if mention.position == "title"})
    doc._.sectors = sector_tags.tag(
        resources["sectors"], title=data["title"], roles=roles, text=data["text"], language=data["language"]
    )
    return doc


for _name, _function in (
    ("first_line", _first_line), ("sections", _sections), ("roles", _roles), ("skills", _skills), ("sectors", _sectors),
):  # fmt: skip
    _component(_name, _function)
