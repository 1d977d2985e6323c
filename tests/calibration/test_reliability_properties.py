"""What holds for every coefficient of reliability and any scores."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.agreement import cohen_kappa, weighted_kappa
from calibration.reliability import bland_altman, generalizability, icc, kendall_w, lin_ccc
from calibration.results import Estimate
from tests.calibration.tables import Ratings, tried


def of_icc(model: str, unit: str) -> Callable[[Any], Estimate]:
    def coefficient(scores: Any) -> Estimate:
        return icc(scores, model=model, unit=unit)

    return coefficient


def by_study(scores: Any) -> Estimate:
    decisions = generalizability(scores, decide=[{}]).decisions
    return decisions[0].dependability if decisions else Estimate(estimate=None, reason="no study")


PAIRS: dict[str, Callable[[Any], Estimate]] = {
    "kappa": lambda scores: cohen_kappa(np.round(scores)),
    "linear": lambda scores: weighted_kappa(np.round(scores), weights="linear"),
    "quadratic": lambda scores: weighted_kappa(np.round(scores), weights="quadratic"),
    "lin": lin_ccc,
}
MANY: dict[str, Callable[[Any], Estimate]] = {
    **{f"icc{model}-{unit}": of_icc(model, unit) for model in "123" for unit in ("single", "average")},
    "kendall": kendall_w,
    "dependability": by_study,
}
EVERY = PAIRS | MANY
every = pytest.mark.parametrize("coefficient", EVERY.values(), ids=EVERY)


def scores(raters: int = 2, items: int = 8) -> st.SearchStrategy[Ratings]:
    row = st.lists(st.integers(0, 4), min_size=items, max_size=items)
    return st.lists(row, min_size=raters, max_size=raters).map(lambda rows: np.array(rows, dtype=float))


def same(first: Estimate, second: Estimate) -> None:
    assert (first.estimate is None) == (second.estimate is None)
    if first.estimate is not None and second.estimate is not None:
        assert second.estimate == pytest.approx(first.estimate, abs=1e-9)


@every
@given(given_scores=scores(), seed=st.integers(0, 99))
@tried
def test_the_order_of_raters_and_items_does_not_matter(
    coefficient: Callable[[Any], Estimate], given_scores: Ratings, seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(given_scores.shape[1])

    same(coefficient(given_scores), coefficient(given_scores[::-1][:, order]))


@every
@given(row=st.lists(st.integers(0, 4), min_size=4, max_size=9).filter(lambda row: len(set(row)) > 1))
@tried
def test_perfect_agreement_is_one(coefficient: Callable[[Any], Estimate], row: list[int]) -> None:
    found = coefficient([row, row]).estimate

    assert found == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("name", ["kappa", "linear", "quadratic", "lin"])
@given(given_scores=scores())
@tried
def test_every_item_twice_over_leaves_a_coefficient_as_it_is(name: str, given_scores: Ratings) -> None:
    same(EVERY[name](given_scores), EVERY[name](np.hstack([given_scores, given_scores])))


@pytest.mark.parametrize("name", [name for name in EVERY if name not in ("kappa", "linear", "quadratic")])
@given(given_scores=scores(), shift=st.integers(-5, 5), factor=st.integers(1, 4))
@tried
def test_another_unit_for_everybody_changes_nothing(name: str, given_scores: Ratings, shift: int, factor: int) -> None:
    same(EVERY[name](given_scores), EVERY[name](factor * given_scores + shift))


@pytest.mark.parametrize("name", ["kappa", "linear", "quadratic"])
@given(given_scores=scores())
@tried
def test_a_scale_read_backwards_changes_no_kappa(name: str, given_scores: Ratings) -> None:
    same(EVERY[name](given_scores), EVERY[name](4 - given_scores))


@every
def test_more_and_more_disagreement_lowers_it(coefficient: Callable[[Any], Estimate]) -> None:
    base = np.array([0.0, 1, 2, 3, 4, 0, 1, 2, 3, 4])
    other, found = base.copy(), []

    for pair in ([0, 4], [5, 9], [1, 3], [6, 8]):
        found.append(coefficient([base, other]).estimate)
        # Two items far apart change places: the marginals stay.
        other[pair] = other[pair[::-1]]

    assert all(value is not None for value in found)
    # A study cuts components at 0, where dependability stays.
    assert all(later < earlier or later == earlier == 0 for earlier, later in pairwise(found))  # type: ignore[operator]


@given(given_scores=scores())
@tried
def test_the_limits_of_agreement_turn_round_with_the_raters(given_scores: Ratings) -> None:
    forth, back = bland_altman(given_scores), bland_altman(given_scores[::-1])

    assert back.bias.estimate == pytest.approx(-(forth.bias.estimate or 0.0), abs=1e-9)
    assert back.lower.estimate == pytest.approx(-(forth.upper.estimate or 0.0), abs=1e-9)
