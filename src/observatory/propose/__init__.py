"""From clusters to what is put before people: ranked candidates, and a dossier on each."""

from observatory.propose.candidates import propose
from observatory.propose.dossier import build_dossier, canonical_json, from_json, to_json, verify

__all__ = ["build_dossier", "canonical_json", "from_json", "propose", "to_json", "verify"]
