"""How often the watch is wrong and how late it is right, measured on simulated operations.

Average run length (ARL) is reviewer-weeks from week 12 on per first false flag. A flag in the week of the onset is a
delay of 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from calibration.drift import AMBER, RED, WARM_UP, streams_of, weigh_onsets
from calibration.monitor import watch
from calibration.scorings import Flags, Vector
from calibration.severity import severities
from calibration.simulate import Drift, Operation, World, simulate

Array = NDArray[np.float64]
SIZES = (3.0, 5.0, 8.0)
MEDIAN_BARS = {RED: (13, 6, 3), AMBER: (7, 4, 2)}
BY_WEEK_12 = (45.0, 88.0, 98.0)
QUARTER = 13  # weeks
NEVER = 61  # stands for "not within the weeks left", as in the study that set the bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Log M of each week and reviewer, of all streams together and of severity alone, weeks x reviewers.

    ``errors`` are the estimated severities of the first 13 weeks minus the true ones, both beside the team's mean, in
    points; ``covered`` says whose 95 % interval holds the true one.
    """

    world: World
    combined: Array
    severity: Array
    errors: Vector
    covered: Flags


def follow(operation: Operation) -> Followed:
    """Watches a simulated operation from its first to its last week."""
    combined, severity = [], []
    own_weight = float(np.log(streams_of(operation.scale).weight[0]))
    for week in watch(operation.scorings, operation.scale):
        padded = np.full((2, operation.world.reviewers), -np.inf)
        found = week.judgement.log_evidence
        padded[0, : found.size] = found
        padded[1, : found.size] = week.judgement.shares[:, 0] - own_weight
        combined.append(padded[0])
        severity.append(padded[1])
    scorings = operation.scorings
    estimated = severities(scorings.take(scorings.week < QUARTER), operation.scale)
    truth = operation.severity - operation.severity.mean()
    errors, covered = [], []
    for own, true in zip(estimated.reviewers, truth, strict=True):
        if own.estimate is not None and own.interval is not None:
            errors.append(own.estimate - true)
            covered.append(own.interval.low <= true <= own.interval.high)
    return Followed(
        world=operation.world,
        combined=np.array(combined),
        severity=np.array(severity),
        errors=np.array(errors),
        covered=np.array(covered),
    )


def run_length(evidence: Sequence[Array], threshold: float) -> float:
    """ARL of a threshold for log M; infinite where it is never reached."""
    exposed, flags = 0, 0
    for weeks in evidence:
        reached = weeks[WARM_UP:] >= threshold
        flagged = reached.any(axis=0)
        exposed += int(np.where(flagged, reached.argmax(axis=0) + 1, reached.shape[0]).sum())
        flags += int(flagged.sum())
    return exposed / flags if flags else float("inf")


def threshold_of(evidence: Sequence[Array], target: float) -> float:
    """The threshold for log M with the ARL ``target``, by bisection."""
    low, high = -5.0, 25.0
    for _ in range(40):
        middle = (low + high) / 2
        if run_length(evidence, middle) < target:
            low = middle
        else:
            high = middle
    return high


def delays(followed: Sequence[Followed], threshold: float, size: float) -> NDArray[np.int64]:
    """Weeks from onset to the first flag on severity alone, of every drift of ``size`` points in either direction."""
    found = []
    for one in followed:
        for drift in one.world.drifts:
            if drift.kind == "severity" and abs(drift.size) == size:
                reached = np.flatnonzero(one.severity[drift.onset :, drift.reviewer] >= threshold)
                found.append(int(reached[0]) + 1 if reached.size else NEVER)
    return np.array(found, dtype=np.int64)


def gaussian_run_length(threshold: float, rng: np.random.Generator, *, series: int = 400, weeks: int = 160) -> float:
    """ARL of the severity stream where its model holds: weekly values N(level, v) around a level N(0, 16)."""
    variance = rng.uniform(2.0, 16.0, (1, series, 1)) * np.ones((weeks, 1, 1))
    values = rng.normal(0, 4.0, (1, series, 1)) + rng.normal(0, 1, variance.shape) * np.sqrt(variance)
    prior, shift = np.array([16.0]), np.array([5.0])
    evidence = [
        weigh_onsets(values[: week + 1], variance[: week + 1], prior, shift).log_evidence[:, 0] for week in range(weeks)
    ]
    return run_length([np.array(evidence)], float(np.log(threshold)))


