"""Vacancies measured: planted copies of real postings, reposts by their authors, and a million signatures."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.page import Bench, table
from benchmarks.planted_copies import KINDS, originals, plant, score
from observatory.corpus import Corpus, clean_text, join_vacancies, update_vacancies
from observatory.corpus.dedupe import find_copies
from observatory.corpus.signatures import RULES, sign
from observatory.records import POSTINGS

SEED = 7
MILLION = 1_000_000
DAY = 5_000


def measure(bench: Bench) -> str:
    """The section on vacancies."""
    found, seconds = planted(bench)
    posts = hn_postings(bench)
    repeated = author_reposts(posts)
    speed = million(bench, posts)
    rows: list[list[object]] = [[kind, int(found[kind]["copies"]), f"{found[kind]['recall']:.3f}"] for kind in KINDS]
    return "\n\n".join([
        "## Vacancies",
        f"Copies of four kinds planted among real postings in English, Polish and Chinese, and decoys with the opening "
        f"of one, the text of a second and the title of a third. Precision {found['all']['precision']:.3f}, recall "
        f"{found['all']['recall']:.3f}, **F1 {found['all']['f1']:.3f}** (bound 0.95); {int(found['all']['wrong'])} postings "
        f"joined wrongly; {seconds:.0f} s.",
        table(["kind", "planted", "found"], rows),
        f"Hacker News: {repeated['repeated']} of {repeated['all']} posts ({repeated['repeated'] / repeated['all']:.1%}) "
        f"repeat author and first 150 characters of an earlier one, {repeated['within']} of them within 180 days; "
        f"{repeated['joined']} of these ({repeated['joined'] / repeated['within']:.1%}) are in its vacancy. Of the "
        f"{repeated['different']} pairs by one author in one thread whose first lines name different roles, "
        f"{repeated['different_joined']} are in one vacancy.",
        table(["signatures", "measured", "bound"], [
            [f"computed, a second, from {len(posts)} texts", f"{speed['sign']:.0f}", ""],
            ["1 000 000 joined with one another, seconds", f"{speed['all']:.0f}", "300"],
            ["a day's 5 000 joined with 1 000 000, seconds", f"{speed['day']:.1f}", "10"],
        ]),
        "The million are the signatures of the Hacker News posts, 19 times with other hashes, so that each part has "
        "the copies a real corpus has.",
    ])  # fmt: skip


def planted(bench: Bench) -> tuple[dict[str, dict[str, float]], float]:
    """Precision and recall on planted copies, and the seconds that joining took."""
    rng = np.random.default_rng(SEED)
    rows, truth = plant(originals(bench.postings, rng), rng)
    started = time.monotonic()
    vacancies = join_vacancies(rows)
    return score(vacancies, truth), time.monotonic() - started


def hn_postings(bench: Bench) -> pa.Table:
    """The Hacker News posts as postings, with the columns that joining needs."""
    raw = pq.read_table(bench.postings / "hn_whoishiring_2011_2019.parquet").to_pylist()
    rows = []
    for row in raw:
        text = clean_text(row["description"] or "")
        when = dt.datetime.fromisoformat(str(row["posted_at"])[:19]).replace(tzinfo=dt.UTC)
        rows.append({
            "posting_id": str(row["id"]), "source": "hn", "posted_at": when, "title": text.split("\n", 1)[0][:500],
            "description": text, "employer": "", "place": "", "extra": row["extra"] or "{}",
        })  # fmt: skip
    return pa.table({name: [row[name] for row in rows] for name in rows[0]})


def author_reposts(posts: pa.Table) -> Counter[str]:
    """Posts that repeat author and opening, those joined, and pairs of different roles in one thread."""
    vacancy = dict(
        zip(*(join_vacancies(posts).column(name).to_pylist() for name in ("posting_id", "vacancy_id")), strict=True)
    )
    last: dict[tuple[str, str], tuple[dt.datetime, str]] = {}
    count: Counter[str] = Counter()
    threads: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in sorted(posts.to_pylist(), key=lambda row: (row["posted_at"], row["posting_id"])):
        by = re.search(r'"by": "([^"]+)"', row["extra"])
        if not by or len(row["description"]) < 100:
            continue
        count["all"] += 1
        key = (by.group(1), row["description"][:150])
        if key in last:
            count["repeated"] += 1
            if row["posted_at"] - last[key][0] <= dt.timedelta(days=180):
                count["within"] += 1
                count["joined"] += vacancy[last[key][1]] == vacancy[row["posting_id"]]
        last[key] = (row["posted_at"], row["posting_id"])
        role = _role(row["title"])
        mine = threads.setdefault((by.group(1), row["posted_at"].strftime("%Y-%m")), [])
        for other, other_role in mine:
            if role and other_role and role != other_role:
                count["different"] += 1
                count["different_joined"] += vacancy[other] == vacancy[row["posting_id"]]
        mine.append((row["posting_id"], role))
    return count


_ROLE = re.compile(
    r"\b(front-?end|back-?end|full-?stack|data|mobile|ios|android|devops|security|machine learning|sales|product|qa|test|"
    r"support|design|ux|marketing|embedded|hardware|ruby|python|java|php)\b[\w -]{0,20}?"
    r"\b(engineer|developer|scientist|analyst|designer|manager|architect)\b", re.IGNORECASE,
)  # fmt: skip


def _role(title: str) -> str:
    """The one role a first line names; "" when it names none or several."""
    found = {re.sub(r"\W", "", "".join(match.groups())).lower() for match in _ROLE.finditer(title)}
    return found.pop() if len(found) == 1 else ""


def million(bench: Bench, posts: pa.Table) -> dict[str, float]:
    """Seconds to join a million signatures with one another, and a day's with a million in a corpus."""
    started = time.monotonic()
    signed = sign(posts)
    rate = posts.num_rows / (time.monotonic() - started)
    rng = np.random.default_rng(SEED)
    copies = -(-(MILLION + DAY) // posts.num_rows)
    parts = [_salted(signed, posts, number, int(rng.integers(1, 2**62))) for number in range(copies)]
    signatures = pa.concat_tables([part[0] for part in parts]).slice(0, MILLION + DAY)
    postings = pa.concat_tables([part[1] for part in parts]).slice(0, MILLION + DAY)
    corpus = Corpus(bench.out / "store")
    order = pc.sort_indices(signatures, sort_keys=[("posted_at", "ascending"), ("posting_id", "ascending")])
    old, day = order.slice(0, MILLION), order.slice(MILLION)
    facts = postings.append_column("length", pc.utf8_length(postings.column("description")))
    started = time.monotonic()
    find_copies(signatures.take(old), facts.take(old))
    seconds = time.monotonic() - started
    corpus.append("postings", _stored(postings.take(old)))
    corpus.append("signatures", signatures.take(old))
    update_vacancies(corpus)
    corpus.append("postings", _stored(postings.take(day)))
    corpus.append("signatures", signatures.take(day))
    started = time.monotonic()
    update_vacancies(corpus)
    return {"sign": rate, "all": seconds, "day": time.monotonic() - started}


def _salted(signed: pa.Table, posts: pa.Table, number: int, salt: int) -> tuple[pa.Table, pa.Table]:
    """The same postings with other ids, keys and sketches: copies among themselves and of nothing else."""
    ids = pa.array([f"{number:02d}-{one}" for one in posts.column("posting_id").to_pylist()])
    keys = signed.column("keys").combine_chunks()
    flat = np.bitwise_xor(keys.flatten().to_numpy(), salt)
    lengths = keys.value_lengths().to_numpy()
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    mask = np.frombuffer(np.random.default_rng(number).bytes(160), dtype=np.uint8)
    sketch = [(np.frombuffer(one, np.uint8) ^ mask).tobytes() for one in signed.column("sketch").to_pylist()]
    signatures = pa.table({
        "posting_id": ids, "rules": [RULES] * len(ids), "posted_at": signed.column("posted_at"),
        "words": signed.column("words"), "keys": pa.ListArray.from_arrays(offsets, pa.array(flat)), "sketch": sketch,
    })  # fmt: skip
    return signatures, posts.set_column(posts.column_names.index("posting_id"), "posting_id", ids)


def _stored(postings: pa.Table) -> pa.Table:
    """Rows of the table of postings; what joining does not read is left empty, and texts are cut."""
    empty = pa.array([""] * postings.num_rows)
    given = {
        "posting_id": postings.column("posting_id"), "source": postings.column("source"),
        "posted_at": postings.column("posted_at"), "collected_at": postings.column("posted_at"),
        "title": postings.column("title"), "description": pc.utf8_slice_codeunits(postings.column("description"), 0, 400),
        "extra": postings.column("extra"), "source_id": postings.column("posting_id"),
    }  # fmt: skip
    return pa.table({name: given.get(name, empty) for name in POSTINGS.names}).cast(POSTINGS)
