"""English role phrases: a head noun at the end, up to four words before it that narrow it.

"Senior Front-end/Full-stack Engineers (NYC)" names a front end engineer and a full stack engineer.
Seniority, contract and praise are cut off the left edge; determiners, prepositions and verbs end
the phrase. "Director of Engineering" and "Engineer, Machine Learning" are read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from observatory.enrich.places import without_places

BASE_HEADS = frozenset(
    """
    accountant administrator advisor advocate agent analyst architect artist assembler assistant
    auditor biologist buyer chemist clerk coach consultant controller coordinator copywriter designer
    developer director driver economist editor electrician engineer evaluator evangelist examiner
    fitter geologist illustrator inspector installer instructor integrator investigator journalist
    lawyer librarian machinist manager marketer master mechanic modeler nurse officer operator
    optimizer owner photographer physicist pilot planner processor producer programmer recruiter
    repairer representative researcher scientist secretary specialist statistician strategist
    supervisor surveyor tax technician technologist tester therapist toolmaker trainer translator
    tutor welder worker writer
    """.split()
) - {"tax"}

# Words that end in a head's form but head no profession, whatever a classification's labels say.
NOT_HEADS = frozenset(
    """
    all other others general and or service services operation operations work works system systems
    management support member members player leader head chief lead user customer client people
    person candidate applicant founder cofounder partner friend student intern graduate trainee
    apprentice team staff crew side level end center centre computer server container printer router
    driver browser compiler parser order number year paper power tower computing training engineering
    maker provider vendor dealer seller winner owner employer employee buyer trader investor expert
    professional tech sale school model folder chair buffer layer former monitor mate tier host
    guy girl man woman boy hand aide helper personnel practitioner candidate rep
    """.split()
) - {"owner", "driver", "buyer", "expert", "trader", "maker"}

ABBREVIATED = {
    "dev": "developer", "devs": "developer", "eng": "engineer", "engs": "engineer",
    "mgr": "manager", "engr": "engineer", "admin": "administrator", "admins": "administrator",
    "coder": "programmer", "rep": "representative", "modeller": "modeler", "adviser": "advisor",
}  # fmt: skip

SENIORITY = {
    "senior": "senior", "sr": "senior", "sr.": "senior", "snr": "senior", "junior": "junior",
    "jr": "junior", "jr.": "junior", "lead": "lead", "principal": "principal", "staff": "staff",
    "mid": "mid", "midlevel": "mid", "mid-level": "mid", "mid/senior": "senior", "entry": "junior",
    "entry-level": "junior", "entrylevel": "junior", "level": "", "intermediate": "mid", "graduate": "junior",
    "grad": "junior", "trainee": "junior", "intern": "intern", "internship": "intern",
    "apprentice": "junior", "student": "intern", "head": "lead", "associate": "junior", "i": "",
    "ii": "", "iii": "", "iv": "", "chief": "lead", "deputy": "", "assistant": "junior",
    "mid-senior": "senior", "senior-level": "senior", "semi-senior": "mid", "distinguished": "principal",
    "founding": "lead", "early": "", "expert": "senior", "veteran": "senior", "executive": "lead",
}  # fmt: skip
# Seniority words that belong to the occupation when they stand before these heads.
KEPT_BEFORE = {
    "chief": {"officer", "executive"},
    "assistant": {"professor"},
    "executive": {
        "assistant",
        "officer",
        "secretary",
        "producer",
        "editor",
        "recruiter",
        "coach",
        "director",
    },
    "associate": {"professor"},
    "staff": {"accountant", "attorney", "nurse"},
    "student": {"advisor", "counselor"},
    "graduate": {"researcher"},
}

# Praise, contract, counting and other words at the left edge that say nothing about the profession.
FILLER = frozenset(
    """
    talented experienced great good awesome amazing excellent exceptional passionate strong solid top
    top-notch skilled smart brilliant creative motivated self-motivated enthusiastic dedicated
    ambitious rockstar rock-star rock star ninja kick-ass kickass badass world-class fantastic stellar
    superstar outstanding competent capable qualified savvy hands-on hard-working hardworking driven
    seasoned proven accomplished promising gifted curious pragmatic versatile flexible energetic
    innovative detail-oriented best better bright serious true real right perfect ideal potential
    prospective aspiring first second third fourth new additional more another other multiple several
    many various few some two three four five six seven eight ten dozen couple extra next last
    full-time fulltime full time part-time parttime part contract contractor freelance freelancer
    permanent temporary temp perm remote onsite on-site on site offsite local paid unpaid h1b intern
    internship interns summer winter fall spring hiring seeking wanted needed need looking join
    joining become immediate immediately urgent urgently open current currently available opening
    openings position positions role roles job jobs vacancy opportunity technical-minded key core
    professional dev-minded like-minded future original initial sole solo single super ultra extremely
    highly very really well pretty truly incredibly interested multi-talented multidisciplinary
    female male you're we're overall own fellow existing former day-to-day long-term short-term
    """.split()
) - {"technical-minded"}

# These end a phrase: nothing at or before them belongs to it.
BOUNDARY = frozenset(
    """
    a an the this that these those my our your their his her its we you they i he she it who whom
    whose which what where when why how of for to in on at by with from as into onto over under about
    between among through during without within across per via than then and or but nor so yet if
    because while until since although though unless not no yes don't please is are was were be been
    being am do does did done have has had having can could will would shall should may might must
    let lets let's get gets got make makes made making take takes help helps helping work works
    working worked build builds building built use uses using used find finds finding want wants
    hire hires hired need needs seek seeks look looks like likes love loves know knows think thinks
    run runs running lead-by leads leading manage manages managing be become becoming join joining joins
    enable enables enabling allow allows allowing connect connects connecting give gives giving
    empower empowers empowering provide provides providing create creates creating write writes
    writing design-and ship ships shipping grow grows growing keep keeps keeping put puts bring brings
    meet meets support-our turn turns teach teaches learn learns improve improves develop-and
    designs develops designing-and tell tells ask asks call calls email contact apply send sends come
    comes go goes see sees try tries start starts started started-by mean means include includes
    including such etc e.g i.e eg ie both either neither each every any all most only just also even
    still always never ever often sometimes already there here up down out off plus minus versus vs
    one ones someone anyone everyone nobody somebody more less much too again however therefore
    thus hence said says saying based former ex currently hiring seeking looking i'm i've i'd
    we've we'd we'll you'll you've they're it's that's there's who's what's he's she's isn't aren't
    doesn't won't can't couldn't wouldn't shouldn't haven't hasn't wasn't weren't
    """.split()
)
# Words that look like modifiers and are none, at any place of the phrase: the phrase is dropped.
NONSENSE = frozenset("one where please recruiters-please none nope".split())

# State codes that come before a role when a place does ("Oakland, CA Developer") and mean nothing else there.
STATES = frozenset("ca ny nyc tx wa il ma pa va nj nc oh fl dc".split())

OF_HEADS = frozenset("head director vp vice-president president chief manager".split())
CUE = re.compile(
    r"\b(?:hiring|seeking|looking\s+(?:for|to\s+(?:hire|add|find|bring|recruit))|need(?:s|ed)?|want(?:s|ed)?|searching\s+for"
    r"|recruiting|in\s+search\s+of|on\s+the\s+lookout\s+for|join\s+(?:us|our\s+team)\s+as|opening(?:s)?\s+for"
    r"|position(?:s)?\s*(?:for|:|available|include)|role(?:s)?\s*:|hire|open\s+(?:positions?|roles?)|opportunit(?:y|ies)\s+for"
    r"|to\s+join\s+(?:us|our)|(?:wanted|available)\s*:)",
    re.I,
)
CUE_REACH = 160  # characters between a hiring cue and the role it announces

_TOKEN = re.compile(r"[A-Za-z0-9À-ÿ][A-Za-z0-9À-ÿ+#.'’&-]*[A-Za-z0-9À-ÿ+#]|[A-Za-z0-9À-ÿ]|[^\sA-Za-z0-9À-ÿ]")
_SPLIT_FORMS = (("fullstack", "full stack"), ("frontend", "front end"), ("backend", "back end"))
_JOINED = dict(_SPLIT_FORMS)
_HARD = frozenset('|•;:()[]{}!?·*<>="“”—–…→►▪●~@#^_\\')
_SOFT = frozenset(",.")


def singular(word: str) -> str:
    """The singular of a lower-case head noun.

    >>> [singular(w) for w in ("engineers", "secretaries", "analysts", "boss")]
    ['engineer', 'secretary', 'analyst', 'boss']
    """
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def head_of(label: str) -> str:
    """The last word of a label, singular and lower case, or "" when no profession can end in it.

    >>> head_of("Software Developers, Applications"), head_of("data scientist")
    ('developer', 'scientist')
    """
    first = re.split(r"[,(/]| - |\bnot elsewhere\b|\bof\b|\bfor\b|\bin\b", label, maxsplit=1)[0]
    words = re.findall(r"[a-z]+", first.lower())
    if not words:
        return ""
    head = singular(words[-1])
    return "" if head in NOT_HEADS or len(head) < 4 else head


def read_line(
    line: str, heads: frozenset[str], *, title: bool
) -> Iterator[tuple[str, int, int, bool, bool, bool, str]]:
    """(role, start, end, alone, titled, hiring, seniority) for each role phrase in a line."""
    lower = line.lower()
    tokens = [(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(line)]
    words = [lower[start:end].strip(".'’&") for _, start, end in tokens]
    cue = _cues(lower)
    taken = 0
    for i, word in enumerate(words):
        head = _head(word, heads)
        if not head:
            if word in OF_HEADS and i + 2 < len(words) and words[i + 1] == "of":
                yield from _of_phrase(line, tokens, words, i, cue)
            continue
        if i + 1 < len(words) and _head(words[i + 1], heads) and _adjacent(tokens, i):
            continue  # "developer advocate": the last head decides
        items, left = _modifiers(tokens, words, i, taken, heads)
        for modifiers, first in items:
            role, seniority = _normal_form(modifiers, head)
            if not role:
                continue  # a bare head may narrow the next one: "Agent Behaviour Auditor"
            taken = i + 1
            start, end = tokens[first][1], tokens[i][2]
            alone = _stands_alone(tokens, words, left, i)
            titled = all(_capital(tokens[j][0]) for j in range(first, i + 1) if words[j] in modifiers or j == i)
            hiring = title or any(0 <= start - at <= CUE_REACH for at in cue)
            yield role, start, end, alone, titled, hiring, seniority


def _head(word: str, heads: frozenset[str]) -> str:
    """The head a word stands for: itself, its singular, its long form, or the end of a compound."""
    word = ABBREVIATED.get(word, word)
    if word in heads:
        return word
    one = singular(word)
    one = ABBREVIATED.get(one, one)
    return one if one in heads else ""


def _adjacent(tokens: list[tuple[str, int, int]], i: int) -> bool:
    return tokens[i + 1][1] - tokens[i][2] <= 1


def _modifiers(
    tokens: list[tuple[str, int, int]], words: list[str], head: int, floor: int, heads: frozenset[str]
) -> tuple[list[tuple[list[str], int]], int]:
    """The modifier lists before a head, one for each role of a slash list, and the left edge.

    >>> line = "Front-end/Full-stack engineers"
    >>> toks = [(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(line)]
    >>> _modifiers(toks, [t[0].lower() for t in toks], 3, 0, frozenset({"engineer"}))[0]
    [(['full-stack'], 2), (['front-end'], 0)]
    """
    groups: list[list[int]] = [[]]
    i = head - 1
    while i >= floor:
        word, text = words[i], tokens[i][0]
        if text == "/" or (text == "&" and len(groups[-1]) == 1):
            if not groups[-1] or len(groups) == 4:
                break
            groups.append([])
        elif text in ("and", ",") and groups[-1] and _plural(words[head]) and _listed(words, i, floor):
            if len(groups) == 4:
                break
            groups.append([])
            if text == "and" and i - 1 >= floor and tokens[i - 1][0] == ",":
                i -= 1
        elif (
            not text[0].isalnum()
            or (word in BOUNDARY and not (word == "contact" and words[i + 1] in ("centre", "center")))
            or (text[-1] == "." and len(word) > 3)
            or len(groups[-1]) == 4
            or (len(groups) > 1 and _head(word, heads))
        ):
            break
        else:
            groups[-1].insert(0, i)
        i -= 1
    found = [([words[j] for j in group], group[0]) for group in groups if group]
    left = min((first for _, first in found), default=head)
    if len(found) > 1 and any(len(mods) > 2 for mods, _ in found[1:]):
        found = found[:1]
        left = found[0][1]
    if not found:
        found = [([], head)]
    return found, left


def _plural(word: str) -> bool:
    return singular(word) != word


def _listed(words: list[str], i: int, floor: int) -> bool:
    """Whether the word before a comma or "and" can be a modifier shared with the head: hyphenated
    or joined forms such as "front-end" or "backend"; ordinary words are left alone."""
    before = i - 1
    if before >= floor and words[before] in ("", ","):
        before -= 1
    if before < floor:
        return False
    word = words[before]
    return "-" in word or word in _JOINED or word in {"ios", "android", "mobile", "web", "data", "qa", "devops"}


def _normal_form(modifiers: list[str], head: str) -> tuple[str, str]:
    """(role, seniority) of modifiers and head; ("", "") when nothing narrows the head."""
    seniority = ""
    kept: list[str] = []
    for word in modifiers:
        if word in NONSENSE:
            return "", ""
        plain = word.strip("-")
        if plain in SENIORITY and head not in KEPT_BEFORE.get(plain, ()):
            seniority = seniority or SENIORITY[plain]
            if not kept:
                continue
            if plain in {"intern", "internship", "i", "ii", "iii", "iv", "level"}:
                continue
            kept = []  # "Boston Senior Engineer": what stands before the rank is not the profession
            continue
        if not kept and (plain in FILLER or plain in STATES or plain.isdigit()) and not _opens_name(modifiers, word):
            continue
        kept.append(plain)
    parts: list[str] = []
    for word in kept:
        for part in word.replace("’", "'").replace("/", " ").split("-"):
            part = part.removesuffix("'s")
            if part:
                parts.extend(_JOINED.get(part, part).split())
    parts = without_places(parts)
    while parts and parts[0] in FILLER and not _opens_name(parts, parts[0]):
        parts.pop(0)
    if parts[:2] == ["dev", "ops"]:
        parts[:2] = ["devops"]
    if not parts or all(len(part) == 1 and part not in {"c", "r"} for part in parts) or len(parts) > 4:
        return "", seniority
    if any(part.isdigit() and part not in {"2d", "3d"} for part in parts):
        return "", seniority
    return " ".join([*parts, head]), seniority


def _opens_name(modifiers: list[str], word: str) -> bool:
    """Whether a filler word is part of a name here: "full stack", "open source"."""
    return (word == "full" and "stack" in modifiers) or (word == "open" and "source" in modifiers)


def _capital(text: str) -> bool:
    """Whether a word is written as in a title: its first letter, or a letter inside ("iOS"), is a capital."""
    return text[0].isdigit() or any(char.isupper() for char in text)


_AROUND = FILLER | SENIORITY.keys() | {"x", "&", "+", "-", "or", "and", "an", "a", "for", "we", "in", "our", "remote"}


def _stands_alone(tokens: list[tuple[str, int, int]], words: list[str], left: int, head: int) -> bool:
    """Whether nothing but rank, contract and counting words shares the segment with the phrase."""
    for step, i in ((-1, left - 1), (1, head + 1)):
        while 0 <= i < len(tokens):
            text, word = tokens[i][0], words[i]
            if text in _HARD or text in _SOFT or (text in "-/" and _spaced(tokens, i)):
                break
            if not (word in _AROUND or word.isdigit() or not text[0].isalnum()) or word in (
                "we",
                "in",
                "our",
                "for",
            ):
                return False
            i += step
    return True


def _spaced(tokens: list[tuple[str, int, int]], i: int) -> bool:
    before = i == 0 or tokens[i][1] > tokens[i - 1][2]
    after = i + 1 == len(tokens) or tokens[i + 1][1] > tokens[i][2]
    return before and after


def _of_phrase(
    line: str, tokens: list[tuple[str, int, int]], words: list[str], i: int, cue: list[int]
) -> Iterator[tuple[str, int, int, bool, bool, bool, str]]:
    """ "Director of Engineering", "Head of Data Science": head, "of", and up to three capitalised words."""
    j = i + 2
    while j < len(words) and j < i + 5 and tokens[j][0][0].isalpha() and words[j] not in BOUNDARY:
        if not _capital(tokens[j][0]):
            break
        j += 1
    if j == i + 2:
        return
    role = " ".join([words[i], "of", *words[i + 2 : j]]).replace("-", " ")
    start, end = tokens[i][1], tokens[j - 1][2]
    yield (
        role, start, end, _stands_alone(tokens, words, i, j - 1), _capital(tokens[i][0]),
        any(0 <= start - at <= CUE_REACH for at in cue), "lead",
    )  # fmt: skip


def _cues(lower: str) -> list[int]:
    return [m.end() for m in CUE.finditer(lower)]
