"""Estimates from unequal chances against hand calculation, exact enumeration and a fixed sample with known answers."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.population import Grouping, Population, critical_signal, read_population, read_sample
from calibration.results import Interval
from qa.sampling.estimation import (
    NO_REVIEWS,
    NO_SPREAD,
    ONE_REVIEW,
    Figure,
    class_weights,
    column_means,
    difference,
    greg_by,
    greg_calibrated,
    hajek,
    hajek_by,
    korn_graubard,
    working_coefficients,
)
from tests.shared import shared_path


def bounds(figure: Figure, digits: int = 6) -> tuple[float, float]:
    assert figure.interval is not None
    return round(figure.interval.low, digits), round(figure.interval.high, digits)


def test_the_weighted_mean_by_hand() -> None:
    # w = 2, 4, 4: mean (2*80 + 4*90 + 4*60) / 10 = 76; V = 3/2 (.5 (2*4)^2 + .75 (4*14)^2 + .75 (4*16)^2) / 100.
    figure = hajek([80, 90, 60], [0.5, 0.25, 0.25])

    assert figure.estimate == pytest.approx(76)
    assert figure.variance == pytest.approx(1.5 * (0.5 * 64 + 0.75 * 3136 + 0.75 * 4096) / 100)
    assert (figure.n, figure.weight) == (3, pytest.approx(10))
    assert figure.n_effective == pytest.approx(100 / 36)
    assert figure.df == pytest.approx(100 / 36 - 1)


def test_equal_chances_give_the_textbook_interval_with_finite_population() -> None:
    # Simple random sample of 4 out of 10: V = (1 - n/N) s^2 / n, t with 3 degrees of freedom, 3.182446.
    values = [70.0, 80.0, 85.0, 95.0]

    figure = hajek(values, [0.4] * 4)

    half = 3.182446305 * (0.6 * np.var(values, ddof=1) / 4) ** 0.5
    assert figure.estimate == pytest.approx(82.5)
    assert bounds(figure) == (round(82.5 - half, 6), round(82.5 + half, 6))


def test_the_variance_of_a_simple_random_sample_is_right_on_average() -> None:
    # All 252 samples of 5 out of 10 parts: the mean of V equals the variance of the means.
    population = np.array([60.0, 62, 71, 75, 80, 84, 88, 91, 95, 100])
    figures = [hajek(population[list(taken)], [0.5] * 5) for taken in itertools.combinations(range(10), 5)]

    variances = [figure.variance for figure in figures if figure.variance is not None]

    assert len(variances) == 252
    assert np.mean(variances) == pytest.approx(np.var([figure.estimate for figure in figures]), rel=1e-12)


def test_a_domain_reviewed_whole_is_exact() -> None:
    figure = hajek([80, 90], [1, 1])

    assert (figure.estimate, figure.variance, bounds(figure)) == (85, 0, (85, 85))


def test_one_review_has_a_mean_and_no_interval() -> None:
    figure = hajek([80], [0.1])

    assert (figure.estimate, figure.interval, figure.variance, figure.reason) == (80, None, None, ONE_REVIEW)


@pytest.mark.parametrize("score", [80, 80.1, 100 / 3])
def test_equal_scores_are_no_proof_of_certainty(score: float) -> None:
    figure = hajek([score] * 3, [0.1, 0.3, 0.7])

    assert (figure.estimate, figure.interval, figure.reason) == (pytest.approx(score), None, NO_SPREAD)


def test_no_reviews_have_no_figure() -> None:
    assert hajek([], []) == Figure(estimate=None, method=hajek([1], [1]).method, reason=NO_REVIEWS)


@pytest.mark.parametrize(
    ("y", "pi", "match"),
    [
        pytest.param([1, 2], [0.5], "one length", id="lengths"),
        pytest.param([1, float("nan")], [0.5, 0.5], "finite", id="nan"),
        pytest.param([1, 2], [0.5, 0], "probability", id="chance 0"),
        pytest.param([1, 2], [0.5, 1.5], "probability", id="chance above 1"),
    ],
)
def test_a_sample_without_sense_is_refused(y: list[float], pi: list[float], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        hajek(y, pi)


def test_a_domain_code_outside_the_domains_is_refused() -> None:
    with pytest.raises(ValueError, match="domains"):
        hajek_by([0, 2], 2, [1, 2], [1, 1])


def test_a_weight_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="weights"):
        hajek([1, 2], [0.5, 0.5], weights=[1, 0])


reviews = st.lists(
    st.tuples(st.integers(0, 3), st.floats(0, 100), st.floats(0.01, 1)),
    min_size=1,
    max_size=40,
)


@given(reviews)
def test_domains_together_are_the_same_as_one_by_one(rows: list[tuple[int, float, float]]) -> None:
    codes, y, pi = (np.array(column) for column in zip(*rows, strict=True))

    together = hajek_by(codes, 4, y, pi)

    for domain in sorted(set(codes.tolist())):
        figure = together[domain]
        alone = hajek(y[codes == domain], pi[codes == domain])
        assert figure.estimate == pytest.approx(alone.estimate, rel=1e-9, abs=1e-9)
        assert figure.n_effective == pytest.approx(alone.n_effective, rel=1e-9)
        assert figure.n == alone.n


@given(reviews, st.randoms())
def test_the_order_of_reviews_does_not_matter(rows: list[tuple[int, float, float]], random: object) -> None:
    shuffled = rows[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    first = hajek([row[1] for row in rows], [row[2] for row in rows])
    second = hajek([row[1] for row in shuffled], [row[2] for row in shuffled])

    assert first.estimate == pytest.approx(second.estimate, rel=1e-9, abs=1e-9)


def test_reviews_not_done_are_made_up_for_within_their_class() -> None:
    weights = class_weights([0.5, 0.25, 0.25], ["a", "b", "b"], {"a": 3, "b": 2})

    assert weights.tolist() == [6, 4, 4]


def test_more_reviews_than_drawn_parts_are_refused() -> None:
    with pytest.raises(ValueError, match="class 'a': 2 reviews of 1"):
        class_weights([0.5, 0.5], ["a", "a"], {"a": 1})


def test_the_regression_estimate_by_hand() -> None:
    # Four parts with automatic scores 60, 70, 80, 90; reviewed, each with chance 1/2: (70, 75) and (90, 91).
    # Slope 16/20 = 0.8, line 75 + 0.8 (x - 70): all four parts predict 83 + 0.8 (75 - 80) = 79, residuals are 0.
    x = np.array([[1.0, 70], [1, 90]])
    everything = column_means([0] * 4, 1, [[1.0, 60], [1, 70], [1, 80], [1, 90]])

    (figure,) = greg_by([0, 0], 1, [75, 91], [0.5, 0.5], x, everything)

    assert figure.estimate == pytest.approx(79)
    assert (figure.interval, figure.reason) == (None, NO_SPREAD)


def test_a_constant_as_only_column_gives_the_weighted_mean() -> None:
    y, pi = [80.0, 90, 60], [0.5, 0.25, 0.25]

    (figure,) = greg_by([0] * 3, 1, y, pi, np.ones((3, 1)), [[1.0]])

    plain = hajek(y, pi)
    assert figure.estimate == pytest.approx(plain.estimate)
    assert figure.variance == pytest.approx(plain.variance)


def test_specialists_borrow_spread_with_eight_degrees_of_freedom() -> None:
    # Equal weights 2, chance 1/2. Domain 0: residuals -4, 4: V = 2 * .5 * 2 * 64 / 16 = 8, s2 = 16.
    # Domain 1: -1, 1: s2 = 1. Pool (2*16 + 2*1) / 4 = 8.5. s2_0 = (16 + 8 * 8.5) / 9 = 84/9; V = 84/9/2. One review
    # of domain 2 has only the pool: V = 8.5 with 8 degrees of freedom.
    y = [76.0, 84, 79, 81, 80]

    figures = greg_by(
        [0, 0, 1, 1, 2], 4, y, [0.5] * 5, np.ones((5, 1)), np.ones((4, 1)), coefficients=np.array([80.0]), shrink=True
    )

    assert figures[0].variance == pytest.approx(84 / 18)
    assert (figures[0].df, figures[1].df, figures[2].df) == (9, 9, 8)
    assert figures[1].variance == pytest.approx((1 + 68) / 18)
    assert figures[2].variance == pytest.approx(8.5)
    assert figures[3].reason == NO_REVIEWS


def test_without_two_reviews_anywhere_there_is_no_spread_to_borrow() -> None:
    figures = greg_by(
        [0, 1], 2, [80, 90], [0.5, 0.5], np.ones((2, 1)), np.ones((2, 1)), coefficients=np.array([85.0]), shrink=True
    )

    assert [figure.reason for figure in figures] == [ONE_REVIEW, ONE_REVIEW]


def test_a_column_that_says_the_same_twice_does_no_harm() -> None:
    x = np.array([[1.0, 70, 70], [1, 80, 80], [1, 90, 90]])

    b = working_coefficients(x, [75, 83, 91], [0.5] * 3)

    assert (x @ b).tolist() == pytest.approx([75, 83, 91])


def test_calibrated_weights_by_hand() -> None:
    # One column of ones: g = N / sum w = 1, e as in the weighted mean, n/(n-p) = 3/2, t with 2 degrees of freedom.
    y, pi = [80.0, 90, 60], [0.5, 0.25, 0.25]

    figure = greg_calibrated(y, pi, np.ones((3, 1)), [1.0], 10)

    plain = hajek(y, pi)
    assert (figure.estimate, figure.variance) == (pytest.approx(76), pytest.approx(plain.variance))
    assert figure.df == 2


def test_calibrated_weights_need_more_reviews_than_coefficients() -> None:
    figure = greg_calibrated([80.0, 90], [0.5, 0.5], np.eye(2), [0.5, 0.5], 10)

    assert (figure.estimate, figure.reason) == (None, "2 reviews for 2 coefficients")


@pytest.mark.parametrize(
    ("x", "population", "match"),
    [
        pytest.param([[1.0]], [[1.0]], "a row for each review", id="rows"),
        pytest.param([[1.0], [float("inf")]], [[1.0]], "finite", id="infinite"),
        pytest.param([[1.0], [1.0]], [[1.0, 2.0]], "population", id="columns"),
    ],
)
def test_a_regression_without_sense_is_refused(x: list[list[float]], population: list[list[float]], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        greg_by([0, 0], 1, [1, 2], [1, 1], x, population)


def test_equal_weights_and_no_finite_population_give_clopper_and_pearson() -> None:
    # 3 of 50: p(1-p)/V = 49, so n = 49 (z / t_49)^2; bounds by the F distribution, as Clopper and Pearson's are told.
    n = 49 * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, 49)) ** 2
    x = 0.06 * n
    figure = Figure(estimate=0.06, variance=0.06 * 0.94 / 49, n=50, n_effective=50, df=49)

    low, high = bounds(korn_graubard(figure), 10)

    f1, f2 = stats.f.ppf(0.025, 2 * x, 2 * (n - x + 1)), stats.f.ppf(0.975, 2 * (x + 1), 2 * (n - x))
    assert low == pytest.approx(x * f1 / (n - x + 1 + x * f1), abs=1e-9)
    assert high == pytest.approx((x + 1) * f2 / (n - x + (x + 1) * f2), abs=1e-9)


@pytest.mark.parametrize(("value", "low", "high"), [(0.0, 0.0, None), (1.0, None, 1.0)])
def test_none_and_all_have_the_rule_of_kish_and_one_closed_bound(
    value: float, low: float | None, high: float | None
) -> None:
    # 1 - 0.025^(1/n) with n = 20 (z / t_19)^2.
    n = 20 * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, 19)) ** 2
    far = 1 - 0.025 ** (1 / n)

    figure = korn_graubard(hajek([value] * 20, [0.1] * 20))

    assert figure.interval is not None
    assert figure.reason is None
    assert figure.interval.low == (pytest.approx(1 - far) if low is None else low)
    assert figure.interval.high == (pytest.approx(far) if high is None else high)


def test_a_proportion_of_a_domain_reviewed_whole_is_exact() -> None:
    assert bounds(korn_graubard(hajek([0, 1, 1, 0], [1] * 4))) == (0.5, 0.5)


def test_a_proportion_outside_0_to_1_is_refused() -> None:
    with pytest.raises(ValueError, match="proportion"):
        korn_graubard(hajek([80, 90], [0.5, 0.5]))


def test_one_review_gives_no_interval_for_a_proportion() -> None:
    assert korn_graubard(hajek([1], [0.5])).interval is None


def test_the_difference_of_two_domains_is_welchs() -> None:
    # With equal weights and no finite population Hajek's figure is the plain mean: scipy's Welch test is the judge.
    a, b = [80.0, 85, 90, 70, 75], [60.0, 72, 66, 81]
    chance = 1e-9

    change = difference(hajek(a, [chance] * 5), hajek(b, [chance] * 4))

    judge = stats.ttest_ind(a, b, equal_var=False)
    interval = judge.confidence_interval(0.95)
    assert change.interval is not None
    assert change.p_value == pytest.approx(judge.pvalue, rel=1e-6)
    assert (change.interval.low, change.interval.high) == (
        pytest.approx(interval.low, rel=1e-6),
        pytest.approx(interval.high, rel=1e-6),
    )


def test_a_difference_with_one_review_has_no_interval() -> None:
    change = difference(hajek([80], [0.5]), hajek([70, 75], [0.5, 0.5]))

    assert (change.estimate, change.interval, change.reason) == (7.5, None, ONE_REVIEW)


def test_a_difference_with_nothing_is_nothing() -> None:
    change = difference(hajek([], []), hajek([70, 75], [0.5, 0.5]))

    assert (change.estimate, change.reason) == (None, NO_REVIEWS)


def test_two_domains_reviewed_whole_differ_exactly() -> None:
    change = difference(hajek([80, 90], [1, 1]), hajek([70, 80], [1, 1]))

    assert (change.estimate, change.interval) == (10, None)
    assert change.reason is not None


def test_reviewers_strictness_widens_a_difference() -> None:
    a, b = hajek([80.0, 85, 90], [0.5] * 3), hajek([70.0, 75, 90], [0.5] * 3)

    plain, wide = difference(a, b), difference(a, b, reviewer_variance=4.0)

    assert plain.std_error is not None
    assert wide.std_error is not None
    assert wide.std_error**2 == pytest.approx(plain.std_error**2 + 4)


@pytest.fixture(scope="module")
def population() -> Population:
    return read_population(shared_path("reference", "population"))


@pytest.mark.parametrize("kind", ["overall", "team", "queue", "specialist"])
def test_the_fixed_sample_gives_the_known_estimates(population: Population, kind: str) -> None:
    folder = shared_path("reference", "population")
    golden = json.loads((folder / "golden_estimates.json").read_text())
    chances = read_sample(folder)
    taken = np.array([part in chances for part in population.ids])
    pi = np.array([chances[part] for part in population.ids if part in chances])
    x = population.working_columns([population.auto, critical_signal(population)])
    domain = Grouping.of(["all"] * len(population)) if kind == "overall" else population.grouping(kind)
    codes, count, y = domain.codes[taken], domain.count, population.score[taken]

    b = working_coefficients(x[taken], y, pi)
    plain = hajek_by(codes, count, y, pi)
    means = column_means(domain.codes, count, x)
    regression = greg_by(codes, count, y, pi, x[taken], means, coefficients=b, shrink=kind == "specialist")

    assert b.tolist() == pytest.approx(golden["beta"], abs=1e-6)
    for name, one, other in zip(domain.names, plain, regression, strict=True):
        known = golden[kind][name]
        assert one.n == known["m"]
        for figure, (estimate, variance, half) in ((one, known["hajek"]), (other, known["greg"])):
            assert figure.interval is not None
            assert figure.estimate == pytest.approx(estimate, abs=1e-6)
            assert figure.variance == pytest.approx(variance, abs=1e-6)
            assert figure.interval.high - estimate == pytest.approx(half, abs=1e-6)


def test_the_fixed_sample_gives_the_known_rates_of_critical_failures(population: Population) -> None:
    folder = shared_path("reference", "population")
    golden = json.loads((folder / "golden_estimates.json").read_text())["critical_rate_kg_by_queue"]
    chances = read_sample(folder)
    taken = np.array([part in chances for part in population.ids])
    pi = np.array([chances[part] for part in population.ids if part in chances])
    queue = population.grouping("queue")

    rates = [
        korn_graubard(figure) for figure in hajek_by(queue.codes[taken], queue.count, population.critical[taken], pi)
    ]

    for name, rate in zip(queue.names, rates, strict=True):
        assert rate.interval is not None
        assert [rate.estimate, rate.interval.low, rate.interval.high] == pytest.approx(golden[name], abs=1e-6)


def test_an_interval_of_another_confidence_is_as_wide_as_it_says() -> None:
    # t with 3 degrees of freedom: 2.353363 at 90 %, 3.182446 at 95 %.
    values, chances = [70.0, 80.0, 85.0, 95.0], [0.4] * 4

    narrow, wide = hajek(values, chances, confidence=0.9), hajek(values, chances)

    assert isinstance(narrow.interval, Interval)
    assert narrow.interval.confidence == 0.9
    ratio = (bounds(wide, 9)[1] - 82.5) / (bounds(narrow, 9)[1] - 82.5)
    assert ratio == pytest.approx(3.182446305 / 2.353363435, rel=1e-6)
    assert replace(narrow, interval=wide.interval) == wide
