"""Survey estimates by hand and by their invariants; the published samples are in test_published_values."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.sampling.ppi import powered_mean
from qa.sampling.sizes import (
    cost_optimal_allocation,
    neyman_allocation,
    proportional_allocation,
    size_for_proportion,
    size_for_two_proportions,
    whole,
)
from qa.sampling.survey import (
    design_effect,
    poststratified,
    ratio_total,
    survey_design,
    survey_mean,
    survey_proportion,
    survey_ratio,
    survey_total,
)

VALUES = [3.0, 5.0, 4.0, 10.0, 12.0, 11.0]
STRATA = ["a", "a", "a", "b", "b", "b"]


def two_strata(**options: Any) -> Any:
    """Three of 30 and three of 60."""
    return survey_design(
        [10.0] * 3 + [20.0] * 3, strata=STRATA, population=options.pop("population", {"a": 30, "b": 60}), **options
    )


def test_a_stratified_mean_by_hand() -> None:
    # Both strata have variance 1; V = sum (N_h/N)^2 (1 - n_h/N_h) s_h^2 / n_h.
    mean = survey_mean(two_strata(), VALUES)

    assert mean.estimate == pytest.approx((30 * 4 + 60 * 11) / 90)
    assert mean.std_error == pytest.approx(((1 / 3) ** 2 * 0.9 / 3 + (2 / 3) ** 2 * 0.95 / 3) ** 0.5)
    assert two_strata().df == 4


def test_a_stratum_counted_in_full_adds_no_variance() -> None:
    design = survey_design([1.0] * 3 + [20.0] * 3, strata=STRATA, population={"a": 3, "b": 60})

    total = survey_total(design, VALUES)

    assert total.std_error == pytest.approx(60 * (0.95 / 3) ** 0.5)


@pytest.mark.parametrize(
    ("lonely", "variance"),
    [
        # The stratum of two adds 30^2 (1 - 2/30) 2 / 2 = 840; the lonely one has weight 60 and value 10.
        ("certainty", 840.0),
        ("average", 1680.0),
        ("adjust", 840.0 + 59 / 60 * 600.0**2),
    ],
)
def test_a_lonely_stratum_adds_what_its_rule_says(lonely: str, variance: float) -> None:
    design = survey_design([15, 15, 60], strata=["a", "a", "b"], population={"a": 30, "b": 60}, lonely=lonely)

    assert survey_total(design, [3.0, 5.0, 10.0]).std_error == pytest.approx(variance**0.5)


def test_a_lonely_stratum_is_refused_with_a_reason_unless_a_rule_is_given() -> None:
    design = survey_design([15, 15, 60], strata=["a", "a", "b"], population={"a": 30, "b": 60})

    total = survey_total(design, [3.0, 5.0, 10.0])

    assert total.estimate == 720
    assert (total.std_error, total.interval) == (None, None)
    assert "one unit" in (total.reason or "")


def test_one_cluster_has_no_spread() -> None:
    mean = survey_mean(survey_design([1.0, 1.0], clusters=[7, 7]), [1.0, 2.0])

    assert (mean.estimate, mean.std_error) == (1.5, None)
    assert mean.reason


def test_a_domain_without_anybody_has_no_mean_and_a_ratio_to_nothing_none_either() -> None:
    design = two_strata()

    empty = survey_mean(design, VALUES, domain=[False] * 6)
    nothing = survey_ratio(design, VALUES, [0.0] * 6)

    assert (empty.estimate, nothing.estimate) == (None, None)
    assert empty.reason
    assert nothing.reason


@given(y=st.lists(st.floats(-100, 100), min_size=6, max_size=6), factor=st.floats(0.5, 3))
def test_a_mean_scales_with_its_values_and_not_with_its_weights(y: list[float], factor: float) -> None:
    design = two_strata()
    heavier = survey_design(factor * design.weights, strata=STRATA)
    mean, scaled = survey_mean(design, y), survey_mean(design, [factor * value for value in y])
    without = survey_mean(design.without_correction(), y)

    assert scaled.estimate == pytest.approx(factor * (mean.estimate or 0), abs=1e-8)
    assert scaled.std_error == pytest.approx(factor * (mean.std_error or 0), abs=1e-8)
    assert survey_mean(heavier, y).std_error == pytest.approx(without.std_error, abs=1e-8)
    assert (mean.std_error or 0) <= (without.std_error or 0)


def test_the_ratio_to_a_column_of_ones_is_the_mean_and_its_total_the_expanded_one() -> None:
    design = two_strata()

    ratio, mean = survey_ratio(design, VALUES, [1.0] * 6), survey_mean(design, VALUES)
    total = ratio_total(design, VALUES, [1.0] * 6, 90)

    assert ratio.std_error == pytest.approx(mean.std_error)
    assert total.estimate == pytest.approx(survey_total(design, VALUES).estimate)
    assert total.std_error == pytest.approx(90 * (mean.std_error or 0))


def test_poststrata_take_their_known_sizes_and_what_they_explain_leaves_the_error() -> None:
    design = survey_design([10.0] * 6, population=60)

    raised = poststratified(design, STRATA, {"a": 20, "b": 40})

    assert survey_total(raised, [1, 1, 1, 0, 0, 0]).estimate == pytest.approx(20)
    assert survey_total(raised, [1, 1, 1, 0, 0, 0]).std_error == pytest.approx(0, abs=1e-9)
    assert (survey_mean(raised, VALUES).std_error or 1) < (survey_mean(design, VALUES).std_error or 0)


def test_a_simple_random_sample_has_no_design_effect() -> None:
    assert design_effect(survey_design([10.0] * 6, population=60), VALUES) == pytest.approx(1.0)
    assert design_effect(two_strata(), [5.0] * 6) is None


@pytest.mark.parametrize("method", ["mean", "logit", "likelihood", "asin", "beta"])
def test_intervals_of_a_proportion_hold_it_and_mirror_when_ones_and_zeros_change_places(method: str) -> None:
    rng = np.random.default_rng(3)
    y = (rng.random(80) < 0.2).astype(float)
    design = survey_design(rng.uniform(1, 4, 80), strata=rng.integers(0, 3, 80))

    found = survey_proportion(design, y, method=method).interval
    mirrored = survey_proportion(design, 1 - y, method=method).interval

    assert found is not None
    assert mirrored is not None
    assert found.low < y.mean() + 0.1
    assert found.low < found.high
    assert (mirrored.low, mirrored.high) == pytest.approx((1 - found.high, 1 - found.low), abs=1e-9)


def test_with_nobody_only_the_exact_interval_is_left() -> None:
    design = survey_design([2.0] * 20)

    exact = survey_proportion(design, [0.0] * 20, method="beta").interval
    wavering = survey_proportion(design, [0.0] * 20, method="logit")

    # Clopper and Pearson: 1 - .025^(1/20).
    assert exact is not None
    assert (exact.low, exact.high) == (0.0, pytest.approx(1 - 0.025**0.05))
    assert (wavering.interval, wavering.estimate) == (None, 0.0)
    assert wavering.reason


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": [1, 0]}, "positive"),
        ({"weights": [1, 2], "strata": [1]}, "label per observation"),
        ({"weights": [1, 2], "population": 1}, "at least the units"),
        ({"weights": [1, 2], "strata": ["a", "b"], "population": {"a": 4}}, "no size is known of b"),
        ({"weights": [1, 2], "lonely": "guess"}, "lonely is one of"),
    ],
)
def test_a_wrong_design_is_named(options: dict[str, Any], message: str) -> None:
    weights = options.pop("weights")
    with pytest.raises(ValueError, match=message):
        survey_design(weights, **options)


def test_a_useless_prediction_gets_no_weight_and_a_perfect_one_the_largest() -> None:
    rng = np.random.default_rng(2)
    y, other = rng.normal(size=50), rng.normal(size=500)

    useless = powered_mean(y, -y, -other)
    perfect = powered_mean(y, y, other)

    assert useless.tuning == 0
    assert useless.tuned == useless.classical or useless.tuned.estimate == useless.classical.estimate
    assert perfect.tuning == pytest.approx(0.9, abs=0.15)
    assert (perfect.tuned.std_error or 1) < (perfect.classical.std_error or 0) / 2


def test_one_reviewed_part_has_a_mean_without_an_interval_and_constant_predictions_help_nothing() -> None:
    one = powered_mean([3.0], [2.0], [2.0, 4.0])
    constant = powered_mean([1.0, 2.0, 3.0], [5.0] * 3, [5.0] * 4)

    assert (one.classical.estimate, one.classical.interval) == (3.0, None)
    assert one.classical.reason
    assert constant.tuning == 0
    assert constant.tuned.estimate == 2.0


def test_sizes_for_proportions_as_printed() -> None:
    # Cochran (1977), sec. 4.4: 400 from a large population, 356 of 3,200. R's help of power.prop.test: 76.7.
    assert size_for_proportion(0.5, 0.05, z=2) == pytest.approx(400)
    assert whole(size_for_proportion(0.5, 0.05, z=2, population=3200)) == 356
    assert size_for_two_proportions(0.5, 0.75, power=0.9) == pytest.approx(76.7, abs=0.05)
    assert size_for_two_proportions(0.5, 0.5) is None
    assert (size_for_two_proportions(0.5, 0.75, sides=1) or 0) < (size_for_two_proportions(0.5, 0.75) or 0)


def test_allocations_spend_what_there_is_and_follow_their_weights() -> None:
    sizes, spreads, costs = [100, 300], [4.0, 1.0], [4.0, 1.0]

    assert proportional_allocation(40, sizes).tolist() == [10, 30]
    assert neyman_allocation(70, sizes, spreads).tolist() == [40, 30]
    spent = cost_optimal_allocation(1100, sizes, spreads, costs)
    # In proportion to N S / sqrt(c): 200 to 300.
    assert spent[0] / spent[1] == pytest.approx(2 / 3)
    assert (spent * costs).sum() == pytest.approx(1100)
    assert neyman_allocation(40, sizes, [0.0, 0.0]).tolist() == [10, 30]


@pytest.mark.parametrize(
    "call",
    [
        lambda: neyman_allocation(10, [1, 0], [1, 1]),
        lambda: neyman_allocation(10, [1, 2], [1, -1]),
        lambda: cost_optimal_allocation(10, [1, 2], [1, 1], [1]),
        lambda: size_for_proportion(1.2, 0.1),
        lambda: size_for_two_proportions(0.1, 0.2, power=1),
        lambda: powered_mean([], [], [1.0]),
        lambda: powered_mean([1.0], [1.0, 2.0], [1.0]),
    ],
)
def test_impossible_questions_are_refused(call: Any) -> None:
    with pytest.raises(ValueError):
        call()
