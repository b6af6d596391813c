"""Personal data out of advertisements before they are stored: e-mail, telephone, chat handles, names of contacts.

What stands for it says what was there: "[e-mail]", "[telephone]", "[handle]", "[name]".
"""

from __future__ import annotations

import functools
import re

EMAIL, TELEPHONE, HANDLE, NAME = "[e-mail]", "[telephone]", "[handle]", "[name]"

_AT = r"(?:@|＠|\s*[\[({<]\s*(?:at|@|arroba|chiocciola)\s*[\])}>]\s*|\s+(?:at|AT)\s+)"
_DOT = r"(?:\.|\s*[\[({<]\s*(?:dot|\.|punto)\s*[\])}>]\s*|\s+(?:dot|DOT)\s+)"
_PLAIN_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+'-])[A-Za-z0-9._%+'-]+\s?[@＠]\s?[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+"
)
# What a board has cut off behind the sign, and an address at a host of the same name as the employer's.
_CUT_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@(?:\.{2,}|(?=\)))")
# "jim <dot> wagner <<at>> example <dot> com", "anna DOT rossi AT example.com", "anna [at] example"
_SPELT_EMAIL = re.compile(
    r"(?<![\w.%+-])(?!(?-i:[A-Z][a-z]+\s\(AT\)\s[a-z]+)\b(?!\.|\s?[\[({<]|\s(?-i:DOT)))[\w.%+-]{1,30}(?:(?:\s?[\[({<]{1,2}\s?dot\s?[\])}>]{1,2}\s?|\s(?-i:DOT)\s)[\w.%+-]{1,30}){0,2}"
    r"(?:\s?[\[({<]{1,2}\s?at\s?[\])}>]{1,2}\s?|\s(?-i:AT)\s(?=\w{2,30}(?:\.|\s(?-i:DOT)\s)))[\w-]{2,40}(?:\.[\w-]{2,}){0,3}"
    r"(?:(?:\s?[\[({<]{1,2}\s?dot\s?[\])}>]{1,2}\s?|\s(?-i:DOT)\s)[\w-]{2,12}){0,3}",
    re.IGNORECASE,
)
_OPEN_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+[@＠][A-Za-z0-9-]{2,}\b(?!\.[A-Za-z])")
_TOP = r"(?:com|org|net|io|co|edu|gov|ai|de|fr|it|uk|cn|es|pl|nl|me|us|ca|eu|in|tv|ly|dev|app|info|biz|xyz)"
_HIDDEN_EMAIL = re.compile(
    # not "engineer at example.com": the at or the dot must be hidden
    rf"(?<![A-Za-z0-9._%+-])(?![A-Za-z0-9._%+-]+\s+at\s+[A-Za-z0-9-]+\.)[A-Za-z0-9._%+-]+{_AT}[A-Za-z0-9-]+(?:{_DOT}[A-Za-z0-9-]+)*?{_DOT}{_TOP}\b",
    re.IGNORECASE,
)
_SPOKEN_EMAIL = re.compile(rf"(?<![\w.%+-])[a-z0-9._%+-]+ AT [A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.{_TOP}\b")
# "résumés to anna at example.com": the cue tells an address from a company ("engineer at example.com").
_CUED_EMAIL = re.compile(
    rf"((?:mail|r[eé]sum[eé]s?|cvs?)\b[^\n@]{{0,30}}?(?:\bto\b|\bat\b|:)\s*)(?!(?:us|me|more|out|them|you|jobs)\b)"
    rf"[a-z0-9._%+-]+ at (?!www\.)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.{_TOP}(?:\.[a-z]{{2}})?\b(?!/)",
    re.IGNORECASE,
)
# "mhunt -at- example dot com", "anna[-at-]example[-dot-]com"
_DASHED_EMAIL = re.compile(
    rf"(?<![\w.%+-])[\w.%+]{{1,40}}(?:\s?\[-at-\]\s?|\s-at-\s)[\w-]{{2,40}}?(?:\s?\[-dot-\]\s?|\s?-dot-\s?|\sdot\s|\.){_TOP}\b",
    re.IGNORECASE,
)
# "anna "at" example "dot" com", "anna|at|example.com"
_QUOTED_EMAIL = re.compile(
    rf"(?<![\w.%+-])[\w.%+-]{{1,40}}\s?([\"'|])at\1\s?[\w-]{{2,40}}(?:(?:\s?\1dot\1\s?|\.)[\w-]{{2,40}}){{0,2}}?(?:\s?\1dot\1\s?|\.){_TOP}\b",
    re.IGNORECASE,
)
# "{first name}@example.com": the name is said elsewhere
_BRACED_EMAIL = re.compile(r"\{[A-Za-z_. -]{2,30}\}@[A-Za-z0-9-]{2,60}(?:\.[A-Za-z0-9-]{2,60}){1,3}")
# "apply via anna+job@", "email careers@ and": the host is left to the reader
_HOSTLESS_EMAIL = re.compile(r"((?:mail|via|to)\s)[A-Za-z0-9._%+-]{2,40}@(?=[\s.,)]|$)", re.IGNORECASE)
# "get in touch - anna at example.com"
_TOUCH_EMAIL = re.compile(
    rf"(in touch\s?[-–:]\s?)[a-z0-9._%+-]+ at [a-z0-9-]+(?:\.[a-z0-9-]+)*\.{_TOP}\b(?!/)", re.IGNORECASE
)
_NUMBER = re.compile(
    r"(?<![\w.$€£¥#/=-])(?:"
    r"\+\d{1,3}[\s.()-]{0,2}(?:\(?\d{1,5}\)?[\s.-]?){2,5}\d{2,4}"  # +39 02 1234 5678
    r"|\(\d{2,5}(?:\s\d)?\)[\s.-]?\d{2,4}[\s.-]?\d{2,4}(?:[\s.-]?\d{2,4})?"  # (415) 555-0100
    r"|\d{3}[.\s-]\s?\d{3}[.\s-]\d{4}"  # 415-555-0100
    r"|1[-.\s]\(?\d{3}\)?[-.\s]\s?\d{3}[-.\s]\d{4}"  # 1-800-555-0100
    r"|1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}"  # Chinese mobile
    r"|0\d{2,3}[\s-]\d{6,8}(?:-\d{1,5})?"  # 023-68881234
    r"|(?!\d\d\.\d\d(?:\.|\s?-)|0\d\.[0-5]\d[012]?\d\.[0-5]\d|00-|\d\d/\d\d/(?:19|20)\d\d)0\d{1,4}[\s./-]\d{2,4}[\s./-]?\d{2,4}(?:[\s./-]?\d{2,4})?"
    r"|(?:[1-9]\d)\s\d{3}[\s-]\d{2}[\s-]\d{2}|[1-9]\d\s\d{7}"  # 12 555 01 00, a Polish number without its country
    r"|400[\s-]\d{3,4}[\s-]\d{3,4}"
    r"|(?:3[2-9]|[4-9]\d)-\d{2}-\d{2}"  # 42-02-20, which is no date
    r"|\(\d{3}(?:\s\d{2}){3}"
    r")(?![\w%$€£¥])(?!-\d)"
)
_SAID = re.compile(
    r"(?:tel|phone|telephone|mobile|cell|call|fax|text|电话|手机|联系方式|咨询热线|热线|telefono|cellulare|telefon|tél|toll[ -]free|numer(?:em)? kontaktow)"
    r"\w{0,10}\s*(?:me|us|no|number|号码)?\.?\s*(?:is|at|by|:|：)?\s*(?:\([a-z]\)\s?)?\+?\s*(?:\d{4,6}\s?(?:or|,|/)\s?)?$",
    re.IGNORECASE,
)
# Six digits, of a town's own numbers or cut off by a board ("888778xxx"), and two of them behind "at"
_SHORT_NUMBER = re.compile(
    r"((?<![a-z])(?:tel|phone|fax|call|kom|numerem|telefon(?:u|em|iczny)?|电话)(?:\s(?:us|me|at|by|no))?[ .:：\n]{0,3})"
    r"\+?(?!\d{3}000(?!\d))\d{6}(?!\d|[.,/]\d|[ ]?(?-i:[a-wyz%]))",
    re.IGNORECASE,
)
_LISTED = re.compile(r"(?<=\[telephone\])\s?[,;/]\s?\d{6}(?!\d|[.,]\d)")
_TWO_SHORT = re.compile(r"(\bat\s)\d\d\s?\d\d\s?\d\d(\s?[,;/]\s?)\d\d\s?\d\d\s?\d\d(?!\d|[.,]\d)", re.IGNORECASE)
# 609-250-6475 written against the word before it
_AMERICAN = re.compile(r"(?:\(\d{3}\)[-.\s]?|\d{3}[-.])\d{3}[-.]\d{4}(?![\d-])")
_CHAT = re.compile(
    r"((?:微信号?|[vw]x|v信|wechat(?:\s*id)?|weixin|qq(?:号|群)?|telegram|电报|tg|skype(?:\s*id)?|whatsapp|line\s*id|discord|keybase)\d?"
    r"\s*(?:号码?|id|handle|账号)?\s*(?:is|at)?\s*(?:[:：=@]|为|是|[-—]+>|→|(?<=[号id])\s|(?<=\bat )(?=['‘“\"]))[\s*\['‘“\"]*@?)(?!https?\b|t\.me\b|(?:handle|e-mail|telephone|name)\])"
    r"((?:live:)?[A-Za-z0-9_.][A-Za-z0-9_.#-]{3,40})",
    re.IGNORECASE,
)
_CHAT_BEHIND = re.compile(
    r"(?<![\w@.])[A-Za-z][A-Za-z0-9_-]{4,40}(?=\s?[(（]\s?(?:微信|wechat|tg|telegram|vx)\b)", re.IGNORECASE
)
_BUBBLE = re.compile(r"(绿泡泡\s?[:：]\s?)([A-Za-z0-9_-]{4,40})")
# Short for WeChat: "同V 1557000000", "WC：anna88"; and a name in Chinese brackets behind it
_SHORT_WECHAT = re.compile(
    r"(同\s?[vｖ]\s?[:：]?\s?|(?<![a-z])wc\s?[:：]\s?|微信\s?(?:请?加|号)?\s?[【「]\s?)([a-z0-9][a-z0-9_-]{4,40})",
    re.IGNORECASE,
)
_SHORT_SIGNS = ("同v", "同 v", "同ｖ", "wc:", "wc：", "wc ：", "wc :", "【", "「")
_SECOND_NUMBER = re.compile(r"(\[telephone\]\s?(?:or|oder|или|或|;)\s?)\d{5,6}\b(?![.,]?\d)")
# "联系方式 +V：anna88", "请添加微信anna88", "可加群：5550123"
_ASKED_WECHAT = re.compile(
    r"(联系方式[^\n]{0,20}?[:：\s]\+?[vｖ]\s?[:：]\s?|(?:添加|加|联系人?|负责人|我的|hr)微信号?\s?|(?:加|qq)群号?\s?[:：]\s?(?=\d{6}))"
    r"([a-z0-9][a-z0-9_-]{4,40})",
    re.IGNORECASE,
)
_ASKED_SIGNS = ("微信", "联系方式", "群:", "群：", "群号")
# "hit me up on Twitter: https://twitter.com/anna_dev"; a company's channel is not given so
_TWITTER_LINK = re.compile(
    r"(\bme\b[^\n]{0,40}\btwitter\b(?:(?!twitter)[\s\S]){0,30}twitter\.com/)([A-Za-z0-9_]{2,30})", re.IGNORECASE
)
_CONTACT_WECHAT = re.compile(r"(联系方式[^\n]{0,80}?微信\s?)([a-z0-9][a-z0-9_-]{4,40})", re.IGNORECASE)
_ENDINGS = re.compile(r"(?<![\d/-])(?:/\d-\d/\s)?\d\d-\d\d-\d\d(?:/\d\d){1,3}(?![\d/-])")  # 26-06-86/87/88
_TITLE = r"(?:Mrs?|Ms|Dr|Herrn?|Frau|Dott(?:\.?ssa)?|Sig(?:\.?ra)?|Ing|Mme|M|Sra?|Pani?)\.?\s"
_CONTACT_NAME = re.compile(
    r"((?i:contact(?: person)?|attn|attention|ansprechpartner(?:in)?|referente|contatto|persona di contatto|osoba do kontaktu|osoba kontaktowa|"
    r"persona de contacto|personne à contacter|контактное лицо|hiring manager|recruiter)\s?[:：]\s{0,3})"
    rf"((?:{_TITLE})?[A-ZÀ-ÞĄ-ŻА-Я][\w'’-]+(?:[ ][A-ZÀ-ÞĄ-ŻА-Я][\w'’-]+){{1,2}})"
)
_CHINESE_NAME = re.compile(
    r"((?:联系人|联络人|招聘负责人|招聘专员|收件人)\s?[:：]\s?)([\u4e00-\u9fff]{1,3}(?:先生|女士|小姐|老师|经理|总)|[\u4e00-\u9fff]{2,3}(?![\u4e00-\u9fff]))"
)
_NAME_WORDS = (
    "contact", "contact person", "attn", "attention", "ansprechpartner", "ansprechpartnerin", "referente", "contatto",
    "persona di contatto", "osoba do kontaktu", "osoba kontaktowa", "persona de contacto", "personne à contacter",
    "контактное лицо", "hiring manager", "recruiter", "联系人", "联络人", "招聘负责人", "招聘专员", "收件人",
)  # fmt: skip
_COLON = re.compile("[:：]")
_LINK_HANDLE = re.compile(
    r"((?:t\.me|wa\.me|m\.me|telegram\.me|join\.skype\.com)/)([A-Za-z0-9_+/-]{3,60})", re.IGNORECASE
)
_TWITTER = re.compile(r"(?<![\w/.@])@[A-Za-z_][A-Za-z0-9_]{2,30}\b(?!\.[a-z])")
_CHAT_SIGNS = ("微信", "vx", "wx", "v信", "wechat", "weixin", "qq", "telegram", "电报", "tg", "skype", "whatsapp", "line id", "lineid",
               "discord", "keybase", ".me/", "m.me")  # fmt: skip
