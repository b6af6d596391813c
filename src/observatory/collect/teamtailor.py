"""Teamtailor: the RSS feed of one company, whole; places stand in a block of Teamtailor's own."""

from __future__ import annotations

import email.utils
from typing import Any

from observatory.collect.http import Answer
from observatory.collect.source import Terms, WholeBoard, read_xml
from observatory.errors import SourceChanged
from observatory.records import RawPosting, Rejected


class Teamtailor(WholeBoard):
    """One company, all items of its feed."""

    terms = Terms(
        licence="public feed of a career page; texts belong to the employer",
        attribution="the employer's Teamtailor career page",
        page="https://support.teamtailor.com/en/articles/2125478-rss-feed",
    )

    def url(self) -> str:
        return f"https://{self._board}.teamtailor.com/jobs.rss"

    def read(self, answer: Answer) -> tuple[list[RawPosting], tuple[Rejected, ...]]:
        root = read_xml(self.name, answer.body)
        channel = root.find("channel")
        if root.tag != "rss" or channel is None:
            raise SourceChanged(f"{self.name}: an RSS feed was expected, <{root.tag}> came")
        company = str(channel.findtext("title") or "").strip()
        items = list(channel.iter("item"))
        good, bad = [], []
        for item in items:
            title = str(item.findtext("title") or "").strip()
            identity = str(item.findtext("guid") or item.findtext("link") or "").strip()
            if title and identity:
                good.append(self._posting(item, title, identity, company))
                continue
            bad.append(Rejected(
                source=self.name, source_id=identity, reason="another shape", detail="an item without title or guid",
                origin="", raw=title, collected_at=self._client.now(),
            ))  # fmt: skip
        if len(bad) > len(good):
            raise SourceChanged(
                f"{self.name}: {len(bad)} of {len(items)} items have no title or guid; nothing was stored"
            )
        return good, tuple(bad)

    def _posting(self, item: Any, title: str, identity: str, company: str) -> RawPosting:
        fields = {"city": "", "country": "", "department": "", "remoteStatus": ""}
        for element in item.iter():
            name = str(element.tag).rpartition("}")[2]
            if name in fields and element.text and not fields[name]:
                fields[name] = element.text.strip()
        published = item.findtext("pubDate")
        return RawPosting(
            source=self.name,
            source_id=identity,
            title=title,
            description=str(item.findtext("description") or ""),
            posted_at=_time(published),
            employer=self._employer or company or self._board,
            place=", ".join(part for part in (fields["city"], fields["country"]) if part),
            url=str(item.findtext("link") or ""),
            extra={"department": fields["department"], "remote": fields["remoteStatus"]},
        )


def _time(text: str | None) -> str | None:
    """The date of RSS (RFC 822) as ISO 8601; what is none stays as it is."""
    try:
        return email.utils.parsedate_to_datetime(text or "").isoformat()
    except (TypeError, ValueError):
        return text
