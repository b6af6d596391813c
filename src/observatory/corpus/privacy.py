"""Personal data out of advertisements before they are stored: e-mail, telephone, chat handles, names of contacts.

What stands for it says what was there: "[e-mail]", "[telephone]", "[handle]", "[name]".
"""

from __future__ import annotations

import re

from observatory.corpus.addresses import EMAIL as EMAIL
from observatory.corpus.addresses import mask_addresses
from observatory.corpus.windows import near, places

TELEPHONE, HANDLE, NAME = "[telephone]", "[handle]", "[name]"

_NUMBER = re.compile(
    r"(?<![\w.$€£¥#/=-])(?:"
    r"\+\d{1,3}[\s.()-]{0,2}(?:\(?\d{1,5}\)?[\s.-]?){2,5}\d{2,4}"  # +39 02 1234 5678
    r"|\(\d{2,5}(?:\s\d)?\)[\s.-]?\d{2,4}[\s.-]?\d{2,4}(?:[\s.-]?\d{2,4})?"  # (415) 555-0100
    r"|\(\d{3}[\s.-]\d{3}[\s.-]\d{4,5}(?!\d)"  # (415 555 0100)
    r"|\d{3}[.\s-]\s?\d{3}[.\s-]\s?\d{4}"  # 415-555-0100
    r"|07\d{3}\s?\d{6}|1\s[3-9](?:\s\d){9}"  # British and Chinese mobiles, the latter digit by digit
    r"|1[-.\s]\(?\d{3}\)?[-.\s]\s?\d{3}[-.\s]\d{4}"  # 1-800-555-0100
    r"|1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}"  # Chinese mobile
    r"|0\d{2,3}[\s-]\d{6,8}(?:-\d{1,5})?"  # 023-68881234
    r"|(?!\d\d\.\d\d(?:\.|\s?-)|0\d\.[0-5]\d[012]?\d\.[0-5]\d|00-|[01]\d/[0-3]\d/(?:19|20)?\d\d(?!\d))0\d{1,4}[\s./-]\d{2,4}[\s./-]?\d{2,4}(?:[\s./-]?\d{2,4})?"
    r"|[1-9]\d[\s-]\d{3}[\s-]\d{2}[\s-]\d{2}|[1-9]\d[\s-]\d{7}|[1-9]\d\s\d{4}-\d{3}|[1-9]\d\s\d{3}\s\d{4}"  # 12 555 01 00, Polish
    r"|00[1-9]\d{1,5}\s?/\s?\d{4,8}(?:-\d{1,4})?"  # 0049711/ 555010-0
    r"|400[\s-]\d{3,4}[\s-]\d{3,4}"
    r"|(?:3[2-9]|[4-9]\d)-\d{2}-\d{2}"  # 42-02-20, which is no date
    r"|\(\d{3}(?:\s\d{2}){3}"
    r")(?![\w%$€£¥])(?!-\d)"
)
_SAID = re.compile(
    r"(?:tel|phone|telephone|mobile|cell|call|fax|text|电话|手机|联系方式|咨询热线|热线|telefono|cellulare|telefon|tél|toll[ -]free|numer(?:em)? kontaktow|kontakt(?: telefoniczny)?(?: pod)? numerem)"
    r"\w{0,10}\s*(?:me|us|no|number|号码)?\.?\s*(?:is|at|by|on)?\s*(?::|：|[-–]\s)?\s*(?:\([a-z]\)\s?)?\+?\s*(?:\d{4,6}\s?(?:or|,|/)\s?)?$",
    re.IGNORECASE,
)
# Six digits, of a town's own numbers or cut off by a board ("888778xxx"), and two of them behind "at"
_SHORT_NUMBER = re.compile(
    r"((?<![a-z])(?:tel|phones?|fax|call|kom|numerem|telefon\w{0,4}|电话|факс|тел)(?:\s(?:us|me|at|by|no))?[ .:：\n]{0,3})"
    r"\+?(?!\d{3}000(?!\d))\d{6}(?!\d|[.,/]\d)(?:(?<=[:：]\d{6})|(?<=[:：] \d{6})|(?![ ]?(?-i:[a-wyz%])))",
    re.IGNORECASE,
)
_CONTACT_AT = re.compile(r"(\bcontact\b[^\d.]{0,60}\bat:?\s)\d{6}(?!\d|[.,]\d|\s?[a-z%])", re.IGNORECASE)
_STARRED = re.compile(r"(\*{4}\s)\d{6}(?!\d|[.,]\d|\s?[£$€%])")  # "call us on **** 555010": a board hid its beginning
_LISTED = re.compile(r"(?<=\[telephone\])\s?[,;/]\s?\d{6}(?!\d|[.,]\d)")
_TWO_SHORT = re.compile(r"(at(?<=\bat)\s)\d\d\s?\d\d\s?\d\d(\s?[,;/]\s?)\d\d\s?\d\d\s?\d\d(?!\d|[.,]\d)")
# 609-250-6475 written against the word before it
_AMERICAN = re.compile(r"(?:\(\d{3}\)[-.\s]?|(?:(?<!\d)|(?<=\d{5}))\d{3}[-.])\d{3}[-.]\d{4}(?![\d-])")
# "call Anna on", "reach her office at": the number stands further from its cue
_CALLED = re.compile(
    r"\b(?:call|phone|ring|text|dial|whatsapp|fax|contact|reach|informationen|auskunft|rückfragen|kontakt)\b[^\d.!?]{0,45}\b(?:on|at|to|under|unter|pod)[:：]?\s\(?$",
    re.IGNORECASE,
)
_REGISTERED = re.compile(r"(?:NIP|REGON|KRS|PESEL|IBAN|HRB|VAT|ISBN)\W{0,4}$")  # numbers of firms and books
# A landline without its dash, or a mobile, behind a person or a word for contact
_CHINESE_CUE = re.compile(
    r"(?:联系人|联系方式|联系电话|电话|热线|手机|先生|女士|小姐|老师|经理|主管|主任)[^\d\n]{0,10}$"
)
# The number of an office where its form goes on: "Anna Kowalska 71555010 w. 12 Sposób kontaktu"
_OFFICE = re.compile(
    r"(?<![\w/-])(?!0{3})\(?\d[\d ()-]{5,14}\d(?=\s{1,3}(?:w(?:ew)?\.?\s?\d{1,4}\s{1,3})?Sposób kontaktu)"
)
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d|(?:19|20)\d\d[./-]\d")
# A run of digits that touches an address or another number: "[e-mail] 5550101234", "0551-5550100/13800001234"
_BESIDE = re.compile(
    r"((?:\[e-mail\]|\[telephone\])[\s,;|/(、，：:-]{1,4})"
    r"(?:\+?(?!(?:19|20)\d{6}(?!\d))\d{9,12}|\(?\d{3}\)?[\s.-]\d{3}[.-]\d{4}|0\d{2,3}-\d{7,8})(?![A-Za-z0-9_,%]|\.\d)"
)
_BEFORE = re.compile(r"(?<![\w$€£.,-])[2-9]\d{9}(?=[\s,;|/(]{1,3}\[e-mail\])")
_CHAT = re.compile(
    r"((?:微信号?|[vw]x|v信|wechat(?:\s*id)?|weixin|qq(?:号|群)?|telegram|电报|tg|skype(?:\s*id)?|whatsapp|line\s*id|discord|keybase)\d?"
    r"\s*(?:号码?|id|handle|账号)?(?:[)）](?=\s*[:：]))?\s*(?:is|at)?\s*(?:[:：=@]|为|是|[-—]+>|→|(?<=[号id])\s|(?<=\bat )(?=['‘“\"]))[\s*\['‘“\"]*@?\[?)(?!https?\b|t\.me\b|[0-9A-F]{4}\s[0-9A-F]{4}\b|(?:handle|e-mail|telephone|name)\])"
    r"((?:live:)?[A-Za-z0-9_.][A-Za-z0-9_.#-]{3,40})",
    re.IGNORECASE,
)
# "Skype anna.b22", "hangouts anna_b": without a colon the name must look like one
_CHAT_NAMED = re.compile(
    r"(\b(?:skype|hangouts?|whatsapp|telegram|discord|wechat|weixin|keybase|icq)(?:\s(?:id|name|handle|me|us))?(?:\s(?:at|on|is))?[\s(]{1,2})"
    r"(?=[a-z0-9._-]*[a-z])(?=[a-z0-9._-]*[\d_]|[a-z]+\.[a-z]{3,}\b)(?!v?\d|web\d|[a-z]\d\b|[\w.-]+\.(?:com|org|net|io|js)\b)([a-z][a-z0-9._-]{4,30}[a-z0-9_])",
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
# "I am anna_dev on Twitter", "on Twitter and here as anna_dev"
_SELF = re.compile(
    r"(\b(?:or|am|i['’]m|as|is|at)\s)(?!\w{2,20}ly\b|(?:follow|message|contact|reach|find|ping|tweet|also|more|check|just)\b)[a-z0-9_]{4,30}(?=\son\s(?:twitter|freenode|irc)\b)"
    r"|(\b(?:twitter|freenode|irc)\s(?:and\shere\s)?as\s)(?!a\b|an\b|the\b|well\b|part\b)[a-z0-9_]{4,30}\b",
    re.IGNORECASE,
)
_SELF_SIGNS = ("on twitter", "on freenode", "on irc", "twitter as", "freenode as", "twitter and here")
# "v：anna2024", "微信anna2024", "微信面试：a2024" hold a figure or a line; "微信H5" and "微信公众号：kilns" are none
_BARE_WECHAT = re.compile(
    r"((?:(?:^|[\s/|，。；、-])[vV]\s?[:：]\s?|联系方式\s?[:：]\s?|微信号?\s?|微信(?!公众|订阅|服务|小程)[^\W\d_a-zA-Z]{1,4}[:：]\s?))"
    r"(?=[A-Za-z0-9_-]*[\d_])([A-Za-z][A-Za-z0-9_-]{5,30}|1[3-9]\d{9}(?!\d)|[1-9]\d{7,10}(?![\d元]))",
    re.MULTILINE,
)
_SHORT_SIGNS = ("同v", "同 v", "同ｖ", "wc:", "wc：", "wc ：", "wc :", "【", "「")
_SECOND_HANDLE = re.compile(r"(\[handle\]\s?[/、,，或]\s?)[1-9]\d{5,10}(?!\d)")
_SECOND_NUMBER = re.compile(r"(\[telephone\]\s?(?:or|oder|или|或|;)\s?)\d{5,6}\b(?![.,]?\d)")
# "联系方式 +V：anna88", "请添加微信anna88", "可加群：5550123"
_ASKED_WECHAT = re.compile(
    r"(联系方式[^\n]{0,20}?[:：\s]\+?[vｖ]\s?[:：]\s?|(?:添加|加|联系人?|负责人|我的|hr)微信号?\s?|(?:加|qq)群号?\s?[:：]\s?(?=\d{6}))"
    r"([a-z0-9][a-z0-9_-]{4,40})",
    re.IGNORECASE,
)
_ASKED_SIGNS = ("微信", "联系方式", "群:", "群：", "群号", "v:", "v：", "v ：")
# "hit me up on Twitter: https://twitter.com/anna_dev"; a company's channel is not given so
_TWITTER_LINK = re.compile(
    r"(\bme\b[^\n]{0,40}\btwitter\b(?:(?!twitter)[\s\S]){0,30}twitter\.com/)([A-Za-z0-9_]{2,30})", re.IGNORECASE
)
_CONTACT_WECHAT = re.compile(r"(联系方式[^\n]{0,80}?微信\s?)([a-z0-9][a-z0-9_-]{4,40})", re.IGNORECASE)
_ENDING = re.compile(r"-\d\d/\d\d")
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
_NAME_SIGNS = ("contact", "contact person", "attn", "attention", "ansprechpartner", "ansprechpartnerin", "referente", "contatto",
               "persona di contatto", "osoba do kontaktu", "osoba kontaktowa", "persona de contacto", "personne à contacter",
               "контактное лицо", "hiring manager", "recruiter", "联系人", "联络人", "招聘负责人", "招聘专员", "收件人")  # fmt: skip
_LINK_HANDLE = re.compile(
    r"((?<![a-z0-9-])(?:t\.me|wa\.me|m\.me|telegram\.me|join\.skype\.com)/)([A-Za-z0-9_+/-]{3,60})", re.IGNORECASE
)
_GROUP_LINK = re.compile(r"(?:频道|群|社区|channel|group|community)[^\n]{0,25}\n?[^\n]{0,12}$", re.IGNORECASE)
_OTHER_CHANNELS = re.compile(
    r"discord\.(?:gg|com)/|(?:twitter|x|medium)\.com/", re.IGNORECASE
)  # those of a project stand together
_TWITTER = re.compile(r"@(?<![A-Za-z0-9_/.@]@)[A-Za-z_][A-Za-z0-9_]{2,30}\b(?!\.[a-z]|-[a-z])")
# What stands behind an @ and is nobody: words of style sheets and programs, those spoken to, channels of a firm
_NOBODY = frozenset(
    "font page media import keyframes charset property override param return recruiters agencies agency company companyname companies dot".split()
)
_CHANNEL = re.compile(r"(?:jobs|careers|hiring|official)$|^(?:jobs|careers|wearehiring|lifeat)", re.IGNORECASE)
_FOLLOWED = re.compile(
    r"\b(?:follow|connect|like|join|find|visit)\b(?![^.\n]{0,25}\bme\b)[^\n]{0,70}$|\b(?:twitter|instagram)\b[^\n\w]{0,4}$|\btweet\s(?:at\s)?us\b[^\n]{0,20}$",
    re.IGNORECASE,
)
_OF_A_FIRM = re.compile(
    r"\b(?:engineers?|developers?|recruiters?|founders?|c[te]o|team|scientists?|programmers?|works?|become|called|company)\s$",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"(?:tg|tele(?:gram)?|wechat|微信|联系\S{0,4}|contact|reach|ping|\bdm\b|message|questions?|\bme\b|\bmy\b)[^\n]{0,30}$",
    re.IGNORECASE,
)
_CHAT_SIGNS = (
    "vx",
    "wx",
    "wechat",
    "weixin",
    "qq",
    "telegram",
    "tg",
    "skype",
    "whatsapp",
    "line id",
    "lineid",
    "discord",
    "keybase",
    "hangout",
    "icq",
)
_CHINESE_CHAT_SIGNS = (*_CHAT_SIGNS, "微信", "v信", "电报")  # fmt: skip
_ALSO = re.compile(r"\s?(?:[,;/]|or|and|oder|und|o|ou|lub|oraz|或|、)\s?", re.IGNORECASE)
_DIGITS = re.compile(r"[+(]?\d[\d\s().+/–-]{5,}\d")
_SOME_DIGITS = re.compile(r"\d[\d\s().+/–-]{4,}\d")  # the same without its optional beginning: found ten times faster
_SIX_DIGITS = re.compile(r"\d(?:\s?\d){5}")
_NOT_BEFORE = frozenset(".$€£¥#/=-_")


def mask(text: str) -> tuple[str, int]:
    """The text with personal contact data replaced, and how many were.

    >>> mask("Write to anna.rossi@example.org or call +39 02 5550 1234")
    ('Write to [e-mail] or call [telephone]', 2)
    >>> mask("Pay $120,000 - 150,000, 2015-12-31, founded 1998")[1]
    0
    """
    written = text
    lower = text.lower()
    text, total = mask_addresses(text, lower)
    if "@" in text:
        text, n = _accounts(text, written)
        total += n
    lower, before = (text.lower() if total else lower), total
    if found := places(lower, _CHAT_SIGNS if text.isascii() else _CHINESE_CHAT_SIGNS):
        patterns = (
            (_CHAT, rf"\1{HANDLE}"), (_CHAT_NAMED, rf"\1{HANDLE}"), (_CHAT_BEHIND, HANDLE),
        )  # fmt: skip
        text, n = near(text, found, patterns, same_length=len(lower) == len(text))
        total += n
    if ".me/" in lower or "skype.com/" in lower:
        text, n = _links(text)
        total += n
    if "绿泡泡" in text:
        text, n = _BUBBLE.subn(rf"\1{HANDLE}", text)
        total += n
    if not text.isascii() and (found := places(lower, _SHORT_SIGNS)):
        text, n = near(text, found, ((_SHORT_WECHAT, rf"\1{HANDLE}"),), same_length=len(lower) == len(text))
        total += n
    if not text.isascii() and (found := places(low := text.lower(), _ASKED_SIGNS)):
        asked = ((_ASKED_WECHAT, rf"\1{HANDLE}"), (_BARE_WECHAT, rf"\1{HANDLE}"))
        text, n = near(text, found, asked, same_length=len(low) == len(text))
        total += n
    if ("twitter" in lower or "freenode" in lower) and (found := places(lower, _SELF_SIGNS)):
        text, n = near(text, found, ((_SELF, rf"\g<1>\g<2>{HANDLE}"),), same_length=len(lower) == len(text))
        total += n
    if HANDLE in text and not text.isascii():
        text, n = _SECOND_HANDLE.subn(rf"\1{HANDLE}", text)
        total += n
    if "twitter.com/" in lower:
        text, n = near(text, places(text, ("twitter.com/",)), ((_TWITTER_LINK, rf"\1{HANDLE}"),))
        total += n
    if "联系方式" in text and "微信" in text:
        text, n = _CONTACT_WECHAT.subn(rf"\1{HANDLE}", text)
        total += n
    lower = text.lower() if total > before else lower
    if found := _introductions(lower):
        named = ((_CONTACT_NAME, rf"\1{NAME}"), (_CHINESE_NAME, rf"\1{NAME}"))
        text, n = near(text, found, named, same_length=len(lower) == len(text))
        total += n
    if not text.isascii() or any(map(text.__contains__, "0123456789")):
        text, n = _telephones(text)
        total += n
    return text, total


def _introductions(lower: str) -> list[int]:
    """Where a colon stands behind a word that introduces the name of a contact."""
    found = []
    for colon in (":", "："):
        at = lower.find(colon)
        while at >= 0:
            end = at - 1 if lower[at - 1 : at] == " " else at
            if lower.endswith(_NAME_SIGNS, max(0, end - 24), end):
                found.append(at)
            at = lower.find(colon, at + 1)
    return sorted(found)


def _accounts(text: str, written: str) -> tuple[str, int]:
    """Names behind an @, but those of a firm: its channels are no personal data."""
    total, lower = 0, ""

    def masked(match: re.Match[str]) -> str:
        nonlocal total, lower
        name = match.group()[1:].lower()
        before = text[max(0, match.start() - 90) : match.start()]
        if name in _NOBODY:
            return match.group()
        if _ASKED.search(before) is None:
            if len(name) <= 4 and match.group()[1:].isupper():
                return match.group()
            if _CHANNEL.search(name) or (match.group()[1].isupper() and _OF_A_FIRM.search(before)):
                return match.group()
            lower = lower or written.lower()
            if _FOLLOWED.search(before) and _is_named(name, lower):
                return match.group()
        total += 1
        return HANDLE

    return _TWITTER.sub(masked, text), total


def _links(text: str) -> tuple[str, int]:
    """Names in links to a chat, but those of channels and groups."""
    total = 0

    def masked(match: re.Match[str]) -> str:
        nonlocal total
        around = text[max(0, match.start() - 70) : match.end() + 40]
        if _GROUP_LINK.search(text[max(0, match.start() - 45) : match.start()]) or _OTHER_CHANNELS.search(around):
            return match.group()
        total += 1
        return f"{match.group(1)}{HANDLE}"

    return _LINK_HANDLE.sub(masked, text), total


def _is_named(name: str, lower: str) -> bool:
    """Whether the beginning of a name behind an @ stands in the text without it, as that of a firm does."""
    start = name.replace("_", "")[:5]
    return len(start) >= 3 and any(lower[at - 1 : at] != "@" for at in places(lower, (start,)))


def _telephones(text: str) -> tuple[str, int]:
    """The text without its telephone numbers, and how many there were."""
    total = 0
    digits = _SOME_DIGITS.search(text) is not None
    if digits:
        if _ENDING.search(text):  # as good as never, and found quickly by its dash
            text, n = _ENDINGS.subn(TELEPHONE, text)
            total += n
        text, n = _numbers(text)
        total += n
        if "kontaktu" in text:
            text, n = _OFFICE.subn(TELEPHONE, text)
            total += n
        if TELEPHONE in text:
            text, n = _SECOND_NUMBER.subn(rf"\1{TELEPHONE}", text)
            total += n
        if TELEPHONE in text or EMAIL in text:
            text, n = _BESIDE.subn(rf"\1{TELEPHONE}", text)
            total += n
        if EMAIL in text:
            text, n = near(text, places(text, (EMAIL,)), ((_BEFORE, TELEPHONE),))
            total += n
    if digits and _SIX_DIGITS.search(text):
        text, n = _SHORT_NUMBER.subn(rf"\1{TELEPHONE}", text)
        if "ontact" in text:
            text, more = _CONTACT_AT.subn(rf"\1{TELEPHONE}", text)
            total += more
        if "**** " in text:
            text, more = _STARRED.subn(rf"\1{TELEPHONE}", text)
            total += more
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
        digits = [char for char in match.group() if char.isdigit()]
        glued = (
            before == "." and "." not in match.group() and text[match.start() - 2 : match.start() - 1].isalpha()
        )  # "an employer.415-555-0100"
        if (
            (before in _NOT_BEFORE and not glued)
            or _REGISTERED.search(text[max(0, match.start() - 10) : match.start()])
            or len(set(digits)) == 1
        ):
            return match.group()
        if glued:
            found, n = _AMERICAN.subn(TELEPHONE, match.group())
            total += n
            return found
        if before.isalnum() and before.isascii():
            found, n = _AMERICAN.subn(TELEPHONE, match.group()) if before.isalpha() else (match.group(), 0)
            total += n
            return found
        spoken = (
            10 <= len(digits) <= 12
            and digits[0] in "01"
            and _CHINESE_CUE.search(text[max(0, match.start() - 16) : match.start()])
        )
        called = 6 <= len(digits) <= 13 and _CALLED.search(text[max(0, match.start() - 70) : match.start()])
        if (
            spoken
            or (called and not _DATE.match(match.group()))
            or _SAID.search(text[max(0, match.start() - 30) : match.start()])
            or _another(match)
        ):
            total += 1
            last[0] = match.end()
            return TELEPHONE
        found, n = _NUMBER.subn(TELEPHONE, match.group())
        if not n:
            found, n = _AMERICAN.subn(TELEPHONE, match.group())
        total += n
        if n:
            last[0] = match.end()
        return found

    return _DIGITS.sub(masked, text), total
