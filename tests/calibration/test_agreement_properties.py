"""What holds for every coefficient and any ratings."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.agreement import (
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    light_kappa,
    percent_agreement,
    weighted_kappa,
)
from calibration.ratings import RatingList
from calibration.results import Agreement
from tests.calibration.tables import MISSING, Ratings, ratings

SCALE = [0.0, 1.0, 2.0]


def of_level(level: str) -> Callable[..., Agreement]:
    def alpha(matrix: object, **options: object) -> Agreement:
        return krippendorff_alpha(matrix, level=level, **options)  # type: ignore[arg-type]

    return alpha


UNWEIGHTED: dict[str, Callable[..., Agreement]] = {
    "percent": percent_agreement,
    "ac": gwet_ac,
    "uniform": brennan_prediger,
    "fleiss": fleiss_kappa,
    "conger": conger_kappa,
    "light": light_kappa,
}
WEIGHTED: dict[str, Callable[..., Agreement]] = {
    "percent, linear": partial(percent_agreement, weights="linear"),
    "ac2, quadratic": partial(gwet_ac, weights="quadratic"),
    "uniform, ordinal": partial(brennan_prediger, weights="ordinal"),
    "fleiss, radical": partial(fleiss_kappa, weights="radical"),
    "conger, linear": partial(conger_kappa, weights="linear"),
}
ALPHAS = {level: of_level(level) for level in ("nominal", "ordinal", "interval", "ratio")}
COEFFICIENTS = UNWEIGHTED | WEIGHTED | ALPHAS
every = pytest.mark.parametrize("coefficient", COEFFICIENTS.values(), ids=COEFFICIENTS)
plain = pytest.mark.parametrize("coefficient", [*UNWEIGHTED.values(), ALPHAS["nominal"]], ids=[*UNWEIGHTED, "nominal"])


def same(first: Agreement, second: Agreement) -> bool:
    if first.estimate is None or second.estimate is None:
        return first.estimate is second.estimate
    return first.estimate == pytest.approx(second.estimate, abs=1e-9) and (
        first.std_error is None
        or second.std_error is None
        or first.std_error == pytest.approx(second.std_error, abs=1e-7)
    )


@every
@given(matrix=ratings(), seed=st.integers(0, 99))
def test_the_order_of_raters_and_items_does_not_matter(
    coefficient: Callable[..., Agreement], matrix: Ratings, seed: int
) -> None:
    rng = np.random.default_rng(seed)

    turned = matrix[rng.permutation(len(matrix))][:, rng.permutation(matrix.shape[1])]

    assert same(coefficient(turned, categories=SCALE), coefficient(matrix, categories=SCALE))


@plain
@given(matrix=ratings())
def test_relabelling_the_categories_does_not_matter(coefficient: Callable[..., Agreement], matrix: Ratings) -> None:
    names = np.array([5.0, -1.0, 0.5])

    relabelled = np.where(np.isnan(matrix), MISSING, names[np.nan_to_num(matrix).astype(int)])

    assert same(coefficient(relabelled, categories=names.tolist()), coefficient(matrix, categories=SCALE))


@every
@given(row=st.lists(st.sampled_from(SCALE), min_size=2, max_size=10).filter(lambda row: len(set(row)) > 1))
def test_perfect_agreement_is_one(coefficient: Callable[..., Agreement], row: list[float]) -> None:
    assert coefficient([row, row, row], categories=SCALE).estimate == pytest.approx(1.0, abs=1e-12)


@every
@given(matrix=ratings())
def test_empty_raters_and_items_change_nothing(coefficient: Callable[..., Agreement], matrix: Ratings) -> None:
    padded = np.full((matrix.shape[0] + 1, matrix.shape[1] + 2), MISSING)

    padded[:-1, 1:-1] = matrix

    assert same(coefficient(padded, categories=SCALE), coefficient(matrix, categories=SCALE))


@every
@given(matrix=ratings())
def test_a_list_of_ratings_is_as_good_as_a_matrix(coefficient: Callable[..., Agreement], matrix: Ratings) -> None:
    rater, item = np.indices(matrix.shape)

    listed = RatingList(raters=7 * rater.ravel() + 3, items=1000 - item.ravel(), values=matrix.ravel())

    assert same(coefficient(listed, categories=SCALE), coefficient(matrix, categories=SCALE))


@pytest.mark.parametrize("coefficient", WEIGHTED.values(), ids=WEIGHTED)
@given(matrix=ratings())
def test_a_scale_read_backwards_changes_no_weighted_coefficient(
    coefficient: Callable[..., Agreement], matrix: Ratings
) -> None:
    assert same(coefficient(2 - matrix, categories=SCALE), coefficient(matrix, categories=SCALE))


@pytest.mark.parametrize(
    ("level", "names"),
    [
        ("ordinal", (-4.0, 0.5, 300.0)),  # any names in the same order
        ("ordinal", (7.0, 1.0, -2.0)),  # or read backwards
        ("interval", (10.0, 7.0, 4.0)),  # another zero and another unit
        ("ratio", (0.0, 2.5, 5.0)),  # another unit
    ],
)
@given(matrix=ratings())
def test_alpha_bears_the_relabellings_that_its_level_allows(
    level: str, names: tuple[float, ...], matrix: Ratings
) -> None:
    relabelled = np.where(np.isnan(matrix), MISSING, np.array(names)[np.nan_to_num(matrix).astype(int)])

    assert same(ALPHAS[level](relabelled), ALPHAS[level](matrix))


@pytest.mark.parametrize("coefficient", (UNWEIGHTED | WEIGHTED).values(), ids=UNWEIGHTED | WEIGHTED)
@given(matrix=ratings())
def test_rating_every_item_twice_over_changes_no_coefficient(
    coefficient: Callable[..., Agreement], matrix: Ratings
) -> None:
    once = coefficient(matrix, categories=SCALE).estimate

    twice = coefficient(np.hstack([matrix, matrix]), categories=SCALE).estimate

    assert twice == pytest.approx(once, abs=1e-9)


@pytest.mark.parametrize("level", ALPHAS)
@given(matrix=ratings())
def test_every_item_twice_over_changes_alpha_by_its_small_sample_term_alone(level: str, matrix: Ratings) -> None:
    # What is expected by chance is drawn without replacement from the n values of items with two ratings or more:
    # (1 - alpha) n / (n - 1) is a ratio of plain means, which no copy changes.
    once, twice = (ALPHAS[level](given, categories=SCALE).estimate for given in (matrix, np.hstack([matrix, matrix])))

    rated = (~np.isnan(matrix)).sum(axis=0)
    n = int(rated[rated > 1].sum())

    if once is None:
        assert twice is None
    else:
        assert twice is not None
        assert (1 - twice) * 2 * n / (2 * n - 1) == pytest.approx((1 - once) * n / (n - 1), abs=1e-9)


@every
@given(row=st.lists(st.sampled_from(SCALE), min_size=6, max_size=12), wrong=st.integers(1, 5))
def test_one_more_disagreement_never_raises_agreement(
    coefficient: Callable[..., Agreement], row: list[float], wrong: int
) -> None:
    # Two raters who differ in more and more items; the marginals stay: each swap exchanges two answers of one rater.
    base = [0.0, 2.0] * 6 + row
    other = list(base)
    before = coefficient([base, other], categories=SCALE).estimate

    for step in range(wrong):
        other[2 * step], other[2 * step + 1] = other[2 * step + 1], other[2 * step]
        after = coefficient([base, other], categories=SCALE).estimate

        assert after is not None
        assert before is not None
        assert after < before
        before = after


@given(matrix=ratings(missing=False, raters=(2, 2)))
def test_two_raters_have_the_same_cohen_conger_and_light_kappa(matrix: Ratings) -> None:
    cohen, conger, light = cohen_kappa(matrix), conger_kappa(matrix), light_kappa(matrix)

    assert conger.estimate == pytest.approx(cohen.estimate, abs=1e-9)
    assert light.estimate == pytest.approx(cohen.estimate, abs=1e-9)


@given(matrix=ratings(missing=False, raters=(2, 2)))
def test_weighted_kappa_is_conger_with_the_same_weights(matrix: Ratings) -> None:
    weighted = weighted_kappa(matrix, weights="quadratic", categories=SCALE)

    conger = conger_kappa(matrix, weights="quadratic", categories=SCALE)

    assert conger.estimate == pytest.approx(weighted.estimate, abs=1e-9)
    # Their errors differ by n against n - 1 alone.
    if weighted.std_error and conger.std_error:
        n = weighted.n_items
        assert conger.std_error * np.sqrt((n - 1) / n) == pytest.approx(weighted.std_error, abs=1e-9)


@given(matrix=ratings())
def test_the_interval_level_is_alpha_with_quadratic_weights(matrix: Ratings) -> None:
    by_squares = krippendorff_alpha(matrix, level="interval")

    by_weights = krippendorff_alpha(matrix, weights="quadratic", categories=SCALE)

    assert same(by_squares, by_weights)


@given(matrix=ratings(), level=st.sampled_from(["nominal", "ordinal", "interval", "ratio"]))
def test_alpha_equals_krippendorffs_sums_over_pairs(matrix: Ratings, level: str) -> None:
    # The definition, pair by pair: mean disagreement within items over mean disagreement of all pairs of values.
    items = [column[~np.isnan(column)] for column in matrix.T]
    items = [item for item in items if item.size > 1]
    values = np.concatenate(items) if items else np.zeros(0)

    def distance(a: float, b: float) -> float:
        if level == "nominal":
            return float(a != b)
        if level == "interval":
            return (a - b) ** 2
        if level == "ratio":
            return ((a - b) / (a + b)) ** 2 if a + b else 0.0
        low, high = min(a, b), max(a, b)
        return float(
            ((values >= low) & (values <= high)).sum() - ((values == low).sum() + (values == high).sum()) / 2
        ) ** 2 * (a != b)

    within = sum(distance(a, b) / (item.size - 1) for item in items for a in item for b in item)
    anywhere = sum(distance(a, b) for a in values for b in values) / max(values.size - 1, 1)

    alpha = krippendorff_alpha(matrix, level=level)

    if anywhere == 0:
        assert alpha.estimate is None
    else:
        assert alpha.estimate == pytest.approx(1 - within / anywhere, abs=1e-9)
