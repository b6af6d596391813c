"""Each class of error that the role grammar once made, on invented phrases."""

from __future__ import annotations

import datetime as dt

import pytest

from observatory.enrich.titles import RoleGrammar
from observatory.records import Occupation, Taxonomy


def _taxonomy() -> Taxonomy:
    """A classification in which three labels end in "paralegal", three in "owner", and many in "engineer"."""
    names = [f"{kind} {head}" for head in ("paralegal", "attorney", "teacher", "assurance", "guide", "agent", "owner",
             "salesman", "statistician", "chemist") for kind in ("first kind", "second kind", "third kind")]  # fmt: skip
    return Taxonomy(
        scheme="invented",
        version="1",
        released=dt.date(2000, 1, 1),
        occupations=(
            *(Occupation(code=str(i), labels={"en": name}) for i, name in enumerate(names)),
            # so many labels that three are few
            Occupation(code="many", labels={}, alternative={"en": tuple(f"kind{i} engineer" for i in range(20_000))}),
        ),
        skills=(),
    )


GRAMMAR = RoleGrammar.learn([_taxonomy()], languages=("en", "zh", "it"))
TEXT = "Opening words of another kind.\n"


def titles(title: str, language: str = "en", employer: str = "") -> list[str]:
    """Roles of a clean title."""
    return [m.role for m in GRAMMAR.read(title, TEXT, language, employer) if m.position == "title"]


def lines(line: str, language: str = "en") -> list[str]:
    """Roles of a line of running text."""
    return [m.role for m in GRAMMAR.read("", line, language)]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Site Reliability Engineer", ["site reliability engineer"]),  # "site" alone is filler
        ("Real Estate Agent", ["real estate agent"]),
        ("Creative Director", ["creative director"]),
        ("Contract Manager", ["contract manager"]),
        ("Analytical Chemist", ["analytical chemist"]),
        (".NET Developer", [".net developer"]),
        ("ASP.NET Developer", ["asp.net developer"]),
        ("IT Project Manager", ["it project manager"]),  # "it" ends a phrase, "IT" does not
        ("Go Developer", ["go developer"]),
        ("Help Desk Analyst", ["help desk analyst"]),
        ("Build Engineer", ["build engineer"]),
        ("Call Center Agent", ["call center agent"]),
        ("Managing Director", ["managing director"]),
    ],
)
def test_words_that_are_filler_elsewhere_belong_to_a_name(title: str, expected: list[str]) -> None:
    assert titles(title) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Engineer, Soil Data", ["soil data engineer"]),
        ("Developer - Python", ["python developer"]),
        ("Senior Scientist – Wool Chemistry", ["wool chemistry scientist"]),
        ("Manager, Data Science", ["data science manager"]),
        ("Engineer, Berlin", []),
        ("Developer - Full-time", []),
        ("Engineer / Berlin", []),
    ],
)
def test_a_title_may_begin_with_its_head(title: str, expected: list[str]) -> None:
    assert titles(title) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Director of Operations", ["director of operations"]),
        ("Director, Bridge Safety", ["director of bridge safety"]),
        ("VP Sales", ["vp of sales"]),
        ("VP Eng", ["vp of engineering"]),
        ("Vice President of Operations", ["vp of operations"]),
        ("Senior Vice President, Wool - Leeds", ["vp of wool"]),
        ("Program Director of Leeds", ["program director"]),
        ("VP, Leeds", []),
    ],
)
def test_what_stands_behind_a_director_or_a_vice_president(title: str, expected: list[str]) -> None:
    assert titles(title) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Data Scientist/Engineer", ["data scientist", "data engineer"]),
        ("AI/ML Data Engineer", ["ml data engineer", "ai data engineer"]),
        ("Full stack and front-end Engineers", ["front end engineer", "full stack engineer"]),
        ("Secretary/Web Administrator", ["secretary", "web administrator"]),
        ("CTO / Fullstack dev", ["chief technology officer", "full stack developer"]),  # no "CTO developer"
        ("DevOps, Data Scientists", ["devops engineer", "data scientist"]),  # a list of two, no "DevOps scientist"
    ],
)
def test_several_roles_in_one_title(title: str, expected: list[str]) -> None:
    assert titles(title) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("SRE", ["site reliability engineer"]),
        ("Leeds, 2 DBAs", ["database administrator"]),
        ("DevOps | SRE", ["devops engineer", "site reliability engineer"]),
        ("SRE Engineer", ["sre engineer"]),
        ("Statistician", ["statistician"]),
        ("Engineer", []),
        ("Wool Paralegal", ["wool paralegal"]),  # few labels end in it: a head in titles alone
    ],
)
def test_one_word_that_is_a_whole_role(title: str, expected: list[str]) -> None:
    assert titles(title) == expected


def test_a_rare_head_is_none_in_running_text_and_a_word_of_things_is_none_at_all() -> None:
    assert lines("Ask the wool paralegal.") == []
    assert titles("Bridge Assurance") == []


@pytest.mark.parametrize(
    "phrase",
    ["a mission-driven engineer", "our hungry engineers", "the fifth engineer", "well-rounded developers",
     "product-focused engineers", "intellectually curious engineers", "world class engineers", "a small dev"],
)  # fmt: skip
def test_praise_and_counting_before_a_bare_head_name_no_role(phrase: str) -> None:
    assert lines(f"We are looking for {phrase}.") == []


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("well-rounded software engineer", "software engineer"),
        ("principal-level data scientist", "data scientist"),
        ("lead-visual designer", "visual designer"),
        ("PL Actuarial-Lead Data Scientist", "data scientist"),
        ("Data Scientist Principal", "data scientist"),
        ("Eng Manager", "engineering manager"),
        ("Front-End focused engineers", "front end engineer"),
        ("2x Python developers", "python developer"),
        ("2 x Python developers", "python developer"),
        ("Medior front-end developer", "front end developer"),
        ("Principle Java engineer", "java engineer"),
        ("back developer", "back end developer"),
    ],
)
def test_praise_rank_and_counts_are_cut_off(phrase: str, expected: str) -> None:
    assert lines(f"We hire a {phrase}") == [expected]


