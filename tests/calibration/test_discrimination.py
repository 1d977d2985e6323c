"""The area under the curve against an independent package, a count of pairs, and DeLong's own sums."""

import numpy as np
import pytest
from scipy import stats

from calibration.discrimination import area_under_curve, reach


def test_the_area_is_mann_and_whitneys_share_of_pairs() -> None:
    rng = np.random.default_rng(1)
    score = rng.integers(0, 6, 80).astype(float)
    outcome = rng.random(80) < 0.3 + 0.08 * score

    found = area_under_curve(score, outcome)

    u = stats.mannwhitneyu(score[outcome], score[~outcome]).statistic
    assert found.estimate == pytest.approx(u / (outcome.sum() * (~outcome).sum()))


def test_the_variance_is_that_of_delongs_structural_components() -> None:
    positive, negative = np.array([3.0, 5, 5, 7, 9, 2]), np.array([1.0, 3, 4, 5, 2, 6, 0])
    pairs = (positive[:, None] > negative) + 0.5 * (positive[:, None] == negative)
    variance = pairs.mean(axis=1).var(ddof=1) / 6 + pairs.mean(axis=0).var(ddof=1) / 7

    found = area_under_curve(np.concatenate([positive, negative]), [True] * 6 + [False] * 7)

    assert found.estimate == pytest.approx(pairs.mean())
    assert found.std_error == pytest.approx(variance**0.5)


def test_p_is_mann_and_whitneys_and_a_kind_without_a_failure_proves_nothing() -> None:
    rng = np.random.default_rng(2)
    score, outcome = rng.integers(0, 4, 90).astype(float), np.arange(90) < 30
    u = stats.mannwhitneyu(score[outcome], score[~outcome], method="asymptotic", use_continuity=False)
    assert area_under_curve(score, outcome).p_value == pytest.approx(u.pvalue)

    # Of 1,300 without the outcome 16 failed, of 40 with it none: Fisher's p is 1.
    rare = area_under_curve([1.0] * 40 + [0.0] * 16 + [1.0] * 1_284, np.arange(1_340) < 40)
    assert (rare.p_value, rare.interval, rare.reason) == (None, None, "nearly all have the same score")
    # Of 100 and 100 none and 10 failed: expected 5 each.
    one_sided = area_under_curve([1.0] * 100 + [0.0] * 10 + [1.0] * 90, np.arange(200) < 100)
    assert one_sided.std_error == pytest.approx(((201 - (190**3 - 190 + 990) / (200 * 199)) / 120_000) ** 0.5)
    assert one_sided.estimate == pytest.approx(0.55)


def test_the_reach_is_the_area_of_the_same_scores_in_the_best_order() -> None:
    score = np.array([0.0] * 3 + [1.0] * 17)
    outcome = np.arange(20) % 2 == 0
    assert reach(score, outcome) == pytest.approx(0.15)  # at best 3 of the 10 without it failed: .5 + .3 / 2
    assert reach(np.arange(20.0), outcome) == pytest.approx(0.5)
    assert reach(score, outcome) < reach(np.arange(20.0), outcome)
    assert reach(score, [True] * 20) == 0


def test_too_few_equal_and_missing_scores_are_said() -> None:
    assert area_under_curve([1, 2, 3], [True, False, True]).reason == "fewer than 5 with or without the outcome"
    assert area_under_curve([1.0] * 12, [True] * 6 + [False] * 6).reason == "all scores are equal"
    score = [*map(float, range(12)), np.nan]
    whole = area_under_curve(score, [False] * 6 + [True] * 6 + [True])
    assert (whole.estimate, whole.reason, whole.n_items) == (1.0, "the score tells all apart", 12)
    with pytest.raises(ValueError, match="one outcome for each score"):
        area_under_curve([1, 2], [True])
