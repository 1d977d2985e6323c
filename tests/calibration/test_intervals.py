"""Intervals and corrections against published numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.intervals import clopper_pearson_interval, mean_difference, t_interval, wilson_interval
from calibration.multiplicity import benjamini_hochberg, holm


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_interval_matches_newcombe_1998(successes: int, trials: int, low: float, high: float) -> None:
    interval = wilson_interval(successes, trials)

    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0000, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_clopper_pearson_matches_newcombe_1998(successes: int, trials: int, low: float, high: float) -> None:
    interval = clopper_pearson_interval(successes, trials)

    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_t_interval_matches_students_sleep_data() -> None:
    # Student (1908): extra hours of sleep, drug 2 minus drug 1; R's t.test prints 0.7001142 to 2.4598858, p = 0.002833.
    differences = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]

    estimate = t_interval(differences)

    assert estimate.interval is not None
    assert estimate.p_value is not None
    assert (round(estimate.interval.low, 7), round(estimate.interval.high, 7)) == (0.7001142, 2.4598858)
    assert round(estimate.p_value, 6) == 0.002833


def test_welch_matches_r_on_the_sleep_data() -> None:
    # R: t.test(extra ~ group, data = sleep) prints -3.3654832 to 0.2054832, p = 0.07939.
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

    estimate = mean_difference(first, second)

    assert estimate.interval is not None
    assert estimate.p_value is not None
    assert (round(estimate.interval.low, 7), round(estimate.interval.high, 7)) == (-3.3654832, 0.2054832)
    assert round(estimate.p_value, 5) == 0.07939


@pytest.mark.parametrize(
    ("values", "reason"),
    [([], "no values"), ([4.0], "one value has no interval"), ([4.0, 4.0], "all values are equal")],
)
def test_where_a_mean_has_no_interval_it_says_why(values: list[float], reason: str) -> None:
    estimate = t_interval(values)

    assert estimate.interval is None
    assert reason in (estimate.reason or "")


def test_holm_matches_a_hand_calculation() -> None:
    # Sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1, never falling.
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])


def test_benjamini_hochberg_matches_a_hand_calculation() -> None:
    # Sorted 0.01, 0.02, 0.03, 0.5 times 4/1, 4/2, 4/3, 4/4, never falling from the right.
    assert benjamini_hochberg([0.5, 0.01, 0.03, 0.02]) == pytest.approx([0.5, 0.04, 0.04, 0.04])


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_proportion_intervals_hold_the_proportion_and_stay_inside(counts: tuple[int, int]) -> None:
    successes, trials = counts

    for interval in (wilson_interval(successes, trials), clopper_pearson_interval(successes, trials)):
        assert 0 <= interval.low <= successes / trials <= interval.high <= 1


def test_impossible_counts_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="successes lies between 0 and 3: 4"):
        wilson_interval(4, 3)
    with pytest.raises(ValueError, match="trials is a positive number: 0"):
        clopper_pearson_interval(0, 0)
