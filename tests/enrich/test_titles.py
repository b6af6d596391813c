"""The role grammar: which roles a line names, language by language."""

from __future__ import annotations

import pytest

from observatory.enrich.titles import RoleGrammar

GRAMMAR = RoleGrammar.learn((), languages=("en", "zh", "it"))


def roles(text: str, language: str, *, title: bool = True) -> list[str]:
    read = GRAMMAR.read(text, "", language) if title else GRAMMAR.read("", text, language)
    return [mention.role for mention in read]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Senior Data Engineers (remote)", ["data engineer"]),
        ("Agent Behaviour Auditor", ["agent behaviour auditor"]),  # a bare head narrows the next one
        ("Contact Centre Agent - Cork", ["contact centre agent"]),
        ("Developer Advocate", ["developer advocate"]),
        ("Front-end/Full-stack engineers", ["full stack engineer", "front end engineer"]),
    ],
)
def test_english_titles(line: str, expected: list[str]) -> None:
    assert roles(line, "en") == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("高级机械工程师（双休）", ["机械工程师"]),
        ("急聘电焊工", ["电焊工"]),
        ("招聘专员", ["招聘专员"]),
        ("现招聘人力资源专员2名", ["人力资源专员"]),
        ("重庆项目部急聘采购专员", ["采购专员"]),
        ("诚聘一名产品质检员", ["产品质检员"]),
        ("并购专员", ["并购专员"]),
    ],
)
def test_chinese_titles(line: str, expected: list[str]) -> None:
    assert roles(line, "zh") == expected


@pytest.mark.parametrize(
    "line",
    [
        "- 把插单对交期的影响告知销售",
        "- 把业务流程拆成多个部门的分工",
        "现有员工594人",
        "- 开展电磁兼容测试",
        "负责产品销售",
        "培训班组长和施工人员",
    ],
)
def test_chinese_clauses_name_no_role(line: str) -> None:
    assert roles(line, "zh", title=False) == []


def test_a_chinese_sentence_names_the_role_behind_its_cue() -> None:
    assert roles("因业务发展需要，现招聘柔性产线调度师2名，地点重庆。", "zh", title=False) == ["柔性产线调度师"]
    assert roles("我们正在寻找一名系统管理员。", "zh", title=False) == ["系统管理员"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Addetto/a al magazzino (m/f)", ["addetto al magazzino"]),
        ("Gestore di comunità energetiche - Torino", ["gestore di comunità energetiche"]),
        ("Cerchiamo un Tecnico elettrico.", ["tecnico elettrico"]),
        ("Si cerca un Supervisore di produzione con voglia di imparare", ["supervisore di produzione"]),
        ("Posizione di Cuoco di ristorante. Esperienza richiesta", ["cuoco di ristorante"]),
    ],
)
def test_italian_titles(line: str, expected: list[str]) -> None:
    assert roles(line, "it") == expected
