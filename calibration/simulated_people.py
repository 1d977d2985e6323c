"""Who works in the simulated operation: the rubric, reviewers, specialists and queues with their latent effects."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from calibration.scorings import Codes, Matrix, Scale, Vector

QUEUES, QUEUES_EACH, SPECIALISTS_EACH = 6, 3, 10
CUTS = {2: (0.0,), 3: (-0.6, 0.45), 5: (-1.2, -0.5, 0.15, 0.85)}
POINTS = np.array([-8.0, -5.0, -3.0, -2.0, 0.0, 2.0, 3.0, 5.0, 8.0])
LATENT = np.array([-0.389, -0.256, -0.159, -0.108, 0.0, 0.120, 0.185, 0.331, 0.614])
# Sds of what varies between answers to one criterion beside the reviewer's severity, in latent units.
OTHER_SDS = (0.15, 0.10, 0.25, 0.15, 0.08, 0.06, 0.50, 0.80, 0.05, 0.22, 0.45)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of the simulated rubric; ``intercept`` is its mean latent quality."""

    levels: int
    weight: float
    intercept: float
    na_share: float
    critical: bool = False

    @staticmethod
    def intercepts() -> Vector:
        return np.array([criterion.intercept for criterion in CRITERIA])

    @staticmethod
    def na_shares() -> Vector:
        return np.array([criterion.na_share for criterion in CRITERIA])


CRITERIA = (
    Criterion(2, 10, 1.55, 0.0),
    Criterion(2, 10, 1.35, 0.05),
    Criterion(2, 8, 1.75, 0.10),
    Criterion(2, 8, 1.10, 0.20),
    Criterion(2, 6, 1.50, 0.0),
    Criterion(2, 6, 1.25, 0.30),
    Criterion(3, 12, 1.30, 0.0),
    Criterion(3, 10, 1.10, 0.10),
    Criterion(5, 15, 1.25, 0.0),
    Criterion(5, 15, 1.05, 0.0),
    Criterion(2, 0, 2.40, 0.0, critical=True),
    Criterion(2, 0, 2.50, 0.15, critical=True),
)
LEVELS = tuple(criterion.levels for criterion in CRITERIA)
SCALE = Scale(
    tuple(f"c{number}" for number in range(1, len(CRITERIA) + 1)),
    np.array([float(criterion.weight) for criterion in CRITERIA]),
    np.array([criterion.critical for criterion in CRITERIA]),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A true change of one reviewer from ``onset`` on, over ``ramp_weeks`` where it is gradual.

    ``kind`` and the unit of ``size``: severity (points of the base score, + = lenient), criterion (latent shift of
    ``criterion``), noise (factor of the reviewer's noise), central (shrinkage of perceived differences), halo (share
    of a criterion's answer replaced by the whole impression), na (added chance of N/A), rubber (share of reviews
    passed unread).
    """

    reviewer: int
    kind: str
    size: float
    onset: int
    ramp_weeks: int = 0
    criterion: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in ("severity", "criterion", "noise", "central", "halo", "na", "rubber"):
            raise ValueError(f"unknown kind of drift {self.kind!r}")
        if (self.kind == "criterion") != (self.criterion is not None):
            raise ValueError("a criterion drift, and no other, names its criterion")


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityDrop:
    """A real fall of quality in one queue, for all its specialists; ``points`` below 0."""

    queue: int
    first_week: int
    last_week: int
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Latent effects, by reviewer, specialist and queue; weeks are columns."""

    volume: Codes
    queues: NDArray[np.bool_]  # reviewers x queues served
    severity: Vector
    severity_criterion: Matrix
    wobble: Matrix
    pace: Vector
    home: Codes  # queue of each specialist
    specialist: Vector
    specialist_criterion: Matrix
    specialist_week: Matrix
    queue: Vector
    queue_criterion: Matrix
    queue_week: Matrix


def draw_people(volume: tuple[int, ...], weeks: int, wobble: float, rng: np.random.Generator) -> People:
    """Draws every effect that outlives a ticket, of as many reviewers as there are weekly volumes."""
    reviewers = len(volume)
    criteria, specialists = len(CRITERIA), SPECIALISTS_EACH * reviewers
    return People(
        volume=np.array(volume, dtype=np.int64),
        queues=serve_three(reviewers, rng),
        severity=rng.normal(0, 0.20, reviewers),
        severity_criterion=rng.normal(0, 0.12, (reviewers, criteria)),
        wobble=autoregression(reviewers, weeks, 0.6, wobble, rng),
        pace=rng.normal(0, 0.25, reviewers),
        home=rng.permutation(np.arange(specialists) % QUEUES),
        specialist=rng.normal(0, 0.25, specialists),
        specialist_criterion=rng.normal(0, 0.15, (specialists, criteria)),
        specialist_week=autoregression(specialists, weeks, 0.9, 0.08, rng),
        queue=rng.normal(0, 0.15, QUEUES),
        queue_criterion=rng.normal(0, 0.10, (QUEUES, criteria)),
        queue_week=rng.normal(0, 0.06, (QUEUES, weeks)) + rng.normal(0, 0.018, (QUEUES, weeks)).cumsum(axis=1),
    )


def serve_three(reviewers: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Three random queues for each reviewer."""
    ranks = rng.random((reviewers, QUEUES)).argsort(axis=1).argsort(axis=1)
    return np.asarray(ranks < QUEUES_EACH)


def autoregression(rows: int, weeks: int, phi: float, sd: float, rng: np.random.Generator) -> Matrix:
    """First-order autoregressions with stationary sd ``sd``, rows x weeks."""
    values = rng.normal(0, sd, (rows, weeks))
    for week in range(1, weeks):
        values[:, week] = phi * values[:, week - 1] + np.sqrt(1 - phi**2) * values[:, week]
    return values


def latent_of_points(points: float) -> float:
    """The latent shift that moves the mean base score by ``points``; linear between and beyond the measured pairs."""
    if abs(points) <= 8:
        return float(np.interp(points, POINTS, LATENT))
    return float(np.sign(points) * abs(LATENT[-1 if points > 0 else 0]) * abs(points) / 8)


def true_severity(people: People) -> Vector:
    """Severity of each reviewer in points: expected base score with own severities minus that with neither."""
    return expected_base(people.severity[:, np.newaxis] + people.severity_criterion) - expected_base(
        np.zeros((1, len(CRITERIA)))
    )


def expected_base(shifts: Matrix) -> Vector:
    """Expected base score, rows of latent shifts by criterion; exact over tickets, queues, specialists and N/A."""
    spread = float(np.sqrt(np.square(OTHER_SDS).sum()))
    share = np.zeros_like(shifts)
    for position, criterion in enumerate(CRITERIA):
        centre = criterion.intercept + shifts[:, position]
        reached = [ndtr((centre - cut) / spread) for cut in CUTS[criterion.levels]]
        share[:, position] = np.mean(reached, axis=0)
    return np.asarray(100 * share @ _shares_of_score())


@cache
def _shares_of_score() -> Vector:
    """Mean share of the score that rests on each criterion, over every pattern of N/A."""
    graded = [position for position, criterion in enumerate(CRITERIA) if not criterion.critical]
    patterns = (np.arange(2 ** len(graded))[:, np.newaxis] >> np.arange(len(graded))) & 1
    chance_na = Criterion.na_shares()[graded]
    chance = np.where(patterns == 1, 1 - chance_na, chance_na).prod(axis=1)
    weights = patterns * SCALE.weights[graded]
    total = weights.sum(axis=1, keepdims=True)
    mean = chance @ np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    shares = np.zeros(len(CRITERIA))
    shares[graded] = mean
    return shares
