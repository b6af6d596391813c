"""Job files: what is wrong with one is said with file, key, what came and what is expected."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from observatory.errors import SettingError
from observatory.jobs import KINDS, load_jobs, read_job, settings_of

GOOD = """
name = "nightly"
kind = "enrich"
tell = ["ops@example.org"]
[when]
cron = "30 2 * * *"
time_zone = "Europe/Rome"
[on_failure]
first_retry = "10m"
[limits]
run = "90m"
"""
ROOT = Path(__file__).resolve().parents[2]


def read(folder: Path, text: str) -> object:
    file = folder / "job.toml"
    file.write_text(text, "utf-8")
    return read_job(file, settings_of())


def test_a_good_file(tmp_path: Path) -> None:
    job = read_job_of(tmp_path, GOOD)
    assert (job.name, job.kind, job.tell) == ("nightly", "enrich", ("ops@example.org",))
    assert str(job.when) == "30 2 * * * in Europe/Rome"
    assert job.limits.run == dt.timedelta(minutes=90)
    assert [job.retry_after(n).total_seconds() / 60 for n in (1, 2, 3, 20)] == [10, 20, 40, 360]


def read_job_of(folder: Path, text: str):  # type: ignore[no-untyped-def]
    (folder / "job.toml").write_text(text, "utf-8")
    return read_job(folder / "job.toml", settings_of())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[when]", "[whem]", "job.toml: whem = ", ),
        ("time_zone", "timezone", "when.timezone = 'Europe/Rome' is no key; expected cron, every, offset, time_zone (did you mean time_zone?)"),
        ('kind = "enrich"', 'kind = "enrichh"', "kind = 'enrichh' is no kind of job; expected one of collect, enrich"),
        ('kind = "enrich"', "", "job.toml: kind is missing; expected a kind such as"),
        ('name = "nightly"', 'name = "Nightly job"', "'Nightly job' is no name for a job"),
        ("Europe/Rome", "Europe/Roma", "when.time_zone = 'Europe/Roma': there is no time zone 'Europe/Roma'; expected a name such as Europe/Rom"),
        ("30 2 * * *", "30 2 31 2 *", "when.cron = '30 2 31 2 *': '30 2 31 2 *' names a day that never comes"),
        ("30 2 * * *", "30 25 * * *", "'25' in the field hour; expected 0 to 23"),
        ('cron = "30 2 * * *"', "", "give either cron"),
        ('cron = "30 2 * * *"', 'cron = "30 2 * * *"\nevery = "6h"', "not both"),
        ('cron = "30 2 * * *"', 'every = "soon"', "when.every = 'soon': 'soon' is no length of time"),
        ("ops@example.org", "ops at example", "is no e-mail address; expected name@host"),
        ("ops@example.org", "a@b.org\\nBcc: c@d.org", "is no e-mail address"),
        ('first_retry = "10m"', "retries = 99", "on_failure.retries = 99"),
        ('run = "90m"', 'catch_up = "some"', "limits.catch_up = 'some'"),
        ("[when]", "[settings]\nembedd = true\n[when]", "settings.embedd = True is no key; expected embed (did you mean embed?)"),
        ("[when]", "[when", "is no TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(SettingError) as caught:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert said in str(caught.value)
    assert "job.toml" in str(caught.value)
    assert caught.value.exit_code == 2


def test_two_jobs_of_one_name(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(GOOD, "utf-8")
    with pytest.raises(SettingError, match=r"b\.toml: name = 'nightly' is also the name of the job in .*a\.toml"):
        load_jobs(tmp_path, settings_of())


def test_all_mistakes_of_all_files_are_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD.replace("Europe/Rome", "Mars/Base"), "utf-8")
    (tmp_path / "b.toml").write_text(GOOD.replace("enrich", "nothing"), "utf-8")
    (tmp_path / "c.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingError) as caught:
        load_jobs(tmp_path, settings_of())
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0].rsplit("/", 1)[1] for line in lines] == ["a.toml", "b.toml", "c.toml"]


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        ("collect", "sources = []", "settings.sources"),
        ("collect", 'sources = ["monster"]', "'monster' is no source; expected one of"),
        ("collect", "", "settings.sources is missing"),
        ("propose", "limit = 0", "settings.limit"),
        ("backup", 'keep = "many"', "settings.keep"),
        (
            "taxonomy-releases",
            'pages = [{scheme="x", url="http://x", pattern="(1)"}]',
            "http only of a page with internal = true",
        ),
        ("taxonomy-releases", 'pages = [{scheme="x", url="https://x", pattern="1"}]', "has 0 groups; expected one"),
        ("taxonomy-releases", 'pages = [{scheme="x", url="https://x", pattern="("}]', "is no regular expression"),
        ("detect", 'since = "2015-13-01"', "settings.since"),
        ("weekly-bulletin", 'to = ["anna"]', "'anna' is no e-mail address"),
        ("weekly-bulletin", 'to = { zh = ["a@b.org"] }', "to has readers of zh, and languages has only en"),
        ("weekly-bulletin", 'to = { de = ["a@b.org"] }', "settings.to.de"),
        ("weekly-bulletin", 'to = "a@b.org"', "settings.to"),
    ],
)
def test_settings_of_a_kind_are_checked(tmp_path: Path, kind: str, settings: str, said: str) -> None:
    text = GOOD.replace("enrich", kind) + f"\n[settings]\n{settings}\n"
    with pytest.raises(SettingError) as caught:
        read(tmp_path, text)
    assert said in str(caught.value)


def test_the_programme_is_sound_and_uses_every_kind() -> None:
    found = load_jobs(ROOT / "jobs", settings_of())
    assert {job.kind for job in found} == set(KINDS)


def test_the_programme_that_is_shipped_is_the_one_shown() -> None:
    shown = {file.name: file.read_text("utf-8") for file in (ROOT / "jobs").glob("*.toml")}
    shipped = {file.name: file.read_text("utf-8") for file in (ROOT / "src/observatory/jobs/programme").glob("*.toml")}
    assert shown == shipped
