"""E-mail addresses out of a text, in the many ways they are written: plain, cut off, spelt out, hidden, or without their @.

What a spelling needs to count as an address grows with how much it looks like prose. "anna [at] kilns" is one by its
brackets; "anna at kilns dot com" by its dot; "anna at kilns.com" only behind a word of writing to somebody, since
"engineer at kilns.com" is a title.
"""

from __future__ import annotations

import base64
import binascii
import re

from observatory.corpus.windows import Instead, near, places

EMAIL = "[e-mail]"

_TOP = (
    r"(?:com|org|net|io|co|edu|gov|mil|ai|de|fr|it|uk|cn|es|pl|nl|me|us|ca|eu|in|tv|ly|dev|app|info|biz|xyz|am|at|be|ch|se|fi|dk|no|"
    r"jp|ie|au|nz|is|im|fm|la|gg|so|sh|vc|cc|to|tech|agency|studio|network|health|bio|nyc|trust|cz|pt|ru|ua|br|mx|sg|hk|kr)"
)
_PLAIN = re.compile(
    r"(?<![A-Za-z0-9._%+'-])(?!(?:in|at|with|or|and|the|an?|from|by|for|to|of|on)\s)[A-Za-z0-9._%+'-]+\s?[@＠]{1,2}\s?(?!www\.)[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+"
)
# What a board has cut off behind the sign, and an address at a host of the same name as the employer's.
_CUT = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@(?:\.{2,}|…|(?=\)))")
# "anna@kilns", but not "Engineering@Kilns", which is a team
_OPEN = re.compile(
    r"(?<![A-Za-z0-9._%+-])(?![A-Z][a-z]+[@＠][A-Z][a-z])[A-Za-z0-9._%+-]+[@＠][A-Za-z0-9-]{2,}\b(?!\.[A-Za-z])"
)
# The host is left to the reader: "apply via anna+job@", "anna@ [our domain]", "anna@<company>.com"
_HOSTLESS = re.compile(
    r"(?<![A-Za-z0-9._%+-])(?![A-Z][a-z]+@\s?\w|(?i:tg|[vw]x|qq|telegram|wechat|skype)@)[A-Za-z0-9._%+-]{1,40}[A-Za-z0-9_%+-]@"
    r"(?=[\s.,;)]|$|\s?[\[(<{$][\w $@-]{2,40}[\])>}]?|\s?(?:the|our|my|company)\b)"
)
# "{first name}@kilns.com": the name is said elsewhere
_BRACED = re.compile(r"\{[A-Za-z_. -]{2,30}\}@[A-Za-z0-9-]{2,60}(?:\.[A-Za-z0-9-]{2,60}){1,3}")

