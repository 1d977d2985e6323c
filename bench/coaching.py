"""Coaching without any effect, through what the product does with it: whom it finds, and what it claims.

    python -m bench.coaching [--population ../shared/reference/population]

Rows as the database gives them go through `qa.reviews.measured.measure`, the coaching board's list, the courses
around a plan's start and the verdicts of plan and wait-list. D3.6: the lowest tenth by ten reviews of weeks 1-6,
halved by lot, ten reviews of weeks 7-13. D3.5: five reviews a quarter. Without a population one is made from a seed.
``--quick`` repeats less; the bars are meant for the full run.
"""

import argparse
import datetime as dt
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats

from bench import made_population
from bench.bars import Bar, at_least, at_most
from bench.population import Grouping, Population, read_population
from bench.ranking import (
    BEFORE_WEEKS,
    COACHED_REVIEWS,
    FALSE_CLAIM_BAR,
    FOUND_BAR,
    LEVEL,
    LOWEST,
    REVIEWS,
    RMSE_BAR,
    SPEARMAN_BAR,
    simple_samples,
)
from qa.coaching import effects
from qa.coaching.courses import courses
from qa.coaching.effects import Course
from qa.coaching.figures import CoachingList, coaching_list
from qa.reviews.measured import Drawn, Framed, Measured, Reviewed, measure

