"""Words of the drafts of standards in English and Chinese: chapters, columns, levels, marks."""

from __future__ import annotations

from collections.abc import Mapping

from observatory.errors import SettingError

LANGUAGES = ("en", "zh")

_EN: Mapping[str, str] = {
    "draft": "Draft of an occupational standard", "contents": "made from postings; every statement shows what it rests on",
    "overview": "1 Occupation overview", "basic": "2 Basic requirements", "work": "3 Work requirements", "weights": "4 Tables of weights",
    "name": "Name of the occupation", "code": "Code of the occupation", "definition": "Definition", "levels": "Skill levels",
    "environment": "Working environment", "abilities": "Abilities", "education": "Level of education", "training": "Training hours",
    "assessment": "Assessment: who may apply", "ethics": "Professional ethics", "basics": "Basic knowledge",
    "function": "Function", "content": "Content of work", "skills": "Skill requirements", "knowledge": "Related knowledge",
    "theory": "4.1 Theory (per cent)", "practice": "4.2 Skills (per cent)", "item": "Item", "total": "Total",
    "none": "no evidence", "person": "written by a person", "rests": "{postings} postings, {employers} employers", "sources": "Sentences cited",
    "limits": "What this draft cannot show", "made": "Made from", "posting": "posting", "profile": "Skill profile", "share": "share",
    "level 5": "Level 5 / junior worker", "level 4": "Level 4 / intermediate worker", "level 3": "Level 3 / senior worker",
    "level 2": "Level 2 / technician", "level 1": "Level 1 / senior technician", "level junior": "Junior", "level intermediate": "Intermediate",
    "level senior": "Senior", "includes": "A level includes the requirements of the levels below it.",
}  # fmt: skip
_ZH: Mapping[str, str] = {
    "draft": "国家职业标准（草案）", "contents": "依据招聘信息整理；每条内容均注明依据",
    "overview": "1 职业概况", "basic": "2 基本要求", "work": "3 工作要求", "weights": "4 权重表",
    "name": "职业名称", "code": "职业编码", "definition": "职业定义", "levels": "职业技能等级", "environment": "职业环境条件",
    "abilities": "职业能力特征", "education": "普通受教育程度", "training": "培训学时", "assessment": "职业技能评价要求（申报条件）",
    "ethics": "职业道德", "basics": "基础知识", "function": "职业功能", "content": "工作内容", "skills": "技能要求", "knowledge": "相关知识要求",
    "theory": "4.1 理论知识权重表（%）", "practice": "4.2 技能要求权重表（%）", "item": "项目", "total": "合计",
    "none": "无依据", "person": "人工撰写", "rests": "{postings} 条招聘信息，{employers} 家用人单位", "sources": "引用原句",
    "limits": "本草案的局限", "made": "数据来源", "posting": "招聘信息", "profile": "技能概貌", "share": "占比",
    "level 5": "五级/初级工", "level 4": "四级/中级工", "level 3": "三级/高级工", "level 2": "二级/技师", "level 1": "一级/高级技师",
    "level junior": "初级", "level intermediate": "中级", "level senior": "高级", "includes": "高等级涵盖低等级的要求。",
}  # fmt: skip
# Wording of the cells that state a figure: what postings ask for, as a sentence of ours about them.
_FIGURES: Mapping[str, Mapping[str, str]] = {
    "en": {"years": "{years} years of experience (median of the postings that say)", "level-count": "{level}: {share} per cent of the postings that name a level",
           "education 0": "no degree asked for", "education 3": "lower secondary education", "education 4": "upper secondary education",
           "education 5": "short higher education", "education 6": "bachelor's degree", "education 7": "master's degree", "education 8": "doctorate",
           "education": "{degree}, the lowest asked for in {share} per cent of the postings that name one",
           "limit levels": "{known} of {total} postings name years of experience or a rank; levels rest on these alone.",
           "limit years": "Years from which a level begins are a setting, not a rule of an authority; each statement stands at the level that asks for it most beyond its share.",
           "limit weights": "Weights follow how many employers name a function; {ethics} per cent for ethics and {basics} per cent for basic knowledge are a convention of drafting, not evidence.",
           "limit hours": "Training hours and the code are not in postings; they are for people to decide.",
           "limit asked": "Advertisements say what employers ask for, not what is done at work; practitioners should be asked.",
           "limit closed": "Not opened, for fewer than {least} postings ask for them: {levels}."},
    "zh": {"years": "{years} 年工作经验（注明年限的招聘信息的中位数）", "level-count": "{level}：占注明等级的招聘信息的 {share}%",
           "education 0": "学历不限", "education 3": "初中", "education 4": "高中或中职", "education 5": "大专", "education 6": "本科", "education 7": "硕士研究生",
           "education 8": "博士研究生", "education": "{degree}：在注明学历的招聘信息中，{share}% 以此为最低要求",
           "limit levels": "{total} 条招聘信息中有 {known} 条注明工作年限或级别；技能等级仅以此为据。",
           "limit years": "各等级的起始年限是系统设置，并非主管部门的规定；每条要求归入相对占比最高的等级。",
           "limit weights": "权重按提出该职业功能的用人单位数量计算；职业道德占 {ethics}%、基础知识占 {basics}% 是编制惯例，并非依据。",
           "limit hours": "招聘信息中没有培训学时和职业编码，须由人员确定。",
           "limit asked": "招聘信息反映用人单位的要求，而非实际工作内容；应征求从业人员的意见。",
           "limit closed": "以下等级未设立，因要求该等级的招聘信息少于 {least} 条：{levels}。"},
}  # fmt: skip


def words(language: str) -> Mapping[str, str]:
    """The words of a language of `LANGUAGES`. Raises `SettingError` for another."""
    if language not in LANGUAGES:
        raise SettingError(f"no words for drafts in {language!r}; known are {', '.join(LANGUAGES)}")
    return _ZH if language == "zh" else _EN


def figure(language: str, key: str, **values: object) -> str:
    """A cell that states a figure, in a draft's language (English where it has no words)."""
    return _FIGURES["zh" if language == "zh" else "en"][key].format(**values)


def level_name(level: str, language: str) -> str:
    """A level's name.

    >>> level_name("5", "zh"), level_name("senior", "en")
    ('五级/初级工', 'Senior')
    """
    return words(language)[f"level {level}"]
