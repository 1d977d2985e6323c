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
from tests.calibration.tables import Ratings


def of_icc(model: str, unit: str) -> Callable[[Any], Estimate]:
    def coefficient(scores: Any) -> Estimate:
        return icc(scores, model=model, unit=unit)

    return coefficient


def by_study(scores: Any) -> Estimate:
    decisions = generalizability(scores, decide=[{}]).decisions
    return decisions[0].dependability if decisions else Estimate(estimate=None, reason="no study")


def of_design(design: str) -> Callable[[Any], Estimate]:
    """Dependability of a design with three facets; raters x persons are given, an object scored by two halves."""

    def coefficient(scores: Any) -> Estimate:
        rows = np.asarray(scores, dtype=float)
        cells = np.stack([rows.T, rows.T], axis=1)  # persons x two conditions alike x raters
        decisions = generalizability(cells, design=design, decide=[{}]).decisions
        return decisions[0].dependability if decisions else Estimate(estimate=None, reason="no study")

    return coefficient


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
    "dependability, p x i x r": of_design("p x i x r"),
    "dependability, p x (r:t)": of_design("p x (r:t)"),
}
EVERY = PAIRS | MANY
every = pytest.mark.parametrize("coefficient", EVERY.values(), ids=EVERY)


def scores(raters: int = 2, items: int = 8, *, missing: bool = False) -> st.SearchStrategy[Ratings]:
    values: st.SearchStrategy[float] = st.integers(0, 4).map(float)
    row = st.lists(st.one_of(values, st.just(float("nan"))) if missing else values, min_size=items, max_size=items)
    return st.lists(row, min_size=raters, max_size=raters).map(np.array)


def same(first: Estimate, second: Estimate) -> None:
    assert (first.estimate is None) == (second.estimate is None)
    if first.estimate is not None and second.estimate is not None:
        assert second.estimate == pytest.approx(first.estimate, abs=1e-9)


