"""Employment statistics: read, shelved by release date, and joined to classifications."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from observatory.errors import BadTaxonomy, StorageError
from observatory.records import Employment, Occupation, Taxonomy
from observatory.taxonomy.employment import EmploymentShelf, by_code, read_employment

OF, RELEASED = dt.date(2014, 5, 1), dt.date(2015, 3, 25)


def read(path: Path, **more: object) -> Employment:
    given = {"scheme": "onet", "area": "Nowhere", "of": OF, "released": RELEASED, "source": "invented survey"}
    return read_employment(path, **{**given, **more})  # type: ignore[arg-type]


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "figures.csv"
    path.write_text(text, "utf-8")
    return path


def test_numbers_with_commas_are_read_and_withheld_ones_left_out(tmp_path: Path) -> None:
    path = table(tmp_path, 'OCC_CODE,TOT_EMP\n15-1132,"686,470"\n15-1133,**\n15-1134,121020\n')
    assert read(path).people == {"15-1132": 686470, "15-1134": 121020}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("code,employed\n1,many\n", "row 2: employed is 'many'"),
        ("code,employed\n1,5\n1,6\n", "row 3: 1 stands there twice"),
        ("code,employed\n1,-5\n", "row 2: -5 people"),
        ("code,employed\n1,*\n", "no row has both"),
        ("code,employed\n", "no row has both"),
        ("", "no column of code"),
        ("name,employed\nx,5\n", "no column of code found among name, employed"),
        ("code,name\n1,x\n", "--map employed=COLUMN"),
    ],
)
def test_bad_files_are_refused_with_the_row(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(BadTaxonomy, match=why):
        read(table(tmp_path, text))


def test_dates_that_cannot_be_and_columns_that_are_not_there(tmp_path: Path) -> None:
    path = table(tmp_path, "code,employed\n1,5\n")
    with pytest.raises(BadTaxonomy, match="cannot have been released"):
        read(path, released=OF - dt.timedelta(days=1))
    with pytest.raises(BadTaxonomy, match="has no column 'soc'"):
        read(path, columns={"code": "soc"})
    assert read(path, columns={"code": "Code"}).people == {"1": 5}


def test_a_run_sees_only_figures_that_were_out(tmp_path: Path) -> None:
    shelf = EmploymentShelf(tmp_path / "shelf")
    old = Employment(scheme="isco", area="A", of=OF, released=RELEASED, source="", people={"2511": 10})
    new = Employment(
        scheme="isco", area="A", of=dt.date(2015, 5, 1), released=dt.date(2016, 3, 30), source="", people={"2511": 12}
    )
    assert shelf.add(new)
    assert shelf.add(old)
    assert not shelf.add(old)
    assert shelf.as_of(RELEASED) is None
    assert shelf.as_of(RELEASED + dt.timedelta(days=1)) == old
    assert shelf.as_of(dt.date(2020, 1, 1)) == new


def test_corrected_figures_replace_those_of_the_same_day(tmp_path: Path) -> None:
    shelf = EmploymentShelf(tmp_path)
    for count in (10, 11):
        shelf.add(Employment(scheme="isco", area="A", of=OF, released=RELEASED, source="", people={"2511": count}))
    assert [figures.people for figures in shelf.all()] == [{"2511": 11}]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "isco-2014-05-01-x.json").write_text("{", "utf-8")
    with pytest.raises(StorageError, match="isco-2014-05-01-x"):
        EmploymentShelf(tmp_path).all()


def test_codes_are_joined_within_a_classification_and_by_isco() -> None:
    onet = Taxonomy(scheme="onet", version="1", released=OF, occupations=(
        Occupation(code="15-1132.00", labels={"en": "a"}), Occupation(code="99-9999.00", labels={"en": "b"})))  # fmt: skip
    esco = Taxonomy(scheme="esco", version="1", released=OF, occupations=(
        Occupation(code="u1", labels={"en": "c"}, isco="2512"), Occupation(code="u2", labels={"en": "d"})))  # fmt: skip
    soc = Employment(scheme="onet", area="A", of=OF, released=RELEASED, source="", people={"15-1132": 5})
    isco = Employment(scheme="isco", area="A", of=OF, released=RELEASED, source="", people={"2512": 7})
    assert by_code(soc, (onet, esco)) == {("onet", "15-1132.00"): "15-1132"}
    assert by_code(isco, (onet, esco)) == {("esco", "u1"): "2512"}
