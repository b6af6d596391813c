"""Clusters of roles: nothing thrown away, equal texts together, the same for every order, and how stable."""

from __future__ import annotations

import numpy as np
import pytest

from observatory.detect.cluster import cluster_roles, role_words, similarity


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def blobs(random: np.random.Generator, *, groups: int, each: int, spread: float) -> np.ndarray:
    """Unit vectors about so many random directions."""
    centres = random.normal(size=(groups, 64))
    return unit(np.repeat(centres, each, axis=0) + spread * random.normal(size=(groups * each, 64)))


def test_separate_groups_are_found_and_stable() -> None:
    vectors = blobs(np.random.default_rng(0), groups=7, each=6, spread=0.1)
    found = cluster_roles(similarity(vectors, [frozenset()] * len(vectors)))
    assert found.labels.tolist() == [i // 6 for i in range(42)]
    assert found.stability.tolist() == pytest.approx([1.0] * 7)
    assert found.agreement == pytest.approx(1.0)


def test_a_role_without_neighbours_is_a_cluster_of_its_own() -> None:
    vectors = unit(np.vstack([blobs(np.random.default_rng(1), groups=1, each=4, spread=0.1), -np.eye(64)[:3]]))
    found = cluster_roles(similarity(vectors, [frozenset()] * 7))
    assert len(found.labels) == 7
    assert (found.labels >= 0).all()
    assert np.bincount(found.labels).tolist().count(1) == 3


@pytest.mark.parametrize("seed", range(4))
def test_equal_rows_share_a_cluster_however_crowded_it_is_about_them(seed: int) -> None:
    random = np.random.default_rng(seed)
    vectors = blobs(random, groups=3, each=30, spread=0.9)
    twice = np.vstack([vectors, vectors[:20]])
    found = cluster_roles(similarity(twice, [frozenset()] * len(twice)), seeds=(seed, seed + 1))
    assert found.labels[90:].tolist() == found.labels[:20].tolist()


def test_the_order_of_roles_changes_no_group_that_is_clear() -> None:
    random = np.random.default_rng(2)
    vectors = blobs(random, groups=5, each=8, spread=0.15)
    order = random.permutation(40)
    straight = cluster_roles(similarity(vectors, [frozenset()] * 40)).labels
    turned = cluster_roles(similarity(vectors[order], [frozenset()] * 40)).labels
    back = np.empty(40, dtype=int)
    back[order] = turned
    assert all((straight == straight[i]).tolist() == (back == back[i]).tolist() for i in range(40))


def test_the_seed_is_an_argument_and_the_same_one_gives_the_same() -> None:
    vectors = blobs(np.random.default_rng(3), groups=6, each=20, spread=1.0)
    sims = similarity(vectors, [frozenset()] * 120)
    one, again = (cluster_roles(sims, seeds=(4, 5, 6)) for _ in range(2))
    assert one.labels.tolist() == again.labels.tolist()
    assert one.stability.tolist() == again.stability.tolist()


def test_words_that_the_other_lacks_drive_two_roles_apart() -> None:
    vectors = unit(np.ones((3, 8)))
    words = [role_words(name, "en") for name in ("front end engineer", "back end engineer", "engineer")]
    sims = similarity(vectors, words, conflict=0.12)
    assert sims[0, 1] == pytest.approx(0.88)
    assert sims[0, 2] == pytest.approx(1.0)  # one that only lacks a word does not conflict
    assert role_words("front end developer", "en") == role_words("front end engineer", "en")


def test_nothing_and_one_and_what_is_no_matrix() -> None:
    assert cluster_roles(np.empty((0, 0), np.float32)).labels.tolist() == []
    assert cluster_roles(np.ones((1, 1), np.float32)).labels.tolist() == [0]
    with pytest.raises(ValueError, match="square matrix"):
        cluster_roles(np.ones((2, 3), np.float32))
