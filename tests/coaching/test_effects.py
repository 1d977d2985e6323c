"""What coaching did: the luck that chose the person is no effect."""

import math

import numpy as np
import pytest
from scipy import stats

from qa.coaching.effects import (
    FEWEST_OTHERS,
    Course,
    coaching_effect,
    lot_effect,
    lot_verdict,
    more_reviews,
    together,
    verdict,
)


def course(before: float, after: float, n: int = 10) -> Course:
    return Course(before=before, after=after, reviews_before=n, reviews_after=n)


OTHERS = [course(b, a) for b, a in ((60, 68), (64, 66), (70, 74), (72, 71), (75, 79), (80, 80), (84, 83), (90, 86))]


def test_one_person_is_judged_by_what_the_regression_foretells_for_a_new_one():
    x, y = np.array([each.before for each in OTHERS]), np.array([each.after for each in OTHERS])
    line = stats.linregress(x, y)
    foretold = line.intercept + line.slope * 66
    spread = math.sqrt(((y - line.intercept - line.slope * x) ** 2).sum() / (len(x) - 2))
    error = spread * math.sqrt(1 + 1 / len(x) + (66 - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())

    effect = coaching_effect([course(66, 85)], OTHERS)

    assert effect.estimate == pytest.approx(85 - foretold)
    assert effect.std_error == pytest.approx(error)
    assert effect.interval is not None
    assert effect.interval.high - effect.estimate == pytest.approx(stats.t.ppf(0.975, len(x) - 2) * error)
    assert verdict(effect) == "better than without a plan"


def test_several_people_are_judged_as_an_independent_package_would():
    coached = [course(62, 75), course(66, 77), course(71, 79)]
    rows = [*OTHERS, *coached]
    y = np.array([each.after for each in rows])
    x = np.column_stack([np.ones(11), [each.before for each in rows], [0] * 8 + [1] * 3])
    found, residual, *_ = np.linalg.lstsq(x, y, rcond=None)
    covariance = residual[0] / 8 * np.linalg.inv(x.T @ x)

    effect = coaching_effect(coached, OTHERS)

    assert effect.estimate == pytest.approx(found[2])
    assert effect.std_error == pytest.approx(math.sqrt(covariance[2, 2]))
    assert effect.p_value == pytest.approx(2 * stats.t.sf(abs(found[2]) / math.sqrt(covariance[2, 2]), 8))
    assert effect.n_items == 3


def test_nobody_comparable_is_said_instead_of_a_figure():
    below = coaching_effect([course(40, 70)], OTHERS)
    few = coaching_effect([course(66, 85, n=4)], OTHERS)
    alone = coaching_effect([course(66, 85)], OTHERS[: FEWEST_OTHERS - 1])

    assert (below.estimate, below.reason) == (None, "nobody without a plan stood as low or as high before")
    assert (few.estimate, few.reason) == (None, "fewer than 5 reviews before or after the plan began")
    assert (alone.estimate, alone.reason) == (None, "fewer than 8 people without a plan to compare with")
    assert {verdict(each) for each in (below, few, alone)} == {"cannot tell yet"}


def test_the_luck_of_those_chosen_for_low_scores_is_no_effect():
    rng = np.random.default_rng(3)
    claims = naive = 0
    replicates = 400
    for _ in range(replicates):
        ability = rng.normal(80, 4, 48)
        before, after = (ability + rng.normal(0, 4, 48) for _ in range(2))  # ten reviews of SD 12.6 each time
        lowest = rng.permutation(np.argsort(before)[:10])
        coached = lowest[:5]
        others = np.setdiff1d(np.arange(48), coached)
        effect = coaching_effect(
            [course(before[i], after[i]) for i in coached], [course(before[i], after[i]) for i in others]
        )
        claims += verdict(effect) != "cannot tell yet"
        naive += stats.ttest_1samp((after - before)[lowest], 0).pvalue < 0.05

    assert claims / replicates <= 0.08
    assert naive / replicates > 0.3  # what a plain before and after would have claimed


def test_plans_of_different_weeks_count_by_the_inverse_of_their_variance():
    later = [course(each.before + 1, each.after - 2) for each in OTHERS[::-1]]
    waves = [([course(66, 84)], OTHERS), ([course(72, 80), course(78, 81)], later)]
    first, second = (coaching_effect(*wave) for wave in waves)
    v1, v2 = (first.std_error or 0) ** 2, (second.std_error or 0) ** 2

    mean = together([*waves, ([course(40, 70)], OTHERS)])

    assert mean.n_items == 3
    assert mean.estimate == pytest.approx(
        ((first.estimate or 0) / v1 + (second.estimate or 0) / v2) / (1 / v1 + 1 / v2)
    )
    assert mean.std_error == pytest.approx(math.sqrt(1 / (1 / v1 + 1 / v2)))


def test_only_the_nearest_are_compared_with():
    far = [course(120 + n, 40) for n in range(40)]
    near = [*OTHERS, *(course(each.before + 0.5, each.after + 1) for each in OTHERS[:4])]

    assert coaching_effect([course(66, 85)], [*far, *near]) == coaching_effect([course(66, 85)], near)


def test_how_many_more_reviews_it_takes_grows_with_the_square_of_the_interval():
    effect = coaching_effect([course(66, 75)], OTHERS)
    assert effect.interval is not None
    half = (effect.interval.high - effect.interval.low) / 2

    assert half > 5
    assert more_reviews(effect, 10) == math.ceil(10 * ((half / 5) ** 2 - 1))
    assert more_reviews(coaching_effect([], OTHERS), 10) is None


def test_a_lot_is_judged_by_all_lots_that_could_have_come():
    first = [course(60, 74), course(70, 82), course(80, 90)]
    waiting = [course(61, 62), course(71, 71), course(79, 80)]
    rows = [*waiting, *first]
    y = np.array([each.after for each in rows])
    x = np.column_stack([np.ones(6), [each.before for each in rows], [0] * 3 + [1] * 3])
    found, residual, *_ = np.linalg.lstsq(x, y, rcond=None)
    error = math.sqrt(residual[0] / 3 * np.linalg.inv(x.T @ x)[2, 2])

    effect = lot_effect(first, waiting)

    assert effect.estimate == pytest.approx(found[2])
    assert effect.interval is not None
    assert effect.interval.high - effect.estimate == pytest.approx(stats.t.ppf(0.975, 3) * error)
    # Of the 20 lots of three of six none parts the six further, and its mirror image parts them as far: 2 of 20.
    assert effect.p_value == pytest.approx(0.1)
    assert lot_verdict(effect) == "cannot tell yet"
    assert lot_effect(first, waiting[:2]).estimate is None


def test_a_lot_s_p_is_that_of_an_independent_package():
    rng = np.random.default_rng(8)
    before, after = rng.normal(75, 6, 12), rng.normal(80, 5, 12)
    rest = after - np.polyval(np.polyfit(before, after, 1), before)
    theirs = stats.permutation_test(
        (rest[:6], rest[6:]), lambda a, b: np.mean(a) - np.mean(b), n_resamples=np.inf, alternative="two-sided"
    )
    people = [course(b, a) for b, a in zip(before, after, strict=True)]

    assert lot_effect(people[:6], people[6:]).p_value == pytest.approx(theirs.pvalue)


def test_the_same_luck_on_both_sides_of_a_lot_is_seldom_called_an_effect():
    rng = np.random.default_rng(5)
    trials, claims = 300, 0
    for _ in range(trials):
        ability = rng.normal(72, 4, 12)
        before, after = (ability + rng.normal(0, 4, 12) for _ in range(2))
        people = [course(b, a) for b, a in zip(before, after, strict=True)]
        claims += lot_verdict(lot_effect(people[:6], people[6:])) != "cannot tell yet"

    assert claims / trials <= 0.075  # 0.05 and two standard deviations of 300 trials
