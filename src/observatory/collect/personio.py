"""Personio: the XML feed of one company, whole. Reports differ on whether it still answers; watch its health."""

from __future__ import annotations

from typing import Any, ClassVar

from observatory.collect.http import Answer
from observatory.collect.source import Terms, WholeBoard, read_xml
from observatory.errors import SourceChanged
from observatory.records import RawPosting, Rejected


class Personio(WholeBoard):
    """One company, all positions in its feed. BOARD is the part before .jobs.personio.de, or NAME.com."""

    terms = Terms(
        licence="public XML feed of a career page; texts belong to the employer",
        attribution="the employer's Personio career page",
        page="https://developer.personio.de/reference/get_xml",
    )
    params: ClassVar = {"language": "en"}

    def url(self) -> str:
        name, _, ending = self._board.partition(".")
        return f"https://{name}.jobs.personio.{'com' if ending == 'com' else 'de'}/xml"

    def read(self, answer: Answer) -> tuple[list[RawPosting], tuple[Rejected, ...]]:
        root = read_xml(self.name, answer.body)
        if root.tag != "workzag-jobs":
            raise SourceChanged(f"{self.name}: <workzag-jobs> was expected at the top, <{root.tag}> came")
        if len(root) and root.find(".//position") is None:
            raise SourceChanged(
                f"{self.name}: <position> was expected in the feed, <{root[0].tag}> came; nothing was stored"
            )
        good, bad = [], []
        for position in root.iter("position"):
            identity, title = _text(position, "id"), _text(position, "name")
            if identity and title:
                good.append(self._posting(position, identity, title))
                continue
            bad.append(Rejected(
                source=self.name, source_id=identity, reason="another shape", detail="a position without id or name",
                origin="", raw=title, collected_at=self._client.now(),
            ))  # fmt: skip
        if len(bad) > len(good):
            raise SourceChanged(
                f"{self.name}: {len(bad)} of {len(bad) + len(good)} positions have no <id> or <name>; "
                f"nothing was stored, the source's file must learn the new shape"
            )
        return good, tuple(bad)

    def _posting(self, position: Any, identity: str, title: str) -> RawPosting:
        parts = [f"<h3>{_text(part, 'name')}</h3>{_text(part, 'value')}" for part in position.iter("jobDescription")]
        name = self._board.partition(".")[0]
        return RawPosting(
            source=self.name,
            source_id=identity,
            title=title,
            description="".join(parts),
            posted_at=_text(position, "createdAt") or None,
            employer=self._employer or _text(position, "subcompany") or name,
            place=_text(position, "office"),
            url=f"{self.url().removesuffix('/xml')}/job/{identity}",
            extra={
                "department": _text(position, "department"), "contract": _text(position, "employmentType"),
                "seniority": _text(position, "seniority"), "occupation": _text(position, "occupation"),
                "keywords": _text(position, "keywords"),
            },
        )  # fmt: skip


def _text(element: Any, name: str) -> str:
    return str(element.findtext(name) or "").strip()
