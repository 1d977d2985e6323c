"""Intervals and corrections against published numbers."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from calibration.intervals import (
    clopper_pearson_interval,
    mean_difference,
    t_interval,
    weighted_mean,
    wilson_interval,
)
from calibration.multiplicity import benjamini_hochberg, benjamini_yekutieli, bonferroni, hochberg, holm
from calibration.proportions import agresti_coull_interval, jeffreys_interval, proportion_difference
from calibration.results import Interval


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


def test_a_mean_of_unequal_chances_by_hand() -> None:
    estimate = weighted_mean([10, 20, 40], [1, 2, 5])

    # Mean 250/8; sum of (w e)^2 = 451.5625 + 506.25 + 1914.0625; times 3/2 over 8^2. n_eff = 64/30.
    assert estimate.estimate == pytest.approx(31.25)
    assert estimate.std_error == pytest.approx((1.5 * 2871.875) ** 0.5 / 8)
    assert estimate.interval is not None
    assert estimate.interval.high - 31.25 == pytest.approx(stats.t.ppf(0.975, 64 / 30 - 1) * estimate.std_error)


def test_equal_chances_give_students_interval_and_a_chance_of_none_is_refused() -> None:
    assert weighted_mean([1.0, 2.0, 4.0], [3.0, 3.0, 3.0]) == t_interval([1.0, 2.0, 4.0])
    with pytest.raises(ValueError, match="positive"):
        weighted_mean([1.0, 2.0], [1.0, 0.0])
    with pytest.raises(ValueError, match="one weight a value"):
        weighted_mean([1.0, 2.0], [1.0])


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


# Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 4, and Brown, Cai & DasGupta (2001) for Jeffreys;
# the figures of R for the same counts.
@pytest.mark.parametrize(
    ("interval", "low", "high"),
    [
        (wilson_interval(81, 263, continuity=True), 0.2535, 0.3682),
        (wilson_interval(0, 20, continuity=True), 0.0000, 0.2005),
        (jeffreys_interval(81, 263), 0.2545, 0.3656),
        (jeffreys_interval(0, 20), 0.0000, 0.1166),
        (jeffreys_interval(29, 29), 0.9177, 1.0000),
        (agresti_coull_interval(15, 148), 0.0614, 0.1615),
        (agresti_coull_interval(1, 29), 0.0000, 0.1863),
    ],
)
def test_further_proportion_intervals_match_r(interval: Interval, low: float, high: float) -> None:
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [((56, 70, 48, 80), 0.0524, 0.3339), ((9, 10, 3, 10), 0.1705, 0.8090), ((5, 56, 0, 29), -0.0381, 0.1926)],
)
def test_differences_of_proportions_match_newcombe_1998(
    counts: tuple[int, int, int, int], low: float, high: float
) -> None:
    difference = proportion_difference(*counts)

    assert difference.interval is not None
    assert (round(difference.interval.low, 4), round(difference.interval.high, 4)) == (low, high)


def test_fishers_lady_tasting_tea_has_the_p_value_of_his_book() -> None:
    # Fisher (1935): 3 of 4 cups right on either side; 34 of 70 arrangements are as far from chance.
    tea = proportion_difference(3, 4, 1, 4)

    assert tea.p_exact == pytest.approx(34 / 70)


@pytest.mark.parametrize(("x1", "x2"), [(0, 0), (10, 20)])
def test_two_equal_extremes_have_no_statistic(x1: int, x2: int) -> None:
    difference = proportion_difference(x1, 10, x2, 20)

    assert (difference.estimate, difference.z, difference.chi_square, difference.chi_square_corrected) == (
        0,
        None,
        None,
        None,
    )
    assert (difference.p_value, difference.p_exact, difference.p_corrected) == (1, 1, 1)
    assert difference.reason is not None


def test_pairs_of_means_match_student_1908() -> None:
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

    estimate = mean_difference(second, first, paired=True)

    assert estimate.interval is not None
    assert (round(estimate.interval.low, 7), round(estimate.interval.high, 7)) == (0.7001142, 2.4598858)


def test_pairs_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="of one size: 2 and 1"):
        mean_difference([1.0, 2.0], [1.0], paired=True)


def test_corrections_match_the_table_of_benjamini_and_hochberg_1995() -> None:
    # Their 15 thrombolysis p-values: at 5 % Bonferroni claims three and the false discovery rate four.
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.759,
        1,
    ]

    assert sum(value <= 0.05 for value in benjamini_hochberg(p)) == 4
    assert sum(value <= 0.05 for value in bonferroni(p)) == 3
    assert sum(value <= 0.05 for value in holm(p)) == 3


def test_a_missing_p_value_stays_missing_and_does_not_count() -> None:
    assert holm([0.01, None, 0.04]) == [pytest.approx(0.02), None, pytest.approx(0.04)]
    assert benjamini_yekutieli([None]) == [None]


@given(st.lists(st.floats(0, 1), max_size=12))
def test_corrections_keep_the_order_and_never_lower_a_p_value(p: list[float]) -> None:
    for corrected in (holm, hochberg, bonferroni, benjamini_hochberg, benjamini_yekutieli):
        adjusted = corrected(p)

        assert all(value >= raw for value, raw in zip(adjusted, p, strict=True))
        assert all(a <= b + 1e-12 for (_, a), (_, b) in pairwise(sorted(zip(p, adjusted, strict=True))))
