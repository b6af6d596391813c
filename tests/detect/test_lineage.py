"""Lineages: one heir each, ids that never change meaning, whatever the order of the clusters."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.detect.lineage import new_id, trace

Roles = dict[tuple[str, str], int]


def of(**counts: int) -> Roles:
    return {(name.replace("_", " "), "en"): count for name, count in counts.items()}


def ids_and_events(
    clusters: list[Roles], previous: dict[str, Roles], **more: object
) -> tuple[list[str], dict[str, str]]:
    ids, events = trace(clusters, previous=previous, **more)  # type: ignore[arg-type]
    return ids, {event.lineage_id: f"{event.event} {event.other_id}".strip() for event in events}


def test_the_heir_holds_most_of_the_lineage_not_a_splinter_that_is_all_of_it() -> None:
    before = {"p1": of(mobile_developer=307, mobile_engineer=264, react_native_mobile_engineer=1)}
    most = of(mobile_developer=309, mobile_engineer=269, mobile_app_developer=4)
    splinter = of(react_native_mobile_engineer=2)
    ids, events = ids_and_events([splinter, most], before)
    assert ids[1] == "p1"
    assert events == {ids[0]: "split p1"}


def test_two_that_become_one_leave_the_larger_ones_id() -> None:
    before = {"p1": of(ml_engineer=40), "p2": of(machine_learning_engineer=90)}
    ids, events = ids_and_events([of(ml_engineer=42, machine_learning_engineer=95)], before)
    assert ids == ["p2"]
    assert events == {"p1": "merged p2"}


def test_born_died_revived() -> None:
    founder = new_id(("data engineer", "en"))
    (first,), events = ids_and_events([of(data_engineer=5)], {})
    assert (first, events) == (founder, {founder: "born"})
    _, events = ids_and_events([of(web_designer=9)], {founder: of(data_engineer=5)})
    assert events[founder] == "died"
    _, events = ids_and_events([of(data_engineer=7)], {}, ended=frozenset({founder}))
    assert events == {founder: "revived"}


def test_an_id_is_never_given_to_another() -> None:
    """The founder's role leaves the lineage and founds another: the id stays with the lineage."""
    name = new_id(("data engineer", "en"))
    before = {name: of(data_engineer=10, data_pipeline_engineer=90)}
    ids, _ = ids_and_events([of(data_pipeline_engineer=95), of(data_engineer=12)], before)
    assert ids[0] == name
    assert ids[1] != name


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_order_of_clusters_says_nothing(order: tuple[int, ...]) -> None:
    clusters = [of(a=10, b=3), of(c=8), of(d=2, e=2)]
    before = {"p1": of(a=9, c=7), "p2": of(b=2, d=2)}
    straight, events = ids_and_events(clusters, before)
    turned, again = ids_and_events([clusters[i] for i in order], before)
    assert [turned[order.index(i)] for i in range(3)] == straight
    assert again == events


@given(
    st.lists(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 50), min_size=1), min_size=1, max_size=6),
    st.lists(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 50), min_size=1), max_size=6),
)
def test_every_cluster_has_an_id_of_its_own_and_every_lineage_an_end(
    now: list[dict[str, int]], then: list[dict[str, int]]
) -> None:
    def parted(groups: list[dict[str, int]]) -> list[Roles]:
        seen: set[str] = set()
        found = []
        for group in groups:
            own = {(name, "en"): count for name, count in group.items() if name not in seen}
            seen |= set(group)
            if own:
                found.append(own)
        return found

    clusters = parted(now)
    previous = {f"p{i}": roles for i, roles in enumerate(parted(then))}
    ids, events = trace(clusters, previous=previous)
    assert len(set(ids)) == len(clusters)
    gone = {event.lineage_id for event in events if event.event in ("died", "merged")}
    assert gone == set(previous) - set(ids)
    assert {event.lineage_id for event in events if event.event in ("born", "split")} == set(ids) - set(previous)
