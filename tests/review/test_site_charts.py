"""Charts: quarters with their gaps, lines, the packing of the landscape; all text escaped."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.review import charts
from observatory.review.charts import Bubble

HISTORY = [[f"2024-{month:02d}-01", month % 4, 0 if 4 <= month <= 6 else 500] for month in range(1, 13)]


def test_quarters_are_shares_with_an_interval_round_them():
    points = charts.quarters(HISTORY)
    assert [point.label for point in points] == ["2024 Q1", "2024 Q2", "2024 Q3", "2024 Q4"]
    first = points[0]
    assert (first.vacancies, first.exposure, first.share) == (6, 1500, pytest.approx(4.0))
    assert first.low < first.share < first.high
    # Wilson's interval of 6 in 1,500, computed by hand with z = 1.96.
    assert (first.low, first.high) == (pytest.approx(1.834, abs=0.002), pytest.approx(8.701, abs=0.002))


def test_a_silent_quarter_is_a_gap_not_a_zero():
    silent = charts.quarters(HISTORY)[1]
    assert silent.share is None
    drawing = charts.lines([("x", charts.quarters(HISTORY))], title="Growth")
    assert drawing.count('class="silent"') == 1
    assert drawing.count("<polygon") == 2


def test_quarters_come_in_the_order_of_time():
    shuffled = [HISTORY[i] for i in (11, 0, 5, 3, 8, 1, 2, 4, 6, 7, 9, 10)]
    assert charts.quarters(shuffled) == charts.quarters(HISTORY)


def test_no_history_is_said_in_words():
    assert "no months" in charts.lines([("x", [])], title="Growth")
    assert charts.spark([]) == ""


@pytest.mark.parametrize("name", ['<script>alert("1")</script>', "a & b", "Ingegnere 'x'", "\u202eabc", "图"])
def test_drawings_are_sound_xml_and_hold_no_markup_of_names(name):
    drawing = charts.lines([(name, charts.quarters(HISTORY))], title=name)
    assert ElementTree.fromstring(drawing).tag.endswith("svg")
    bubble = Bubble(url="/candidates/x", name=name * 3, group=name, vacancies=9, shade="g1", detail=name)
    drawing = charts.landscape([bubble], title=name)
    assert {one.tag.rpartition("}")[2] for one in ElementTree.fromstring(drawing).iter()} <= {
        "svg", "text", "a", "circle", "title",
    }  # fmt: skip


def test_six_lines_differ_in_colour_and_dashes():
    drawing = charts.lines([(str(i), charts.quarters(HISTORY)) for i in range(6)], title="Trends")
    for number in range(1, 7):
        assert f"line c{number} d{number}" in drawing


@given(st.lists(st.floats(min_value=4, max_value=80), min_size=1, max_size=60))
def test_circles_of_the_landscape_never_overlap(radii):
    radii = sorted(radii, reverse=True)
    places = charts.packed(radii)
    assert len(places) == len(radii)
    assert places[0] == (0.0, 0.0)
    for i, (x, y) in enumerate(places):
        for (u, v), other in zip(places[:i], radii[:i], strict=True):
            assert math.hypot(x - u, y - v) >= radii[i] + other + 2 - 1e-6


def test_the_landscape_puts_each_circle_inside_and_links_it():
    bubbles = [
        Bubble(url=f"/candidates/c{i}", name=f"profession {i}", group=("ai", "green", "none")[i % 3], vacancies=1 + 7 * i,
               shade="g2", detail="d", named=i % 3 != 2)
        for i in range(90)
    ]  # fmt: skip
    drawing = ElementTree.fromstring(charts.landscape(bubbles, title="Map"))
    _x, _y, wide, tall = (float(part) for part in drawing.attrib["viewBox"].split())
    circles = list(drawing.iter("{http://www.w3.org/2000/svg}circle"))
    assert len(circles) == 90
    for circle in circles:
        x, y, r = (float(circle.attrib[name]) for name in ("cx", "cy", "r"))
        assert r <= x <= wide - r
        assert r <= y <= tall - r
    links = [one.attrib["href"] for one in drawing.iter("{http://www.w3.org/2000/svg}a")]
    assert sorted(links) == sorted(bubble.url for bubble in bubbles)
    islands = [one.text for one in drawing.iter("{http://www.w3.org/2000/svg}text") if one.attrib["class"] == "island"]
    assert islands[-1] == "none"


def test_area_of_a_circle_follows_the_vacancies():
    made = [Bubble(url=str(n), name="x", group="g", vacancies=n, shade="g0", detail="") for n in (400, 100)]
    radii = [float(r) for r in re.findall(r' r="([\d.]+)"', charts.landscape(made, title="Map"))]
    assert radii[0] / radii[1] == pytest.approx(2, rel=0.01)


@pytest.mark.parametrize(
    ("name", "room", "rows", "expected"),
    [
        ("heat pump planner", 9, 2, (["heat pump", "planner"], True)),
        ("heat pump commissioner", 9, 2, (["heat pump", "commissi…"], False)),
        ("屋顶光伏诊断师", 4, 2, (["屋顶光伏", "诊断师"], True)),
        ("a b", 1, 1, ([], False)),
    ],
)
def test_names_are_folded_into_their_circles(name, room, rows, expected):
    assert charts._folded(name, room, rows) == expected
