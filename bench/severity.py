"""Severities in the simulated operation, and the speed of the models behind them, beside their bars.

    python -m bench.severity [--worlds N] [--scorings N] [--tickets N]

Severity errors over N worlds of 60 reviewers and 13 weeks, beside the difference of means that peers show; then the
crossed model at a million scorings and the many-facet Rasch fits at 20,000 tickets, in CPU seconds of all threads.
Exit 0 only if every bar holds.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bench.bars import Bar, at_least, at_most, within
from calibration.rasch import many_facet_rasch, marginal_rasch
from calibration.scorings import Kind, base_scores, final_scores
from calibration.severity import criterion_severities, design_of, severities, severities_of
from calibration.simulate import Operation, World, simulate

REVIEWERS_AT_SCALE = 300
PER_REVIEWER_WEEK = 34.7  # scorings, all kinds


def spent(call: Callable[[], Any]) -> tuple[Any, float]:
    """What a call gives and the CPU seconds it takes."""
    start = time.process_time()
    found = call()
    return found, time.process_time() - start


def errors(worlds: int) -> list[Bar]:
    """Errors and cover of severities, centred, over worlds of 13 weeks."""
    squares, inside, naive, naive_inside = [], [], [], []
    for seed in range(worlds):
        operation = simulate(World(weeks=13), np.random.default_rng(1000 + seed))
        truth = operation.severity - operation.severity.mean()
        found = severities(operation.scorings, operation.scale)
        ends = [own.interval for own in found.reviewers if own.interval]
        squares.append((found.estimates - truth) ** 2)
        inside.append([end.low <= true <= end.high for end, true in zip(ends, truth, strict=True)])
        mean, half = mean_differences(operation)
        naive.append((mean - truth) ** 2)
        naive_inside.append(np.abs(mean - truth) <= half)
    error, peer = float(np.sqrt(np.mean(squares))), float(np.sqrt(np.mean(naive)))
    return [
        at_most(f"severity, root mean squared error over {worlds} worlds, points", error, 0.90),
        within("share of 95 % intervals that hold the true severity", float(np.mean(inside)), 0.93, 0.97),
        at_least("peers' difference of mean final scores, its error over ours", peer / error, 1.0, 2),
        at_most("share of peers' 95 % intervals that hold the true severity", float(np.mean(naive_inside)), 1.0),
    ]


def mean_differences(operation: Operation) -> tuple[Any, Any]:
    """What peers show: a reviewer's mean final score less the team's, and half its interval."""
    routine = operation.scorings.take(operation.scorings.kind == Kind.ROUTINE)
    scores = final_scores(routine.answers, operation.scale)
    count = operation.severity.size
    number = np.bincount(routine.reviewer, minlength=count)
    mean = np.bincount(routine.reviewer, scores, count) / number
    spread = np.bincount(routine.reviewer, (scores - mean[routine.reviewer]) ** 2, count) / (number - 1)
    return mean - mean.mean(), 1.96 * np.sqrt(spread / number)


def crossed(scorings: int) -> list[Bar]:
    """The crossed model, variances and standard errors at scale."""
    weeks = max(2, round(scorings / REVIEWERS_AT_SCALE / PER_REVIEWER_WEEK) + 1)
    operation = simulate(World(reviewers=REVIEWERS_AT_SCALE, weeks=weeks), np.random.default_rng(1))
    taken = operation.scorings
    if len(taken) > scorings:
        taken = taken.take(np.arange(len(taken)) < scorings)
    y = base_scores(taken.answers, operation.scale)
    design = design_of(taken)
    found, seconds = spent(lambda: severities_of(design, y, taken.week))
    truth = operation.severity - operation.severity.mean()
    error = float(np.sqrt(np.mean((found.estimates - truth) ** 2)))
    known = found.components.variances if found.components else None
    _, once = spent(lambda: severities_of(design, y, taken.week, variances=known))
    _, criteria = spent(lambda: criterion_severities(taken, operation.scale))
    size = f"{len(taken):,} scorings"
    return [
        at_most(f"{size}: variances, severities and standard errors, CPU seconds", seconds, 10.0, 2),
        at_least("R's lmer at 44.8 s without standard errors (measured elsewhere), ratio", 44.8 / seconds, 1.0, 1),
        at_most("the same with known variances, CPU seconds", once, 10.0, 2),
        at_most("every criterion, CPU seconds", criteria, 10.0 * operation.scale.graded.size, 1),
        at_most(f"severity, root mean squared error over {weeks} weeks, points", error, 0.90),
    ]


def rasch(tickets: int) -> list[Bar]:
    """Both Rasch fits on 60 reviewers, 10 criteria of four levels, a tenth of the tickets scored twice."""
    rng = np.random.default_rng(1)
    reviewers, items, doubles = 60, 10, tickets // 10
    person = np.concatenate([np.arange(tickets), np.arange(doubles)])
    first = rng.integers(0, reviewers, tickets)
    second = (first[:doubles] + rng.integers(1, reviewers, doubles)) % reviewers
    rater = np.concatenate([first, second])
    severity = rng.normal(0, 0.3, reviewers)
    eta = (rng.normal(1, 1, tickets)[person] - severity[rater])[:, np.newaxis] - rng.normal(0, 0.5, items)
    logits = np.stack([level * eta - steps for level, steps in enumerate((0.0, -1.0, -1.0, 0.0))])
    shares = np.exp(logits - logits.max(axis=0))
    scores = (rng.random(eta.shape) > np.cumsum(shares / shares.sum(axis=0), axis=0)).sum(axis=0).astype(float)
    scores[rng.random(scores.shape) < 0.08] = np.nan
    bars = []
    for name, call in (("joint, with fit", many_facet_rasch), ("marginal", marginal_rasch)):
        found, seconds = spent(lambda call=call: call(person, rater, scores))
        measured = np.array([own.measure for own in found.raters], dtype=float)
        bars += [
            at_most(f"many-facet Rasch, {name}, {tickets:,} tickets, CPU seconds", seconds, 2.4, 2),
            at_least("TAM at 23.7 s (measured elsewhere), ratio", 23.7 / seconds, 1.0, 1),
            at_least("correlation with the true severities", float(np.corrcoef(measured, severity)[0, 1]), 0.95),
        ]
    return bars


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.severity", description=__doc__)
    parser.add_argument("--worlds", type=int, default=20)
    parser.add_argument("--scorings", type=int, default=1_000_000)
    parser.add_argument("--tickets", type=int, default=20_000)
    given = parser.parse_args(arguments)
    bars = []
    for part in (errors(given.worlds), rasch(given.tickets), crossed(given.scorings)):
        for bar in part:
            print(bar.line(), flush=True)
        bars += part
    return 0 if all(bar.holds for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
