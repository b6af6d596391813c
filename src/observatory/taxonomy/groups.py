"""Names of the groups of classifications, as those at hand give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from observatory.records import Taxonomy


def group_names(taxonomies: Sequence[Taxonomy]) -> dict[tuple[str, str], str]:
    """Names of the groups that the classifications at hand give, by (scheme, code), in English where there is one.

    ESCO names the groups of ISCO-08 too (its file of ISCO groups); ISCO-08's own names come first.

    >>> import datetime as dt
    >>> esco = Taxonomy(scheme="esco", version="1", released=dt.date(2020, 1, 1), occupations=(), groups={"2144": {"en": "Mechanical engineers"}})
    >>> group_names([esco])
    {('isco', '2144'): 'Mechanical engineers'}
    """
    found: dict[tuple[str, str], str] = {}
    for taxonomy in sorted(taxonomies, key=lambda t: t.scheme != "esco"):
        scheme = "isco" if taxonomy.scheme == "esco" else taxonomy.scheme
        for code, names in taxonomy.groups.items():
            if names:
                found[scheme, code] = names.get("en") or names[min(names)]
        if taxonomy.scheme == "isco":
            found |= {
                ("isco", o.code): o.labels.get("en") or o.labels[min(o.labels)]
                for o in taxonomy.occupations
                if o.labels
            }
    return found


def group_title(names: Mapping[tuple[str, str], str], code: str) -> str:
    """The name of an ISCO-08 unit group; where no classification at hand gives it, its number and that it is unnamed."""
    return names.get(("isco", code)) or f"unit group {code}, its name not at hand"
