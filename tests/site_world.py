"""What the tests of the review site share: Django on a workspace of its own, people, candidates, a server.

The database is SQLite; with OBSERVATORY_TEST_DATABASE=postgresql it is a PostgreSQL server of our own,
started in a temporary folder behind a Unix socket and stopped at the end.
"""

from __future__ import annotations

import atexit
import datetime as dt
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from benchmarks.postgres import Postgres

if TYPE_CHECKING:
    from django.test import Client

    from observatory.review.models import Candidate, User

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
AS_OF = dt.date(2026, 3, 1)
TOML = '[workspace]\nname = "Test (invented)"\nformat_version = 1\n'


def on_postgres() -> bool:
    """Whether this run of the tests uses PostgreSQL."""
    return os.environ.get("OBSERVATORY_TEST_DATABASE", "") == "postgresql"


def make_workspace(folder: Path, *, extra: str = "") -> Path:
    """An empty workspace."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "observatory.toml").write_text(TOML + extra, "utf-8")
    return folder


def pytest_configure(config: pytest.Config) -> None:
    """Sets Django up before pytest-django looks: a workspace in a temporary folder, fast passwords."""
    folder = Path(tempfile.mkdtemp(prefix="obs-site-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    set_for_now = {"OBSERVATORY_WORKSPACE": str(make_workspace(folder)), "OBSERVATORY_SITE__DATABASE": ""}
    leads_others = bool(getattr(config.option, "numprocesses", None)) and not hasattr(config, "workerinput")
    if on_postgres() and not leads_others:
        server = Postgres("site")
        atexit.register(server.remove)
        set_for_now["OBSERVATORY_SITE__DATABASE"] = server.address
    (folder / "var" / "static").mkdir(parents=True)
    before = {name: os.environ.get(name) for name in set_for_now}
    os.environ.update(set_for_now)
    os.environ["DJANGO_SETTINGS_MODULE"] = "observatory.web.settings"
    from django.conf import settings

    settings.DATABASES  # noqa: B018 - loads the settings now; a worker of xdist shall not find the variable and load others
    del os.environ["DJANGO_SETTINGS_MODULE"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    for name, value in before.items():
        os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


class World:
    """Invented people, one for each role, and a maker of candidates."""

    def __init__(self) -> None:
        from django.core.cache import cache

        from observatory.review.permissions import GROUPS

        cache.clear()  # what another test's database held
        self.made = 0
        self.people = {role: self.person(role.replace(" ", "_"), role) for role in GROUPS}

    def person(self, username: str, *groups: str) -> User:
        from observatory.review.demo import person

        return person(username=username, first=username.title(), last="", groups=groups, password="correct horse 7")

    def __getitem__(self, role: str) -> User:
        return self.people[role]

    def candidate(self, *, status: str | None = None, **changed: Any) -> Candidate:
        """A candidate with a dossier of its own; `changed` are fields of the dossier's candidate."""
        from observatory.review.exchange import receive

        self.made += 1
        row, _what = receive(self.dossier(self.made, **changed), wake_at=0.5, by=None, now=NOW)
        if status is not None:
            type(row).objects.filter(pk=row.pk).update(status=status)
            row.refresh_from_db()
        return row

    def dossier(
        self, number: int, *, as_of: dt.date = AS_OF, evidence: Any = None, schema: int = 3, **changed: Any
    ) -> str:
        """An invented dossier as JSON with its hash; of an earlier schema, without what came later."""
        from observatory.removal import contents_hash
        from observatory.review.demo import INVENTED, make_dossier

        raw = make_dossier(number, INVENTED[(number - 1) % len(INVENTED)], as_of=as_of, seed=1)
        raw["candidate"] = {**raw["candidate"], **changed}
        if schema < 3:
            raw = {name: value for name, value in raw.items() if name not in ("asked", "beside")}
            raw["schema_version"] = schema
        if evidence is not None:
            raw["evidence"] = evidence
        return json.dumps({**raw, "sha256": contents_hash(raw)}, ensure_ascii=False)

    def ready(self, **changed: Any) -> Candidate:
        """A candidate two analysts agreed on."""
        from observatory.review import actions

        row = self.candidate(**changed)
        first, second = self.analysts()
        actions.assign(candidate=row, analysts=[first, second], by=self["senior analyst"], version=None, now=NOW)
        for who in (first, second):
            self.assess(row, who)
        row.refresh_from_db()
        return row

    def analysts(self) -> tuple[User, User]:
        if "second analyst" not in self.people:
            self.people["second analyst"] = self.person("second_analyst", "analyst")
        return self["analyst"], self["second analyst"]

    def assess(self, row: Candidate, who: User, points: int | Mapping[str, int] = 2) -> Any:
        from observatory.review import actions
        from observatory.review.demo import assessment_of
        from observatory.review.models import Criterion
        from observatory.review.rules import Rules

        given = dict.fromkeys(Criterion.values, points) if isinstance(points, int) else dict(points)
        values = assessment_of(row, points=given)
        return actions.submit_assessment(candidate=row, values=values, by=who, rules=Rules(), now=NOW)

    def members(self, number: int) -> list[User]:
        """`number` members of a committee beside the chair."""
        return [self.person(f"member_{i}", "committee member") for i in range(number)]

    def meeting(self, members: list[User], *, opened: bool = True, rules: Any = None) -> Any:
        from observatory.review import actions
        from observatory.review.rules import Rules

        made = actions.call_meeting(
            title="Spring session", held_on=AS_OF, chair=self["chair"], members=members, rules=rules or Rules(),
            by=self["secretary"], now=NOW,
        )  # fmt: skip
        if opened:
            made = actions.open_meeting(meeting=made, rules=rules or Rules(), by=self["chair"], now=NOW)
        return made

    def tabled(self, meeting: Any, row: Candidate, outcome: str = "adopt", **motion: Any) -> Any:
        from observatory.review import actions

        row.refresh_from_db()
        said = {"outcome": outcome, "kind": "occupation", "name": row.title, **motion}
        return actions.table(
            meeting=meeting, candidate=row, motion=said, by=self["secretary"], version=row.version, now=NOW
        )

    def vote(self, item: Any, votes: Mapping[Any, str]) -> None:
        from observatory.review import actions

        for who, choice in votes.items():
            actions.cast_vote(item=item, choice=choice, by=who, now=NOW)

    def released(self, name: str) -> Any:
        """A release with one published standard; the steps before publication are left out."""
        from observatory.review import actions
        from observatory.review.actions.registering import put_in_force
        from observatory.review.demo_standards import invented_draft
        from observatory.review.models_standards import Project
        from observatory.review.steps import StepRules
        from observatory.standards import to_json

        ruling, boss, rules = self.decided(), self["secretary"], StepRules()
        actions.publish(decision=ruling, by=boss, now=NOW)
        row = actions.start_project(decision=ruling, owner=self["analyst"], due_on=None, by=boss, rules=rules, now=NOW)
        text = to_json(invented_draft(row.candidate.candidate_id, row.title))
        version = actions.bring_in_draft(project=row, text=text, by=self["analyst"], now=NOW)
        values = {"code": "4-04-05-12", "parent": "4-04-05"}
        actions.enter(project=row, values=values, by=boss, version=row.version, rules=rules, now=NOW)
        Project.objects.filter(pk=row.pk).update(
            stage="published", published_at=NOW, effective_on=NOW.date() + dt.timedelta(30), approved=version,
            approved_by=self["chair"], approved_at=NOW,
        )  # fmt: skip
        row.refresh_from_db()
        put_in_force(row, rules=rules, by=boss, now=NOW)
        return actions.make_release(name=name, by=boss, now=NOW)

    def decided(
        self, row: Candidate | None = None, outcome: str = "adopt", *, carried: bool = True, **motion: Any
    ) -> Any:
        """A decision by the chair and two members."""
        from observatory.review import actions

        row = row or self.ready()
        members = self.members(2)
        item = self.tabled(self.meeting(members), row, outcome, **motion)
        actions.open_vote(item=item, by=self["chair"], now=NOW)
        choice = "for" if carried else "against"
        self.vote(item, dict.fromkeys([self["chair"], *members], choice))
        actions.close_vote(item=item, by=self["chair"], now=NOW)
        return item.__class__.objects.get(pk=item.pk).decision


@pytest.fixture
def world(db: None) -> World:
    """People and a maker of candidates, in the test's transaction."""
    return World()


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A client of the site in which a person has signed in."""
    from django.test import Client

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="observatory.review.permitted.Backend")
        return client

    return make


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for one test."""
    server = Postgres("site")
    yield server
    server.remove()


@pytest.fixture(autouse=True)
def _english() -> None:
    """No test reads in the language that the one before it chose."""
    from django.utils import translation

    translation.activate("en")
