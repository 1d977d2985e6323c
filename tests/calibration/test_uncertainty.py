"""Standard errors and intervals of coefficients of agreement: each way against another way to the same figure."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from calibration.agreement import (
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
    ratings_of_table,
)
from calibration.ratings import RatingList
from calibration.results import Agreement
from tests.calibration.tables import FOUR_RATERS, MISSING, Ratings

COEFFICIENTS: dict[str, tuple[Callable[..., Agreement], dict[str, Any]]] = {
    "percent": (percent_agreement, {}),
    "percent, linear": (percent_agreement, {"weights": "linear"}),
    "ac1": (gwet_ac, {}),
    "ac2": (gwet_ac, {"weights": "quadratic"}),
    "uniform": (brennan_prediger, {"weights": "ordinal"}),
    "fleiss": (fleiss_kappa, {}),
    "fleiss, radical": (fleiss_kappa, {"weights": "radical"}),
    "conger": (conger_kappa, {}),
    "conger, linear": (conger_kappa, {"weights": "linear"}),
    "nominal": (krippendorff_alpha, {"level": "nominal"}),
    "ordinal": (krippendorff_alpha, {"level": "ordinal"}),
    "interval": (krippendorff_alpha, {"level": "interval"}),
    "ratio": (krippendorff_alpha, {"level": "ratio"}),
    "alpha, bipolar": (krippendorff_alpha, {"weights": "bipolar"}),
}
every = pytest.mark.parametrize(("coefficient", "given"), COEFFICIENTS.values(), ids=COEFFICIENTS)


def rated(items: int, *, raters: int = 4, missing: float = 0.45, seed: int = 3, agree: float = 0.6) -> Ratings:
    """Ratings on 0..3 that agree more often than chance; many items with one rating."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(4, size=items, p=[0.5, 0.2, 0.2, 0.1])
    own = rng.choice(4, size=(raters, items), p=[0.4, 0.3, 0.2, 0.1])
    matrix = np.where(rng.random((raters, items)) < agree, truth, own).astype(float)
    matrix[rng.random((raters, items)) < missing] = MISSING
    return matrix


@every
def test_the_linearised_error_is_the_jackknife_of_many_items(
    coefficient: Callable[..., Agreement], given: dict[str, Any]
) -> None:
    matrix = rated(1500)

    linearised = coefficient(matrix, **given).std_error
    jackknife = coefficient(matrix, **given, std_error="jackknife").std_error

    assert linearised == pytest.approx(jackknife, rel=0.005)


@every
def test_the_jackknife_leaves_out_one_item_after_another(
    coefficient: Callable[..., Agreement], given: dict[str, Any]
) -> None:
    matrix = rated(25)
    matrix = matrix[:, ~np.isnan(matrix).all(axis=0)]
    n = matrix.shape[1]

    left = [coefficient(np.delete(matrix, item, axis=1), categories=range(4), **given).estimate for item in range(n)]
    found = coefficient(matrix, categories=range(4), std_error="jackknife", **given)

    assert found.std_error == pytest.approx(np.sqrt((n - 1) / n * ((np.array(left) - np.mean(left)) ** 2).sum()))


@every
def test_the_bootstrap_repeats_the_figure_on_each_resample(
    coefficient: Callable[..., Agreement], given: dict[str, Any]
) -> None:
    matrix = rated(30)
    matrix = matrix[:, (~np.isnan(matrix)).sum(axis=0) >= 2]
    n = matrix.shape[1]
    drawn = np.random.default_rng(11).integers(0, n, size=(40, n))

    looped = [coefficient(matrix[:, row], categories=range(4), **given).estimate for row in drawn]
    found = coefficient(matrix, categories=range(4), bootstrap=40, rng=np.random.default_rng(11), **given)

    assert found.std_error == pytest.approx(np.std(looped, ddof=1))
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(np.quantile(looped, [0.025, 0.975])))


@every
def test_bootstrap_and_formula_come_to_the_same_error(
    coefficient: Callable[..., Agreement], given: dict[str, Any]
) -> None:
    matrix = rated(400)

    formula = coefficient(matrix, **given)
    bootstrap = coefficient(matrix, **given, bootstrap=1000, rng=np.random.default_rng(1))
    corrected = coefficient(matrix, **given, bootstrap=1000, rng=np.random.default_rng(1), interval="bca")

    assert bootstrap.std_error == pytest.approx(formula.std_error, rel=0.12)
    assert formula.interval is not None
    assert corrected.interval is not None
    width = formula.interval.high - formula.interval.low
    assert corrected.interval.low == pytest.approx(formula.interval.low, abs=0.15 * width)
    assert corrected.interval.high == pytest.approx(formula.interval.high, abs=0.15 * width)


@every
def test_a_cluster_of_copies_counts_once(coefficient: Callable[..., Agreement], given: dict[str, Any]) -> None:
    matrix = rated(60)
    matrix = matrix[:, (~np.isnan(matrix)).sum(axis=0) >= 2]
    n = matrix.shape[1]
    copies = np.tile(matrix, 3)

    once = coefficient(matrix, categories=range(4), **given)
    thrice = coefficient(copies, categories=range(4), clusters=np.tile(np.arange(n), 3), **given)

    # Alpha has a small-sample term that three times the ratings make smaller.
    assert thrice.std_error == pytest.approx(once.std_error, rel=0.03)


