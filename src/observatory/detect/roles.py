"""Which phrases are roles, and which phrases are the same role.

Over the whole corpus as of a date, a phrase is a role when it is written like a title (all words
capitalised), stands alone in its line or list item, and is sought by more than one employer. Forms
of one role (plural, hyphen, "dev", "ML", "software" as a filler) fold into one concept; the most
frequent form gives the name.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

# Columns that `judge_roles` and `fold_roles` read: one row for each mention of a role in a posting.
MENTION_COLUMNS = (
    "posting_id", "vacancy_id", "month", "source", "employer", "role", "phrase", "language",
    "position", "alone", "titled", "hiring",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleTest:
    """Thresholds of a role. Measured on phrases of the Hacker News set: titles lie at 0.25 to 1 on
    `titled` and 0.3 to 1 on `alone`, sentence fragments below 0.08 and 0.15. A role whose head noun
    heads no other must pass the `sure` thresholds: of 12 such roles there (as of 2018-12-31) 9 pass, all
    jobs ("agile coach", "design technologist") but one ("interface builder"); "css selector" fails."""

    employers: int = 2
    titled: float = 0.10
    alone: float = 0.15
    hiring: float = 0.30
    sure_titled: float = 0.50
    sure_alone: float = 0.30


def judge_roles(mentions: pd.DataFrame, *, known: Iterable[str] = (), test: RoleTest | None = None) -> pd.DataFrame:
    """One row for each (role, language) with the tests it was put to.

    Columns: postings, vacancies, employers (of mentions that hire), titled, alone, hiring (shares
    of all mentions, 0 to 1), accepted (bool), reason (the first test failed, or ""). `known` are
    normal forms of taxonomy labels: they need not be written like titles. What enough employers
    write as a part of their titles that is nothing else passes the tests on shares: elsewhere in
    the same texts it may be a colleague or a customer.
    """
    test = test or RoleTest()
    keys = ["role", "language"]
    if mentions.empty:
        columns = ["postings", "vacancies", "employers", "titled", "alone", "hiring", "accepted", "reason"]
        return pd.DataFrame(columns=columns, index=pd.MultiIndex.from_arrays([[], []], names=keys))
    shares = mentions.groupby(keys, sort=True)[["titled", "alone", "hiring"]].mean()
    hired = (
        mentions[mentions["hiring"]]
        .groupby(keys)
        .agg(
            postings=("posting_id", "nunique"),
            vacancies=("vacancy_id", "nunique"),
            employers=("employer", "nunique"),
        )
    )
    alone = mentions[mentions["alone"]].groupby(keys).agg(alone_employers=("employer", "nunique"))
    written = mentions[mentions["alone"] & mentions["titled"]]
    title = written.groupby(keys).agg(title_employers=("employer", "nunique"))
    own = written[written["position"] == "title"].groupby(keys).agg(whole_titles=("employer", "nunique"))
    roles = shares.join([hired, alone, title, own]).fillna(0)
    is_title = roles["whole_titles"] >= test.employers
    is_known = roles.index.get_level_values("role").isin(set(known))
    tests: list[tuple[str, pd.Series]] = [
        ("sought by fewer than two employers", roles["employers"] < test.employers),
        ("seldom sought where it is named", ~is_title & (roles["hiring"] < test.hiring)),
        (
            "never written like a title",
            ~is_known & ~is_title & ((roles["titled"] < test.titled) | (roles["title_employers"] < 1)),
        ),
        (
            "seldom stands alone",
            ~is_known
            & ~is_title
            & ((roles["alone"] < test.alone) | (roles["alone_employers"] < min(2, test.employers))),
        ),
    ]
    reason = pd.Series("", index=roles.index)
    for text, failed in tests:
        reason = reason.where((reason != "") | ~failed, text)
    lonely = _lonely_heads(roles.index[reason == ""])
    sure = is_known | ((roles["titled"] >= test.sure_titled) & (roles["alone"] >= test.sure_alone))
    reason = reason.where((reason != "") | ~(lonely.reindex(roles.index, fill_value=False) & ~sure),
                          "its head noun heads no other role")  # fmt: skip
    roles["accepted"] = reason == ""
    roles["reason"] = reason
    counts = ["postings", "vacancies", "employers"]
    roles[counts] = roles[counts].astype(int)
    return roles[[*counts, "titled", "alone", "hiring", "accepted", "reason"]]


def _lonely_heads(roles: pd.MultiIndex) -> pd.Series:
    """Whether each English role is the only one with its last word ("protocol buffer")."""
    frame = pd.DataFrame({"role": roles.get_level_values(0), "language": roles.get_level_values(1)})
    english = frame["language"] == "en"
    of = frame["role"].str.contains(" of ")
    head = frame["role"].str.rsplit(" ", n=1).str[-1].where(english & ~of, "")
    alone = head.map(head.value_counts()).eq(1) & (head != "")
    return pd.Series(alone.to_numpy(), index=roles)


# --- folding ---------------------------------------------------------------------------------

# Builders of software: job titles use these three for one another.
_SAME_HEAD = {"developer": "engineer", "programmer": "engineer"}
_LONG = {
    "js": "javascript", "sw": "software", "sys": "system", "infra": "infrastructure", "biz": "business",
    "ror": "rails", "db": "database", "dba": "database", "nodejs": "node", "node.js": "node", "reactjs": "react",
    "react.js": "react", "angularjs": "angular", "angular.js": "angular", "vuejs": "vue", "vue.js": "vue",
    "golang": "go", "comms": "communication", "ops": "operation", "qe": "qa", "appsec": "application security",
    "bizdev": "business development", "sysadmin": "system", "sre": "site reliability", "dev": "developer",
}  # fmt: skip
# Whoever masters X by repute does the job that X is usually sought as.
_JS = re.compile(r"\b(node|react|angular|vue|ember|next|backbone) js\b")
_REPUTE = frozenset("expert specialist guru wizard ninja".split())
# Words that add nothing beside another modifier: "backend software engineer" is a backend engineer.
_EMPTY = frozenset("software application app".split())


def fold_key(role: str, language: str) -> str:
    """A key that all written forms of one role share.

    >>> fold_key("full stack developer", "en") == fold_key("fullstack software engineer", "en")
    True
    >>> fold_key("systems administrator", "en") == fold_key("system administrator", "en")
    True
    """
    if language == "zh":
        return _fold_zh(role)
    if language != "en":
        return re.sub(r"[\s-]", "", role)
    if " of " in role:
        head, _, subject = role.partition(" of ")
        if head in _TURNED:  # "director of engineering" is an engineering director
            return fold_key(f"{subject} {_TURNED[head]}", language)
        return re.sub(r"[\s-]", "", role)
    *modifiers, head = _JS.sub(r"\1", role).split()
    head = _SAME_HEAD.get(head, head)
    long = " ".join(_LONG.get(word, word) for word in modifiers).split()
    long = [word for word in long if word not in ("and", "&")]
    kept = [word for word in long if word not in _EMPTY] or long
    if len(kept) > 1 and "service" not in kept and "services" not in kept:
        kept = [word for word in kept if word != "web"] or kept
    plain = [word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word for word in kept]
    return f"{''.join(plain)}|{head}"


# "HEAD of SUBJECT" that is also said "SUBJECT HEAD".
_TURNED = {"director": "director", "manager": "manager", "vp": "vp", "vice president": "vp", "head": "head"}
_ALIKE_ZH = (
    ("fullstack", "全栈"), ("全端", "全栈"), ("安卓", "android"), ("frontend", "前端"), ("backend", "后端"), ("后台", "后端"),
    ("服务器端", "后端"), ("服务端", "后端"), ("人工智能", "ai"), ("web前端", "前端"), ("人事", "人力资源"), ("golang", "go"),
    ("go语言", "go"), ("研发", "开发"), ("构架", "架构"), ("用户界面", "ui"), ("java语言", "java"), ("python语言", "python"),
)  # fmt: skip
# What is built by others than software engineers, or is a trade of its own, keeps its 开发.
_KEEPS_BUILDING = re.compile(r"(?:^|.)(?:产品|业务|市场|客户|渠道|课程|项目|运维|测试|商务|技术|房地产|地产)$")
_BUILDER_ZH = re.compile(r"(.+?)(软件)?(开发)?(工程师|程序员|开发)")
_DOER_ZH = re.compile(r"(.+(?:分析|设计|架构))(?:师|员)")


def _fold_zh(role: str) -> str:
    """Java开发, Java开发工程师 and Java程序员 are one; so are 数据分析 and 数据分析师, 全端 and 全栈."""
    text = re.sub(r"[\s-]", "", role)
    for form, other in _ALIKE_ZH:
        text = text.replace(form, other)
    if text.endswith("开发") and not _KEEPS_BUILDING.search(text.removesuffix("开发")):
        text += "工程师"
    built = _BUILDER_ZH.fullmatch(text)
    if built and built[4] != "开发":
        base, _, building, _ = built.groups()
        if building and _KEEPS_BUILDING.search(base):
            base += building
        return f"{base}|工程师"
    done = _DOER_ZH.fullmatch(text)
    if done:
        return done[1]
    return f"{text}|工程师" if text.endswith(("测试", "运维", "算法", "前端", "后端", "全栈")) else text


def fold_roles(roles: pd.DataFrame) -> pd.Series:
    """The concept of each accepted role: the name of the most frequent form that folds with it.

    `roles` as from `judge_roles`, accepted rows only. Returns a series over the same index. An
    initialism ("ml engineer") joins the one spelled-out form of the same head that is at least as
    frequent as all other expansions together.
    """
    keys = [fold_key(role, language) for role, language in roles.index]
    frame = pd.DataFrame(
        {"key": keys, "role": roles.index.get_level_values(0), "language": roles.index.get_level_values(1),
         "vacancies": roles["vacancies"].to_numpy()}
    )  # fmt: skip
    frame = frame.sort_values(["vacancies", "role"], ascending=[False, True], kind="stable")
    names = frame.drop_duplicates(["language", "key"]).set_index(["language", "key"])["role"]
    weight = frame.groupby(["language", "key"])["vacancies"].sum()
    joined = {**_by_repute(weight), **_initialisms(names, weight)}
    groups = [joined.get(key, key) for key in zip(frame["language"], frame["key"], strict=True)]
    groups = [joined.get(group, group) for group in groups]
    frame["group"] = pd.Series(groups, index=frame.index, dtype=object)
    best = frame.drop_duplicates("group").set_index("group")["role"].to_dict()
    concept = {
        (role, language): best[group]
        for role, language, group in zip(frame["role"], frame["language"], frame["group"], strict=True)
    }
    return pd.Series([concept[index] for index in roles.index], index=roles.index, name="concept")


def _by_repute(weight: pd.Series) -> dict[tuple[str, str], tuple[str, str]]:
    """ "machine learning expert" joins the most sought role on the same subject, if that is sought more."""
    subjects: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for language, key in weight.index:
        if language == "en" and "|" in key:
            subjects[(language, key.split("|")[0])].append((language, key))
    joined = {}
    for forms in subjects.values():
        best = max(forms, key=lambda form: (weight[form], form))
        for form in forms:
            if form != best and form[1].split("|")[1] in _REPUTE:
                joined[form] = best
    return joined


def _initialisms(names: pd.Series, weight: pd.Series) -> dict[tuple[str, str], tuple[str, str]]:
    by_head: dict[str, list[tuple[tuple[str, str], list[str]]]] = defaultdict(list)
    for (language, key), role in names.items():
        if language == "en" and " of " not in role:
            *modifiers, head = role.split()
            by_head[_SAME_HEAD.get(head, head)].append(((language, key), modifiers))
    joined: dict[tuple[str, str], tuple[str, str]] = {}
    for forms in by_head.values():
        for short, modifiers in forms:
            at = [i for i, word in enumerate(modifiers) if 2 <= len(word) <= 4 and word.isalpha()]
            expansions = {
                index: weight[index]
                for i in at
                for index, words in forms
                if index != short and _expands(modifiers, i, words)
            }
            if not expansions:
                continue
            best = max(expansions, key=lambda index: (expansions[index], index))
            if 2 * expansions[best] > sum(expansions.values()) and expansions[best] >= 2:
                joined[short] = best
    # "ml engineer" -> "machine learning engineer", never on to a third form
    return {short: long for short, long in joined.items() if long not in joined}


def _expands(short: list[str], i: int, long: list[str]) -> bool:
    """Whether spelling out the word at `i` of `short` gives `long` ("x" may stand for "ex")."""
    letters, before, after = short[i], short[:i], short[i + 1 :]
    if len(long) != len(short) - 1 + len(letters):
        return False
    middle = long[len(before) : len(before) + len(letters)]
    return (
        long[: len(before)] == before
        and long[len(before) + len(letters) :] == after
        and all(
            word.startswith(letter) or (letter == "x" and word.startswith("ex"))
            for letter, word in zip(letters, middle, strict=True)
        )
    )


def display_names(mentions: pd.DataFrame, concept: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """(concept, language) -> the form most often written as a title ("DevOps Engineer").

    Only phrases that say the concept's own name count; otherwise its words as they are mostly
    capitalised elsewhere ("iOS").
    """
    titled = mentions[mentions["titled"]]
    counts = titled.groupby(["role", "language", "phrase"], sort=True).size()
    best: dict[tuple[str, str], tuple[int, str]] = {}
    casing: dict[str, Counter[str]] = defaultdict(Counter)
    for (role, language, phrase), count in counts.items():
        text = re.sub(r"[\s-]+", " ", phrase).strip()
        for word in text.split():
            if not (word.isupper() and len(word) > 4):
                casing[word.lower()][word] += int(count)
        if concept.get((role, language)) != role or text.lower() not in (role, role + "s"):
            continue
        if len(text) > 5 and text.isupper() and text.isascii():
            continue
        text = text[: len(role)]
        if (count, text) > best.get((role, language), (0, "")):
            best[(role, language)] = (int(count), text)
    result = {}
    for (role, language), name in concept.items():
        if name != role:
            continue
        if found := best.get((role, language)):
            result[(role, language)] = found[1]
        elif language == "en":
            words = [casing[word].most_common(1)[0][0] if casing[word] else word.capitalize() for word in role.split()]
            result[(role, language)] = " ".join(words)
        else:
            result[(role, language)] = role.capitalize()
    return result
