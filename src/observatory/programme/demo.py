"""An invented programme for a first look: partners, a comparison, experts, a crosswalk, registers with figures.

All names of institutions and people are invented; it is told on the adopted candidates of the review's demo.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from observatory.programme.actions import briefs, crosswalk, experts, partners, registers
from observatory.programme.models import Brief, Comparison, Expert, Match, Partner
from observatory.review.models import Candidate, Status, User

# country, name, kind, status, agreement signed so many days ago (0: none)
PARTNERS: tuple[tuple[str, str, str, str, int], ...] = (
    ("TH", "Institute of Vocational Standards, Rayong (invented)", "authority", "recognised", 620),
    ("LA", "Vientiane Skills Office (invented)", "authority", "recognised", 540),
    ("KZ", "Steppe Qualifications Centre (invented)", "awarding", "agreed", 300),
    ("MY", "Straits Polytechnic (invented)", "university", "agreed", 410),
    ("UZ", "Silk Road Technical College (invented)", "university", "talks", 0),
    ("RS", "Danube Chamber of Trades (invented)", "association", "talks", 0),
    ("HU", "Tisza Skills Council (invented)", "association", "agreed", 200),
    ("ID", "Nusantara Competence Board (invented)", "authority", "talks", 0),
    ("ID", "Java Robotics Academy (invented)", "company", "talks", 0),
    ("PK", "Indus Training Authority (invented)", "authority", "paused", 700),
    ("IT", "Scuola dei Mestieri Nuovi (invented)", "university", "talks", 0),
    ("KE", "Rift Valley Examinations (invented)", "awarding", "ended", 900),
)
# name, country, languages, availability, expertise
EXPERTS: tuple[tuple[str, str, tuple[str, ...], str, str], ...] = (
    ("Somsri Testworn (invented)", "TH", ("th", "en"), "yes", "heat pump installation and hydronics, refrigerants, building energy, training of installers"),
    ("Luigi Provini (invented)", "IT", ("it", "en"), "yes", "robot fleet operation, traffic control of mobile robots, safety cases, warehouse automation"),
    ("吴试真 (invented)", "CN", ("zh", "en"), "little", "机器人 调度, 智能制造, 职业标准开发, prompt design and evaluation of language models"),
    ("Aigerim Ulgi (invented)", "KZ", ("kk", "ru", "en"), "yes", "qualification frameworks, credit transfer, comparison of occupational standards"),
    ("Tomasz Wzorny (invented)", "PL", ("en", "de"), "no", "battery recycling, hydrogen safety, permits"),
)  # fmt: skip
THEIR_UNITS = (
    ("U-101", "Read and prepare the work order", "Level 2", "documents, tools, safety at the workplace"),
    ("U-102", "Carry out the main tasks under supervision", "Level 2", ""),
    ("U-201", "Carry out the main tasks alone and check the result", "Level 3", "measuring, checking, recording"),
    ("U-202", "Find and remove faults", "Level 3", "fault finding"),
    ("U-301", "Plan the work of a team", "Level 4", "planning, instruction of others"),
    ("U-302", "Advise customers in two languages", "Level 4", ""),
)


def make_brief(row: Candidate) -> str:
    """An invented curriculum brief of a candidate, in the form that `observatory curriculum` gives."""
    skills = list(row.skills)[:8] or ["records", "safety"]
    units = []
    for level, (start, verb) in {
        "5": (0, "under instruction"),
        "4": (2, "alone"),
        "3": (4, "and instruct others"),
    }.items():
        for place in range(2):
            named = skills[(start + place) % len(skills)]
            units.append(
                {
                    "code": f"{level}.{place + 1}", "level": level, "skills": list(dict.fromkeys([named, *skills[place : place + 2]])),
                    "title": f"Use {named} {verb}" if place == 0 else f"Plan, check and record work with {named} ({verb})",
                }
            )  # fmt: skip
    counted = [
        {
            "label": name, "postings": 90 - 9 * place, "employers": 30 - 3 * place, "share": round(0.62 - 0.06 * place, 2),
            "rise": round(1.9 - 0.15 * place, 2),
        }
        for place, name in enumerate(skills)
    ]  # fmt: skip
    return json.dumps(
        {
            "candidate_id": row.candidate_id, "title": row.title, "levels": ["5", "4", "3"], "units": units, "skills": counted,
            "taught": [{"title": "a neighbouring occupation", "scheme": "esco", "code": "2100", "skills": skills[:3]}],
            "certification": [
                one | {"reason": "Named by many employers, and asked for at every level."} for one in counted[:4]
            ],
            "competition": {"suits": True, "reasons": ["Its result can be seen and measured within a day.", "Employers in several countries ask for it."]},
            "limits": ["Invented for a first look."],
        },
        ensure_ascii=False,
    )  # fmt: skip


def make_proposals(rows: Sequence[Candidate]) -> str:
    """Invented proposals of a crosswalk for several candidates."""
    found = []
    for number, row in enumerate(rows):
        for scheme, version, relation, similarity in (
            ("esco", "1.2.1", "closeMatch", 0.81), ("isco-08", "", "broadMatch", 0.66), ("onet", "30.2", "closeMatch", 0.74),
            ("dadian", "2022", "relatedMatch", 0.58),
        ):  # fmt: skip
            for place in range(2):
                found.append(
                    {
                        "candidate_id": row.candidate_id, "scheme": scheme, "version": version,
                        "code": f"{scheme[0].upper()}{2100 + 10 * number + place}",
                        "title": f"{'assistant to the ' if place else ''}{row.title} (invented concept)", "relation": relation,
                        "similarity": round(similarity - 0.13 * place - 0.01 * number, 3),
                        "evidence": [f"Shared skills: {', '.join(list(row.skills)[: 3 - place])}"],
                    }
                )  # fmt: skip
    return json.dumps({"proposals": found}, ensure_ascii=False)


def fill_programme(*, now: dt.datetime) -> None:
    """Tells the programme's story as ada (senior analyst, administrator) and carla (secretary) of the review's demo."""
    ada, carla = User.objects.get(username="ada"), User.objects.get(username="carla")
    adopted = list(Candidate.objects.filter(status=Status.ADOPTED).order_by("pk"))
    if not adopted:
        return
    known = _partners(by=carla, now=now)
    for row in adopted:
        briefs.receive_brief(text=make_brief(row), by=carla, now=now - dt.timedelta(days=30))
    _compare(known, adopted[0], by=carla, now=now)
    others = list(Candidate.objects.filter(status=Status.READY).order_by("pk")[:3])
    crosswalk.receive(text=make_proposals([*adopted, *others]), by=ada, now=now - dt.timedelta(days=25))
    first = Match.objects.filter(candidate=adopted[0]).order_by("-similarity")
    for match, relation in zip(list(first[:2]), ("exactMatch", "closeMatch"), strict=False):
        crosswalk.confirm(match=match, relation=relation, note="Read side by side with the drafting group.", by=ada, version=1, now=now - dt.timedelta(days=20))  # fmt: skip
    last = first.last()
    if last is not None:
        crosswalk.reject(match=last, reason="It only assists; the work is another.", by=ada, version=1, now=now - dt.timedelta(days=20))  # fmt: skip
    _experts(adopted[0], known, by=carla, now=now)
    _registers(adopted, known, by=carla, now=now)


def _partners(*, by: User, now: dt.datetime) -> dict[str, Partner]:
    found: dict[str, Partner] = {}
    for country, name, kind, status, days in PARTNERS:
        values = {"name": name, "country": country, "kind": kind, "status": status, "website": "", "note": ""}
        row = partners.add_partner(values=values, by=by, now=now - dt.timedelta(days=max(days, 90)))
        found.setdefault(country, row)
        if days:
            signed = (now - dt.timedelta(days=days)).date()
            ends = signed + dt.timedelta(days=365 * 3) if status != "ended" else signed + dt.timedelta(days=365)
            said = {
                "title": "Memorandum on mutual recognition",
                "signed_on": signed,
                "starts_on": signed,
                "ends_on": ends,
            }
            partners.add_agreement(partner=row, values=said, by=by, now=now - dt.timedelta(days=days))
    return found


def _compare(known: dict[str, Partner], row: Candidate, *, by: User, now: dt.datetime) -> None:
    units = [
        {"code": code, "title": title, "level": level, "detail": detail} for code, title, level, detail in THEIR_UNITS
    ]
    for country, code, edition in (("TH", "TPQ-17", "2024"), ("LA", "LSQ-3", "2021"), ("MY", "MSP-08", "2023")):
        values = {
            "code": code,
            "title": f"{row.title.capitalize()} (invented standard)",
            "edition": edition,
            "levels": ["Level 2", "Level 3", "Level 4"],
        }
        held = partners.add_standard(partner=known[country], values=values, units=units, by=by, now=now)
        if country == "MY":
            continue
        brief = Brief.objects.filter(candidate=row).first()
        assert brief is not None
        laid = partners.start_comparison(brief=brief, standard=held, by=by, now=now)
        ours, theirs = list(brief.units.all()), list(held.units.all())
        for own, other, extent in ((0, 0, "full"), (1, 1, "partial"), (2, 2, "full"), (3, 3, "partial")):
            laid = partners.match_units(
                comparison=laid,
                own=ours[own],
                theirs=theirs[other],
                extent=extent,
                by=by,
                version=laid.version,
                now=now,
            )
        levels = {"5": "Level 2", "4": "Level 3", "3": "Level 4"}
        laid = partners.match_levels(comparison=laid, levels=levels, by=by, version=laid.version, now=now)
        laid = partners.agree(comparison=laid, by=by, version=laid.version, now=now)
        if country == "LA":
            partners.withdraw_standard(
                standard=held,
                on=now.date(),
                reason="Replaced by a new framework (invented).",
                by=by,
                version=held.version + 1,
                now=now,
            )
    assert Comparison.objects.count() == 2


def _experts(row: Candidate, known: dict[str, Partner], *, by: User, now: dt.datetime) -> None:
    made = []
    for name, country, languages, availability, expertise in EXPERTS:
        values: dict[str, Any] = {
            "name": name, "email": "", "organisation": "", "country": country, "languages": list(languages),
            "expertise": expertise, "availability": availability, "free_from": None,
            "agreed_on": (now - dt.timedelta(days=100)).date(),
        }  # fmt: skip
        made.append(experts.add_expert(values=values, by=by, now=now))
    experts.declare(expert=made[3], partner=known["KZ"], reason="Works there as an adviser.", by=by, now=now)
    for person, purpose, state in ((made[0], "review", "accepted"), (made[1], "draft", "")):
        sent = experts.invite(
            expert=person,
            candidate=row,
            purpose=purpose,
            due_on=(now + dt.timedelta(days=21)).date(),
            at_once=3,
            by=by,
            now=now,
        )
        if state:
            experts.answer(invitation=sent, state=state, by=by, version=sent.version, now=now)
    assert Expert.objects.count() == len(EXPERTS)


def _registers(rows: Sequence[Candidate], known: dict[str, Partner], *, by: User, now: dt.datetime) -> None:
    year = now.year
    entries = (
        ("base", "Liangjiang Training Base (invented)", "CN", "Chongqing", None, (40, 130, 260)),
        ("base", "Jialing Vocational Workshop (invented)", "CN", "Chongqing", None, (0, 60, 95)),
        ("station", "Rayong Test Station (invented)", "TH", "Rayong", "TH", (0, 18, 44)),
        ("station", "Vientiane Test Station (invented)", "LA", "Vientiane", "LA", (0, 0, 21)),
        ("certification", "Certificate, levels 5 to 3 (invented)", "CN", "Chongqing", None, (12, 88, 171)),
        ("competition", "City skills competition (invented)", "CN", "Chongqing", None, (0, 24, 36)),
    )
    for register, name, country, place, partner, people in entries:
        first = next(i for i, n in enumerate(people) if n)
        values = {
            "register": register, "name": name, "country": country, "place": place, "partner": known[partner] if partner else None,
            "starts_on": dt.date(year - 2 + first, 1 if first else 3, 15), "ends_on": None, "note": "",
        }  # fmt: skip
        made = registers.add_entry(values=values, professions=list(rows), by=by, now=now)
        for back, number in enumerate(people):
            if number:
                registers.report(
                    entry=made, candidate=rows[0], year=year - 2 + back, people=number, source="Yearly report of the entry (invented)",
                    by=by, version=None, now=now,
                )  # fmt: skip
    for register, measure, value in (
        ("base", "people", 300), ("base", "entries", 3), ("station", "people", 60), ("station", "entries", 5),
        ("certification", "people", 200), ("certification", "entries", 1), ("competition", "people", 30), ("competition", "entries", 2),
    ):  # fmt: skip
        for back in (0, 1):
            registers.set_target(
                register=register,
                measure=measure,
                year=year - back,
                value=max(1, round(value * (1 - back / 2))),
                by=by,
                now=now,
            )
