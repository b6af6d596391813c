"""Technology-like terms of a text: what roles can be told apart by before any classification knows it.

A term is written unlike other words ("PostgreSQL", "C++", "node.js", "S7-1500", "AWS"), or stands
in a list with at least two others that are capitalised ("Kafka, Spark and Flink"). In Chinese text
every Latin word is one. Nothing is learned: the form alone decides, so a term is found on its first day.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from spacy.lang.en.stop_words import STOP_WORDS

from observatory.enrich.places import find_places

MOST_TERMS = 30
LONGEST_TERM = 30  # characters
LONGEST_TEXT = 20_000  # characters; terms beyond them are not looked for

_ADDRESS = re.compile(
    r"https?://\S{1,400}|www\.\S{1,400}|(?<!\S)\S{1,80}@\S{1,80}|\[[a-z-]{3,12}\]"
    r"|(?<![\w.-])[\w.-]{1,80}\.(?:com|org|net|co|ly|us|uk|cn)\b\S{0,400}|/[\w-]{1,80}/\S{0,400}"
)
# Written unlike other words.
_ODD = re.compile(
    r"(?<![\w/@.&'’-])(?:"
    r"[A-Za-z][A-Za-z0-9]*(?:\+\+|#)"  # C++, F#
    r"|\.NET\b|[A-Za-z][A-Za-z0-9]+\.(?:js|JS|net|NET|py|io|ai)\b"  # node.js
    r"|[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+|[a-z]{1,4}[A-Z][A-Za-z0-9]+"  # PostgreSQL, iOS
    r"|[A-Z]{2,6}(?:/[A-Z]{2,6})*\d{0,4}(?![\w'’])|[A-Z][A-Za-z]*\d+[A-Za-z]*(?:-\d+)?(?![\w%])|[A-Z]\d-\d{3,4}"  # AWS, CAD/CAM, HTML5, S7-1500
    r")"
)
_ITEM = r"(?:Ruby on Rails|[A-Z]{2,6}/[A-Z]{2,6}|[A-Z][A-Za-z0-9+#]*(?:[.-][A-Za-z0-9]+)*(?: [A-Z][A-Za-z0-9+#]*){0,2})"
_LIST = re.compile(
    rf"(?<![\w.]){_ITEM}(?:(?:, ?| ?/ ?| ?& ?|,? (?:and|or|e|o|ed) |, (?:and|or|e|o)/?(?:or)? ?){_ITEM}){{2,}}"
)
_CUT = re.compile(
    r", ?| / ?|(?<![A-Z]{2})/|/(?![A-Z]{2})| ?& ?| (?:and|or|e|o|ed) |(?:^|(?<= ))(?:and|or|e|o)(?: |/or )"
)
_LEAD = re.compile(
    r"^(?:(?:Good |Strong |Solid )?(?:[Kk]nowledge|[Ee]xperience|[Uu]nderstanding|[Uu]se|[Ll]ove) of |(?:Use|Using|Strong|Excellent|Solid|Good|Core|Modern|Knowledge|Experience|Love|Know|Advanced|Basic) )"
)
_LATIN = re.compile(r"(?<![A-Za-z0-9.])[A-Za-z][A-Za-z0-9]*(?:[.+#-][A-Za-z0-9+#]+|\+\+|#)*(?![A-Za-z])")
_UPPER, _LOWER = re.compile(r"[A-Z]"), re.compile(r"[a-z]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
# Sentences whose capitalised lists name people, owners, customers and places.
_OTHER_LISTS = re.compile(
    r"\b(?:back(?:ed|ers|ing)|invest(?:ed|ors?|ment)|fund(?:ed|ing)|rais(?:ed|ing)|venture|capital|clients?|customers?|partner(?:s|ed)"
    r"|offices?|founde(?:d|rs?)|alumni|worked (?:at|for)|veterans?|former(?:ly)?|ex-|led by|companies (?:like|such)|brands?|featured"
    r"|press|acquired|used by|trusted|universit\w+|stanford|mit|harvard|located|locations?|cities|countries|hiring (?:in|for)|positions?"
    r"|roles?|openings?|dental|vision|holidays?|culture)\b",
    re.IGNORECASE,
)
_ROLE_END = re.compile(
    r"(?:engineer|developer|designer|manager|scientist|analyst|architect|lead|director|programmer|administrator|intern|consultant|dev|researcher"
    r"|specialist|marketer|writer|editor|recruiter|executive|assistant|operator|technician|hacker|officer|associate|head|engineering|design"
    r"|sales|marketing|product|operations|support|finance|hr|legal|team)s?$",
    re.IGNORECASE,
)
_NO_TERM = frozenset(
    """
    a an the we you our us usa uk eu uae nyc sf sfo la dc ca ny ma tx wa il pa co va nj md or ga fl nc az mi oh on bc hq hk ncr ceo cto cfo coo
    cmo cio cpo vp svp evp md gm hr pr pm ta yc inc llc ltd gmbh srl spa plc ok am pst est cst mst cet gmt utc bst ist onsite on-site remote
    fulltime full-time part-time parttime intern interns internship interns visa h1b h-1b h1-b h1bs tn opt e3 no yes not and or experience equity benefits
    salary location locations contact apply about email e-mail mail url http https www pdf cv faq tbd asap fyi eg ie etc aka fte ps nb iirc imo imho
    note hn job jobs bs ms ba ma bsc msc phd mba md dr mr mrs jr sr wfh pto esop ipo roi kpi kpis okr okrs b2b b2c p2p b2b2c smb smbs saas paas iaas
    ngo ngos nda eeo eoe gpa rsu rsus ote usd eur gbp cad aud rmb cny chf mm bn ft nasdaq nyse cnn bbc nbc abc cbs fox nfl nba mlb nasa darpa nsf nih dod
    linkedin facebook twitter google youtube techcrunch github instagram whatsapp skype hackernews ycombinator angellist stackoverflow glassdoor
    crunchbase pinterest reddit airbnb uber netflix amazon microsoft apple ibm spacex paypal ebay yahoo techstars goldman sequoia a16z mckinsey
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december
    english chinese mandarin german french italian spanish japanese american european fortune new this that these those it its in at for from with to
    is are be have has what who why how when where if as by so but all any some many most more other one two three senior junior lead
    computer science bachelor master bachelors masters degree university college mathematics team company engineering software developer
    engineers developers designers product design sales marketing operations support finance legal positions roles plus bonus skills requirements
    tg vx wechat qq telegram weixin whatsapp gmt+8 utc+8 hr-bp base offer ps md it job-type full time part work type am pm id ids vip app apps web
    mit nea bart caltrain espn vc vcs tv huge hiring local life mobile data storage infrastructure security health test hold simple flexible
    excellent begin mod stanford harvard berkeley intel hp acm llp irl ups llc. js. macbook macbooks iphone ipad phds bs/ms ms/phd bs/ba sv
    dental medical vision muni ucsf samsung emc cnbc sxsw crunchfund hipaa
    yc-backed fintech edtech adtech biotech healthtech medtech insurtech martech proptech cleantech startup startups internet online
    thanks best cheers please hi hello hey dm mon fri sat sun jan feb mar apr jun jul aug sep sept oct nov dec doe mid mid-level entry-level ii iii iv
    """.split()
) - {"saas", "paas", "iaas", "it"}  # fmt: skip


def find_terms(text: str, *, language: str = "en", employer: str = "") -> list[str]:
    """The terms of a text in lower case, sorted, each once; the employer's own name is none.

    >>> find_terms("We use PostgreSQL, C++ and node.js.\\nSpark, Kafka or Flink is a plus. Apply in NYC.")
    ['c++', 'flink', 'kafka', 'node.js', 'postgresql', 'spark']
    """
    own = employer.lower()
    found: dict[str, None] = {}
    for line in text[:LONGEST_TEXT].split("\n"):
        if len(line) < 4 or _shouts(line):
            continue
        for term in _line_terms(_ADDRESS.sub(" ", line), language):
            plain = term.lower().strip(".-/&' ")
            if _is_term(plain) and plain not in own and not (own and own in plain):
                found[plain] = None
                if len(found) == MOST_TERMS:
                    return sorted(found)
    return sorted(found)


def _line_terms(line: str, language: str) -> Iterator[str]:
    if language == "zh" and _HAN.search(line):
        yield from (match.group() for match in _LATIN.finditer(line))
        return
    for match in _ODD.finditer(line):
        yield match.group()
    if line.count(",") + line.count("/") >= 1 and (lists := list(_LIST.finditer(line))):
        for match in lists:
            before = line[max(0, match.start() - 80) : match.start()]
            if _OTHER_LISTS.search(before.rsplit(". ", 1)[-1]) or _OTHER_LISTS.search(
                line[match.end() : match.end() + 25]
            ):
                continue
            items = [_LEAD.sub("", item) for item in _CUT.split(match.group()) if item]
            if any(_ROLE_END.search(item) for item in items):
                continue
            yield from items


@functools.lru_cache(maxsize=50_000)
def _is_term(plain: str) -> bool:
    """Whether a word in lower case can be a term: no ordinary abbreviation, place, number or name of a month."""
    if (
        not 2 <= len(plain) <= LONGEST_TERM
        or plain in _NO_TERM
        or plain in STOP_WORDS
        or not any(c.isalpha() for c in plain)
    ):
        return False
    if any(
        word in _NO_TERM or word in STOP_WORDS for word in plain.split() if word not in ("on", "of")
    ) or re.fullmatch(r"[swfx]\d\d|\w\d|q[1-4]|\d+\w{1,2}|(?:yc|s|w)\d+", plain):
        return False
    places = find_places(plain.title()) or find_places(plain.upper())
    return not (places and places[0].text.lower() == plain and places[0].people >= 50_000)


def _shouts(line: str) -> bool:
    """Whether a line is written in capitals, or is a first line with bars."""
    if line.count("|") >= 2:
        return True
    upper = len(_UPPER.findall(line, 0, 200))
    return upper > 7 and upper > 1.5 * len(_LOWER.findall(line, 0, 200))