MONDAY = dt.date(2026, 1, 5)
START = MONDAY + BEFORE_WEEKS * dt.timedelta(weeks=1)  # the week of the plan belongs to neither side, so none is in it
REVIEWERS = 20
SAID_NOTHING = "cannot tell yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The population as rows of a help desk: who handled what in which week, and what it was predicted to score."""

    population: Population
    specialists: Grouping
    weeks: Sequence[dt.date]  # of each part
    frame: Sequence[Framed]

    @classmethod
    def of(cls, population: Population) -> "Operation":
        specialists = population.grouping("specialist")
        weeks = [
            MONDAY + (week - 1 + (week > BEFORE_WEEKS)) * dt.timedelta(weeks=1) for week in population.week.tolist()
        ]
        groups: dict[tuple[dt.date, str, str, int], list[float]] = {}
        for week, row, who, predicted in zip(
            weeks, population.rows, specialists.codes.tolist(), population.auto.tolist(), strict=True
        ):
            groups.setdefault((week, row["team"], row["queue"], who + 1), []).append(predicted)
        frame = [
            Framed(
                week=week, team=team, queue=queue, specialist_id=who,
                frame=len(found), predicted=len(found), predicted_sum=sum(found),
            )
            for (week, team, queue, who), found in groups.items()
        ]  # fmt: skip
        return cls(population=population, specialists=specialists, weeks=weeks, frame=frame)

    def measured(self, samples: Sequence[tuple[np.ndarray, np.ndarray]], rng: np.random.Generator) -> Measured:
        """What the product measures when these parts, with their chances, were drawn and reviewed."""
        reviews: list[Reviewed] = []
        drawn: dict[tuple[dt.date, str, str, int], int] = {}
        for places, chances in samples:
            scorers = rng.integers(1, REVIEWERS + 1, len(places)).tolist()
            for place, chance, scorer in zip(places.tolist(), chances.tolist(), scorers, strict=True):
                row, week = self.population.rows[place], self.weeks[place]
                score, risk = float(self.population.score[place]), int(row["risk_class"])
                reviews.append(
                    Reviewed(
                        review_id=place, part_id=place, week=week, team=row["team"], queue=row["queue"],
                        score=score, base_score=score, outcome="passed" if score >= 80 else "failed",
                        inclusion_probability=chance, specialist_id=int(self.specialists.codes[place]) + 1,
                        reviewer_id=scorer, risk_class=risk, predicted=float(self.population.auto[place]),
                    )
                )  # fmt: skip
                key = week, row["team"], row["queue"], risk
                drawn[key] = drawn.get(key, 0) + 1
        return measure(
            reviews,
            self.frame,
            [
                Drawn(week=week, team=team, queue=queue, risk_class=risk, drawn=count)
                for (week, team, queue, risk), count in drawn.items()
            ],
        )

    def sampled(self, inside: np.ndarray, size: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """A simple random sample of each specialist's parts among those ``inside``: places and chances."""
        among = np.flatnonzero(inside)
        places, chances = simple_samples(self.specialists.codes[among], self.specialists.count, size, rng)
        return among[places], chances


def board(operation: Operation, measured: Measured) -> CoachingList:
    """The coaching board's list."""
    new = {
        int(code) + 1: row["new_specialist"] == "1"
        for code, row in zip(operation.specialists.codes, operation.population.rows, strict=True)
    }
    return coaching_list(measured, range(1, operation.specialists.count + 1), new)


def ranking_bars(operation: Operation, repeats: int) -> list[Bar]:
    """D3.5 by the coaching board: five reviews of each specialist in a quarter."""
    rng = np.random.default_rng(5)
    truth = operation.population.true_means(operation.specialists, operation.population.score)
    lowest = int(len(truth) * LOWEST)
    truly = set(np.argsort(truth)[:lowest].tolist())
    everything = np.ones(len(operation.population), dtype=np.bool_)
    found = []
    for _ in range(repeats):
        listed = board(operation, operation.measured([operation.sampled(everything, REVIEWS, rng)], rng))
        shrunken = np.array([estimate_of(listed, who) for who in range(1, len(truth) + 1)])
        chosen = set(np.argsort(shrunken)[:lowest].tolist())
        found.append(
            (
                float(np.sqrt(np.mean((shrunken - truth) ** 2))),
                len(truly & chosen) / lowest,
                float(stats.spearmanr(shrunken, truth).statistic),
            )
        )
    error, share, order = (float(mean) for mean in np.mean(found, axis=0))
    return [
        at_most("D3.5 by the coaching board: RMSE of the order's figure", error, RMSE_BAR),
        at_least("D3.5 by the coaching board: true lowest tenth found", share, FOUND_BAR),
        at_least("D3.5 by the coaching board: Spearman with the truth", order, SPEARMAN_BAR),
    ]


def estimate_of(listed: CoachingList, who: int) -> float:
    shrunken = listed.placed[who].shrunken
    if shrunken is None:
        raise SystemExit(f"the board has no order: {listed.reason}")
    return shrunken.estimate


def effect_bars(operation: Operation, repeats: int) -> list[Bar]:
    """D3.6 by plan page, wait-list and Welch's test over the product's own courses."""
    rng = np.random.default_rng(6)
    early = np.array([week < START for week in operation.weeks])
    last = max(operation.weeks)
    lowest = int(operation.specialists.count * LOWEST)
    claims = dict.fromkeys(("Welch's t", "plans", "wait-list", "before and after"), 0)
    for _ in range(repeats):
        sides = [operation.sampled(half, COACHED_REVIEWS, rng) for half in (early, ~early)]
        known: Mapping[int, Course] = courses(operation.measured(sides, rng), MONDAY, START, last)
        chosen = rng.permutation(sorted(known, key=lambda who: known[who].before)[:lowest]).tolist()
        coached, waiting = ([known[who] for who in half] for half in (chosen[: lowest // 2], chosen[lowest // 2 :]))
        others = [course for who, course in known.items() if who not in set(chosen[: lowest // 2])]
        changes = [[course.after - course.before for course in half] for half in (coached, waiting)]
        claims["Welch's t"] += float(stats.ttest_ind(*changes, equal_var=False).pvalue) < LEVEL
        claims["plans"] += effects.verdict(effects.coaching_effect(coached, others)) != SAID_NOTHING
        claims["wait-list"] += effects.lot_verdict(effects.lot_effect(coached, waiting)) != SAID_NOTHING
        claims["before and after"] += float(stats.ttest_1samp([*changes[0], *changes[1]], 0).pvalue) < LEVEL
    naive = claims.pop("before and after") / repeats
    return [
        at_most(f"D3.6 false claims, {name} (before and after alone: {naive:.2f})", count / repeats, FALSE_CLAIM_BAR)
        for name, count in claims.items()
    ]


def a_population(folder: Path | None) -> Population:
    if folder is not None:
        return read_population(folder)
    with tempfile.TemporaryDirectory() as made:
        made_population.write(Path(made), made_population.population(50_000, 200, seed=2))
        return read_population(Path(made))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.coaching", description=__doc__.splitlines()[0])
    parser.add_argument("--population", type=Path, help="folder with tickets.csv.gz; made from a seed unless given")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions; bars may miss by chance")
    options = parser.parse_args()
    operation = Operation.of(a_population(options.population))
    bars = ranking_bars(operation, 5 if options.quick else 60)
    bars += effect_bars(operation, 10 if options.quick else 400)
    for bar in bars:
        print(bar.line())
    return 0 if all(bar.holds for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
