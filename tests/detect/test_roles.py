"""Which phrases are roles: the tests that a phrase is put to."""

from __future__ import annotations

import pandas as pd

from observatory.detect.roles import judge_roles


def mentions(role: str, *, titled: int, alone: int, of: int) -> list[dict[str, object]]:
    """`of` mentions of a role by as many employers, the first ones written like a title or alone."""
    return [
        {
            "posting_id": f"{role}{n}", "vacancy_id": f"{role}{n}", "month": 24_000, "source": "s", "employer": f"e{n}",
            "role": role, "phrase": role, "language": "en", "position": "title", "alone": n < alone, "titled": n < titled,
            "hiring": True,
        }
        for n in range(of)
    ]  # fmt: skip


def judged(*rows: list[dict[str, object]]) -> pd.DataFrame:
    return judge_roles(pd.DataFrame([row for part in rows for row in part]))


def test_a_role_with_a_head_of_its_own_is_accepted_when_surely_written_like_a_title() -> None:
    found = judged(
        mentions("robot fleet coordinator", titled=9, alone=5, of=10),
        mentions("css selector", titled=2, alone=8, of=10),
        mentions("data engineer", titled=3, alone=3, of=10),
        mentions("web engineer", titled=3, alone=3, of=10),
    )["accepted"].droplevel("language")
    assert found.to_dict() == {
        "robot fleet coordinator": True,
        "css selector": False,
        "data engineer": True,  # an ordinary head: the ordinary thresholds
        "web engineer": True,
    }


def test_a_fragment_is_never_a_role() -> None:
    found = judged(
        mentions("team player", titled=0, alone=1, of=40), mentions("data engineer", titled=8, alone=5, of=10)
    )
    assert not found.loc[("team player", "en"), "accepted"]
    assert found.loc[("team player", "en"), "reason"] == "never written like a title"
