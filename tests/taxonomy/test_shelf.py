"""The shelf: versions by release date, what a run as of a day sees, and adding twice."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.errors import BadTaxonomy, StorageError
from observatory.records import Occupation, Skill, Taxonomy
from observatory.taxonomy import TaxonomyShelf


def version(name: str, released: str, scheme: str = "esco", *titles: str) -> Taxonomy:
    return Taxonomy(
        scheme=scheme, version=name, released=dt.date.fromisoformat(released),
        occupations=tuple(Occupation(code=t, labels={"en": t}) for t in titles or ("pump designer",)),
    )  # fmt: skip


@pytest.fixture
def shelf(tmp_path: Path) -> TaxonomyShelf:
    return TaxonomyShelf(tmp_path / "shelf")


def test_a_run_sees_the_newest_version_released_before_its_day(shelf: TaxonomyShelf) -> None:
    for name, day in (("1.2", "2024-05-15"), ("1.0", "2017-07-28"), ("1.1", "2022-01-27")):
        shelf.add(version(name, day))
    shelf.add(version("23", "2018-08-01", "onet"))

    def seen(day: str) -> list[str]:
        return sorted(v.name for v in shelf.on(dt.date.fromisoformat(day)))

    assert seen("2010-01-01") == []
    assert seen("2017-07-28") == []  # released on that day is not before it
    assert seen("2017-07-29") == ["esco 1.0"]
    assert seen("2022-01-28") == ["esco 1.1", "onet 23"]
    assert seen("2024-05-15") == ["esco 1.1", "onet 23"]
    assert seen("2030-01-01") == ["esco 1.2", "onet 23"]
    assert [t.version for t in shelf.as_of(dt.date(2018, 1, 1))] == ["1.0"]


@given(
    st.lists(st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)), unique=True, max_size=4),
    st.dates(dt.date(2000, 1, 1), dt.date(2031, 1, 1)),
)
def test_the_law_of_the_day(tmp_path_factory: pytest.TempPathFactory, days: list[dt.date], as_of: dt.date) -> None:
    shelf = TaxonomyShelf(tmp_path_factory.mktemp("shelf"))
    for i, day in enumerate(days):
        shelf.add(version(str(i), day.isoformat()))
    before = [day for day in days if day < as_of]
    assert [v.released for v in shelf.on(as_of)] == ([max(before)] if before else [])


def test_the_same_twice_changes_nothing_and_parts_join(shelf: TaxonomyShelf) -> None:
    one = version("1", "2020-01-01")
    first, changed = shelf.add(one)
    assert changed
    assert shelf.add(one) == (first, False)
    more = Taxonomy(
        scheme="esco", version="1", released=one.released, occupations=(),
        skills=(Skill(code="s", label="hydraulics", labels={"en": ("hydraulics",)}),),
    )  # fmt: skip
    joined, changed = shelf.add(more)
    assert changed
    assert (joined.occupations, joined.skills) == (1, 1)
    assert shelf.add(more)[1] is False
    assert shelf.load(joined).skills == more.skills


def test_what_is_loaded_is_what_was_added(shelf: TaxonomyShelf) -> None:
    given_ = Taxonomy(
        scheme="csv", version="v 1/2", released=dt.date(2020, 1, 1),
        occupations=(Occupation(code="1", labels={"en": "a", "zh": "水泵"}, alternative={"en": ("b", "c")}, description="d",
                                tasks=("t",), isco="2144"),),
        skills=(Skill(code="s", label="x", labels={"en": ("x", "y")}, skill_type="tool"),),
    )  # fmt: skip
    assert shelf.load(shelf.add(given_)[0]) == given_


def test_another_date_for_the_same_version_is_refused(shelf: TaxonomyShelf) -> None:
    shelf.add(version("1", "2020-01-01"))
    with pytest.raises(BadTaxonomy, match="is on the shelf as released on 2020-01-01, not 2021-01-01"):
        shelf.add(version("1", "2021-01-01"))


def test_alternative_titles_alone_are_refused(shelf: TaxonomyShelf) -> None:
    alone = Taxonomy(
        scheme="onet", version="23", released=dt.date(2020, 1, 1),
        occupations=(Occupation(code="1", labels={}, alternative={"en": ("a",)}),),
    )  # fmt: skip
    with pytest.raises(BadTaxonomy, match="add the file that names the occupations first"):
        shelf.add(alone)
    assert shelf.versions() == []


def test_a_spoilt_file_is_said(shelf: TaxonomyShelf) -> None:
    stored, _ = shelf.add(version("1", "2020-01-01"))
    next(shelf.folder.glob("*.zst")).write_bytes(b"spoilt")
    with pytest.raises(StorageError, match="add the classification again"):
        shelf.load(stored)


def test_a_stop_between_the_two_files_leaves_the_old_version_or_the_new(
    shelf: TaxonomyShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.add(version("1", "2020-01-01"))
    real = os.replace
    for stop in range(3):
        left = [stop]

        def replace(one: object, other: object, left: list[int] = left) -> None:
            if left[0] == 0:
                raise OSError(28, "No space left on device")
            left[0] -= 1
            real(one, other)  # type: ignore[call-overload]

        monkeypatch.setattr(os, "replace", replace)
        larger = version("1", "2020-01-01", "esco", *(f"title {i}" for i in range(stop + 2)))
        try:
            shelf.add(larger)
        except StorageError as error:
            assert "No space left" in str(error)  # noqa: PT017
        monkeypatch.setattr(os, "replace", real)
        (on_card,) = shelf.versions()
        loaded = shelf.load(on_card)
        assert len(loaded.occupations) == on_card.occupations
        shelf.add(larger)
        (on_card,) = shelf.versions()
        assert len(shelf.load(on_card).occupations) == on_card.occupations


def test_a_shelf_from_before_the_digest_stood_in_the_name_is_read(shelf: TaxonomyShelf) -> None:
    stored, _ = shelf.add(version("1.0.9", "2020-01-01"))
    path = next(shelf.folder.glob("*.zst"))
    path.rename(shelf.folder / "esco-1.0.9.zst")
    assert shelf.load(stored).version == "1.0.9"
