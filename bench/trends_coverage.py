"""Do 95 % bands hold the truth 95 times in 100? The figures of the trends page over many drawn quarters (D3.4).

    python -m bench.trends_coverage [--population DIR] [--quarters 1000]

Draws of the population with new seeds (the combined draw of each week, as the product makes it) are put into weekly
sums as a submit puts them, and every figure is read as the page reads it: completion factors, regression, variance,
degrees of freedom. Nothing is known of reviewers in this population, so the bands are those of the chance of the draw.
Coverage of the whole, queues, teams and team-weeks beside 0.935 to 0.975. Exit 0 only if every bar holds.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from bench.bars import Bar, within
from bench.coverage import COVERAGE, Tally
from bench.made_population import population, write
from bench.population import Population, read_population
from bench.quarters import Quarter, programme
from qa.figures.models import WeeklyReviewPack
from qa.reviews.contributions import sums_of_review
from qa.sampling import from_sums
from qa.sampling.sum_rows import Draws, FrameRows, Rows, Weighted, completion

PASS_MARK = 80.0
NOT_DONE = 0.15  # share of the drawn parts that nobody reviews, at random
KINDS = ("overall", "queue", "team", "team-week")
Codes = NDArray[np.int64]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.trends_coverage", description=__doc__)
    parser.add_argument("--population", type=Path, help="folder with tickets.csv.gz; none: one is made")
    parser.add_argument("--quarters", type=int, default=1_000)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder: Path = given.population or Path(name)
        if given.population is None:
            write(folder, population(50_000, 200, 2))
        known = read_population(folder)
    bars = coverage_bars(known, given.quarters)
    for bar in bars:
        print(bar.line())
    return 0 if all(bar.holds for bar in bars) else 1


class World:
    """The population's keys as codes, its frame as sums, and the truth of every domain."""

    def __init__(self, known: Population) -> None:
        self.population = known
        self._kept: dict[int, tuple[float, list[float]]] = {}
        self.queue, self.team = known.grouping("queue"), known.grouping("team")
        _, self.week = np.unique(known.week, return_inverse=True)
        self.risk = np.array([int(row["risk_class"]) for row in known.rows])
        self.weeks = int(self.week.max()) + 1
        keys = np.ravel_multi_index(
            (self.week, self.team.codes, self.queue.codes), (self.weeks, self.team.count, self.queue.count)
        )
        found, place = np.unique(keys, return_inverse=True)
        week, team, queue = np.unravel_index(found, (self.weeks, self.team.count, self.queue.count))
        parts = np.bincount(place).astype(np.float64)
        self.frame = FrameRows(
            week=week,
            team=team,
            queue=queue,
            value=np.zeros(len(found), dtype=np.int64),
            sums={"parts": parts, "predicted": parts, "p": np.bincount(place, known.auto).astype(np.float64)},
        )
        self.truth = {kind: self._mean(kind, known.score) for kind in KINDS}
        self.passed = {kind: self._mean(kind, (known.score >= PASS_MARK).astype(float)) for kind in KINDS}

    def domain(self, kind: str, week: Codes, team: Codes, queue: Codes) -> Codes:
        """The domain of each entry."""
        return {
            "overall": np.zeros_like(week),
            "queue": queue,
            "team": team,
            "team-week": team * self.weeks + week,
        }[kind]

    def count(self, kind: str) -> int:
        return {"overall": 1, "queue": self.queue.count, "team": self.team.count}.get(
            kind, self.team.count * self.weeks
        )

    def _mean(self, kind: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
        codes = self.domain(kind, self.week, self.team.codes, self.queue.codes)
        sizes = np.bincount(codes, minlength=self.count(kind))
        return np.bincount(codes, values, self.count(kind)) / np.maximum(sizes, 1)

    def summed(self, quarter: Quarter, done: NDArray[np.bool_]) -> tuple[Rows, Draws]:
        """A quarter as the packs hold it: of each review what a submit adds."""
        places = quarter.places
        chosen = places[done]
        added = np.array([self._added(*each) for each in zip(chosen.tolist(), quarter.pi[done].tolist(), strict=True)])
        keys = (self.week[chosen], self.team.codes[chosen], self.queue.codes[chosen], self.risk[chosen])
        shape = (self.weeks, self.team.count, self.queue.count, int(self.risk.max()) + 1)
        cells, cell = np.unique(np.ravel_multi_index(keys, shape), return_inverse=True)
        table = np.zeros((len(cells), added.shape[1]))
        np.add.at(table, cell, added)
        week, team, queue, risk = np.unravel_index(cells, shape)
        rows = Rows(
            week=week,
            team=team,
            queue=queue,
            risk=risk,
            value=np.zeros(len(week), dtype=np.int64),
            known=np.ones(len(week), dtype=np.bool_),
            sums=dict(zip(WeeklyReviewPack.SUMS, table.T, strict=True)),
        )
        draws = Draws(
            week=self.week[places],
            team=self.team.codes[places],
            queue=self.queue.codes[places],
            risk=self.risk[places],
            drawn=np.ones(len(places)),
        )
        return rows, draws

    def _added(self, place: int, pi: float) -> list[float]:
        """What the submit of a part adds: every quarter draws it with the same chance, so it is worked out once."""
        if place not in self._kept:
            score = float(self.population.score[place])
            row = SimpleNamespace(
                score=score,
                first_score=score,
                outcome="passed" if score >= PASS_MARK else "failed",
                first_outcome="",
                kind="first",
                inclusion_probability=pi,
                predicted=float(self.population.auto[place]),
            )
            self._kept[place] = pi, sums_of_review(row)
        kept_pi, sums = self._kept[place]
        if kept_pi != pi:
            raise ValueError(f"part {place} is drawn with a chance of {pi} after one of {kept_pi}")
        return sums


def coverage_bars(known: Population, quarters: int) -> list[Bar]:
    """Coverage of quality's bands by kind of domain, and of the pass rate's over the whole."""
    world, rng = World(known), np.random.default_rng(20261129)
    tallies = {kind: Tally() for kind in KINDS}
    passed = {kind: Tally() for kind in KINDS}
    for quarter in programme(known).quarters(quarters):
        rows, draws = world.summed(quarter, rng.random(len(quarter.places)) >= NOT_DONE)
        factor = completion(rows.week, rows.team, rows.risk, rows.sums["reviews"], draws, rows)
        sums = Weighted.of(rows, factor)
        model = from_sums.fit(sums, world.queue.count)
        spread = from_sums.spread_in(sums, world.queue.count, model)
        for kind in KINDS:
            codes = world.domain(kind, rows.week, rows.team, rows.queue)
            framed = world.domain(kind, world.frame.week, world.frame.team, world.frame.queue)
            count = world.count(kind)
            figures = from_sums.quality(
                sums, codes, count, model=model, frame=world.frame, framed=framed, spread=spread
            )
            shares = from_sums.share(sums, "passed", codes, count)
            for tally, found, truth in ((tallies, figures, world.truth), (passed, shares, world.passed)):
                for d, each in enumerate(found):
                    interval = each.figure.interval
                    if interval is not None:
                        tally[kind].add(interval.low, interval.high, float(truth[kind][d]))
    wide = (COVERAGE[0], 1.0)  # Korn and Graubard's interval holds more than its level by construction
    return [
        *(
            within(f"coverage of the 95 % bands of quality, {kind}", tallies[kind].coverage, *COVERAGE)
            for kind in KINDS
        ),
        *(
            within(f"coverage of the intervals of the pass rate, {kind}", passed[kind].coverage, *wide)
            for kind in KINDS
        ),
    ]


if __name__ == "__main__":
    sys.exit(main())
