"""A filled site to look at: three people nobody knows, what they did, and, where none are given, invented candidates.

Everything here is made up; the seed makes it the same each time.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import Group

from observatory.removal import contents_hash
from observatory.review import actions, demo_standards
from observatory.review.exchange import receive, receive_health
from observatory.review.models import Candidate, Criterion, Decision, Meeting, Status, User
from observatory.review.rules import Rules
from observatory.review.steps import StepRules

# English title, Chinese, Italian, sector, kind, nearest known occupation, skills, growth a year
INVENTED: tuple[tuple[str, str, str, str, str, str, str, float], ...] = (
    ("battery passport coordinator", "电池护照协调员", "coordinatore passaporto batterie", "green", "occupation", "quality manager", "traceability, carbon accounting, supplier audits, data exchange", 3.4),
    ("prompt operations specialist", "提示运营专员", "specialista prompt operations", "ai", "specialisation", "technical writer", "evaluation sets, prompt versioning, red teaming, labelling guides", 5.2),
    ("robot fleet supervisor", "机器人车队主管", "supervisore flotte robotiche", "manufacturing", "occupation", "production supervisor", "fleet software, route planning, safety zones, fault triage", 2.6),
    ("synthetic data engineer", "合成数据工程师", "ingegnere dati sintetici", "ai", "occupation", "database developer", "simulation, privacy metrics, generative models, data contracts", 4.1),
    ("hydrogen refuelling technician", "加氢站技术员", "tecnico rifornimento idrogeno", "green", "occupation", "gas station attendant", "leak detection, compressor service, pressure vessels, safety drills", 2.9),
    ("digital twin modeller", "数字孪生建模师", "modellista digital twin", "manufacturing", "occupation", "mechanical designer", "sensor mapping, process simulation, point clouds, plant data", 2.2),
    ("model audit officer", "模型审计员", "auditor di modelli", "ai", "occupation", "internal auditor", "bias testing, documentation, model registers, regulation", 3.8),
    ("heat pump retrofit planner", "热泵改造规划师", "progettista retrofit pompe di calore", "green", "specialisation", "energy consultant", "load calculation, grants, building surveys, acoustics", 1.9),
    ("additive manufacturing inspector", "增材制造检验员", "ispettore manifattura additiva", "manufacturing", "specialisation", "quality inspector", "powder handling, tomography, porosity, layer logs", 1.7),
    ("voice agent designer", "语音智能体设计师", "designer agenti vocali", "ai", "occupation", "interaction designer", "dialogue flows, latency budgets, speech testing, tone", 4.6),
    ("solar recycling operator", "光伏回收操作员", "operatore riciclo fotovoltaico", "green", "occupation", "waste sorter", "delamination, silicon recovery, hazard labels, batch records", 2.4),
    ("machine vision line tuner", "机器视觉调试员", "regolatore di visione artificiale", "manufacturing", "occupation", "electronics technician", "lighting, lens choice, defect libraries, line trials", 2.1),
    ("vector database", "向量数据库", "database vettoriale", "ai", "technology", "database administrator", "embeddings, indexing, retrieval", 6.0),
    ("carbon removal verifier", "碳移除核查员", "verificatore rimozione carbonio", "green", "occupation", "environmental auditor", "sampling, baselines, registry filing, soil carbon", 2.7),
    ("cobot safety integrator", "协作机器人安全集成师", "integratore sicurezza cobot", "manufacturing", "specialisation", "automation engineer", "risk assessment, force limits, cell layout, standards", 1.6),
    ("team hero", "团队英雄", "eroe del team", "ai", "noise", "office clerk", "communication, motivation", 1.1),
    ("agent workflow builder", "智能体流程搭建师", "costruttore flussi agentici", "ai", "occupation", "business analyst", "tool schemas, guard rails, process maps, cost limits", 7.3),
    ("wind blade repair climber", "风机叶片维修攀爬员", "riparatore pale eoliche in quota", "green", "occupation", "wind turbine technician", "rope access, composite layup, weather windows, rescue", 1.8),
    ("chip packaging process lead", "芯片封装工艺主管", "responsabile packaging chip", "manufacturing", "revision", "process engineer", "bonding, warpage, thermal paths, yield reviews", 1.5),
    ("low-altitude traffic planner", "低空交通规划师", "pianificatore traffico a bassa quota", "manufacturing", "occupation", "air traffic planner", "corridors, drone detection, weather, city permits", 4.9),
    ("data centre water steward", "数据中心水务管理员", "responsabile acque data center", "green", "occupation", "facilities manager", "cooling loops, water balance, permits, leak alarms", 2.0),
    ("learning agent coach", "学习智能体教练", "coach di agenti didattici", "ai", "occupation", "training specialist", "lesson design, feedback loops, child safety, evaluation", 3.1),
    ("rust developer", "Rust 开发员", "sviluppatore rust", "ai", "technology", "software developer", "ownership, async, tooling", 1.4),
    ("circular design buyer", "循环设计采购员", "buyer design circolare", "green", "revision", "purchaser", "material passports, take-back contracts, repair terms", 1.6),
)  # fmt: skip
EMPLOYERS = (
    "Northfield Works",
    "Liangjiang Energy",
    "Officine Aurora",
    "Delta Ferry Systems",
    "Jialing Robotics",
    "Studio Vela",
    "Harbour Grid",
    "Yuzhong Data",
    "Po Valley Motors",
    "Kestrel Labs",
)
PLACES = ("Chongqing", "Milano", "Leeds", "Chengdu", "Torino", "Cork", "Shenzhen", "Gdansk")
SENTENCES = (
    ("We are looking for a {} to build up the team in our new plant.", "en"),
    ("As {} you agree the plan with three departments and report every month.", "en"),
    ("The {} keeps the records that customers and inspectors ask for.", "en"),
    ("{}需要两年以上相关工作经验,能独立完成项目。", "zh"),
    ("Cerchiamo {} per la sede di Torino, contratto a tempo pieno.", "it"),
    ("Two years of work as {} or in a similar place are welcome.", "en"),
)
# user name, first name, last name, groups
PEOPLE: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("ada", "Ada", "Moretti", ("senior analyst", "administrator", "committee member")),
    ("bo", "Bo", "Chen", ("analyst", "chair")),
    ("carla", "Carla", "Novak", ("analyst", "secretary", "committee member")),
)


def make_dossier(
    number: int, row: Sequence[Any], *, as_of: dt.date, seed: int, sentences: int = 8, scale: float = 1.0
) -> dict[str, Any]:
    """An invented dossier in the form `observatory dossier --format json` gives, with its hash."""
    title, zh, it, sector, kind, near, skills, growth = row
    draw = random.Random(f"{seed}:{number}:{title}")
    names = [word.strip() for word in skills.split(",")]
    rate = draw.uniform(0.4, 3.0) * scale
    months: list[dict[str, Any]] = []
    for back in range(36, 0, -1):
        total = as_of.year * 12 + as_of.month - 1 - back
        month = dt.date(total // 12, total % 12 + 1, 1)
        exposure = 0 if (number % 9 == 4 and back in (19, 20, 21)) else draw.randint(900, 1500)
        share = rate * growth ** ((36 - back) / 24 - 0.75) / 1000
        seen = sum(draw.random() < share for _ in range(exposure)) if exposure else 0
        months.append({"month": month.isoformat(), "vacancies": seen, "exposure": exposure})
    recent, before = months[-12:], months[:-12]
    a, b = sum(m["vacancies"] for m in recent), sum(m["vacancies"] for m in before)
    ea, eb = sum(m["exposure"] for m in recent), sum(m["exposure"] for m in before) or 1
    ratio = ((a + 0.5) / ea) / ((b + 0.5) / eb)
    spread = 2.718281828 ** (1.96 * (1 / (a + 0.5) + 1 / (b + 0.5)) ** 0.5)
    key = f"lin-{number:05d}"
    novelty = round(draw.uniform(0.25, 0.9), 3)
    parts = {
        "growth": round(min(1.0, ratio / 5), 3), "novelty": novelty, "breadth": round(draw.uniform(0.3, 1), 3),
        "cohesion": round(draw.uniform(0.4, 0.95), 3),
    }  # fmt: skip
    cited = []
    for place in range(sentences):
        text, language = SENTENCES[(number + place) % len(SENTENCES)]
        name = {"en": title, "zh": zh, "it": it}[language]
        start = text.index("{}")
        day = dt.datetime.combine(as_of, dt.time(), tzinfo=dt.UTC) - dt.timedelta(days=7 + 11 * place)
        cited.append(
            {
                "posting_id": f"p{number:05d}{place:03d}", "source": "sample", "url": "", "posted_at": day.isoformat(),
                "employer": EMPLOYERS[(number + place) % len(EMPLOYERS)], "sentence": text.format(name),
                "start": start, "end": start + len(name),
            }
        )  # fmt: skip
    counts = sorted((draw.randint(1, 9) for _ in range(5)), reverse=True)
    candidate = {
        "candidate_id": key, "rank": number, "kind": kind, "title": title,
        "titles": {"en": [title], "zh": [zh], "it": [it]}, "alternative_titles": [], "sectors": [sector],
        "score": round(sum(parts.values()) / 4, 4), "components": parts, "postings": a + b + draw.randint(0, 20),
        "vacancies": a + b, "employers": max(3, (a + b) // 3), "sources": ["sample"],
        "first_seen": months[0]["month"],
        "growth": {
            "ratio": round(ratio, 3), "low": round(ratio / spread, 3), "high": round(ratio * spread, 3),
            "p_value": 0.01, "q_value": 0.02, "note": "one source",
        },
        "novelty": novelty,
        "nearest": [
            {"scheme": "esco", "version": "1.2", "code": f"{2100 + number + 7 * place}", "title": known, "similarity": round(1 - novelty / 2 - 0.07 * place, 3)}
            for place, known in enumerate((near, *_further(near, number)))
        ],
        "skills": names, "evidence": [one["posting_id"] for one in cited],
        "reasons": [
            f"Its share of vacancies is {ratio:.1f} times that of the two years before.",
            f"{max(3, (a + b) // 3)} independent employers ask for it.",
        ],
        "limits": ["Invented for a first look: no such postings exist."],
        "practitioners": {"estimate": None, "low": None, "high": None, "note": "invented postings, so no statistics fit"},
    }  # fmt: skip
    at = dt.datetime.combine(as_of, dt.time(), tzinfo=dt.UTC).isoformat()
    raw = {
        "schema_version": 3, "candidate": candidate, "as_of": as_of.isoformat(), "history": months,
        "run": {
            "run_id": "demo", "as_of": at, "since": None, "corpus_version": 1, "taxonomies": ["esco 1.2"],
            "fingerprint": "invented", "started_at": at, "seconds": 0.0, "stages": {},
        },
        "top_employers": [[EMPLOYERS[(number + i) % len(EMPLOYERS)], n] for i, n in enumerate(counts)],
        "top_places": [[PLACES[(number + i) % len(PLACES)], n] for i, n in enumerate(counts[:4])],
        "skills": [[name, 3 * (len(names) - i), round(draw.uniform(2, 14), 1)] for i, name in enumerate(names)],
        "evidence": cited, "method": ["Invented numbers; see the demo of the review site."],
        "limits": ["Invented for a first look: no such postings exist.", "Advertisements are not jobs."],
        "encoders": {"en": "none"}, "asked": _asked(draw, a + b), "beside": [_beside(one, names, place) for place, one in enumerate(candidate["nearest"])], "sha256": "",
    }  # fmt: skip
    return {**raw, "sha256": contents_hash(raw)}


def _asked(draw: random.Random, postings: int) -> dict[str, Any]:
    """Invented pay, education and experience of so many postings."""
    low = 1000 * draw.randint(28, 60)
    part = [max(1, postings // k) for k in (9, 5, 3, 7)]
    return {
        "postings": postings, "pay": [["EUR", part[0], float(low), float(low + 1000 * draw.randint(4, 18))]],
        "education": [[0, part[0]], [4, part[3]], [6, part[2]], [7, part[1]]],
        "experience": [[1, part[3]], [2, part[1]], [3, part[2]], [5, part[0]]],
    }  # fmt: skip


def _further(near: str, number: int) -> list[str]:
    """Two further known occupations for an invented candidate, other than its nearest."""
    others = [row[5] for row in INVENTED if row[5] != near]
    return list(dict.fromkeys(others[number % len(others) :] + others))[:2]


def _beside(near: dict[str, Any], skills: Sequence[str], place: int) -> dict[str, Any]:
    """Invented skills and tasks beside those of the nearest, the second and the third occupation."""
    shared = max(0, 1 - place)
    tasks = ("Agree the plan of work with other departments.", "Keep the records that inspectors ask for.")
    return {
        **{name: near[name] for name in ("scheme", "version", "code")}, "alternative": "",
        "skills": {"shared": list(skills[:shared]), "extra": list(skills[shared:]), "missing": ["keep a log of faults"]},
        "tasks": {
            "shared": list(tasks[: 2 - place]), "extra": [f"Set up {skills[-1]} in a new plant and hand it over."],
            "missing": ["Order spare parts and keep the store in order.", *tasks[2 - place :]],
        },
    }  # fmt: skip


def person(*, username: str, first: str, last: str, groups: Sequence[str], password: str) -> User:
    """A user in groups; made where missing."""
    user, made = User.objects.get_or_create(username=username, defaults={"first_name": first, "last_name": last})
    if made:
        user.set_password(password)
        user.is_staff = "administrator" in groups
        user.save()
        user.groups.set(Group.objects.filter(name__in=groups))
    return user


def fill(*, password: str, rules: Rules, now: dt.datetime, dossiers: Sequence[str] = (), seed: int = 0) -> int:
    """Fills an empty site with three invented people and a story: assessments, a past meeting, a coming one.

    `dossiers` are the candidates to show, as `observatory dossier ID --format json` writes them; without any,
    invented ones are shown. Gives the number of candidates.
    """
    ada, bo, carla = (
        person(username=name, first=first, last=last, groups=groups, password=password)
        for name, first, last, groups in PEOPLE
    )
    User.objects.filter(pk__in=(ada.pk, bo.pk, carla.pk)).update(seen_at=now - dt.timedelta(days=7))
    as_of = now.date().replace(day=1)
    texts = list(dossiers) or [
        json.dumps(make_dossier(number, row, as_of=as_of, seed=seed), ensure_ascii=False)
        for number, row in enumerate(INVENTED, 1)
    ]
    late = max(1, len(texts) // 12)
    earlier, fresh = texts[:-late], texts[-late:]
    rows = [receive(text, wake_at=rules.wake_at, by=None, now=now - dt.timedelta(days=70))[0] for text in earlier]
    _tell(rows, people=(ada, bo, carla), rules=rules, now=now)
    for text in fresh:
        receive(text, wake_at=rules.wake_at, by=None, now=now - dt.timedelta(days=1))
    receive_health(
        [
            {"name": "weekly scan", "what": "job", "well": True, "detail": "invented"},
            {"name": "monthly bulletin", "what": "job", "well": True, "detail": "invented"},
            {"name": "invented-board", "what": "source", "well": True, "detail": "invented"},
            {"name": "invented-thread", "what": "source", "well": False, "detail": "invented: silent for 9 days"},
        ],
        now=now,
    )
    return len(texts)


def _tell(rows: Sequence[Candidate], *, people: tuple[User, User, User], rules: Rules, now: dt.datetime) -> None:
    """The story, in the order in which it happened; it takes as many candidates as there are."""
    ada, bo, carla = people
    strong = [row for row in rows if row.kind in ("occupation", "specialisation", "revision")]
    weak = [row for row in rows if row.kind == "technology"]
    adopted, tied, *others = strong[:9] if len(strong) > 1 else [*strong, *strong]
    at = _Days(now)
    for row, gap in ((adopted, 0), (tied, 1), *((one, 1) for one in weak[:1])):
        actions.assign(candidate=row, analysts=[bo, carla], by=ada, version=None, now=at(60))
        for who, points in (
            (bo, 3 if row.kind != "technology" else 1),
            (carla, 3 - gap if row.kind != "technology" else 0),
        ):
            actions.submit_assessment(
                candidate=row, values=assessment_of(row, points=dict.fromkeys(Criterion.values, points)), by=who,
                rules=rules, now=at(55),
            )  # fmt: skip
    actions.comment(
        candidate=adopted,
        text="@bo the employers come from four countries; that settles the social character for me.",
        by=ada,
        now=at(54),
    )
    meeting = actions.call_meeting(
        title="Autumn session", held_on=at(40).date(), chair=bo, members=[ada, carla], rules=rules, by=carla, now=at(50)
    )
    _motion(meeting, adopted, {"outcome": "adopt"}, by=carla, now=at(49))
    _motion(meeting, tied, {"outcome": "adopt"}, by=carla, now=at(49))
    for row in weak[:1]:
        motion = {
            "outcome": "reject",
            "reason_code": "technology",
            "reason": "A product that many known occupations use; no task is its own.",
        }
        _motion(meeting, row, motion, by=carla, now=at(49))
    actions.open_meeting(meeting=meeting, rules=rules, by=bo, now=at(40))
    votes = (("for", "for", "for"), ("for", "against", None), ("for", "for", "abstain"))
    for item, choices in zip(meeting.items.order_by("position"), votes, strict=False):
        if choices[2] is None:
            actions.declare_conflict(
                item=item, reason="I advised one of the employers on this role.", by=ada, now=at(40)
            )
        actions.open_vote(item=item, by=bo, now=at(40))
        for who, choice in zip((bo, carla, ada), choices, strict=True):
            if choice is not None:
                actions.cast_vote(item=item, choice=choice, by=who, now=at(40))
        actions.close_vote(item=item, by=bo, now=at(40))
        item.refresh_from_db()
        if item.state == item.State.TIED:
            actions.settle_tie(item=item, choice="for", by=bo, now=at(40))
    actions.close_meeting(meeting=meeting, by=bo, now=at(40))
    for decision in Decision.objects.order_by("pk"):
        if decision.candidate_id != tied.pk:
            actions.publish(decision=decision, by=carla, now=at(38))
    for row in others[:6]:
        actions.assign(candidate=row, analysts=[bo, carla], by=ada, version=None, now=at(20))
    given = dict.fromkeys(Criterion.values, 2)
    for place, row in enumerate(others[:5]):
        if place in (0, 4):
            actions.save_assessment(candidate=row, values=assessment_of(row, points={"purpose": 2}), by=bo, now=at(12))
            continue
        actions.submit_assessment(
            candidate=row, values=assessment_of(row, points=given), by=bo, rules=rules, now=at(12)
        )
    for place, row in enumerate(others[1:4]):
        second = {**given, "stable": 3, **({} if place else {"size": 0})}
        actions.submit_assessment(
            candidate=row, values=assessment_of(row, points=second), by=carla, rules=rules, now=at(9)
        )
    for row in weak[1:2]:
        actions.watch(
            candidate=row,
            until=at(-180).date(),
            reason="Too early to tell a trade from a product.",
            by=ada,
            version=row.version,
            now=at(8),
        )
    ready = list(Candidate.objects.filter(status=Status.READY).order_by("-score")[:1])
    if ready:
        coming = actions.call_meeting(
            title="Winter session",
            held_on=at(-14).date(),
            chair=bo,
            members=[ada, carla],
            rules=rules,
            by=carla,
            now=at(6),
        )
        _motion(coming, ready[0], {"outcome": "adopt"}, by=carla, now=at(5))
    adoptions = Decision.objects.filter(outcome="adopt", carried=True, published_at__isnull=False).order_by("pk")
    demo_standards.tell(adoptions, ada=ada, carla=carla, rules=StepRules(), now=now)


class _Days:
    """Moments so many days before `now`; each call a minute later than the one before, so that none coincide."""

    def __init__(self, now: dt.datetime) -> None:
        self.now, self.calls = now, 0

    def __call__(self, days: int) -> dt.datetime:
        self.calls += 1
        return self.now - dt.timedelta(days=days) + dt.timedelta(minutes=self.calls)


def _motion(meeting: Meeting, row: Candidate, motion: Mapping[str, Any], *, by: User, now: dt.datetime) -> None:
    fresh = Candidate.objects.get(pk=row.pk)
    given = {"kind": fresh.kind, "name": fresh.title, "parent": "", **motion}
    actions.table(meeting=meeting, candidate=fresh, motion=given, by=by, version=fresh.version, now=now)


GROUNDS: Mapping[str, str] = {
    "purpose": "It is the main work in the postings cited, not one task among many.",
    "social": "The employers are independent of one another and sit in several countries.",
    "legal": "Nothing in the postings asks for the licence of another profession.",
    "size": "The vacancies suggest it; a count of practitioners is still missing.",
    "stable": "Asked for in every quarter of the last two years.",
    "skill": "No known occupation holds these skills together.",
}


def assessment_of(row: Candidate, *, points: Mapping[str, int]) -> dict[str, Any]:
    """An invented assessment."""
    grounds = {name: GROUNDS[name] for name in points}
    return {"points": dict(points), "grounds": grounds, "kind": row.kind, "name": row.title, "parent": ""}
