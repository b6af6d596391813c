"""Free first lines: "Company | Role | Place | Contract | address", in whatever order they come.

A line is cut at its strongest separator (a bar, a spaced dash, a bullet, a semicolon, a verb of
hiring, a comma), and each part says what it is by what it is made of: a part whose words are all
names of places is a place. The employer has no words of its own: it is the first part that nothing
else explains, or the one that agrees with the address in the line.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal

from observatory.enrich.employer import (
    BRACKET,
    INCUBATED,
    MASKED,
    URL,
    agrees,
    bare_name,
    employer_in_text,
    may_be_employer,
    site_names,
)
from observatory.enrich.places import Place, country_of, find_places

SegmentKind = Literal["employer", "role", "place", "contract", "url", "pay", "other"]

# What a contract says, in the order in which it is written down.
CONTRACTS = ("full-time", "part-time", "internship", "contract", "permanent", "remote", "hybrid", "onsite", "visa")


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A part of a first line: `line[start:end]`, what it says, and the evidence that decided it."""

    text: str
    kind: SegmentKind
    start: int
    end: int
    evidence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstLine:
    """What a first line tells: each "" where it does not. `contract` holds words of `CONTRACTS`."""

    employer: str
    place: str
    country: str
    contract: str
    segments: tuple[Segment, ...] = ()


LONGEST_LINE = 400  # characters; beyond them a first line is a paragraph
CACHED = 20_000  # parts remembered: "Full-time" and "San Francisco, CA" come again and again
LONGEST_TITLE = 120  # of a line without separators, in which contract words still count

