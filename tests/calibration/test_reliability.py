"""Reliability of scores against published values, and unbalanced data against least squares written out."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.reliability import (
    bland_altman,
    crossed_squares,
    generalizability,
    icc,
    kendall_w,
    lin_ccc,
)
from tests.calibration.tables import ANXIETY, FLOW_METERS, JUDGES, MISSING, TASKS, Ratings, ratings, rounded


@pytest.mark.parametrize(
    ("model", "unit", "printed"),
    [
        ("1", "single", 0.17),
        ("2", "single", 0.29),
        ("3", "single", 0.71),
        ("1", "average", 0.44),
        ("2", "average", 0.62),
        ("3", "average", 0.91),
    ],
)
def test_intraclass_correlations_match_shrout_and_fleiss_1979(model: str, unit: str, printed: float) -> None:
    assert rounded(icc(JUDGES, model=model, unit=unit).estimate, 2) == printed


# R package psych, ICC() on the same table.
@pytest.mark.parametrize(
    ("model", "unit", "low", "high"),
    [
        ("1", "single", -0.133, 0.723),
        ("2", "single", 0.019, 0.761),
        ("3", "single", 0.342, 0.946),
        ("1", "average", -0.884, 0.912),
        ("2", "average", 0.071, 0.927),
        ("3", "average", 0.676, 0.986),
    ],
)
def test_intervals_of_intraclass_correlations_match_psych(model: str, unit: str, low: float, high: float) -> None:
    interval = icc(JUDGES, model=model, unit=unit).interval

    assert interval is not None
    assert (round(interval.low, 3), round(interval.high, 3)) == (low, high)


def test_the_mean_squares_are_those_of_the_textbook() -> None:
    squares = crossed_squares(JUDGES)

    found = [round(value, 2) for value in (squares.between, squares.raters, squares.error, squares.within)]

    assert found == [11.24, 32.49, 1.02, 6.26]  # Shrout & Fleiss (1979), table 3
    assert squares.items == pytest.approx(squares.between)


def unbalanced(seed: int, *, raters: int = 4, items: int = 9) -> Ratings:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=items) + 0.7 * rng.normal(size=(raters, 1)) + 0.8 * rng.normal(size=(raters, items))
    matrix[rng.random((raters, items)) < 0.4] = MISSING
    return matrix


@pytest.mark.parametrize("seed", range(12))
def test_mean_squares_of_missing_ratings_are_those_of_least_squares(seed: int) -> None:
    matrix = unbalanced(seed)
    rater, item = np.nonzero(~np.isnan(matrix))
    y = matrix[rater, item]
    by_item, by_rater = np.eye(9)[item], np.eye(4)[rater]

    def left(columns: Any) -> tuple[float, int]:
        fitted, _, rank, _ = np.linalg.lstsq(columns, y, rcond=None)
        return float(((y - columns @ fitted) ** 2).sum()), int(rank)

    both, rank = left(np.hstack([by_item, by_rater]))
    items_only, item_rank = left(by_item)
    raters_only, rater_rank = left(by_rater)

    squares = crossed_squares(matrix)

    assert squares.df_error == y.size - rank
    assert squares.error * squares.df_error == pytest.approx(both, abs=1e-9)
    assert squares.df_raters == rank - item_rank
    assert squares.raters * squares.df_raters == pytest.approx(items_only - both, abs=1e-9)
    assert squares.df_items == rank - rater_rank
    assert squares.items * squares.df_items == pytest.approx(raters_only - both, abs=1e-9)


def test_variance_components_of_missing_ratings_are_right_on_average() -> None:
    # Variances 1, .49 and .64 made the data of ``unbalanced``.
    found = [generalizability(unbalanced(seed, raters=6, items=30)).components for seed in range(200)]

    means = np.mean([[component.raw for component in components] for components in found], axis=0)

    assert means == pytest.approx([1.0, 0.49, 0.64], abs=0.08)


@given(matrix=ratings(missing=True), shift=st.floats(-5, 5), scale=st.floats(0.5, 4))
def test_another_unit_changes_no_intraclass_correlation(matrix: Ratings, shift: float, scale: float) -> None:
    for model in ("1", "2", "3"):
        before, after = icc(matrix, model=model), icc(matrix[::-1] * scale + shift, model=model)

        assert (before.estimate is None) == (after.estimate is None)
        if before.estimate is not None and after.estimate is not None:
            assert after.estimate == pytest.approx(before.estimate, abs=1e-7)


@pytest.mark.parametrize("value", [4.7, 0.1, 1e9 + 0.1])
def test_ratings_that_are_all_the_same_have_no_variance_however_they_are_rounded(value: float) -> None:
    for items in range(2, 12):
        found = icc(np.full((3, items), value), model="1")

        assert (found.estimate, found.reason) == (None, "no variance: every rating is the same")


@pytest.mark.parametrize("model", ["1", "2", "3"])
def test_an_average_is_spearman_and_browns_step_of_a_single_rating(model: str) -> None:
    single, average = icc(ANXIETY, model=model), icc(ANXIETY, model=model, unit="average")

    assert single.estimate is not None
    assert average.estimate == pytest.approx(3 * single.estimate / (1 + 2 * single.estimate))
    assert average.average_of == 3


def test_the_error_of_a_one_way_correlation_matches_fishers_for_many_items() -> None:
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=5000) + rng.normal(size=(3, 5000))

    found = icc(matrix, model="1")

    # Fisher (1925): sqrt(2 (1 - r)^2 (1 + (k - 1) r)^2 / (k (k - 1) (n - 1))).
    assert found.estimate is not None
    r = found.estimate
    assert found.std_error == pytest.approx(np.sqrt(2 * (1 - r) ** 2 * (1 + 2 * r) ** 2 / (3 * 2 * 4999)), rel=0.01)


@pytest.mark.parametrize("model", ["1", "2", "3"])
def test_without_variance_reliability_is_undefined(model: str) -> None:
    found = icc(np.full((2, 3), 4.0), model=model)

    assert (found.estimate, found.reason) == (None, "no variance: every rating is the same")


def test_a_constant_difference_in_severity_leaves_consistency_perfect() -> None:
    biased = [[1, 2, 3, 4], [3, 4, 5, 6]]

    consistency, absolute = icc(biased, model="3"), icc(biased, model="2")

    assert (consistency.estimate, consistency.p_value, consistency.f) == (1, None, None)
    assert consistency.interval is not None
    assert (consistency.interval.low, consistency.interval.high) == (1, 1)
    assert absolute.estimate == pytest.approx(5 / 11)  # by hand: 5/3 of 5/3 + 2, with MS 10/3, 8 and 0


@pytest.mark.parametrize(
    ("matrix", "reason"),
    [
        pytest.param([[1.0], [2.0]], "one item", id="one item"),
        pytest.param([[1.0, 2.0]], "no item has two ratings", id="one rater"),
        pytest.param([[1.0, MISSING, 3.0], [2.0, 3.0, MISSING]], "too few ratings", id="too few"),
    ],
)
def test_what_cannot_be_told_apart_has_a_reason(matrix: Any, reason: str) -> None:
    found = icc(matrix, model="2")

    assert found.estimate is None
    assert reason in (found.reason or "")


def test_equal_means_have_no_reliability_of_the_average() -> None:
    found = icc([[1, 2], [2, 1]], model="1", unit="average")

    assert found.estimate is None
    assert "means are all equal" in (found.reason or "")


def test_kendalls_w_matches_irr_and_siegel_1956() -> None:
    ties = kendall_w(ANXIETY)
    siegel = kendall_w([[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]])

    assert rounded(ties.estimate, 2) == 0.54
    assert rounded(ties.chi_square, 1) == 30.8
    assert rounded(ties.p_value, 4) == 0.0429
    assert rounded(siegel.estimate, 2) == 0.16


def test_kendalls_w_leaves_out_items_that_a_rater_skipped() -> None:
    with_gap = np.hstack([JUDGES, [[1.0], [2.0], [MISSING], [3.0]]])

    found = kendall_w(with_gap)

    assert (found.estimate, found.n_items) == (kendall_w(JUDGES).estimate, 6)


@given(matrix=ratings(missing=False))
def test_kendalls_w_is_about_ranks_alone(matrix: Ratings) -> None:
    stretched = kendall_w(np.exp(matrix[::-1]))

    assert stretched.estimate == pytest.approx(kendall_w(matrix).estimate, abs=1e-9)


def test_kendalls_w_has_a_bootstrap_interval() -> None:
    found = kendall_w(ANXIETY, bootstrap=300, rng=np.random.default_rng(1))

    assert found.interval is not None
    assert found.estimate is not None
    assert found.interval.low < found.estimate < found.interval.high


# R package epiR, epi.ccc() on the flow meters.
def test_lins_concordance_matches_epir() -> None:
    found = lin_ccc(FLOW_METERS)

    assert found.interval is not None
    figures = [found.estimate, found.interval.low, found.interval.high, found.bias_correction, found.pearson]
    assert [rounded(figure, 4) for figure in figures] == [0.9427, 0.8505, 0.9787, 0.9994, 0.9433]


@pytest.mark.parametrize(
    ("pair", "estimate", "reason"),
    [
        pytest.param([[4, 4, 4], [4, 4, 4]], None, "no variance", id="all the same"),
        pytest.param([[4, 4, 4], [4, 5, 6]], 0.0, "same score", id="one constant"),
        pytest.param([[1, 2, 3], [1, 2, 3]], 1.0, None, id="perfect"),
        pytest.param([[1, MISSING], [MISSING, 2]], None, "fewer than two items", id="nothing shared"),
    ],
)
def test_lins_concordance_at_the_edges(pair: Any, estimate: float | None, reason: str | None) -> None:
    found = lin_ccc(pair)

    assert found.estimate == estimate
    assert found.reason is None if reason is None else reason in (found.reason or "")


def test_limits_of_agreement_match_bland_and_altman_1986() -> None:
    found = bland_altman(FLOW_METERS, multiplier=2)

    assert rounded(found.bias.estimate, 1) == -2.1
    assert rounded(found.sd, 1) == 38.8
    assert found.bias.interval is not None
    assert (round(found.bias.interval.low, 1), round(found.bias.interval.high, 1)) == (-22.0, 17.8)
    assert found.lower.interval is not None
    assert round(found.lower.interval.high, 1) == -45.1


def test_limits_of_one_item_have_a_reason() -> None:
    found = bland_altman([[3.0], [5.0]])

    assert (found.bias.estimate, found.sd, found.lower.estimate) == (-2.0, None, None)
    assert found.lower.reason == "one item has no spread"


def test_nested_components_match_brennan_2001() -> None:
    study = generalizability(TASKS, design="p x (r:t)", decide=[{}])

    found = {component.name: round(component.variance, 4) for component in study.components}

    assert found == {"p": 0.4731, "t": 0.3252, "r:t": 0.6475, "pt": 0.5596, "pr:t": 2.3802}  # his table 5.5
    # By hand: .5596 / 3 + 2.3802 / 12 and, absolute, .3252 / 3 + .6475 / 12 more.
    assert study.decisions[0].relative_error == pytest.approx(0.38487, abs=1e-5)
    assert study.decisions[0].absolute_error == pytest.approx(0.54722, abs=1e-5)


@pytest.mark.parametrize("raters", [1, 2, 4, 10])
def test_the_decisions_of_one_facet_are_intraclass_correlations(raters: int) -> None:
    decision = generalizability(JUDGES, decide=[{"r": raters}]).decisions[0]
    consistency, absolute = icc(JUDGES, model="3").estimate, icc(JUDGES, model="2").estimate

    assert consistency is not None
    assert absolute is not None
    stepped = [raters * rho / (1 + (raters - 1) * rho) for rho in (consistency, absolute)]
    assert decision.generalizability.estimate == pytest.approx(stepped[0])
    assert decision.dependability.estimate == pytest.approx(stepped[1])


def test_three_facets_with_scores_missing_come_near_the_complete_ones() -> None:
    rng = np.random.default_rng(8)
    scores = rng.normal(size=(60, 1, 1)) + 0.5 * rng.normal(size=(60, 1, 5)) + 0.7 * rng.normal(size=(60, 6, 5))
    holes = np.where(rng.random(scores.shape) < 0.1, MISSING, scores)

    complete = generalizability(scores, design="p x i x r")
    incomplete = generalizability(holes, design="p x i x r")

    assert [component.raw for component in incomplete.components] == pytest.approx(
        [component.raw for component in complete.components], abs=0.06
    )
    assert incomplete.component("p").mean_square is None


def test_pooled_components_are_never_negative_and_equal_anova_where_it_is_positive() -> None:
    positive = generalizability(JUDGES, method="reml")
    negative = np.array([[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.1]])

    anova, pooled = generalizability(negative), generalizability(negative, method="reml")

    assert [c.raw for c in positive.components] == pytest.approx([c.raw for c in generalizability(JUDGES).components])
    assert anova.component("p").raw < 0
    # By hand: everything pooled is the variance of all eight scores.
    assert [c.variance for c in pooled.components] == pytest.approx([0, 0, negative.var(ddof=1)])


def test_a_decision_has_an_interval_by_resampling_persons() -> None:
    study = generalizability(ANXIETY, decide=[{"r": 2}], bootstrap=300, rng=np.random.default_rng(1))

    found = study.decisions[0].generalizability

    assert found.interval is not None
    assert found.estimate is not None
    assert found.interval.low <= found.estimate <= found.interval.high
    assert found.std_error is not None


@pytest.mark.parametrize(
    ("scores", "options", "reason"),
    [
        pytest.param(np.full((3, 4), 2.0), {}, "no variance", id="constant"),
        pytest.param(np.ones((1, 4)), {}, "fewer than two conditions", id="one rater"),
        pytest.param(TASKS[:1], {"design": "p x (r:t)"}, "fewer than two conditions", id="one person"),
    ],
)
def test_a_study_without_variance_says_why(scores: Any, options: dict[str, Any], reason: str) -> None:
    study = generalizability(scores, **options)

    assert study.components == ()
    assert reason in (study.reason or "")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"design": "r x p"}, "design is one of"),
        ({"method": "guess"}, "method is anova or reml"),
        ({"decide": [{"i": 2}]}, "a decision is about r: 'i'"),
        ({"decide": [{"r": 0}]}, "r = 0"),
        ({"bootstrap": 5}, "and rng"),
        ({"design": "p x i x r"}, "3 axes: 2"),
    ],
)
def test_impossible_studies_are_refused_by_name(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        generalizability(JUDGES, **options)


@pytest.mark.parametrize(("model", "unit"), [("4", "single"), ("1", "mean")])
def test_an_unknown_model_or_unit_is_refused(model: str, unit: str) -> None:
    with pytest.raises(ValueError, match=r"is (1, 2 or 3|single or average)"):
        icc(JUDGES, model=model, unit=unit)
