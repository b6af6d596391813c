"""backup, restore, verify: everything a workspace is, in one file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Folder; by default that of backup.folder.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def backup(obj: dict[str, Any], out: Path | None, as_json: bool) -> None:
    """Write corpus, databases and settings into one checksummed file, while everything runs."""
    from observatory.backup import backup_folder, make_backup
    from observatory.cli.opening import now, progress_bar, workspace_of

    ws = workspace_of(obj)
    with progress_bar() as progress:
        path, manifest = make_backup(ws, out or backup_folder(ws), now=now(), progress=progress)
    _say(path, manifest, as_json)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def verify(file: Path, as_json: bool) -> None:
    """Read a backup and check every file in it."""
    from observatory.backup import verify_backup
    from observatory.cli.opening import progress_bar

    with progress_bar() as progress:
        manifest = verify_backup(file, progress=progress)
    _say(file, manifest, as_json)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--database", default="", help="The empty PostgreSQL database to fill, when the backup holds one.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def restore(file: Path, directory: Path, database: str, as_json: bool) -> None:
    """Make the workspace of a backup again in DIRECTORY, which must be new or empty."""
    from observatory.backup import restore_backup
    from observatory.cli.opening import now, progress_bar

    with progress_bar() as progress:
        manifest = restore_backup(file, directory, now=now(), database=database, progress=progress)
    _say(directory, manifest, as_json)
    if not as_json:
        click.echo(f"Check the record: observatory --workspace {directory} audit verify")


def _say(path: Path, manifest: Any, as_json: bool) -> None:
    if as_json:
        facts = manifest.model_dump(mode="json", exclude={"files"})
        click.echo(
            json.dumps({"path": str(path), **facts, "files": len(manifest.files), "bytes": manifest.bytes}, indent=1)
        )
        return
    versions = ", ".join(f"{name} {version}" for name, version in manifest.corpus_versions.items()) or "no corpus"
    kinds = ", ".join(f"{name} ({kind})" for name, kind in manifest.databases.items()) or "none"
    click.echo(
        f"{path}\n  {manifest.workspace}, made {manifest.made_at:%Y-%m-%d %H:%M} UTC by observatory {manifest.observatory}\n"
        f"  {len(manifest.files)} files, {manifest.bytes / 1e6:.1f} MB, every one checked\n  databases: {kinds}\n  corpus: {versions}"
    )
