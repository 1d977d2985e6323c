"""Whatever comes in: a figure is a finite number or missing with a reason."""

import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.agreement import (
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
    weighted_kappa,
)
from calibration.reliability import bland_altman, generalizability, icc, kendall_w, lin_ccc
from calibration.results import Estimate
from tests.calibration.tables import MISSING, Ratings

VALUES = [0.0, 1.0, 2.0, MISSING, MISSING]


def tiny(raters: int) -> st.SearchStrategy[Ratings]:
    row = st.lists(st.sampled_from(VALUES), min_size=raters, max_size=raters)
    return st.lists(row, min_size=1, max_size=5).map(lambda rows: np.array(rows).T)


def parts(value: Any) -> Iterator[Any]:
    """The value and everything in it."""
    yield value
    if is_dataclass(value):
        for field in fields(value):
            yield from parts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from parts(part)


def check(result: Any) -> None:
    for part in parts(result):
        if isinstance(part, float):
            assert math.isfinite(part)
        if isinstance(part, Estimate):
            assert part.estimate is not None or part.reason
            assert part.interval is None or part.interval.low <= part.interval.high
            assert part.std_error is None or part.std_error >= 0
            assert part.p_value is None or 0 <= part.p_value <= 1
            if part.estimate is not None and part.interval is not None and "resamples" not in part.method:
                # An absolute agreement below what can be (-1 / (k - 1)) has an interval that begins there.
                assert part.interval.low - 1e-9 <= part.estimate or part.method.startswith("ICC(2")
                assert part.estimate <= part.interval.high + 1e-9


OPTIONS: dict[str, dict[str, Any]] = {
    "linearised": {},
    "gwet": {"std_error": "gwet"},
    "jackknife": {"std_error": "jackknife"},
    "percentile": {"bootstrap": 12},
    "bca": {"bootstrap": 12, "interval": "bca"},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@given(matrix=tiny(3), scale=st.sampled_from([None, [0, 1, 2]]))
def test_coefficients_are_finite_or_missing_with_a_reason(
    options: dict[str, Any], matrix: Ratings, scale: list[float] | None
) -> None:
    drawn = {"rng": np.random.default_rng(1)} if "bootstrap" in options else {}
    for coefficient in (percent_agreement, gwet_ac, brennan_prediger, fleiss_kappa, conger_kappa):
        for weights in ("unweighted", "quadratic"):
            check(coefficient(matrix, weights=weights, categories=scale, **options, **drawn))
    for level in ("nominal", "interval", "ratio") if "std_error" in options else ("nominal", "ordinal", "interval"):
        check(krippendorff_alpha(matrix, level=level, categories=scale, **options, **drawn))


@given(matrix=tiny(2))
def test_pairs_of_raters_are_finite_or_missing_with_a_reason(matrix: Ratings) -> None:
    check(cohen_kappa(matrix))
    check(weighted_kappa(matrix, weights="quadratic", bootstrap=9, rng=np.random.default_rng(1)))
    check(lin_ccc(matrix))
    check(bland_altman(matrix))


@given(matrix=tiny(3))
def test_groups_of_raters_are_finite_or_missing_with_a_reason(matrix: Ratings) -> None:
    for result in (light_kappa(matrix), agreement_summary(matrix), fleiss_by_category(matrix), kendall_w(matrix)):
        check(result)
    check(kendall_w(matrix, bootstrap=9, rng=np.random.default_rng(1)))
    for model in ("1", "2", "3"):
        for unit in ("single", "average"):
            check(icc(matrix, model=model, unit=unit))


@given(cells=st.lists(st.sampled_from([*VALUES, 1.0, 2.0, 3.0]), min_size=27, max_size=27), persons=st.integers(1, 3))
def test_studies_are_finite_or_missing_with_a_reason(cells: list[float], persons: int) -> None:
    scores = np.array(cells).reshape(3, 3, 3)[:persons]

    for design in ("p x i x r", "p x (r:t)"):
        study = generalizability(scores, design=design, decide=[{"r": 2}])

        check(study)
        assert study.components or study.reason
    check(generalizability(scores[0], decide=[{"r": 2}]))
    if not np.isnan(scores).any():
        check(generalizability(scores[0], method="reml"))


@pytest.mark.parametrize("unit", [1e160, 1e-160])
@pytest.mark.parametrize("coefficient", [icc, lin_ccc, bland_altman, generalizability])
def test_scores_that_no_float_holds_the_square_of_are_refused(coefficient: Any, unit: float) -> None:
    with pytest.raises(ValueError, match="cannot be squared"):
        coefficient(np.array([[1.0, 2.0, 3.0], [2.0, 2.0, 3.0]]) * unit)


@pytest.mark.parametrize("ratings", [[["good", "bad"], ["good", "good"]], [[1, 2], [1]], [[1, {}], [1, 2]]])
@pytest.mark.parametrize("coefficient", [krippendorff_alpha, gwet_ac, icc, kendall_w, generalizability])
def test_what_is_no_table_of_numbers_is_refused_in_words(coefficient: Any, ratings: Any) -> None:
    with pytest.raises(ValueError, match="are numbers, NaN where missing"):
        coefficient(ratings)
