"""Growth: does a profession's share of vacancies rise, and how sure is that?

The share is taken within each source and month, so that a source that joins, leaves or grows
raises nothing. The recent window is compared with the earlier one by the Mantel-Haenszel rate
ratio over sources (Rothman, Greenland and Lash, Modern Epidemiology, ch. 15); its variance is the
larger of the quasi-Poisson one and one clustered on employers, because an employer that reposts
every month is one piece of evidence, not twelve: the dispersion is at least that of a compound Poisson
count in which vacancies come in employers' batches. Months in which a source published nothing are
missing, not zero. q-values: Benjamini and Hochberg 1995.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from observatory.records import Growth

CONFIDENCE = 0.95
FEW_EMPLOYERS = 2.0  # effective ones, up to which a batch of vacancies counts as one event in full
SPARSE = 0.5  # added to both windows' counts, so that a profession without a past has a finite ratio


@dataclass(frozen=True, kw_only=True, slots=True)
class Windows:
    """Two windows of whole months: `earlier` and `recent`, as month numbers (year * 12 + month)."""

    earlier: range
    recent: range
    note: str = ""


def windows(first: int, as_of: int, *, recent: int = 12, history: int = 36) -> Windows:
    """The recent window of `recent` months before month number `as_of`, and what lies before it.

    With less than two recent windows of history, what there is is halved, and the note says so;
    below six months in all there is nothing to compare and both windows are empty.
    """
    start = max(first, as_of - history)
    months = as_of - start
    if months < 6:
        return Windows(earlier=range(0), recent=range(0), note="less than six months of history")
    if months < 2 * recent:
        half = as_of - months // 2
        return Windows(
            earlier=range(start, half), recent=range(half, as_of),
            note=f"short history: {months} months, seasons are not balanced",
        )  # fmt: skip
    whole = months // recent * recent  # whole years, so that seasons cancel out
    return Windows(earlier=range(as_of - whole, as_of - recent), recent=range(as_of - recent, as_of))


def growth_of(counts: pd.DataFrame, exposure: pd.DataFrame, *, windows: Windows) -> pd.DataFrame:
    """Growth of every cluster, one row for each value of `counts.cluster`.

    `counts`: columns cluster, source, month (int), employer, vacancies (distinct vacancies of that
    employer in that month). `exposure`: columns source, month, vacancies (all of that source and
    month). Result columns: ratio, low, high, p_value (one-sided, no growth), q_value, recent,
    earlier (vacancies in the windows), expected (recent vacancies had the share stayed), note.
    """
    clusters = np.sort(counts["cluster"].unique())
    if len(windows.recent) == 0:
        flat = pd.DataFrame(index=pd.Index(clusters, name="cluster"))
        return flat.assign(
            ratio=1.0, low=0.0, high=np.inf, p_value=1.0, q_value=1.0, recent=0, earlier=0, expected=0.0,
            note=windows.note,
        )  # fmt: skip
    sources = np.sort(exposure["source"].unique())
    base = _by_window(exposure.assign(cluster=0), np.array([0]), sources, windows)[:, 0, :]
    both = (base > 0).all(axis=0)  # a source must have published in both windows to tell growth
    cells = _by_window(counts, clusters, sources, windows)
    a, b = cells[1][:, both], cells[0][:, both]
    e1, e0 = base[1][both], base[0][both]
    total = e1 + e0
    upper = (a * e0 / total).sum(axis=1)
    lower = (b * e1 / total).sum(axis=1)
    batch = _batch(counts, clusters, sources[both], windows)
    pad = SPARSE * batch * (e1.sum() * e0.sum()) / max((e1.sum() + e0.sum()) ** 2, 1.0) * 2
    nothing = upper + lower + pad == 0  # no source covers both windows: a ratio of 1 that nothing bounds
    top, bottom = np.where(nothing, 1.0, upper + pad), np.where(nothing, 1.0, lower + pad)
    ratio = top / bottom
    known = a.sum(axis=1) + b.sum(axis=1)
    variance = (known[:, None] * 0 + ((a + b) * e1 * e0 / total**2)).sum(axis=1) / (top * bottom)
    variance = variance * np.maximum(_dispersion(counts, exposure, clusters, sources[both], windows), batch)
    variance = np.maximum(variance, _employer_variance(counts, clusters, sources[both], windows))
    spread = np.sqrt(np.maximum(variance, 1e-12))
    z = np.log(ratio) / spread
    seen = known > 0
    p = np.where(seen, stats.norm.sf(z), 1.0)
    reach = stats.norm.ppf(0.5 + CONFIDENCE / 2)
    notes = np.array([windows.note] * len(clusters), dtype=object)
    if (silent := _silent(exposure, windows)) > 0:
        notes = _join(
            notes, f"{silent} {'month' if silent == 1 else 'months'} without any posting left out, not counted as none"
        )
    lone = (cells.sum(axis=0) > 0).sum(axis=1) == 1
    many = len(sources) > 1
    notes = np.where(lone & many, _join(notes, "seen in one source only"), notes)
    notes = np.where(~seen, _join(notes, "no source covers both windows"), notes)
    return pd.DataFrame(
        {
            "ratio": ratio,
            "low": ratio * np.exp(-reach * spread),
            "high": ratio * np.exp(reach * spread),
            "p_value": p,
            "q_value": benjamini_hochberg(p),
            "recent": a.sum(axis=1).astype(int),
            "earlier": b.sum(axis=1).astype(int),
            "expected": (b * e1 / np.maximum(e0, 1)).sum(axis=1),
            "note": notes,
        },
        index=pd.Index(clusters, name="cluster"),
    )


def benjamini_hochberg(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """q-values of a family of tests, same shape, each between its p-value and 1.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    if not len(p_values):
        return p_values
    result: NDArray[np.float64] = stats.false_discovery_control(p_values, method="bh")
    return result