# Spelt-out signs. A dot in brackets, quotes or dashes, or as a word.
_DOTS = (
    r"(?:\s?[\[({<\"'|*]{1,2}[\s-]?(?:dot|d0t|punto|\.)[\s-]?[\])}>\"'|*]{1,2}\s?"
    r"|\s(?:-\s?)?(?:dot|d0t)(?:\s?-)?\s|[-_]dot[-_])"
)
_AT_SPELT = r"(?:a[\s._]?t\.?|at[\s-]?(?:sign|symbol)|a{1,4}t{2,4}|a{2,4}t|@|arroba|chiocciola)"
_BRACKETED = rf"(?:\s?[\[({{<]{{1,2}}[.\s-]?{_AT_SPELT}[.\s-]?[\])}}>]{{1,2}}\s?)"
_QUOTED = rf"(?:\s?[\"'|*^)]\s?{_AT_SPELT}\s?[\"'|*^(]\s?)"
_LOOSE = r"(?:\s?_at_\s?|\s?-{1,2}\s?(?:at|@)\s?-{1,2}\s?|\s(?:a_t|at-?sign)\s|\s[@＠]\s|\s(?-i:AT)\s)"
_WORD = r"[\w.%+-]{1,30}"
# "jim <dot> wagner <<at>> kilns <dot> com", "anna [at] kilns"
_SPELT = re.compile(
    rf"(?<![\w.%+-])(?!(?-i:[A-Z][a-z]+\s\(AT\)\s[a-z]+)\b(?!\.|\s?[\[({{<]|\s(?i:dot)))"
    rf"(?:[\[({{<]\w[\w. -]{{1,30}}[\])}}>](?={_BRACKETED})|{_WORD}(?:{_DOTS}{_WORD}){{0,3}})(?:{_BRACKETED}|\s(?-i:AT)\s(?=[\w-]{{2,30}}(?:\.\w|\s(?-i:DOT)\s)))(?:[\[(<{{](?:[\w.$-]{{1,30}}\s?){{1,3}}[\])>}}]|[\w-]{{2,40}})(?:\.[\w-]{{2,}}){{0,3}}(?:{_DOTS}[\w-]{{2,20}}){{0,3}}",
    re.IGNORECASE,
)
# "anna -at- kilns dot com", 'anna "at" kilns.com', "ANNA AT kilns.com", "anna @ kilns dot com": the end must be one of a host
_LOOSELY = re.compile(
    rf"(?<![\w.%+/-])[\w.%+]{{1,40}}(?:{_DOTS}[\w.%+]{{1,30}}){{0,3}}(?:{_QUOTED}|{_LOOSE})[\w-]{{1,40}}?(?:(?:{_DOTS}|\.)[\w-]{{1,40}}?){{0,3}}(?:{_DOTS}|\s?\.\s?)[\[(]?{_TOP}\b",
    re.IGNORECASE,
)
# "anna at kilns dot com", "anna at old kilns dot com"; not "engineer at the kilns.com team"
_DOTTED_HOST = re.compile(
    rf"(?<![\w.%+-])(?!(?:them|look|out|up)\s){_WORD}(?:{_DOTS}{_WORD}){{0,3}}\s(?:at|@)\s(?:[\w-]{{2,20}}\s){{0,2}}?[\w(.$-]{{1,40}}(?:\sname\)?)?(?:{_DOTS}[\w-]{{2,40}}){{0,2}}?{_DOTS}[\[(]?{_TOP}\b",
    re.IGNORECASE,
)
# "anna dot rossi at kilns.com"
_DOTTED_NAME = re.compile(
    rf"(?<![\w.%+-]){_WORD}(?:{_DOTS}(?!net\b){_WORD}){{1,3}}\s(?:at|@)\s[\w-]{{2,40}}(?:\.[\w-]{{2,40}})*(?!/)",
    re.IGNORECASE,
)
# What a spelling has left of an address that was found: "anna (dot) [e-mail]", "[e-mail] dot uk", "[e-mail]@kilns.com"
_LEFT = re.compile(rf"(?<![\w.%+-])(?:{_WORD}{_DOTS}){{1,3}}(?=\[e-mail\])", re.IGNORECASE)
_RIGHT = re.compile(rf"\[e-mail\](?:(?:{_DOTS}){_TOP}\b[\])}}]?|@[\w-]+(?:\.[\w-]+)+)", re.IGNORECASE)
# "anna at gmail", "jobs @ our domain"
_KNOWN_HOST = re.compile(
    rf"(?<![\w.%+-])(?!(?:me|us|work(?:ing)?|engineers?|team)\s){_WORD}['\"]?\s(?:at|@)\s(?:(?:gmail|hotmail|yahoo|outlook|protonmail|icloud)\b(?!\.\w|['’])"
    r"|(?:our|the|my|this)\s(?:company(?:['’]s)?\s)?(?:domain|name)\b(?:\sname)?(?:\.com)?)",
    re.IGNORECASE,
)
# "anna at kilns , com", "anna # kilns.com"
_COMMA_HOST = re.compile(
    rf"(?<![\w.%+-])[a-z0-9._%+-]+ at [\w-]{{2,40}}\s?,\s?{_TOP}\b(?=\s*(?:$|[\n.)]))", re.IGNORECASE
)
_HASHED = re.compile(rf"(?<![\w.%+#-])[a-z][\w.%+-]* [#^*]{{1,2}} ?[a-z0-9-]{{2,40}}\.{_TOP}\b(?!/)", re.IGNORECASE)
# "mail me at anna and the domain is kilns.com"
_TOLD = re.compile(
    rf"(?<=\sat\s)[\w.%+-]{{2,40}},?\s(?:and|where)\s(?:the|my|our)\s(?:domain|host)\sis\s[\w-]{{2,40}}\.{_TOP}\b",
    re.IGNORECASE,
)
# Behind "e-mail", "CV to", "mailto": an address whose @ the board has lost ("annakilns.com")
_LOST = re.compile(
    r"((?:(?<![\w/.@-])e-?mail(?:\s?id|\saddress)?(?:\s(?:me|us))?|mailto|\bcvs?|\br[eé]sum[eé]s?|\bletters?)(?:\s(?:through|over|asap|directly|or))?(?:\s?[:：-]|\s(?:at|to|on|is))?\s?)"
    r"(?!(?:www|https?|angel|gmail|google|yahoo|linkedin|github|indeed)\b)(?!(?:careers?|jobs?)\.)"
    r"[A-Za-z0-9][\w.+*-]{4,50}?\.(?:com|net|org|co\.uk|org\.uk)(?:\smailto[\w.+-]{5,60}?\.(?:com|net|org))?(?![\w/@-]|\.\w)",
    re.IGNORECASE,
)
# "contact Anna Rossi at anna.rossikilns.co.uk"
_LOST_NAME = re.compile(
    r"((?:mail|contact|\bcvs?|r[eé]sum[eé]s?)\b[^\n@\[]{0,70}?\s(?:at|to|on)\s)"
    r"(?!(?:www|jobs?|careers?|apply|hr|blog|boards?|join|talent|recruiting|my|go|en|us|uk)\.)"
    r"[A-Za-z]{2,20}\.[A-Za-z][A-Za-z-]{5,50}\.(?:com|net|org|co\.uk|org\.uk)(?![\w/@-]|\.\w)",
    re.IGNORECASE,
)
_TWICE = re.compile(r"(?<![\w.@/-])([A-Za-z][\w.+-]{4,50}\.(?:com|net|org))\smailto\1(?![\w@/])", re.IGNORECASE)
_ENCODED = re.compile(r"(?<![\w/+=.-])[A-Za-z0-9+]{20,120}={0,2}(?![\w/+=])")
_DECODED = re.compile(rb"[\w.%+-]+@[\w-]+(?:\.[\w-]+)+\s*")

