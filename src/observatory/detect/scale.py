"""How many people practise a profession: an estimate with an interval, or why it cannot be said.

Advertisements count vacancies, not people. Where official statistics give the employment of known
occupations, the same corpus holds vacancies of theirs, and the ratio of the two carries over to an
occupation that no statistics know (the ratio estimator of survey sampling: Cochran, Sampling Techniques,
ch. 6). How far it carries is not assumed but measured: each known occupation is estimated from the others,
and the interval is the conformal one of these errors (Vovk, Gammerman and Shafer 2005; leave-one-out,
Barber et al. 2021, doi:10.1214/20-AOS1965), so that nine in ten known occupations lie in theirs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from observatory.records import Employment, Practitioners

LEAST_VACANCIES = 10  # of an occupation in the window, to be compared with or estimated
COVERAGE = 0.90
LEAST_OCCUPATIONS = 9  # below it no interval covers nine in ten
TOO_WIDE = 30.0  # times: an interval that says nothing is not given


def practitioners_of(vacancies: int, known: Mapping[str, tuple[int, int]], figures: Employment | None) -> Practitioners:
    """How many people practise a profession of which a window holds `vacancies`.

    `known`: for each occupation with statistics the vacancies in the same window and the people employed.
    `figures` names the statistics. The result has people, with an interval of 90 %, or says why not.

    >>> practitioners_of(40, {}, None).estimate is None
    True
    """
    if figures is None:
        return Practitioners(note="cannot be said: no employment statistics are loaded (observatory employment add)")
    usable = {code: pair for code, pair in known.items() if pair[0] >= LEAST_VACANCIES and pair[1] > 0}
    if len(usable) < LEAST_OCCUPATIONS:
        return Practitioners(
            note=f"cannot be said: {len(usable)} occupations of {figures.name} have {LEAST_VACANCIES} vacancies here; "
            f"{LEAST_OCCUPATIONS} are needed to compare with"
        )
    if vacancies < LEAST_VACANCIES:
        return Practitioners(
            note=f"cannot be said: {vacancies} vacancies in the window; from {LEAST_VACANCIES} on a number is given"
        )
    logs = np.sort([math.log(people / count) for count, people in usable.values()])
    middle = float(np.median(logs))
    errors = np.sort([abs(one - float(np.median(np.delete(logs, i)))) for i, one in enumerate(logs)])
    reach = float(errors[min(math.ceil(COVERAGE * (len(errors) + 1)), len(errors)) - 1])
    times = math.exp(reach)
    if times > TOO_WIDE:
        return Practitioners(
            note=f"cannot be said: known occupations estimated in the same way miss by up to {times:.0f} times"
        )
    estimate = vacancies * math.exp(middle)
    return Practitioners(
        estimate=_rounded(estimate), low=_rounded(estimate / times), high=_rounded(estimate * times),
        note=(
            f"{figures.area}, {figures.of:%Y-%m}: as many people for each vacancy in this window as in the median of "
            f"{len(usable)} occupations of {figures.name} ({math.exp(middle):,.0f}); the interval holds nine in ten of these. "
            f"It assumes that the sources cover this profession as they cover those. A young profession advertises "
            f"more vacancies for each person at work: read it as an upper figure"
        ),
    )  # fmt: skip


def in_words(scale: Practitioners) -> str:
    """One sentence for the reasons of a candidate."""
    if scale.estimate is None:
        return f"How many people practise it {scale.note}."
    return f"About {scale.estimate:,} people practise it (90 % interval {scale.low:,} to {scale.high:,}; {scale.note})."


def _rounded(people: float) -> int:
    """Two significant digits: more would be pretence."""
    digits = max(len(str(int(people))) - 2, 0)
    return int(round(people, -digits))
