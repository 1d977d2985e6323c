"""Figures as pages report them: the regression estimate where the predicted score helps, the weighted mean elsewhere.

Every figure carries what reviewers' strictness adds to it and the terms it is made of, so that a page can explain it.
Pure: arrays in, frozen values out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.sampling.estimation import (
    Difference,
    Figure,
    difference,
    greg_by,
    hajek_by,
    korn_graubard,
    working_coefficients,
)
from qa.sampling.predicting import USEFUL, measured_correlations
from qa.sampling.strictness import (
    Strictness,
    reviewer_shares,
    share_variance,
    strictness_variance,
    with_strictness,
)

Vector = NDArray[np.float64]
Codes = NDArray[np.int64]

LEAST_IN_QUEUE = 10  # reviews for a queue to have a level of its own in the regression
FEW = 5  # under this many reviews: a hollow mark, no verdict, no colour
TOO_WIDE = 0.30  # a share's interval wider than this is too few to judge
PEOPLE = 5  # a figure over fewer people is for those who may see each of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Scored reviews of a reporting window, one entry each.

    ``pi`` is the chance of being drawn *and* done: the chance of the draw times completed over drawn of its class.
    ``predicted`` is NaN where nothing was predicted. ``queue`` and ``reviewer`` are codes from 0.
    """

    y: Vector
    pi: Vector
    queue: Codes
    predicted: Vector
    reviewer: Codes

    @classmethod
    def of(cls, *, y: Any, pi: Any, queue: Any, predicted: Any, reviewer: Any) -> "Sample":
        sample = cls(
            y=np.asarray(y, dtype=np.float64),
            pi=np.asarray(pi, dtype=np.float64),
            queue=np.asarray(queue, dtype=np.int64),
            predicted=np.asarray(predicted, dtype=np.float64),
            reviewer=np.asarray(reviewer, dtype=np.int64),
        )
        lengths = {len(getattr(sample, name)) for name in ("y", "pi", "queue", "predicted", "reviewer")}
        if len(lengths) > 1:
            raise ValueError(f"one entry a review in every vector: lengths {sorted(lengths)}")
        return sample

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Additive sums over all parts, one entry a group of parts of one queue (and week, team, specialist)."""

    size: Vector
    queue: Codes
    predicted: Vector  # parts of the group that have a predicted score
    predicted_sum: Vector

    @classmethod
    def of(cls, *, size: Any, queue: Any, predicted: Any, predicted_sum: Any) -> "Frame":
        return cls(
            size=np.asarray(size, dtype=np.float64),
            queue=np.asarray(queue, dtype=np.int64),
            predicted=np.asarray(predicted, dtype=np.float64),
            predicted_sum=np.asarray(predicted_sum, dtype=np.float64),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """What the predicted score and the queues say about scores, fitted once on all reviews of the window.

    ``columns`` has a row for each review, ``sums`` one for each entry of the frame: the column's sum over its parts.
    ``correlations`` is measured for each queue; only those in ``useful`` let the predicted score in.
    """

    columns: Vector
    sums: Vector
    sizes: Vector
    coefficients: Vector
    correlations: tuple[float | None, ...]
    useful: tuple[bool, ...]


def regress(sample: Sample, frame: Frame, queues: int) -> Regression | None:
    """The regression of the window; ``None`` where nothing was predicted.

    Where no queue's correlation reaches .2 it only tells the correlations: the weighted mean is used everywhere then.

    Columns: a level for each queue (those with fewer than ten reviews share one), the predicted score where it is
    useful, and whether a part has none.
    """
    known = np.isfinite(sample.predicted)
    if not known.any():
        return None
    filled = np.where(known, sample.predicted, 0.0)
    codes = np.where(known, sample.queue, queues)
    correlations = measured_correlations(codes, queues + 1, filled, sample.y, 1 / sample.pi)[:queues]
    useful = tuple(correlation is not None and correlation >= USEFUL for correlation in correlations)
    centre = float(sample.predicted[known].mean())
    group = queue_groups(np.bincount(sample.queue, minlength=queues))
    used = np.array(useful, dtype=np.float64)
    levels = [(group[sample.queue] == code).astype(np.float64) for code in range(int(group.max()) + 1)]
    centred = np.where(known, sample.predicted - centre, 0.0) * used[sample.queue]
    missing = (~known).astype(np.float64)
    columns = np.column_stack([*levels, centred, missing])
    in_groups = [frame.size * (group[frame.queue] == code) for code in range(len(levels))]
    predicted = (frame.predicted_sum - centre * frame.predicted) * used[frame.queue]
    sums = np.column_stack([*in_groups, predicted, frame.size - frame.predicted])
    return Regression(
        columns=columns,
        sums=sums,
        sizes=frame.size,
        coefficients=working_coefficients(columns, sample.y, sample.pi),
        correlations=tuple(correlations),
        useful=useful,
    )


def queue_groups(counts: Codes) -> Codes:
    """Which level each queue has by its number of reviews: its own with enough, else one shared by all small ones.

    When even together they are too few, they join the largest queue: a level without reviews would predict nothing.
    """
    large = counts >= LEAST_IN_QUEUE
    if not large.any():
        return np.zeros(len(counts), dtype=np.int64)
    group = np.cumsum(large) - 1
    shared = int(large.sum()) if counts[~large].sum() >= LEAST_IN_QUEUE else int(group[int(counts.argmax())])
    return np.where(large, group, shared).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A figure with the terms it is made of.

    ``predicted_mean`` is what the regression expects of all parts and ``residual_mean`` what the reviews add to it;
    both are ``None`` for a weighted mean. ``correlation`` is that of the domain's predicted and reviewed scores.
    ``shares`` says which part of the weight each reviewer scored, ``variances`` what strictness each of them brings.
    """

    figure: Figure
    population: int = 0
    least_weight: float = 0.0
    largest_weight: float = 0.0
    weighted_sum: float = 0.0
    predicted_mean: float | None = None
    residual_mean: float | None = None
    correlation: float | None = None
    shares: Vector | None = None
    variances: Vector | None = None

    @property
    def regression(self) -> bool:
        return self.predicted_mean is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One reporting window: its reviews, its frame, the regression and what is known of reviewers' strictness."""

    sample: Sample
    frame: Frame
    regression: Regression | None
    strictness: Strictness | None

    def quality(self, codes: Any, frame_codes: Any, count: int, *, shrink: bool = False) -> list[Reported]:
        """The mean score of each domain.

        ``codes`` and ``frame_codes`` hold the domain of each review and of each entry of the frame, -1 for none.
        ``shrink``, for specialists: variances are drawn towards the pooled one.
        """
        return self.mean_of(self.sample.y, codes, frame_codes, count, shrink=shrink)

    def mean_of(self, y: Any, codes: Any, frame_codes: Any, count: int, *, shrink: bool = False) -> list[Reported]:
        """The mean of any value in points that every review has, estimated as the score is."""
        values = np.asarray(y, dtype=np.float64)
        domains, framed = np.asarray(codes, dtype=np.int64), np.asarray(frame_codes, dtype=np.int64)
        inside, there = domains >= 0, framed >= 0
        here, pi = domains[inside], self.sample.pi[inside]
        sizes = np.bincount(framed[there], self.frame.size[there], count).astype(np.float64)
        plain = hajek_by(here, count, values[inside], pi)
        figures = list(plain)
        terms: list[tuple[float, float] | None] = [None] * count
        if self.regression is not None and any(self.regression.useful) and len(here):
            terms = self._regress(values, domains, framed, count, sizes, figures, shrink=shrink)
        return self._reported(values, domains, count, sizes, figures, terms)

    def _regress(
        self,
        values: Vector,
        domains: Codes,
        framed: Codes,
        count: int,
        sizes: Vector,
        figures: list[Figure],
        *,
        shrink: bool,
    ) -> list[tuple[float, float] | None]:
        """Replace the weighted mean by the regression estimate where it may be used; its two terms by domain."""
        model = self.regression
        if model is None:
            return [None] * count
        inside, there = domains >= 0, framed >= 0
        here = domains[inside]
        sums = np.column_stack(
            [np.bincount(framed[there], column[there], count).astype(np.float64) for column in model.sums.T]
        )
        means = np.divide(sums, sizes[:, None], out=np.zeros_like(sums), where=sizes[:, None] > 0)
        own_fit = np.array_equal(values, self.sample.y)
        b = model.coefficients if own_fit else working_coefficients(model.columns, values, self.sample.pi)
        greg = greg_by(
            here,
            count,
            values[inside],
            self.sample.pi[inside],
            model.columns[inside],
            means,
            coefficients=b,
            shrink=shrink,
        )
        useful = np.array(model.useful)[self.sample.queue[inside]]
        helped = np.bincount(here[useful], minlength=count) > 0
        terms: list[tuple[float, float] | None] = [None] * count
        for d in range(count):
            estimate = greg[d].estimate
            if helped[d] and sizes[d] > 0 and estimate is not None:
                figures[d] = greg[d]
                expected = float(means[d] @ b)
                terms[d] = (expected, estimate - expected)
        return terms

    def _reported(
        self,
        values: Vector,
        domains: Codes,
        count: int,
        sizes: Vector,
        figures: Sequence[Figure],
        terms: Sequence[tuple[float, float] | None],
    ) -> list[Reported]:
        inside = domains >= 0
        here, w = domains[inside], 1 / self.sample.pi[inside]
        low = np.full(count, np.inf)
        np.minimum.at(low, here, w)
        high = np.zeros(count)
        np.maximum.at(high, here, w)
        totals = np.bincount(here, w * values[inside], count)
        shares = self._shares(domains, count)
        correlations = self._correlations(domains, count)
        reported = []
        for d, figure in enumerate(figures):
            known = figure
            if self.strictness is not None and shares is not None:
                known = with_strictness(figure, strictness_variance(shares[d], self.strictness.variances))
            term = terms[d]
            reported.append(
                Reported(
                    figure=known,
                    population=round(sizes[d]),
                    least_weight=float(low[d]) if figure.n else 0.0,
                    largest_weight=float(high[d]),
                    weighted_sum=float(totals[d]),
                    predicted_mean=term[0] if term else None,
                    residual_mean=term[1] if term else None,
                    correlation=correlations[d],
                    shares=None if shares is None else shares[d],
                    variances=None if self.strictness is None else self.strictness.variances,
                )
            )
        return reported

    def _shares(self, domains: Codes, count: int) -> Vector | None:
        if self.strictness is None:
            return None
        inside = domains >= 0
        w = 1 / self.sample.pi[inside]
        return reviewer_shares(domains[inside], count, self.sample.reviewer[inside], len(self.strictness.variances), w)

    def _correlations(self, domains: Codes, count: int) -> list[float | None]:
        model = self.regression
        if model is None:
            return [None] * count
        known = np.isfinite(self.sample.predicted) & (domains >= 0)
        return measured_correlations(
            domains[known], count, self.sample.predicted[known], self.sample.y[known], 1 / self.sample.pi[known]
        )

    def share(self, hits: Any, codes: Any, frame_codes: Any, count: int) -> list[Reported]:
        """The share of reviews with some outcome in each domain, by Korn and Graubard.

        What reviewers' strictness adds is that of this outcome: most of them agree on what is critical.
        """
        values = np.asarray(hits, dtype=np.float64)
        domains, framed = np.asarray(codes, dtype=np.int64), np.asarray(frame_codes, dtype=np.int64)
        inside, there = domains >= 0, framed >= 0
        sizes = np.bincount(framed[there], self.frame.size[there], count).astype(np.float64)
        figures = hajek_by(domains[inside], count, values[inside], self.sample.pi[inside])
        shares, variances = self._shares(domains, count), self._variances_of(values)
        if shares is not None and variances is not None:
            figures = [
                figure
                if figure.estimate in (None, 0.0, 1.0) or not figure.variance
                else replace(figure, reviewer_variance=strictness_variance(shares[d], variances))
                for d, figure in enumerate(figures)
            ]
        plain = replace(self, strictness=None, regression=None)
        reported = plain._reported(
            values, domains, count, sizes, [korn_graubard(figure) for figure in figures], [None] * count
        )
        if shares is None:
            return reported
        return [replace(each, shares=shares[d], variances=variances) for d, each in enumerate(reported)]

    def _variances_of(self, hits: Vector) -> Vector | None:
        """What each reviewer's strictness brings to the share of an outcome; ``None`` where nothing is known of it."""
        spread = float(self.sample.y.var()) if len(self.sample) else 0.0
        if self.strictness is None or not spread:
            return None
        reviewers = len(self.strictness.variances)
        reliability = min(self.strictness.between / spread, 1.0)
        between = share_variance(hits, self.sample.queue, self.sample.reviewer, reviewers, reliability=reliability)
        return np.full(reviewers, between)

    def gap(self, a: Reported, b: Reported) -> Difference:
        """One domain minus another; what the same reviewers scored in both cancels."""
        if a.variances is None or a.shares is None or b.shares is None:
            return difference(a.figure, b.figure)
        both = strictness_variance(a.shares - b.shares, a.variances)
        return difference(a.figure, b.figure, reviewer_variance=both)


def too_few(figure: Figure, *, proportion: bool = False) -> bool:
    """Whether it is too little for a verdict or a colour: under five reviews, or a share known to 30 points only."""
    if figure.estimate is None or figure.n < FEW:
        return True
    interval = figure.interval
    return proportion and (interval is None or interval.high - interval.low > TOO_WIDE + 1e-9)