# A host behind " at ": what stands before it decides.
_AT_HOST = re.compile(rf" at <?(?!www\.)(?:[A-Za-z0-9-]{{1,40}}\.){{1,4}}{_TOP}\b(?![/\w@-]|\.[A-Za-z])", re.IGNORECASE)
_LOCAL = re.compile(r"[A-Za-z0-9][\w.%+-]{0,40}$")
_CUE = re.compile(
    r"(?:mail(?:ing)?|contact(?:ing|s)?|reach(?:ing)?|ping|writ(?:e|ing)|drop|line|note|touch|questions?|message|hit\s(?:me|us)|hello|appl(?:y|ication)|"
    r"send|r[eé]sum[eé]s?|cvs?|inquir(?:y|ies)|info|tweet|chat|interested|here|there)\b[^\n@]*$",
    re.IGNORECASE,
)
# Directly before an address: these need no further sign.
_TO = re.compile(
    r"(?:\b(?:e-?mail(?:ing)?s?|write|cvs?|r[eé]sum[eé]s?)(?:\s(?:me|us))?\s(?:to|at)[:]?\s|https?://\S{4,80}\sor\s)<?$",
    re.IGNORECASE,
)
_NOBODY = frozenset("us me him her them you it this that we they all our the".split())
_DESK = frozenset(
    "jobs careers career job hello hi info hr work join hiring recruiting recruitment talent team contact apply people founders".split()
)
# Words that stand before "at kilns.com" in prose.
_PROSE = frozenset(
    "us me him her them you it this that we they i one all everyone out up down in on more less look looking team teams here there work "
    "working works worked site sites website websites web page pages online opportunities opening openings open opens role roles position "
    "positions engineer engineers engineering developer developers designer designers scientist scientists manager managers lead leads founder "
    "founder cto ceo cofounder co-founder designer recruiter recruiters partner head director vp posting postings listing listings description descriptions details blog "
    "username usernames name names login handle handles inbox portal portals located based found available directly now today also or and "
    "apply applying applied interview process product products guides docs life culture company companies startup stack learning "
    "learn read see visit check live living hired hire listed list posted demo signup sign up register app apps board video videos "
    "application applications is are be was were do done technology technologies tech platform marketplace experience stuff blogging "
    "photos profile account accounts email mail address article post story announcement".split()
)
# Where a spelling can be: an "at" or "dot" between marks, found by its letters first, which is quick.
_AT_SIGN = re.compile(
    r"at(?:(?:(?<=[\[({<|\"'*^)_-]at)|(?<=[\[({<|\"'*^)_-][\s.a-]at))(?:[\s.t-]{0,3}[\])}>|\"'*^(_-]|[\s-]?(?:sign|symbol))|-?sign\b)"
)
_DOT_SIGN = re.compile(r"dot(?<=[\s\[({<\"'|*_-]dot)(?=[\s\])}>\"'|*_-])")
_RARE_SIGNS = ("d0t", "(aa", "a_t", "a t ]", "a t )", "arroba", "chiocciola")
_AROUND_AT = ("(@", "[@", "{@", " @ ", '"@', "(.)", "[.]")
_MAIL_SIGNS = ("mail", "contact", " cv ", "resume", "résumé")


