"""English role phrases: a head noun at the end, up to four words before it that narrow it.

"Senior Front-end/Full-stack Engineers (NYC)" names a front end engineer and a full stack engineer.
Seniority, contract and praise are cut off the left edge; determiners, prepositions and verbs end
the phrase. "Director of Engineering", "VP Sales" and, at the beginning of a title, "Engineer, Machine
Learning" are read too. The words are in `words_en`.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from observatory.enrich.places import find_places, without_places
from observatory.enrich.words_en import (
    ABBREVIATED,
    BASE_HEADS,
    BOUNDARY,
    DEPARTMENTS,
    FILLER,
    GENERIC,
    JOINED_HEADS,
    KEPT_BEFORE,
    KEPT_PAIRS,
    NO_END_BEFORE,
    NO_FOCUS,
    NONSENSE,
    NOT_BEHIND,
    NOT_HEADS,
    ONLY_BEHIND,
    PRAISED,
    SENIORITY,
    STATES,
    WHOLE,
)

__all__ = ["BASE_HEADS", "head_of", "names_people", "read_line", "singular"]

Found = tuple[str, int, int, bool, bool, bool, str]

OF_HEADS = frozenset("head director vp svp evp avp vice-president president chief manager".split())
VICE_PRESIDENTS = frozenset("vp svp evp avp vice-president v.p".split())
CUE = re.compile(
    r"\b(?:hiring|seeking|looking\s+(?:for|to\s+(?:hire|add|find|bring|recruit))|need(?:s|ed)?|want(?:s|ed)?|searching\s+for"
    r"|recruiting|in\s+search\s+of|on\s+the\s+lookout\s+for|join\s+(?:us|our\s+team)\s+as|opening(?:s)?\s+for"
    r"|position(?:s)?\s*(?:for|:|available|include)|role(?:s)?\s*:|hire|open\s+(?:positions?|roles?)|opportunit(?:y|ies)\s+for"
    r"|to\s+join\s+(?:us|our)|(?:wanted|available)\s*:)",
    re.I,
)
CUE_REACH = 160  # characters between a hiring cue and the role it announces

_TOKEN = re.compile(
    r"(?<![\w.])\.(?:NET|Net|net)\b|[A-Za-z0-9À-ÿ][A-Za-z0-9À-ÿ+#.'’&-]*[A-Za-z0-9À-ÿ+#]|[A-Za-z0-9À-ÿ]|[^\sA-Za-z0-9À-ÿ]"
)
_SPLIT_FORMS = (("fullstack", "full stack"), ("frontend", "front end"), ("backend", "back end"))
_JOINED = dict(_SPLIT_FORMS)
# "next.Data" and "4.Mobile" are two words each; the full stop becomes a bar, so that offsets stay.
_GLUED = re.compile(r"(?<=[a-z]{3})\.(?=[A-Z][a-z]{2})|(?<![\w.])(?<=\d)\.(?=[A-Za-z]{2})|(?<=^\d)\.(?=[A-Za-z]{2})")
_SENTENCE_END = re.compile(r"[.?](?=\s+[A-Z])")
_LETTERS = re.compile(r"[a-z]+")
_COUNT = re.compile(r"\d+(?:st|nd|rd|th|x)?|x\d*|\d+\+|\d{4}-\d{2,4}")
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
    if word.endswith("men") and len(word) > 5:
        return word[:-2] + "an"
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


def names_people(head: str) -> bool:
    """Whether a head that few labels end in has the form of a word for people.

    >>> [names_people(w) for w in ("archivist", "paralegal", "assurance")]
    [True, True, False]
    """
    return bool(_PEOPLE.search(head))


_PEOPLE = re.compile(
    r"(?:ist|ian|man|woman|person|eer|grapher|logist|keeper|yst|tor|ger|ler|ner|ser|ter|cher|per|ver|ber|ker)$"
    r"|^(?:paralegal|aide|counsel|chef|barista|concierge|midwife|caregiver|hygienist|ombudsman|webmaster|ambassador"
    r"|bailiff|intern|cadet|steward|lifeguard|nanny|host|hostess|server|bookkeeper|carer|sheriff|sergeant)$"
)


def read_line(line: str, heads: frozenset[str], *, title: bool, clean: bool = False) -> Iterator[Found]:
    """(role, start, end, alone, titled, hiring, seniority) for each role phrase in a line.

    `clean` says that the line is a title as a source gives it, not the free first line of a text.
    """
    forms = _forms(heads)
    lower = line.lower()
    if not title and forms.keys().isdisjoint(_LETTERS.findall(lower)):
        return  # most lines of a text: no head in them
    if "." in line:
        line = _GLUED.sub("|", line)
        lower = line.lower()
    tokens = [(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(line)]
    words = [lower[start:end].strip(".'’&") if text[0] != "." else text.lower() for text, start, end in tokens]
    at = [i for i, word in enumerate(words) if word in forms]
    if not at:
        return
    shouts = line.isupper()
    sought = _Sought(lower, line, title)
    if title and (turned := _turned(line, tokens, words, heads, clean)):
        role, end, seniority = turned
        yield role, tokens[0][1], end, True, _capital(tokens[0][0]), True, seniority
        return
    taken = 0
    before: tuple[int, list[list[str]]] = (-1, [])
    for i in at:
        word = words[i]
        if i < taken:
            continue
        head = _head(word, heads)
        if word in OF_HEADS and (found := _of_phrase(line, tokens, words, i, heads, title)):
            role, start, end, alone = found
            taken = next((j for j in range(i, len(tokens)) if tokens[j][2] >= end), i) + 1
            yield role, start, end, alone, _capital(tokens[i][0]), sought(start), "lead"
            continue
        if not head:
            if (
                word in WHOLE
                and title
                and not (i + 1 < len(words) and _head(words[i + 1], heads))
                and (_stands_alone(tokens, words, i, i))
            ):
                yield WHOLE[word], tokens[i][1], tokens[i][2], True, True, True, ""
            continue
        if i + 1 < len(words) and _head(words[i + 1], heads) and _adjacent(tokens, i) and words[i + 1] != "principal":
            continue  # "developer advocate": the last head decides; "Data Scientist Principal" is a rank
        items, left = _modifiers(tokens, words, i, taken, heads, shouts)
        if (
            not items[0][0]
            and i - 2 == before[0]
            and tokens[i - 1][0] == "/"
            and {head, _head(words[i - 2], heads)} <= JOINED_HEADS
        ):
            items = [(mods, i) for mods in before[1]]  # "Data Scientist/Engineer"
        elif not items[0][0] and clean and head not in GENERIC and _bare(tokens, words, i):
            yield head, tokens[i][1], tokens[i][2], True, _capital(tokens[i][0]), True, _rank_before(words, i)
            continue
        for modifiers, first in items:
            role, seniority = _normal_form(modifiers, head, clean)
            if not role:
                continue  # a bare head may narrow the next one: "Agent Behaviour Auditor"
            taken = i + 1
            before = (i, [mods for mods, _ in items])
            start, end = tokens[first][1], tokens[i][2]
            alone = _stands_alone(tokens, words, left, i) or (title and _joined(tokens, words, left, i))
            titled = all(_capital(tokens[j][0]) for j in range(first, i + 1) if words[j] in modifiers or j == i)
            yield role, start, end, alone, titled, sought(start), seniority


class _Sought:
    """Whether what begins at an offset is sought: in a title, or behind a hiring cue of the same sentence."""

    def __init__(self, lower: str, line: str, title: bool) -> None:
        self.title, self.lower, self.line = title, lower, line
        self.cues: list[int] | None = None
        self.ends: list[int] = []

    def __call__(self, start: int) -> bool:
        if self.title:
            return True
        if self.cues is None:
            self.cues = [m.end() for m in CUE.finditer(self.lower)]
            self.ends = [m.end() for m in _SENTENCE_END.finditer(self.line)] if self.cues else []
        for at in self.cues:
            if 0 <= start - at <= CUE_REACH and bisect_left(self.ends, at) == bisect_left(self.ends, start):
                return True
        return False


def _bare(tokens: list[tuple[str, int, int]], words: list[str], i: int) -> bool:
    """Whether a head alone is the whole of its part of a title: "Secretary/Administrative Assistant"."""
    if i + 1 < len(tokens) and tokens[i + 1][0] == "/" and all(word in _AROUND for word in words[:i]):
        return True
    return _stands_alone(tokens, words, i, i)


def _joined(tokens: list[tuple[str, int, int]], words: list[str], left: int, i: int) -> bool:
    """Whether only "X and" stands before a phrase that ends its part of a title: "Sales and Marketing Manager"."""
    first = left - 1
    if first < 1 or tokens[first][0].lower() not in ("and", "&"):
        return False
    first -= 1
    while first >= 0 and _capital(tokens[first][0]) and words[first] not in BOUNDARY:
        first -= 1
    return (first < 0 or tokens[first][0] in _HARD) and _stands_alone(tokens, words, 0 if first < 0 else first + 1, i)


def _rank_before(words: Sequence[str], i: int) -> str:
    return SENIORITY.get(words[i - 1], "") if i else ""


def _head(word: str, heads: frozenset[str]) -> str:
    """The head a word stands for: itself, its singular, or its long form; "" for no head."""
    return _forms(heads).get(word, "")


@functools.lru_cache(maxsize=16)
def _forms(heads: frozenset[str]) -> Mapping[str, str]:
    """Every written form of the heads with the head it stands for, and the words of `WHOLE` and `OF_HEADS` with "".

    >>> forms = _forms(frozenset({"engineer", "secretary", "salesman"}))
    >>> [forms[w] for w in ("engineers", "secretaries", "salesmen", "eng", "cto")]
    ['engineer', 'secretary', 'salesman', 'engineer', '']
    """
    found = dict.fromkeys((*WHOLE, *OF_HEADS), "")
    short = {word: long for word, long in ABBREVIATED.items() if long in heads}
    for word, head in (*((head, head) for head in sorted(heads)), *short.items()):
        for form in (word, f"{word}s", f"{word[:-1]}ies", f"{word[:-2]}en"):
            if form == word or singular(form) == word:
                found[form] = head
    return found


def _adjacent(tokens: list[tuple[str, int, int]], i: int) -> bool:
    return tokens[i + 1][1] - tokens[i][2] <= 1


def _modifiers(
    tokens: list[tuple[str, int, int]],
    words: list[str],
    head: int,
    floor: int,
    heads: frozenset[str],
    shouts: bool = False,
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
        elif text in ("and", ",") and groups[-1] and _plural(words[head]) and _listed(words, i, floor, head):
            if len(groups) == 4:
                break
            groups.append([])
            if text == "and" and i - 1 >= floor and tokens[i - 1][0] == ",":
                i -= 1
        elif (
            not (text[0].isalnum() or word == ".net")
            or (word in BOUNDARY and not _no_end(text, words, i, shouts))
            or (text[-1] == "." and len(word) > 3)
            or len(groups[-1]) == 4
            or (len(groups) > 1 and _head(word, heads))
        ):
            if word in ("on", "off") and groups[-1] and tokens[groups[-1][0]][0] == "site":
                groups[-1].pop(0)
            break
        else:
            groups[-1].insert(0, i)
        i -= 1
    groups = [group for group in groups if group and not (len(group) == 1 and words[group[0]] in _NO_PART)] or groups[
        :1
    ]
    groups = [group for group in groups if group]
    left = min((group[0] for group in groups), default=head)
    if len(groups) > 1 and any(len(group) > 2 for group in groups[1:]):
        groups = groups[:1]
        left = groups[0][0]
    if not groups:
        return [([], head)], left
    found = [([words[j] for j in group], group[0]) for group in groups]
    first = groups[0]
    if len(first) > 1 and _initials(tokens[first[0]][0]):  # "AI/ML Data Engineer" is an AI data engineer too
        rest = [words[j] for j in first[1:]]
        found = [found[0], *(
            ([*mods, *rest] if len(mods) == 1 and _initials(tokens[at][0]) else mods, at) for mods, at in found[1:]
        )]  # fmt: skip
    return found, left


_NO_PART = frozenset("cto ceo coo cfo founder cofounder co-founder partner owner biz".split())


def _initials(text: str) -> bool:
    return 2 <= len(text) <= 3 and text.isupper()


def _no_end(text: str, words: list[str], i: int, shouts: bool) -> bool:
    """Whether a word that mostly ends a phrase is part of a name here: "IT Manager", "Go Developer"."""
    if text == "IT":
        return not shouts
    following = words[i + 1] if i + 1 < len(words) else ""
    if text == "Go":
        return following.startswith(("dev", "eng", "prog", "back", "software", "expert"))
    return text[0].isupper() and following in NO_END_BEFORE.get(words[i], ())


def _plural(word: str) -> bool:
    return singular(word) != word


def _listed(words: list[str], i: int, floor: int, head: int) -> bool:
    """Whether the word before a comma or "and" can be a modifier shared with the head: hyphenated
    or joined forms such as "front-end" or "backend", before builders; ordinary words are left alone."""
    before = i - 1
    if before >= floor and words[before] in ("", ","):
        before -= 1
    if before < floor or singular(words[head]) not in _BUILDERS:
        return False
    word = words[before]
    return (
        "-" in word or word in _JOINED or word in {"stack", "ios", "android", "mobile", "web", "data", "qa", "devops"}
    )


# Short forms that are a name of their own when they stand before another head.
_SPELT = {"eng": "engineering", "engg": "engineering", "mktg": "marketing"}
_BUILDERS = frozenset("engineer developer programmer dev eng designer coder".split())


def _normal_form(modifiers: list[str], head: str, clean: bool = False) -> tuple[str, str]:
    """(role, seniority) of modifiers and head; ("", "") when nothing narrows the head."""
    seniority = ""
    kept: list[str] = []
    for at, word in enumerate(modifiers):
        if word in NONSENSE:
            return "", ""
        plain = word.strip("-")
        rank, _, rest = plain.partition("-")
        if rest in SENIORITY and SENIORITY[rest] == "lead" and plain not in SENIORITY:
            seniority, kept = seniority or SENIORITY[rest], []  # "Actuarial-Lead Data Scientist"
            continue
        if (
            rest
            and rank in SENIORITY
            and plain not in SENIORITY
            and rank not in ("associate", "expert", "executive", "v", "i")
        ):
            seniority = seniority or SENIORITY[rank]  # "principal-level", "lead-visual"
            if rest in ("level", "grade", "weight"):
                kept = []
                continue
            kept, plain = [], rest
        if plain in SENIORITY and head not in KEPT_BEFORE.get(plain, ()):
            seniority = seniority or SENIORITY[plain]
            if (
                not kept
                or clean
                or plain in {"intern", "internship", "i", "ii", "iii", "iv", "v", "vi", "level", "phd"}
            ):
                continue
            kept = []  # "Boston Senior Engineer": what stands before the rank is not the profession
            continue
        praise = plain.rpartition("-")[2]
        if praise in PRAISED and (praise != plain or kept or plain != "driven"):
            kept = []
            continue
        if praise == "focused":
            kept = [] if praise == plain and kept and kept[-1] in NO_FOCUS else kept
            plain = plain.removesuffix("focused").strip("-")
            if not plain or plain in NO_FOCUS:
                continue
        if (
            not kept
            and (plain in FILLER or plain in STATES or _COUNT.fullmatch(plain))
            and not _opens_name(plain, modifiers[at + 1 :], head)
        ):
            continue
        kept.append(plain)
    parts: list[str] = []
    for word in kept:
        for part in word.replace("’", "'").replace("/", " ").split("-"):
            part = part.removesuffix("'s")
            if part:
                parts.extend(_JOINED.get(part, part).split())
    parts = without_places(parts)
    while parts and parts[0] in FILLER and not _opens_name(parts[0], parts[1:], head):
        parts.pop(0)
    parts = [_SPELT.get(part, part) for part in parts]
    if parts[:2] == ["dev", "ops"]:
        parts[:2] = ["devops"]
    if parts[-1:] in (["front"], ["back"]) and len(parts) == 1:
        parts.append("end")
    if parts[:3] in (["front", "end", "end"], ["back", "end", "end"]):
        parts.pop(1)
    if not parts or all(len(part) == 1 and part not in {"c", "r", "d"} for part in parts) or len(parts) > 4:
        return "", seniority
    if any(part.isdigit() and part not in {"2d", "3d"} for part in parts):
        return "", seniority
    if parts[-1] in NOT_BEHIND.get(head, ()) or (head in ONLY_BEHIND and parts[-1] not in ONLY_BEHIND[head]):
        return "", seniority
    return " ".join([*parts, head]), seniority


def _opens_name(word: str, following: Sequence[str], head: str) -> bool:
    """Whether a filler word is part of a name here: "full stack", "open source", "creative director"."""
    if word in ("full", "open"):
        return ("stack" if word == "full" else "source") in following
    following = following[0].split("-")[0] if following else head
    return (word, following) in KEPT_PAIRS


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
    line: str, tokens: list[tuple[str, int, int]], words: list[str], i: int, heads: frozenset[str], title: bool
) -> tuple[str, int, int, bool] | None:
    """(role, start, end, alone) of "Director of Engineering", "VP Sales", "Vice President, Data Science":
    head, "of", and up to three capitalised words; None where there is no such phrase."""
    first, name = i, words[i]
    if name == "president" and i and words[i - 1] == "vice":
        first, name = i - 1, "vp"
    elif name in VICE_PRESIDENTS:
        name = "vp"
    elif i and tokens[i - 1][0][0].isalnum() and words[i - 1] not in _AROUND and words[i - 1] not in BOUNDARY:
        return None  # "Program Director of ..." is a program director
    if i + 2 >= len(words) and not (name == "vp" and i + 1 < len(words)):
        return None
    link = words[i + 1]
    if link == "of" or (link == "," and title and name in ("vp", "director", "head")):
        start = i + 2
    elif name == "vp" and _capital(tokens[i + 1][0]) and link not in BOUNDARY:
        start = i + 1
    else:
        return None
    if title and start < len(words) and words[start] == "the":
        start += 1
    j = start
    while j < len(words) and j < start + 3 and tokens[j][0][0].isalpha() and words[j] not in BOUNDARY:
        if (
            not _capital(tokens[j][0])
            or (_head(words[j], heads) and words[j] not in DEPARTMENTS)
            or words[j] in SENIORITY
        ):
            break
        j += 1
    if j == start or (j < len(words) and link != "of" and _head(words[j], heads)):
        return None
    subject = [DEPARTMENTS.get(word, word) for word in words[start:j]]
    if link != "of" and find_places(line[tokens[start][1] : tokens[j - 1][2]]):
        return None
    role = " ".join([name, "of", *subject]).replace("-", " ")
    last = j
    if last < len(words) and tokens[last][0].lower() in ("and", "&"):  # "Head of Content & Design" stands alone too
        last += 1
        while last < len(words) and last <= j + 3 and _capital(tokens[last][0]) and tokens[last][0][0].isalpha():
            last += 1
        last = j if last == j + 1 else last
    return role, tokens[first][1], tokens[j - 1][2], _stands_alone(tokens, words, first, last - 1)


_TURNED_END = frozenset("|•;:()[]{}!?=–—→►▪●@,/")
_LINK_WORDS = frozenset({"and", "&"})


def _turned(
    line: str, tokens: list[tuple[str, int, int]], words: list[str], heads: frozenset[str], clean: bool
) -> tuple[str, int, str] | None:
    """(role, end, seniority) of a title that begins with its head: "Engineer, Big Data", "Developer - Python".

    In the free first line of a text what follows must be written as part of a name; a place, a
    contract or another role is never what narrows the head.
    """
    i, seniority = 0, ""
    while i < len(words) and words[i] in SENIORITY:
        seniority = seniority or SENIORITY[words[i]]
        i += 1
    if i + 2 >= len(words) or tokens[i][0][0].islower():
        return None
    head = _head(words[i], heads)
    mark = tokens[i + 1][0]
    if not head or not (mark in ",:" or (mark in "-–—" and _spaced(tokens, i + 1))):
        return None
    if head == "director" and mark == ",":
        return None  # read as "director of"
    j = i + 2
    narrowing: list[str] = []
    while j < len(words) and tokens[j][0] not in _TURNED_END and not (tokens[j][0] == "-" and _spaced(tokens, j)):
        word = words[j]
        if (
            (word in BOUNDARY and word not in _LINK_WORDS and tokens[j][0] != "IT" and word != "go")
            or word in FILLER or word in SENIORITY or word.isdigit() or _head(word, heads) or word in WHOLE
        ):  # fmt: skip
            return None
        if word in _LINK_WORDS or tokens[j][0] == "&":
            j += 1
            continue
        if not tokens[j][0][0].isalnum() and word != ".net":
            return None
        narrowing += [_JOINED.get(part, part) for part in word.split("-") if part]
        j += 1
    if not 1 <= len(narrowing) <= 4 or find_places(line[tokens[i + 2][1] : tokens[j - 1][2]]):
        return None
    if not clean and not (j == len(words) and mark == "," and len(narrowing) > 1):
        return None
    role, _ = _normal_form(narrowing, head)
    return (role, tokens[j - 1][2], seniority) if role else None
