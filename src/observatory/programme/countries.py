"""Countries: their names in the reader's language, the tiles of the map, and the regions of the workspace.

The map gives each country one tile of equal size, roughly where it lies: a small partner is as easy to see and
to press as a large one, and no border is drawn. The layout is our own, made from the mean position of each
country's towns and assigned to the grid at least total displacement.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings
from django.utils.translation import get_language, gettext_lazy

ROWS = """
.. .. .. .. .. .. .. .. IS GB NO DK SE LV FI EE .. .. .. .. .. .. .. .. ..
CA .. .. .. .. .. .. .. IE BE NL DE CZ PL LT BY .. .. RU .. .. .. .. .. ..
.. .. .. .. .. .. .. .. FR LU LI SI AT SK HU MD UA .. KZ .. .. MN .. .. ..
.. .. .. .. .. .. .. .. AD MC CH SM HR RS BG RO GE AZ UZ KG .. .. .. .. ..
US .. .. .. .. .. .. .. PT ES IT VA BA ME MK TR SY AM TM TJ .. .. KP .. ..
.. .. .. .. .. .. .. .. MA DZ TN MT AL GR CY LB IQ IR AF PK BT CN KR JP ..
.. CU BS DO .. .. .. .. .. .. LY EG IL JO KW BH AE NP BD .. MO .. .. .. ..
MX BZ HT KN AG CV MR .. .. .. .. .. PS SA QA OM IN MM LA .. HK .. .. .. ..
GT HN JM DM LC GM SN ML NE .. .. SD ER YE .. .. .. TH VN .. .. .. .. .. ..
SV NI GD VC BB GW GN BF BJ NG TD .. ET DJ .. .. .. .. KH PH .. .. .. .. ..
CR PA VE TT GY .. SL CI TG CM CF .. SS .. SO .. .. LK .. .. BN PW FM MH ..
.. EC CO .. SR .. LR GH ST GQ .. .. RW UG KE .. .. MV MY SG .. .. NR KI ..
.. .. .. .. .. .. .. .. GA CG CD BI TZ .. SC .. .. .. .. ID TL .. PG TV ..
.. .. PE BO BR .. .. .. .. AO .. ZM MW KM .. .. .. .. .. .. .. .. SB VU WS
.. .. .. .. PY .. .. .. .. NA BW ZW MZ .. MG MU .. .. .. .. .. .. .. FJ TO
.. .. .. AR UY .. .. .. .. .. ZA LS SZ .. .. .. .. .. .. .. .. AU .. .. ..
.. .. CL .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. NZ ..
"""
TILES: Mapping[str, tuple[int, int]] = {
    code: (column, row)
    for row, line in enumerate(ROWS.split("\n")[1:-1])
    for column, code in enumerate(line.split())
    if code != ".."
}
WIDTH, HEIGHT = 25, 17
REGIONS: Mapping[str, object] = {"belt-and-road": gettext_lazy("Belt and Road")}


def country_name(code: str) -> str:
    """A country's name in the reader's language, after CLDR; the code itself where CLDR has none."""
    return _names((get_language() or "en").replace("zh-hans", "zh").partition("-")[0]).get(code, code)


@lru_cache(maxsize=8)
def _names(language: str) -> Mapping[str, str]:
    from babel import Locale

    return {code: name for code, name in Locale.parse(language).territories.items() if len(code) == 2}


def known(code: str) -> bool:
    """Whether a code is that of a country (ISO 3166-1, two letters)."""
    return code in _names("en") and code not in ("EU", "UN", "ZZ", "XA", "XB", "QO", "EZ")


def choices() -> list[tuple[str, str]]:
    """(code, name) of every country with a tile, by name."""
    return sorted(((code, country_name(code)) for code in TILES), key=lambda row: row[1])


def regions() -> list[tuple[str, str]]:
    """(key, words) of the regions that the workspace sets."""
    return [(key, str(REGIONS.get(key, key))) for key in settings.WORKSPACE.settings.programme.regions]


def region(key: str) -> frozenset[str]:
    """The countries of a region; none where the workspace has no such region."""
    return frozenset(settings.WORKSPACE.settings.programme.regions.get(key, ()))
