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
@click.option("--forgotten", type=click.Path(path_type=Path, dir_okay=False, exists=True), default=None,
              help="List of removed texts (forgotten.jsonl), where it does not lie beside the backup.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_context
def restore(
    context: click.Context, file: Path, directory: Path, database: str, forgotten: Path | None, as_json: bool
) -> None:  # fmt: skip
    """Make the workspace of a backup again in DIRECTORY, which must be new or empty.

    Texts that were removed for a legal request since the backup was made are removed again.
    """
    from observatory.backup import restore_backup
    from observatory.cli.opening import now, progress_bar
    from observatory.forgetting import LISTED, read_list

    lists = [one for one in (file.parent / LISTED, forgotten) if one is not None]
    requests = read_list(*lists)
    with progress_bar() as progress:
        manifest = restore_backup(file, directory, now=now(), database=database, progress=progress)
    _say(directory, manifest, as_json)
    if requests:
        _forget_again(context, directory, database, requests)
    elif not any(one.is_file() for one in lists):
        click.echo(
            f"no list of removed texts ({LISTED}) lies beside the backup: if texts were removed for a request since "
            f"{manifest.made_at:%Y-%m-%d}, remove them again with: observatory --workspace {directory} forget", err=True,
        )  # fmt: skip
    if not as_json:
        click.echo(f"Check the record: observatory --workspace {directory} audit verify")


def _forget_again(context: click.Context, directory: Path, database: str, requests: Any) -> None:
    from observatory.backup import backup_folder
    from observatory.cli.opening import now, workspace_of
    from observatory.cli.site import _django
    from observatory.forgetting import forget_again, has_site
    from observatory.pipeline import corpus_of

    context.obj["workspace"] = directory
    if database:
        context.obj["overrides"] = {**context.obj["overrides"], "site.database": database}
    ws = workspace_of(context.obj)
    if has_site(ws):
        _django(context)
    texts, by_words = forget_again(ws, corpus_of(ws), requests, now=now(), backups=backup_folder(ws))
    click.echo(f"{len(requests)} requests done again: {texts} texts removed", err=True)
    for one in by_words:
        click.echo(
            f"the request of {one.on[:10]} ({one.reason}) named a text, which is not kept: ask it again, for what stands outside the postings",
            err=True,
        )  # fmt: skip


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
