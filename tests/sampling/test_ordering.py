"""The order of a coaching list and how far ranks can be trusted, against hand calculation and brute force."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, stats

from qa.sampling.estimation import NO_REVIEWS, Figure, hajek
from qa.sampling.ordering import NO_DIFFERENCES, TOO_FEW, fay_herriot, rank_intervals, robust_critical_values


def figure(estimate: float, variance: float, df: float = 1e9) -> Figure:
    return Figure(estimate=estimate, variance=variance, n=5, df=df)


def test_equally_known_domains_are_drawn_to_their_mean_by_hand() -> None:
    # Variance of 70, 80, 90 is 100; V = 36, so A = 64 and B = .64.
    ordering = fay_herriot([figure(90, 36), figure(70, 36), figure(80, 36)], np.ones((3, 1)))

    assert ordering.between_variance == pytest.approx(64)
    assert [domain.estimate for domain in ordering.domains] == pytest.approx([86.4, 73.6, 80])
    assert [domain.share for domain in ordering.domains] == pytest.approx([0.64] * 3)
    assert ordering.order == (1, 2, 0)


def test_the_robust_interval_by_hand() -> None:
    # B = .5, V / A = 1: 80 +- 3.2592 * .5 * 10 around the shrunken figure.
    ordering = fay_herriot([figure(80 + 200**0.5, 100), figure(80 - 200**0.5, 100), figure(80, 100)], np.ones((3, 1)))

    interval = ordering.domains[2].interval

    assert interval is not None
    assert ordering.between_variance == pytest.approx(100)
    assert (interval.low, interval.high) == pytest.approx((80 - 16.296, 80 + 16.296), abs=1e-3)


def test_unequally_known_domains_satisfy_the_defining_equation() -> None:
    rng = np.random.default_rng(3)
    v = rng.uniform(1, 30, 40)
    z = np.column_stack([np.ones(40), rng.normal(80, 5, 40)])
    theta = z @ [20, 0.75] + rng.normal(0, 4, 40) + rng.normal(0, np.sqrt(v))

    ordering = fay_herriot([figure(t, u) for t, u in zip(theta, v, strict=True)], z)

    a = ordering.between_variance
    assert a is not None
    w = 1 / (a + v)
    beta = np.linalg.solve((z * w[:, None]).T @ z, (z * w[:, None]).T @ theta)
    assert ordering.coefficients == pytest.approx(beta)
    assert (w * (theta - z @ beta) ** 2).sum() == pytest.approx(40 - 2)


def test_domains_that_differ_no_more_than_chance_get_no_interval() -> None:
    ordering = fay_herriot([figure(79, 100), figure(80, 100), figure(81, 100)], np.ones((3, 1)))

    assert ordering.between_variance == 0
    assert [domain.estimate for domain in ordering.domains] == pytest.approx([80] * 3)
    assert {(domain.interval, domain.reason) for domain in ordering.domains} == {(None, NO_DIFFERENCES)}


def test_a_specialist_without_reviews_is_only_predicted() -> None:
    nobody = Figure(estimate=None, reason=NO_REVIEWS)
    z = [[1, 70], [1, 80], [1, 90], [1, 60]]

    ordering = fay_herriot([figure(75, 1), figure(80, 1), figure(95, 1), nobody], z)

    assert ordering.domains[3].share == 0
    assert ordering.domains[3].estimate == pytest.approx(ordering.domains[3].expected)
    assert (ordering.domains[3].interval, ordering.domains[3].reason) == (None, NO_REVIEWS)


def test_a_specialist_reviewed_whole_keeps_their_figure() -> None:
    ordering = fay_herriot([figure(60, 0), figure(75, 1), figure(80, 1), figure(95, 1)], np.ones((4, 1)))

    assert (ordering.domains[0].estimate, ordering.domains[0].share) == (pytest.approx(60), 1)


def test_too_few_specialists_are_not_ordered() -> None:
    ordering = fay_herriot([figure(60, 4)], np.ones((1, 1)))

    assert (ordering.order, ordering.reason) == ((), TOO_FEW)


def test_a_row_for_each_domain_is_asked_for() -> None:
    with pytest.raises(ValueError, match="a row for each domain"):
        fay_herriot([figure(60, 4)], np.ones((2, 1)))


@pytest.mark.parametrize(("m2", "value"), [(0.0, 1.960), (0.1, 2.065), (1.0, 3.259), (4.0, 7.216)])
def test_critical_values_against_the_worst_of_all_two_point_biases(m2: float, value: float) -> None:
    def miss(t: np.ndarray, chi: float) -> np.ndarray:
        return np.asarray(stats.norm.cdf(np.sqrt(t) - chi) + stats.norm.cdf(-np.sqrt(t) - chi))

    squares = np.linspace(max(m2, 1e-9), 150, 20_000)

    def excess(chi: float) -> float:
        none = float(miss(np.zeros(1), chi)[0])
        return none + m2 * float(((miss(squares, chi) - none) / squares).max()) - 0.05

    worst = optimize.brentq(excess, 1.9, 9)

    (chi,) = robust_critical_values([m2])

    assert round(float(chi), 3) == value
    assert chi == pytest.approx(worst, abs=2e-4)


def test_a_negative_second_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="second moment"):
        robust_critical_values([-1.0])


def test_ranks_by_hand() -> None:
    # Errors of 1, three domains: two comparisons each, so 2.241 * sqrt(2) = 3.17 apart is surely apart.
    ranks = rank_intervals([figure(90, 1), figure(88, 1), figure(80, 1), Figure(estimate=None)])

    assert ranks == [(1, 2), (1, 2), (3, 3), None]


def test_fewer_degrees_of_freedom_make_ranks_less_sure() -> None:
    assert rank_intervals([figure(90, 1, 2), figure(87, 1, 2)]) == [(1, 2), (1, 2)]
    assert rank_intervals([figure(90, 1), figure(87, 1)]) == [(1, 1), (2, 2)]


def test_no_figures_have_no_ranks() -> None:
    assert rank_intervals([Figure(estimate=None)]) == [None]


def test_reviewers_that_two_domains_share_do_not_widen_their_ranks() -> None:
    figures = [
        replace(hajek([level - 1, level, level + 1, level], [0.5] * 4), reviewer_variance=100.0)
        for level in (70.0, 90.0)
    ]

    apart = rank_intervals(figures)
    same = rank_intervals(figures, shares=[[0.5, 0.5], [0.5, 0.5]], variances=[200.0, 200.0])
    different = rank_intervals(figures, shares=[[1.0, 0.0], [0.0, 1.0]], variances=[200.0, 200.0])

    assert apart == different == [(1, 2), (1, 2)]
    assert same == [(2, 2), (1, 1)]
