"""What answers say about a form, against hand calculation and R."""

from math import nan

import numpy as np
import pytest
from scipy import stats

from calibration.items import corrected_item_total, correlation, share


def test_a_correlation_by_hand():
    # Deviations -2 -1 0 1 2 and -2 0 1 -1 2: sum of products 7, sums of squares 10 and 10.
    found = correlation([1, 2, 3, 4, 5], [1, 3, 4, 2, 5])

    assert found.estimate == pytest.approx(0.7)
    assert found.n_items == 5


def test_the_interval_is_that_of_fisher():
    rng = np.random.default_rng(1)
    a = rng.normal(size=40)
    b = a + rng.normal(size=40)

    found = correlation(a, b)
    peer = stats.pearsonr(a, b)

    low, high = peer.confidence_interval(0.95)
    assert found.estimate == pytest.approx(peer.statistic)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high))


def test_pairs_with_a_gap_are_left_out():
    found = correlation([1, 2, 3, 4, 5, 9], [1, 3, 4, 2, 5, nan])

    assert (found.estimate, found.n_items) == (pytest.approx(0.7), 5)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        pytest.param([1, 2, 3], [1, 2, 3], "under 4 reviews answer both", id="too few"),
        pytest.param([1, 1, 1, 1], [1, 2, 3, 4], "no spread: everybody chooses the same", id="constant"),
        pytest.param(
            [0.1 + 0.2] * 5, [1, 2, 3, 4, 5], "no spread: everybody chooses the same", id="constant in floats"
        ),
    ],
)
def test_where_it_is_not_defined_it_says_why(first, second, reason):
    found = correlation(first, second)

    assert (found.estimate, found.reason) == (None, reason)


def test_a_question_is_compared_with_the_mean_of_the_others():
    # Means of the two others: 1, 3, 4, 2, 5; with the question itself the correlation would be higher.
    worth = np.array([[1, 0, 2], [2, 3, 3], [3, 5, 3], [4, 1, 3], [5, nan, 5]], dtype=float)

    assert corrected_item_total(worth, 0).estimate == pytest.approx(0.7)


def test_a_share_has_wilsons_interval():
    # Newcombe (1998), table 1: 81 of 263.
    found = share(81, 263)

    assert found.interval is not None
    assert (round(found.interval.low, 4), round(found.interval.high, 4)) == (0.2553, 0.3662)
    assert share(0, 0).reason == "no reviews"


def test_rows_of_other_lengths_are_refused():
    with pytest.raises(ValueError, match="same length"):
        correlation([1, 2], [1, 2, 3])
