"""A simulated QA operation whose severities and drifts are known, to measure what severity and drift detection can do.

Answers follow a normal ogive: a reviewer perceives the latent quality of a criterion and answers with the number of
cuts below it. Units of the latent scale are those of the answer noise and the ticket's own differences (sd .45, .80).
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from calibration.scorings import Codes, Kind, Matrix, Scale, Scorings, Vector, VersionChange
from calibration.simulated_people import (
    CUTS,
    LEVELS,
    SCALE,
    Criterion,
    Drift,
    People,
    QualityDrop,
    draw_people,
    latent_of_points,
    true_severity,
)
from calibration.simulated_reviews import ReviewDrifts, perceive
from calibration.simulated_sessions import Rota, plan_reviews

__all__ = ["CUTS", "LEVELS", "SCALE", "Criterion", "Drift", "Operation", "QualityDrop", "World", "simulate"]

REVIEW_NOISE, ANSWER_NOISE, GOLD_NOISE = 0.22, 0.45, 0.20
NA_FLIP = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is simulated: the size of the operation, who drifts, and what only looks like drift.

    ``joined`` and ``moved`` map a reviewer to the week in which she starts, or serves three other queues.
    ``rewording`` is the latent shift of every touched criterion for everybody from a version's week on;
    ``rereading`` the sd of each reviewer's own. ``volumes`` are dealt out at random unless ``volume_of`` names the
    weekly volume of every reviewer.
    """

    reviewers: int = 60
    weeks: int = 66
    drifts: tuple[Drift, ...] = ()
    joined: dict[int, int] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)
    drops: tuple[QualityDrop, ...] = ()
    changes: tuple[VersionChange, ...] = ()
    rewording: float = -0.4
    rereading: float = 0.12
    wobble: float = 0.05
    volumes: tuple[int, ...] = (10, 20, 30, 45, 60)
    volume_of: tuple[int, ...] | None = None
    team_drift: tuple[int, float] | None = None  # week of onset, latent shift of every reviewer but not of gold


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Simulated scorings in the order of their weeks, and the truth behind them.

    ``severity`` holds each reviewer's true severity in points of the base score, before any drift, + = lenient.
    """

    scale: Scale
    scorings: Scorings
    severity: Vector
    volume: Codes
    world: World


def simulate(world: World, rng: np.random.Generator) -> Operation:
    """Plays every week of ``world``.

    Raises ``ValueError`` for a world without reviewers, weeks or volumes, or with a volume too few or too many.
    """
    if world.reviewers < 2 or world.weeks < 1 or not world.volumes:
        raise ValueError("a world needs at least 2 reviewers, 1 week and a volume")
    if world.volume_of is not None and len(world.volume_of) != world.reviewers:
        raise ValueError(f"{world.reviewers} reviewers need as many volumes, not {len(world.volume_of)}")
    volume = world.volume_of
    if volume is None:
        volume = tuple(rng.permutation(np.resize(np.array(world.volumes), world.reviewers)).tolist())
    people = draw_people(volume, world.weeks, world.wobble, rng)
    rota = plan_reviews(people, world.weeks, world.joined, world.moved, rng)
    quality, not_applicable = _tickets(rota, people, world, rng)
    answers, minutes = _score(rota, quality, not_applicable, people, world, rng)
    order = np.argsort(rota.week, kind="stable")
    scorings = Scorings(
        rota.week, rota.kind, rota.ticket, rota.reviewer, rota.specialist, rota.queue, minutes, answers
    ).take(order)
    return Operation(
        scale=replace(SCALE, changes=world.changes),
        scorings=scorings,
        severity=true_severity(people),
        volume=people.volume,
        world=world,
    )


def _tickets(rota: Rota, people: People, world: World, rng: np.random.Generator) -> tuple[Matrix, NDArray[np.bool_]]:
    """Latent quality and N/A of every ticket, tickets x criteria."""
    size = rota.ticket_week.size, len(LEVELS)
    week, queue, specialist = rota.ticket_week, rota.ticket_queue, rota.ticket_specialist
    shared = people.queue[queue] + people.specialist[specialist]
    shared = shared + people.specialist_week[specialist, week] + people.queue_week[queue, week]
    shared = shared + rng.normal(0, 0.50, size[0])
    for drop in world.drops:
        hit = (queue == drop.queue) & (week >= drop.first_week) & (week <= drop.last_week)
        shared = shared + np.where(hit, latent_of_points(drop.points), 0.0)
    own = people.queue_criterion[queue] + people.specialist_criterion[specialist] + rng.normal(0, 0.80, size)
    return Criterion.intercepts() + shared[:, np.newaxis] + own, rng.random(size) < Criterion.na_shares()


def _score(
    rota: Rota,
    quality: Matrix,
    not_applicable: NDArray[np.bool_],
    people: People,
    world: World,
    rng: np.random.Generator,
) -> tuple[Matrix, Vector]:
    """Answers as shares of the highest level and minutes of every scoring."""
    size = rota.week.size, len(LEVELS)
    gold = rota.kind == Kind.GOLD
    reviewer = np.where(gold, 0, rota.reviewer)
    drifts = ReviewDrifts.of(world.drifts, reviewer, rota.week, gold, size[1])
    own = people.severity[reviewer] + people.wobble[reviewer, rota.week] + drifts.severity
    if world.team_drift is not None:
        own = own + np.where(rota.week >= world.team_drift[0], world.team_drift[1], 0.0)
    own = own + rng.normal(0, REVIEW_NOISE, size[0]) * drifts.noise
    answer = people.severity_criterion[reviewer] + drifts.criterion
    answer = answer + rng.normal(0, ANSWER_NOISE, size) * drifts.noise[:, np.newaxis]
    perceived = own[:, np.newaxis] + answer
    perceived[gold] = rng.normal(0, GOLD_NOISE, (int(gold.sum()), size[1]))
    perceived += quality[rota.ticket] + _rewording(rota, reviewer, gold, world, rng)
    levels = perceive(perceived, drifts)
    flipped = (rng.random(size) < NA_FLIP) & ~gold[:, np.newaxis] & ~SCALE.critical
    added = (rng.random(size) < drifts.not_applicable[:, np.newaxis]) & ~SCALE.critical
    levels[(not_applicable[rota.ticket] ^ flipped) | added] = np.nan
    pace = 8 * np.exp(people.pace[reviewer] + rng.normal(0, 0.45, size[0]))
    stamped = rng.random(size[0]) < drifts.stamped
    levels[stamped] = np.where(np.isnan(levels[stamped]), np.nan, np.array(LEVELS) - 1.0)
    pace[stamped] *= 0.35
    return levels / (np.array(LEVELS) - 1.0), np.maximum(np.round(pace, 1), 0.1)


def _rewording(rota: Rota, reviewer: Codes, gold: NDArray[np.bool_], world: World, rng: np.random.Generator) -> Matrix:
    """Latent shift by rubric versions: the same for all, and each reviewer's own reading."""
    shift = np.zeros((rota.week.size, len(LEVELS)))
    for change in world.changes:
        touched = np.zeros(len(LEVELS))
        touched[list(change.touched)] = 1.0
        reading = rng.normal(0, world.rereading, (world.reviewers, len(LEVELS)))
        own = world.rewording + np.where(gold[:, np.newaxis], 0.0, reading[reviewer])
        shift += (rota.week >= change.week)[:, np.newaxis] * touched * own
    return shift
