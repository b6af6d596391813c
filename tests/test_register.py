"""Rows of the register: CSV and back, what is refused and which row it names, codes, deltas."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory import register
from observatory.errors import BadInput, SettingError
from observatory.register import (
    COLUMNS,
    Row,
    applied,
    check_pattern,
    checked,
    delta,
    delta_csv,
    delta_json,
    from_csv,
    from_dict,
    propose_code,
    to_csv,
)

DAY = dt.date(2026, 3, 1)
SCHEMES = ("dadian", "isco-08")


def row(identity: str = "a", code: str = "4-01-01", **changed: object) -> Row:
    base = Row(
        identity=identity, kind="occupation", scheme="dadian", code=code, title="fleet supervisor", adopted=DAY,
        titles={"en": ("fleet supervisor",), "zh": ("车队主管",)},
    )  # fmt: skip
    return replace(base, **changed)  # type: ignore[arg-type]


def whole() -> list[Row]:
    days = {
        "published": DAY,
        "effective": DAY + dt.timedelta(30),
        "review": DAY + dt.timedelta(1000),
        "status": "published",
    }
    return [
        row("a", "4-01-01", tasks=('says "yes", or no', "line\nbreak"), **days),
        row("a:standard", "4-01-01/2026", kind="standard", broader="a", standard="f" * 64, **days),
        row("b", "4-01-01-01", kind="specialisation", broader="a", version=3,
            mappings=(("esco", "1.2", "C1", "closeMatch", "A. Person", "2026-02-01"),)),
        row("c", "4-01-01", status="withdrawn", withdrawn=DAY, replaced_by="a"),
    ]  # fmt: skip


def test_csv_and_back_loses_nothing() -> None:
    rows = checked(whole(), schemes=SCHEMES)
    text = to_csv(rows)
    assert from_csv(text, schemes=SCHEMES) == rows
    assert to_csv(from_csv(text, schemes=SCHEMES)) == text
    assert from_csv("\ufeff" + text, schemes=SCHEMES) == rows
    assert tuple(from_dict(one.as_dict()) for one in rows) == rows


text = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
a_row = st.builds(
    Row, identity=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,12}", fullmatch=True), kind=st.sampled_from(("occupation", "revision")),
    scheme=st.just("dadian"), code=text.filter(lambda one: one.strip()), title=text.filter(lambda one: one.strip()),
    adopted=st.dates(dt.date(1990, 1, 1), dt.date(2050, 1, 1)), titles=st.dictionaries(text, st.lists(text, max_size=2).map(tuple), max_size=2),
    definition=text, tasks=st.lists(text, max_size=3).map(tuple), parent=text, sectors=st.lists(text, max_size=2).map(tuple),
    version=st.integers(1, 99), candidate=text, evidence=text,
    mappings=st.lists(st.tuples(st.just("esco"), text, text.filter(bool), st.sampled_from(register.RELATIONS), text.filter(bool), st.just("2026-01-31")), max_size=2).map(tuple),
)  # fmt: skip
registers = st.lists(a_row, max_size=5, unique_by=(lambda one: one.identity, lambda one: one.code))


@given(registers)
def test_csv_and_back_is_a_law(rows: list[Row]) -> None:
    assert list(from_csv(to_csv(rows), schemes=SCHEMES)) == rows


@given(registers, registers)
def test_the_older_register_with_the_delta_gives_the_newer_one(old: list[Row], new: list[Row]) -> None:
    found = delta(old, new)
    assert applied(old, found) == tuple(sorted(new, key=lambda one: one.identity))
    assert delta(new, new) == ()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"scheme": "nobody"}, "scheme 'nobody' is unknown; known are dadian, isco-08"),
        ({"kind": "trade"}, "kind 'trade' is unknown"),
        ({"status": "alive"}, "status 'alive' is unknown"),
        ({"code": " "}, "needs a code and a title"),
        ({"version": 0}, "versions count from 1"),
        ({"identity": "a b"}, "an identity has"),
        ({"kind": "standard"}, "needs the row above it"),
        ({"status": "published"}, "without the day of publication"),
        ({"published": DAY}, "adopted, but it has days"),
        ({"status": "withdrawn"}, "go together"),
        ({"withdrawn": DAY}, "adopted, but it has days"),
        ({"status": "published", "published": DAY - dt.timedelta(1), "effective": DAY}, "published 2026-02-28 lies before adopted"),
        ({"status": "published", "published": DAY, "effective": DAY, "review": DAY - dt.timedelta(1)}, "review 2026-02-28 lies before"),
        ({"broader": "zz"}, "broader names 'zz', which is not in the register"),
        ({"replaced_by": "zz"}, "replaced_by names 'zz'"),
        ({"mappings": (("moon", "1", "1", "exactMatch", "x", "2026-01-01"),)}, "unknown scheme 'moon'"),
        ({"mappings": (("esco", "1", "1", "sameAs", "x", "2026-01-01"),)}, "relation 'sameAs'"),
        ({"mappings": (("esco", "1", "1", "exactMatch", "", "2026-01-01"),)}, "who confirmed it"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_with_its_reason(changed: dict[str, object], words: str) -> None:
    rows = [row("x", "1"), replace(row("y", "2"), **changed)]  # type: ignore[arg-type]
    with pytest.raises(BadInput, match=r"row 3 \("):
        from_csv(to_csv(rows), schemes=SCHEMES)
    with pytest.raises(BadInput) as caught:
        checked(rows, schemes=SCHEMES)
    assert words in str(caught.value)


def test_a_code_taken_names_the_row_that_has_it() -> None:
    with pytest.raises(BadInput, match=r"row 3 \(y\): the code 1 of dadian is taken by row 2 \(x\)"):
        from_csv(to_csv([row("x", "1"), row("y", "1")]), schemes=SCHEMES)
    gone = row("x", "1", status="withdrawn", withdrawn=DAY)
    assert len(from_csv(to_csv([gone, row("y", "1")]), schemes=SCHEMES)) == 2


def test_circles_and_doubles_are_refused() -> None:
    circle = [row("x", "1", broader="y"), row("y", "2", broader="z"), row("z", "3", broader="x")]
    with pytest.raises(BadInput, match=r"row 2 \(x\): broader goes in a circle: x > y > z > x"):
        from_csv(to_csv(circle), schemes=SCHEMES)
    with pytest.raises(BadInput, match="broader goes in a circle: x > x"):
        checked([row("x", "1", broader="x")], schemes=SCHEMES)
    with pytest.raises(BadInput, match=r"row 3 \(x\): the identity stands in row 2 already"):
        from_csv(to_csv([row("x", "1"), row("x", "2")]), schemes=SCHEMES)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "columns missing: identity"),
        ("identity,nonsense\r\na,b\r\n", "unknown: 'nonsense'"),
        (to_csv([row()]).replace("2026-03-01", "1 March"), r"row 2 \(a\): Invalid isoformat"),
        (to_csv([row()]).replace('{""en""', "{en"), r"row 2 \(a\)"),
        (to_csv([row()]) + "b,occupation\r\n", "it has not 23 cells"),
        (to_csv([row()]).replace(",[],", ',"[1]",', 1), "expected a JSON list of texts"),
        (to_csv([row()]) + '"open', "the CSV is broken"),
    ],
)
def test_a_file_that_is_no_register_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        from_csv(text, schemes=SCHEMES)


def test_codes_go_on_where_they_ended() -> None:
    taken = ["4-04-05-01", "4-04-05-07", "4-04-05-99-01", "4-04-06-12"]
    assert propose_code("{parent}-{number:02d}", taken, parent="4-04-05", year=2026) == "4-04-05-08"
    assert propose_code("{parent}-{number:02d}", [], parent="9", year=2026) == "9-01"
    assert propose_code("N{year}.{number:03d}", ["N2026.041", "N2025.100"], parent="", year=2026) == "N2026.042"
    assert propose_code("{parent}-{number:02d}", ["01"], parent="", year=2026) == "02"
    assert propose_code("{parent}/{year}", [], parent="1", year=2026) == "1/2026"


@pytest.mark.parametrize("pattern", ["{code}", "{number:z}", "{", "{0}", "  ", "{parent.x}"])
def test_a_pattern_that_makes_no_code_is_refused(pattern: str) -> None:
    with pytest.raises(SettingError):
        check_pattern(pattern)


def test_a_delta_says_what_was_before() -> None:
    old = whole()
    new = [replace(old[0], title="fleet lead", version=2), *old[2:], row("n", "7")]
    found = delta(old, new)
    assert [(one.change, one.row.identity) for one in found] == [
        ("changed", "a"),
        ("removed", "a:standard"),
        ("added", "n"),
    ]
    assert found[0].before == {"title": "fleet supervisor", "version": 1}
    gone = delta(new, [register.withdrawn(new[0], on=DAY, replaced_by="n"), *new[1:]])
    assert [one.change for one in gone] == ["withdrawn"]
    said = delta_json(found, old="1", new="2")
    assert said["counts"] == {"added": 1, "changed": 1, "withdrawn": 0, "removed": 1}
    lines = delta_csv(found).splitlines()
    assert lines[0] == "change,before," + ",".join(COLUMNS)
    assert lines[1].startswith('changed,"{""title"": ""fleet supervisor""')
