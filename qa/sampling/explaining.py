"""What stands behind one number: formula with its values, what it rests on, what was left out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from calibration.intervals import normal_quantile, t_quantile
from calibration.results import Interval
from qa.sampling.estimation import Figure
from qa.sampling.reporting import Reported

MEAN = "Σ w·y ÷ Σ w"
SHARE = "Σ w·[counts] ÷ Σ w"
REGRESSION = "mean predicted score of all parts + Σ w·(y − predicted) ÷ Σ w"
WEIGHTED_WORDS = "Each review counts one over its chance of being drawn and done, so the mean is that of all parts."
REGRESSION_WORDS = (
    "The predicted score is known of every part. Its mean over all of them is corrected by what the drawn reviews show "
    "it to miss, each counting one over its chance of being drawn and done."
)
ANSWERS = "good ÷ (good + bad)"
ANSWERS_WORDS = (
    "Share of good among those who answered; whoever does not answer is not in it, so it may not speak for all."
)
SHARE_WORDS = "Share of all parts, each review counting one over its chance of being drawn and done."
NORMAL_FROM = 1e6  # degrees of freedom


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything the explanation of a number tells; ``scale`` turns the values into what the page shows (100 for %).

    ``terms`` are the values of the formula in its order. ``left_out`` is what the figure does not rest on, each with
    its count. ``std_error`` is the whole, ``sampling`` and ``reviewers`` its parts.
    """

    title: str
    words: str
    formula: str
    terms: tuple[float, ...]
    estimate: float | None
    scale: float
    unit: str
    n: int
    n_effective: float
    population: int
    drawn: int | None
    least_weight: float
    largest_weight: float
    method: str
    reason: str | None
    low: float | None
    high: float | None
    quantile: float | None
    sampling: float | None
    reviewers: float
    df: float
    correlation: float | None
    regression: bool
    left_out: tuple[tuple[str, int], ...]
    rubric_versions: tuple[str, ...]
    rules: tuple[tuple[str, str], ...]
    counted: str = "Reviews"  # what n counts

    @property
    def std_error(self) -> float | None:
        return None if self.sampling is None else sqrt(self.sampling**2 + self.reviewers**2)


def explain(
    reported: Reported,
    *,
    title: str,
    proportion: bool = False,
    drawn: int | None = None,
    left_out: Sequence[tuple[str, int]] = (),
    rubric_versions: Sequence[str] = (),
    rules: Sequence[tuple[str, str]] = (),
    unit: str = "",
    answers: bool = False,
) -> Explanation:
    """The explanation of a reported figure. ``proportion`` shows it in percent; ``answers``: of customers, not reviews.

    ``rules`` are further lines of the page: the correction behind a verdict, what the figure is compared with.
    """
    figure = reported.figure
    scale = 100.0 if proportion else 1.0
    if reported.predicted_mean is not None and reported.residual_mean is not None:
        formula, words = REGRESSION, REGRESSION_WORDS
        terms: tuple[float, ...] = (reported.predicted_mean, reported.residual_mean)
    else:
        formula, words = (SHARE, SHARE_WORDS) if proportion else (MEAN, WEIGHTED_WORDS)
        if answers:
            formula, words = ANSWERS, ANSWERS_WORDS
        terms = (reported.weighted_sum, figure.weight) if figure.n else ()
    interval = figure.interval
    return Explanation(
        title=title,
        words=words,
        formula=formula,
        terms=terms,
        estimate=None if figure.estimate is None else figure.estimate * scale,
        scale=scale,
        unit=unit or (" %" if proportion else ""),
        n=figure.n,
        n_effective=figure.n_effective,
        population=reported.population,
        drawn=drawn,
        least_weight=reported.least_weight,
        largest_weight=reported.largest_weight,
        method=figure.method,
        reason=figure.reason,
        low=interval.low * scale if interval else None,
        high=interval.high * scale if interval else None,
        quantile=None if proportion or interval is None else _quantile(0.5 + interval.confidence / 2, figure.df),
        sampling=None if figure.variance is None else sqrt(figure.variance) * scale,
        reviewers=sqrt(figure.reviewer_variance) * scale,
        df=figure.df,
        correlation=reported.correlation,
        regression=reported.regression,
        left_out=tuple((what, count) for what, count in left_out if count),
        rubric_versions=tuple(rubric_versions),
        rules=tuple(rules),
        counted="Answers" if answers else "Reviews",
    )


def _quantile(tail: float, df: float) -> float:
    return t_quantile(tail, df) if df < NORMAL_FROM else normal_quantile(tail)


def kept(reported: Reported) -> dict[str, Any]:
    """What an explanation needs beside the figure itself, as plain values that can be stored for good."""
    figure = reported.figure
    return {
        "method": figure.method,
        "reason": figure.reason,
        "n_effective": figure.n_effective,
        "weight": figure.weight,
        "df": figure.df,
        "variance": figure.variance,
        "reviewer_variance": figure.reviewer_variance,
        "population": reported.population,
        "least_weight": reported.least_weight,
        "largest_weight": reported.largest_weight,
        "weighted_sum": reported.weighted_sum,
        "predicted_mean": reported.predicted_mean,
        "residual_mean": reported.residual_mean,
        "correlation": reported.correlation,
    }


def restored(told: Sequence[float | int | None], made: Mapping[str, Any], *, confidence: float = 0.95) -> Reported:
    """A reported figure from what was stored: estimate, low, high, n, and ``kept`` of it."""
    estimate, low, high, n = told
    figure = Figure(
        estimate=estimate,
        variance=made["variance"],
        interval=None if low is None or high is None else Interval(low=low, high=high, confidence=confidence),
        n=int(n or 0),
        n_effective=made["n_effective"],
        df=made["df"],
        weight=made["weight"],
        method=made["method"],
        reason=made["reason"],
        reviewer_variance=made["reviewer_variance"],
    )
    return Reported(
        figure=figure,
        population=made["population"],
        least_weight=made["least_weight"],
        largest_weight=made["largest_weight"],
        weighted_sum=made["weighted_sum"],
        predicted_mean=made["predicted_mean"],
        residual_mean=made["residual_mean"],
        correlation=made["correlation"],
    )
