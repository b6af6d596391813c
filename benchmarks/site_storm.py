"""Many clients deciding at random on the same ten candidates: nothing may be lost, counted twice or left half done."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from typing import Any
from urllib.parse import urlencode

from benchmarks.site_server import Site, Visitor

STEPS = (
    "rename", "rename", "rename", "assign", "send-back", "watch", "undo", "comment", "assess", "save", "vote", "vote",
    "declare", "count", "settle", "look", "look",
)  # fmt: skip
REASONS = ("purpose", "social", "legal", "size", "stable", "skill")
TAKEN, REFUSED = (200, 302), (403, 409, 422)
MARKUP = re.compile(r"<[^>]+>|\s+")
LATEST = "2999-01-01"


def storm(site: Site, *, clients: int, seconds: float, seed: int) -> dict[str, Any]:
    """Lets the clients loose for that long. Gives how often each step was taken or refused, and the faults found."""
    world = site.script("storm")
    known: dict[str, int] = dict(world["versions"])
    done: Counter[str] = Counter()
    failed: list[str] = []
    end = time.monotonic() + seconds
    keep = threading.Lock()

    def client(number: int) -> None:
        draw = random.Random(f"{seed}:{number}")
        mine = number % len(world["people"])
        chairs = number % 10 == 9
        visitor = Visitor(site.port, session=world["chair"] if chairs else world["people"][mine])
        try:
            while time.monotonic() < end:
                step = draw.choice(("count", "settle", "look", "vote") if chairs else STEPS)
                status, text = _take(step, visitor, draw, world, known)
                with keep:
                    how = "done" if status in TAKEN else "refused" if status in REFUSED else str(status)
                    done[f"{step} {how}"] += 1
                    if status not in (*TAKEN, *REFUSED):
                        failed.append(f"{step}: {status} {MARKUP.sub(' ', text)[-200:]}")
        except (OSError, ValueError) as error:
            failed.append(f"client {number}: {error!r}")
        finally:
            visitor.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = site.script("check", versions=world["versions"])
    votes = done["vote done"]
    if votes != found["votes"]:
        failed.append(f"{votes} votes were answered as taken, {found['votes']} are kept")
    renames = done["rename done"]
    if renames != found["verbs"].get("candidate.renamed", 0):
        failed.append(f"{renames} renames were answered as done, {found['verbs'].get('candidate.renamed', 0)} are kept")
    return {
        "steps": dict(done),
        "faults": [*failed, *found["faults"]],
        **{k: found[k] for k in ("rows", "changes", "votes")},
    }


def _take(
    step: str, visitor: Visitor, draw: random.Random, world: dict[str, Any], known: dict[str, int]
) -> tuple[int, str]:
    key = draw.choice(list(world["versions"]))
    page = f"/candidates/{key}"
    if step == "look" or draw.random() < 0.15:
        status, text, _ms = visitor.get(page)
        found = re.search(r'name="version" value="(\d+)"', text)
        if found:
            known[key] = max(known[key], int(found.group(1)))
        if step == "look" or status != 200:
            return status, text
    item = draw.choice(world["items"])
    version = known[key]
    said: dict[str, Any] = {"version": version, "reason": "storm"}
    if step in ("vote", "declare", "count", "settle"):
        choice = draw.choice(("for", "against", "abstain") if step == "vote" else ("for", "against"))
        path, said = f"/items/{item}/{step}", {"choice": choice, "reason": "storm"}
    elif step in ("assess", "save"):
        path = f"{page}/assess"
        said = {"kind": "occupation", "name": "storm", ("submit" if step == "assess" else "save"): "1"}
        for name in REASONS:
            said |= {f"points-{name}": draw.randint(0, 3), f"reason-{name}": "storm"}
    else:
        path = f"{page}/{step}"
        said |= {"title": f"name {draw.randrange(10**9)}", "until": LATEST, "text": "storm"}
        if step == "assign":
            said["analysts"] = draw.sample(world["pks"], 2)
    status, text, _ms = visitor.post(path, urlencode(said, doseq=True))
    if status == 302 and step not in ("comment", "assess", "save", "vote", "declare", "count", "settle"):
        known[key] = max(known[key], version + 1)
    elif status == 409:
        now_at = re.search(r"it is now at (\d+)", text)
        if now_at:
            known[key] = max(known[key], int(now_at.group(1)))
    return status, text
