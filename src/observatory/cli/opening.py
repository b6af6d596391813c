"""What every command opens first: the workspace, dates and maps from the command line, progress."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

if TYPE_CHECKING:
    from observatory.config import Workspace


def workspace_of(obj: Mapping[str, object]) -> Workspace:
    """The workspace that --workspace, the environment or the working directory names."""
    from observatory.config import open_workspace

    return open_workspace(cast("Path | None", obj["workspace"]), cast("Mapping[str, str]", obj["overrides"]))


def date_of(text: str, option: str) -> dt.datetime:
    """The beginning of a day in UTC. Wrong use where it is no date."""
    try:
        return dt.datetime.combine(dt.date.fromisoformat(text), dt.time(), dt.UTC)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no day; give it as YYYY-MM-DD", param_hint=option) from error


def mapping_of(pairs: Sequence[str]) -> dict[str, str]:
    """FIELD=COLUMN pairs of --map."""
    found = {}
    for pair in pairs:
        name, equals, column = pair.partition("=")
        if not equals or not column:
            raise click.BadParameter(f"{pair!r}; give it as FIELD=COLUMN", param_hint="--map")
        found[name.strip()] = column.strip()
    return found


def now() -> dt.datetime:
    """The clock: the only place where the program asks what time it is."""
    return dt.datetime.now(dt.UTC)


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Progress on a terminal, nothing in a log."""
    if not sys.stderr.isatty():
        yield lambda stage, done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:<8}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, int] = {}

        def told(stage: str, done: int, of: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=of or None)
            bar.update(tasks[stage], completed=done, total=of or None)  # type: ignore[arg-type]

        yield told
