"""Commands of the review site: serve it, bring dossiers in, take verdicts out, check the audit trail."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from observatory.errors import BadFile, BadInput, StorageError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Threads in each process.")
@click.option(
    "--demo",
    is_flag=True,
    help="Fill an empty site: the newest run's candidates, three invented people, what they did.",
)
@click.pass_context
def serve(context: click.Context, host: str, port: int, workers: int, threads: int, demo: bool) -> None:
    """Serve the review site; the database is migrated first."""
    _django(context)
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    if demo:
        _demo(context)
    elif _nobody():
        click.echo("Nobody may sign in yet: add a person with `observatory review user NAME --group administrator`")
    from django.db import connections

    connections.close_all()
    from gunicorn.app.base import BaseApplication

    class Site(BaseApplication):  # type: ignore[misc]
        """gunicorn with our settings, in this process."""

        def load_config(self) -> None:
            for name, value in {
                "bind": f"{host}:{port}", "workers": workers, "threads": threads, "worker_class": "gthread",
                "timeout": 60, "accesslog": None, "errorlog": "-", "loglevel": "warning", "control_socket_disable": True,
                "graceful_timeout": 10, "forwarded_allow_ips": "127.0.0.1,::1", "preload_app": True,
            }.items():  # fmt: skip
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            from observatory.web.wsgi import application

            return application

    click.echo(f"The review site is at http://{host}:{port}/ (stop with Ctrl-C)")
    sys.stdout.flush()
    Site().run()


@click.group()
def audit() -> None:
    """Check and export the audit trail."""


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def audit_verify(context: click.Context, as_json: bool) -> None:
    """Find any altered or missing row of the audit trail."""
    _django(context)
    from observatory.review.audit import verify

    found = verify()
    if as_json:
        click.echo(json.dumps({"rows": found.rows, "broken": found.broken, "reason": found.reason, "head": found.head}))
    elif not found.broken:
        click.echo(f"{found.rows} rows, unbroken; head {found.head}")
    if found.broken:
        raise BadInput(f"the audit trail is broken: {found.reason}; {found.rows} rows before it are sound")


@audit.command("export")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; else standard output.")
@click.pass_context
def audit_export(context: click.Context, out: Path | None) -> None:
    """Write the audit trail as JSON lines."""
    _django(context)
    from observatory.review.audit import export

    _write((line + "\n" for line in export()), out)


@click.group()
def review() -> None:
    """Bring dossiers in, take verdicts out, add people."""


@review.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_context
def review_import(context: click.Context, files: tuple[Path, ...]) -> None:
    """Bring in dossiers made by: observatory dossier ID --format json."""
    _django(context)
    from observatory.review.exchange import receive_all
    from observatory.review.views.frame import now, rules

    texts = {}
    for file in files:
        try:
            texts[str(file)] = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadFile(f"{file}: cannot be read: {error}") from error
    _refuse_removed(context, texts)
    for candidate, what in receive_all(texts, wake_at=rules().wake_at, by=None, now=now()):
        click.echo(f"{candidate.candidate_id}  {what}  {candidate.title}")


@review.command("verdicts")
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="File to write; else standard output.")
@click.pass_context
def review_verdicts(context: click.Context, form: str, out: Path | None) -> None:
    """Write the standing decisions, for the ranking to learn from."""
    _django(context)
    from observatory.review.exchange import verdicts_csv, verdicts_json

    _write([verdicts_csv() if form == "csv" else verdicts_json()], out)


@review.command("record")
@click.argument("candidate_id", metavar="ID")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; else standard output.")
@click.pass_context
def review_record(context: click.Context, candidate_id: str, out: Path | None) -> None:
    """Write where people differ on a candidate, for: observatory dossier ID --committee --record FILE."""
    _django(context)
    from observatory.programme.record_lines import heard, recognised
    from observatory.review.record_file import found_candidate, record_json
    from observatory.review.views.frame import now

    row = found_candidate(candidate_id)
    _write([record_json(row, heard=list(heard(row)), recognised=list(recognised(row)), now=now())], out)


@review.command("register")
@click.option("--release", "name", default="", help="A release by its name; else the register as it stands.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; else standard output.")
@click.option("--texts", type=click.Path(path_type=Path, file_okay=False),
              help="Folder: also the texts of a release's standards, as JSON and DOCX, with what their fields mean.")  # fmt: skip
@click.pass_context
def review_register(context: click.Context, name: str, out: Path | None, texts: Path | None) -> None:
    """Write the register of professions and standards as CSV."""
    if texts is not None and not name:
        raise click.UsageError("--texts are those of a release: name it with --release")
    _django(context)
    from observatory.register import to_csv
    from observatory.review.actions.registering import all_rows, rows_of
    from observatory.review.models_standards import Release

    rows = all_rows()
    if name:
        made = Release.objects.filter(name=name).first()
        if made is None:
            there = ", ".join(Release.objects.values_list("name", flat=True)) or "none yet"
            raise BadInput(f"no release {name!r}; there are: {there}")
        rows = rows_of(made)
        if texts is not None:
            from observatory.cli.reading import write
            from observatory.review.release_texts import files_of

            for file, body in files_of(made):
                write(texts / file, body)
                click.echo(str(texts / file), err=True)
    _write([to_csv(rows)], out)


@review.command("mappings")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def review_mappings(context: click.Context, file: Path) -> None:
    """Bring the confirmed relations of the crosswalk (JSON) into the register."""
    _django(context)
    from observatory.review.actions import take_mappings
    from observatory.review.views.frame import now

    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{file}: cannot be read: {error}") from error
    click.echo(f"{take_mappings(text=text, by=None, now=now())} rows changed")


@review.command("unlock")
@click.argument("name")
@click.pass_context
def review_unlock(context: click.Context, name: str) -> None:
    """Let a person sign in again who was locked out after wrong passwords."""
    _django(context)
    from axes.utils import reset

    number = reset(username=name)
    click.echo(f"{number} failed sign-ins of {name} forgotten")


@review.command("user")
@click.argument("name")
@click.option("--group", "groups", multiple=True, required=True, help="A group: reader, analyst, chair, ...")
@click.option("--first", default="", help="First name.")
@click.option("--last", default="", help="Last name.")
@click.password_option(help="Asked for when not given.")
@click.pass_context
def review_user(
    context: click.Context, name: str, groups: tuple[str, ...], first: str, last: str, password: str
) -> None:
    """Add a person who may sign in."""
    _django(context)
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from observatory.review.demo import person
    from observatory.review.models import User
    from observatory.review.permissions import GROUPS

    unknown = [group for group in groups if group not in GROUPS]
    if unknown:
        raise BadInput(f"no group {', '.join(unknown)}; known are {', '.join(GROUPS)}")
    if User.objects.filter(username=name).exists():
        raise BadInput(f"{name} exists already; change people in the site's admin")
    try:
        validate_password(password)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages)) from error
    person(username=name, first=first, last=last, groups=groups, password=password)
    click.echo(f"{name} may sign in")


def _refuse_removed(context: click.Context, texts: dict[str, str]) -> None:
    """Refuses files that quote postings whose text this workspace had to remove: they are older copies."""
    from observatory.cli.opening import workspace_of
    from observatory.pipeline import corpus_of
    from observatory.removal import MARK

    gone = set(corpus_of(workspace_of(context.obj)).read("tombstones", columns=["posting_id"]).column(0).to_pylist())
    if not gone:
        return
    for name, text in texts.items():
        try:
            quoted = {row["posting_id"] for row in json.loads(text)["evidence"] if row["sentence"] != MARK}
        except (ValueError, KeyError, TypeError):
            continue  # what is no dossier is named by what takes it in
        if again := sorted(quoted & gone):
            raise BadInput(
                f"{name}: quotes posting {again[0]}, whose text had to be removed: this is an older copy; make it again with: "
                "observatory dossier ID --format json"
            )


def _write(pieces: Iterable[str], out: Path | None) -> None:
    """Texts into a file, or to standard output."""
    if out is None:
        for piece in pieces:
            click.echo(piece, nl=False)
        return
    try:
        with out.open("w", encoding="utf-8") as file:
            file.writelines(pieces)
    except OSError as error:
        raise StorageError(f"{out}: cannot be written ({error.strerror})") from error
    click.echo(str(out))


def _nobody() -> bool:
    from observatory.review.models import User

    return not User.objects.exists()


def _demo(context: click.Context) -> None:
    from observatory.programme.demo import fill_programme
    from observatory.review import demo
    from observatory.review.models import Candidate, User
    from observatory.review.views.frame import now, rules

    names = ", ".join(row[0] for row in demo.PEOPLE)
    if Candidate.objects.exists() or User.objects.exists():
        click.echo(
            f"The site is filled already; people ({names}) keep their passwords. To begin anew, remove its database"
        )
        return
    password = os.environ.get("OBSERVATORY_DEMO_PASSWORD") or secrets.token_urlsafe(9)
    dossiers = _dossiers(context)
    number = demo.fill(password=password, rules=rules(), now=now(), dossiers=dossiers)
    fill_programme(now=now())
    where = "of the newest run" if dossiers else "invented"
    click.echo(f"{number} candidates ({where}). Sign in as {names}; password: {password}")


def _dossiers(context: click.Context) -> list[str]:
    """The dossiers of the newest run, best first; none where nothing has run."""
    from observatory.cli.opening import workspace_of
    from observatory.errors import NotEnoughData
    from observatory.pipeline import corpus_of, newest_run

    try:
        corpus = corpus_of(workspace_of(context.obj))
        run = newest_run(corpus, None)
    except NotEnoughData:
        return []
    if run is None:
        return []
    rows = corpus.query('SELECT dossier FROM candidates WHERE run_id = $run ORDER BY "rank"', run=run.run_id)
    return [row["dossier"] for row in rows.to_pylist()]


def _django(context: click.Context) -> None:
    """Sets Django up for the workspace of the command line."""
    from observatory.config import open_workspace

    workspace = open_workspace(context.obj["workspace"], context.obj["overrides"])
    os.environ["OBSERVATORY_WORKSPACE"] = str(workspace.root)
    for name, value in context.obj["overrides"].items():
        os.environ[f"OBSERVATORY_{name.replace('.', '__').upper()}"] = value
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observatory.web.settings")
    import django

    django.setup()
    if context.info_name != "serve":
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