_BARS = re.compile(r"\s*[|｜¦│]+\s*|\s*\t+\s*|\s+//\s+|\s+[•·∙►●]\s*|\s*·\s*")
_DASHES = re.compile(
    r"\s+[-–—~]{1,3}\s+|\s*—+\s*|\s+--\s*|(?<=[\w)])\s?[-–—]{2,3}\s?(?=[\w(])|(?<=\))\s*[-–—]\s*(?=\w)"
)
_RANGE = re.compile(r"\d[kK]?\s*[-–—]+\s*[$€£¥]?\d")
_SEMICOLONS = re.compile(r"\s*[;；]\s*")
_HIRES = re.compile(
    r",?\s+(?:(?:is|are|’s|'s)\s+(?:\w+\s+)?(?:hiring|seeking|recruiting|looking\s+(?:for|to\s+hire)|searching\s+for)|seeks)"
    r"(?:\s+(?:an?|for|the|some|our|multiple|several|\d+))*\s*"
    r"|\s*(?:诚招|诚聘|急招|急聘|直招|招聘|招募|寻找|直聘)[:：]?\s*"
    r"|\s+(?:cerca|ricerca|seleziona|assume|è alla ricerca di)(?:\s+(?:un[ao']?|\d+))?\s+",
    re.IGNORECASE,
)
_STOPS = re.compile(
    r"(?<=[^\WA-Z\d_]{2})\.\s+(?=[A-Z\u4e00-\u9fff])|(?<=[A-Za-z)])[:：]\s+|(?<=[\u4e00-\u9fff])[:：]\s*"
)
_COMMAS = re.compile(r"\s*[,，、]\s*")
_AT = re.compile(r"\s+(?:at|@|bei|presso)\s+(?=[A-Z\d])")
_IN = re.compile(r"\s+(?:in|based in|a)\s+(?=[A-Z])")
_SLASH = re.compile(r"\s+/\s+")
_LEVELS = (_BARS, _DASHES, _SEMICOLONS, _HIRES, _STOPS)
_PAY = re.compile(
    r"(?:[$€£¥￥]|\b(?:USD|EUR|GBP|RMB|CNY|CHF)\b)\s?\d[\d.,]*\s?[km]?(?:\s?[-–~to]+\s?[$€£¥]?\d[\d.,]*\s?[km]?)?\+?"
    r"|\d[\d.,]*\s?[km]?\s?[-–~]\s?\d[\d.,]*\s?[kKwW万千元uU](?:/月)?|\b\d{2,3}\s?k\b\+?|\d[\d.,]*\s?[€£$]"
    r"|\d+(?:\.\d+)?%|\b(?:salary|equity|compensation|bonus|stock options?|RAL|stipendio)\b|薪[水资酬]?|面议|万/月|/月|月薪|年薪|USDT?",
    re.IGNORECASE,
)
_CONTRACT_SIGNS: Mapping[str, str] = {
    "full-time": r"\bfull[-\s]?time\b|\bFTE?\b(?!\w)|全职|\btempo pieno\b",
    "part-time": r"\bpart[-\s]?time\b|兼职|\btempo parziale\b",
    "internship": r"\bintern(?:s|ships?)?\b|\bco-?op\b|实习|\btirocin(?:io|ante)\b|\bstage\b(?!\s*(?:start|company|\d))",
    "contract": r"\bcontract(?:ors?|ing|-to-hire| to hire)?\b|\bfreelance(?:rs?)?\b|外包|合同工|\btempo determinato\b|\bpartita iva\b",
    "permanent": r"\bperm(?:anent)?\b|\btempo indeterminato\b",
    "remote": r"\bremote(?:ly)?\b|\bwork from (?:home|anywhere)\b|\bWFH\b|\btelecommut\w+|\bdistributed\b|远程|居家办公|\bda remoto\b|\bsmart ?working\b",
    "hybrid": r"\bhybrid\b|混合办公|\bibrid[oa]\b",
    "onsite": r"\bon[-\s]?site\b|\bin[-\s]office\b|\blocals? only\b|现场|坐班|线下|\bin sede\b|\bin presenza\b",
    "visa": r"\bvisas?\b|\bh[-\s]?1[-\s]?b\b|\brelocat(?:ion|e)\b|\bsponsorship\b|\btn\b(?= visa)|签证",
}  # fmt: skip
# One pattern with a group a kind: a part is read once.
_CONTRACT = re.compile(
    "|".join(f"(?P<{name.replace('-', '_')}>{pattern})" for name, pattern in _CONTRACT_SIGNS.items()), re.IGNORECASE
)
_DENIED: Mapping[str, re.Pattern[str]] = {
    "remote": re.compile(
        r"\bno[tn]?[-\s]?(?:currently\s|yet\s|for\s)?remote|\bremote\s*[:=]?\s*(?:no\b|not\b|isn)|\bno (?:telecommut|wfh)|\bsorry,? no remote"
        r"|(?:不支持|不可|非|无)远程|\bno (?:smart ?working|remoto)\b",
        re.IGNORECASE,
    ),
    "visa": re.compile(
        r"\b(?:no|not|without|can(?:'|’)?t|cannot|unable)\b[^|,.;]{0,24}\b(?:visas?|h[-\s]?1[-\s]?b|sponsor\w*|relocation)|\bvisas?\s*[:=]?\s*no\b",
        re.IGNORECASE,
    ),
    "onsite": re.compile(r"\bno[tn]?[-\s]on-?site\b", re.IGNORECASE),
    "contract": re.compile(r"\bno (?:contract|freelance)\w*", re.IGNORECASE),
}  # fmt: skip
_ROLE = re.compile(
    r"\b(?:engineers?|engs?|developers?|devs?|designers?|scientists?|managers?|analysts?|architects?|leads?|directors?|programmers?"
    r"|administrators?|admins?|hackers?|coders?|consultants?|interns?|researchers?|specialists?|strategists?|evangelists?|advocates?"
    r"|technicians?|operators?|nurses?|teachers?|writers?|editors?|recruiters?|assistants?|associates?|coordinators?|executives?|officers?"
    r"|representatives?|reps?|testers?|marketers?|producers?|advisors?|trainers?|planners?|inspectors?|electricians?|welders?|machinists?"
    r"|mechanics?|accountants?|lawyers?|drivers?|installers?|supervisors?|statisticians?|biologists?|chemists?|physicists?"
    r"|devops|dev-ops|dev ops|sre|sdet|dba|qa|positions?|roles?|openings?|multiple|various|several|head of|vp|cto|ceo|coo|cfo|cmo|ciso"
    r"|full[-\s]?stack|front[-\s]?end|back[-\s]?end|engineering|development|marketing|sales|design|product|ios|android|ux|ui"
    r"|tecnic[oaie]|ingegner[ei]|operator[ei]|addett[oaie]|specialist[aie]|sviluppator[ei]|responsabil[ei]|impiegat[oaie]|progettist[aie]"
    r"|analist[aie]|programmator[ei]|consulent[ei]|manutentor[ei]|installator[ei]|elettricist[aie]|montator[ei]|saldator[ei]|direttor[ei]"
    r"|coordinator[ei]|agent[ei]|autist[aie]|magazzinier[ei]|contabil[ei]|ricercator[ei])\b"
    r"|工程师|设计师|分析师|架构师|训练师|程序员|测试员|技术员|操作员|经理|主管|总监|专员|助理|顾问|运营|研发|开发|前端|后端|全栈|产品|销售|岗$|师$|员$|专家|负责人|科学家|研究员|实习生|工人|技师",
    re.IGNORECASE,
)  # fmt: skip
# Words that may stand in a part beside what it is about.
_GLUE = re.compile(
    r"\b(?:and|or|in|at|on|of|the|a|an|to|for|from|with|within|near|nearby|around|also|only|ok|okay|fine|possible|preferred|pref|welcome"
    r"|welcomed|considered|available|offered|provided|required|allowed|friendly|based|office|offices|hq|headquarters|area|downtown|metro"
    r"|city|region|few|places?|others?|greater|central|north|south|east|west|time ?zones?|timezone|cet|est|pst|gmt|utc|no|not|yes|maybe|some|mostly|partial"
    r"|partially|first|team|local|locals|locally|candidates?|preferably|currently|anywhere|worldwide|global|globally|international"
    r"|permit|work|working|assistance|transfer|transfers|support|sponsor|sponsored|help|options?|optional|status|type|location|locations"
    r"|is|are|be|will|can|may|if|you|we|us|per|week|days?|hours?|hrs?|months?|years?|up|plus|competitive|benefits|range|dependent|doe"
    r"|e|o|ed|di|da|con|per|sede|provincia|zona|full|all|other|more|both|either|long|short|term|h1b|fully|100|usd|eur|base[d]?|地点|工作|可|或|支持|办公|全国|接受|优先|长期|坐标|线上)\b"
    r"|可|或|和|支持|办公|接受|优先|坐标|地点|工作|纯|均可|及|市区",
    re.IGNORECASE,
)  # fmt: skip
_WORD = re.compile(r"[\w+#&'’.-]*\w[\w+#&'’.-]*")
_LETTER = re.compile(r"[^\W\d_]")
_LABEL = re.compile(
    r"^(?:locations?|where|company|employer|position|title|role|type|salary|pay|地点|公司|岗位|职位|薪资|sede|azienda|ruolo|luogo)\s*[:：]\s*",
    re.IGNORECASE,
)
_LABELLED: dict[str, SegmentKind] = {
    "company": "employer", "employer": "employer", "公司": "employer", "azienda": "employer",
    "position": "role", "title": "role", "role": "role", "岗位": "role", "职位": "role", "ruolo": "role",
    "location": "place", "locations": "place", "where": "place", "地点": "place", "sede": "place", "luogo": "place",
    "salary": "pay", "pay": "pay", "薪资": "pay", "type": "contract",
}  # fmt: skip