def test_a_cluster_bootstrap_is_wider_where_items_of_a_cluster_are_alike() -> None:
    matrix = np.repeat(rated(40, missing=0.2), 10, axis=1)
    clusters = np.repeat(np.arange(40), 10)

    single = gwet_ac(matrix, bootstrap=300, rng=np.random.default_rng(2))
    clustered = gwet_ac(matrix, clusters=clusters, bootstrap=300, rng=np.random.default_rng(2))

    assert single.std_error is not None
    assert clustered.std_error is not None
    assert clustered.std_error > 2 * single.std_error
    assert "resamples of the clusters" in clustered.method


def test_a_census_leaves_no_sampling_error_and_half_a_population_leaves_its_share() -> None:
    whole = gwet_ac(FOUR_RATERS)
    half = gwet_ac(FOUR_RATERS, population=24)
    census = gwet_ac(FOUR_RATERS, population=12)

    assert whole.std_error is not None
    assert half.std_error == pytest.approx(whole.std_error * np.sqrt(0.5))
    assert census.std_error == 0


def test_gwets_error_is_too_large_where_most_items_have_one_rating() -> None:
    matrix = rated(800, missing=0.75, agree=0.97)

    gwet = gwet_ac(matrix, std_error="gwet").std_error
    linearised = gwet_ac(matrix).std_error
    jackknife = gwet_ac(matrix, std_error="jackknife").std_error

    assert gwet is not None
    assert jackknife is not None
    assert gwet > 1.2 * jackknife
    assert linearised == pytest.approx(jackknife, rel=0.01)


@pytest.mark.parametrize("level", ["ordinal", "interval", "ratio"])
def test_scores_on_a_fine_scale_are_resampled_like_coarse_ones(level: str) -> None:
    # Many categories take another path than few.
    scores = np.round(rated(40, missing=0.0) * 25 + np.random.default_rng(6).normal(size=(4, 40)) * 9 + 30)
    drawn = np.random.default_rng(4).integers(0, 40, size=(25, 40))

    looped = [krippendorff_alpha(scores[:, row], level=level).estimate for row in drawn]
    found = krippendorff_alpha(scores, level=level, bootstrap=25, rng=np.random.default_rng(4))

    assert np.unique(scores).size > 50
    assert found.std_error == pytest.approx(np.std(looped, ddof=1))


def test_the_same_generator_gives_the_same_interval() -> None:
    first = krippendorff_alpha(FOUR_RATERS, bootstrap=200, rng=np.random.default_rng(5))
    second = krippendorff_alpha(FOUR_RATERS, bootstrap=200, rng=np.random.default_rng(5))

    assert first == second
    assert first.interval is not None
    assert first.interval.low < 0.743 < first.interval.high


def test_cohens_kappa_has_a_bootstrap_interval_too() -> None:
    kappa = cohen_kappa(ratings_of_table([[40, 5], [10, 45]]), bootstrap=500, rng=np.random.default_rng(1))
    formula = cohen_kappa(ratings_of_table([[40, 5], [10, 45]]))

    assert kappa.std_error == pytest.approx(formula.std_error, rel=0.1)
    assert kappa.estimate == formula.estimate


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"bootstrap": 10}, "needs a positive number of resamples and rng", id="no generator"),
        pytest.param({"std_error": "guess"}, "std_error is one of", id="error kind"),
        pytest.param({"confidence": 1.0}, "between 0 and 1", id="confidence"),
        pytest.param({"population": 3}, "at least the 12 rated items: 3", id="population"),
        pytest.param({"clusters": [1, 2]}, "one label per item: 2", id="clusters"),
        pytest.param({"clusters": [1] * 12, "std_error": "gwet"}, "clusters go with", id="clusters by formula"),
        pytest.param({"bootstrap": 9, "rng": np.random.default_rng(1), "interval": "t"}, "percentile or bca", id="t"),
    ],
)
def test_impossible_options_are_refused_by_name(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gwet_ac(FOUR_RATERS, **options)


def test_gwets_error_of_the_ordinal_metric_is_refused() -> None:
    with pytest.raises(ValueError, match="knows no ordinal metric"):
        krippendorff_alpha(FOUR_RATERS, level="ordinal", std_error="gwet")


def test_a_rating_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="rates an item once"):
        gwet_ac(RatingList(raters=[1, 1, 2], items=[5, 5, 5], values=[1.0, 2.0, 1.0]))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ac1", "fleiss", "conger", "nominal", "ordinal", "interval"])
def test_intervals_hold_the_truth_about_as_often_as_they_say(name: str) -> None:
    coefficient, given = COEFFICIENTS[name]
    truth = coefficient(rated(200_000, missing=0.3, seed=1), categories=range(4), **given).estimate
    found = [
        coefficient(rated(60, missing=0.3, seed=seed), categories=range(4), **given).interval
        for seed in range(100, 1100)
    ]

    held = np.mean([interval is not None and interval.low <= truth <= interval.high for interval in found])

    assert 0.925 <= held <= 0.97
