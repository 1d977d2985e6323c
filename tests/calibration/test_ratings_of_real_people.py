"""The library on real ratings: 212 raters of politeness and 8 professional raters of translations."""

import csv
from functools import cache
from typing import Any

import numpy as np
import pytest

from calibration.agreement import RatingList, gwet_ac, krippendorff_alpha
from calibration.reliability import crossed_squares, icc
from tests.calibration.tables import rounded
from tests.shared import shared_path


@cache
def ratings(name: str, dimension: str) -> RatingList:
    path = shared_path("data", "ratings", name, "ratings.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["dimension"] == dimension]
    raters = np.unique([row["rater"] for row in rows], return_inverse=True)[1]
    items = np.unique([row["item"] for row in rows], return_inverse=True)[1]
    return RatingList(raters=raters, items=items, values=np.array([float(row["rating"]) for row in rows]))


# The one-way correlations stand in the README of the data.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "dimension", "items", "raters", "printed"),
    [
        ("stanford_politeness", "politeness", 6603, 212, 0.288),
        ("wmt23_mqm", "total_penalty", 3770, 8, 0.457),
    ],
)
def test_one_way_correlations_are_those_of_the_readme(
    name: str, dimension: str, items: int, raters: int, printed: float
) -> None:
    found = icc(ratings(name, dimension), model="1")

    assert rounded(found.estimate, 3) == printed
    assert (found.n_items, found.n_raters) == (items, raters)
    assert found.interval is not None
    assert found.interval.low < printed < found.interval.high


@pytest.mark.slow
@pytest.mark.parametrize(("name", "dimension"), [("stanford_politeness", "politeness"), ("wmt23_mqm", "total_penalty")])
def test_telling_severity_apart_raises_consistency(name: str, dimension: str) -> None:
    found = {model: icc(ratings(name, dimension), model=model) for model in ("1", "2", "3")}

    # Raters differ in severity in both studies, and who rated what is not random.
    estimates: dict[str, Any] = {model: result.estimate for model, result in found.items()}
    assert estimates["3"] > estimates["1"]
    assert estimates["3"] >= estimates["2"]
    assert crossed_squares(ratings(name, dimension)).raters > crossed_squares(ratings(name, dimension)).error


@pytest.mark.slow
def test_alpha_of_scores_is_close_to_the_one_way_correlation() -> None:
    # With n ratings in all, interval alpha differs from ICC(1) by terms of 1 / n (Krippendorff 1970).
    listed = ratings("stanford_politeness", "politeness")

    alpha = krippendorff_alpha(listed, level="interval", bootstrap=200, rng=np.random.default_rng(1))

    assert alpha.estimate == pytest.approx(0.288, abs=0.001)
    assert alpha.interval is not None
    assert alpha.interval.high - alpha.interval.low < 0.05


@pytest.mark.slow
def test_partial_agreement_of_close_scores_counts_more_than_none() -> None:
    listed = ratings("stanford_politeness", "politeness")

    plain = gwet_ac(listed, categories=range(1, 26))
    weighted = gwet_ac(listed, weights="quadratic", categories=range(1, 26))

    assert plain.estimate is not None
    assert weighted.estimate is not None
    assert plain.estimate < 0.2 < weighted.estimate