def segments(line: str) -> list[Segment]:
    """The parts of a first line with what each says; one part where there are no separators.

    >>> [(s.text, s.kind) for s in segments("Acme (YC S12) | Data Engineer | London, UK | Full-time")]
    [('Acme (YC S12)', 'employer'), ('Data Engineer', 'role'), ('London, UK', 'place'), ('Full-time', 'contract')]
    """
    line = line[:LONGEST_LINE]
    found = [_segment(line, start, end) for start, end in _parts(line)]
    return _with_employer(found, line)


def read_first_line(line: str, *, employer: str = "", text: str | None = None) -> FirstLine:
    """Employer, place, country and contract of a first line.

    `employer` is what the source says: a title then needs to name none. `text` is what follows, and
    is asked for an employer that the line does not name. A line without separators tells its
    contract and, in brackets or behind "in", its place.
    """
    found = segments(line)
    if employer:
        found = [
            replace(s, kind="other", evidence="the source names the employer") if s.kind == "employer" else s
            for s in found
        ]
    named = employer or next((_employer_name(segment) for segment in found if segment.kind == "employer"), "")
    telling = [segment for segment in found if segment.kind != "url"]
    if len(found) == 1 and len(line) > LONGEST_TITLE:
        telling = []
    if not named and text is not None:
        named = employer_in_text(text, line)
    beside = [segment for segment in telling if segment.kind != "employer"]
    place = next((text for segment in beside if segment.kind == "place" and (text := _place_text(segment.text))), "")
    if not place:
        place = next((text for segment in beside if (text := _place_beside(segment.text))), "")
    if not place:
        place = next((text for s in found if s.kind == "employer" and (text := _place_in_brackets(s.text))), "")
    contract = contract_of(" | ".join(segment.text for segment in found if len(found) > 1 or segment in telling))
    return FirstLine(employer=named, place=place, country=country_of(place), contract=contract, segments=tuple(found))


