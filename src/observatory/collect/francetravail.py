"""France Travail, the French public employment service: a search by windows of the date of creation.

At most 3,150 offers of one question are given (ranges of 150); a window that holds more is halved
until it fits. 206 is a part, 204 nothing. The cursor is "START|END|OFFSET" of the window in work.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import ClassVar

from pydantic import BaseModel

from observatory.collect.http import Answer, Client
from observatory.collect.source import NO_OPTIONS, Options, Page, Terms, parse_answer, parse_items, required
from observatory.errors import KeyRefused, SourceChanged
from observatory.records import RawPosting

API = "https://api.francetravail.io/partenaire/offresdemploi/v2/offres/search"
TOKEN = "https://entreprise.francetravail.fr/connexion/oauth2/access_token"
PER_PAGE = 150
CEILING = 3_150
SHORTEST = dt.timedelta(minutes=10)
OVERLAP = dt.timedelta(hours=1)
FIRST_DAYS = 7
_RANGE = re.compile(r"(\d+)-(\d+)/(\d+)|\*/(\d+)")


class _Token(BaseModel):
    access_token: str


class _Place(BaseModel):
    libelle: str | None = None


class _Employer(BaseModel):
    nom: str | None = None


class _Skill(BaseModel):
    libelle: str | None = None


class _Offer(BaseModel):
    id: str
    intitule: str
    description: str = ""
    dateCreation: str | None = None
    lieuTravail: _Place = _Place()
    romeCode: str | None = None
    romeLibelle: str | None = None
    appellationlibelle: str | None = None
    entreprise: _Employer = _Employer()
    typeContrat: str | None = None
    experienceExige: str | None = None
    competences: list[_Skill] = []
    codeNAF: str | None = None
    salaire: object = None  # {"libelle": "Mensuel de 2000.0 Euros à 2300.0 Euros"}


class _Found(BaseModel):
    resultats: list[object]


class FranceTravail:
    """All offers created since the last time, window by window, the oldest first."""

    terms: ClassVar[Terms] = Terms(
        licence="API of France Travail under its own terms, for registered applications",
        attribution="France Travail, offres d'emploi",
        page="https://francetravail.io/produits-partages/documentation/conditions-generales-utilisation",
        rate=3.0,
    )

    def __init__(self, client: Client, board: str = "", options: Options = NO_OPTIONS) -> None:
        self.name = "francetravail"
        self._client, self._options = client, options
        self._token = ""

    def pages(self, cursor: str, *, since: dt.datetime | None) -> Iterator[Page]:
        now = self._client.now().replace(microsecond=0)
        start, end, offset = self._window(cursor, since, now)
        yield from self._windows(start, end, offset, now)

    def between(self, cursor: str, start: dt.datetime, end: dt.datetime) -> Iterator[Page]:
        """The offers created in a span, for a backfill."""
        at, until, offset = self._window(cursor, start, end)
        yield from self._windows(at, until, offset, end)

    def _windows(self, start: dt.datetime, end: dt.datetime, offset: int, until: dt.datetime) -> Iterator[Page]:
        while start < until:
            page, total, listed = self._page(start, end, offset)
            if total > CEILING and end - start > SHORTEST and offset == 0:
                end = start + (end - start) / 2
                continue
            offset += PER_PAGE
            if offset >= min(total, CEILING) or not listed:
                start, end, offset = end, until, 0
            text = f"{start.isoformat()}|{end.isoformat()}|{offset}"
            yield Page(postings=page.postings, rejected=page.rejected, seen=page.seen, cursor=text)

    def _window(
        self, cursor: str, since: dt.datetime | None, until: dt.datetime
    ) -> tuple[dt.datetime, dt.datetime, int]:
        parts = cursor.split("|")
        if len(parts) == 3:
            start, end = (dt.datetime.fromisoformat(part) for part in parts[:2])
            offset = int(parts[2])
            # a finished listing goes on from its end, with an overlap for offers that came in late
            return (start, end, offset) if end > start else (start - OVERLAP, until, 0)
        return since or until - dt.timedelta(days=FIRST_DAYS), until, 0

    def _page(self, start: dt.datetime, end: dt.datetime, offset: int) -> tuple[Page, int, int]:
        params: dict[str, str | int] = {
            "range": f"{offset}-{offset + PER_PAGE - 1}", "sort": 1, "minCreationDate": _utc(start), "maxCreationDate": _utc(end),
        }  # fmt: skip
        params |= {name: str(self._options[name]) for name in ("codeROME", "motsCles") if self._options.get(name)}
        answer = self._asked(params)
        if answer.status == 204 or not answer.body:
            return Page(postings=()), 0, 0
        found = parse_answer(self.name, _Found, answer.json())
        good, rejected = parse_items(self.name, _Offer, found.resultats, now=self._client.now())
        span = _RANGE.search(answer.headers.get("content-range", ""))
        if span is None:
            raise SourceChanged(
                f"{self.name}: the answer has no Content-Range as documented, but {answer.headers.get('content-range')!r}"
            )
        total = int(span.group(3) or span.group(4))
        page = Page(postings=tuple(map(self._posting, good)), rejected=rejected, seen=tuple(one.id for one in good))
        return page, total, len(found.resultats)

    def _asked(self, params: dict[str, str | int]) -> Answer:
        if not self._token:
            self._renew()
        try:
            return self._client.ask(API, params=params, headers={"Authorization": f"Bearer {self._token}"})
        except KeyRefused:  # a token lives for less than half an hour
            self._renew()
            return self._client.ask(API, params=params, headers={"Authorization": f"Bearer {self._token}"})

    def _renew(self) -> None:
        form = {
            "grant_type": "client_credentials", "scope": "api_offresdemploiv2 o2dsoffre",
            "client_id": required("francetravail", self._options, "client_id", "the id of a registered application"),
            "client_secret": required("francetravail", self._options, "client_secret", "its secret"),
        }  # fmt: skip
        answer = self._client.ask(TOKEN, method="POST", params={"realm": "/partenaire"}, form=form)
        self._token = parse_answer(self.name, _Token, answer.json()).access_token

    def _posting(self, one: _Offer) -> RawPosting:
        return RawPosting(
            source=self.name, source_id=one.id, title=one.intitule, description=one.description, posted_at=one.dateCreation,
            employer=one.entreprise.nom or "", place=one.lieuTravail.libelle or "", country="FR", language="fr",
            url=f"https://candidat.francetravail.fr/offres/recherche/detail/{one.id}",
            extra={
                "rome": one.romeCode, "occupation": one.appellationlibelle or one.romeLibelle, "contract": one.typeContrat,
                "experience": one.experienceExige, "naf": one.codeNAF, "pay": one.salaire.get("libelle") if isinstance(one.salaire, dict) else None,
                "skills": [skill.libelle for skill in one.competences if skill.libelle],
            },
        )  # fmt: skip


def _utc(when: dt.datetime) -> str:
    return when.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
