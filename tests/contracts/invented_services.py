"""Invented services: each source's documented shape, answered from a list of invented postings.

`SERVICES[kind]` is (part after the colon, options, how it answers a request from the postings). The
payloads are written after the documentation of each interface; no advertisement in them is real.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import httpx

TEXT = (
    "We fire porcelain in a roller kiln and look for a person who keeps the temperature curve, notes each batch and "
    "talks with the glaze workshop. You have worked with programmable controllers and read drawings. Shifts rotate. "
)  # fmt: skip


@dataclass(frozen=True)
class Ad:
    """One invented advertisement."""

    number: int

    @property
    def title(self) -> str:
        return f"Kiln operator {self.number}"

    @property
    def text(self) -> str:
        return f"<p>{TEXT}</p><p>Number {self.number}, line {self.number % 7}.</p>"

    @property
    def day(self) -> str:
        return f"2026-10-{self.number % 28 + 1:02d}"


Answering = Callable[[httpx.Request, list[Ad]], httpx.Response]


def query(request: httpx.Request) -> Mapping[str, str]:
    return {name: values[0] for name, values in parse_qs(request.url.query.decode(), keep_blank_values=True).items()}


def sent(value: Any, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=value, headers={name.replace("_", "-"): text for name, text in headers.items()})


def greenhouse(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    jobs = [{
        "id": ad.number, "internal_job_id": ad.number + 900, "title": ad.title, "updated_at": f"{ad.day}T10:00:00-04:00",
        "first_published": f"{ad.day}T09:00:00-04:00", "location": {"name": "Modena"}, "absolute_url": f"https://b.example/{ad.number}",
        "content": ad.text.replace("<", "&lt;").replace(">", "&gt;"), "departments": [{"name": "Works"}], "company_name": "Forno",
    } for ad in ads]  # fmt: skip
    return sent({"jobs": jobs, "meta": {"total": len(jobs)}}, ETag='"g1"')


def lever(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    skip, limit = int(query(request)["skip"]), int(query(request)["limit"])
    return sent([{
        "id": f"l-{ad.number}", "text": ad.title, "categories": {"location": "Modena", "commitment": "Full-time"}, "country": "IT",
        "createdAt": 1_790_000_000_000 + ad.number, "description": ad.text, "lists": [{"text": "Tasks", "content": "<li>fire</li>"}],
        "additional": "<p>Apply.</p>", "hostedUrl": f"https://l.example/{ad.number}",
    } for ad in ads[skip : skip + limit]])  # fmt: skip


def ashby(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    jobs = [{
        "id": f"a-{ad.number}", "title": ad.title, "location": "Modena", "employmentType": "FullTime", "isListed": True,
        "publishedAt": f"{ad.day}T08:00:00.000+00:00", "jobUrl": f"https://a.example/{ad.number}", "descriptionHtml": ad.text,
    } for ad in ads]  # fmt: skip
    hidden = [{"id": "hidden", "title": "Hidden", "isListed": False}]
    return sent({"apiVersion": "1", "jobs": jobs + (hidden if jobs else [])})


def smartrecruiters(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    last = request.url.path.rsplit("/", 1)[-1]
    if last != "postings":
        ad = next(ad for ad in ads if f"s-{ad.number}" == last)
        return sent({"id": last, "postingUrl": f"https://s.example/{last}", "jobAd": {"sections": {
            "jobDescription": {"title": "Job", "text": ad.text}, "qualifications": {"title": "You", "text": "<p>Patience.</p>"}}}})  # fmt: skip
    offset, limit = int(query(request)["offset"]), int(query(request)["limit"])
    content = [{
        "id": f"s-{ad.number}", "name": ad.title, "company": {"name": "Forno"}, "releasedDate": f"{ad.day}T08:00:00.000Z",
        "location": {"city": "Modena", "country": "it", "remote": False}, "typeOfEmployment": {"label": "Full-time"},
    } for ad in ads[offset : offset + limit]]  # fmt: skip
    return sent({"offset": offset, "limit": limit, "totalFound": len(ads), "content": content})


def workable(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    return sent({"name": "Forno", "jobs": [{
        "shortcode": f"W{ad.number}", "title": ad.title, "employment_type": "Full-time", "city": "Modena", "country": "Italy",
        "url": f"https://w.example/{ad.number}", "published_on": ad.day, "description": ad.text,
    } for ad in ads]})  # fmt: skip


def recruitee(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    return sent({"offers": [{
        "id": ad.number, "title": ad.title, "company_name": "Forno", "description": ad.text, "requirements": "<p>Patience.</p>",
        "city": "Modena", "country_code": "IT", "careers_url": f"https://r.example/{ad.number}", "published_at": f"{ad.day} 09:12:44 UTC",
        "status": "published",
    } for ad in ads]})  # fmt: skip


def personio(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    positions = "".join(
        f"<position><id>{ad.number}</id><name>{ad.title}</name><office>Modena</office><createdAt>{ad.day}T08:00:00+00:00</createdAt>"
        f"<jobDescriptions><jobDescription><name>Tasks</name><value><![CDATA[{ad.text}]]></value></jobDescription></jobDescriptions>"
        f"</position>" for ad in ads
    )  # fmt: skip
    return httpx.Response(200, text=f'<?xml version="1.0" encoding="UTF-8"?><workzag-jobs>{positions}</workzag-jobs>')


def teamtailor(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    items = "".join(
        f"<item><title>{ad.title}</title><description><![CDATA[{ad.text}]]></description><pubDate>Mon, 05 Oct 2026 08:00:00 +0000</pubDate>"
        f"<link>https://t.example/{ad.number}</link><guid>t-{ad.number}</guid><tt:locations><tt:location><tt:city>Modena</tt:city>"
        f"<tt:country>Italy</tt:country></tt:location></tt:locations></item>" for ad in ads
    )  # fmt: skip
    return httpx.Response(
        200, text=f'<?xml version="1.0"?><rss xmlns:tt="https://teamtailor.com/locations"><channel><title>Forno</title>{items}</channel></rss>'
    )  # fmt: skip


def workday(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    if request.method == "POST":
        asked = json.loads(request.content)
        part = ads[asked["offset"] : asked["offset"] + asked["limit"]]
        return sent({"total": len(ads), "jobPostings": [{
            "title": ad.title, "externalPath": f"/job/Modena/Kiln_{ad.number}", "locationsText": "Modena", "postedOn": "Posted 3 Days Ago",
        } for ad in part]})  # fmt: skip
    ad = next(ad for ad in ads if request.url.path.endswith(f"Kiln_{ad.number}"))
    return sent({"jobPostingInfo": {
        "title": ad.title, "jobDescription": ad.text, "startDate": ad.day, "location": "Modena", "jobReqId": f"R{ad.number}"}})  # fmt: skip


def jobstream(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    rows = [{
        "id": str(ad.number), "headline": ad.title, "description": {"text": ad.text}, "publication_date": f"{ad.day}T00:00:00",
        "employer": {"name": "Forno"}, "occupation": {"concept_id": "x", "label": "Operator"}, "removed": False,
        "must_have": {"skills": [{"concept_id": "y", "label": "Kilns"}]}, "workplace_address": {"municipality": "Malmö"},
    } for ad in ads]  # fmt: skip
    return httpx.Response(200, content="\n".join(json.dumps(row) for row in rows).encode())


def nav(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    path = request.url.path
    if path == "/api/publicToken":
        return httpx.Response(200, text="Current public token for Nav Job Vacancy Feed:\naaa.bbb.ccc")
    if "/feedentry/" in path:
        ad = next(ad for ad in ads if path.endswith(f"/n-{ad.number}"))
        return sent({"uuid": f"n-{ad.number}", "json": {
            "title": ad.title, "description": ad.text, "published": f"{ad.day}T08:00:00", "employer": {"name": "Forno"},
            "workLocations": [{"city": "OSLO"}], "contactList": [{"name": "Somebody"}]}})  # fmt: skip
    at = int(path.rsplit("/", 1)[-1]) if path != "/api/v1/feed" else 0
    part = ads[at * 2 : at * 2 + 2]
    items = [
        {"id": f"n-{ad.number}", "_feed_entry": {"uuid": f"n-{ad.number}", "status": "ACTIVE", "title": ad.title}}
        for ad in part
    ]
    following = f"/api/v1/feed/{at + 1}" if at * 2 + 2 < len(ads) else None
    return sent({"items": items, "next_url": following})


def arbeitsagentur(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    if "/jobdetails/" in request.url.path:
        number = base64.b64decode(request.url.path.rsplit("/", 1)[-1]).decode()
        ad = next(ad for ad in ads if f"10000-{ad.number}-S" == number)
        return sent({"stellenangebotsBeschreibung": ad.text, "veroeffentlichungsdatum": ad.day})
    page, size = int(query(request)["page"]), int(query(request)["size"])
    return sent({"maxErgebnisse": len(ads), "page": page, "size": size, "ergebnisliste": [{
        "referenznummer": f"10000-{ad.number}-S", "stellenangebotsTitel": ad.title, "firma": "Forno",
        "stellenlokationen": [{"adresse": {"ort": "Berlin"}}],
    } for ad in ads[(page - 1) * size : page * size]]})  # fmt: skip


def francetravail(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    if "oauth2" in request.url.path:
        return sent({"access_token": "t0", "expires_in": 1499})
    first, _, last = query(request)["range"].partition("-")
    part = ads[int(first) : int(last) + 1]
    if not part:
        return httpx.Response(204)
    return sent({"resultats": [{
        "id": f"F{ad.number}", "intitule": ad.title, "description": ad.text, "dateCreation": f"{ad.day}T08:00:00.000Z",
        "lieuTravail": {"libelle": "69 - LYON"}, "romeCode": "H2804", "entreprise": {"nom": "Forno"}, "typeContrat": "CDI",
    } for ad in part]}, 206, Content_Range=f"offres {first}-{int(first) + len(part) - 1}/{len(ads)}")  # fmt: skip


def usajobs(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    page, size = int(query(request)["Page"]), int(query(request)["ResultsPerPage"])
    return sent({"SearchResult": {"SearchResultCountAll": len(ads), "SearchResultItems": [{
        "MatchedObjectId": f"u{ad.number}", "MatchedObjectDescriptor": {
            "PositionID": f"P{ad.number}", "PositionTitle": ad.title, "OrganizationName": "Mint", "PublicationStartDate": ad.day,
            "PositionURI": f"https://u.example/{ad.number}",
            "PositionLocationDisplay": "Denver, Colorado", "QualificationSummary": ad.text, "JobCategory": [{"Name": "Kilns", "Code": "1"}],
            "UserArea": {"Details": {"JobSummary": TEXT, "MajorDuties": ["fire"]}}},
    } for ad in ads[(page - 1) * size : page * size]]}})  # fmt: skip


def usajobshistoric(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    asked = query(request)
    if request.url.path.endswith("AnnouncementText"):
        ad = next(ad for ad in ads if str(ad.number) == asked["USAJOBSControlNumbers"])
        return sent({"data": [{"usajobsControlNumber": ad.number, "summary": ad.text, "majorDutiesList": ["fire"]}]})
    at = int(asked.get("continuationtoken", "0"))
    following = f"/api/HistoricJoa?continuationtoken={at + 2}" if at + 2 < len(ads) else None
    return sent({"paging": {"next": following}, "data": [{
        "usajobsControlNumber": ad.number, "positionTitle": ad.title, "hiringAgencyName": "Mint", "positionOpenDate": ad.day,
    } for ad in ads[at : at + 2]]})  # fmt: skip


def arbeitnow(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    page = int(query(request)["page"])
    more = f"https://www.arbeitnow.com/api/job-board-api?page={page + 1}" if page * 3 < len(ads) else None
    return sent({"links": {"next": more}, "data": [{
        "slug": f"k-{ad.number}", "company_name": "Forno", "title": ad.title, "description": ad.text, "remote": False,
        "url": f"https://n.example/{ad.number}", "tags": ["Works"], "job_types": [], "location": "Berlin", "created_at": 1_790_000_000 + ad.number,
    } for ad in ads[(page - 1) * 3 : page * 3]]})  # fmt: skip


def remotive(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    return sent({"job-count": len(ads), "jobs": [{
        "id": ad.number, "url": f"https://m.example/{ad.number}", "title": ad.title, "company_name": "Forno", "category": "Works",
        "publication_date": f"{ad.day}T08:00:00", "candidate_required_location": "Europe", "salary": "", "description": ad.text,
    } for ad in ads]})  # fmt: skip


def remoteok(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    return sent([{"legal": "link back"}, *({
        "id": str(ad.number), "epoch": 1_790_000_000 + ad.number, "date": f"{ad.day}T08:00:00+00:00", "company": "Forno",
        "position": ad.title, "tags": ["works"], "description": ad.text, "location": "", "url": f"https://o.example/{ad.number}",
    } for ad in ads)])  # fmt: skip


def themuse(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    page = int(query(request)["page"])
    return sent({"page": page, "page_count": -(-len(ads) // 2), "results": [{
        "id": ad.number, "name": ad.title, "contents": ad.text, "publication_date": f"{ad.day}T08:00:00Z", "locations": [{"name": "Denver, CO"}],
        "company": {"name": "Forno"}, "refs": {"landing_page": f"https://u.example/{ad.number}"},
    } for ad in ads[(page - 1) * 2 : page * 2]]})  # fmt: skip


def hackernews(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    asked = query(request)
    if asked["tags"].startswith("story"):
        stories = [
            {"objectID": str(900 + i), "title": "Ask HN: Who is hiring?", "created_at_i": 1_700_000_000 + i}
            for i in range(2)
        ]
        return sent({"hits": stories if ads else [], "nbPages": 1})
    story, page = int(asked["tags"].rsplit("_", 1)[-1]), int(asked["page"])
    mine = ads[: len(ads) // 2] if story == 900 else ads[len(ads) // 2 :]
    hits = [{
        "objectID": f"{ad.number}", "author": "someone", "created_at_i": 1_700_000_000 + ad.number, "parent_id": story,
        "comment_text": f"Forno | {ad.title} | Modena<p>{ad.text}",
    } for ad in mine[page * 2 : page * 2 + 2]]  # fmt: skip
    return sent({"hits": hits, "nbPages": -(-len(mine) // 2)})


def careers(request: httpx.Request, ads: list[Ad]) -> httpx.Response:
    path = request.url.path
    if path == "/robots.txt":
        return httpx.Response(200, text="User-agent: *\nDisallow: /private\n")
    if path == "/sitemap.xml":
        urls = "".join(
            f"<url><loc>https://forno.example/jobs/{ad.number}</loc><lastmod>{ad.day}</lastmod></url>" for ad in ads
        )
        return httpx.Response(200, text=f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>')
    ad = next(ad for ad in ads if path == f"/jobs/{ad.number}")
    data = {
        "@context": "https://schema.org", "@type": "JobPosting", "title": ad.title, "description": ad.text, "datePosted": ad.day,
        "hiringOrganization": {"@type": "Organization", "name": "Forno"},
        "jobLocation": {"@type": "Place", "address": {"addressLocality": "Modena", "addressCountry": "IT"}},
    }  # fmt: skip
    page = f'<html><body><script type="application/ld+json">{json.dumps(data)}</script></body></html>'
    return httpx.Response(200, text=page, headers={"Content-Type": "text/html"})


KEYS = {"key": "k", "email": "someone@forno.example", "client_id": "i", "client_secret": "s"}
# kind: (part after the colon, options, how it answers, how many postings fill several pages)
SERVICES: Mapping[str, tuple[str, dict[str, Any], Answering, int]] = {
    "greenhouse": ("forno", {}, greenhouse, 5),
    "lever": ("forno", {}, lever, 250),
    "ashby": ("Forno.io", {}, ashby, 5),
    "smartrecruiters": ("Forno", {}, smartrecruiters, 250),
    "workable": ("forno", {}, workable, 5),
    "recruitee": ("forno", {}, recruitee, 5),
    "personio": ("forno", {}, personio, 5),
    "teamtailor": ("forno", {}, teamtailor, 5),
    "workday": ("forno/wd3/Careers", {}, workday, 50),
    "jobstream": ("", {}, jobstream, 4_500),
    "nav": ("", {}, nav, 7),
    "arbeitsagentur": ("", {"was": "Ofen"}, arbeitsagentur, 250),
    "francetravail": ("", KEYS, francetravail, 400),
    "usajobs": ("", KEYS, usajobs, 1_200),
    "usajobshistoric": ("", {}, usajobshistoric, 7),
    "arbeitnow": ("", {}, arbeitnow, 8),
    "remotive": ("", {}, remotive, 5),
    "remoteok": ("", {}, remoteok, 5),
    "themuse": ("", {}, themuse, 7),
    "hackernews": ("", {}, hackernews, 9),
    "careers": ("forno", {"sitemap": "https://forno.example/sitemap.xml"}, careers, 45),
}
# Sources that read files of the operator's.
FILES = ("jobtecharchive", "webdatacommons", "jobspy", "dropfolder")
