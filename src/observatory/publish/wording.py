"""What a dossier says in words: sentences made by rule from its figures, the same in every format."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from observatory.records import Dossier, Evidence, Growth, Kind

KIND_NAMES: Mapping[Kind, str] = {
    "occupation": "New occupation", "specialisation": "Specialisation", "revision": "Revised occupation",
    "technology": "Technology, not a profession", "noise": "Not a profession",
}  # fmt: skip
_PROPOSED: Mapping[Kind, str] = {
    "occupation": "is proposed as a new occupation",
    "specialisation": "is proposed as a specialisation of an existing occupation",
    "revision": "is proposed as a revision of an existing occupation",
    "technology": "is listed as a technology that spreads through occupations, not as a profession",
    "noise": "is listed as noise, not as a profession",
}
SCHEME_NAMES: Mapping[str, str] = {
    "esco": "ESCO", "onet": "O*NET", "isco": "ISCO", "dadian": "Chinese classification", "csv": "own list",
}  # fmt: skip
SECTOR_NAMES: Mapping[str, str] = {
    "ai": "Artificial intelligence", "manufacturing": "Advanced manufacturing", "green": "Green technology",
}  # fmt: skip
COMPONENT_WORDS: Mapping[str, str] = {
    "growth": "rise of its share, drawn towards none by uncertainty; 1 is a doubling or more",
    "novelty": "how far its name lies from every title of the classifications of the day",
    "breadth": "independent employers, on a logarithmic scale; 1 is 64 or more",
    "persistence": "share of the last year's months with a vacancy",
}
UNBOUNDED = 9999.0  # an interval that reaches this is open upwards
_HAN = re.compile(r"[㐀-鿿豈-﫿]")


def language_of(text: str) -> str:
    """A language for the `lang` attribute of a stretch of text: "zh" where it has Chinese characters, else "".

    >>> language_of("人工智能训练师"), language_of("data engineer")
    ('zh', '')
    """
    return "zh" if _HAN.search(text) else ""


def number(value: float, digits: int = 0) -> str:
    """A figure with thin groups of three: 12,340.

    >>> number(12340), number(2.25, 1)
    ('12,340', '2.2')
    """
    return f"{value:,.{digits}f}"


def counted(count: int, one: str, many: str) -> str:
    """A count with its noun: "1 employer", "1,200 employers"."""
    return f"{number(count)} {one if count == 1 else many}"


def day(when: dt.date | dt.datetime) -> str:
    """A date as "3 May 2024", the same in every locale."""
    months = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
              "November", "December")  # fmt: skip
    return f"{when.day} {months[when.month - 1]} {when.year}"


def limits(dossier: Dossier) -> list[str]:
    """Its limits, and the quotations that had to be removed since it was frozen."""
    return [
        *dossier.limits,
        *(f"Quotations removed on {day(note.on)} ({note.why}): {note.quotations}. The hash is the one it was frozen with." for note in dossier.removals),
    ]  # fmt: skip


def title(dossier: Dossier) -> str:
    """The candidate's title with a capital first letter."""
    text = dossier.candidate.title.strip()
    return text[:1].upper() + text[1:] or dossier.candidate.candidate_id


def conclusion(dossier: Dossier) -> tuple[str, str, str]:
    """The three sentences a reader needs first: what is proposed, whether it grows, what it is near to."""
    c = dossier.candidate
    first = (
        f"{title(dossier)} {_PROPOSED[c.kind]}: {counted(c.vacancies, 'vacancy', 'vacancies')} of "
        f"{counted(c.employers, 'employer', 'employers')} in {counted(len(c.sources), 'source', 'sources')}, "
        f"the first on {day(c.first_seen)}."
    )
    if not c.nearest:
        return first, _kept(growth_in_words(c.growth)), (
            "No classification in this language was loaded, so nothing is known to compare it with."
        )  # fmt: skip
    near = c.nearest[0]
    third = (
        f"The nearest known occupation is {near.title} ({SCHEME_NAMES.get(near.scheme, near.scheme)} {near.version}, "
        f"similarity {near.similarity:.2f} of 1); {100 * c.novelty:.0f} % of known titles lie closer to the "
        f"classifications than this one does."
    )
    return first, _kept(growth_in_words(c.growth)), _kept(third)


def _kept(text: str) -> str:
    """The sentence with no line break between a figure and its percent sign."""
    return text.replace(" %", "\u00a0%")


def told(growth: Growth) -> bool:
    """Whether the postings bound the growth on any side: an interval from 0 to no bound says nothing.

    >>> told(Growth(ratio=1.0, low=0.0, high=9999.0, p_value=1.0, q_value=1.0))
    False
    """
    return growth.low > 0 or growth.high < UNBOUNDED


def growth_in_words(growth: Growth) -> str:
    """The rate ratio and what its interval allows one to say.

    >>> growth_in_words(Growth(ratio=2.1, low=1.4, high=3.2, p_value=0.001, q_value=0.01))
    'Its share of all vacancies is 2.1 times what it was; with 95 % confidence between 1.4 and 3.2 times, so it grew.'
    """
    if not told(growth):
        return "Too little was published in the months compared, so neither growth nor decline is shown."
    if growth.low > 1:
        so = "so it grew" if growth.q_value < 0.05 else (
            f"so it grew, but among all professions tested at once this may be chance (q = {growth.q_value:.2f})"
        )  # fmt: skip
    elif growth.high < 1:
        so = "so it shrank"
    else:
        so = "so neither growth nor decline is shown"
    if growth.high >= UNBOUNDED:
        between = f"with 95 % confidence at least {_times(growth.low)} times, with no upper bound"
    else:
        between = f"with 95 % confidence between {_times(growth.low)} and {_times(growth.high)} times"
    return f"Its share of all vacancies is {_times(growth.ratio)} times what it was; {between}, {so}."


def _times(value: float) -> str:
    return number(value, 2 if value < 0.95 else 1 if value < 100 else 0)


def interval(growth: Growth) -> str:
    """The interval in figures: "1.4 to 3.2", or "1.4 or more"."""
    return f"{_times(growth.low)} or more" if growth.high >= UNBOUNDED else (
        f"{_times(growth.low)} to {_times(growth.high)}"
    )  # fmt: skip


def ratio(growth: Growth) -> str:
    """The rate ratio in figures: "×2.1"."""
    return f"×{_times(growth.ratio)}"


def parts(evidence: Evidence) -> tuple[str, str, str]:
    """The sentence before the role, the role, and after it; offsets out of range mark nothing.

    A mark that begins or ends inside the sentence's edges only is kept as it is.
    """
    text, start, end = evidence.sentence, evidence.start, evidence.end
    if not 0 <= start < end <= len(text):
        return text, "", ""
    return text[:start], text[start:end], text[end:]


def link(url: str) -> str:
    """The address when it is one a reader may follow (http or https), else ""."""
    return url if re.match(r"https?://[^\s<>\"']+$", url) else ""


def scheme(name: str) -> str:
    """A classification's name for readers."""
    return SCHEME_NAMES.get(name, name)


def sector(name: str) -> str:
    """A sector's name for readers."""
    return SECTOR_NAMES.get(name, name.replace("_", " ").replace("-", " ").capitalize())


def code(text: str) -> str:
    """An occupation's code for readers: of a URI its last part.

    >>> code("http://data.example/occupation/725090a7"), code("4-04-05-05")
    ('725090a7', '4-04-05-05')
    """
    return text.rstrip("/").rsplit("/", 1)[-1] if link(text) else text
