"""Personal data out of advertisements before they are stored: e-mail, telephone, chat handles.

What stands for it says what was there: "[e-mail]", "[telephone]", "[handle]".
"""

from __future__ import annotations

import re

EMAIL, TELEPHONE, HANDLE = "[e-mail]", "[telephone]", "[handle]"

_AT = r"(?:@|＠|\s*[\[({<]\s*(?:at|@|arroba|chiocciola)\s*[\])}>]\s*|\s+(?:at|AT)\s+)"
_DOT = r"(?:\.|\s*[\[({<]\s*(?:dot|\.|punto)\s*[\])}>]\s*|\s+(?:dot|DOT)\s+)"
_PLAIN_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+'-])[A-Za-z0-9._%+'-]+\s?[@＠]\s?[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+"
)
_OPEN_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+[@＠][A-Za-z0-9-]{2,}\b(?!\.[A-Za-z])")
_TOP = r"(?:com|org|net|io|co|edu|gov|ai|de|fr|it|uk|cn|es|pl|nl|me|us|ca|eu|in|tv|ly|dev|app|info|biz|xyz)"
_HIDDEN_EMAIL = re.compile(
    rf"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+{_AT}[A-Za-z0-9-]+(?:{_DOT}[A-Za-z0-9-]+)*?{_DOT}{_TOP}\b", re.IGNORECASE
)
_NUMBER = re.compile(
    r"(?<![\w.$€£¥#/=-])(?:"
    r"\+\d{1,3}[\s.()-]{0,2}(?:\(?\d{1,5}\)?[\s.-]?){2,5}\d{2,4}"  # +39 02 1234 5678
    r"|\(\d{2,5}\)[\s.-]?\d{3,4}[\s.-]?\d{3,4}"  # (415) 555-0100
    r"|\d{3}[.\s-]\d{3}[.\s-]\d{4}"  # 415-555-0100
    r"|1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}"  # Chinese mobile
    r"|0\d{2,3}[\s-]\d{6,8}(?:-\d{1,5})?"  # 023-68881234
    r"|0\d{1,4}[\s./-]\d{2,4}[\s./-]?\d{2,4}(?:[\s./-]?\d{2,4})?"
    r"|400[\s-]\d{3,4}[\s-]\d{3,4}"
    r")(?![\w%$€£¥])(?!-\d)"
)
_SAID = re.compile(
    r"(?:tel|phone|telephone|mobile|cell|call|fax|text|电话|手机|联系方式|咨询热线|热线|telefono|cellulare|telefon|tél)"
    r"\w{0,10}\s*(?:me|us|no|number|号码)?\.?\s*(?:is|at|:|：)?\s*$",
    re.IGNORECASE,
)
_CHAT = re.compile(
    r"((?:微信号?|vx|v信|wechat(?:\s*id)?|weixin|qq(?:号|群)?|telegram|电报|tg|skype(?:\s*id)?|whatsapp|line\s*id|discord|keybase)"
    r"\s*(?:号码?|id|handle|账号)?\s*(?:is|at)?\s*(?:[:：=@]|为|是)\s*@?)([A-Za-z0-9_][A-Za-z0-9_.#-]{3,40})",
    re.IGNORECASE,
)
_LINK_HANDLE = re.compile(
    r"((?:t\.me|wa\.me|m\.me|telegram\.me|join\.skype\.com)/)([A-Za-z0-9_+/-]{3,60})", re.IGNORECASE
)
_TWITTER = re.compile(r"(?<![\w/.@])@[A-Za-z_][A-Za-z0-9_]{2,30}\b(?!\.[a-z])")
_CHAT_SIGNS = ("微信", "vx", "v信", "wechat", "weixin", "qq", "telegram", "电报", "tg", "skype", "whatsapp", "line id", "lineid",
               "discord", "keybase", ".me/", "m.me")  # fmt: skip
_HIDDEN_SIGNS = (" dot ", "[dot", "(dot", "{dot", "<dot", "(.)", "[.]", "[at", "(at", "{at", "<at", "(@", "[@", " @ ",
                 "arroba", "chiocciola", "punto")  # fmt: skip
_DIGITS = re.compile(r"[+(]?\d[\d\s().+/-]{5,}\d")
_NOT_BEFORE = frozenset(".$€£¥#/=-_")


def mask(text: str) -> tuple[str, int]:
    """The text with personal contact data replaced, and how many were.

    >>> mask("Write to anna.rossi@example.org or call +39 02 5550 1234")
    ('Write to [e-mail] or call [telephone]', 2)
    >>> mask("Pay $120,000 - 150,000, 2015-12-31, founded 1998")[1]
    0
    """
    total = 0
    lower = text.lower()
    if "@" in text or "＠" in text:
        for pattern in (_PLAIN_EMAIL, _OPEN_EMAIL):
            text, n = pattern.subn(EMAIL, text)
            total += n
    if any(sign in lower for sign in _HIDDEN_SIGNS):
        text, n = _HIDDEN_EMAIL.subn(EMAIL, text)
        total += n
    if "@" in text:
        text, n = _TWITTER.subn(HANDLE, text)
        total += n
    if any(sign in lower for sign in _CHAT_SIGNS):
        for pattern in (_CHAT, _LINK_HANDLE):
            text, n = pattern.subn(rf"\1{HANDLE}", text)
            total += n
    if _DIGITS.search(text):
        text, n = _numbers(text)
        total += n
    return text, total


def _numbers(text: str) -> tuple[str, int]:
    """Telephone numbers among the runs of digits: few runs are looked at closely, not every character."""
    total = 0

    def masked(match: re.Match[str]) -> str:
        nonlocal total
        before = text[match.start() - 1] if match.start() else " "
        if before in _NOT_BEFORE or before.isalnum():
            return match.group()
        if _SAID.search(text[max(0, match.start() - 30) : match.start()]):
            total += 1
            return TELEPHONE
        found, n = _NUMBER.subn(TELEPHONE, match.group())
        total += n
        return found

    return _DIGITS.sub(masked, text), total
