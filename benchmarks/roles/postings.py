"""Real postings as the role benchmark reads them, cleaned as the program cleans them.

The files lie outside the repository; `OBSERVATORY_SHARED` says where. Nothing of their text is
written anywhere: the benchmark keeps phrases, ids and figures.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from observatory.corpus import clean_posting
from observatory.errors import BadPosting
from observatory.records import RawPosting, Taxonomy
from observatory.taxonomy.read import read_taxonomy

# The sources of each language. A source's own title is clean in all but Hacker News.
SOURCES = {
    "en": (
        "hn_whoishiring_2011_2019",
        "linkedin_2024_sample",
        "us_data_jobs_2018_2023",
        "pythonjobs_board",
        "armenia_careercenter_part",
    ),
    "zh": ("zh_51job_zhilian_2018_2019", "rebase_web3_zh", "liepin_zh", "boss_zh_titles", "campus_manufacturing_zh"),
    "it": ("melo_occupation_linking",),
}
LANGUAGES = tuple(SOURCES)
CLEANED_AT = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)


def load_postings(data: Path, names: Sequence[str]) -> pd.DataFrame:
    """Postings of sources: columns posting_id, source (the file), source_id, language, title, description,
    employer (lower case; the account that posted where the source names none), employer_name, place, country."""
    rows = []
    for name in names:
        table = pd.read_parquet(data / "postings" / f"{name}.parquet")
        table = table.astype(object).where(table.notna(), "")
        if name == "melo_occupation_linking":
            table = table[table["language"] == "it"]
        for raw in table.itertuples(index=False):
            extra = json.loads(raw.extra) if raw.extra else {}
            try:
                posting = clean_posting(
                    RawPosting(
                        source=name, source_id=str(raw.id), title=str(raw.title), description=str(raw.description),
                        posted_at=str(raw.posted_at), employer=str(raw.employer), place=str(raw.location),
                        language=raw.language,
                    ),
                    now=CLEANED_AT, languages=LANGUAGES,
                )  # fmt: skip
            except BadPosting:
                continue
            employer = "".join(char for char in posting.employer.lower() if char.isalnum()) or str(extra.get("by", ""))
            rows.append(
                {
                    "posting_id": posting.posting_id, "source": name, "source_id": str(raw.id),
                    "language": posting.language, "title": posting.title, "description": posting.description,
                    "employer": employer or posting.posting_id, "employer_name": posting.employer, "place": posting.place, "country": posting.country,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def classifications(data: Path) -> dict[str, tuple[Taxonomy, ...]]:
    """The classifications that heads are learned from, by language: ESCO 1.0.9 and O*NET 23 for English
    (older than what the benchmark's English roles are judged against), the Dadian of 2022 for Chinese."""
    folder = data / "taxonomies"
    day = dt.date(2010, 1, 1)
    esco = read_taxonomy([folder / "occupations_ESCO_1.0.9.csv"], scheme="esco", version="1.0.9", released=day)
    onet = read_taxonomy(
        [folder / "onet_22_occupations.csv", folder / "onet_23_alternate_titles.csv"],
        scheme="onet", version="23", released=day,
    )  # fmt: skip
    dadian = read_taxonomy(
        [folder / "china_dadian_2022.csv"], scheme="dadian", version="2022", released=day, language="zh"
    )
    return {"en": (esco, onet), "zh": (dadian,), "it": ()}
