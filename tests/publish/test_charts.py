"""The growth chart: periods, gaps, the same bytes each time."""

from __future__ import annotations

import builtins
import datetime as dt
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invented_dossiers import plain
from observatory.errors import MissingPart
from observatory.publish.charts import growth_chart, periods, to_png, to_svg
from observatory.records import Month


def months(*pairs: tuple[int, int]) -> list[Month]:
    return [
        Month(month=dt.date(2020 + i // 12, i % 12 + 1, 1), vacancies=v, exposure=e) for i, (v, e) in enumerate(pairs)
    ]


def test_a_silent_month_is_missing_and_a_month_without_vacancies_is_zero() -> None:
    first, silent = periods(months((0, 50), (0, 0)))
    assert first.share == 0.0
    assert silent.share is None
    assert silent.low is None


def test_a_month_left_out_of_the_history_is_missing_too() -> None:
    given_months = months((1, 50), (1, 50), (1, 50))
    assert [p.share for p in periods([given_months[0], given_months[2]])] == [20.0, None, 20.0]


def test_a_long_history_is_drawn_by_calendar_quarters() -> None:
    found = periods(months(*[(1, 100)] * 36))
    assert [p.label for p in found[:2]] == ["2020 Q1", "2020 Q2"]
    assert (found[0].vacancies, found[0].exposure, found[0].share) == (3, 300, 10.0)


def test_interval_is_wilsons() -> None:
    (one,) = periods(months((10, 100)))  # Wilson 1927 for 10 of 100: 0.0552 to 0.1744
    assert one.low == pytest.approx(55.2, abs=0.1)
    assert one.high == pytest.approx(174.4, abs=0.1)


@given(st.lists(st.integers(0, 400).flatmap(lambda e: st.tuples(st.integers(0, e), st.just(e))), max_size=80))
def test_no_vacancy_is_lost_and_the_interval_holds_the_share(pairs: list[tuple[int, int]]) -> None:
    found = periods(months(*pairs))
    assert sum(p.vacancies for p in found) == sum(v for v, e in pairs if e)
    assert sum(p.exposure for p in found) == sum(e for _, e in pairs)
    assert all(p.low <= p.share <= p.high for p in found if p.share is not None)  # type: ignore[operator]


def test_the_same_chart_has_the_same_bytes_and_only_its_own_ids() -> None:
    chart = growth_chart(plain().history)
    assert chart is not None
    first = to_svg(chart)
    to_svg(growth_chart(plain().history, width=300) or {})
    assert to_svg(chart) == first
    ids = re.findall(r'\bid="([^"]+)"', first)
    assert ids == [f"chart-{i}" for i in range(len(ids))]
    assert "no data" in first
    assert not re.search(r'(?:href|src)="(?!#)', first.replace('xlink="http', ""))


def test_a_gap_breaks_the_line() -> None:
    whole = to_svg(growth_chart(months(*[(2, 100)] * 12)) or {})
    broken = to_svg(growth_chart(months(*[(2, 100)] * 5, (0, 0), *[(2, 100)] * 6)) or {})
    line = re.compile(r'd="([^"]*)" stroke="#1f5f8b"')
    assert sum(path.count("M") for path in line.findall(whole)) == 1
    assert sum(path.count("M") for path in line.findall(broken)) == 2


@pytest.mark.parametrize("pairs", [[], [(0, 0)], [(0, 9)], [(9, 9)], [(5, 3)], [(0, 0)] * 40])
def test_odd_histories_are_drawn_or_none(pairs: list[tuple[int, int]]) -> None:
    chart = growth_chart(months(*pairs))
    assert (chart is None) == (not pairs)
    if chart is not None:
        assert to_png(chart).startswith(b"\x89PNG")
        assert "NaN" not in to_svg(chart)


@pytest.mark.parametrize("package", ["altair", "vl_convert"])
def test_a_missing_package_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name == package:
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingPart, match=package.replace("_", "-")):
        to_svg(growth_chart(plain().history) or {})
