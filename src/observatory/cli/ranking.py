"""ranking: what verdicts teach, before and after."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click


@click.command()
@click.argument("verdicts", type=click.Path(path_type=Path))
@click.option(
    "--keep", is_flag=True, help="Rank later runs with the learned weights, if they foretell verdicts better."
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def ranking(obj: dict[str, object], verdicts: Path, keep: bool, as_json: bool) -> None:
    """Learn the weights of the ranking from the file VERDICTS (observatory review verdicts)."""
    from observatory import learning
    from observatory.cli.opening import workspace_of
    from observatory.pipeline import corpus_of

    ws = workspace_of(obj)
    found, latest, unknown = learning.learn(ws, corpus_of(ws), verdicts)
    if as_json:
        click.echo(json.dumps({**asdict(found), "learned_until": str(latest or ""), "unknown": unknown}, indent=1))
    else:
        click.echo(
            f"{found.verdicts} verdicts, {found.adopted} adopted; {unknown} on candidates that are not stored here"
        )
        click.echo(f"  {'component':14} {'before':>8} {'after':>8}")
        for name, before in found.before.items():
            click.echo(f"  {name:14} {before:8.2f} {found.after[name]:8.2f}")
        click.echo(f"  {'AUC':14} {found.auc_before:8.2f} {found.auc_after:8.2f}   on verdicts left out; 0.5 is chance")
        click.echo(
            f"  {'log loss':14} {found.loss_before:8.3f} {found.loss_after:8.3f}   on verdicts left out; lower is better"
        )
        click.echo(f"{found.why[0].upper()}{found.why[1:]}.")
    if keep and found.kept and latest is not None:
        click.echo(f"Runs as of a day after {latest} rank with them: {learning.keep(ws, found.after, latest)}")