def as_growth(row: pd.Series) -> Growth:
    """One row of `growth_of` as a record."""
    return Growth(
        ratio=float(row["ratio"]), low=float(row["low"]), high=float(row["high"]),
        p_value=float(row["p_value"]), q_value=float(row["q_value"]), note=str(row["note"]),
    )  # fmt: skip


def _by_window(
    counts: pd.DataFrame,
    clusters: NDArray[np.int64],
    sources: Sequence[str] | NDArray[np.str_],
    windows: Windows,
) -> NDArray[np.float64]:
    """Vacancies as an array (2 windows: earlier, recent; clusters; sources)."""
    cells = np.zeros((2, len(clusters), len(sources)))
    for at, window in enumerate((windows.earlier, windows.recent)):
        inside = counts[(counts["month"] >= window.start) & (counts["month"] < window.stop)]
        inside = inside[inside["source"].isin(sources)]
        np.add.at(
            cells[at],
            (np.searchsorted(clusters, inside["cluster"]), np.searchsorted(sources, inside["source"])),
            inside["vacancies"].to_numpy(dtype=float),
        )
    return cells


def _silent(exposure: pd.DataFrame, windows: Windows) -> int:
    """Months of the windows in which no source published anything."""
    live = set(exposure.loc[exposure["vacancies"] > 0, "month"].tolist())
    return len({*windows.earlier, *windows.recent} - live)


