"""The shelf of a workspace: every version of every classification, with its release date.

A card and one compressed JSON file a version. The card names the contents by their digest and is
moved into place last, so that a crash leaves the old version whole. Files are small (ESCO with skills 3 MB) and load in a fraction of a second.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import zstandard

from observatory.errors import BadTaxonomy, StorageError
from observatory.records import Occupation, Skill, Taxonomy
from observatory.taxonomy.read import merge


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Version:
    """A version on the shelf, without its contents."""

    scheme: str
    released: dt.date
    version: str
    occupations: int
    skills: int
    sha256: str

    @property
    def name(self) -> str:
        """ "esco 1.0.9": how a run and a dossier name it."""
        return f"{self.scheme} {self.version}"


class TaxonomyShelf:
    """Versions of classifications in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, taxonomy: Taxonomy) -> tuple[Version, bool]:
        """Puts a version on the shelf, joined with what is there of the same version.

        Returns the version and whether anything changed: the same file twice adds nothing.
        Raises `BadTaxonomy` when the version is there with another release date.
        """
        old = next((v for v in self.versions() if (v.scheme, v.version) == (taxonomy.scheme, taxonomy.version)), None)
        if old is not None and old.released != taxonomy.released:
            raise BadTaxonomy(
                f"{old.name} is on the shelf as released on {old.released}, not {taxonomy.released}; "
                f"give the same date, or remove {self._card(old)} first"
            )
        if old is not None:
            taxonomy = merge(self.load(old), taxonomy)
        if not taxonomy.skills and not any(occupation.labels for occupation in taxonomy.occupations):
            raise BadTaxonomy(
                f"{taxonomy.scheme} {taxonomy.version}: these files hold tasks, alternative titles or groups only; "
                f"add the file that names the occupations first, or together with them"
            )
        body = {name: value for name, value in asdict(taxonomy).items() if name != "groups" or value}
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, default=str)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if old is not None and old.sha256 == digest:
            return old, False
        version = Version(
            scheme=taxonomy.scheme, released=taxonomy.released, version=taxonomy.version,
            occupations=len(taxonomy.occupations), skills=len(taxonomy.skills), sha256=digest,
        )  # fmt: skip
        path = self._path(version)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _put(path, zstandard.compress(text.encode(), 9))
            _put(self._card(version), (json.dumps(asdict(version), default=str, indent=1) + "\n").encode())
            if old is not None:
                self._path(old).unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"{path}: the classification was not stored ({error.strerror})") from error
        return version, True

    def versions(self) -> list[Version]:
        """Every version, by scheme and release date."""
        found = []
        for card in sorted(self.folder.glob("*.json")):
            raw: dict[str, Any] = json.loads(card.read_text("utf-8"))
            found.append(Version(**{**raw, "released": dt.date.fromisoformat(raw["released"])}))
        return sorted(found)

    def on(self, date: dt.date) -> list[Version]:
        """The newest version of each scheme released before `date`."""
        newest: dict[str, Version] = {}
        for version in self.versions():
            if version.released < date:
                newest[version.scheme] = version
        return list(newest.values())

    def as_of(self, date: dt.date) -> tuple[Taxonomy, ...]:
        """The classifications of the day: `on(date)`, loaded."""
        return tuple(self.load(version) for version in self.on(date))

    def load(self, version: Version) -> Taxonomy:
        """A version with its occupations and skills."""
        path = self._path(version)
        if not path.is_file():  # shelves made before the digest stood in the name
            path = self._card(version).with_suffix(".zst")
        try:
            raw = json.loads(zstandard.decompress(path.read_bytes()))
        except (OSError, zstandard.ZstdError, ValueError) as error:
            raise StorageError(f"{path}: cannot be read ({error}); add the classification again") from error
        return Taxonomy(
            scheme=raw["scheme"],
            version=raw["version"],
            released=dt.date.fromisoformat(raw["released"]),
            occupations=tuple(
                Occupation(
                    code=o["code"],
                    labels=o["labels"],
                    alternative={language: tuple(names) for language, names in o["alternative"].items()},
                    description=o["description"],
                    tasks=tuple(o["tasks"]),
                    isco=o["isco"],
                    marks=tuple(o.get("marks", ())),
                )
                for o in raw["occupations"]
            ),
            skills=tuple(
                Skill(
                    code=s["code"],
                    label=s["label"],
                    labels={language: tuple(names) for language, names in s["labels"].items()},
                    skill_type=s["skill_type"],
                    marks=tuple(s.get("marks", ())),
                )
                for s in raw["skills"]
            ),
            groups=raw.get("groups", {}),
        )

    def _card(self, version: Version) -> Path:
        return self.folder / f"{version.scheme}-{re.sub(r'[^A-Za-z0-9._-]', '_', version.version)}.json"

    def _path(self, version: Version) -> Path:
        """The contents a card stands for: another content has another name, so the two always fit."""
        card = self._card(version)
        return card.with_name(f"{card.stem}.{version.sha256[:12]}.zst")


def _put(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all."""
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(data)
    os.replace(beside, path)
