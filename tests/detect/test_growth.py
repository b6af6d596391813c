"""Growth: shares within sources, silence as missing, intervals that hold what they say, chance that stays chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from observatory.detect.growth import benjamini_hochberg, growth_of, windows

START = 2020 * 12
SPAN = windows(START, START + 36)


def exposure_of(sources: dict[str, list[int]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"source": source, "month": START + month, "vacancies": count}
            for source, counts in sources.items()
            for month, count in enumerate(counts)
            if count
        ]
    )


def counts_of(rows: list[tuple[int, str, int, str, int]]) -> pd.DataFrame:
    """Rows of cluster, source, month, employer, vacancies."""
    frame = pd.DataFrame(rows, columns=["cluster", "source", "month", "employer", "vacancies"])
    return frame.assign(month=frame["month"] + START)


def drawn(random: np.random.Generator, rates: list[float], sources: dict[str, list[int]], cluster: int = 0) -> list[tuple[int, str, int, str, int]]:  # fmt: skip
    """Vacancies of one profession, each of another employer, at a rate of each source's vacancies by month."""
    return [
        (cluster, source, month, f"{source}-{month}-{i}", 1)
        for source, exposed in sources.items()
        for month, total in enumerate(exposed)
        for i in range(random.poisson(rates[month] * total))
    ]


def test_windows_are_whole_years_and_short_histories_are_said() -> None:
    assert (SPAN.earlier, SPAN.recent, SPAN.note) == (range(START, START + 24), range(START + 24, START + 36), "")
    odd = windows(START, START + 31)
    assert (len(odd.earlier), len(odd.recent)) == (12, 12)  # 31 months: two whole years
    short = windows(START, START + 10)
    assert (len(short.earlier), len(short.recent)) == (5, 5)
    assert "short history: 10 months" in short.note
    none = windows(START, START + 5)
    assert (len(none.earlier), len(none.recent)) == (0, 0)
    assert "less than six months" in none.note


def test_less_than_six_months_say_nothing() -> None:
    counts = counts_of([(0, "a", 1, "x", 5), (1, "a", 2, "y", 9)])
    found = growth_of(counts, exposure_of({"a": [9] * 5}), windows=windows(START, START + 5))
    assert found["ratio"].tolist() == [1.0, 1.0]
    assert found["p_value"].tolist() == [1.0, 1.0]
    assert "less than six months" in found["note"].iloc[0]


@pytest.mark.parametrize(
    "sources",
    [
        {"a": [1000] * 36, "b": [0] * 24 + [3000] * 12},  # a source joins
        {"a": [1000] * 36, "b": [2000] * 24 + [0] * 12},  # one leaves
        {"a": [200 * (1 + month) for month in range(36)]},  # one grows thirty-six times
        {"a": [1000] * 24 + [100] * 12, "b": [100] * 24 + [5000] * 12},  # the mix turns over
    ],
)
def test_sources_that_come_go_and_grow_raise_nothing(sources: dict[str, list[int]]) -> None:
    """At a constant share five tests in a hundred at most fall below 0.05, with sources of unlike shares too."""
    random = np.random.default_rng(3)
    rows = []
    for cluster in range(300):
        for source, share in (("a", 0.01), ("b", 0.03)):
            rows += drawn(random, [share] * 36, {source: sources.get(source, [])}, cluster)
    found = growth_of(counts_of(rows), exposure_of(sources), windows=SPAN)
    assert (found["p_value"] < 0.05).mean() <= 0.08
    assert np.median(found["ratio"]) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("true", [1.0, 2.0, 4.0])
def test_nineteen_in_twenty_intervals_hold_the_truth(true: float) -> None:
    random = np.random.default_rng(int(true))
    sources = {"a": [800] * 36, "b": [300] * 36}
    rows = []
    for cluster in range(400):
        rows += drawn(random, [0.004] * 24 + [0.004 * true] * 12, sources, cluster)
    found = growth_of(counts_of(rows), exposure_of(sources), windows=SPAN)
    held = ((found["low"] <= true) & (true <= found["high"])).mean()
    assert 0.93 <= held <= 0.995


def test_a_silent_month_is_missing_not_zero() -> None:
    random = np.random.default_rng(5)
    full = {"a": [1000] * 36}
    rows = drawn(random, [0.02] * 36, full)
    gap = {"a": [0 if 26 <= month < 30 else 1000 for month in range(36)]}
    kept = [row for row in rows if not 26 <= row[2] < 30]
    found = growth_of(counts_of(kept), exposure_of(gap), windows=SPAN).iloc[0]
    wrong = growth_of(counts_of(kept), exposure_of(full), windows=SPAN).iloc[0]
    assert found["low"] < 1 < found["high"]
    assert wrong["ratio"] < 0.8 * found["ratio"]
    assert "4 months without any posting left out" in found["note"]
    assert wrong["note"] == ""


