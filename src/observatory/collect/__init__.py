"""Where postings come from. `SOURCES` is the menu of live sources; `read_file` reads files."""

from collections.abc import Mapping
from typing import Any

from observatory.collect.arbeitnow import Arbeitnow
from observatory.collect.arbeitsagentur import Arbeitsagentur
from observatory.collect.ashby import Ashby
from observatory.collect.careers import Careers
from observatory.collect.dropfolder import DropFolder, JobSpy
from observatory.collect.files import FIELDS, guess_columns, read_file
from observatory.collect.francetravail import FranceTravail
from observatory.collect.greenhouse import Greenhouse
from observatory.collect.hackernews import HackerNews
from observatory.collect.http import Client
from observatory.collect.jobtech import JobStream, JobTechArchive
from observatory.collect.lever import Lever
from observatory.collect.nav import Nav
from observatory.collect.personio import Personio
from observatory.collect.recruitee import Recruitee
from observatory.collect.register import Register, read_register
from observatory.collect.remoteok import RemoteOK
from observatory.collect.remotive import Remotive
from observatory.collect.smartrecruiters import SmartRecruiters
from observatory.collect.source import Page, Source, Terms
from observatory.collect.teamtailor import Teamtailor
from observatory.collect.themuse import TheMuse
from observatory.collect.usajobs import USAJobs, USAJobsHistoric
from observatory.collect.webdatacommons import WebDataCommons
from observatory.collect.workable import Workable
from observatory.collect.workday import Workday
from observatory.errors import SettingError

# name: (the class, made from a client, the part after the colon and its options; what it is)
SOURCES: Mapping[str, tuple[Any, str]] = {
    "greenhouse": (Greenhouse, "A Greenhouse job board: greenhouse:BOARD"),
    "lever": (Lever, "A Lever job site: lever:SITE, in Europe lever:SITE@eu"),
    "ashby": (Ashby, "An Ashby job board: ashby:BOARD"),
    "smartrecruiters": (SmartRecruiters, "A company on SmartRecruiters: smartrecruiters:COMPANY"),
    "workable": (Workable, "An account on Workable: workable:ACCOUNT"),
    "recruitee": (Recruitee, "A company on Recruitee: recruitee:COMPANY"),
    "personio": (Personio, "A company on Personio: personio:COMPANY, or personio:COMPANY.com"),
    "teamtailor": (Teamtailor, "A company on Teamtailor: teamtailor:COMPANY"),
    "workday": (Workday, "A Workday career site: workday:TENANT/wdN/SITE"),
    "jobstream": (JobStream, "Sweden: open advertisements of Arbetsförmedlingen and what changed"),
    "jobtecharchive": (JobTechArchive, "Sweden: a downloaded file of the archive since 2016: jobtecharchive:FILE"),
    "nav": (Nav, "Norway: the feed of NAV"),
    "arbeitsagentur": (Arbeitsagentur, "Germany: a search at the Federal Employment Agency"),
    "francetravail": (FranceTravail, "France: offers of France Travail, by windows of dates"),
    "usajobs": (USAJobs, "United States: open federal announcements"),
    "usajobshistoric": (USAJobsHistoric, "United States: federal announcements of the past"),
    "arbeitnow": (Arbeitnow, "Arbeitnow, mostly Germany"),
    "remotive": (Remotive, "Remotive, remote jobs"),
    "remoteok": (RemoteOK, "Remote OK, remote jobs"),
    "themuse": (TheMuse, "The Muse, mostly the United States"),
    "hackernews": (HackerNews, "Hacker News, Ask HN: Who is hiring?"),
    "careers": (Careers, "Career pages of an employer, by sitemap: careers:NAME"),
    "webdatacommons": (WebDataCommons, "A downloaded file of Web Data Commons JobPosting: webdatacommons:FILE"),
    "jobspy": (JobSpy, "Output of python-jobspy in a folder: jobspy:NAME"),
    "dropfolder": (DropFolder, "Files put into a folder, for China the main road: dropfolder:NAME"),
}


def make_source(client: Client, register: Register, name: str) -> Source:
    """The source that NAME or NAME:BOARD names, with its options and within its rate.

    Raises `SettingError` where its terms were not accepted or a setting is missing.
    """
    kind, _, board = name.partition(":")
    if kind not in SOURCES:
        raise SettingError(f"{kind!r} is no source; known are {', '.join(SOURCES)}")
    made, options = SOURCES[kind][0], register.options(kind, board)
    register.check_accepted(kind, made.terms)
    rate = min(made.terms.rate, float(options.get("rate", made.terms.rate)))
    source: Source = made(client.limited(rate), board, options)
    return source


__all__ = [
    "FIELDS", "SOURCES", "Client", "Page", "Register", "Source", "Terms", "guess_columns", "make_source", "read_file", "read_register",
]  # fmt: skip
