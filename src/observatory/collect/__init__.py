"""Where postings come from. `SOURCES` is the menu of live sources; `read_file` reads files."""

from collections.abc import Callable, Mapping

from observatory.collect.files import FIELDS, guess_columns, read_file
from observatory.collect.greenhouse import Greenhouse
from observatory.collect.hackernews import HackerNews
from observatory.collect.http import Client
from observatory.collect.source import Page, Source, Terms

# name: (how it is made from a client and the part after the colon, what it is)
SOURCES: Mapping[str, tuple[Callable[[Client, str], Source], str]] = {
    "hackernews": (lambda client, _: HackerNews(client), "Hacker News, Ask HN: Who is hiring?"),
    "greenhouse": (lambda client, board: Greenhouse(client, board=board), "A Greenhouse job board: greenhouse:BOARD"),
}

__all__ = ["FIELDS", "SOURCES", "Client", "Page", "Source", "Terms", "guess_columns", "read_file"]