def test_an_employer_that_posts_again_and_again_is_one_piece_of_evidence() -> None:
    exposure = exposure_of({"a": [1000] * 36})
    many = counts_of([(0, "a", 24 + i % 12, f"firm {i}", 1) for i in range(24)])
    one = counts_of([(0, "a", 24 + i % 12, "the one firm", 1) for i in range(24)])
    sure = growth_of(many, exposure, windows=SPAN).iloc[0]
    unsure = growth_of(one, exposure, windows=SPAN).iloc[0]
    assert sure["p_value"] < 0.001
    assert sure["low"] > 1
    assert unsure["p_value"] > 0.05
    assert unsure["low"] < 1


@pytest.mark.parametrize("batch", [1, 4, 12])
@pytest.mark.parametrize("employers", [1, 3, 10, 30])
def test_employers_that_come_at_any_time_are_seldom_taken_for_a_rise(employers: int, batch: int) -> None:
    """Each employer posts a batch of vacancies within half a year that begins at a random month."""
    random = np.random.default_rng(100 * employers + batch)
    rows = []
    for cluster in range(500):
        for i in range(employers):
            begin = int(random.integers(0, 31))
            rows += [(cluster, "a", begin + j % 6, f"firm {i}", 1) for j in range(batch)]
    found = growth_of(counts_of(rows), exposure_of({"a": [1000] * 36}), windows=SPAN)
    assert (found["p_value"] < 0.05).mean() <= 0.07
    assert (found["p_value"] < 0.005).mean() <= 0.012


def test_bursts_are_less_sure_than_a_steady_stream() -> None:
    exposure = exposure_of({"a": [1000] * 36})
    steady = counts_of(
        [(0, "a", month, f"s{month}-{i}", 1) for month in range(36) for i in range(2 if month < 24 else 4)]
    )
    burst = counts_of(
        [(0, "a", month, f"b{month}-{i}", 1) for month in range(24) for i in range(2)]
        + [(0, "a", 30, f"b30-{i}", 1) for i in range(48)]
    )
    assert growth_of(burst, exposure, windows=SPAN)["p_value"].iloc[0] > growth_of(steady, exposure, windows=SPAN)["p_value"].iloc[0]  # fmt: skip


def test_what_only_one_source_shows_and_what_no_source_can_show_is_said() -> None:
    exposure = exposure_of({"a": [500] * 36, "b": [500] * 36, "late": [0] * 24 + [500] * 12})
    rows = [(0, "a", 30, "x", 1), (0, "b", 30, "y", 1), (1, "a", 30, "x", 2), (2, "late", 30, "z", 4)]
    found = growth_of(counts_of(rows), exposure, windows=SPAN)
    assert found["note"].tolist() == [
        "",
        "seen in one source only",
        "seen in one source only; no source covers both windows",
    ]
    assert found["p_value"].iloc[2] == 1.0


def test_sources_that_never_meet_compare_nothing() -> None:
    """One source ended before the other began: a ratio of 1 without bounds, and no figure that is none."""
    counts = counts_of([(0, "a", 1, "x", 5), (1, "b", 30, "y", 9)])
    found = growth_of(counts, exposure_of({"a": [9] * 24 + [0] * 12, "b": [0] * 24 + [9] * 12}), windows=SPAN)
    assert found[["ratio", "low", "p_value"]].to_numpy().tolist() == [[1.0, 0.0, 1.0]] * 2
    assert np.isposinf(found["high"]).all()
    assert found["note"].str.contains("no source covers both windows").all()


def test_rows_in_another_order_give_the_same() -> None:
    random = np.random.default_rng(8)
    sources = {"a": [500] * 36, "b": [900] * 36}
    counts = counts_of([row for cluster in range(20) for row in drawn(random, [0.005] * 36, sources, cluster)])
    exposure = exposure_of(sources)
    turned = growth_of(counts.sample(frac=1, random_state=1), exposure.sample(frac=1, random_state=2), windows=SPAN)
    pd.testing.assert_frame_equal(growth_of(counts, exposure, windows=SPAN), turned)


@given(arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 1)))
def test_q_values_lie_between_p_and_one_and_keep_their_order(p: np.ndarray) -> None:
    q = benjamini_hochberg(p)
    assert (q >= p - 1e-12).all()
    assert (q <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(q[order]) >= -1e-12).all()


def test_of_a_thousand_flat_professions_hardly_one_is_called_rising() -> None:
    random = np.random.default_rng(11)
    sources = {"a": [400] * 36}
    rows = [row for cluster in range(1000) for row in drawn(random, [0.003] * 36, sources, cluster)]
    found = growth_of(counts_of(rows), exposure_of(sources), windows=SPAN)
    assert (found["q_value"] < 0.05).sum() <= 1
