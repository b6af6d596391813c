"""Names of employers: what may be one, the site that confirms it, and names in running text.

An employer's name has no form of its own. It is taken where something speaks for it: its place in
a first line, an address that agrees with it, or a sentence about it ("Acme is hiring", "At Acme, we").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_EMPLOYER = 50  # characters
MOST_EMPLOYER_WORDS = 6
LINES_READ = 4  # of a text, for a name its first line lacks
TEXT_READ = 700  # characters, for an address

_TOP_LEVELS = "com|io|org|net|ai|co|dev|de|co.uk|it|cn|me|us|tv|eu|fr|ca|app|tech|so|ly|fm|in".replace(".", r"\.")
URL = re.compile(
    r"https?://\S+|www\.\S+"
    rf"|(?<![a-z0-9.-])[a-z0-9](?:[a-z0-9-]{{0,40}}\.){{1,4}}(?:{_TOP_LEVELS})\b(?:/\S*)?",
    re.IGNORECASE,
)
BRACKET = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|（([^（）]*)）|【([^【】]*)】|「([^「」]*)」")
MASKED = re.compile(r"\[(?:e-?mail|phone|handle|telephone)\]|(?<!\S)\S{1,80}@\S+", re.IGNORECASE)
INCUBATED = re.compile(r"[(\[,]\s*(?:YC|Y ?Combinator|Techstars|500 ?Startups)\b|\bYC ?[SWF]\d\d\b", re.IGNORECASE)
_NOT_EMPLOYER = re.compile(
    r"\b(?:hiring|seeking|looking|we|we're|our|us|join|is|are|was|you|your|i|i'm|my|this|these|here|there|hello|hi|hey|hn|wanted|needed"
    r"|want|need|apply|please|contact|email|who|what|why|how|help|startup|start-up|company|jobs?|careers?|work|remote|great|multiple"
    r"|experienced?|passionate|salary|funded|profitable|edit|update|note|about|new|more|many|equivalent|years?|all levels?|any|including|such as"
    r"|cerchiamo|siamo|offriamo|azienda leader)\b|[!?]|\.{3}|…|\.\s|公司诚|我们|欢迎",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")
# Hosts that carry other people's jobs, and parts of a host that name nobody.
_HOSTS_OF_OTHERS = frozenset(
    """
    greenhouse lever workable angel linkedin google goo github gitlab bit jobvite recruiterbox smartrecruiters bamboohr
    breezy ycombinator workatastartup hn stackoverflow medium twitter t facebook fb youtube youtu techcrunch wikipedia
    crunchbase typeform tinyurl dropbox applytojob icims taleo ashbyhq indeed glassdoor monster craigslist recruitee
    personio teamtailor hire kickstarter apple itunes meetup slideshare vimeo wordpress blogspot tumblr notion airtable
    docs whoishiring resumator jobscore theresumator ow imgur telegram weixin qq grnh lnkd authenticjobs codeeval
    stackshare forbes nytimes wired bloomberg venturebeat wsj bbc asp node js ac gov edu hired keyvalues polymer
    """.split()
)
_HOST_PARTS = frozenset(
    "www jobs careers career blog blogs about co com apply info engineering labs en it tech boards corp team hr hire m".split()
)
_NAME = r"(?P<name>(?:[A-Z0-9][\w&'’.+-]*)(?: (?:[A-Z0-9][\w&'’.+-]*|of|and|&|for|the)){0,4}?)"
_IN_TEXT = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^(?:[Hh](?:i|ello|ey)\b[^.!]{{0,30}}[.!,-] )?(?:[Hh]ere )?[Aa]t {_NAME}(?: \([^)]*\))?,? (?:we|our|you|I)\b",
        rf"^(?:[Hh](?:i|ello|ey)\b[^.!]{{0,30}}[.!,-] )?(?:We(?:'re|’re| are)|I(?:'m|’m| am)[\w ,]{{0,30}}? (?:at|with|from|of)) {_NAME}(?:,| \(| - | –|\. | and we)",
        rf"^(?:About )?{_NAME},? ?(?:\([^)]*\)|\[[^\]]*\]|https?://\S+)?,?:? ?(?:-+ |– )?"
        r"\b(?:is|are|was|has|makes|builds|helps|provides|develops|creates|offers|seeks|powers|runs|operates|designs|enables)\b",
        rf"^{_NAME} ?\(? ?https?://",
        rf"^(?:[Cc]ome )?(?:[Ww]ork|[Jj]oin)(?: (?:at|with|for|us at))? {_NAME}(?:[,.!:]| in\b| as\b|$)",
    )
)
_NOT_A_NAME = frozenset(
    """
    we our the this that these i you it they he she if as a an in at on for with from to and or but so my your their there
    here what who why how when where while since please contact email about now not no yes one all some any many most
    work working looking hiring seeking must ideal candidates applicants experience requirements location remote
    full-time senior junior software engineer developer team company startup each every both also currently today
    job jobs position positions role roles apply more hi hello hey edit update note us everyone anyone someone
    see check learn read visit come send start help build make want need love like let if only
    responsibilities qualifications skills technologies technology stack benefits salary compensation tech
    """.split()
)


def may_be_employer(name: str) -> bool:
    """Whether a text has the form of a name and none of the words that names lack.

    >>> may_be_employer("Acme Robotics"), may_be_employer("we are hiring")
    (True, False)
    """
    words = name.split()
    return (
        bool(words)
        and len(name) <= LONGEST_EMPLOYER
        and len(words) <= MOST_EMPLOYER_WORDS
        and len(_LETTER.findall(name)) >= 2
        and not _NOT_EMPLOYER.search(name)
        and not INCUBATED.fullmatch(name)
        and (any(c.isupper() or c.isdigit() for c in name) or not name.isascii() or len(words) == 1)
    )


def bare_name(text: str) -> str:
    """A name without brackets, addresses and marks around it.

    >>> bare_name("Acme Inc (YC S12) http://acme.example"), bare_name("Rossi S.p.A.")
    ('Acme Inc', 'Rossi S.p.A.')
    """
    bare = MASKED.sub(" ", BRACKET.sub(" ", text))
    bare = re.sub(r"https?://\S+|www\.\S+", " ", bare)
    bare = re.sub(r"^\s*(?:at|@|by)\s+", "", bare)
    name = " ".join(bare.split()).strip(" ,;:-–—*\"'“”|℠®™#")
    return name if re.search(r"\.\w{1,3}\.$", name) else name.rstrip(".")


def site_names(text: str) -> list[str]:
    """Names of the sites a text links to, in order, without those that carry other people's jobs.

    >>> site_names("see https://jobs.acme.example/1 and https://boards.greenhouse.io/acme")
    ['acme']
    """
    names: dict[str, None] = {}
    for match in URL.finditer(text):
        host = re.sub(r"^https?://", "", match.group().lower()).split("/")[0].split(":")[0].rstrip(").,")
        parts = [part for part in host.split(".") if part not in _HOST_PARTS]
        name = parts[-2] if len(parts) > 1 else parts[0] if parts else ""
        if len(name) > 1 and name not in _HOSTS_OF_OTHERS:
            names[name] = None
    return list(names)


def agrees(name: str, sites: Sequence[str]) -> bool:
    """Whether a name is that of one of the sites, or holds it, or is held by it."""
    plain = re.sub(r"[^\w]", "", name.lower())
    return len(plain) > 2 and any(
        plain == site or (len(site) > 3 and (site in plain or plain in site))
        for site in (site.replace("-", "") for site in sites)
    )


def employer_in_text(text: str, first_line: str) -> str:
    """The employer that the opening of a text names, or the site it links to, or "".

    >>> employer_in_text("Berlin\\nAt Acme Robotics, we build arms.", "Berlin")
    'Acme Robotics'
    """
    lines = [line for line in text.split("\n", LINES_READ + 1)[: LINES_READ + 1] if line and line != first_line][
        :LINES_READ
    ]
    sites = site_names(text[:TEXT_READ])
    fallback = ""
    for line in lines:
        for sentence in re.split(r"(?<=[.!?]) +", line[:300])[:2]:
            for pattern in _IN_TEXT:
                match = pattern.match(sentence)
                name = bare_name(match.group("name")) if match else ""
                if not name or name.split()[0].lower() in _NOT_A_NAME or not may_be_employer(name):
                    continue
                if agrees(name, sites):
                    return name
                fallback = fallback or name
    if fallback or not sites:
        return fallback
    written = re.search(re.escape(sites[0]), text[:TEXT_READ], re.IGNORECASE)
    return written.group() if written else sites[0]
