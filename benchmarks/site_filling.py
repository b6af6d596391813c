"""Fills a site with invented candidates, people and sessions, and checks what is in it afterwards.

Run by `Site.script` in a process of its own, as Django knows one database only: a verb and its values as
JSON; the answer is the last line, as JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import sys
from collections import Counter
from typing import Any

AS_OF = dt.date(2026, 3, 1)
MEMBERS = 24
ITEMS = 5


def sessions(users: list[Any]) -> list[str]:
    """A session for each, as if they had signed in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    made = []
    for user in users:
        store = SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = "observatory.review.permitted.Backend"
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.save()
        made.append(store.session_key)
    return made


def person(name: str, *groups: str) -> Any:
    from django.contrib.auth.models import Group

    from observatory.review.models import User

    user = User(username=name, first_name=name)
    user.set_unusable_password()
    user.save()
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def dossiers(number: int, sentences: int, seed: int = 7) -> Any:
    """Invented dossiers: each of the two dozen of the demo again and again, with other figures and names."""
    from observatory.removal import contents_hash
    from observatory.review.demo import INVENTED, make_dossier

    bases = [make_dossier(i, row, as_of=AS_OF, seed=seed, sentences=sentences) for i, row in enumerate(INVENTED, 1)]
    draw = random.Random(seed)
    words = sorted({skill for raw in bases for skill in raw["candidate"]["skills"]})
    for i in range(number):
        raw = json.loads(json.dumps(bases[i % len(bases)]))
        c = raw["candidate"]
        c["candidate_id"], c["rank"] = f"p{i:06x}", i + 1
        c["title"] = f"{c['title']} {i // len(bases)}" if i >= len(bases) else c["title"]
        c["score"], c["vacancies"] = round(draw.random(), 4), draw.randint(5, 900)
        c["skills"] = [*c["skills"], *draw.sample(words, 4)]
        for place, one in enumerate(raw["evidence"]):
            one["posting_id"] = f"q{i:06x}{place:03x}"
        yield json.dumps({**raw, "sha256": contents_hash(raw)}, ensure_ascii=False)


def fill(*, candidates: int, sentences: int, rows: int, users: int) -> dict[str, Any]:
    """A crowded site: candidates with their sentences, some assessed, some decided, and a long record."""
    from django.db import transaction
    from django.utils import timezone

    from observatory.review import actions
    from observatory.review.audit import record
    from observatory.review.demo import assessment_of
    from observatory.review.exchange import receive
    from observatory.review.models import AuditHead, AuditRow, Candidate, Criterion, EvidenceSentence
    from observatory.review.rules import Rules

    now = timezone.now()
    made, batch = [], []
    for text in dossiers(candidates, sentences):
        batch.append(text)
        if len(batch) == 200 or len(made) + len(batch) == candidates:
            with transaction.atomic():
                made += [receive(one, wake_at=0.5, by=None, now=now)[0] for one in batch]
            batch = []
    analysts = [person(f"analyst{i}", "analyst") for i in range(6)]
    members = [person(f"member{i}", "committee member") for i in range(6)]
    chair, secretary, senior = (
        person("chair", "chair"),
        person("secretary", "secretary"),
        person("senior", "senior analyst"),
    )
    rules = Rules()
    for i, row in enumerate(made[:400]):
        pair = [analysts[i % 6], analysts[(i + 1) % 6]]
        actions.assign(candidate=row, analysts=pair, by=senior, version=None, now=now)
        if i < 300:
            for who in pair:
                values = assessment_of(row, points=dict.fromkeys(Criterion.values, 1 + (i + who.pk) % 3))
                actions.submit_assessment(candidate=row, values=values, by=who, rules=Rules(third_at=3), now=now)
    for session in range(10):
        meeting = actions.call_meeting(
            title=f"Session {session}", held_on=AS_OF, chair=chair, members=members, rules=rules, by=secretary, now=now
        )
        meeting = actions.open_meeting(meeting=meeting, rules=rules, by=chair, now=now)
        for row in made[session * 12 : session * 12 + 12]:
            row.refresh_from_db()
            motion = {"outcome": "adopt", "kind": "occupation", "name": row.title}
            item = actions.table(
                meeting=meeting, candidate=row, motion=motion, by=secretary, version=row.version, now=now
            )
            actions.open_vote(item=item, by=chair, now=now)
            for member in members:
                actions.cast_vote(item=item, choice="for", by=member, now=now)
            actions.close_vote(item=item, by=chair, now=now)
            item.refresh_from_db()
            actions.publish(decision=item.decision, by=secretary, now=now)
        actions.close_meeting(meeting=meeting, by=chair, now=now)
    head = AuditHead.objects.get()
    with transaction.atomic():
        for i in range(rows - head.number):
            record(by=senior, verb="candidate.noted", of=made[i % len(made)], details={"note": i}, now=now)
    readers = [person(f"user{i}", *ROLES[i % len(ROLES)]) for i in range(users)]
    ids = list(Candidate.objects.order_by("-score").values_list("candidate_id", flat=True)[:2000])
    return {
        "candidates": Candidate.objects.count(), "sentences": EvidenceSentence.objects.count(),
        "rows": AuditRow.objects.count(), "sessions": sessions(readers), "ids": random.Random(1).sample(ids, min(200, len(ids))),
        "decided": [row.candidate_id for row in made[:120]],
    }  # fmt: skip


