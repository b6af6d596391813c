"""The command line. Each command is a row of `COMMANDS`; its module is imported when it is called."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from observatory import __version__
from observatory.errors import ObservatoryError

# command: (module, attribute, help shown in the list without importing the module)
COMMANDS: Mapping[str, tuple[str, str, str]] = {
    "init": ("observatory.cli.workspace", "init", "Make a workspace."),
    "doctor": ("observatory.cli.workspace", "doctor", "Show every setting, and what is missing."),
    "taxonomy": ("observatory.cli.workspace", "taxonomy", "Add and list classifications."),
    "employment": ("observatory.cli.employment", "employment", "Add and list employment statistics."),
    "import": ("observatory.cli.collecting", "import_", "Read postings from files."),
    "collect": ("observatory.cli.sourcing", "collect", "Collect postings from live sources."),
    "sources": ("observatory.cli.sourcing", "sources", "The sources: terms, health, checks."),
    "forget": ("observatory.cli.sourcing", "forget", "Remove texts for a legal request."),
    "run": ("observatory.cli.running", "run", "Enrich, embed, detect and propose, as of a date."),
    "runs": ("observatory.cli.running", "runs", "List the runs."),
    "candidates": ("observatory.cli.reading", "candidates", "The ranked list of emerging professions."),
    "dossier": ("observatory.cli.dossiers", "dossier", "The evidence on one candidate or several."),
    "verify-dossier": ("observatory.cli.dossiers", "verify_dossier", "Check a dossier against its hash and corpus."),
    "draft": ("observatory.cli.drafting", "draft", "The draft of a standard for one candidate."),
    "crosswalk": ("observatory.cli.drafting", "crosswalk", "Suggested relations to the loaded classifications."),
    "curriculum": (
        "observatory.cli.drafting",
        "curriculum",
        "A curriculum brief and what a certification should test.",
    ),
    "ranking": ("observatory.cli.ranking", "ranking", "What verdicts teach the ranking, before and after."),
    "report": ("observatory.cli.reports", "report", "A report: weekly, quarterly, annual, or on the data's quality."),
    "backtest": (
        "observatory.cli.backtesting",
        "backtest",
        "Walk the past and score the lists against what was recognised later.",
    ),
    "export": ("observatory.cli.exporting", "export", "The register as open data."),
    "review": ("observatory.cli.site", "review", "Bring dossiers in, take verdicts out, add people."),
    "serve": ("observatory.cli.site", "serve", "Serve the review site."),
    "audit": ("observatory.cli.site", "audit", "Check and export the audit trail."),
    "jobs": ("observatory.cli.jobs", "jobs", "List, check, run, pause and follow the jobs."),
    "schedule": ("observatory.cli.scheduling", "schedule", "Run the jobs when they are due."),
    "up": ("observatory.cli.scheduling", "up", "The site and the scheduler on one machine."),
    "backup": ("observatory.cli.backups", "backup", "Write everything into one checksummed file."),
    "restore": ("observatory.cli.backups", "restore", "Make a workspace again from a backup."),
    "verify": ("observatory.cli.backups", "verify", "Check a backup."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        row = COMMANDS.get(cmd_name)
        if row is None:
            return None
        command: click.Command = getattr(importlib.import_module(row[0]), row[1])
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, row[2]) for name, row in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--workspace", "-w", type=click.Path(path_type=Path), envvar="OBSERVATORY_WORKSPACE",
    help="Folder of the workspace; else the one you are in.",
)  # fmt: skip
@click.option("--set", "settings", multiple=True, metavar="SECTION.NAME=VALUE", help="Override a setting.")
@click.option("--verbose", "-v", is_flag=True, help="Log what is done, on stderr.")
@click.version_option(__version__, prog_name="observatory")
@click.pass_context
def cli(context: click.Context, workspace: Path | None, settings: tuple[str, ...], verbose: bool) -> None:
    """An observatory of emerging professions: from job postings to evidence a committee can decide on."""
    overrides = {}
    for text in settings:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(f"--set takes SECTION.NAME=VALUE, not {text!r}")
        overrides[name.strip()] = value.strip()
    context.obj = {"workspace": workspace, "overrides": overrides}
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )


def main() -> None:
    """Entry point: runs the command line and ends with its exit code, one clear line on an error."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        code = cli.main(prog_name="observatory", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped; what was stored stays stored", err=True)
        sys.exit(130)
    except ObservatoryError as error:
        click.echo(f"observatory: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
