"""init, doctor, taxonomy: a workspace and what it stands on."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import click


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--name", default="", help="Name of the workspace; by default that of the folder.")
def init(directory: Path, name: str) -> None:
    """Make a workspace in DIRECTORY."""
    from observatory.config import init_workspace

    ws = init_workspace(directory, name=name)
    click.echo(f"Made the workspace {ws.settings.workspace.name} in {ws.root}. Next:")
    click.echo(f"  cd {directory}")
    click.echo("  observatory taxonomy add FILE --scheme esco --version V --released YYYY-MM-DD")
    click.echo("  observatory import FILE --source NAME")
    click.echo("  observatory run")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def doctor(obj: dict[str, object], as_json: bool) -> None:
    """Show every setting with where it came from, and what is missing and how to get it."""
    from observatory.cli.opening import workspace_of
    from observatory.config import setting_names
    from observatory.pipeline import corpus_of, shelf_of

    ws = workspace_of(obj)
    values = {name: getattr(getattr(ws.settings, name.split(".")[0]), name.split(".")[1]) for name in setting_names()}
    checks = [*_encoders(ws), *_programs(), *_disk(ws.root)]
    versions = shelf_of(ws).versions()
    checks.append(
        ("classifications", "ok" if versions else "missing",
         ", ".join(f"{v.name} ({v.released})" for v in versions) or "none; add one: observatory taxonomy add FILE --scheme ...")
    )  # fmt: skip
    corpus = corpus_of(ws)
    counts = {name: corpus.count(name) for name in ("postings", "rejected", "runs")}
    checks.append(("corpus", "ok" if counts["postings"] else "empty", ", ".join(f"{n} {k}" for k, n in counts.items())))
    if as_json:
        click.echo(json.dumps({
            "workspace": str(ws.root),
            "settings": [{"name": n, "value": v, "from": ws.origins.get(n, "default")} for n, v in values.items()],
            "checks": [{"name": n, "state": s, "detail": d} for n, s, d in checks],
        }, indent=1, ensure_ascii=False, default=str))  # fmt: skip
    else:
        click.echo(f"Workspace {ws.root}\n\nSettings")
        for name, value in values.items():
            shown = ", ".join(value) if isinstance(value, tuple) else value
            click.echo(f"  {name:<28} {shown!s:<24} {ws.origins.get(name, 'default')}")
        click.echo("\nParts")
        for name, state, detail in checks:
            click.echo(f"  {state:<8} {name:<24} {detail}")
    if any(state == "broken" for _, state, _ in checks):
        sys.exit(1)


def _encoders(ws: object) -> list[tuple[str, str, str]]:
    from observatory.config import Workspace
    from observatory.embed import file_sha256, model_folder, read_card
    from observatory.errors import MissingPart
    from observatory.proposals import model_folder_of

    assert isinstance(ws, Workspace)
    found = []
    for language in ws.settings.workspace.languages:
        name = ws.settings.encoder.en if language == "en" else ws.settings.encoder.other
        if name == "char-ngram":
            found.append(
                (
                    f"encoder for {language}",
                    "ok",
                    "char-ngram: sees spelling, not meaning, until a trained model is set",
                )
            )
            continue
        try:
            folder = model_folder_of(ws, name)
            if not (folder / "model.toml").is_file():
                found.append((f"encoder for {language}", "ok", f"{folder} (no card: its hash is not checked)"))
                continue
            card = read_card(folder)
            digest = file_sha256(model_folder(card) / card.weights)
        except (MissingPart, OSError) as error:
            found.append((f"encoder for {language}", "broken", str(error)))
            continue
        if digest == card.sha256:
            found.append(
                (
                    f"encoder for {language}",
                    "ok",
                    f"{name}, {card.dim}-d, {card.licence}, sha256 {digest[:12]} as expected",
                )
            )
        else:
            found.append(
                (f"encoder for {language}", "broken",
                 f"{name}: sha256 {digest[:12]}, expected {card.sha256[:12]}; install it again: pip install --force-reinstall {card.id}")
            )  # fmt: skip
    return found


def _programs() -> list[tuple[str, str, str]]:
    import importlib.metadata
    import platform
    import subprocess

    found = [("python", "ok", platform.python_version())]
    for package in ("observatory", "deltalake", "duckdb", "spacy", "sentence-transformers", "torch", "scikit-learn"):
        try:
            found.append((package, "ok", importlib.metadata.version(package)))
        except importlib.metadata.PackageNotFoundError:
            found.append((package, "broken", f"not installed; get it with: pip install {package}"))
    try:
        found.append(("openvino", "ok", importlib.metadata.version("openvino")))
    except importlib.metadata.PackageNotFoundError:
        found.append(("openvino", "absent", "optional, encodes twice as fast: pip install 'observatory[fast]'"))
    if shutil.which("fc-list") is None:
        found.append(
            (
                "Chinese font",
                "unknown",
                "fontconfig is not installed; on Debian: apt-get install fontconfig fonts-noto-cjk",
            )
        )
    else:
        fonts = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False).stdout
        family = next((line.split(",")[0] for line in fonts.splitlines() if line.strip()), "")
        found.append(
            (
                "Chinese font",
                "ok" if family else "absent",
                family or "needed for Chinese PDFs; on Debian: apt-get install fonts-noto-cjk",
            )
        )
    return found


def _disk(root: Path) -> list[tuple[str, str, str]]:
    usage = shutil.disk_usage(root)
    free = usage.free / 1e9
    return [
        (
            "disk",
            "ok" if free > 2 else "broken",
            f"{free:.1f} GB free of {usage.total / 1e9:.0f} GB; 2 GB are needed at least",
        )
    ]


@click.group()
def taxonomy() -> None:
    """Add and list classifications of occupations and skills."""


@taxonomy.command("add")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--scheme", required=True, help="esco, onet, isco, dadian, or csv for any other.")
@click.option("--version", "version", required=True, help="Version as its publisher names it.")
@click.option("--released", required=True, help="Day of its release, YYYY-MM-DD: a run before it does not see it.")
@click.option("--language", default="en", show_default=True, help="Language of the labels.")
@click.option("--name", default="", help="For csv: the name it is filed under (by default csv).")
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="For csv: code, title, alternative, description, isco, title.zh ...",
)
@click.pass_obj
def add(
    obj: dict[str, object], files: tuple[Path, ...], scheme: str, version: str, released: str, language: str, name: str,
    columns: tuple[str, ...],
) -> None:  # fmt: skip
    """Add the FILES of one version of a classification; files added later join the same version."""
    from dataclasses import replace

    from observatory.cli.opening import date_of, mapping_of, workspace_of
    from observatory.pipeline import shelf_of
    from observatory.taxonomy import read_taxonomy

    ws = workspace_of(obj)
    day = date_of(released, "--released").date()
    found = read_taxonomy(
        files, scheme=scheme, version=version, released=day, language=language, columns=mapping_of(columns)
    )
    if scheme == "csv" and name:
        found = replace(found, scheme=name)
    stored, changed = shelf_of(ws).add(found)
    click.echo(
        f"{stored.name}, released {stored.released}: {stored.occupations} occupations, {stored.skills} skills"
        + ("" if changed else " (nothing new in these files)")
    )


@taxonomy.command("list")
@click.option("--as-of", default=None, help="Only what a run as of this day reads.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def list_(obj: dict[str, object], as_of: str | None, as_json: bool) -> None:
    """List the classifications of the workspace."""
    from dataclasses import asdict

    from observatory.cli.opening import date_of, workspace_of
    from observatory.pipeline import shelf_of

    shelf = shelf_of(workspace_of(obj))
    versions = shelf.on(date_of(as_of, "--as-of").date()) if as_of else shelf.versions()
    if as_json:
        click.echo(json.dumps([asdict(v) for v in versions], indent=1, default=str))
        return
    if not versions:
        click.echo(
            "No classification yet. Add one: observatory taxonomy add FILE --scheme esco --version V --released DATE"
        )
    for v in versions:
        click.echo(
            f"{v.scheme:<10} {v.version:<12} released {v.released}  {v.occupations:>6} occupations {v.skills:>6} skills"
        )