ROLES: tuple[tuple[str, ...], ...] = (
    ("senior analyst", "secretary"), ("senior analyst", "administrator", "chair"), ("analyst",), ("reader",),
)  # fmt: skip


def storm() -> dict[str, Any]:
    """Ten candidates, five of them under vote, and the people who will decide on them all at once."""
    from django.utils import timezone

    from observatory.review import actions
    from observatory.review.demo import assessment_of
    from observatory.review.exchange import receive
    from observatory.review.models import Candidate, Criterion
    from observatory.review.rules import Rules

    now = timezone.now()
    rows = [receive(text, wake_at=0.5, by=None, now=now)[0] for text in dossiers(10, 8)]
    # Everybody may do everything, so that they meet each other everywhere.
    people = [person(f"p{i}", "analyst", "senior analyst", "committee member") for i in range(MEMBERS)]
    chair, secretary = person("chair", "chair"), person("secretary", "secretary")
    rules = Rules()
    meeting = actions.call_meeting(
        title="Storm", held_on=AS_OF, chair=chair, members=people, rules=rules, by=secretary, now=now
    )
    meeting = actions.open_meeting(meeting=meeting, rules=rules, by=chair, now=now)
    items = []
    for row in rows[:ITEMS]:
        actions.assign(candidate=row, analysts=people[:2], by=people[0], version=None, now=now)
        for who in people[:2]:
            values = assessment_of(row, points=dict.fromkeys(Criterion.values, 2))
            actions.submit_assessment(candidate=row, values=values, by=who, rules=rules, now=now)
        row.refresh_from_db()
        motion = {"outcome": "adopt", "kind": "occupation", "name": row.title}
        item = actions.table(meeting=meeting, candidate=row, motion=motion, by=secretary, version=row.version, now=now)
        items.append(actions.open_vote(item=item, by=chair, now=now).pk)
    return {
        "people": sessions(people), "chair": sessions([chair])[0], "items": items, "pks": [user.pk for user in people],
        "versions": dict(Candidate.objects.values_list("candidate_id", "version")),
    }  # fmt: skip


def check(*, versions: dict[str, int]) -> dict[str, Any]:
    """What must hold after a storm, as counts; `faults` says in words what does not."""
    from observatory.review.audit import verify
    from observatory.review.models import Assessment, AuditRow, Candidate, Decision, Vote

    faults = []
    found = verify()
    if found.broken:
        faults.append(f"audit trail: {found.reason}")
    changes = 0
    for row in Candidate.objects.filter(candidate_id__in=versions):
        seen = [
            said["version"]
            for said in AuditRow.objects.filter(what="candidate", key=row.candidate_id).order_by("number").values_list("details", flat=True)
            if "version" in said and said["version"] > versions[row.candidate_id]
        ]  # fmt: skip
        changes += len(seen)
        if len(set(seen)) != len(seen) or seen != sorted(seen):
            faults.append(f"{row.candidate_id}: versions {seen[:40]} were written twice or out of order")
        if seen and seen[-1] > row.version:
            faults.append(f"{row.candidate_id}: at version {row.version}, but {seen[-1]} was written")
    renamed = {
        key: said["to"]
        for key, said in AuditRow.objects.filter(verb="candidate.renamed")
        .order_by("number")
        .values_list("key", "details")
    }
    undone = set(AuditRow.objects.filter(verb="candidate.undone").values_list("key", flat=True))
    for row in Candidate.objects.filter(candidate_id__in=versions):
        if row.candidate_id in undone or row.status == "adopted":
            continue  # an undone rename and an adoption give another title, each by right
        if row.title != renamed.get(row.candidate_id, row.title):
            faults.append(f"{row.candidate_id}: called {row.title!r}, last renamed to {renamed[row.candidate_id]!r}")
    votes = Counter(Vote.objects.values_list("item_id", "member_id"))
    if any(number > 1 for number in votes.values()):
        faults.append("a member voted twice")
    cast = AuditRow.objects.filter(verb="vote.cast").count()
    if cast != sum(votes.values()):
        faults.append(f"{cast} votes recorded, {sum(votes.values())} kept")
    for ruling in Decision.objects.select_related("item"):
        kept = ruling.item.votes.count()
        if ruling.votes_for + ruling.votes_against + ruling.votes_abstain != kept:
            faults.append(f"item {ruling.item_id}: the decision counted other votes than the {kept} kept")
    handed = Counter(
        Assessment.objects.filter(submitted_at__isnull=False).values_list("candidate_id", "round", "analyst_id")
    )
    if any(number > 1 for number in handed.values()):
        faults.append("an assessment was handed in twice")
    verbs = Counter(AuditRow.objects.values_list("verb", flat=True))
    return {
        "faults": faults,
        "rows": found.rows,
        "changes": changes,
        "votes": sum(votes.values()),
        "verbs": dict(verbs),
    }


if __name__ == "__main__":
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    answer = {"fill": fill, "storm": storm, "check": check}[sys.argv[1]](**json.loads(sys.argv[2]))
    print(json.dumps(answer))
