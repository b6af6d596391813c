"""The benchmark of detection: its rules on small inputs, and that its labels are in order."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from benchmarks.detection.labels import LABELS, Label, read_labels
from benchmarks.detection.peers import burst_weight, popularity
from benchmarks.detection.planted import taken_out, thin
from benchmarks.detection.score import judge, precision

from observatory.backtest.truth import key_of
from observatory.records import Occupation, Taxonomy


def label(title: str, kind: str = "occupation", *, new: bool = True, same_as: str = "", rising: int = 2015) -> Label:
    return Label(
        title=title, label=kind, new=new, same_as=key_of(same_as or title), rising=frozenset({rising}), note=""
    )


def test_the_labels_are_in_order() -> None:
    labels = read_labels()
    assert len(labels) > 300
    assert {one.label for one in labels.values()} == set(LABELS)
    unknown = {one.title for one in labels.values() if one.same_as not in labels}
    assert not unknown, f"another name of a title that is not labelled: {unknown}"


def test_a_wrong_label_is_refused_with_its_line(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "labels.csv"
    file.write_text("title,label,new,same_as,rising,note\nA,job,yes,,,\n", "utf-8")
    with pytest.raises(ValueError, match="line 2: 'job'"):
        read_labels(file)
    file.write_text("title,label,new,same_as,rising,note\nA b,noise,no,,,\nA-b,noise,no,,,\n", "utf-8")
    with pytest.raises(ValueError, match="line 3: A-b is labelled above"):
        read_labels(file)


def test_every_reason_not_to_count() -> None:
    labels = {
        key_of(one.title): one
        for one in (
            label("Good Engineer"), label("Good Maker", same_as="Good Engineer"), label("Old Clerk", new=False),
            label("Flat Clerk", rising=2012), label("Rust Engineer", "technology"), label("Part Clerk", "specialisation"),
        )
    }  # fmt: skip
    rows = [("Good Engineer", "occupation"), ("Good Maker", "occupation"), ("Old Clerk", "occupation"),
            ("Flat Clerk", "occupation"), ("Rust Engineer", "occupation"), ("Part Clerk", "occupation"),
            ("Nobody Knows", "occupation")]  # fmt: skip
    found = judge(rows, labels, 2015)
    assert [row.good for row in found] == [True, *[False] * 6]
    assert [row.why.split(" of ")[0] for row in found[1:]] == [
        "double", "known", "not rising", "technology", "specialisation, called occupation", "no label",
    ]  # fmt: skip
    assert judge([("Part Clerk", "")], labels, 2015)[0].good
    assert precision(found, 10) == 0.1


def test_a_burst_that_ended_weighs_nothing() -> None:
    of = np.full(24, 100.0)
    rising, over = np.array([1.0] * 18 + [9.0] * 6), np.array([1.0] * 10 + [9.0] * 6 + [1.0] * 8)
    assert burst_weight(rising, of) > 5
    assert burst_weight(over, of) == 0
    assert burst_weight(np.zeros(24), of) == 0
    assert burst_weight(rising, np.where(np.arange(24) < 3, 0, of)) > 5


def test_popularity_adds_up_and_shrinks_in_silence() -> None:
    found = popularity(np.array([[2.0, 1.0, 0.0, 0.0]]), decay=0.01)[0]
    assert found[1] == 3
    assert found[2] == pytest.approx(3 * np.exp(-0.01))
    assert found[3] == pytest.approx(found[2] * np.exp(-0.04))


def test_thinning_leaves_other_roles_alone_and_follows_the_line() -> None:
    rows = pd.DataFrame(
        {"role": ["drone pilot"] * 3_000 + ["nurse"] * 300, "vacancy_id": [str(i) for i in range(3_300)],
         "month": [i % 30 for i in range(3_300)]}
    )  # fmt: skip
    found = thin(rows, {key_of("drone pilot")}, np.random.default_rng(0), start=10, end=22)
    assert (found["role"] == "nurse").sum() == 300
    kept = found[found["role"] == "drone pilot"].groupby("month").size() / 100
    assert kept[kept.index < 10].mean() == pytest.approx(1 / 3, abs=0.03)
    assert kept[kept.index >= 22].min() == 1
    assert kept[16] == pytest.approx(2 / 3, abs=0.12)


def test_labels_are_taken_out_short_and_spelled_out() -> None:
    taxonomy = Taxonomy(
        scheme="x", version="1", released=dt.date(2020, 1, 1),
        occupations=(
            Occupation(code="1", labels={"en": "user interface designer"}),
            Occupation(code="2", labels={"en": "designer"}, alternative={"en": ("UI designer", "stylist")}),
        ),
    )  # fmt: skip
    found = taken_out(taxonomy, {key_of("UI Designer")})
    assert [(o.code, o.alternative["en"]) for o in found.occupations] == [("2", ("stylist",))]
