"""What verdicts teach the ranking: from a file of decisions to weights that later runs rank with.

Point in time: the components are those of the dossiers that were decided on, and a run uses the weights
only when every verdict they were learned from is older than its date.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from observatory.config import Workspace
from observatory.corpus import Corpus
from observatory.errors import BadFile
from observatory.propose.candidates import WEIGHTS

if TYPE_CHECKING:
    from observatory.propose.ranking import Recalibration

FILE = "ranking.json"


class _Verdict(BaseModel):
    """One decision, as `observatory review verdicts` writes it; other fields are not needed here."""

    model_config = ConfigDict(extra="ignore")
    lineage_id: str
    verdict: Literal["adopt", "watch", "merge", "reject", "defer"]
    decided_at: dt.datetime
    as_of: dt.date


class _Verdicts(BaseModel):
    model_config = ConfigDict(extra="ignore")
    verdicts: list[_Verdict]


class _Learned(BaseModel):
    model_config = ConfigDict(extra="forbid")
    learned_until: dt.date
    weights: dict[str, float]


def learn(ws: Workspace, corpus: Corpus, file: Path) -> tuple[Recalibration, dt.date | None, int]:
    """Weights from the verdicts in a file: adopted against rejected; watched, merged and deferred say neither.

    Returns the recalibration, the day of the latest verdict, and how many verdicts concern no candidate that
    is stored. Raises `BadFile` for a file that is not what `observatory review verdicts` writes.
    """
    try:
        read = _Verdicts.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise BadFile(
            f"{file}: no file of verdicts ({str(error).splitlines()[0]}); expected what `observatory review verdicts --out FILE` writes"
        ) from error
    decided = [verdict for verdict in read.verdicts if verdict.verdict in ("adopt", "reject")]
    stored = _components(corpus, decided)
    known = [verdict for verdict in decided if (verdict.lineage_id, verdict.as_of) in stored]
    from observatory.propose.ranking import recalibrate  # brings scikit-learn

    result = recalibrate(
        [stored[(verdict.lineage_id, verdict.as_of)] for verdict in known],
        [verdict.verdict == "adopt" for verdict in known],
        prior=WEIGHTS, seed=ws.settings.workspace.seed,
    )  # fmt: skip
    latest = max((verdict.decided_at.date() for verdict in known), default=None)
    return result, latest, len(decided) - len(known)


def keep(ws: Workspace, weights: Mapping[str, float], learned_until: dt.date) -> Path:
    """Writes weights for later runs; what was kept before is replaced as a whole."""
    target = ws.var_dir / FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_suffix(".new")
    beside.write_text(_Learned(learned_until=learned_until, weights=dict(weights)).model_dump_json(indent=1) + "\n")
    os.replace(beside, target)
    return target


def weights_of(ws: Workspace, as_of: dt.datetime) -> Mapping[str, float]:
    """The weights that a run as of a time ranks with: learned ones if all their verdicts are older, else the fixed."""
    file = ws.var_dir / FILE
    if not file.is_file():
        return WEIGHTS
    try:
        learned = _Learned.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise BadFile(
            f"{file}: no weights ({str(error).splitlines()[0]}); remove it, or learn again with `observatory ranking`"
        ) from error
    if set(learned.weights) != set(WEIGHTS):
        raise BadFile(
            f"{file}: weights for {sorted(learned.weights)}, expected {sorted(WEIGHTS)}; learn again with `observatory ranking`"
        )
    return learned.weights if learned.learned_until < as_of.date() else WEIGHTS


def _components(corpus: Corpus, verdicts: Sequence[_Verdict]) -> dict[tuple[str, dt.date], Mapping[str, float]]:
    """The components in the dossiers that were decided on, by lineage and as-of day."""
    wanted = {verdict.lineage_id for verdict in verdicts}
    rows = corpus.query(
        """SELECT c.candidate_id, CAST(r.as_of AS DATE) AS day, c.dossier FROM candidates c JOIN runs r USING (run_id)
           ORDER BY r.started_at"""
    ).to_pylist()
    return {
        (row["candidate_id"], row["day"]): json.loads(row["dossier"])["candidate"]["components"]
        for row in rows if row["candidate_id"] in wanted
    }  # fmt: skip
