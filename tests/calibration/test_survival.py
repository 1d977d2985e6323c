"""Times until something ends, with some that have not ended yet, against published values and SciPy."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from calibration.survival import kaplan_meier, median_time

# Freireich et al. (1963), Blood 21, 699-716: weeks in remission, as in Kleinbaum & Klein (2012), Survival Analysis,
# 3rd ed., table 1.1; the Kaplan-Meier shares of the treated are those of its table 2.2.
TREATED = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def test_the_published_shares_of_patients_in_remission() -> None:
    curve = kaplan_meier(TREATED, RELAPSED)

    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert curve.share.round(4).tolist() == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert (curve.n, curve.censored) == (21, 12)


def test_the_published_medians() -> None:
    treated, placebo = median_time(TREATED, RELAPSED), median_time(PLACEBO, [1] * 21)

    # Kleinbaum & Klein (2012), section 2.II: 23 and 8 weeks.
    assert (treated.estimate, placebo.estimate) == (23, 8)
    assert treated.interval is None
    assert treated.reason == "too few to close the interval"
    # R's survfit with conf.type = "log-log": 4 to 11.
    assert placebo.interval is not None
    assert (placebo.interval.low, placebo.interval.high) == (4, 11)


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=2, max_size=40))
def test_curve_and_limits_are_those_of_scipy(observed: list[tuple[int, bool]]) -> None:
    times, ended = zip(*observed, strict=True)
    if not any(ended):
        assert median_time(times, ended).reason == "more than half still wait"
        return
    curve = kaplan_meier(times, ended)
    theirs = stats.ecdf(stats.CensoredData.right_censored(times, [not each for each in ended])).sf
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # theirs, where a share of 0 has no limits
        limits = theirs.confidence_interval(method="log-log")

    assert curve.share == pytest.approx(theirs.evaluate(curve.times))
    for ours, other in ((curve.low, limits.low), (curve.high, limits.high)):
        inside = np.isfinite(ours)
        assert ours[inside] == pytest.approx(other.evaluate(curve.times)[inside])


def test_leaving_those_that_wait_out_would_make_the_median_too_short() -> None:
    ended = [float(each) for each in range(1, 11)]

    assert median_time(ended, [True] * 10).estimate == 5
    assert median_time([*ended, *([20.0] * 6)], [*([True] * 10), *([False] * 6)]).estimate == 8


def test_what_is_no_time_is_refused_by_name() -> None:
    assert median_time([], []).reason == "none"
    with pytest.raises(ValueError, match="durations"):
        kaplan_meier([1.0, -1.0], [True, True])
    with pytest.raises(ValueError, match="one length"):
        kaplan_meier([1.0], [True, False])
