"""Words by which the overview of a standard is found in postings: environment, abilities, ethics, definitions.

Families of words in English and Chinese. What they find is shown as written; none of them stands in a draft
by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Families = Mapping[str, Mapping[str, re.Pattern[str]]]


def _families(**found: Mapping[str, str]) -> Families:
    return {
        language: {name: re.compile(pattern, re.IGNORECASE) for name, pattern in rows.items()}
        for language, rows in found.items()
    }


ENVIRONMENT: Families = _families(
    en={
        "remote": r"\b(?:work(?:ing)? (?:remotely|from home)|fully remote|remote(?: work| team|[- ]friendly| ok)?)\b",
        "office": r"\b(?:on[- ]?site|in[- ]office|open[- ]plan office)\b",
        "team": r"\b(?:small(?:,? \w+)? team|cross[- ]functional teams?|distributed team|fast[- ]paced environment|agile (?:environment|team))\b",
        "travel": r"\b(?:some travel|travel (?:required|up to)|\d+ ?% travel)\b",
        "shift": r"\b(?:on[- ]call|shift work|night shifts?|weekend work)\b",
    },
    zh={
        "remote": r"(?:全职远程|远程办公|远程工作|居家办公|远程)", "office": r"(?:坐班|现场办公|驻场|到岗)", "travel": r"(?:接受出差|能?适应出差|出差)",
        "shift": r"(?:轮班|倒班|夜班|值班|on-?call)", "team": r"(?:扁平化|小团队|跨团队协作|敏捷开发|国际化团队)",
    },
)  # fmt: skip
ABILITIES: Families = _families(
    en={
        "communication": r"\b(?:communication skills|communicat(?:e|ing|or)\w* (?:clearly|effectively|well|complex))\b",
        "team": r"\b(?:team[- ]?player|teamwork|work(?:ing)? (?:well )?(?:in|with) (?:a |small |the )?teams?|collaborat(?:e|ive|ion))\b",
        "problems": r"\b(?:problem[- ]solv(?:ing|er)|solv(?:e|ing) (?:hard|complex|difficult|challenging) problems)\b",
        "own": r"\b(?:self[- ](?:starter|motivated|directed)|work independently|autonom(?:y|ous(?:ly)?)|take ownership|independently)\b",
        "detail": r"\b(?:attention to detail|detail[- ]oriented)\b",
        "learning": r"\b(?:quick learner|learn (?:quickly|fast|new)|eager to learn|willing(?:ness)? to learn|curio(?:us|sity))\b",
        "analysis": r"\b(?:analytical (?:skills|thinking|mind)|quantitative (?:skills|background))\b",
    },
    zh={
        "communication": r"(?:良好的沟通(?:能力|协调能力)?|沟通(?:协调)?能力|善于沟通|沟通表达能力)", "team": r"(?:团队(?:合作|协作)(?:精神|意识|能力)?)",
        "problems": r"(?:分析(?:和|与|及)?解决问题的?能力|解决问题的?能力|逻辑思维(?:能力)?|分析能力)", "own": r"(?:自驱力?|自我驱动|独立(?:工作|完成|思考)(?:的)?(?:能力)?|主动性)",
        "duty": r"(?:责任心强?|强烈的责任心|抗压能力|细心|认真负责)", "learning": r"(?:学习能力|快速学习|热爱学习|好奇心)",
        "language": r"(?:英语(?:读写|听说读写|沟通|口语)(?:能力|流利|良好)?|英文(?:读写|沟通|文档)(?:能力)?)",
    },
)  # fmt: skip
ETHIC: Families = _families(
    en={
        "privacy": r"\b(?:data privacy|privacy (?:regulations?|laws?|policies)|confidential(?:ity| information)?|gdpr|hipaa)\b",
        "integrity": r"\b(?:integrity|ethic(?:s|al)|honest(?:y)?|trustworth\w+)\b",
        "quality": r"\b(?:security best practices|compliance (?:requirements|standards|with)|regulatory compliance|code of conduct)\b",
    },
    zh={
        "privacy": r"(?:保密(?:意识|协议|义务)?|数据安全意识|隐私保护)", "integrity": r"(?:诚实守信|诚信|正直|职业道德|职业操守|品行端正)",
        "quality": r"(?:合规(?:意识|要求)?|安全意识|质量意识|遵纪守法|遵守(?:公司)?(?:规章制度|法律法规))",
    },
)  # fmt: skip
# What makes a sentence that names the role say what the role does.
DEFINING: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:(?:you|who|they|role|position|engineers?|scientists?|analysts?|developers?|designers?|managers?|specialists?) (?:will|would|is responsible|are responsible)|you['’]ll|responsible for|to (?:help )?(?:build|design|develop|maintain|lead|create|work|own|manage|improve))\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"负责|参与|从事|主导|设计|开发|搭建|维护"),
}
# Sentences that call people or say who is looked for: they state no requirement of the work.
CALLING: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:looking (?:for|to (?:hire|add|expand|grow))|hiring|seeking|we need|we want|join (?:us|our)|open positions?|openings?|apply|interested|full[- ]time|"
        r"founding|we have .{0,30}(?:roles|positions)|roles? (?:include|available)|don['’]t (?:worry|need to)|doesn['’]t matter|perks|salary|equity|visa)\b|^[^,;:]{0,60}(?:engineers?|developers?|scientists?|analysts?|managers?)\.?$",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"招聘|职位：|岗位：|诚聘|简历|薪资|投递|坐班|Job Type|责任心|沟通能力|抗压|自驱|学习能力|加入我们|优先考虑$|英文|英语"),
}  # fmt: skip
# What may be left off at the beginning of a sentence of tasks: the rest still stands there word for word.
FILLER = re.compile(
    r"^[\s*•·\-–—>]*(?:(?:in this (?:role|position),? )?(?:as an? [\w /-]{3,40},? )?(?:you(?:['’]ll| will)|your (?:job|role) (?:will be|is) to|this (?:role|position) will)(?: also| primarily)?(?: be)?(?: responsible for| expected to)? "
    r"|(?:we(?:['’]re| are) )?looking for (?:someone|an? [\w /-]{3,40}?) (?:to|who (?:can|will)) |responsibilities (?:include|are):? |(?:主要|你将|您将|你会)(?=负责|参与))?",
    re.IGNORECASE,
)
EMPTY: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        "a an and or the of to in on for with by at from as is are be been being will would can could should may must have has had do does did "
        "you your yours we our ours us they their them it its this that these those who whom which what when where while how than then so such "
        "not no nor but if into over under about across within through between per via using use used also both either more most much many "
        "other others any all some each every very well good great strong solid excellent new key high highly etc e.g i.e plus ability able "
        "experience experienced experiences knowledge understanding familiarity familiar working work works worked years year similar related "
        "including include includes required preferred ideal looking role position team teams company people someone help make like want need "
        "one two three least minimum 's re ll ve don t s up out our re-".split()
    ),
    "zh": frozenset(
        "的 了 和 与 及 或 等 在 对 为 以 并 将 有 是 能 能够 可以 具有 具备 熟悉 熟练 掌握 了解 精通 负责 参与 进行 相关 以上 优先 良好 良好的 较强 经验 能力 "
        "工作 要求 公司 我们 你 您 者 其 其他 及其 以及 至少 年 一 个 一定 优秀 通过 根据 使用 完成 确保 提供 协助 按照 包括 如 中 上 下 不 也 都 至 从 到 由 于 "
        "方面 方面的 以及 需要 需 会 后 前 至少一种 一项 不限于 包括但不限于 、 ， 。 ； ： （ ） ( ) , . ; : / - 所 该 各 各种 各类 多 任 一种 一门 者优先 加分".split()
    ),
}  # fmt: skip
