"""Draws, receipts and estimates on a population whose truth is known, each figure beside its bar.

    python -m bench.estimation --population ../shared/reference/population

``--quick`` repeats less and shows whether all runs; the bars are meant for the full run.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.bars import Bar, at_most, within
from bench.coverage import studies
from bench.population import Grouping, Population, critical_signal, read_population, read_sample
from bench.quarters import Programme, Week, programme, seed_of
from bench.ranking import coaching_bars, ranking_bars
from qa.sampling.draw import draw, rounding
from qa.sampling.estimation import (
    column_means,
    greg_by,
    hajek_by,
    korn_graubard,
    working_coefficients,
)
from qa.sampling.receipts import ReceiptFacts, differences, receipt

GOLDEN_BAR = 1e-6
DRAWN_WEEK = 9
QUOTA = 2


def golden_bars(population: Population, folder: Path) -> list[Bar]:
    """D3.1: the fixed sample gives the known estimates."""
    golden = json.loads((folder / "golden_estimates.json").read_text(encoding="utf-8"))
    chances = read_sample(folder)
    taken = np.array([part in chances for part in population.ids])
    pi = np.array([chances[part] for part in population.ids if part in chances])
    x = population.working_columns([population.auto, critical_signal(population)])
    y = population.score[taken]
    b = working_coefficients(x[taken], y, pi)
    worst = {"weighted mean": 0.0, "regression estimate": 0.0}
    for kind in ("overall", "team", "queue", "specialist"):
        group = Grouping.of(["all"] * len(population)) if kind == "overall" else population.grouping(kind)
        codes = group.codes[taken]
        plain = hajek_by(codes, group.count, y, pi)
        means = column_means(group.codes, group.count, x)
        greg = greg_by(codes, group.count, y, pi, x[taken], means, coefficients=b, shrink=kind == "specialist")
        for name, pair in zip(group.names, zip(plain, greg, strict=True), strict=True):
            for key, figure, method in zip(("hajek", "greg"), pair, worst, strict=True):
                if figure.estimate is None or figure.variance is None or figure.interval is None:
                    worst[method] = float("inf")
                    continue
                found = (figure.estimate, figure.variance, figure.interval.high - figure.estimate)
                gaps = [abs(one - other) for one, other in zip(found, golden[kind][name][key], strict=True)]
                worst[method] = max(worst[method], *gaps)
    queue = population.grouping("queue")
    rates = 0.0
    for name, figure in zip(
        queue.names, hajek_by(queue.codes[taken], queue.count, population.critical[taken], pi), strict=True
    ):
        rate = korn_graubard(figure)
        low, high = (rate.interval.low, rate.interval.high) if rate.interval else (np.inf, np.inf)
        known = golden["critical_rate_kg_by_queue"][name]
        rates = max(
            rates, *(abs(one - other) for one, other in zip((rate.estimate or 0, low, high), known, strict=True))
        )
    beta = float(np.abs(b - np.array(golden["beta"])).max())
    worst |= {"Korn-Graubard": rates, "coefficients": beta}
    return [at_most(f"D3.1 fixed sample, {name}: worst error", error, GOLDEN_BAR, 6) for name, error in worst.items()]


def draw_bars(made: Programme, repeats: int) -> list[Bar]:
    """D3.2: the combined draw of one week with new seeds."""
    number = min(DRAWN_WEEK, len(made.weeks)) - 1
    week, allocation = made.weeks[number], made.allocations[number]
    counts = np.zeros(int(week.ring.max()) + 1)
    specialists = np.array(week.cells.specialists)
    names, codes = np.unique(specialists, return_inverse=True)
    sizes = np.array(week.cells.sizes)
    quota = np.minimum(QUOTA, np.bincount(codes, sizes))
    drawn_sizes = set()
    below = 0
    totals = []
    for repeat in range(repeats):
        seed = seed_of("draw", repeat)
        drawn = np.array(rounding(allocation, seed).drawn)
        below += int((np.bincount(codes, drawn, len(names)) < quota).sum())
        places, pi = week.draw(allocation, seed)
        drawn_sizes.add(len(places))
        totals.append(float((1 / pi).sum() / sizes.sum()))
        counts[places] += 1
    chance = np.repeat([allocation.inclusion_probability(place) for place in range(len(sizes))], sizes)
    seen = counts[week.ring]
    open_ends = chance < 1
    z = (seen - repeats * chance)[open_ends] / np.sqrt(repeats * chance * (1 - chance))[open_ends]
    return [
        within("D3.2 combined draw: different sizes over the draws", len(drawn_sizes), 1, 1, 0),
        at_most("D3.2 specialists below min(2, N) over the draws", below, 0, 0),
        within("D3.2 sum of weights / N, mean", float(np.mean(totals)), 0.998, 1.002, 4),
        within("D3.2 standardised inclusion counts, mean", float(z.mean()), -0.03, 0.03),
        within("D3.2 standardised inclusion counts, sd", float(z.std()), 0.95, 1.05),
    ]


def receipt_bars(made: Programme) -> list[Bar]:
    """D3.3: the same seed and frame give the same bytes, and a changed frame is found."""
    week = made.weeks[min(DRAWN_WEEK, len(made.weeks)) - 1]
    seed = seed_of("receipt")
    facts = ReceiptFacts(
        programme="bench",
        period="week 9",
        cut_off="",
        draw_number=1,
        reason=None,
        seed_hex=seed.hex(),
        committed_before_opening=True,
        late=0,
        carried=0,
        rubricless=0,
        previous_digest=None,
    )
    first = receipt(facts, made.plans, draw(week.cells, week.units, made.plans, seed))
    second = receipt(facts, made.plans, draw(week.cells, week.units[::-1], made.plans, seed))
    tampered = [changed(week, +1), changed(week, 0)]
    unnoticed = sum(not differences(first, facts, other.cells, other.units, made.plans) for other in tampered)
    return [
        at_most("D3.3 receipts of one seed and frame that differ", float(first != second), 0, 0),
        at_most("D3.3 a receipt that does not verify", float(bool(_problems(first, facts, week, made))), 0, 0),
        at_most("D3.3 a part added, a part moved: not noticed", unnoticed, 0, 0),
    ]


def _problems(document: bytes, facts: ReceiptFacts, week: Week, made: Programme) -> list[str]:
    return differences(document, facts, week.cells, week.units, made.plans)


def changed(week: Week, more: int) -> Week:
    """The frame with one part added to its first cell, or (0) moved there from its last cell with several parts."""
    sizes = list(week.cells.sizes)
    units = list(week.units)
    target = week.cells.keys[0]
    if more:
        units.append(replace(units[0], part_id=max(unit.part_id for unit in units) + 1, cell=target))
    else:
        source = max(place for place, size in enumerate(sizes) if size > 1 and place > 0)
        moved = next(place for place, unit in enumerate(units) if unit.cell == week.cells.keys[source])
        units[moved] = replace(units[moved], cell=target)
        sizes[source] -= 1
    sizes[0] += 1
    return replace(week, cells=replace(week.cells, sizes=sizes), units=units)


def all_bars(folder: Path, *, quick: bool) -> Iterator[Bar | str]:
    """Every bar in its order, as it is measured; sentences where there is none."""
    population = read_population(folder)
    if (folder / "golden_estimates.json").exists():
        yield from golden_bars(population, folder)
    else:
        yield "D3.1 fixed sample: this population has none"
    made = programme(population)
    yield from draw_bars(made, 100 if quick else 2000)
    yield from receipt_bars(made)
    for label, study in studies(population, made, 20 if quick else 1000).items():
        yield from study.bars(label)
        yield from study.notes(label)
    yield from ranking_bars(population, 10 if quick else 100)
    yield from coaching_bars(population, 40 if quick else 1000)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.estimation", description=__doc__.splitlines()[0])
    parser.add_argument("--population", type=Path, required=True, help="folder with tickets.csv.gz")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions; bars may miss by chance")
    options = parser.parse_args()
    missed = 0
    for bar in all_bars(options.population, quick=options.quick):
        print(bar if isinstance(bar, str) else bar.line(), flush=True)
        missed += isinstance(bar, Bar) and not bar.holds
    print(f"{missed} bars do not hold" if missed else "every bar holds")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
