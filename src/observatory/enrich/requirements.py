"""What a text asks of a person: years of experience, and the level of education.

Levels are those of the European Qualifications Framework: 3 and 4 for school and trade, 5 for short
higher education (associate, 大专, Techniker), 6 bachelor, 7 master, 8 doctorate. The lowest level that
is asked for counts, for "bachelor or master" asks for a bachelor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Requirements:
    """`years_low`..`years_high` of experience (None = not said; `years_high` None = no upper bound);
    `education` the EQF level, 0 where none is asked for and None where nothing is said."""

    years_low: int | None
    years_high: int | None
    education: int | None


_NUMBER = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10, "一": 1, "两": 2, "二": 2,
    "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "十": 10, "due": 2, "tre": 3, "cinque": 5, "zwei": 2, "drei": 3,
    "fünf": 5, "deux": 2, "trois": 3, "cinq": 5, "dwa": 2, "trzy": 3, "dos": 2, "tres": 3, "cinco": 5,
}  # fmt: skip
_N = r"(\d{1,2}|" + "|".join(sorted(_NUMBER, key=len, reverse=True)) + ")"
_EXPERIENCE = r"(?:experience|exp\b|expérience|esperienza|erfahrung|experiencia|doświadczeni|опыт|经验|工作)"
# Texts are read in lower case. First the unit, which is rare; then the number in front of it.
_UNIT = re.compile(r"years?|yrs?|anni|anno|jahren?|ans|años|lata?\b|rok|лет|год|年")
_COUNT = re.compile(
    rf"(?<![\w.,$€£]){_N}\s?(?:\+|or more|plus)?\s?(?:(?:-|–|to|~|至|到|a|bis|à|/)\s?{_N})?\s?(\+)?\s*(?:\(?s?\)?)?$"
)
_CLAUSE_END = re.compile(r"[.\n;。；]")
LONGEST_COUNT = 32  # characters in which the number before a unit stands
_BEFORE = re.compile(rf"{_EXPERIENCE}[^.\n;。；\d]{{0,30}}$")
_AFTER = re.compile(rf"^[^.\n;。；]{{0,60}}?{_EXPERIENCE}|^\s?以上|^\+?\s?of (?:professional|industry|relevant|hands)")
# The number is the most that is asked for.
_MOST_AFTER = re.compile(r"^\s?(?:以内|之内|以下|及以下)")
_MOST_BEFORE = re.compile(
    r"(?:up to|at most|less than|no more than|fino a|al massimo|bis zu|höchstens|jusqu'à|до|не более)\s$"
)
_NOT = re.compile(
    r"(?:old|ago|founded|in business|company|track record of|history|合同|成立|历史|contract|warranty|last|past|over the)\b",
)
_NONE = re.compile(
    r"no (?:prior |previous )?experience (?:is )?(?:required|necessary|needed)|entry[- ]level|经验不限|无需经验|无(?:工作)?经验|senza esperienza|"
    r"keine erfahrung|sans expérience|bez doświadczenia|без опыта|应届",
)  # fmt: skip
_NONE_SIGNS = ("no ", "entry", "经验", "senza", "keine", "sans", "bez", "без", "应届")
# Level, what has to stand in the text before the pattern is worth its time, and the pattern.
_LEVELS: tuple[tuple[int, tuple[str, ...], re.Pattern[str]], ...] = (
    (0, ("学历", "degree"), re.compile(r"学历不限|不限学历|no degree (?:is )?(?:required|necessary|needed)|degree not required")),
    (3, ("初中", "scuola media", "podstawowe"), re.compile(r"初中|scuola media|podstawowe")),
    (4, ("高中", "中专", "中技", "职高", "技校", "high school", "secondary school", " ged", "(ged", "/ged", "diploma di", "diplomat", "perito", "abitur",
         "ausbildung", "baccal", "bachiller", "/bep", "/ bep", "niveau cap", "średnie", "zawodowe", "среднее"), re.compile(
        r"高中|中专|中技|职高|技校|(?:high|secondary) school (?:diploma|degree|education|graduat|certificate|or\b|level)|\bged\b|"
        r"diploma di (?:scuola|maturità|perito)|diplomat[oi]\b|perito|abitur|ausbildung|baccalauréat|\bcap\s?/\s?bep|niveau cap|"
        r"bachillerato|średnie|zawodowe|среднее")),
    (5, ("大专", "专科", "高职", "associate", "hnd", "diploma its", "its academy", "tecnico superiore", "techniker", " bts", " dut", "bac+", "bac +", "técnico",
         "policealne"), re.compile(
        r"大专|专科|高职|associate'?s? degree|\bhnd\b|diploma its|its academy|tecnico superiore|techniker|\bbts\b|\bdut\b|bac\s?\+\s?2|"
        r"técnico superior|policealne")),
    (6, ("本科", "学士", "bachelor", "bsc", "bs/", "bs ", "b.s", "b.a", "ba/", "ba degree", "ba in", "laurea", "licence", "licencia", "licencjat", "bac+", "bac +",
         "grado"), re.compile(
        r"本科|学士|bachelor|\bb\.?sc\b|\bb\.?s\.?(?=\s?/| in\b| degree| or ms|, ms)|\bb\.?a\.?(?= in\b| degree|\s?/\s?[bm])|"
        r"\blaurea\b|laureat[oi]|licence (?:pro|en)\b|bac\s?\+\s?3|\bgrado\b|licenciatura|licencjat")),
    (7, ("硕士", "研究生", "master", "msc", "m.sc", "mba", "laurea mag", "bac+", "bac +", "ingénieur", "ingenieur", "magister", "máster"), re.compile(
        r"硕士|研究生|master'?s?(?: degree| of (?:science|arts|business|engineering)| in\b)|\bmaster'?s(?= or|/)|\bm\.?sc\b|\bmba\b|"
        r"laurea magistrale|bac\s?\+\s?5|ingénieur|magister|diplom-?ingenieur|máster")),
    (8, ("博士", "phd", "ph.d", "doctor", "dottorato", "promotion"), re.compile(
        r"博士|\bph\.?d\b|doctorate|doctoral|dottorato|abgeschlossene promotion|doctorat")),
)  # fmt: skip
# A degree without its name is a first one, where nothing else is asked for.
_ANY_DEGREE_SIGNS = ("degree", "hochschul", "studium", "wyższe", "высшее")
_ANY_DEGREE = re.compile(
    r"(?:undergraduate|college|university|technical|engineering) degree|degree in|hochschul|studium|wyższe|высшее"
)
LONGEST = 20_000


def find_requirements(text: str) -> Requirements:
    """What a text asks for.

    >>> find_requirements("5+ years of experience with kilns. Bachelor's or Master's degree in ceramics.")
    Requirements(years_low=5, years_high=None, education=6)
    >>> find_requirements("大专及以上学历，3-5年窑炉工作经验")
    Requirements(years_low=3, years_high=5, education=5)
    >>> find_requirements("Founded 12 years ago.")
    Requirements(years_low=None, years_high=None, education=None)
    """
    text = text[:LONGEST].lower()
    low, high = _years(text)
    levels = [
        level for level, signs, pattern in _LEVELS if any(sign in text for sign in signs) and pattern.search(text)
    ]
    if not levels and any(sign in text for sign in _ANY_DEGREE_SIGNS) and _ANY_DEGREE.search(text):
        levels = [6]
    return Requirements(years_low=low, years_high=high, education=min(levels) if levels else None)


def _years(text: str) -> tuple[int | None, int | None]:
    found: list[tuple[int, int | None]] = []
    done = 0
    for unit in _UNIT.finditer(text):
        match = _COUNT.search(text, max(done, unit.start() - LONGEST_COUNT), unit.start())
        if match is None:
            continue
        done = unit.end()
        before, after = text[max(0, match.start() - 45) : match.start()], text[unit.end() : unit.end() + 60]
        after = _CLAUSE_END.split(after, maxsplit=1)[0]
        if not (_BEFORE.search(before) or _AFTER.match(after)) or _NOT.search(after[:18]) or _NOT.search(before[-22:]):
            continue
        low = _number(match.group(1))
        high = _number(match.group(2)) if match.group(2) else None
        if low > 25 or (high is not None and not low <= high <= 30):
            continue
        if high is None and (_MOST_AFTER.match(after) or _MOST_BEFORE.search(before)):
            low, high = 0, low
        found.append((low, high))
    if found:
        # several bounds: what the role asks for as a whole is the largest of the lower ones
        return max(found, key=lambda pair: pair[0])
    said = any(sign in text for sign in _NONE_SIGNS) and _NONE.search(text)
    return (0, None) if said else (None, None)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBER[text]