def contract_of(text: str) -> str:
    """The words of `CONTRACTS` that a text says and does not deny, joined by ", ".

    >>> contract_of("Full time, ONSITE (no remote), visa ok"), contract_of("全职｜可远程"), contract_of("stage, in sede")
    ('full-time, onsite, visa', 'full-time, remote', 'internship, onsite')
    """
    return _joined_contract(_said(text))


@functools.lru_cache(maxsize=CACHED)
def _said(text: str) -> frozenset[str]:
    """The contract words said and not denied in one part."""
    said = _words_of_contract(text)
    for name in said & _DENIED.keys():
        if name not in _words_of_contract(_DENIED[name].sub(" ", text)):
            said.discard(name)
            if name == "remote":
                said.add("onsite")
    return frozenset(said)


def _words_of_contract(text: str) -> set[str]:
    return {(match.lastgroup or "").replace("_", "-") for match in _CONTRACT.finditer(text)}


def _joined_contract(said: Set[str]) -> str:
    return ", ".join(name for name in CONTRACTS if name in said)


# --- cutting ---------------------------------------------------------------------------------


def _parts(line: str) -> Iterator[tuple[int, int]]:
    """Where the parts of a line stand: cut at the strongest separator, then inside each part that
    is not of one kind at the next weaker one."""
    start = 0
    lead = BRACKET.match(line)
    if (lead and lead.group(4) is not None) or (lead and lead.group(2) is not None and not MASKED.match(lead.group())):
        yield lead.start() + 1, lead.end() - 1
        start = lead.end()
    yield from _cut(line, start, len(line), 0)


def _cut(line: str, start: int, end: int, level: int) -> Iterator[tuple[int, int]]:
    start, end = _trim(line, start, end)
    if start >= end:
        return
    for number in range(level, len(_LEVELS)):
        pieces = list(_pieces(line, start, end, _LEVELS[number]))
        if len(pieces) > 1:
            for left, right in pieces:
                yield from _cut(line, left, right, number + 1)
            return
    yield from _cut_by_meaning(line, start, end)


