"""Chinese role phrases: a run of characters that ends in a head such as 工程师, 技术员 or 师.

Titles carry rank (高级, 资深), numbering, pay, benefits and place; those are cut away wherever they
stand, and so is what stands before a hiring cue in the same run (某项目部急聘焊工). In running text a
role is read behind a cue, or in a short line that is nothing else and no clause: any noun may end in
员, and 测试 or 销售 are mostly verbs. English titles among the Chinese are read by the English grammar.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from observatory.enrich import grammar_en

BASE_HEADS = frozenset(
    """
    工程师 技术员 设计师 分析师 架构师 研究员 训练师 管理员 操作员 操作工 维修工 装配工 调试员 检验员
    质检员 安全员 规划师 咨询师 培训师 评估师 测评师 标注员 运维员 管理师 建模师 电工 焊工 钳工 技师
    技工 经理 专员 主管 总监 顾问 助理 教师 讲师 会计 司机 护士 医生 科学家 策划 编辑 文员 客服 销售 采购
    出纳 翻译 记者 律师 店长 厂长 班长 开发 运营 程序员 架构 师 员 工 人员 核算员 交易员 巡检员 飞手
    驾驶员 调度员 测试 研发 专家 负责人 代表 经纪人 美工 程序 分析 运维 设计 前端 后端 全栈 算法 审计 写手
    主任 秘书 主办 教授 院长 校长 领班 管家 主播 保安 保洁 导购 维护 实施 运营官 技术官 经纪 领队 学者 剪辑
    """.split()
)
_SHORT = frozenset("师 员 工".split())
# Heads that name an activity: outside a title they head a profession only right behind a hiring cue.
_ACTIVITIES = frozenset(
    "开发 运营 测试 研发 销售 采购 策划 编辑 翻译 客服 架构 程序 分析 运维 设计 前端 后端 全栈 算法 审计 维护 实施 剪辑".split()
)
# Heads that are a whole role in a title.
_WHOLE = frozenset(
    "销售 测试 前端 后端 全栈 客服 会计 出纳 翻译 司机 护士 保安 保洁 文员 律师 记者 编辑 采购 美工 运维 教师 讲师".split()
)
# Words that end in the form of a head and are none.
_NO_HEADS = ("员工", "职工", "分工", "施工", "加工", "手工", "人工", "化工", "军工", "竣工", "开工", "成员", "会员", "人员",
             "老师", "大师", "裁员", "动员", "复工", "罢工", "用工", "学员", "党员", "团员", "球员", "官员")  # fmt: skip
# Characters of clauses; a name of a profession has none of them.
_CLAUSE = re.compile(
    r"[的把将了被着]|对于|以及|或者|与其|进行|负责(?!人)|参与|我们|贵司|本公司|有限公司|优先|不足|及以上|年以上|相关产品"
)
# What opens a clause or a line of requirements, never a title.
_OPENING = re.compile(
    r"熟悉|精通|掌握|熟练|具有|具备|拥有|有(?![色机限线])|热爱|喜欢|了解|协助|配合|完成|执行(?![董经总策制校副院])|编写|撰写|优化(?![师工算专])"
    r"|保证(?!金)|保障(?=.*系统)|能(?![源耗效量])|可以|理解|深入|充分|根据|按照|通过|使用|利用|运用|用(?!户)|推进|推动|实现|承担|跟踪|跟进"
    r"|包括|包含|如(?!家)|与|和|及|为|并(?![购网行发])|非(?!遗)|若|无(?![人线纺损机])|愿意|更多|严格|主动|及时|参加|制定|建立|搭建|带领|提供"
    r"|对(?![外账公接冲])|研究(?=.*架构$)|设计(?=.+架构$)|不(?![动锈])|善于|擅长|良好|至少|主导|独立(?![站董])|完善|提高|提升|解决(?!方案)"
    r"|转化等|各业务|缓存|或|等|因|由|向|从|在(?![线建职校])|给(?![排水])|是|其中|其他|第三方或|按|以|已|曾|请|让|使|升级测试|单元测试"
)
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎潘杜戴夏钟汪姜范姚谭廖邹熊陆郝崔康毛邱秦顾侯邵孟"
_PERSON = re.compile(rf"[{_SURNAMES}](?:经理|总监|老师|主管|店长|总|工|女士|先生)$")
_TEMPLATE = re.compile(r"^[xX]{2,}|^某")
# Large cities whose names begin no other word: before a role they are its place.
_CITIES = (
    "北京 上海 广州 深圳 杭州 南京 苏州 成都 重庆 武汉 西安 天津 长沙 郑州 青岛 大连 厦门 福州 济南 合肥 昆明 南昌 沈阳 哈尔滨 宁波 无锡 东莞 佛山"
    " 珠海 惠州 石家庄 太原 贵阳 南宁 兰州 乌鲁木齐 海南 香港 澳门 徐州 常州 温州 嘉兴 绍兴 金华 烟台 潍坊 洛阳 唐山"
).split()

RANK = {
    "高级": "senior", "资深": "senior", "中级": "mid", "初级": "junior", "实习": "intern", "助理": "junior",
    "首席": "lead", "见习": "intern", "储备": "junior", "兼职": "", "全职": "", "急聘": "", "诚聘": "",
    "招聘": "", "急招": "", "高薪": "", "应届": "junior", "应届生": "junior", "校招": "junior", "社招": "", "远程": "", "直招": "",
    "高薪诚聘": "", "招募": "", "诚招": "", "招": "", "聘": "", "直聘": "", "聘请": "", "中高级": "senior",
    "初中级": "mid", "初中高级": "mid", "专职": "", "大量": "", "若干": "", "多名": "", "急需": "", "驻场": "", "Y": "",
}  # fmt: skip
_RANKS = sorted(RANK, key=len, reverse=True)
_INNER_RANK = re.compile(
    r"(?<=.)(?:(?:初|中)*高级|中级|初级|资深|实习|见习|首席|主任(?=工程师|设计师|研究员)|副(?=总监|经理|主管|主任)"
    r"|助理(?=工程师|研究员|设计师|分析师|架构师|教授))(?=.)"
)
_INNER_RANKS = {"高级": "senior", "中级": "mid", "初级": "junior", "资深": "senior", "实习": "intern", "见习": "intern",
                "首席": "lead", "主任": "senior", "副": "", "助理": "junior"}  # fmt: skip

_SEGMENT = re.compile(r"[^|｜/／、&＆,，;；:：()（）\[\]【】《》<>「」『』\-—–_·•*+＋!！?？。~～\t\"“”=]+")
_RUN = re.compile(r"[A-Za-z0-9#.+\ue000\u4e00-\u9fff]+(?: [A-Za-z0-9#.+\ue000\u4e00-\u9fff]+)*")
_CUE = re.compile(r"招聘|诚聘|急聘|招募|急招|诚招|高薪聘请|岗位|职位|我们在找|寻找|在找|需要一名|需要一位")
_LEAD_IN = re.compile(r"^(?:岗位名称|职位名称|岗位|职位|招聘|诚聘|急聘|招募|寻找|一名|一位|若干|多名|[0-9]+名|的)+")
# A hiring cue inside a run, with what counts the places: what stands before its end is no part of the role.
_INSIDE = re.compile(
    r"^.*(?:招聘|诚聘|急聘|招募|急招|诚招|直招|直聘|聘请|寻找|在找|需要)(?:[一两二三四五六七八九十0-9]+[名位个]|若干名?|多名)?(?=.)"
)
_TAIL = re.compile(r"(?:[0-9]+(?:名|人|k|K|千|万)?|若干名?|多名|岗位?|职位|方向|急招?|双休|五险一金|包吃住?|\s)+$")
CUE_REACH = 40  # characters between a hiring cue and the role it announces in a long line
SHORT_LINE = 30  # characters of a line that may be a title of its own

_PAY = re.compile(
    r"(?:月薪|年薪|日薪|时薪|底薪|保底|薪资|薪水|薪酬|工资|待遇|月入|提成)\s*[:：]?\s*(?:[\d.]+(?:\s*[-~—–至到]\s*[\d.]+)?\s*(?:[kKwWuU千万元+%]|以上|起|USD|RMB|U)*"
    r"|(?:RMB|USD|SGD|HKD)\S*|面议|可谈)|\d[\d.]*\s*[kKwWuU千万]?\s*[-~—–]\s*\d[\d.]*\s*[kKwWuU千万元]\S*|\d{2,}[\d.]*\s*[kKwWuU元]+(?![A-Za-z])\S{0,4}"
)
_BENEFITS = re.compile(
    r"周末双休|双休|[五六5][险]1?一?金?|带薪年假|包吃包?住|包食宿|包住宿?|高提成|无责底薪|高福利|高收入|20\d\d届?(?:校园)?(?:招聘|春招|秋招)?(?=\D)"
)
_NUMBERING = re.compile(
    r"^\s*[（(]?\d{1,3}(?:[.、)）:：]\s*|\s+)(?=[A-Za-z\u4e00-\u9fff])|(?<![A-Za-z#])#+(?=[\s#\u4e00-\u9fffA-Za-z])|(?<![A-Za-z])[xX×]\s?\d*\s?(?=\s[\u4e00-\u9fff])|[①-⑳]"
)
_RADICALS = re.compile("[\u2e80-\u2fdf\uff01-\uff5e]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_HAN_RUN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+")
_ENGLISH_HEAD = re.compile(
    r"\b(?:engineer|developer|manager|scientist|analyst|designer|director|specialist|coordinator|architect|quant|lead|head|researcher)s?\b",
    re.I,
)
_ENGLISH_HEADS = grammar_en.BASE_HEADS | {"lead", "quant", "head"}
_LATIN_TAIL = re.compile(r"(?<=[\u4e00-\u9fff])[a-z0-9+#.]+$")
_NO_LETTER = re.compile(r"[^\w+#.]+")
_STOPS = re.compile(r"[。；;!！?？]")


def head_of(label: str) -> str:
    """The longest known head that ends a label, or "".

    >>> head_of("人工智能训练师")
    '训练师'
    """
    text = label.strip().replace("S", "").replace("L", "").strip()
    for size in (3, 2, 1):
        if len(text) > size and text[-size:] in BASE_HEADS:
            return text[-size:]
    return ""


def names_people(head: str) -> bool:
    """Whether a head that few labels end in has the form of a word for people."""
    return head in BASE_HEADS


def read_line(
    line: str, heads: frozenset[str], *, title: bool, clean: bool = False
) -> Iterator[tuple[str, int, int, bool, bool, bool, str]]:
    """(role, start, end, alone, titled, hiring, seniority) for each role phrase in a line."""
    cues = [match.end() for match in _CUE.finditer(line)]
    if not title and len(line) > SHORT_LINE and not cues:
        return
    if title and _ENGLISH_HEAD.search(line):
        latin = _HAN_RUN.sub(lambda match: "|" * len(match.group()), line)
        yield from grammar_en.read_line(latin, _ENGLISH_HEADS, title=True)
        if latin == line:
            return
    text = _plain(line, title)
    longest = max((len(head) for head in heads), default=0)
    for segment in _SEGMENT.finditer(text):
        for run in _RUN.finditer(segment.group()):
            for chunk, start in _chunks(run.group(), segment.start() + run.start()):
                near = title or any(0 <= start - at <= CUE_REACH and not _STOPS.search(text, at, start) for at in cues)
                if not near and (cues or len(line) > SHORT_LINE):
                    near = bool(_INSIDE.match(chunk)) and len(line) <= SHORT_LINE
                    if not near:
                        continue
                found = _role(chunk, heads, longest, title=title)
                if found is None:
                    continue
                role, at, size, head, seniority, behind_cue = found
                alone = _NO_LETTER.sub("", segment.group()) == _NO_LETTER.sub("", chunk) or behind_cue
                alone = alone or (title and segment.group().rstrip().endswith(chunk))  # behind the employer
                if not title:
                    behind = behind_cue or any(0 <= start - cue <= 3 for cue in cues)
                    if head in _ACTIVITIES and not behind:
                        continue
                    if not cues and segment.group().strip("- ") != chunk:
                        continue
                yield role, start + at, start + at + size, alone, True, title or bool(cues), seniority


def _plain(line: str, title: bool) -> str:
    """The line with full-width letters made ordinary and numbering and pay made bars; offsets stay."""
    if _RADICALS.search(line):
        line = _RADICALS.sub(
            lambda m: (
                form if len(form := unicodedata.normalize("NFKC", m.group())) == 1 and form not in "+-|/" else m.group()
            ),
            line,
        )
    line = re.sub(r"(?<=[A-Za-z])\+\+", "\ue000\ue000", line)
    for pattern in (_NUMBERING, *((_PAY, _BENEFITS) if title else (_PAY,))):
        line = pattern.sub(lambda match: "|" * len(match.group()), line)
    return line


def _chunks(run: str, start: int) -> Iterator[tuple[str, int]]:
    """The parts of a run that blanks divide, Latin words kept with the Chinese they stand before.

    >>> [chunk for chunk, _ in _chunks("某公司 Rust 工程师 前端", 0)]
    ['某公司', 'Rust 工程师', '前端']
    """
    at, begin, size = 0, 0, 0
    for word in run.split(" "):
        if _HAN.search(word):
            if size > 2 or _ENGLISH_HEAD.search(run, begin, at):
                begin = at
            yield run[begin : at + len(word)], start + begin
            begin, size = at + len(word) + 1, 0
        else:
            size += 1
        at += len(word) + 1


def _role(
    text: str, heads: frozenset[str], longest: int, *, title: bool
) -> tuple[str, int, int, str, str, bool] | None:
    """(role, offset, length, head, seniority, behind a cue) of a run without blanks around it, or None."""
    offset, behind = 0, False
    for cut in (_INSIDE.match(text), _LEAD_IN.match(text)):
        if cut and len(text) - cut.end() >= (2 if title else 3):
            if text[cut.end() :] in ("专员", "经理", "主管", "顾问", "助理", "总监"):
                continue  # 招聘专员 is a profession itself
            offset, text, behind = cut.end(), text[cut.end() :], True
            break
    tail = _TAIL.search(text)
    if tail:
        text = text[: tail.start()]
    seniority, lead = _rank(text)
    offset, text = offset + lead, text[lead:]
    for city in _CITIES:
        if text.startswith(city) and len(text) - len(city) >= 4 and text[len(city)] not in "市大":
            offset, text = offset + len(city), text[len(city) :].lstrip("市")
            break
    role = re.sub(r"\s+", "", text)
    for inner in _INNER_RANK.findall(role):
        seniority = seniority or _INNER_RANKS.get(inner[-2:], "")
    role = _INNER_RANK.sub("", role).lower().replace("\ue000", "+").lstrip("+")
    role = role if role.startswith(".net") else role.lstrip(".")
    head = next((role[-n:] for n in range(min(longest, len(role)), 0, -1) if role[-n:] in heads), "")
    if not head and (bare := _LATIN_TAIL.sub("", role)) != role:  # "课程顾问CC"
        role = bare
        head = next((role[-n:] for n in range(min(longest, len(role)), 0, -1) if role[-n:] in heads), "")
    if not head or len(role) > 18:
        return None
    if len(role) <= len(head) and not (title and role in _WHOLE):
        return None
    if len(role) < 3 and role not in _WHOLE:
        return None
    if (
        role.endswith(_NO_HEADS)
        or _CLAUSE.search(role)
        or _OPENING.match(role)
        or _PERSON.match(role)
        or _TEMPLATE.match(role)
        or (head in _SHORT and len(role) < 3)
        or role in ("开发工程师", "开发人员", "技术开发")
    ):
        return None
    return role, offset, len(text), head, seniority, behind


def _rank(text: str) -> tuple[str, int]:
    seniority, at = "", 0
    moved = True
    while moved:
        moved = False
        for word in _RANKS:
            if text.startswith("招聘", at) and len(text) - at < 5:
                break  # 招聘专员 is a profession itself
            if text.startswith("首席", at) and text.endswith("官"):
                break
            if text.startswith(word, at) and len(text) - at > len(word) + 1:
                seniority = seniority or RANK[word]
                at += len(word)
                moved = True
                break
        while at < len(text) and text[at] == " ":
            at += 1
    return seniority, at
