"""The German Federal Employment Agency's job search: pages from 1, the text in each posting's own answer.

Unofficial interface with a public key; the search is cut at `maxErgebnisse`, so an operator asks by
word and place (options `was`, `wo`) and days (`veroeffentlichtseit`).
"""

from __future__ import annotations

import base64
import datetime as dt

from pydantic import BaseModel

from observatory.collect.source import PagedBoard, Part, Terms, parse_answer, parse_items
from observatory.errors import NoSuchBoard, SourceChanged
from observatory.records import RawPosting

API = "https://rest.arbeitsagentur.de/jobboerse/jobsuche-service/pc"
PUBLIC_KEY = "jobboerse-jobsuche"
PER_PAGE = 100


class _Address(BaseModel):
    ort: str | None = None
    region: str | None = None


class _Place(BaseModel):
    adresse: _Address = _Address()


class _Hit(BaseModel):
    referenznummer: str
    stellenangebotsTitel: str
    firma: str | None = None
    stellenlokationen: list[_Place] = []
    veroeffentlichungsdatum: str | None = None


class _Hits(BaseModel):
    ergebnisliste: list[object] = []
    maxErgebnisse: int


class _Detail(BaseModel):
    stellenangebotsBeschreibung: str
    veroeffentlichungsdatum: str | None = None


class Arbeitsagentur(PagedBoard):
    """A search; texts are fetched for postings that are not known yet."""

    terms = Terms(
        licence="public service of the Federal Employment Agency, unofficial interface; texts belong to the employers",
        attribution="Bundesagentur für Arbeit, Jobsuche",
        page="https://www.arbeitsagentur.de/nutzungsbedingungen",
        rate=1.0,
    )
    first = 1
    whole = False

    def part(self, at: int | str, since: dt.datetime | None) -> Part:
        days = min(max((self._client.now() - since).days + 1, 0), 100) if since else int(self._options.get("days", 7))
        params: dict[str, str | int] = {
            "page": int(at),
            "size": PER_PAGE,
            "angebotsart": 1,
            "veroeffentlichtseit": days,
        }
        params |= {name: str(self._options[name]) for name in ("was", "wo", "umkreis") if self._options.get(name)}
        headers = {"X-API-Key": str(self._options.get("key") or PUBLIC_KEY)}
        hits = parse_answer(self.name, _Hits, self._client.ask(f"{API}/v6/jobs", params=params, headers=headers).json())
        if not hits.ergebnisliste and hits.maxErgebnisse > (int(at) - 1) * PER_PAGE:
            raise SourceChanged(
                f"{self.name}: {hits.maxErgebnisse} hits are named and none is listed; nothing was stored, the source's file "
                "must learn the new shape"
            )
        good, rejected = parse_items(self.name, _Hit, hits.ergebnisliste, now=self._client.now())
        postings = [
            found for one in good if not self.known(one.referenznummer) and (found := self._posting(one, headers))
        ]
        more = hits.ergebnisliste and int(at) * PER_PAGE < hits.maxErgebnisse
        return Part(
            postings=postings, rejected=rejected, listed=tuple(one.referenznummer for one in good),
            next=int(at) + 1 if more else None,
        )  # fmt: skip

    def _posting(self, one: _Hit, headers: dict[str, str]) -> RawPosting | None:
        reference = base64.b64encode(one.referenznummer.encode()).decode()
        try:
            answer = self._client.ask(f"{API}/v4/jobdetails/{reference}", headers=headers).json()
        except NoSuchBoard:  # withdrawn between the search and now
            return None
        detail = parse_answer(self.name, _Detail, answer)
        places = [part.adresse.ort for part in one.stellenlokationen if part.adresse.ort]
        return RawPosting(
            source=self.name, source_id=one.referenznummer, title=one.stellenangebotsTitel,
            description=detail.stellenangebotsBeschreibung,
            posted_at=detail.veroeffentlichungsdatum or one.veroeffentlichungsdatum, employer=one.firma or "",
            place=places[0] if places else "", country="DE", language="de",
            url=f"https://www.arbeitsagentur.de/jobsuche/jobdetail/{one.referenznummer}", extra={"places": places},
        )  # fmt: skip