def _cut_by_meaning(line: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Commas, slashes, "at" and "in" separate only where the parts they make are of different kinds."""
    text = line[start:end]
    if len(text) > LONGEST_LINE // 2 or _kind(text)[0] not in ("other", "role"):
        yield start, end
        return
    for pattern in (_AT, _IN, _SLASH):
        for match in pattern.finditer(text):
            left, right = text[: match.start()], text[match.end() :]
            if pattern is _SLASH:
                if {_kind(left)[0], _kind(right)[0]} == {"place", "other"}:
                    yield start, start + match.start()
                    yield start + match.end(), end
                    return
                continue
            right_kind = _kind(right)[0]
            if _kind(left)[0] == "role" and pattern is _AT and may_be_employer(re.split(r"\s*[(,]", right)[0]):
                yield start, start + match.start()
                yield from _at_employer(line, start + match.end(), end)
                return
            if pattern is _IN and right_kind == "place":
                yield from _cut_by_meaning(line, start, start + match.start())
                yield start + match.end(), end
                return
    pieces = list(_pieces(line, start, end, _COMMAS))
    if len(pieces) > 1:
        yield from _joined(line, pieces)
    else:
        yield start, end


def _at_employer(line: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """ "Vessel (Mountain View, CA)" or "Vessel, Mountain View" behind "at"."""
    match = re.search(r"\s*[(,]", line[start:end])
    if match is None:
        yield start, end
        return
    yield start, start + match.start()
    yield from _cut(line, start + match.start(), end, 1)


def _joined(line: str, pieces: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Pieces between commas, neighbours of one kind put together again ("Boston, MA")."""
    kinds: list[tuple[int, int, SegmentKind]] = []
    for start, end in pieces:
        kind = _kind(line[start:end])[0]
        if kinds:
            before_start, _, before = kinds[-1]
            both = _kind(line[before_start:end])[0]
            if both == "place" and (before == "place" or kind == "place" or _town_like(line[before_start:end])):
                kinds[-1] = (before_start, end, "place")
                continue
            if kind == before and kind in ("role", "contract", "pay", "other"):
                kinds[-1] = (before_start, end, kind)
                continue
            if (
                before == "role"
                and kind == "other"
                and len(line[start:end].split()) <= 3
                and not line[start:end][:1].isupper()
            ):
                kinds[-1] = (before_start, end, "role")
                continue
        kinds.append((start, end, kind))
    if {kind for _, _, kind in kinds} <= {"role", "other"} and (len(kinds) < 3 or len(line) > 160):
        yield kinds[0][0], kinds[-1][1]
        return
    for start, end, _ in kinds:
        yield start, end


def _town_like(text: str) -> bool:
    places = find_places(text)
    return bool(places) and places[0].people == 0


def _pieces(line: str, start: int, end: int, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Pieces between matches that stand outside brackets."""
    if pattern.search(line, start, end) is None:
        yield start, end
        return
    closed = [(m.start(), m.end()) for m in BRACKET.finditer(line, start, end)]
    at = start
    for match in pattern.finditer(line, start, end):
        if any(left < match.start() < right for left, right in closed):
            continue
        if pattern is _DASHES and _RANGE.search(line[max(start, match.start() - 2) : match.end() + 2]):
            continue
        if pattern is _STOPS and _LABEL.fullmatch(line[at : match.end()].lstrip()):
            continue
        if _trim(line, at, match.start())[0] < _trim(line, at, match.start())[1]:
            yield at, match.start()
        at = match.end()
    if _trim(line, at, end)[0] < _trim(line, at, end)[1]:
        yield at, end


def _trim(line: str, start: int, end: int) -> tuple[int, int]:
    while start < end and line[start] in " \t,;:-–—|·•*#>~=_，；：":
        start += 1
    while end > start and line[end - 1] in " \t,;:-–—|·•*~=_，；：":
        end -= 1
    return start, end


# --- what a part says ------------------------------------------------------------------------


def _segment(line: str, start: int, end: int) -> Segment:
    text = line[start:end]
    kind, evidence = _kind(text)
    return Segment(text=text, kind=kind, start=start, end=end, evidence=evidence)


@functools.lru_cache(maxsize=CACHED)
def _kind(text: str) -> tuple[SegmentKind, str]:
    """What a part says by what it is made of, and the words that decided it."""
    label = _LABEL.match(text)
    if label:
        word = label.group().strip(" :：").lower()
        return _LABELLED[word], f"labelled {word!r}"
    bare = BRACKET.sub(" ", text)
    if not _WORD.search(bare):
        bare = text
    url = URL.search(bare) or MASKED.search(bare)
    rest = MASKED.sub(" ", URL.sub(" ", bare))
    if url and not _LETTER.search(_GLUE.sub(" ", rest)):
        return "url", f"address {url.group()!r}"
    role = _ROLE.search(rest)
    contract = [match.group() for match in _CONTRACT.finditer(rest)]
    if role and contract and not _ROLE.search(_without_contract(rest)):
        role = None
    pay = _PAY.search(rest)
    places = tuple(place for place in find_places(rest) if place.people or not _ROLE.search(place.text))
    left = _without_contract(_PAY.sub(" ", _without(rest, places)))
    uncovered = _LETTER.search(_GLUE.sub(" ", left)) is not None
    if not uncovered and role is None:
        if places:
            return "place", ", ".join(place.text for place in places)
        if contract:
            return "contract", ", ".join(contract)
        if pay:
            return "pay", pay.group()
    if role:
        return "role", role.group()
    if pay and len(_WORD.findall(_GLUE.sub(" ", left))) <= 3:
        return "pay", pay.group()
    if contract and len(_WORD.findall(_GLUE.sub(" ", left))) <= 2 and not places:
        return "contract", ", ".join(contract)
    return "other", ""


def _without(text: str, places: Sequence[Place]) -> str:
    for place in reversed(places):
        text = f"{text[: place.start]} {text[place.end :]}"
    return text


def _without_contract(text: str) -> str:
    return _CONTRACT.sub(" ", text)


# --- the employer ----------------------------------------------------------------------------


def _with_employer(found: list[Segment], line: str) -> list[Segment]:
    """The parts with the employer among them: labelled, agreeing with an address, behind "at",
    before a verb of hiring, or the first that nothing else explains."""
    if any(segment.kind == "employer" for segment in found):
        return found
    sites = [name for segment in found for name in site_names(segment.text)]
    free = [i for i, s in enumerate(found) if s.kind == "other" and may_be_employer(_employer_name(s))]
    others = [i for i, s in enumerate(found) if s.kind in ("role", "place") and may_be_employer(_employer_name(s))]
    for i in (*free, *others) if sites else ():
        if agrees(_employer_name(found[i]), sites):
            return _named(found, i, "agrees with the address")
    for i in free:
        if INCUBATED.search(found[i].text):
            return _named(found, i, "names its accelerator")
    if len(found) > 1:
        for i in free:
            before = line[: found[i].start]
            if _AT.search(before[-12:] + "A"):
                return _named(found, i, "behind 'at'")
        first = found[0]
        if first.kind == "place" and _lone_small_city(first.text) and any(s.kind == "place" for s in found[1:]):
            return _named(found, 0, "first, and another part is the place")
        if free and (free[0] <= 1 or (free[0] == 2 and not re.search(r"[,/&+]", found[2].text))):
            return _named(found, free[0], "first part that nothing else explains")
    for i, segment in enumerate(found):
        if segment.kind == "url" and (names := site_names(segment.text)):
            return _named(found, i, f"address of {names[0]}")
    return found


def _named(found: list[Segment], i: int, evidence: str) -> list[Segment]:
    return [*found[:i], replace(found[i], kind="employer", evidence=evidence), *found[i + 1 :]]


def _employer_name(segment: Segment) -> str:
    """The name in an employer part; of an address its site, as written."""
    if segment.evidence.startswith("address of "):
        name = segment.evidence.removeprefix("address of ")
        written = re.search(re.escape(name), segment.text, re.IGNORECASE)
        return written.group() if written else name
    return bare_name(_LABEL.sub("", segment.text))


def _lone_small_city(text: str) -> bool:
    places = find_places(text)
    return len(places) == 1 and places[0].text == text.strip() and 0 < places[0].people < 400_000


# --- the place -------------------------------------------------------------------------------


def _place_text(text: str) -> str:
    """The places of a part as written, from the first to the last that stand together."""
    bare = _LABEL.sub("", text)
    outside = BRACKET.sub(lambda m: " " * len(m.group()), bare)
    places = find_places(outside)
    if places:
        bare = outside
    else:
        places = find_places(bare)
    if not places:
        return bare.strip() if _LABEL.match(text) else ""
    last = places[0].end
    for place in places[1:]:
        if re.search(r"[^\W\d_]{3}", _GLUE.sub(" ", bare[last : place.start])):
            break
        last = place.end
    return " ".join(bare[places[0].start : last].split())


def _place_beside(text: str) -> str:
    """A place in brackets or behind "in" in a part that says something else too."""
    inside = _place_in_brackets(text)
    if inside:
        return inside
    for match in _IN.finditer(text):
        places = find_places(text[match.end() : match.end() + 60])
        if places and places[0].start == 0:
            return _place_text(text[match.end() : match.end() + 60])
    bare = BRACKET.sub(" ", text)
    large = [p for p in find_places(bare) if p.people >= 100_000 or p.text.isupper()]
    tail = [p for p in large if not _LETTER.search(_without_contract(_GLUE.sub(" ", bare[p.end :])))]
    return tail[0].text if tail and len(text) <= LONGEST_TITLE else ""


def _place_in_brackets(text: str) -> str:
    for match in BRACKET.finditer(text):
        inner = next(group for group in match.groups() if group is not None)
        if _kind(inner)[0] == "place":
            return _place_text(inner)
    return ""
