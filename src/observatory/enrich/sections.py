"""Sections of an advertisement: tasks, requirements, benefits, about us, how to apply.

A heading ("Responsibilities:", 任职要求, "Requisiti") opens a section that lasts to the next one, or
to the end of the list below it. Where there is no heading, each sentence is judged by its own cues
("you will build", "experience with", 负责, "ti occuperai"). Task and requirement sentences are the
content of a role: what it is compared by.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

SectionName = Literal["tasks", "requirements", "benefits", "about", "apply", "other"]
SECTIONS: tuple[SectionName, ...] = ("tasks", "requirements", "benefits", "about", "apply", "other")

LONGEST_HEADING = 60  # characters
SHORTEST, SHORTEST_HAN, LONGEST = 12, 5, 400  # characters of a sentence that is kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Sections:
    """The sentences of an advertisement by what they are about, each in the order of the text."""

    tasks: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    benefits: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    apply: tuple[str, ...] = ()
    other: tuple[str, ...] = ()


# A heading is one of these phrases, alone in its line or before a colon. "" stands for headings that
# hold tasks and requirements at once: their sentences are judged one by one.
_HEADINGS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "tasks": r"(?:your |key |main |primary |core |essential |major |principal |general |specific |job |role |position |(?:the )?day[- ]to[- ]day )*"
        r"(?:duties(?: (?:and|&) responsibilities)?|responsibilit(?:y|ies)(?: (?:and|&) duties)?|tasks|functions|accountabilities|job duties)"
        r"(?: (?:include|will include|may include)[^:]{0,24})?"
        r"|(?:some of )?(?:what|things) (?:you(?:['’]ll| will|['’]d| would)?(?: be)?|the job involves|they(?:['’]ll| will)) (?:do|doing|work(?:ing)? on|build|own|be responsible for)(?: here)?"
        r"|how you(?:['’]ll| will) (?:make an impact|contribute|spend your time)|in this (?:role|position)(?:,? you(?:['’]ll| will)?(?: be)?)?|as an? [\w /-]{3,40},? you(?:['’]ll| will)|you(?:['’]ll| will)(?: be)?"
        r"|(?:a )?(?:typical|average) (?:day|week)[\w ]{0,12}|your (?:role|mission|job|day)|the work|the mission|job (?:functions|contributions)|role overview|what is the job",
        "requirements": r"(?:the |our |your |key |main |minimum |basic |required |preferred |desired |essential |additional |job |position |technical |must[- ]have |core |general |specific |candidate |role )*"
        r"(?:requirements?|qualifications?|skills?|experience|competenc(?:y|ies|es)|attributes|expertise|education|background|knowledge|abilities|criteria|essentials|capabilities|traits)"
        r"(?:(?: ?(?:and|&|/|,) ?| )(?:the |our |key |required |preferred |desired )?(?:requirements?|qualifications?|skills?|experience|competenc(?:y|ies)|attributes|education|knowledge|abilities|expertise|required|preferred|needed|desired|include))*"
        r"|(?:what|who) (?:we(?:['’]re| are)?|you(?:['’]ll| will)?|are we|do we)(?: are)?(?: currently)? (?:look(?:ing)?(?: for)?(?: in you)?|need|want|bring|have|expect|require|seek(?:ing)?|value|like|love)(?: for| to (?:bring|have|succeed))?(?: from you)?"
        r"|we(?:['’]re| are) looking for(?: someone (?:who|with))?|looking for|you(?:['’]re| are)|who you are|you (?:have|should have|must have|should be|must be|should|must|might|need|bring|may be)|about you|your (?:profile|skills|experience|background)"
        r"|must[- ]haves?|nice[- ]to[- ]haves?|(?:big |huge |bonus )?plus(?:es)?|bonus(?: points?)?(?: (?:for|if)(?: you)?)?|extra (?:credit|points)|good to have|preferred|required|desired|desirable|ideal(?:ly)?(?: candidate)?(?: you)?|the ideal candidate[\w ]{0,20}|minimum|mandatory|we (?:require|need|expect|(?:also )?value)|requirements/qualifications|is this you",
        "benefits": r"(?:our |the |your )?(?:benefits?|perks|compensation|salary|pay|package|rewards|remuneration)(?: ?(?:and|&|/|\+) ?(?:benefits?|perks|compensation|salary|equity))*(?: (?:package|range|include|of working (?:here|with us)|at .{2,20}))?"
        r"|what(?:['’]s| is) in it for you|(?:what )?(?:we|you)(?: can|(?:['’]ll| will))? (?:offer|get|provide|receive)(?: you)?|why (?:join|work|us|you(?:['’]ll| will) love)[\w ]{0,24}|(?:some )?reasons to join[\w ]{0,12}|job perks|we offer|in return|culture|our culture|life at .{2,20}",
        "about": r"about (?:us|our (?:company|team)|the (?:company|team|product|project|organi[sz]ation)|[A-Z][\w.&’' ]{1,30})|who we are|what we do|(?:the |our )?(?:company|team|product|mission|story|values|vision|culture|background|business|tech(?:nology)? stack|stack|technology|technologies|tech)(?: (?:overview|description|profile|background|summary))?|our (?:tech|technology) stack|how we work|what we use|tools we use|equal (?:employment )?opportunity[\w ]{0,20}|eeo statement|disclaimer|overview",
        "apply": r"(?:how )?to apply|apply(?: (?:here|now|at|online|today|via|to))?|(?:application|interview|hiring|selection|recruitment) (?:process|procedure|instructions|deadline)|applying(?: instructions)?|contact(?: us| info(?:rmation)?| me| details)?|e-?mail(?: us)?|interested|(?:what(?:['’]s| are)? )?(?:the )?next(?: steps)?|more info(?:rmation)?|links?|questions|get in touch|please (?:apply|contact|e-?mail|send)[\w ]{0,20}|(?:our )?(?:open |current |available )*(?:positions|openings|roles|jobs)(?: (?:open|available))?",
        "": r"(?:the |our )?(?:role|position|job|opportunity)(?: (?:description|summary|overview|purpose|profile))?|about the (?:role|position|job|opportunity)|description|summary|responsibilities/skills|details|who we(?:['’]re| are) looking for",
    },
    "zh": {
        "tasks": r"(?:主要|核心|岗位|工作|职位|具体|你的)?(?:岗位|工作|职位)?(?:职责|内容|任务)(?:描述|包括|范围)?|职责描述|你(?:将|会|需要)?(?:负责|做什么|做的事)|主要工作|工作描述|职能描述",
        "requirements": r"(?:岗位|职位|任职|招聘|能力|技能|基本|工作|学历|技术|专业|必备|应聘|申请|其他|我们的|硬性)?(?:岗位|工作)?(?:要求|资格|条件|技能)(?:与(?:资格|条件))?|任职要求|我们(?:希望|期待|想要|需要)(?:的?你)?|你需要(?:具备|有)|加分项?|优先考虑|优先条件|必备条件|希望你|我们在找|经验要求|素质要求",
        "benefits": r"(?:公司|薪资|薪酬|员工|岗位|我们的|工作)?(?:薪资|薪酬)?(?:福利|待遇|薪资|薪酬|福利待遇|环境|时间|薪水|月薪)(?:待遇|体系|范围)?|我们提供|你(?:将|会|能)?(?:得到|获得)|发展前景|晋升(?:空间|机制|通道)|工作地址|上班时间|工作性质|是否(?:全职|远程)|工作地点|地点|时区要求",
        "about": r"(?:公司|企业|团队|项目|产品|部门)(?:/?团队)?(?:介绍|简介|背景|概况)|关于(?:我们|公司|团队)|我们是谁",
        "apply": r"联系(?:方式|人|我们)|(?:简历)?投递(?:方式|邮箱|简历)?|应聘方式|如何(?:投递|申请|应聘)|面试流程|申请方式|邮箱|微信|职能类别|关键字|微信分享",
        "": r"(?:职位|岗位)(?:描述|信息|概述|详情)|(?:岗位|工作|职位)?(?:要求|职责)[、/和与及](?:职责|要求)|(?:岗位|职位)介绍|描述",
    },
    "it": {
        "tasks": r"(?:le |principali |tue )*(?:mansioni|attività|compiti|responsabilità|funzioni)(?: principali| previste| richieste)?|di cosa (?:ti occuperai|si occuperà)|cosa (?:farai|farà)|ti occuperai di|si occuperà di|il tuo ruolo|la risorsa (?:si occuperà|inserita)[\w ]{0,20}|nello specifico",
        "requirements": r"(?:i |principali |nostri )*(?:requisiti|competenze|conoscenze|qualifiche)(?: (?:richiest[ei]|tecniche|preferenziali|necessari|minimi|professionali|trasversali))*|(?:cosa|chi) cerchiamo|(?:il )?(?:tuo )?profilo(?: (?:ideale|ricercato|richiesto))?|titolo di studio|completano il profilo|cosa (?:ti )?(?:chiediamo|serve)|esperienza(?: richiesta)?|chi sei",
        "benefits": r"(?:cosa |ti |si )?(?:offriamo|offre|offerta)|benefit|vantaggi|retribuzione|inquadramento|condizioni|cosa (?:ti )?offriamo|perché (?:noi|unirsi a noi)|contratto|orario(?: di lavoro)?|sede(?: di lavoro)?|luogo di lavoro",
        "about": r"chi siamo|l['’]azienda|su di noi|azienda|la nostra (?:azienda|storia)|il (?:nostro )?team",
        "apply": r"(?:come )?candidar[st]i|candidature|contatti|per candidarsi|invia(?:re)? (?:la )?(?:candidatura|cv)|modalità di candidatura",
        "": r"descrizione(?: del(?:la)? (?:ruolo|posizione|lavoro|offerta))?|il ruolo|la posizione|annuncio",
    },
}  # fmt: skip

_VERB = (
    "analy[sz]e|architect|assemble|assess|assist|audit|automate|build|calibrate|code|collaborate|collect|communicate|conduct|configure|"
    "contribute|coordinate|craft|create|debug|define|deliver|deploy|design|develop|diagnose|document|drive|enhance|ensure|establish|evaluate|"
    "execute|explore|extend|facilitate|find|fix|forecast|gather|guide|handle|help|identify|implement|improve|inspect|install|integrate|"
    "interface|investigate|lead|maintain|manage|measure|mentor|migrate|model|monitor|operate|optimi[sz]e|organi[sz]e|oversee|own|partner|"
    "perform|plan|prepare|present|process|produce|program|promote|prototype|provide|recommend|refactor|repair|report|research|resolve|review|"
    "run|scale|schedule|set up|shape|ship|simulate|solve|specify|streamline|supervise|support|teach|test|track|train|translate|troubleshoot|"
    "update|validate|verify|weld|work|write"
)
_GERUND = (
    "analy[sz]ing|architecting|assembling|automating|building|calibrating|coding|collaborating|conducting|configuring|coordinating|creating|"
    "debugging|defining|delivering|deploying|designing|developing|driving|ensuring|evaluating|extending|helping|implementing|improving|"
    "installing|integrating|leading|maintaining|managing|modeling|monitoring|operating|optimi[sz]ing|overseeing|owning|performing|planning|"
    "preparing|prototyping|providing|researching|running|scaling|shaping|solving|supporting|testing|tracking|training|troubleshooting|working|writing"
)
# What the cues of a sentence say, the first that fits. `item` cues hold in items of a list only.
_CUES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "apply": r"\b(?:to apply|apply (?:at|here|now|online|via|through|to|with)|send (?:your|us|me|a|in)\b.{0,40}\b(?:resume|cv|github|email|note|line)|(?:e-?mail|drop|contact|write|ping) (?:us|me)\b|check (?:us )?out (?:our|the)\b|more (?:info|details)\b|(?:get|reach) (?:in touch|out)|interview process|please (?:contact|e-?mail|send|visit|see|mention))|\[e-?mail\]|^https?://\S+$",
        "benefits": r"\b(?:competitive (?:salary|salaries|pay|compensation|benefits|equity)|health (?:insurance|care|benefits)|dental|401\(?k|vacation|paid time off|\bpto\b|free (?:lunch|food|snacks)|catered|stock options|we offer|we(?:['’]ll| will) (?:pay|cover|provide|give you)|you(?:['’]ll| will) (?:get|receive|enjoy|love|earn|learn|be (?:paid|rewarded|joining)|have (?:the )?(?:opportunity|chance|freedom|access))|relocation|salary|perks|remote work|flexible (?:hours|working)|work[- ]life)\b",
        "tasks": rf"\byou(?:['’]ll| will| would|['’]d)(?: also| be| get to| primarily| mainly| help| help us| have the responsibility)* (?:responsible for|in charge of|(?:{_VERB})\b|(?:{_GERUND})\b)"
        rf"|\b(?:responsible for|responsibilities (?:include|will|are)|in charge of|tasked with|(?:this|the|your) (?:role|position|job|work) (?:will |would )?(?:involves?|includes?|entails?|consists?|requires you)|duties (?:include|are)|your day)\b"
        rf"|\b(?:look(?:ing)? (?:for|to (?:hire|add))|seek(?:s|ing)?|hiring|need|want)\b.{{3,90}}?\b(?:to|who (?:will|can)|that (?:will|can)) (?:help(?: us)?(?: to)? )?(?:{_VERB})\b|\b(?:join|joining) (?:us|our|the|my)\b.{{0,60}}\b(?:to|and) (?:help(?: us)? )?(?:{_VERB})\b|\bcome (?:help (?:us )?)?(?:{_VERB})\b|^(?:help|work with) (?:us|our)\b"
        rf"|\b(?:role|position|person|candidate|hire|individual|engineers?|developers?|managers?|analysts?|designers?|scientists?|interns?|specialists?|technicians?|they|s?he)\b.{{0,12}} will (?:also )?(?:be )?(?:{_VERB}|{_GERUND})\b",
        "about": r"^(?:[A-Z][\w.&’'-]+(?: [A-Z][\w.&’'-]+){0,3},? (?:\([^)]*\) )?(?:is|was|are|has|builds?|makes?|helps?|provides?|powers?)\b|[Ww]e(?:['’]re| are| have|['’]ve| build| make| help| provide| believe| use| work| just| love| raised| were| started| started)\b|[Oo]ur\b|[Ff]ounded|[Bb]acked by|[Ff]unded|The (?:company|team|product|platform|startup)\b|At [A-Z])(?!.*\b(?:looking|seeking|hiring|need|require|experience (?:with|in)|candidates?)\b)",
        "requirements": r"\b(?:experience(?:d)? (?:with|in|of|using|working|building|developing|designing|as)|experience (?:is )?(?:a plus|required|preferred)|\d\+? ?(?:-|to|–)? ?\d* ?\+?(?:years?|yrs?)\b.{0,30}\b(?:experience|exp|of|in|with|as)|familiar(?:ity)? with|knowledge (?:of|in)|degree (?:in|or|from|preferred|required)|must (?:have|be|know)|should (?:have|be|know)|proficien(?:t|cy)|(?:good|strong|solid|deep|thorough) understanding of|ability to|be able to|skills? (?:in|with)|is required|are required|requirements? (?:are|include)|fluen(?:t|cy) in|expert(?:ise)? (?:in|with)|a (?:big |huge |definite |strong )?plus\b|bonus (?:points|if)|background in|comfortable (?:with|in|working)|ideal candidate|ideally|preferabl[ey]|preferred|candidates? (?:must|should|who|with|will have)|looking for (?:someone|people|a (?:person|candidate)|an? [\w ]{3,40}(?:with|who))|(?:someone|people|engineers|developers|designers) who (?:has|have|is|are|knows?|loves?|enjoys?|can|wants?)|(?:solid|strong|excellent|proven) (?:\w+ ){0,3}(?:skills?|experience|background|knowledge|communicat\w+))\b|^(?:you(?:['’]re| are|['’]ve| have| know| love| like| enjoy| understand| should| must| need)|passion(?:ate)?|strong|fluent)\b",
    },
    "zh": {
        "apply": r"(?:投递|简历|联系(?:我|方式|电话|人)|请发|发送至|欢迎(?:咨询|加))|\[e-?mail\]|\[handle\]",
        "benefits": r"(?:五险|六险|双休|年终奖|补贴|股权|期权|带薪|年假|奖金|体检|团建|薪资|薪水|底薪|工资|节日|下午茶|包吃|包住|晋升|弹性工作|元/月|/月)",
        "requirements": r"(?:经验|学历|年龄|熟悉|熟练|掌握|精通|了解|具备|具有|本科|大专|硕士|博士|专业|优先|能力|热爱|责任心|善于|英语|以上|拥有|良好的|较强)",
        "tasks": r"(?:^|[：:，,])\s*(?:主要)?(?:负责|参与|开展|完成|制定|设计|维护|组织|协助|编制|搭建|优化|根据|配合|承担|推动|跟进|研究|对接|管理|撰写|编写|分析|实现|构建|进行|开发|支持|解决|跟踪|提供|执行|处理|监控|建立|调研|带领|收集|安装|调试|操作|检测|指导|标注)",
        "about": r"^(?:我们是|我司|公司(?:成立|是|位于|拥有)|本公司|我们(?:的|致力|专注))|(?:成立于|总部|融资|上市公司|领先的)",
    },
    "it": {
        "apply": r"(?:candidat[iua]|invia(?:re)? .{0,20}(?:cv|curriculum)|curriculum|contattare|annuncio è rivolto)|\[e-?mail\]",
        "benefits": r"\b(?:retribuzione|buoni pasto|ticket restaurant|smart working|welfare|offriamo|si offre|contratto|inquadramento|ral|benefit|orario|ferie)\b",
        "tasks": r"\b(?:ti occuperai|si occuperà|sarai responsabile|sarà responsabile|avrai il compito|dovrai|dovrà|ti verrà chiesto|la risorsa (?:si|sarà|svolgerà|gestirà|lavorerà)|collaborerai|lavorerai|gestirai|svilupperai|progetterai|seguirai|supporterai|attività di)\b",
        "requirements": r"\b(?:esperienza|conoscenz[ae]|laurea|diploma|capacità|competenz[ae]|padronanza|patente|disponibilità|titolo di studio|requisit[oi]|attitudine|è richiest[ao]|gradit[ao]|preferibil\w+|inglese|cerchiamo (?:una persona|un candidato)|autonomia)\b",
        "about": r"^(?:siamo|la nostra|il nostro|fondata|da oltre|azienda|l['’]azienda)\b",
    },
}  # fmt: skip
# In a section of tasks these sentences are requirements all the same.
_STRONG: Mapping[str, str] = {
    "en": r"^(?:\d+\+? ?years?|(?:(?:strong|solid|good|proven|prior|previous|excellent|extensive|hands[- ]on|working|deep|language) )*(?:experience|knowledge|understanding|familiarity|familiar|proficiency|proficient|ability|fluent|fluency|expertise|background)\b|(?:bachelor|master)['’]?s?|(?:BS|MS|BA|PhD)\b)|\bdegree in\b",
    "zh": r"(?:优先|学历|本科|大专|硕士|经验者|年以上|年及以上|熟悉|精通|掌握|具有|具备|责任心)",
    "it": r"^(?:esperienza|conoscenza|laurea|diploma|ottim[ae]|buon[ae]|requisit)",
}  # fmt: skip
_ITEM_CUES: Mapping[str, str] = {
    "en": rf"^(?:(?:{_VERB})|(?:{_GERUND}))\b",
    "zh": r"^(?:负责|参与|开展|完成|制定|设计|维护|组织|协助|编制|搭建|优化|根据|配合|承担|推动|跟进|对接|撰写|编写|带领|安装|调试|操作)",
    "it": r"^(?:(?:progett|svilupp|gest|realizz|analizz|coordin|monitor|verific|install|configur|supporto|supervis|controll|redig|redazion|manuten|elabor|pianific|ottimizz|collabor|assemblaggi|programmazion|montaggi|saldatur|preparaz)\w*)\b",
}  # fmt: skip

_ITEM = re.compile(r"^(?:[-–—•*·►▪●‣◦>+✓✔→※■□◆▶]+\s*|[(（]?\d{1,2}(?:[、)）]|[.．](?!\d))\s*|[①-⑳]\s*|[a-z][)]\s+)")
_DECORATION = re.compile(r"^[\W_]*(?:[一二三四五六七八九十][、.]\s*)?|[\s*_#=\-–—~】」\]]+$")
_SENTENCE = re.compile(
    r"(?<=[.!?])\s+(?=[A-ZÀ-Ý0-9\"“(-])|(?<=[。！？])|(?<=；)|(?<=[\u4e00-\u9fff）)；;。,，])\s*(?=\d{1,2}[、．.)）](?!\d))"
)
_COLON = re.compile(r"\s*[:：]+\s*|\s+[-–—]\s+|\?\s*|】\s*")
_HAN = re.compile(r"[\u4e00-\u9fff]")
# Chinese texts often hold their headings inside one long line.
_INLINE = re.compile(
    r"(?<=.)(?=【?(?:岗位职责|工作职责|职位职责|工作内容|职责描述|任职要求|任职资格|任职条件|岗位要求|职位要求|招聘要求|能力要求"
    r"|福利待遇|薪资福利|薪资待遇|公司福利|公司介绍|公司简介|工作地址|工作时间|联系方式)】?\s?[:：])|(?<=.)(?=【[\u4e00-\u9fff]{4}】)"
)
_NO_SENTENCE = re.compile(r"^(?:https?://\S+|\W*|\S*\[[a-z-]+\]\S*)$|\|.*\||[|｜].*[|｜]")


def read_sections(text: str, language: str) -> Sections:
    """The sentences of each section. A language without rules of its own is read with the English ones.

    >>> read_sections("Responsibilities:\\n- Train the models\\nRequirements:\\n- A degree in physics", "en").tasks
    ('Train the models',)
    """
    rules = _rules(language)
    found: dict[str, list[str]] = {name: [] for name in SECTIONS}
    current: str | None = None  # None: no heading holds
    listed = False  # the section has items
    passing = False  # the heading stood before its text, and holds on only for a list or a numbered text
    for line in text.split("\n"):
        for part in rules.inline(line):
            name, rest = rules.heading(part)
            if name is not None:
                current, listed, passing = name or None, False, bool(rest) and not _ITEM.match(rest)
                part = rest
            item = _ITEM.match(part) is not None
            if name is None and current and not item:
                if passing or (listed and len(part) > LONGEST_HEADING and not _HAN.search(part)):
                    current = None
                elif _unknown_heading(part):
                    current = current if current in ("tasks", "requirements") else None
                    continue
            listed, passing = listed or item, passing and not item
            for sentence in _SENTENCE.split(part):
                plain = _ITEM.sub("", sentence.strip()).strip()
                least = SHORTEST_HAN if _HAN.search(plain) else SHORTEST
                if least <= len(plain) <= LONGEST and not (_NO_SENTENCE.search(plain) or _unknown_heading(plain)):
                    found[rules.section_of(plain, current, item=item)].append(plain)
    return Sections(**{name: tuple(sentences) for name, sentences in found.items()})


def _unknown_heading(line: str) -> bool:
    """A short line that ends in a colon and announces something we have no word for."""
    return line.endswith((":", "：")) and len(line) <= 40


class _Rules:
    """The headings and cues of one language, compiled; English ones stand behind them."""

    def __init__(self, language: str) -> None:
        own = [language] if language in _HEADINGS and language != "en" else []
        headings = [(name, pattern) for code in (*own, "en") for name, pattern in _HEADINGS[code].items()]
        self._headings = [(name, re.compile(rf"(?:{pattern})", re.IGNORECASE)) for name, pattern in headings]
        self._cues = [
            (name, re.compile(pattern), code == "en" and name == "about")
            for code in (*own, "en")
            for name, pattern in _CUES[code].items()
        ]
        self._items = re.compile("|".join(_ITEM_CUES[code] for code in (*own, "en")), re.IGNORECASE)
        self._strong = re.compile(_STRONG[own[0] if own else "en"], re.IGNORECASE)
        self._inline = _INLINE if language == "zh" else None

    def inline(self, line: str) -> Iterator[str]:
        """A line, cut before the headings inside it where a language writes them so."""
        for part in self._inline.split(line) if self._inline is not None else (line,):
            if part := part.strip():
                yield part

    def heading(self, line: str) -> tuple[str | None, str]:
        """The section a line opens (None for none, "" for one without a name of its own) and what
        stands behind the heading in the same line."""
        head, colon, rest = line, "", ""
        match = _COLON.search(line, 2)
        if match is not None and match.start() <= LONGEST_HEADING:
            head, colon, rest = line[: match.start()], match.group(), line[match.end() :]
        elif len(line) > LONGEST_HEADING:
            return None, ""
        plain = _DECORATION.sub("", head)
        if not plain or len(plain) > LONGEST_HEADING:
            return None, ""
        if rest and ":" not in colon and "：" not in colon and "】" not in colon:
            return None, ""
        if not colon and not (plain[0].isupper() or _HAN.match(plain) or head[:1] in "#*【["):
            return None, ""
        for name, pattern in self._headings:
            if pattern.fullmatch(plain):
                return name, rest.lstrip("*_ ")
        return None, ""

    def section_of(self, sentence: str, current: str | None, *, item: bool) -> str:
        """The section of a sentence: that of the heading above it, unless it clearly says another."""
        if current == "tasks" and self._strong.search(sentence):
            return "requirements"
        if current in ("tasks", "requirements") or (current and item):
            return current
        cue = self._by_cue(sentence, item=item)
        return cue if current is None or cue == "tasks" else current

    def _by_cue(self, sentence: str, *, item: bool) -> str:
        if item and self._items.match(sentence):
            return "tasks"
        lower = sentence.lower()
        return next(
            (name for name, pattern, cased in self._cues if pattern.search(sentence if cased else lower)), "other"
        )


@functools.cache
def _rules(language: str) -> _Rules:
    return _Rules(language)