@pytest.mark.parametrize(
    "phrase",
    ["Device Driver", "Kernel Driver", "Tag Manager", "Package Manager", "Message Broker", "Interface Builder", "Report Builder", "Biz Dev", "Pet Owner",
     "Small Business Owner", "Home Buyer", "User Guide", "Style Guides", "Decision Maker", "Trusted Advisor", "Threat Actors",
     "Knowledge Workers", "Game Mechanics"],
)  # fmt: skip
def test_products_and_customers_are_no_roles(phrase: str) -> None:
    assert titles(phrase) == []
    assert lines(f"- {phrase}") == []


def test_an_owner_of_products_is_one() -> None:
    assert titles("Product Owner") == ["product owner"]


def test_glued_words_are_cut() -> None:
    assert lines("We pick what comes next.Data scientists are hired.") == ["data scientist"]
    assert lines("4.Mobile Engineer") == ["mobile engineer"]


def test_the_employer_is_no_part_of_a_role() -> None:
    assert titles("Woolwich Robotics Support Engineer", employer="Woolwich Robotics Inc.") == ["support engineer"]
    assert titles("Woolwich Engineers", employer="Woolwich") == []
    assert titles("Data Scientist", employer="Data") == []  # what is left is a bare head
    assert titles("Robotics Support Engineer", employer="Woolwich Robotics") == ["robotics support engineer"]


def test_a_cue_reaches_to_the_end_of_its_sentence() -> None:
    def hiring(text: str) -> dict[str, bool]:
        return {m.role: m.hiring for m in GRAMMAR.read("", text, "en")}

    assert hiring("We are hiring a wool buyer who can sew")["wool buyer"]
    assert not hiring("We are hiring for several desks. It helps that every wool buyer can sew")["wool buyer"]


def test_rank_inside_a_clean_title_keeps_what_stands_before_it() -> None:
    assert titles("Soil Data Senior Analyst") == ["soil data analyst"]
    assert [m.role for m in GRAMMAR.read("Acme Senior Analyst", "Acme Senior Analyst", "en")] == []


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Java高级开发工程师", ["java开发工程师"]),
        ("网络安全助理工程师", ["网络安全工程师"]),
        ("初中高级测试工程师", ["测试工程师"]),
        ("风控副经理", ["风控经理"]),
        ("首席运营官", ["首席运营官"]),
        ("嵌入式C++开发工程师", ["嵌入式c++开发工程师"]),
        (".NET 开发工程师", [".net开发工程师"]),
        ("JAVA ⾼级开发⼯程师", ["java开发工程师"]),  # characters of another block
    ],
)
def test_chinese_rank_and_writing(title: str, expected: list[str]) -> None:
    assert titles(title, "zh") == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("3. 储能运维工程师", ["储能运维工程师"]),
        ("## 储能工程师", ["储能工程师"]),
        ("112 储能工程师", ["储能工程师"]),
        ("月薪15K 储能工程师", ["储能工程师"]),
        ("保底5000客服专员", ["客服专员"]),
        ("储能工程师 薪水 15k-40kRMB/月", ["储能工程师"]),
        ("储能工程师双休五险", ["储能工程师"]),
        ("2026届储能工程师", ["储能工程师"]),
        ("薪酬专员", ["薪酬专员"]),
        ("南京 储能工程师", ["储能工程师"]),
        ("[远程] 某某公司诚聘 储能工程师", ["储能工程师"]),
        ("某某科技 储能工程师", ["储能工程师"]),
        ("储能经理/储能专家、储能销售", ["储能经理", "储能专家", "储能销售"]),
        ("储能开发 前端 后端", ["储能开发", "前端", "后端"]),
        ("储能顾问CC", ["储能顾问"]),
        ("诚聘 Senior Wool Engineer、储能工程师", ["wool engineer", "储能工程师"]),
    ],
)
def test_chinese_titles_without_what_surrounds_them(title: str, expected: list[str]) -> None:
    assert titles(title, "zh") == expected


@pytest.mark.parametrize(
    "line",
    [
        "熟悉储能开发", "精通储能架构", "3.熟悉储能测试", "与产品经理", "有储能经验者", "热爱测试", "能够与储能经理", "配合储能测试",
        "如储能测试", "王经理", "XX工程师", "高可用架构", "完成储能系统的开发", "现有员工", "优秀者",
    ],
)  # fmt: skip
def test_chinese_requirements_and_names_are_no_roles(line: str) -> None:
    assert lines(line, "zh") == []
    assert lines(f"岗位要求：能吃苦，{line}", "zh") == []


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Tecnici meccanici", ["tecnico meccanico"]),
        ("Tecnici sanitari di laboratorio", ["tecnico sanitario di laboratorio"]),
        ("Periti filatelici e numismatici", ["perito filatelico e numismatico"]),
        ("Addetti all'accoglienza nelle imprese", ["addetto all'accoglienza nelle imprese"]),
        ("Ricercatori e tecnici di laboratorio", ["ricercatore di laboratorio", "tecnico di laboratorio"]),
        ("Animatori turistici e professioni assimilate", ["animatore turistico"]),
        ("Scenografi", ["scenografo"]),
        ("Tecnici", []),
        ("Tecnico elettrico", ["tecnico elettrico"]),
    ],
)
def test_italian_plurals_and_lists(title: str, expected: list[str]) -> None:
    assert titles(title, "it") == expected