_HIDDEN_SIGNS = (" dot ", "[dot", "(dot", "{dot", "<dot", "(.)", "[.]", "[at", "(at", "{at", "<at", "(@", "[@", " @ ",
                 "arroba", "chiocciola", "punto", "<<at", " dot ")  # fmt: skip
_ALSO = re.compile(r"\s?(?:[,;/]|or|and|oder|und|o|ou|lub|oraz|或|、)\s?", re.IGNORECASE)
NEAR = 120  # characters around a sign in which contact data can begin or end
_DIGITS = re.compile(r"[+(]?\d[\d\s().+/-]{5,}\d")
_SOME_DIGITS = re.compile(r"\d[\d\s().+/-]{5,}\d")  # the same without its optional beginning: found ten times faster
_SIX_DIGITS = re.compile(r"\d(?:\s?\d){5}")
_NOT_BEFORE = frozenset(".$€£¥#/=-_")
# Letters by how often they stand in the languages read, the most frequent first; a sign that is none of them is rarer.
_FREQUENT = " eainrtosldcumphgbfvwkyzjxq"


def mask(text: str) -> tuple[str, int]:
    """The text with personal contact data replaced, and how many were.

    >>> mask("Write to anna.rossi@example.org or call +39 02 5550 1234")
    ('Write to [e-mail] or call [telephone]', 2)
    >>> mask("Pay $120,000 - 150,000, 2015-12-31, founded 1998")[1]
    0
    """
    total = 0
    if "@" in text or "＠" in text:
        text, n = _near(
            text,
            _places(text, ("@", "＠")),
            ((_CUT_EMAIL, EMAIL), (_PLAIN_EMAIL, EMAIL), (_OPEN_EMAIL, EMAIL), (_HOSTLESS_EMAIL, rf"\1{EMAIL}")),
        )
        total += n
    lower = text.lower()
    if found := _places(lower, _HIDDEN_SIGNS):
        text, n = _near(
            text, found, ((_HIDDEN_EMAIL, EMAIL), (_SPELT_EMAIL, EMAIL)), same_length=len(lower) == len(text)
        )
        total += n
    if "-at-" in lower:
        text, n = _DASHED_EMAIL.subn(EMAIL, text)
        total += n
    if any(f"{sign}at{sign}" in lower for sign in "\"'|"):
        text, n = _QUOTED_EMAIL.subn(EMAIL, text)
        total += n
    if "}@" in text:
        text, n = _BRACED_EMAIL.subn(EMAIL, text)
        total += n
    if "in touch" in lower and " at " in text:
        text, n = _TOUCH_EMAIL.subn(rf"\1{EMAIL}", text)
        total += n
    if " AT " in text:
        text, n = _SPOKEN_EMAIL.subn(EMAIL, text)
        total += n
    if " at " in text and (
        found := _places(text, ("mail to", "mail:", "mail at", "mail me", "esume", "sumé", " CV", " cv"))
    ):
        text, n = _near(text, found, ((_CUED_EMAIL, rf"\1{EMAIL}"),))
        total += n
    if "@" in text:
        text, n = _near(text, _places(text, ("@",)), ((_TWITTER, HANDLE),))
        total += n
    lower = text.lower()
    if found := _places(lower, _CHAT_SIGNS):
        patterns = ((_LINK_HANDLE, rf"\1{HANDLE}"), (_CHAT, rf"\1{HANDLE}"), (_CHAT_BEHIND, HANDLE))
        text, n = _near(text, found, patterns, same_length=len(lower) == len(text))
        total += n
    if "绿泡泡" in text:
        text, n = _BUBBLE.subn(rf"\1{HANDLE}", text)
        total += n
    if not text.isascii() and (found := _places(lower, _SHORT_SIGNS)):
        text, n = _near(text, found, ((_SHORT_WECHAT, rf"\1{HANDLE}"),), same_length=len(lower) == len(text))
        total += n
    if not text.isascii() and (found := _places(text, _ASKED_SIGNS)):
        text, n = _near(text, found, ((_ASKED_WECHAT, rf"\1{HANDLE}"),))
        total += n
    if "twitter.com/" in lower:
        text, n = _near(text, _places(text, ("twitter.com/",)), ((_TWITTER_LINK, rf"\1{HANDLE}"),))
        total += n
    if "联系方式" in text and "微信" in text:
        text, n = _CONTACT_WECHAT.subn(rf"\1{HANDLE}", text)
        total += n
    lower = text.lower()
    if found := _places_of_names(lower):
        named = ((_CONTACT_NAME, rf"\1{NAME}"), (_CHINESE_NAME, rf"\1{NAME}"))
        text, n = _near(text, found, named, same_length=len(lower) == len(text))
        total += n
    if not text.isascii() or any(map(text.__contains__, "0123456789")):
        text, n = _telephones(text)
        total += n
    return text, total


