"""The predicted score against closed forms of ridge regression."""

import numpy as np
import pytest
from scipy import stats

from qa.sampling.predicting import cross_fitted, fit_prediction, measured_correlations


def test_one_signal_by_hand() -> None:
    # Signals 1, 2, 3 standardise to -r, 0, r with r^2 = 1.5; scores 70, 80, 90: slope 10 sqrt 6 / (3 + 3) in z units.
    model = fit_prediction([[1.0], [2.0], [3.0]], [70, 80, 90], penalty=3)

    assert model.intercept == pytest.approx(80)
    assert model.of([[2.0], [3.0]]).tolist() == pytest.approx([80, 85])


def test_a_penalty_of_almost_nothing_is_least_squares() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(60, 3))
    y = 80 + x @ [3.0, -2, 0.5] + rng.normal(size=60)

    predicted = fit_prediction(x, y, penalty=1e-9).of(x)

    b = np.linalg.lstsq(np.column_stack([np.ones(60), x]), y, rcond=None)[0]
    assert predicted.tolist() == pytest.approx((b[0] + x @ b[1:]).tolist())


def test_an_enormous_penalty_leaves_the_mean() -> None:
    model = fit_prediction([[1.0], [2.0], [3.0]], [70, 80, 90], penalty=1e12)

    assert model.of([[3.0]]).tolist() == pytest.approx([80])


def test_a_weight_of_two_is_a_review_twice() -> None:
    once = fit_prediction([[1.0], [2.0], [2.0]], [70, 80, 80], penalty=1e-9)
    weighted = fit_prediction([[1.0], [2.0]], [70, 80], weights=[1, 2], penalty=1e-9)

    assert weighted.intercept == pytest.approx(once.intercept)


def test_a_signal_that_never_varies_has_no_effect() -> None:
    model = fit_prediction([[1.0, 0.1], [2, 0.1], [3, 0.1]], [70, 80, 90], penalty=3)

    assert model.of([[2.0, 0.3]]).tolist() == pytest.approx([80])


def test_no_review_predicts_itself() -> None:
    # One part far off: what is said about it must not move when its own score does.
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(40, 2)), rng.normal(80, 5, 40)
    moved = y.copy()
    moved[7] += 1000

    first, _ = cross_fitted(x, y, x, np.random.default_rng(3))
    second, _ = cross_fitted(x, moved, x, np.random.default_rng(3))

    assert first[7] == second[7]
    assert abs(first - second).max() > 1


def test_correlations_are_pearsons_when_weights_are_equal() -> None:
    rng = np.random.default_rng(4)
    a = rng.normal(size=80)
    b = a + rng.normal(size=80)
    codes = np.repeat([0, 1], 40)

    found = measured_correlations(codes, 2, a, b, np.ones(80))

    assert found == pytest.approx([stats.pearsonr(a[:40], b[:40]).statistic, stats.pearsonr(a[40:], b[40:]).statistic])


def test_too_few_reviews_or_no_spread_have_no_correlation() -> None:
    codes = np.repeat([0, 1], [29, 40])

    assert measured_correlations(codes, 2, np.full(69, 0.1), np.arange(69.0), np.ones(69)) == [None, None]


@pytest.mark.parametrize(
    ("x", "y", "match"),
    [
        pytest.param([[1.0]], [1.0, 2.0], "a row for each score", id="rows"),
        pytest.param(np.zeros((0, 1)), [], "there is a score", id="nothing"),
        pytest.param([[float("nan")]], [1.0], "finite", id="nan"),
    ],
)
def test_a_fit_without_sense_is_refused(x: object, y: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        fit_prediction(x, y)


def test_other_signals_than_were_learned_are_refused() -> None:
    with pytest.raises(ValueError, match="1 signals"):
        fit_prediction([[1.0], [2.0]], [70, 80]).of([[1.0, 2.0]])


@pytest.mark.parametrize("folds", [1, 4])
def test_folds_that_do_not_divide_the_reviews_are_refused(folds: int) -> None:
    with pytest.raises(ValueError, match="folds"):
        cross_fitted([[1.0]] * 3, [1.0] * 3, [[1.0]], np.random.default_rng(1), folds=folds)
