"""Writes docs/reference/ from the program: commands, settings, sources.

python docs/build_reference.py           write the files
python docs/build_reference.py --check   say which of them are out of date
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import click

HERE = Path(__file__).resolve().parent / "reference"
NOTE = "<!-- Written by docs/build_reference.py; do not edit. -->\n"


def commands() -> str:
    """Every command with its arguments and options, as its --help shows them."""
    from observatory.cli import COMMANDS, cli

    parts = [
        "# Commands", NOTE,
        "Exit codes: 0 done, 1 failed, 2 wrong use; one line on stderr says what was wrong and what to do. "
        "Where a table is printed, `--json` prints the same as JSON.\n",
        "## observatory\n", _help(cli, "observatory"),
    ]  # fmt: skip
    for name in COMMANDS:
        context = click.Context(cli, info_name="observatory")
        command = cli.get_command(context, name)
        assert command is not None
        parts += _command(command, f"observatory {name}")
    return "\n".join(parts)


def _command(command: click.Command, path: str) -> Iterator[str]:
    yield f"## {path}\n"
    yield _help(command, path)
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from _command(command.commands[name], f"{path} {name}")


def _help(command: click.Command, path: str) -> str:
    context = click.Context(command, info_name=path, terminal_width=96, max_content_width=96)
    return f"```text\n{command.get_help(context)}\n```\n"


def settings() -> str:
    """Every setting with its default and what it does."""
    from observatory.config import FILE, PREFIX, Settings, setting_names

    parts = [
        "# Settings", NOTE,
        f"A setting is read from `{FILE}`, then from the environment (`detect.window_months` is "
        f"`{PREFIX}DETECT__WINDOW_MONTHS`), then from the command line (`--set detect.window_months=6`); the last one "
        "counts. `observatory doctor` shows each value and where it came from. A name that is no setting is refused.\n",
    ]  # fmt: skip
    known = setting_names()
    for section, field in Settings.model_fields.items():
        about = (getattr(field.annotation, "__doc__", "") or "").strip().split("\n")[0]
        parts += [f"## [{section}]\n", f"{about}\n", "| setting | default | what it does |", "|---|---|---|"]
        for name, (default, text) in known.items():
            if name.startswith(f"{section}."):
                parts.append(f"| `{name.partition('.')[2]}` | {_value(default)} | {text} |")
        parts.append("")
    return "\n".join(parts)


def _value(default: object) -> str:
    if isinstance(default, tuple):
        return "`[" + ", ".join(f'"{one}"' for one in default) + "]`"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, float):
        return f"`{default:.4g}`"
    return f'`"{default}"`' if isinstance(default, str) else f"`{default}`"


def sources() -> str:
    """Every live source, and the formats of files."""
    from observatory.collect import SOURCES
    from observatory.collect.files import NAMES, READERS

    parts = ["# Sources", NOTE, "## Live sources\n", "| name | what it is |", "|---|---|"]
    parts += [f"| `{name}` | {what} |" for name, (_, what) in SOURCES.items()]
    formats = ", ".join(f"`.{name}`" for name in READERS)
    parts += [
        "", "## Files\n", f"`observatory import` reads {formats}, plain or packed as `.gz` or `.zst`.\n",
        "Column names that are recognised, whatever their case, spaces, hyphens and underscores:\n",
        "| field | column names |", "|---|---|",
    ]  # fmt: skip
    parts += [f"| `{field}` | {', '.join(names)} |" for field, names in NAMES.items()]
    return "\n".join([*parts, ""])


PAGES = {"cli.md": commands, "settings.md": settings, "sources.md": sources}


def main() -> int:
    parser = argparse.ArgumentParser(description="Write docs/reference/ from the program.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is out of date")
    check = parser.parse_args().check
    stale = []
    for name, page in PAGES.items():
        text, path = page().rstrip() + "\n", HERE / name
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if not check:
            HERE.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    sys.stdout.write("".join(f"{'out of date' if check else 'written'}: {name}\n" for name in stale))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