def _dispersion(
    counts: pd.DataFrame,
    exposure: pd.DataFrame,
    clusters: NDArray[np.int64],
    sources: NDArray[np.str_],
    windows: Windows,
) -> NDArray[np.float64]:
    """Pearson dispersion of monthly counts about the two-window model, at least 1, shape (clusters,)."""  # fmt: skip
    months = np.arange(windows.earlier.start, windows.recent.stop)
    shape = (len(clusters), len(months))
    inside = counts[counts["month"].isin(months) & counts["source"].isin(sources)]
    y = np.zeros(shape)
    np.add.at(
        y,
        (np.searchsorted(clusters, inside["cluster"]), inside["month"].to_numpy(dtype=int) - months[0]),
        inside["vacancies"].to_numpy(dtype=float),
    )
    all_of = exposure[exposure["month"].isin(months) & exposure["source"].isin(sources)]
    e = np.zeros(len(months))
    np.add.at(e, all_of["month"].to_numpy(dtype=int) - months[0], all_of["vacancies"].to_numpy(dtype=float))
    live = e > 0
    recent = months >= windows.recent.start
    fitted = np.zeros(shape)
    for part in (recent, ~recent):
        rate = y[:, part].sum(axis=1) / max(e[part].sum(), 1.0)
        fitted[:, part] = rate[:, None] * e[part][None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        pearson = np.where(fitted > 0, (y - fitted) ** 2 / fitted, 0.0)[:, live].sum(axis=1)
    free = max(int(live.sum()) - 2, 1)
    result: NDArray[np.float64] = np.maximum(pearson / free, 1.0)
    return result


def _batch(
    counts: pd.DataFrame, clusters: NDArray[np.int64], sources: NDArray[np.str_], windows: Windows
) -> NDArray[np.float64]:
    """Vacancies that come with one employer's decision to hire, as far as it matters, shape (clusters,), at least 1.

    The mean over vacancies of what their employer posted in the same window is the factor by which the variance
    of a compound Poisson count exceeds its mean: an employer that posts twelve times is one event. With many
    employers the variance clustered on them sees that by itself, so the factor counts in full for two
    effective employers (1 / sum of squared shares) and less and less for more.
    """  # fmt: skip
    inside = counts[counts["source"].isin(sources)]
    recent = inside["month"].between(windows.recent.start, windows.recent.stop - 1)
    earlier = inside["month"].between(windows.earlier.start, windows.earlier.stop - 1)
    inside = inside.assign(recent=recent)[recent | earlier]
    each = inside.groupby(["cluster", "employer", "recent"])["vacancies"].sum().astype(float)
    batch = (each**2).groupby(level="cluster").sum() / each.groupby(level="cluster").sum()
    whole = each.groupby(level=["cluster", "employer"]).sum()
    effective = whole.groupby(level="cluster").sum() ** 2 / (whole**2).groupby(level="cluster").sum()
    factor = 1 + (batch - 1) * np.minimum(1.0, FEW_EMPLOYERS / effective)
    result: NDArray[np.float64] = factor.reindex(clusters, fill_value=1.0).to_numpy()
    return np.maximum(result, 1.0)


def _employer_variance(
    counts: pd.DataFrame,
    clusters: NDArray[np.int64],
    sources: NDArray[np.str_],
    windows: Windows,
) -> NDArray[np.float64]:
    """Variance of the log ratio clustered on employers, shape (clusters,)."""  # fmt: skip
    inside = counts[counts["source"].isin(sources)]
    recent = inside["month"].between(windows.recent.start, windows.recent.stop - 1)
    earlier = inside["month"].between(windows.earlier.start, windows.earlier.stop - 1)
    inside = inside.assign(a=inside["vacancies"] * recent, b=inside["vacancies"] * earlier)
    inside = inside[recent | earlier]
    each = inside.groupby(["cluster", "employer"], sort=True)[["a", "b"]].sum()
    total = each.groupby(level="cluster").transform("sum")
    part = each["a"] / (total["a"] + SPARSE) - each["b"] / (total["b"] + SPARSE)
    variance = (part**2).groupby(level="cluster").sum()
    result: NDArray[np.float64] = variance.reindex(clusters, fill_value=np.inf).to_numpy()
    return result


def _join(notes: NDArray[np.object_], text: str) -> NDArray[np.object_]:
    return np.array([f"{note}; {text}" if note else text for note in notes], dtype=object)
