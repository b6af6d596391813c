"""What the tests of the programme share: an adopted profession, a partner's standard, a keeper."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from observatory.programme.actions import briefs, crosswalk, experts, partners, registers
from observatory.review.models import Candidate, Status
from site_world import NOW

DAY = dt.date(2025, 5, 1)
UNITS = [
    {"code": "A", "title": "Install pumps", "level": "L2", "detail": ""},
    {"code": "B", "title": "Balance the loop", "level": "L3", "detail": ""},
    {"code": "C", "title": "Sell services", "level": "L3", "detail": ""},
]


class Programme:
    """Makers of what the programme keeps, done by a person who may do all of it."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.boss = world.person("keeper", "senior analyst", "secretary", "administrator")

    def adopted(self, **changed: Any) -> Candidate:
        return self.world.candidate(status=Status.ADOPTED, **changed)

    def partner(self, name: str = "Tisza Board", country: str = "HU", **values: Any) -> Any:
        said = {
            "name": name,
            "country": country,
            "kind": "authority",
            "status": "talks",
            "website": "",
            "note": "",
            **values,
        }
        return partners.add_partner(values=said, by=self.boss, now=NOW)

    def standard(self, partner: Any, code: str = "S1", units: Any = UNITS) -> Any:
        values = {"code": code, "title": "Pump fitter", "edition": "2024", "levels": []}
        return partners.add_standard(partner=partner, values=values, units=units, by=self.boss, now=NOW)

    def brief(self, row: Candidate, **changed: Any) -> Any:
        body = {
            "candidate_id": row.candidate_id, "levels": ["5", "4"],
            "units": [
                {"code": "1", "title": "Install heat pumps", "level": "5", "skills": ["brazing"]},
                {"code": "2", "title": "Balance a hydronic loop", "level": "4", "skills": []},
                {"code": "3", "title": "Read thermal images", "level": "4", "skills": ["thermography"]},
            ], **changed,
        }  # fmt: skip
        return briefs.receive_brief(text=json.dumps(body), by=self.boss, now=NOW)[0]

    def comparison(self) -> Any:
        return partners.start_comparison(
            brief=self.brief(self.adopted()), standard=self.standard(self.partner()), by=self.boss, now=NOW
        )

    def expert(self, name: str = "Ine Vented", **values: Any) -> Any:
        said = {
            "name": name, "email": "ine@example.org", "organisation": "A school", "country": "IT", "languages": ["it"],
            "expertise": "heat pumps, hydronics", "availability": "yes", "free_from": None, "agreed_on": DAY, **values,
        }  # fmt: skip
        return experts.add_expert(values=said, by=self.boss, now=NOW)

    def entry(self, row: Candidate, register: str = "base", name: str = "A base", **values: Any) -> Any:
        said = {
            "register": register, "name": name, "country": "CN", "place": "", "partner": None, "starts_on": dt.date(2024, 1, 1),
            "ends_on": None, "note": "", **values,
        }  # fmt: skip
        return registers.add_entry(values=said, professions=[row], by=self.boss, now=NOW)

    def proposals(self, row: Candidate, *codes: str, **changed: Any) -> dict[str, int]:
        found = [
            {
                "candidate_id": row.candidate_id, "scheme": "esco", "version": "1.2", "code": code, "title": f"concept {code}",
                "relation": "closeMatch", "similarity": 0.7, "evidence": ["shared: brazing"], **changed,
            }
            for code in codes
        ]  # fmt: skip
        return crosswalk.receive(text=json.dumps({"proposals": found}), by=self.boss, now=NOW)
