"""Letters that only look like others, marks of direction, letters turned round."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.corpus.letters import DIRECTION, FANCY, HOMOGLYPHS, plain_title
from observatory.errors import BadPosting


@pytest.mark.parametrize(
    ("title", "plain", "found"),
    [
        ("S\u0430l\u0435s engineer", "Sales engineer", (HOMOGLYPHS,)),
        ("Data \u0415ngin\u0435\u0435r", "Data Engineer", (HOMOGLYPHS,)),
        ("\u0421\u0415\u041e wanted", "CEO wanted", (HOMOGLYPHS,)),
        ("\u039dode developer", "Node developer", (HOMOGLYPHS,)),
        ("Инженep-программист", "Инженер-программист", (HOMOGLYPHS,)),
        ("IТ-специалист", "IT-специалист", (HOMOGLYPHS,)),
        ("\u200eKiln operator\u200f", "Kiln operator", (DIRECTION,)),
        ("\U0001d40a\U0001d422\U0001d425\U0001d427 operator", "Kiln operator", (FANCY,)),
        ("Ｃ工程师", "C工程师", (FANCY,)),
        ("Инженер SQL", "Инженер SQL", ()),
        ("Менеджер по продажам B2B", "Менеджер по продажам B2B", ()),
        ("Tecnico qualità", "Tecnico qualità", ()),
        ("窑炉工程师（重庆）", "窑炉工程师（重庆）", ()),
        ("Σ analyst", "Σ analyst", ()),
    ],
)
def test_titles(title: str, plain: str, found: tuple[str, ...]) -> None:
    assert plain_title(title) == (plain, found)


@pytest.mark.parametrize("mark", ["\u202e", "\u202d"])
def test_a_title_turned_round_is_set_aside(mark: str) -> None:
    with pytest.raises(BadPosting, match="turn the order"):
        plain_title(f"{mark}rotarepo nliK")


@given(st.text(alphabet="abcXYZ абвгАВС\u200eО０Ｋ窑", max_size=30))
def test_a_title_put_right_stays_as_it_is(title: str) -> None:
    plain, _ = plain_title(title)
    assert plain_title(plain) == (plain, ())
