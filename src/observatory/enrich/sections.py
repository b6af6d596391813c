"""Sections of an advertisement: tasks, requirements, benefits, about us, how to apply.

A heading ("Responsibilities:", "任职要求", "Requisiti") opens a section that lasts to the next one.
Where there are no headings, cues at the beginning of a sentence decide ("you will", "experience
with", 负责, "ti occuperai"). Task sentences are what a role's content is compared by.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

SECTIONS = ("tasks", "requirements", "benefits", "about", "apply", "other")

_HEADINGS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "tasks": r"(?:key |main |your |core )?(?:responsibilit(?:y|ies)|duties|tasks|mission)(?: include)?|what you(?:['’]ll| will)(?: be)? do(?:ing)?|the role|your role|job description|role description|what you will work on|day[- ]to[- ]day",
        "requirements": r"(?:minimum |basic |job |our )?(?:requirements?|qualifications?)|skills(?: (?:required|needed|and experience))?|what (?:you(?:['’]ll)? (?:bring|need)|we(?:['’]re| are)? look(?:ing)? for)|who you are|you have|must[- ]haves?|nice to haves?|bonus(?: points)?|desired skills|ideal candidate|preferred",
        "benefits": r"benefits|perks|what we offer|we offer|compensation|salary",
        "about": r"about (?:us|the company|[A-Z]\w+)|who we are|company|our story|the company|the team",
        "apply": r"how to apply|to apply|apply|contact|interested\??|next steps",
    },
    "zh": {
        "tasks": r"岗位职责|工作职责|工作内容|职位描述|岗位描述|主要职责|职责描述|工作任务|职位职责|你将负责",
        "requirements": r"任职要求|岗位要求|职位要求|任职资格|任职条件|招聘要求|能力要求|我们希望你|加分项|要求",
        "benefits": r"福利待遇|薪资福利|福利|薪酬待遇|薪资待遇|我们提供|公司福利|待遇",
        "about": r"公司介绍|公司简介|关于我们|企业简介|团队介绍",
        "apply": r"联系方式|投递方式|应聘方式|简历投递|如何投递|面试流程",
    },
    "it": {
        "tasks": r"mansioni|attività(?: principali)?|compiti|responsabilità|di cosa ti occuperai|il ruolo|cosa farai|descrizione del ruolo",
        "requirements": r"requisiti|competenze(?: richieste)?|cosa cerchiamo|profilo(?: ricercato)?|chi cerchiamo|titolo di studio",
        "benefits": r"(?:cosa )?offriamo|benefit|vantaggi|retribuzione|condizioni",
        "about": r"chi siamo|l['’]azienda|su di noi|azienda",
        "apply": r"come candidarsi|candidature|contatti|per candidarsi",
    },
}
_CUES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "tasks": r"^(?:- )?(?:you(?:['’]ll| will| would)\b|in this role|responsible for|as (?:a|an|our)\b.{0,60}\byou|design(?:ing)?\b|develop(?:ing)?\b|build(?:ing)?\b|implement(?:ing)?\b|maintain(?:ing)?\b|analy[sz](?:e|ing)\b|manag(?:e|ing)\b|lead(?:ing)?\b|work(?:ing)? (?:on|with)\b|create\b|collaborat(?:e|ing)\b|support(?:ing)?\b|monitor(?:ing)?\b|test(?:ing)?\b|operat(?:e|ing)\b|help(?:ing)? (?:us|design|build)\b)",
        "requirements": r"\b(?:experience (?:with|in|of)|years? of|familiar(?:ity)? with|knowledge of|degree in|must (?:have|be)|proficien(?:t|cy)|understanding of|ability to|you have|you are|skills? in|required|fluen(?:t|cy))\b",
        "benefits": r"\b(?:competitive (?:salary|pay)|equity|health insurance|401k|vacation|free lunch|catered|stock options)\b",
        "apply": r"\b(?:apply (?:at|here|now|online)|send (?:your|us|a)\b.{0,20}\b(?:resume|cv)|email us|drop us|contact)\b",
        "about": r"^(?:we(?:['’]re| are)\b|our (?:mission|product|company|team)\b|founded|backed by|we build)",
    },
    "zh": {
        "tasks": r"^(?:[-\d.、)）\s]*)(?:负责|参与|开展|完成|制定|设计|维护|组织|协助|编制|搭建|优化)",
        "requirements": r"(?:经验|学历|熟悉|掌握|精通|了解|具备|本科|大专|优先)",
        "benefits": r"(?:五险一金|双休|年终奖|补贴|股权)",
        "apply": r"(?:投递|简历|联系)",
        "about": r"^(?:我们是|公司成立|公司是)",
    },
    "it": {
        "tasks": r"^(?:- )?(?:ti occuperai|si occuperà|sarai responsabile|progett\w+|svilupp\w+|gesti\w+|realizz\w+|analizz\w+|coordin\w+|monitor\w+|verific\w+|install\w+|configur\w+)",
        "requirements": r"(?:esperienza|conoscenza|laurea|diploma|capacità|competenze|buona padronanza)",
        "benefits": r"(?:retribuzione|buoni pasto|smart working|welfare)",
        "apply": r"(?:candidat|inviare il cv|curriculum)",
        "about": r"^(?:siamo|la nostra azienda|fondata)",
    },
}  # fmt: skip

_COMPILED = {
    language: [
        (name, re.compile(rf"^\W*(?:{pattern})\s*(?:[:：\-–—】\]]|\?|$)", re.IGNORECASE))
        for name, pattern in rows.items()
    ]
    for language, rows in _HEADINGS.items()
}
_CUED = {
    language: [(name, re.compile(pattern, re.IGNORECASE)) for name, pattern in rows.items()]
    for language, rows in _CUES.items()
}
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý0-9\"“-])|(?<=[。！？；])")
LONGEST_HEADING = 60
SHORTEST, LONGEST = 12, 400  # characters of a sentence that is kept


def sentences(text: str) -> list[str]:
    """Lines of a text, cut into sentences."""
    return [part.strip() for line in text.split("\n") for part in _SENTENCE.split(line) if part.strip()]


def read_sections(text: str, language: str) -> dict[str, list[str]]:
    """The sentences of each section of `SECTIONS`, in order.

    >>> read_sections("Responsibilities:\\n- Train the models\\nRequirements:\\n- A degree in physics", "en")["tasks"]
    ['Train the models']
    """
    headings = _COMPILED.get(language, _COMPILED["en"])
    cues = _CUED.get(language, _CUED["en"])
    found: dict[str, list[str]] = {name: [] for name in SECTIONS}
    current = ""
    for line in text.split("\n"):
        line = line.strip()
        if not line:
            continue
        if len(line) <= LONGEST_HEADING or re.match(r"^[^\s:：]{2,12}[:：]", line):
            name = next((name for name, pattern in headings if pattern.match(line)), "")
            if name:
                current = name
                rest = re.split(r"[:：]", line, maxsplit=1)
                line = rest[1].strip() if len(rest) > 1 else ""
                if not line:
                    continue
        for sentence in _SENTENCE.split(line):
            plain = sentence.strip().lstrip("-•*·0123456789.、)） ").strip()
            if not (SHORTEST if plain.isascii() else 5) <= len(plain) <= LONGEST:
                continue
            found[current or _by_cue(sentence.strip(), cues)].append(plain)
    return found


def _by_cue(sentence: str, cues: list[tuple[str, re.Pattern[str]]]) -> str:
    return next((name for name, pattern in cues if pattern.search(sentence)), "other")
