"""Classification files in their official layouts, in tidied copies, and of the wrong scheme."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from observatory.errors import BadFile, BadTaxonomy
from observatory.records import Taxonomy
from observatory.taxonomy import SCHEMES, TaxonomyShelf, read_taxonomy

DAY = dt.date(2020, 1, 1)

# The columns of each publisher's download; every row is invented.
FILES = {
    "esco": {
        "occupations_en.csv": "conceptType,conceptUri,iscoGroup,preferredLabel,altLabels,description\n"
        'Occupation,uri:1,2512,pump designer,"pump engineer\npump planner",Designs pumps.\n',
        "skills_en.csv": "conceptType,conceptUri,skillType,preferredLabel,altLabels\n"
        "KnowledgeSkillCompetence,uri:s,knowledge,hydraulics,fluid power\n",
        "ISCOGroups_en.csv": "conceptType,conceptUri,code,preferredLabel,altLabels\n"
        "ISCOGroup,uri/isco/C2512,2512,Pump people,\nSkillGroup,uri/skill/S1,S1,fluids,\n",
    },
    "onet": {
        "Occupation Data.txt": "O*NET-SOC Code\tTitle\tDescription\n17-2199.99\tPump Engineers\tDesign pumps.\n",
        "Alternate Titles.txt": "O*NET-SOC Code\tAlternate Title\tShort Title\tSource(s)\n17-2199.99\tPump Planner\tn/a\t1\n",
        "Task Statements.txt": "O*NET-SOC Code\tTask ID\tTask\tTask Type\n17-2199.99\t1\tSize pumps.\tCore\n",
        "Technology Skills.txt": "O*NET-SOC Code\tExample\tCommodity Code\n17-2199.99\tPumpCAD\t1\n",
        "Skills.txt": "O*NET-SOC Code\tElement ID\tElement Name\tScale ID\n17-2199.99\t2.A.1\tReading\tIM\n",
    },
    "isco": {
        "isco.csv": "ISCO 08 Code,Title EN,Definition,Tasks include,Included occupations\n"
        '2144,Pump engineers,Design pumps.,"(a) sizing pumps for plants; (b) testing pumps in plants","- Pump planner"\n'
        "214,Engineers,A minor group.,,\n",
    },
    "dadian": {"dadian.csv": "code,name_zh,major,middle,minor,definition,tasks,work_types\n2-02-01-03,水泵工程师,专业人员,工程人员,水泵人员,设计水泵。,1.设计 2.测试,水泵规划师|水泵测试师\n"},
    "csv": {"any.csv": "code,title,title_it,alternative,description\nA1,pump designer,progettista di pompe,pump planner;pump person,Designs.\n"},
}  # fmt: skip


def files(tmp_path: Path, scheme: str) -> list[Path]:
    for name, text in FILES[scheme].items():
        (tmp_path / name).write_text(text, "utf-8")
    return [tmp_path / name for name in FILES[scheme]]


def read(paths: list[Path], scheme: str, **arguments: object) -> Taxonomy:
    return read_taxonomy(paths, scheme=scheme, version="1", released=DAY, **arguments)  # type: ignore[arg-type]


def test_every_scheme_is_tested() -> None:
    assert set(FILES) == set(SCHEMES)


@pytest.mark.parametrize(
    ("scheme", "groups"),
    [
        ("esco", {"2512": {"en": "Pump people"}}),
        ("isco", {"2144": {"en": "Pump engineers"}, "214": {"en": "Engineers"}}),
        ("dadian", {"2": {"zh": "专业人员"}, "2-02": {"zh": "工程人员"}, "2-02-01": {"zh": "水泵人员"}}),
        ("onet", {}),
    ],
)
def test_names_of_groups_are_kept_and_stay_on_the_shelf(tmp_path: Path, scheme: str, groups: dict[str, dict[str, str]]) -> None:  # fmt: skip
    found = read(files(tmp_path, scheme), scheme)
    assert found.groups == groups
    shelf = TaxonomyShelf(tmp_path / "shelf")
    version, _ = shelf.add(found)
    assert shelf.load(version) == found
    assert shelf.add(replace(found, groups={}))[1] is False  # joined with what is there


def test_skill_groups_are_no_groups_of_occupations(tmp_path: Path) -> None:
    file = tmp_path / "skillGroups_en.csv"
    file.write_text("conceptType,conceptUri,code,preferredLabel\nSkillGroup,uri/skill/S1,S1,fluids\n", "utf-8")
    with pytest.raises(BadTaxonomy, match="no group"):
        read([file], "esco")


def test_esco(tmp_path: Path) -> None:
    found = read(files(tmp_path, "esco"), "esco")
    (occupation,), (skill,) = found.occupations, found.skills
    assert (occupation.code, occupation.labels, occupation.isco) == ("uri:1", {"en": "pump designer"}, "2512")
    assert occupation.alternative == {"en": ("pump engineer", "pump planner")}
    assert occupation.description == "Designs pumps."
    assert (skill.label, skill.labels, skill.skill_type) == (
        "hydraulics",
        {"en": ("hydraulics", "fluid power")},
        "knowledge",
    )


def test_esco_in_another_language_joins_by_code(tmp_path: Path) -> None:
    from observatory.taxonomy.read import merge

    path = tmp_path / "it.csv"
    path.write_text("conceptUri,iscoGroup,preferredLabel,altLabels\nuri:1,2512,progettista di pompe,\n", "utf-8")
    joined = merge(read(files(tmp_path, "esco"), "esco"), read([path], "esco", language="it"))
    assert joined.occupations[0].labels == {"en": "pump designer", "it": "progettista di pompe"}
    assert joined.occupations[0].description == "Designs pumps."


def test_onet(tmp_path: Path) -> None:
    found = read(files(tmp_path, "onet"), "onet")
    occupation = found.occupations[0]
    assert (occupation.code, occupation.labels) == ("17-2199.99", {"en": "Pump Engineers"})
    assert occupation.alternative == {"en": ("Pump Planner",)}
    assert occupation.tasks == ("Size pumps.",)
    assert {(s.label, s.skill_type) for s in found.skills} == {("PumpCAD", "tool"), ("Reading", "skill")}


def test_isco_takes_unit_groups_only(tmp_path: Path) -> None:
    (occupation,) = read(files(tmp_path, "isco"), "isco").occupations
    assert (occupation.code, occupation.isco, occupation.labels) == ("2144", "2144", {"en": "Pump engineers"})
    assert occupation.tasks == ("sizing pumps for plants", "testing pumps in plants")
    assert occupation.alternative == {"en": ("Pump planner",)}


def test_onet_short_titles_of_several_words_are_titles_too(tmp_path: Path) -> None:
    path = tmp_path / "alternate.csv"
    path.write_text(
        "onet_soc_code,alternate_title,short_title\n17-1,Tide Relations Planner (TR Planner),TR Planner\n"
        "17-1,Chief Tide Officer (CTO),CTO\n17-1,Tide Person,n/a\n",
        "utf-8",
    )
    found = read([*files(tmp_path, "onet")[:1], path], "onet").occupations
    occupation = next(one for one in found if one.code == "17-1")
    assert {"Tide Relations Planner (TR Planner)", "TR Planner", "Tide Person"} <= set(occupation.alternative["en"])
    assert not {"CTO", "n/a"} & set(occupation.alternative["en"])


def test_dadian(tmp_path: Path) -> None:
    (occupation,) = read(files(tmp_path, "dadian"), "dadian").occupations
    assert occupation.labels == {"zh": "水泵工程师"}
    assert occupation.alternative == {"zh": ("水泵规划师", "水泵测试师")}
    assert occupation.tasks == ("设计", "测试")


def test_any_csv_with_its_own_names_and_with_a_map(tmp_path: Path) -> None:
    (occupation,) = read(files(tmp_path, "csv"), "csv").occupations
    assert occupation.labels == {"en": "pump designer", "it": "progettista di pompe"}
    assert occupation.alternative == {"en": ("pump planner", "pump person")}
    path = tmp_path / "de.csv"
    path.write_text("KldB;Bezeichnung;Berufe\n2512;Pumpenplaner;Pumpenbauer|Pumpenwart\n", "utf-8")
    (occupation,) = read(
        [path], "csv", language="de", columns={"code": "KldB", "title": "Bezeichnung", "alternative": "Berufe"}
    ).occupations
    assert (occupation.code, occupation.labels) == ("2512", {"de": "Pumpenplaner"})
    assert occupation.alternative == {"de": ("Pumpenbauer", "Pumpenwart")}


@pytest.mark.parametrize("scheme", [s for s in SCHEMES if s != "csv"])
@pytest.mark.parametrize("other", [s for s in SCHEMES if s != "csv"])
def test_a_file_of_another_scheme_is_refused_with_the_one_it_looks_like(
    tmp_path: Path, scheme: str, other: str
) -> None:
    if scheme == other:
        read(files(tmp_path, other), scheme)
        return
    with pytest.raises(BadTaxonomy, match=f"try --scheme {other}"):
        read(files(tmp_path, other), scheme)


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        (b"", BadFile, "is empty"),
        (b" \n", BadFile, "is empty"),
        (b"PK\x03\x04 zip", BadFile, "unpack it or save the sheet as CSV"),
        (b"\xff\x81\x30\xff\xff", BadFile, "neither UTF-8 nor GB 18030"),
        (b"conceptUri,preferredLabel,iscoGroup\n", BadTaxonomy, "a header and no rows of these"),
        (b"a,b\n1,2\n", BadTaxonomy, "use --scheme csv with --map"),
    ],
)
def test_a_bad_file_says_what_came(tmp_path: Path, data: bytes, error: type[Exception], said: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(data)
    with pytest.raises(error, match=said):
        read([path], "esco")


def test_unknown_scheme_file_and_columns(tmp_path: Path) -> None:
    with pytest.raises(BadTaxonomy, match="known are esco, onet"):
        read([], "kldb")
    with pytest.raises(BadFile, match="cannot be read"):
        read([tmp_path / "gone.csv"], "esco")
    path = files(tmp_path, "csv")[0]
    with pytest.raises(BadTaxonomy, match=r"--map names the columns \['gone'\]"):
        read([path], "csv", columns={"description": "gone"})
    with pytest.raises(BadTaxonomy, match="no column for the code and a title"):
        read([path], "csv", columns={"code": "gone"})


REAL = [
    ("esco", ["occupations_ESCO_1.0.9.csv", "skills_ESCO_1.0.x_en.csv"], 2_942, 13_000),
    ("esco", ["occupations_ESCO_1.2.0.csv"], 3_039, 0),
    ("onet", ["onet_22_occupations.csv", "onet_23_alternate_titles.csv", "onet_23_tasks.csv"], 1_110, 0),
    ("onet", ["onet_30.2_occupations.csv", "onet_30.2_technology_skills.csv"], 1_016, 5_000),
    ("isco", ["isco08.csv"], 436, 0),
    ("dadian", ["china_dadian_2022.csv"], 1_639, 0),
]


@pytest.mark.shared
@pytest.mark.parametrize(("scheme", "names", "occupations", "skills"), REAL, ids=[row[1][0] for row in REAL])
def test_real_files(shared_data: Path, scheme: str, names: list[str], occupations: int, skills: int) -> None:
    found = read([shared_data / "data" / "taxonomies" / name for name in names], scheme)
    assert len(found.occupations) == occupations
    assert len(found.skills) >= skills
    assert sum(bool(o.labels) for o in found.occupations) > 0.99 * occupations


def test_collections_of_skills_and_flags_of_occupations_are_kept(tmp_path: Path) -> None:
    (tmp_path / "greenSkillsCollection_en.csv").write_text(FILES["esco"]["skills_en.csv"], "utf-8")
    found = read([*files(tmp_path, "esco"), tmp_path / "greenSkillsCollection_en.csv"], "esco")
    assert [skill.marks for skill in found.skills] == [("green",)]
    path = tmp_path / "flags.csv"
    path.write_text(
        "code,name_zh,is_green,is_digital\n2-02-01,水泵工程师,True,False\n2-02-02,水泵工,False,True\n2-02-03,厨师,,\n",
        "utf-8",
    )
    assert [o.marks for o in read([path], "dadian").occupations] == [("green",), ("digital",), ()]


def test_a_collection_added_later_marks_what_is_on_the_shelf(tmp_path: Path) -> None:
    from observatory.taxonomy import TaxonomyShelf

    shelf = TaxonomyShelf(tmp_path / "shelf")
    shelf.add(read(files(tmp_path, "esco"), "esco"))
    later = tmp_path / "skills_digital.csv"
    later.write_text(FILES["esco"]["skills_en.csv"], "utf-8")
    version, changed = shelf.add(read([later], "esco"))
    assert changed
    (skill,) = shelf.load(version).skills
    assert skill.marks == ("digital",)
    assert shelf.load(version).occupations[0].isco == "2512"
