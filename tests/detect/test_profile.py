"""Skill profiles: own skills, cohesion, and change beyond the change of all postings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from observatory.detect.growth import Windows
from observatory.detect.profile import profiles

WINDOWS = Windows(earlier=range(12), recent=range(12, 24))


def postings(cluster: int, skills: dict[int, list[str]], *, each: int = 40) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`each` postings of a cluster in each window; `skills` of window 0 and 1, every second posting names them."""
    hired, named = [], []
    for window, month in ((0, 5), (1, 17)):
        for n in range(each):
            posting = f"{cluster}-{window}-{n}"
            hired.append({"cluster": cluster, "posting_id": posting, "month": month})
            named.append({"posting_id": posting, "skills": [*skills[window], f"noise{n % 7}"]})
    return pd.DataFrame(hired), pd.DataFrame(named)


def joined(*parts: tuple[pd.DataFrame, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    return pd.concat([part[0] for part in parts]), pd.concat([part[1] for part in parts])


def test_own_skills_are_those_asked_for_more_often_than_elsewhere() -> None:
    hired, skills = joined(
        postings(0, {0: ["welding"], 1: ["welding"]}), postings(1, {0: ["law"], 1: ["law"]}),
        postings(2, {0: [], 1: []}),
    )  # fmt: skip
    found = profiles(hired, skills, [0, 1, 2], windows=WINDOWS)
    assert found[0].own == ("welding",)
    assert found[1].own == ("law",)
    assert found[2].own == ()
    assert found[0].cohesion > found[2].cohesion


def test_a_profile_changes_only_beyond_the_change_of_all_postings() -> None:
    hired, skills = joined(
        postings(0, {0: ["ledger"], 1: ["cloud"]}), postings(1, {0: ["ledger"], 1: ["ledger"]}),
        postings(2, {0: ["ledger"], 1: ["ledger"]}),
    )  # fmt: skip
    found = profiles(hired, skills, [0, 1, 2], windows=WINDOWS)
    assert found[0].risen == ("cloud",)
    assert found[0].fallen == ("ledger",)
    everybody = profiles(
        *joined(*(postings(c, {0: ["ledger"], 1: ["cloud"]}) for c in range(3))), [0, 1, 2], windows=WINDOWS
    )
    assert [found.risen for found in everybody.values()] == [(), (), ()]


def test_too_few_postings_say_nothing_of_change() -> None:
    hired, skills = joined(postings(0, {0: ["ledger"], 1: ["cloud"]}, each=10), postings(1, {0: [], 1: []}))
    assert profiles(hired, skills, [0], windows=WINDOWS)[0].risen is None


def test_no_skills_at_all_give_an_empty_profile() -> None:
    hired, _ = postings(0, {0: [], 1: []})
    found = profiles(hired, pd.DataFrame({"posting_id": [], "skills": []}), [0], windows=WINDOWS)[0]
    assert found.own == ()
    assert np.isnan(found.cohesion)
    assert found.risen is None


def test_the_order_of_rows_does_not_matter() -> None:
    hired, skills = joined(
        postings(0, {0: ["a", "b"], 1: ["b", "c"]}), postings(1, {0: ["c"], 1: ["a"]}), postings(2, {0: [], 1: []})
    )
    again = profiles(
        hired.sample(frac=1, random_state=1), skills.sample(frac=1, random_state=2), [2, 1, 0], windows=WINDOWS
    )
    once = profiles(hired, skills, [0, 1, 2], windows=WINDOWS)
    for cluster, profile in once.items():
        assert again[cluster].own == profile.own
        assert again[cluster].risen == profile.risen
        np.testing.assert_allclose(again[cluster].cohesion, profile.cohesion)


def test_a_smaller_cluster_is_like_a_larger_one_that_asks_for_the_same() -> None:
    def asks(cluster: int, words: list[str], each: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        return postings(cluster, {0: words, 1: words}, each=each)

    hired, skills = joined(
        asks(0, ["ledger", "audit"], 80), asks(1, ["ledger", "audit"], 40), asks(2, ["welding", "steel"], 60),
        asks(3, ["ledger", "audit"], 10),
    )  # fmt: skip
    found = profiles(hired, skills, [0, 1, 2, 3], windows=WINDOWS)
    assert [cluster for cluster, _ in found[1].like] == [0]
    assert found[1].like[0][1] > 0.95
    assert found[0].like == ()
    assert found[2].like == ()
    assert found[3].like == ()  # too few postings to say