def in_control(worlds: int, world: World, rng: np.random.Generator) -> list[Followed]:
    """Operations in which nobody drifts."""
    return [follow(simulate(world, rng)) for _ in range(worlds)]


def with_shifts(worlds: int, world: World, rng: np.random.Generator) -> list[Followed]:
    """Operations in which a fifth shifts suddenly by 3, 5 or 8 points, half of them stricter, in weeks 40 to 51."""
    found = []
    for _ in range(worlds):
        chosen = rng.permutation(world.reviewers)[: max(6, world.reviewers // 5)]
        drifts = tuple(
            Drift(
                reviewer=int(reviewer),
                kind="severity",
                size=SIZES[place % 3] * (1 if (place // 3) % 2 else -1),
                onset=int(rng.integers(40, 52)),
            )
            for place, reviewer in enumerate(chosen)
        )
        found.append(follow(simulate(replace(world, drifts=drifts), rng)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One figure beside its bar; ``at_least`` or at most."""

    name: str
    figure: float
    bar: float
    at_least: bool

    @property
    def holds(self) -> bool:
        return self.figure >= self.bar if self.at_least else self.figure <= self.bar

    def line(self) -> str:
        sign, verdict = ">=" if self.at_least else "<=", "holds" if self.holds else "DOES NOT HOLD"
        return f"{self.name:<74} {self.figure:>9.2f}   {sign} {self.bar:<8g} {verdict}"


def study(*, quick: bool, rng: np.random.Generator) -> list[Measured]:
    """Every figure of the study. Quick: few small operations, good for a look, not for a judgement."""
    world = World(reviewers=30 if quick else 60)
    null = in_control(2 if quick else 34, world, rng)
    shifted = with_shifts(2 if quick else 30, replace(world, weeks=76), rng)
    combined, alone = [one.combined for one in null], [one.severity for one in null]
    lines = [
        Measured(name="real ARL of all streams, amber, weeks", figure=run_length(combined, float(np.log(AMBER))),
                 bar=AMBER, at_least=True),
        Measured(name="real ARL of all streams, red, weeks", figure=run_length(combined, float(np.log(RED))),
                 bar=RED, at_least=True),
    ]  # fmt: skip
    for target, bars in MEDIAN_BARS.items():
        threshold = threshold_of(alone, target)
        for size, bar, share in zip(SIZES, bars, BY_WEEK_12, strict=True):
            found = delays(shifted, threshold, size)
            label = f"{size:g} points, severity alone at a real ARL of {target:g}"
            lines.append(
                Measured(name=f"median delay, {label}, weeks", figure=float(np.median(found)), bar=bar, at_least=False)
            )
            if target == RED:
                found_by_12 = 100 * float((found <= 12).mean())
                lines.append(
                    Measured(name=f"found by week 12, {label}, %", figure=found_by_12, bar=share, at_least=True)
                )
    lines += severity_errors(null)
    for level in (AMBER, RED):
        figure = gaussian_run_length(level, rng, series=200 if quick else 1500, weeks=120 if quick else 200)
        lines.append(
            Measured(name=f"real ARL of a Gaussian stream, A = {level:g}", figure=figure, bar=level, at_least=True)
        )
    return lines


def severity_errors(followed: Sequence[Followed]) -> list[Measured]:
    """Error and coverage of severities from 13 weeks, by crossed random effects over all kinds of evidence."""
    root = float(np.sqrt(np.mean(np.concatenate([one.errors for one in followed]) ** 2)))
    cover = 100 * float(np.mean(np.concatenate([one.covered for one in followed])))
    name = "severity from 13 weeks"
    return [
        Measured(name=f"{name}, RMSE, points", figure=root, bar=0.90, at_least=False),
        Measured(name=f"{name}, cover of 95 % intervals, %", figure=cover, bar=93, at_least=True),
        Measured(name=f"{name}, cover of 95 % intervals, %", figure=cover, bar=97, at_least=False),
    ]


def report(*, quick: bool, seed: int, out: TextIO) -> int:
    """Prints the study; 0 where every bar holds. A quick one is too small for that and only shows the figures."""
    lines = study(quick=quick, rng=np.random.default_rng(seed))
    for line in lines:
        out.write(line.line() + "\n")
    if quick:
        out.write("Quick: a few small operations. Figures scatter widely; the bars are meant for the full study.\n")
        return 0
    return 0 if all(line.holds for line in lines) else 1