@every
@given(given_scores=scores(), seed=st.integers(0, 99))
def test_the_order_of_raters_and_items_does_not_matter(
    coefficient: Callable[[Any], Estimate], given_scores: Ratings, seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(given_scores.shape[1])

    same(coefficient(given_scores), coefficient(given_scores[::-1][:, order]))


@every
@given(row=st.lists(st.integers(0, 4), min_size=4, max_size=9).filter(lambda row: len(set(row)) > 1))
def test_perfect_agreement_is_one(coefficient: Callable[[Any], Estimate], row: list[int]) -> None:
    found = coefficient([row, row]).estimate

    assert found == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("name", MANY)
@given(given_scores=scores(4, 6, missing=True), seed=st.integers(0, 99))
def test_nor_does_it_for_several_raters_with_gaps(name: str, given_scores: Ratings, seed: int) -> None:
    rng = np.random.default_rng(seed)

    same(EVERY[name](given_scores), EVERY[name](given_scores[rng.permutation(4)][:, rng.permutation(6)]))


@pytest.mark.parametrize("name", MANY)
@given(row=st.lists(st.integers(0, 4), min_size=3, max_size=6).filter(lambda row: len(set(row)) > 1))
def test_perfect_agreement_of_several_raters_is_one(name: str, row: list[int]) -> None:
    assert EVERY[name]([row] * 4).estimate == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("name", ["kappa", "linear", "quadratic", "lin"])
@given(given_scores=scores())
def test_every_item_twice_over_leaves_a_coefficient_of_two_raters_as_it_is(name: str, given_scores: Ratings) -> None:
    same(EVERY[name](given_scores), EVERY[name](twice(given_scores)))


def twice(given_scores: Ratings) -> Ratings:
    return np.hstack([given_scores, given_scores])


@pytest.mark.parametrize("name", ["icc3-single", "icc3-average", "kendall"])
@given(given_scores=scores(3, 5))
def test_every_item_twice_over_leaves_consistency_and_concordance_as_they_are(name: str, given_scores: Ratings) -> None:
    # Both mean squares of consistency grow alike; the ties that the copies make are what W corrects for.
    same(EVERY[name](given_scores), EVERY[name](twice(given_scores)))


@pytest.mark.parametrize("model", ["1", "2"])
@given(given_scores=scores(3, 5))
def test_every_item_twice_over_changes_an_icc_by_its_degrees_of_freedom_alone(
    model: str, given_scores: Ratings
) -> None:
    once, copied = icc(given_scores, model=model), icc(twice(given_scores), model=model)
    if once.estimate is None:
        assert copied.estimate is None
        return
    k, n = given_scores.shape
    assert once.squares is not None
    # Sums of squares of items, error and raters double; of the degrees of freedom those with items in them do not.
    items, within, error, raters = (
        getattr(once.squares, name) * factor
        for name, factor in (
            ("items", 2 * (n - 1) / (2 * n - 1)),
            ("within", 1.0),
            ("error", 2 * (n - 1) / (2 * n - 1)),
            ("raters", 2.0),
        )
    )

    if model == "1":
        expected = (items - within) / (items + (k - 1) * within)
    else:
        expected = (items - error) / (items + (k - 1) * error + k * (raters - error) / (2 * n))

    assert copied.estimate == pytest.approx(expected, abs=1e-9)


@given(given_scores=scores(3, 5))
def test_every_person_twice_over_changes_dependability_by_degrees_of_freedom_alone(given_scores: Ratings) -> None:
    once, copied = (generalizability(given, decide=[{}]) for given in (given_scores, twice(given_scores)))
    if once.reason is not None:
        assert copied.reason is not None
        return
    k, n = given_scores.shape
    p, r, pr = (once.component(name).mean_square or 0.0 for name in ("p", "r", "pr"))
    p, r, pr = p * 2 * (n - 1) / (2 * n - 1), r * 2, pr * 2 * (n - 1) / (2 * n - 1)
    person, rater = max(p - pr, 0.0) / k, max(r - pr, 0.0) / (2 * n)

    (before,), (after,) = once.decisions, copied.decisions

    same(before.generalizability, after.generalizability)
    if after.dependability.estimate is not None:
        assert after.dependability.estimate == pytest.approx(person / (person + (rater + pr) / k), abs=1e-9)


@pytest.mark.parametrize(
    ("design", "relative"), [("p x i x r", ("p", "pi", "pr", "pir")), ("p x (r:t)", ("p", "pt", "pr:t"))]
)
@given(rows=st.lists(scores(2, 3), min_size=3, max_size=4))
def test_nor_the_variance_of_persons_and_ranking_error_of_wider_designs_otherwise(
    design: str, relative: tuple[str, ...], rows: list[Ratings]
) -> None:
    cells = np.array(rows)
    n = len(cells)

    once = generalizability(cells, design=design)
    copied = generalizability(np.concatenate([cells, cells]), design=design)

    assert (once.reason is None) == (copied.reason is None)
    for name in relative if once.reason is None else ():
        expected = once.component(name).raw * 2 * (n - 1) / (2 * n - 1)
        assert copied.component(name).raw == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", [name for name in EVERY if name not in ("kappa", "linear", "quadratic")])
@given(given_scores=scores(), shift=st.integers(-5, 5), factor=st.integers(1, 4))
def test_another_unit_for_everybody_changes_nothing(name: str, given_scores: Ratings, shift: int, factor: int) -> None:
    same(EVERY[name](given_scores), EVERY[name](factor * given_scores + shift))


@pytest.mark.parametrize("name", ["kappa", "linear", "quadratic"])
@given(given_scores=scores())
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
def test_the_limits_of_agreement_turn_round_with_the_raters(given_scores: Ratings) -> None:
    forth, back = bland_altman(given_scores), bland_altman(given_scores[::-1])

    assert back.bias.estimate == pytest.approx(-(forth.bias.estimate or 0.0), abs=1e-9)
    assert back.lower.estimate == pytest.approx(-(forth.upper.estimate or 0.0), abs=1e-9)
