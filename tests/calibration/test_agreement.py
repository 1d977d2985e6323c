"""Coefficients of agreement against published values, and what they say where there is nothing to say."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from calibration.agreement import (
    NO_VARIATION,
    agreement_summary,
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_by_category,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    light_kappa,
    percent_agreement,
    ratings_of_counts,
    ratings_of_table,
    weighted_kappa,
)
from calibration.results import Agreement
from tests.calibration.tables import (
    DIAGNOSES,
    FOUR_RATERS,
    FOURTEEN_RATERS,
    HUSBANDS_AND_WIVES,
    MISSING,
    PSYCHIATRISTS,
    rounded,
)

Coefficient = Callable[..., Agreement]
CORRECTED: list[Coefficient] = [fleiss_kappa, conger_kappa, krippendorff_alpha]
EVERY: list[Coefficient] = [percent_agreement, gwet_ac, brennan_prediger, *CORRECTED]


@pytest.mark.parametrize(
    ("coefficient", "printed"),
    [
        (percent_agreement, 0.81818),
        (gwet_ac, 0.77544),
        (fleiss_kappa, 0.76117),
        (conger_kappa, 0.76282),
        (brennan_prediger, 0.77273),
        (krippendorff_alpha, 0.74342),
    ],
)
def test_coefficients_match_gwet_2014(coefficient: Coefficient, printed: float) -> None:
    found = coefficient(FOUR_RATERS, categories=[1, 2, 3, 4, 5])

    assert rounded(found.estimate, 5) == printed
    assert found.n_raters == 4
    assert found.n_items == 11  # the twelfth has one rating


@pytest.mark.parametrize(
    ("coefficient", "printed"),
    [(gwet_ac, 0.14295), (fleiss_kappa, 0.15302), (conger_kappa, 0.14917), (brennan_prediger, 0.14472)],
)
def test_analytic_errors_by_name_match_gwet_2014(coefficient: Coefficient, printed: float) -> None:
    found = coefficient(FOUR_RATERS, categories=[1, 2, 3, 4, 5], std_error="gwet")

    assert rounded(found.std_error, 5) == printed
    assert found.df == 11


# R package irrCAC 1.4 on the same table.
@pytest.mark.parametrize(
    ("weights", "ac2", "error"),
    [
        ("linear", 0.858739136, 0.117329022),
        ("quadratic", 0.914000724, 0.103962245),
        ("ordinal", 0.898939770, 0.106903524),
    ],
)
def test_ac2_matches_irrcac(weights: str, ac2: float, error: float) -> None:
    found = gwet_ac(FOUR_RATERS, weights=weights, categories=[1, 2, 3, 4, 5], std_error="gwet")

    assert (rounded(found.estimate, 9), rounded(found.std_error, 9)) == (ac2, error)


@pytest.mark.parametrize(
    ("level", "printed"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_matches_krippendorff_2011(level: str, printed: float) -> None:
    alpha = krippendorff_alpha(FOUR_RATERS, level=level)

    assert rounded(alpha.estimate, 3) == printed


def test_alpha_of_two_observers_and_two_categories_matches_krippendorff_2011() -> None:
    first = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    second = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]

    alpha = krippendorff_alpha([first, second])

    assert rounded(alpha.estimate, 3) == 0.095


def test_kappa_and_its_error_match_fleiss_cohen_everitt_1969() -> None:
    ratings = ratings_of_table(PSYCHIATRISTS)

    kappa = cohen_kappa(ratings)
    # Their disagreement weights, turned round: 1, 0 and 4/9 to 2/3 for the confusions.
    weighted = weighted_kappa(ratings, weights=[[1, 0, 4 / 9], [0, 1, 2 / 3], [4 / 9, 2 / 3, 1]])

    assert rounded(kappa.estimate, 3) == 0.429
    assert rounded(weighted.estimate, 3) == 0.507
    assert rounded(weighted.std_error, 3) == 0.057


def test_weighted_kappa_matches_cohen_1968() -> None:
    ratings = ratings_of_table([[88, 14, 18], [10, 40, 10], [2, 6, 12]])

    weighted = weighted_kappa(ratings, weights=[[1, 5 / 6, 1 / 2], [5 / 6, 1, 0], [1 / 2, 0, 1]])

    assert rounded(cohen_kappa(ratings).estimate, 3) == 0.492
    assert rounded(weighted.estimate, 3) == 0.348


@pytest.mark.parametrize(("weights", "printed", "error"), [("unweighted", 0.1293, 0.0686), ("linear", 0.2374, 0.07832)])
def test_kappa_of_husbands_and_wives_matches_vcd(weights: str, printed: float, error: float) -> None:
    kappa = weighted_kappa(ratings_of_table(HUSBANDS_AND_WIVES), weights=weights)

    assert rounded(kappa.estimate, 4) == printed
    assert rounded(kappa.std_error, 5) == pytest.approx(error, abs=5e-5)


def test_fleiss_kappa_and_its_test_match_irr_on_the_diagnoses() -> None:
    kappa = fleiss_kappa(DIAGNOSES)

    assert rounded(kappa.estimate, 2) == 0.43
    assert kappa.null is not None
    assert round(kappa.null.statistic, 1) == 17.7
    assert rounded(conger_kappa(DIAGNOSES).estimate, 3) == 0.442
    assert rounded(light_kappa(DIAGNOSES).estimate, 3) == 0.459


def test_kappas_of_single_categories_match_irr_on_the_diagnoses() -> None:
    by_category = fleiss_by_category(DIAGNOSES)

    assert [rounded(kappa.estimate, 3) for kappa in by_category] == [0.245, 0.245, 0.520, 0.471, 0.566]


def test_fleiss_kappa_from_counts_matches_its_worked_example() -> None:
    kappa = fleiss_kappa(ratings_of_counts(FOURTEEN_RATERS))

    assert rounded(kappa.estimate, 3) == 0.210
    assert rounded(kappa.observed, 3) == 0.378
    assert rounded(kappa.chance, 3) == 0.213


def test_a_prevailing_category_parts_agreement_kappa_and_ac1() -> None:
    ratings = ratings_of_table([[90, 5], [5, 0]])

    summary = agreement_summary(ratings)

    # By hand: 90 of 100 agree; chance .95^2 + .05^2 = .905 for kappa, 2 * .95 * .05 = .095 for AC1.
    assert rounded(summary.agreement.estimate, 12) == 0.9
    assert summary.kappa.estimate == pytest.approx((0.9 - 0.905) / 0.095)
    assert summary.ac.estimate == pytest.approx((0.9 - 0.095) / 0.905)
    assert summary.prevalence == ((1.0, pytest.approx(0.95)), (2.0, pytest.approx(0.05)))
    assert summary.note is not None
    assert "95% of the ratings are category 1" in summary.note


@pytest.mark.parametrize("coefficient", CORRECTED)
def test_without_variation_a_corrected_coefficient_is_undefined_and_agreement_is_told(coefficient: Coefficient) -> None:
    found = coefficient(np.full((3, 5), 2.0), categories=[1, 2, 3])

    assert found.estimate is None
    assert found.reason == NO_VARIATION
    assert found.observed == 1


def test_without_variation_kappa_of_two_raters_is_undefined() -> None:
    found = cohen_kappa([[1, 1, 1], [1, 1, 1]], categories=[1, 2])

    assert (found.estimate, found.reason, found.observed) == (None, NO_VARIATION, 1)


@pytest.mark.parametrize("coefficient", [percent_agreement, gwet_ac, brennan_prediger])
@pytest.mark.parametrize("scale", [[1, 2, 3], None])
def test_without_variation_the_declared_scale_still_gives_one(coefficient: Coefficient, scale: Any) -> None:
    found = coefficient(np.full((3, 5), 2.0), categories=scale)

    assert (found.estimate, found.std_error) == (1, 0)


@pytest.mark.parametrize("coefficient", EVERY)
def test_an_item_rated_once_each_gives_no_figure(coefficient: Coefficient) -> None:
    found = coefficient([[1, MISSING, MISSING], [MISSING, 2, MISSING], [MISSING, MISSING, 1]])

    assert (found.estimate, found.reason, found.n_items) == (None, "no item has two ratings", 0)


@pytest.mark.parametrize("coefficient", [*EVERY, cohen_kappa])
def test_no_ratings_at_all_give_no_figure(coefficient: Coefficient) -> None:
    found = coefficient(np.full((2, 3), MISSING), categories=[1, 2])

    assert (found.estimate, found.reason) == (None, "no item has two ratings")


@pytest.mark.parametrize("coefficient", [*EVERY, cohen_kappa])
def test_perfect_agreement_has_an_interval_without_width_and_no_p_value(coefficient: Coefficient) -> None:
    found = coefficient([[1, 3, 2, 2, 1, 3], [1, 3, 2, 2, 1, 3]], categories=[1, 2, 3])

    assert (found.estimate, found.std_error, found.p_value) == (1, 0, None)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == (1, 1)
    assert found.reason is not None


@pytest.mark.parametrize("coefficient", [percent_agreement, gwet_ac, brennan_prediger, fleiss_kappa, cohen_kappa])
def test_one_item_has_an_estimate_but_no_error(coefficient: Coefficient) -> None:
    found = coefficient([[1.0], [2.0]], categories=[1, 2])

    assert found.estimate is not None
    assert (found.std_error, found.interval) == (None, None)
    assert found.reason == "one item: no spread to judge by"


# By hand: half of 4 items agree; one rater always says 1, the other says 2 half of the time.
@pytest.mark.parametrize(
    ("coefficient", "expected"),
    [
        (percent_agreement, 0.5),
        (cohen_kappa, 0.0),
        (conger_kappa, 0.0),
        (brennan_prediger, 0.0),
        (fleiss_kappa, -1 / 3),
        (krippendorff_alpha, -1 / 6),
    ],
)
def test_a_rater_with_one_answer_for_all_agrees_by_chance(coefficient: Coefficient, expected: float) -> None:
    found = coefficient([[1, 1, 1, 1], [1, 2, 1, 2]], categories=[1, 2])

    assert found.estimate == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("coefficient", EVERY)
def test_a_rating_off_the_declared_scale_is_refused_by_name(coefficient: Coefficient) -> None:
    with pytest.raises(ValueError, match="not on the declared scale: 7"):
        coefficient([[1.0, 2.0], [7.0, 2.0]], categories=[1, 2])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(lambda: gwet_ac([1, 2]), "raters x items: 1 dimensions", id="one row"),
        pytest.param(lambda: gwet_ac([[1, float("inf")], [1, 2]]), "infinite", id="infinite"),
        pytest.param(lambda: gwet_ac([[1, 2], [1, 2]], weights="cubic"), "weights is one of", id="unknown weights"),
        pytest.param(lambda: gwet_ac([[1, 2], [1, 2]], weights=[[1, 0]]), "2 x 2", id="shape of weights"),
        pytest.param(lambda: gwet_ac([[1, 2], [1, 2]], weights=[[1, 0.5], [0, 1]]), "symmetric", id="lopsided"),
        pytest.param(lambda: gwet_ac([[1, 2], [1, 2]], weights=[[0.5, 0], [0, 1]]), "diagonal", id="diagonal"),
        pytest.param(lambda: krippendorff_alpha([[1, 2], [1, 2]], level="metric"), "level is nominal", id="level"),
        pytest.param(lambda: krippendorff_alpha([[-1, 2], [1, 2]], level="ratio"), "0 or more: -1", id="negative"),
        pytest.param(lambda: cohen_kappa([[1, 2], [1, 2], [1, 2]]), "two raters: 3", id="three raters"),
        pytest.param(lambda: ratings_of_table([[1, 2, 3], [1, 2, 3]]), "square", id="lopsided table"),
        pytest.param(lambda: ratings_of_table([[1, 0.5], [1, 2]]), "whole numbers", id="fractions"),
    ],
)
def test_what_cannot_be_computed_is_refused_by_name(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_a_weighted_kappa_whose_error_is_zero_but_for_rounding_has_none() -> None:
    # Both squares of the variance are the same number, reached by two ways of adding up.
    found = weighted_kappa([[1, 2, 2], [3, 2, 2]], weights="linear", categories=[1, 2, 3])

    assert found.estimate == pytest.approx(0.0, abs=1e-12)
    assert found.std_error == 0.0
    assert found.reason
