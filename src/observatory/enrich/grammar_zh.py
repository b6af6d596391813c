"""Chinese role phrases: a run of characters that ends in a head such as 工程师, 技术员 or 师.

Titles carry rank (高级, 资深), place and pay in brackets and after dashes; those are cut away, and so
is what stands before a hiring cue in the same run (某项目部急聘焊工). In running text a role is read
behind a cue, or in a short line that is nothing else and no clause: any noun may end in 员, and 测试
or 销售 are mostly verbs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

BASE_HEADS = frozenset(
    """
    工程师 技术员 设计师 分析师 架构师 研究员 训练师 管理员 操作员 操作工 维修工 装配工 调试员 检验员
    质检员 安全员 规划师 咨询师 培训师 评估师 测评师 标注员 运维员 管理师 建模师 电工 焊工 钳工 技师
    技工 经理 专员 主管 总监 顾问 助理 教师 讲师 会计 司机 护士 医生 科学家 策划 编辑 文员 客服 销售 采购
    出纳 翻译 记者 律师 店长 厂长 班长 开发 运营 程序员 架构 师 员 工 者 人员 核算员 交易员 巡检员 飞手
    驾驶员 调度员 测试 研发
    """.split()
)
_SHORT = frozenset("师 员 工 者".split())
# Heads that name an activity: outside a title they head a profession only behind a hiring cue.
_ACTIVITIES = frozenset("开发 运营 测试 研发 销售 采购 策划 编辑 翻译 客服 架构".split())
# Words that end in the form of a head and are none.
_NO_HEADS = ("员工", "职工", "分工", "施工", "加工", "手工", "人工", "化工", "军工", "竣工", "开工", "成员", "会员", "人员",
             "患者", "读者", "作者", "消费者", "使用者", "爱好者", "优先者", "老师", "大师")  # fmt: skip
# Characters of clauses; a name of a profession has none of them.
_CLAUSE = re.compile(r"[的把将了被着]|对于|以及|或者|与其|进行|负责|参与|我们|贵司|本公司|有限公司")

RANK = {
    "高级": "senior", "资深": "senior", "中级": "mid", "初级": "junior", "实习": "intern", "助理": "junior",
    "首席": "lead", "见习": "intern", "储备": "junior", "兼职": "", "全职": "", "急聘": "", "诚聘": "",
    "招聘": "", "急招": "", "高薪": "", "应届": "junior", "校招": "junior", "社招": "", "远程": "", "直招": "",
    "高薪诚聘": "", "招募": "", "诚招": "", "招": "", "聘": "",
}  # fmt: skip
_RANKS = sorted(RANK, key=len, reverse=True)

_SEGMENT = re.compile(r"[^|｜/／、,，;；:：()（）\[\]【】《》<>\-—–_·•*+＋!！?？。~～\t\"“”]+")
_RUN = re.compile(r"[A-Za-z0-9#.+\u4e00-\u9fff]+(?: [A-Za-z0-9#.+\u4e00-\u9fff]+)*")
_CUE = re.compile(r"招聘|诚聘|急聘|招募|急招|岗位|职位|我们在找|寻找|需要一名|需要一位")
_LEAD_IN = re.compile(r"^(?:岗位名称|职位名称|岗位|职位|招聘|诚聘|急聘|招募|寻找|一名|一位|若干|多名|[0-9]+名|的)+")
# A hiring cue inside a run, with what counts the places: what stands before its end is no part of the role.
_INSIDE = re.compile(
    r"^.*(?:招聘|诚聘|急聘|招募|急招|寻找|在找|需要)(?:[一两二三四五六七八九十0-9]+[名位个]|若干名?|多名)?(?=.)"
)
_TAIL = re.compile(r"(?:[0-9]+(?:名|人|k|K|千|万)?|若干名?|多名|岗位?|职位|方向|急招?|双休|五险一金|包吃住?|\s)+$")


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


def read_line(
    line: str, heads: frozenset[str], *, title: bool
) -> Iterator[tuple[str, int, int, bool, bool, bool, str]]:
    """(role, start, end, alone, titled, hiring, seniority) for each role phrase in a line."""
    if not title and len(line) > 30 and not _CUE.search(line):
        return
    longest = max((len(head) for head in heads), default=0)
    cue = _CUE.search(line)
    for segment in _SEGMENT.finditer(line):
        for run in _RUN.finditer(segment.group()):
            text = run.group()
            offset = segment.start() + run.start()
            for cut in (_INSIDE.match(text), _LEAD_IN.match(text)):
                if cut and len(text) - cut.end() >= 3:
                    offset, text = offset + cut.end(), text[cut.end() :]
                    break
            tail = _TAIL.search(text)
            if tail:
                text = text[: tail.start()]
            seniority, lead = _rank(text)
            offset, text = offset + lead, text[lead:]
            head = next((text[-n:] for n in range(min(longest, len(text)), 0, -1) if text[-n:] in heads), "")
            if not head or len(text) <= len(head) or len(text) > 18 or len(text) < 3:
                continue
            if text.endswith(_NO_HEADS) or _CLAUSE.search(text) or (head in _SHORT and len(text) < 3):
                continue
            if not title and cue is None and (head in _ACTIVITIES or segment.group().strip("- ") != run.group()):
                continue
            role = re.sub(r"\s+", "", text.lower())
            alone = segment.group().strip() == run.group().strip()
            yield role, offset, offset + len(text), alone, True, title or cue is not None, seniority


def _rank(text: str) -> tuple[str, int]:
    seniority, at = "", 0
    moved = True
    while moved:
        moved = False
        for word in _RANKS:
            if text.startswith("招聘", at) and len(text) - at < 5:
                break  # 招聘专员 is a profession itself
            if text.startswith(word, at) and len(text) - at > len(word) + 1:
                seniority = seniority or RANK[word]
                at += len(word)
                moved = True
                break
        while at < len(text) and text[at] == " ":
            at += 1
    return seniority, at