def _places(text: str, signs: tuple[str, ...]) -> list[int]:
    """Where any of the signs stands, in order."""
    found = []
    for rarest, sign in _with_rarest(signs):
        if rarest not in text or sign not in text:  # to look for one character costs a thirtieth
            continue
        at = text.find(sign)
        while at >= 0:
            found.append(at)
            at = text.find(sign, at + len(sign))
    return sorted(found)


@functools.cache
def _with_rarest(signs: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each sign behind the rarest of its characters."""
    return tuple((max(sign, key=lambda one: _FREQUENT.find(one) % 1_000), sign) for sign in signs)


def _places_of_names(lower: str) -> list[int]:
    """Where words stand that announce the name of a contact, with their colon; in order."""
    if ":" not in lower and "：" not in lower:
        return []
    found = []
    for colon in _COLON.finditer(lower):
        end = colon.start()
        if lower[end - 1 : end + 1] == " :":
            end -= 1
        if lower.endswith(_NAME_WORDS, 0, end):
            found += [end - len(word) for word in _NAME_WORDS if lower.endswith(word, 0, end)]
    return sorted(found)


def _near(
    text: str, places: list[int], patterns: tuple[tuple[re.Pattern[str], str], ...], *, same_length: bool = True
) -> tuple[str, int]:
    """Replaces patterns where they can stand: in the words around each place, not in the whole text.

    A pattern begins and ends inside `NEAR` characters of its sign or in the word that reaches there;
    the words around a place are looked at as they stand, so nothing else changes.
    """
    if not same_length:  # lower case of some letters is longer: the places do not fit
        places, spans = [], [(0, len(text))]
    else:
        spans = []
    for place in places:
        floor = spans[-1][1] if spans else 0
        start, end = max(floor, place - NEAR), min(len(text), place + NEAR)
        if end <= floor:
            continue
        while start > floor and not text[start - 1].isspace():
            start -= 1
        while end < len(text) and not text[end].isspace():
            end += 1
        if spans and start <= floor:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    parts, total, done = [], 0, 0
    for start, end in spans:
        window = text[start:end]
        for pattern, instead in patterns:
            window, n = pattern.subn(instead, window)
            total += n
        parts += [text[done:start], window]
        done = end
    return "".join([*parts, text[done:]]) if total else text, total


def _telephones(text: str) -> tuple[str, int]:
    total = 0
    if _SOME_DIGITS.search(text):
        text, more = _ENDINGS.subn(TELEPHONE, text)
        text, n = _numbers(text)
        total += n + more
        if n:
            text, n = _SECOND_NUMBER.subn(rf"\1{TELEPHONE}", text)
            total += n
    if _SIX_DIGITS.search(text):
        text, n = _SHORT_NUMBER.subn(rf"\1{TELEPHONE}", text)
        text, more = _TWO_SHORT.subn(rf"\1{TELEPHONE}\2{TELEPHONE}", text)
        total += n + 2 * more
        while n or more:  # a list of numbers, one after the other
            text, n = _LISTED.subn(f", {TELEPHONE}", text)
            total, more = total + n, 0
    return text, total


def _numbers(text: str) -> tuple[str, int]:
    """Telephone numbers among the runs of digits: few runs are looked at closely, not every character."""
    total = 0
    last = [-1]  # where the number before ended

    def _another(match: re.Match[str]) -> bool:
        """A number that stands behind a telephone number and its comma."""
        between = text[last[0] : match.start()] if last[0] >= 0 else "-"
        return len(between) <= 6 and _ALSO.fullmatch(between) is not None and len(match.group()) <= 20

    def masked(match: re.Match[str]) -> str:
        nonlocal total
        before = text[match.start() - 1] if match.start() else " "
        if before in _NOT_BEFORE or len(set(filter(str.isdigit, match.group()))) == 1:
            return match.group()
        if before.isalnum() and before.isascii():
            found, n = _AMERICAN.subn(TELEPHONE, match.group()) if before.isalpha() else (match.group(), 0)
            total += n
            return found
        if _SAID.search(text[max(0, match.start() - 30) : match.start()]) or _another(match):
            total += 1
            last[0] = match.end()
            return TELEPHONE
        found, n = _NUMBER.subn(TELEPHONE, match.group())
        total += n
        if n:
            last[0] = match.end()
        return found

    return _DIGITS.sub(masked, text), total
