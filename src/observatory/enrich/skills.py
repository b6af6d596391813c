"""Skills named in a posting: a PhraseMatcher over the labels of the loaded classifications.

Labels are matched in any case, unless they are short or ordinary words ("Go", "R", "Excel", "Spark"):
those only as written, inside a sentence or a list. Product names of the O*NET kind ("Apache Hadoop",
"Structured query language SQL") are also known by what people call them. Terms that no loaded
classification knows stand beside, marked "term:".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from typing import Any

from observatory.records import Taxonomy

TERM = "term:"  # before what the form alone shows to be a technology

# Makers whose name people leave out before their product's.
_MAKERS = (
    "Adobe Systems|Adobe|Amazon Web Services|Amazon|Apache Software Foundation|Apache|Apple|Atlassian|Autodesk|Cisco Systems|Cisco|Dassault Systemes|"
    "ESRI|Eclipse|GNU|Google|IBM|Intuit|Mathworks|The MathWorks|Micosoft|Microsoft|Mozilla|National Instruments|Oracle|PTC|QUALCOMM|Red Hat|"
    "Rockwell Automation|Rockwell|SAP|Salesforce|Siemens|Sun Microsystems|Symantec|Trimble|UNIX|VMware|Wolfram Research|Linux|Bentley|"
    "Hewlett Packard|HP|Elastic|HashiCorp|Progress|Facebook|Meta|JetBrains|The Apache Software Foundation"
)
_MAKER = re.compile(rf"^(?:{_MAKERS})\s+(?=\S)")
_SUFFIX = re.compile(
    r"\s+(?:software|program|programs|application|applications|system|systems|suite|tool|tools)$", re.IGNORECASE
)
_BRACKETED = re.compile(r"\s*\([^)]*\)$")
_ABBREVIATED = re.compile(r"^(?P<long>.+?)\s+(?P<short>[A-Z][A-Za-z0-9/+.-]{1,8})$")

# Ordinary words that are also the name of a tool: as written, not at the beginning of a sentence.
AS_WRITTEN = frozenset(
    """
    go r c d j excel oracle spring ruby rust swift dart julia chef puppet salt spark flask ember backbone sketch slack unity sass scala
    bash shell pascal groovy grails maven travis git presto impala samza airflow docker vagrant ansible terraform jenkins tableau looker
    asana trello confluence safari opera chrome firefox android windows angular react vue knockout mocha jasmine karma cucumber selenium
    cypress jest eclipse meteor polymer maya blender rhino acrobat flash fireworks lightroom illustrator photoshop visio lync alexa siri
    cortana nest raspberry arduino kafka django rails redis azure bootstrap polish finnish
    """.split()
)
# Never a skill by themselves, whatever a classification calls so.
NEVER = frozenset(
    """
    scratch access word project office teams outlook basic processing assembly scheme less canvas principle express express.js program internet
    energy database databases design designs development software computer computers code coding technology technologies web website email
    e-mail google facebook twitter linkedin instagram youtube pinterest snapchat whatsapp skype reddit tumblr amazon apple microsoft square stripe
    ml fastest apps app ski source ethics politics literature history art arts music sports football tennis travel tourism hair food health safety security environment
    communication communications teamwork leadership management business sales marketing finance insurance banking retail education training
    teaching research science sciences engineering logistics transport transportation manufacturing electronics electricity mechanics cameras
    camera gemstones consultation consulting migration migrations logging morale morality protein prayer sing swim hobby games gaming gambling
    betting patents copyright crafting cooking cleaning cars vehicles aircraft trains ships robots houses property real-estate mortgages loans
    english latin greek english-language sequel marketing-mix multimedia audio video photos film films drawing drawings painting writing
    reading speaking listening planning scheduling budgeting accounting-software calendar calendars contracts contract payments payment pricing
    statistics-software tools tool data analysis analytics-software strategy strategic-planning negotiation innovation quality standards
    customer-service people customers clients vendors suppliers products product services service brand brands advertising campaigns
    segment buffer later heap drift monday focus impact advantage advance vision discovery horizon compass summit pulse epic insight prelude
    echo edge square plaid premiere cinema elite premier quest navigator reflex genesis odyssey vault consul nomad storm hive pig ant beam
    hotspot messaging browser browsers servers server network networks networking browser-software operating-system support helpdesk zoom
    presentation presentations spreadsheets spreadsheet word-processing calculator fax printers phones telephone mobile smartphones tablets
    sound light lighting colour color fashion clothing jewellery toys furniture wood metal glass plastic rubber paper oil gas coal water
    remote remotes stage publisher platform platforms mission rage saas passport trello-board mapbox-api
    """.split()
)
# What one does, in one word: too much of everything to be a skill.
VERBS = frozenset(
    "sing swim ski dance act troubleshoot self-promote multitask read write draw paint cook clean drive lift lead".split()
)
_LOWER_WORD = re.compile(r"(?<![A-Za-z-])[a-z]{2,}(?![A-Za-z-])")
_BEFORE_SENTENCE = frozenset(".!?:;•-–—*·|\n()")
LISTING = frozenset({",", "/", "&", "and", "or", "+", "(", ")", "、", "，", "e", "o", ";", "|", "in", "with", "using"})


class SkillMatcher:
    """Finds skills in spaCy documents of one language, with the tokeniser of its pipeline.

    `size` is the number of forms matched, 0 where no loaded classification has skills.
    """

    def __init__(self, nlp: Any, taxonomies: Sequence[Taxonomy], language: str) -> None:
        from spacy.matcher import PhraseMatcher

        self._any_case = PhraseMatcher(nlp.vocab, attr="LOWER")
        self._as_written = PhraseMatcher(nlp.vocab, attr="ORTH")
        loose: dict[str, list[str]] = {}  # a skill's label to its forms
        strict: dict[str, list[str]] = {}
        named = _named_forms(taxonomies, language)
        for form, (label, as_written) in sorted(named.items()):
            (strict if as_written else loose).setdefault(label, []).append(form)
        for matcher, rows in ((self._any_case, loose), (self._as_written, strict)):
            for label, texts in rows.items():
                matcher.add(label, [doc for doc in nlp.tokenizer.pipe(texts) if len(doc)])
        self.forms = frozenset(form.lower() for form in named)
        self.size = len(named)
        self._strings = nlp.vocab.strings

    def __call__(self, doc: Any) -> list[str]:
        """The labels of the skills in a document, sorted, each once; of two that overlap the longer."""
        if self.size == 0:
            return []
        found = [(end - start, -start, key) for key, start, end in self._any_case(doc)]
        found += [(end - start, -start, key) for key, start, end in self._as_written(doc) if _named(doc, start, end)]
        taken: set[int] = set()
        names: set[str] = set()
        for length, minus, key in sorted(found, reverse=True):
            span = range(-minus, -minus + length)
            if not taken.intersection(span):
                taken.update(span)
                names.add(self._strings[key])
        return sorted(names)


def forms(label: str, skill_type: str = "tool") -> Iterator[str]:
    """The forms a skill's label is known by, the label itself first.

    >>> sorted(forms("Structured query language SQL")), list(forms("Python (computer programming)"))
    (['SQL', 'Structured query language', 'Structured query language SQL'], ['Python'])
    >>> sorted(forms("Apache Hadoop")), sorted(forms("Ansible software"))
    (['Apache Hadoop', 'Hadoop'], ['Ansible', 'Ansible software'])
    """
    label = " ".join(_BRACKETED.sub("", label).split())
    found = dict.fromkeys((label,))
    if skill_type == "tool":
        product = _MAKER.sub("", label)
        if product[:1].isupper():
            found[product] = None
        found[_SUFFIX.sub("", product)] = None
    for name in tuple(found):
        match = _ABBREVIATED.match(name)
        if match is None:
            continue
        long, short = match.group("long"), match.group("short")
        initials = "".join(word[0] for word in re.findall(r"[A-Za-z0-9]+", long)).lower()
        letters = re.sub(r"[^a-z0-9]", "", short.lower())
        if (
            sum(c.isupper() for c in short) >= 2
            and len(letters) - len(initials) <= 1
            and _subsequence(initials, letters)
        ):
            found[long] = None
            found[short] = None
    yield from (form for form in found if form)


def _subsequence(initials: str, letters: str) -> bool:
    """Whether the initials appear in an abbreviation in their order ("CAD" of "computer aided design")."""
    rest = iter(letters)
    return len(initials) > 1 and all(letter in rest for letter in initials)


def _named_forms(taxonomies: Sequence[Taxonomy], language: str) -> dict[str, tuple[str, bool]]:
    """Every form to be looked for, with the label of its skill and whether only as it is written.

    A label stands for its own skill before it stands for another's short form, and a short form
    that several skills share stands for none.
    """
    common = _common_words(taxonomies)
    named: dict[str, tuple[str, bool]] = {}
    derived: dict[str, set[tuple[str, bool]]] = {}
    taken: set[str] = set()
    for taxonomy in taxonomies:
        for skill in taxonomy.skills:
            for label in skill.labels.get(language) or skill.labels.get("en", ()):
                for number, form in enumerate(forms(label, skill.skill_type)):
                    proper = skill.skill_type == "tool" or form[:1].isupper()
                    as_written = _as_written(form, as_name=skill.skill_type == "tool" or number > 0)
                    if _never(form, skill.skill_type, common, derived=number > 0, proper=proper):
                        continue
                    if number:
                        derived.setdefault(form, set()).add((skill.label, as_written))
                    elif form.lower() not in taken:
                        taken.add(form.lower())
                        named[form if as_written else form.lower()] = (skill.label, as_written)
    for form in sorted(derived):
        label, as_written = min(derived[form], key=lambda pair: (len(pair[0]), pair))
        alike = all(pair[0].lower().startswith(label.lower()) or form.isupper() for pair in derived[form])
        if form.lower() not in taken and (len(derived[form]) == 1 or alike):
            taken.add(form.lower())
            named[form if as_written else form.lower()] = (label, as_written)
    return named


def _common_words(taxonomies: Sequence[Taxonomy]) -> frozenset[str]:
    """Words in lower case in what the classifications say of occupations: no names of anything."""
    words: set[str] = set()
    for taxonomy in taxonomies:
        for occupation in taxonomy.occupations:
            for text in (occupation.description, *occupation.tasks):
                words.update(_LOWER_WORD.findall(text))
    return frozenset(words)


def _never(form: str, skill_type: str, common: Set[str], *, derived: bool, proper: bool) -> bool:
    """Whether a form is too ordinary to be looked for. `proper`: it is, or is written like, a name."""
    plain = form.lower()
    if plain in NEVER or (len(plain) < 2 and plain not in ("r", "c")):
        return True
    if " " in plain:
        return derived and all(word in common and word not in AS_WRITTEN for word in plain.split())
    if derived and (len(plain) < 3 or (not form.isupper() and form.istitle() and plain in common)):
        return plain not in AS_WRITTEN
    if proper and plain in common and (form.istitle() or form.isupper() or form.islower()):
        return plain not in AS_WRITTEN
    return skill_type == "skill" and (plain in common or plain in VERBS)


def _as_written(form: str, *, as_name: bool) -> bool:
    """Whether a form is looked for with its capitals: a short one, an abbreviation, an ordinary word."""
    plain = form.lower()
    if " " in plain or not plain.isascii() or form == plain:
        return len(plain) <= 2
    return plain in AS_WRITTEN or len(plain) <= 3 or (as_name and (form.istitle() or form.isupper()))


def _named(doc: Any, start: int, end: int) -> bool:
    """Whether an ordinary word stands where a name would: inside a sentence, or in a list."""
    before = doc[start - 1].text if start else ""
    after = doc[end].text if end < len(doc) else ""
    listed = before.lower() in LISTING or after.lower() in LISTING
    if end - start == 1 and len(doc[start]) <= 2:
        return listed and after not in ("'", "’", "&", ".") and before not in ("'", "’", "&", "$")
    return listed or bool(before and before.strip() and before[-1] not in _BEFORE_SENTENCE)
