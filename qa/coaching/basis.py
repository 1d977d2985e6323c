"""What a specialist's quality figure rests on, for a workbook that makes it again by formulas. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.reviews.measured import Measured
from qa.sampling.reporting import Reported


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What the quality figure rests on, review by review, for whoever makes it again.

    ``weights`` has the reviews that count with the parts each stands for, ``expected`` what the regression expects of
    them (empty for a weighted mean, as is ``expected_mean``, which it expects of all parts).
    """

    weights: Mapping[int, float]
    expected: Mapping[int, float]
    expected_mean: float | None


def basis_of(measured: Measured, codes: NDArray[np.int64], own: Reported) -> Basis:
    """Of the reviews with the code 0, whose figure is ``own``."""
    sample, model = measured.window.sample, measured.window.regression
    mine = np.flatnonzero(codes == 0)
    ids = [measured.reviews[place].review_id for place in mine.tolist()]
    expected: Mapping[int, float] = {}
    if own.regression and model is not None:
        expected = dict(zip(ids, (model.columns[mine] @ model.coefficients).tolist(), strict=True))
    return Basis(
        weights=dict(zip(ids, (1 / sample.pi[mine]).tolist(), strict=True)),
        expected=expected,
        expected_mean=own.predicted_mean,
    )
