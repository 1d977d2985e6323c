"""Agreement with a standard over a whole form, against hand calculation, Cohen's kappa and chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from calibration.against_gold import NOT_APPLICABLE, agreement_with_gold
from calibration.kappa import weighted_kappa

LEVELS = st.sampled_from([0.0, 0.5, 1.0, NOT_APPLICABLE, float("nan")])
FORMS = arrays(np.float64, (7, 3), elements=LEVELS)


def test_two_criteria_are_pooled_before_they_are_divided():
    # First criterion: one of 6 differs; marginals 4/6 and 3/6 met: chance of differing 4/6 * 3/6 + 2/6 * 3/6 = 1/2.
    # Second: none of 6 differs; 5/6 met in both: chance 2 * 5/6 * 1/6 = 5/18. Pooled: 1 - (1/6) / (1/2 + 5/18) = 11/14.
    own = np.array([[1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 0]], dtype=float).T
    gold = np.array([[1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 0]], dtype=float).T

    found = agreement_with_gold(own, gold)

    assert found.estimate == pytest.approx(11 / 14)
    assert found.observed == pytest.approx(11 / 12)
    assert found.chance == pytest.approx(1 - (1 / 2 + 5 / 18) / 2)
    assert (found.n_items, found.n_raters, found.df) == (6, 2, 5)


def test_one_criterion_is_cohens_weighted_kappa():
    rng = np.random.default_rng(5)
    own, gold = rng.integers(0, 4, 30), rng.integers(0, 4, 30)
    own[:20] = gold[:20]

    found = agreement_with_gold(own[:, np.newaxis] / 3, gold[:, np.newaxis] / 3)
    cohen = weighted_kappa([own, gold], weights="linear", categories=[0, 1, 2, 3])

    assert found.estimate == pytest.approx(cohen.estimate, abs=1e-12)


def test_the_error_is_the_jackknife_of_whole_tickets():
    rng = np.random.default_rng(6)
    gold = rng.integers(0, 3, (9, 4)) / 2
    own = np.where(rng.random((9, 4)) < 0.8, gold, rng.integers(0, 3, (9, 4)) / 2)

    found = agreement_with_gold(own, gold)
    without = [agreement_with_gold(np.delete(own, i, 0), np.delete(gold, i, 0)).estimate for i in range(9)]

    spread = np.array(without, dtype=float)
    assert found.std_error == pytest.approx(np.sqrt(8 / 9 * ((spread - spread.mean()) ** 2).sum()))


def test_all_alike_is_one_with_an_interval_that_is_not_empty():
    gold = np.array([[1, 1], [1, 0], [0, 1], [1, 1], [1, 1]], dtype=float)

    found = agreement_with_gold(gold, gold)

    # Wilson's lower bound of 10 of 10 at 90 %: 10 / (10 + 1.6449^2) = 0.787; each criterion's chance 2 * 0.8 * 0.2.
    assert found.estimate == 1.0
    assert found.interval is not None
    assert found.interval.low == pytest.approx(1 - (1 - 10 / (10 + 1.6448536**2)) / 0.32)
    assert found.interval.high == 1.0


def test_without_variation_or_with_few_tickets_there_is_no_figure():
    same = np.ones((6, 2))
    lonely = np.vstack([np.ones((5, 1)), np.zeros((1, 1))])

    assert agreement_with_gold(same, same).estimate is None
    assert "no variation" in (agreement_with_gold(same, same).reason or "")
    assert agreement_with_gold(same, same).observed == 1.0
    assert "one ticket alone" in (agreement_with_gold(lonely, lonely).reason or "")
    few = agreement_with_gold(same[:4], same[:4])
    assert (few.estimate, few.reason) == (None, "4 of the 5 tickets that it needs")


def test_na_is_an_answer_and_a_criterion_that_one_left_out_counts_as_missed():
    gold = np.array([[1.0, 0.5], [0.0, 1.0], [1.0, NOT_APPLICABLE], [1.0, 1.0], [0.0, 0.5], [1.0, np.nan]])
    own = gold.copy()
    own[0, 1], own[3, 1] = NOT_APPLICABLE, np.nan

    found = agreement_with_gold(own, gold)

    assert found.observed == pytest.approx(1 - 2 / 11)


@pytest.mark.parametrize(
    ("given_", "gold", "message"),
    [
        ([[2.0]], [[1.0]], "outside 0 to 1"),
        ([1.0], [[1.0]], "tickets x criteria"),
        ([[1.0]], [[1.0, 0.0]], "same shape"),
    ],
)
def test_what_is_no_form_is_refused(given_: list[object], gold: list[object], message: str):
    with pytest.raises(ValueError, match=message):
        agreement_with_gold(given_, gold)


@settings(deadline=None)
@given(FORMS, FORMS)
def test_tickets_and_roles_may_be_exchanged_and_the_estimate_lies_in_its_interval(own: np.ndarray, gold: np.ndarray):
    found = agreement_with_gold(own, gold)
    turned, exchanged = agreement_with_gold(own[::-1], gold[::-1]), agreement_with_gold(gold, own)

    if found.estimate is None:
        assert found.reason
        return
    assert turned.estimate == pytest.approx(found.estimate)
    assert exchanged.estimate == pytest.approx(found.estimate)
    if found.interval is not None:
        assert found.interval.low <= found.estimate + 1e-12
        assert found.estimate <= found.interval.high + 1e-12


def test_who_answers_at_random_seldom_clears_even_a_mark_of_nothing():
    # 90 % met everywhere, by chance alone: percent agreement is over 80 and says nothing.
    rng = np.random.default_rng(11)
    cleared, shares = 0, []
    for _ in range(300):
        gold, own = ((rng.random((10, 10)) < 0.9).astype(float) for _ in range(2))
        found = agreement_with_gold(own, gold)
        shares.append(found.observed)
        cleared += found.interval is not None and found.interval.low > 0

    assert np.mean(shares) > 0.8
    assert cleared / 300 < 0.08
