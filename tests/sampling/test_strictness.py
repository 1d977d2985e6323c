"""What reviewers' strictness adds to an interval, told apart from sampling."""

import pytest

from qa.sampling.estimation import hajek
from qa.sampling.strictness import reviewer_shares, strictness_variance, with_strictness


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