def mask_addresses(text: str, lower: str | None = None) -> tuple[str, int]:
    """The text with "[e-mail]" for each address, and how many were; `lower` is the text in lower case where that is known.

    >>> mask_addresses("anna@example.org, anna at example dot org, engineer at example.org")
    ('[e-mail], [e-mail], engineer at example.org', 2)
    """
    total = 0
    if "@" in text or "＠" in text:
        found = places(text, ("@", "＠"))
        text, n = near(text, found, ((_CUT, EMAIL), (_PLAIN, EMAIL), (_OPEN, EMAIL), (_HOSTLESS, EMAIL)))
        total += n
        if "}@" in text:
            text, n = _BRACED.subn(EMAIL, text)
            total += n
    lower = text.lower() if lower is None or total else lower
    if found := _spellings(lower):
        spelt = tuple((pattern, EMAIL) for pattern in (_SPELT, _LOOSELY, _DOTTED_NAME, _DOTTED_HOST))
        text, n = near(text, found, spelt, same_length=len(lower) == len(text))
        total += n
        if EMAIL in text:
            text, _ = near(text, places(text, (EMAIL,)), ((_LEFT, ""), (_RIGHT, EMAIL)))
    if "]@" in text:
        text = _RIGHT.sub(EMAIL, text)
    if " AT " in text:
        text, n = near(text, places(text, (" AT ",)), ((_LOOSELY, EMAIL),))
        total += n
    if " at " in text:
        text, n = _at_hosts(text)
        total += n
        if found := places(text, (" at gmail", " domain")):
            text, n = near(text, found, ((_KNOWN_HOST, EMAIL),))
            total += n
        if found := places(text, (" , ", ", com")):
            text, n = near(text, found, ((_COMMA_HOST, EMAIL),))
            total += n
    if " @ " in text and (found := places(text, (" domain", "gmail"))):
        text, n = near(text, found, ((_KNOWN_HOST, EMAIL),))
        total += n
    if " # " in text or "^" in text:
        text, n = near(text, places(text, (" # ", "^")), ((_HASHED, EMAIL),))
        total += n
    lower = text.lower() if total else lower
    if found := places(lower, _MAIL_SIGNS):
        left: list[str] = []  # long words that are no address

        def read(match: re.Match[str]) -> str:
            if _is_encoded(match.group()):
                return EMAIL
            left.append(match.group())
            return match.group()

        patterns: tuple[tuple[re.Pattern[str], Instead], ...] = ((_ENCODED, read),)
        if ".com" in lower or ".net" in lower or ".org" in lower or ".co.uk" in lower:
            patterns = ((_LOST, rf"\1{EMAIL}"), (_LOST_NAME, rf"\1{EMAIL}"), (_ENCODED, read))
        if "mailto" in lower or "domain is" in lower or "host is" in lower:
            patterns = ((_TOLD, EMAIL), (_TWICE, EMAIL), *patterns)
        text, n = near(text, found, patterns, same_length=len(lower) == len(text))
        total += n - len(left)
    return text, total


def _spellings(lower: str) -> list[int]:
    """Where an address can be spelt out."""
    found = [match.start() for match in _AT_SIGN.finditer(lower)]
    if "dot" in lower:
        found += [match.start() for match in _DOT_SIGN.finditer(lower)]
    found += places(lower, _RARE_SIGNS)
    found += places(lower, _AROUND_AT if "@" in lower else _AROUND_AT[-2:])
    return sorted(found)


def _at_hosts(text: str) -> tuple[str, int]:
    """Addresses said in plain words ("write to anna at kilns.com"), told from prose by the words before them."""
    parts, done, total = [], 0, 0
    for match in _AT_HOST.finditer(text):
        before = text[max(done, match.start() - 100) : match.start()]
        local = _LOCAL.search(before)
        if local is None:
            continue
        name, ahead = local.group().lower(), before[: local.start()]
        behind = text[match.end() : match.end() + 2]
        desk = (
            name in _DESK
            and (not ahead.strip() or ahead.rstrip(" ")[-1:] in "\n([<{:;,.?!-–—")
            and behind[:1] in ("", "\n", ".", ")", ">", "]", " ")
        )
        if (
            desk
            or (name not in _PROSE and _CUE.search(ahead[-70:]))
            or (name not in _NOBODY and _TO.search(ahead[-100:]))
        ):
            parts += [text[done : match.start() - len(local.group())], EMAIL]
            done, total = match.end(), total + 1
    return "".join([*parts, text[done:]]) if total else text, total


def _is_encoded(word: str) -> bool:
    """Whether a long word is an address written in base64, for those who can read it."""
    bare = word.rstrip("=")
    try:
        decoded = base64.b64decode(bare + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return False
    return _DECODED.fullmatch(decoded) is not None
