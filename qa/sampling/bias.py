"""Whether some reviewer hands over, or has replaced, more of what was given than the others: a bias channel. Pure.

The test of each reviewer against all others together is Fisher's exact test, two-sided; the family of reviewers is
corrected after Holm at 5 %. Hand-overs for one's wellbeing are no part of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibration.multiplicity import holm
from calibration.proportions import wilson_interval
from calibration.results import Interval

ALPHA = 0.05
TEST = "Fisher's exact test of each reviewer against all others, two-sided, Holm's correction at 5 %"
MORE, LESS, SAME = "more than the others", "less than the others", "no clear difference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a reviewer was given and what of it went elsewhere."""

    parts: int
    gone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One reviewer's rate beside the others'."""

    key: int
    parts: int
    gone: int
    interval: Interval | None  # shares, Wilson 95 %; none without parts
    others: float | None
    p_value: float | None  # after Holm
    verdict: str


def rates(given: Mapping[int, Given]) -> list[Rate]:
    """Every reviewer's rate with its test, in the order of the keys.

    References
    ----------
    Fisher (1935), The Design of Experiments, sec. 21.  Holm (1979), Scand. J. Stat. 6, 65-70.
    """
    for key, one in given.items():
        if not 0 <= one.gone <= one.parts:
            raise ValueError(f"of {one.parts} parts of {key} {one.gone} cannot have gone")
    keys = sorted(given)
    parts, gone = sum(one.parts for one in given.values()), sum(one.gone for one in given.values())
    p_values = {key: _p_value(given[key], parts - given[key].parts, gone - given[key].gone) for key in keys}
    tested = [key for key in keys if p_values[key] is not None]
    adjusted = dict(zip(tested, holm([p_values[key] for key in tested]), strict=True)) if tested else {}
    return [_rate(key, given[key], parts, gone, adjusted.get(key)) for key in keys]


def _p_value(one: Given, parts: int, gone: int) -> float | None:
    if not one.parts or not parts:
        return None
    from scipy.stats import fisher_exact  # most of the start-up time of scipy

    return float(fisher_exact(np.array([[one.gone, one.parts - one.gone], [gone, parts - gone]])).pvalue)


def _rate(key: int, one: Given, parts: int, gone: int, p_value: float | None) -> Rate:
    others = (gone - one.gone) / (parts - one.parts) if parts > one.parts else None
    verdict = SAME
    if p_value is not None and others is not None and p_value < ALPHA:
        verdict = MORE if one.gone / one.parts > others else LESS
    return Rate(
        key=key,
        parts=one.parts,
        gone=one.gone,
        interval=wilson_interval(one.gone, one.parts) if one.parts else None,
        others=others,
        p_value=p_value,
        verdict=verdict,
    )
