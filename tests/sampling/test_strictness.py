"""What reviewers' strictness adds to an interval, told apart from sampling."""

import numpy as np
import pytest

from qa.sampling.estimation import difference, hajek
from qa.sampling.strictness import (
    reviewer_shares,
    share_variance,
    strictness_of,
    strictness_variance,
    with_strictness,
)


def test_shares_are_of_the_weight_not_of_the_count() -> None:
    shares = reviewer_shares([0, 0, 1], 3, [0, 1, 1], 2, [3.0, 1.0, 5.0])

    assert shares.tolist() == [[0.75, 0.25], [0, 1], [0, 0]]


def test_one_reviewer_alone_leaves_all_their_strictness_in_the_mean() -> None:
    assert strictness_variance([0.0, 1.0], [4.0, 9.0]) == 9


def test_ten_equal_reviewers_leave_a_tenth() -> None:
    assert strictness_variance([0.1] * 10, [4.0] * 10) == pytest.approx(0.4)


def test_reviewers_that_both_domains_share_cancel() -> None:
    shares = reviewer_shares([0, 0, 1, 1], 2, [0, 1, 0, 1], 2, [1.0] * 4)

    assert strictness_variance(shares[0] - shares[1], [4.0, 9.0]) == 0


def test_both_parts_are_in_the_interval_and_stay_apart() -> None:
    # V = 0.5 * 50 / 2 = 12.5 with 1 degree of freedom; V + R = 25 has 1 * (25 / 12.5)^2 = 4: t = 2.776445.
    figure = hajek([80.0, 90.0], [0.5, 0.5])

    wide = with_strictness(figure, 12.5)

    assert wide.interval is not None
    assert (wide.variance, wide.reviewer_variance, wide.df) == (pytest.approx(12.5), 12.5, pytest.approx(4))
    assert wide.std_error == pytest.approx(5)
    assert wide.interval.high - 85 == pytest.approx(2.776445105 * 5)


def test_a_domain_reviewed_whole_keeps_its_reviewers_strictness() -> None:
    # No sampling error: the normal quantile 1.959964.
    wide = with_strictness(hajek([80.0, 90.0], [1, 1]), 4.0)

    assert wide.interval is not None
    assert wide.interval.high - 85 == pytest.approx(1.959963985 * 2)


def test_a_figure_without_interval_stays_without() -> None:
    figure = hajek([80.0], [0.5])

    assert with_strictness(figure, 4.0) is figure


def test_a_negative_variance_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        with_strictness(hajek([80.0, 90.0], [0.5, 0.5]), -1.0)


def test_a_strict_reviewer_among_many_is_found_and_the_effects_of_the_others_stay_small() -> None:
    residuals = np.concatenate([np.tile([-3.0, 0.0, 3.0, 0.0, -1.0, 1.0], 19), np.tile([-13.0, -10, -7, -10], 2)])
    who = np.concatenate([np.repeat(np.arange(19), 6), np.full(8, 19)])

    known = strictness_of(residuals, who, 20)

    assert known.effects[19] == pytest.approx(-9, abs=1.2)
    assert np.abs(known.effects[:19]).max() < 1
    assert known.left[0] < known.variances[0]


def test_one_reviewer_alone_cannot_be_told_from_the_work() -> None:
    known = strictness_of([5.0, 6.0, 7.0, 6.0, 6.0], [0] * 5, 1)

    assert (known.between, known.effects.tolist()) == (16, pytest.approx([0]))


def test_reviewers_that_do_not_differ_leave_what_the_prior_says_the_less_the_more_they_are() -> None:
    few, many = (
        strictness_of(np.tile([-5.0, 5.0] * 5, count), np.repeat(np.arange(count), 10), count) for count in (3, 30)
    )

    # (R - 1) times 0 and four times 16, over R + 3.
    assert (few.between, many.between) == (pytest.approx(64 / 6), pytest.approx(64 / 33))


def test_somebody_without_reviews_has_no_effect_and_the_whole_variance() -> None:
    known = strictness_of([1.0, -1.0, 2.0, 0.0, 3.0], [0] * 5, 2)

    assert (known.effects[1], known.left[1]) == (0, known.between)


def test_a_code_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="code from 0"):
        strictness_of([1.0], [1], 1)


def test_the_intervals_degrees_of_freedom_do_not_leak_into_a_difference() -> None:
    a, b = hajek([80.0, 90.0, 70.0], [0.5] * 3), hajek([60.0, 75.0, 66.0], [0.5] * 3)

    plain, same = difference(a, b), difference(with_strictness(a, 9.0), with_strictness(b, 9.0), reviewer_variance=0.0)

    assert same.df == pytest.approx(plain.df)
    assert same.std_error == pytest.approx(plain.std_error)


def test_one_reviewer_s_share_has_the_variance_that_strictness_makes_through_a_threshold() -> None:
    # p = 1/2, so z = 0 and phi(z)^2 = 1 / (2 pi): a tenth of the scores' variance is .0159 of the share's.
    hits, queue, reviewer = [0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 0]

    assert share_variance(hits, queue, reviewer, 1, reliability=0.1) == pytest.approx(0.1 / (2 * np.pi))
    assert share_variance([1, 1], [0, 0], [0, 1], 2, reliability=0.1) == 0
    with pytest.raises(ValueError, match="reliability"):
        share_variance(hits, queue, reviewer, 1, reliability=1.1)
    with pytest.raises(ValueError, match="0 or 1"):
        share_variance([0.5], [0], [0], 1, reliability=0.1)


def test_reviewers_who_differ_more_raise_the_variance_of_the_share() -> None:
    reviewer = np.repeat(np.arange(4), 50)
    alike = np.tile([1, 1, 1, 0, 1], 40)
    apart = np.concatenate([np.ones(50), np.ones(50), np.tile([1, 0], 25), np.zeros(50)])

    low, high = (
        share_variance(hits, np.zeros(200, dtype=int), reviewer, 4, reliability=0.05) for hits in (alike, apart)
    )

    assert low < 0.02 < high
