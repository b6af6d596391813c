"""Masking measured on the labelled sample: what is found of e-mail, telephone and handles, and what is masked wrongly."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.page import Bench, table
from observatory.corpus import clean_text, mask

HERE = Path(__file__).parent / "privacy"
KINDS = ("e-mail", "telephone", "handle")
BOUNDS = {"e-mail": 0.98, "telephone": 0.98, "handle": 0.95}
PRECISION = 0.95
# As measured before the rules were mended on the fresh sample.
FRESH = "e-mail recall 0.986, precision 0.993 (143 labels); telephone 0.667, 1.000 (6 labels); handles 0.923, 1.000 (52 labels)"
# Two halves drawn next: what was measured before anything was mended, and on the second half when the rules were mended on the first.
BEFORE = {
    "third_a_": "e-mail recall 0.972, precision 1.000 (176 labels); telephone 0.947, 1.000 (19); handles 0.932, 0.932 (44)",
    "third_b_": "e-mail recall 0.988, precision 1.000 (171 labels); telephone 0.842, 0.889 (19); handles 0.918, 0.957 (49)",
}
# Samples rich in telephones and handles, labelled before the rules were asked, measured once: recall and precision of each kind.
ENRICHED = {
    "enriched_a_": {"e-mail": (0.974, 1.000), "telephone": (0.761, 0.981), "handle": (0.911, 0.960)},
    "enriched_b_": {"e-mail": (0.914, 0.980), "telephone": (0.897, 1.000), "handle": (0.946, 0.921)},
    "enriched_c_": {"e-mail": (0.972, 0.996), "telephone": (0.971, 0.957), "handle": (1.000, 0.692)},
    "enriched_d_": {"e-mail": (0.981, 0.995), "telephone": (0.942, 0.988), "handle": (0.722, 0.867)},
}
UNSEEN = "e-mail recall 0.988, precision 1.000; telephone 0.842, 0.889; handles 0.939, 0.958"
_MASKED = re.compile(r"(\[e-mail\]|\[telephone\]|\[handle\]|\[name\])")


def measure(bench: Bench) -> str:
    """The section on personal data."""
    found, postings = scores(bench.postings)
    fresh, fresh_postings = scores(bench.postings, "fresh_")
    rows: list[list[object]] = [
        [kind, int(row["labels"]), f"{row['recall']:.3f}", BOUNDS[kind], f"{row['precision']:.3f}", PRECISION]
        for kind, row in found.items()
    ]
    return "\n\n".join([
        "## Personal data",
        f"{postings} real postings in English, Chinese and Polish, labelled by hand ([how](../benchmarks/privacy/README.md)). The rules "
        f"were mended on them: the figures are an upper bound.",
        table(["kind", "labels", "recall", "bound", "precision", "bound"], rows),
        f"{fresh_postings} further postings, drawn and labelled when the rules were done (fresh_*.csv). Before anything was mended "
        f"on them: {FRESH}. What was missed (VX1, WX—>, toll free, numer kontaktowy, a quoted Skype name) is found since: "
        + "; ".join(f"{kind} recall {row['recall']:.3f}, precision {row['precision']:.3f}" for kind, row in fresh.items()) + ".",
        *_third(bench),
        *_enriched(bench),
    ])  # fmt: skip


def _third(bench: Bench) -> list[str]:
    """What the two halves of the third sample say."""
    said = []
    for which, before in BEFORE.items():
        found, postings = scores(bench.postings, which)
        after = "; ".join(
            f"{kind} recall {row['recall']:.3f}, precision {row['precision']:.3f}" for kind, row in found.items()
        )
        said.append(f"{which}*.csv, {postings} postings: before {before}. Now {after}.")
    return [
        "A third sample, in two halves, of eleven sets: the rules were mended on the first half and measured on the second, which "
        f"nobody had looked at: **{UNSEEN}**. That was the honest figure then: e-mail reaches its bound; telephone (19 labels: an Armenian "
        "list of endings, a second number behind a semicolon; two American dates were taken for numbers) and handles (49 labels: a "
        "name behind 微信 without a colon) do not. Then these too were mended, so the figures called now are an upper bound again.",
        *said,
    ]


def _enriched(bench: Bench) -> list[str]:
    """What the enriched samples say: before the rules were mended on each, and now."""
    rows: list[list[object]] = []
    for which, unseen in ENRICHED.items():
        found, postings = scores(bench.postings, which)
        rows += [
            [f"{which}* ({postings})", kind, int(row["labels"]), f"{unseen[kind][0]:.3f}", f"{unseen[kind][1]:.3f}", f"{row['recall']:.3f}",
             f"{row['precision']:.3f}", BOUNDS[kind], PRECISION]
            for kind, row in found.items()
        ]  # fmt: skip
    return [
        "Four further samples of thirteen sets, drawn for what is rare: postings with digits or words of telephones and chat services in "
        "them, and a plain part, chosen without our rules, each disjoint from all before it by posting, e-mail address, long number and author. Each was labelled, "
        "and its labels committed, before the rules were asked; then the rules were mended, on its errors and on postings outside all samples. **The columns "
        "headed unseen are the honest figures.** The columns headed now were measured after the rules had been mended on that very sample: an upper bound.",
        table(["sample (postings)", "kind", "labels", "recall, unseen", "precision, unseen", "recall, now", "precision, now", "recall asked", "precision asked"], rows),
        "The last unseen sample, enriched_d_*, says how the rules stood before its own errors were mended: **e-mail 0.981 (bound 0.98, reached), telephone "
        "0.942 (0.98, not reached), handles 0.722 (0.95, not reached, 18 labels); precision 0.995, 0.988, 0.867 (0.95: not reached for handles)**. Without the address of "
        "one board, which closes 30 advertisements of c and of d, recall of e-mail unseen is 0.968 and 0.978. From b on the labels are stricter than those of a ([what they "
        "hold](../benchmarks/privacy/README.md)): addresses that lost their @, in base64, or told in words count.",
        "What was found and mended, each as a form. Addresses: \"anna at kilns.com\" behind a word of writing to somebody, hosts of two words before "
        "\"dot com\", at and dot in every bracket, \"at gmail\", \"@ our domain\", no @ at all behind \"e-mail\" or \"CV to\", base64. Numbers: further from their cue (\"call Anna on\"), "
        "behind an address or another number, British and Polish ones without a cue, behind a full stop or a post code, with a long dash, six digits behind \"at\". Handles: behind "
        "(微信), a bare v or 联系方式, \"I am ... on Twitter\". Left alone since: a firm's channel (\"follow us @...\", groups and channels in links to Telegram), words of style sheets, "
        "numbers of registers. What still falls short: a name told and not marked, a number whose sign stands in another line; handles are too few to say more (27 in c and d: "
        "advertisements that name a chat nobody had named before are nearly used up). Tried and not taken: the library phonenumbers "
        "told the country of each posting finds 0.839 of the telephones of b at precision 0.973 (the rules then: 0.897 and 1.000), or 0.966 at 0.140 with its "
        "widest leniency, and takes 0.3 ms a posting, longer than all masking. Masking 2,000 real postings takes 0.165 ms each, 2 % more than before these forms (2 cores, 24 GiB, 25 November 2026).",
        "What counts as wrong in the older samples now is mostly an address, a number or a handle that their labels overlooked; those labels stay as they were. Two labels of the first "
        "sample name channels, which are no personal data by the later guide.",
    ]  # fmt: skip


def scores(folder: Path, which: str = "") -> tuple[dict[str, dict[str, float]], int]:
    """Recall and precision of each kind, and the number of postings. A label is found when any of it is masked."""
    labels: dict[tuple[str, str], list[tuple[int, int, str]]] = defaultdict(list)
    with (HERE / f"{which}labels.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            start = int(row["offset"])
            labels[row["set"], row["id"]].append((start, start + int(row["length"]), row["kind"]))
    texts = sample(folder, which)
    right, missed, wrong = Counter[str](), Counter[str](), Counter[str]()
    for key, text in texts.items():
        spans = masked(text)
        for start, end, kind in labels[key]:
            hit = any(a < end and start < b for a, b, _ in spans)
            (right if hit else missed)[kind] += 1
        for a, b, kind in spans:
            if not any(start < b and a < end for start, end, _ in labels[key]):
                wrong[kind] += 1
    return {
        kind: {
            "labels": right[kind] + missed[kind], "recall": right[kind] / max(right[kind] + missed[kind], 1),
            "precision": right[kind] / max(right[kind] + wrong[kind], 1),
        }
        for kind in KINDS
    }, len(texts)  # fmt: skip


def sample(folder: Path, which: str = "") -> dict[tuple[str, str], str]:
    """The cleaned texts of the sample."""
    wanted: dict[str, set[str]] = defaultdict(set)
    with (HERE / f"{which}sample.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            wanted[row["set"]].add(row["id"])
    found = {}
    for name, ids in wanted.items():
        for row in pq.read_table(folder / f"{name}.parquet", columns=["id", "description"]).to_pylist():
            if str(row["id"]) in ids and len(row["description"] or "") > 100:
                found.setdefault((name, str(row["id"])), clean_text(row["description"]))
    return found


def masked(text: str) -> list[tuple[int, int, str]]:
    """Where masking replaced something: start, end, kind."""
    parts = _MASKED.split(mask(text)[0])
    if len(parts) == 1:
        return []
    match = re.fullmatch("(.+?)".join(re.escape(part) for part in parts[::2]), text, re.DOTALL)
    assert match is not None
    return [(match.start(i), match.end(i), parts[2 * i - 1][1:-1]) for i in range(1, len(parts) // 2 + 1)]
