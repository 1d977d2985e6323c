"""Drift watch: alarms, delays and speed beside their bars, on simulated operations and on a world of files.

python -m bench.drift [--world DIR] [--worlds N] [--quick]
"""

import argparse
import importlib.util
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bench.bars import Bar, at_least, at_most
from bench.drift_worlds import (
    LEAST_VOLUME,
    MIX,
    KnownWorld,
    Outcome,
    file_world,
    judged,
    looks_ahead,
    made_world,
    outcome,
)
from calibration.control_charts import cusum_chart, ewma_chart
from calibration.drift import advance, judge, new_state
from calibration.simulate import World, simulate
from calibration.simulation_study import study

PUBLIC = Path(__file__).parents[2] / "shared" / "reference" / "drift_world"
SERIES, LENGTH, PANDAS_SHARE = 300, 5_000, 1 / 8
SCORINGS_A_YEAR, STEP_SECONDS, STEP_WEEKS = 1_000_000, 0.2, 20


def world_bars(label: str, world: KnownWorld) -> list[Bar]:
    """The bars of one world of files."""
    judgements = judged(world)
    found = outcome(world, judgements)
    quick = [
        place
        for place, drift in enumerate(world.drifts)
        if drift.kind in ("na", "rubber") or (drift.kind == "criterion" and drift.size <= -0.8)
    ]
    fives = [
        place
        for place, drift in enumerate(world.drifts)
        if (drift.kind, drift.size, drift.ramp_weeks) == ("severity", -5, 0)
    ]
    rows = [found.delays[place] for place in quick]
    ahead = looks_ahead(world, judgements, (13, 37, 54))
    print(f"{label}: delays {', '.join(str(delay) for delay in found.delays)}; {found.early_reds} red before onset")
    return [
        at_least(f"{label}: of {len(world.drifts)} drifts red within 12 weeks", found.found_within(12), 15, 0),
        at_least(f"{label}: red within 24 weeks", found.found_within(24), 17, 0),
        at_most(f"{label}: of {found.stable} stable reviewers red from week 12 on", found.false_reds, 5, 0),
        at_least(
            f"{label}: of {len(quick)} N/A, rubber-stamp, -.8 criterion drifts red within 6 weeks",
            sum(delay is not None and delay <= 6 for delay in rows),
            len(quick),
            0,
        ),
        at_least(f"{label}: of these named right", sum(found.named[place] for place in quick), len(quick), 0),
        at_least(
            f"{label}: of {len(fives)} severity drifts of -5 red within 12 weeks",
            sum((delay := found.delays[place]) is not None and delay <= 12 for place in fives),
            len(fives),
            0,
        ),
        at_most(f"{label}: reds in the weeks of the real drop", found.drop_reds, 2, 0),
        at_most(f"{label}: of 3 cuts that change an earlier flag", ahead, 0, 0),
    ]


def rebuilt_bars(number: int, rng: np.random.Generator) -> list[Bar]:
    """The same counts over several new worlds of the same mix: mean, and how many worlds keep each bar."""
    found: list[Outcome] = []
    for place in range(number):
        world = made_world(rng)
        one = outcome(world, judged(world))
        found.append(one)
        print(
            f"rebuilt world {place + 1}: {one.found_within(12)} within 12 weeks, {one.found_within(24)} within 24, "
            f"{one.false_reds} of {one.stable} stable red, {one.drop_reds} red in the drop, {one.early_reds} early"
        )
    for kind in range(len(MIX)):
        delays = [one.delays[kind] for one in found]
        print(f"  {MIX[kind][0]} {MIX[kind][1]:g}: {', '.join(str(delay) for delay in delays)}")
    late = float(np.mean([one.found_within(24) for one in found]))
    kept = sum(one.found_within(12) >= 15 and one.found_within(24) >= 17 and one.false_reds <= 5 for one in found)
    print(f"  mean found within 24 weeks {late:.2f}; worlds that keep 15, 17 and 5: {kept} of {number}")
    print(f"  nobody drifts here who scores fewer than {LEAST_VOLUME} reviews a week, as in the public world")
    return [
        at_least(
            "rebuilt worlds: mean red within 12 weeks", float(np.mean([o.found_within(12) for o in found])), 15, 2
        ),
        at_most("rebuilt worlds: mean stable reviewers red", float(np.mean([o.false_reds for o in found])), 5, 2),
        at_most("rebuilt worlds: most reds in the weeks of the real drop", max(o.drop_reds for o in found), 2, 0),
    ]


def step_bars(rng: np.random.Generator) -> list[Bar]:
    """CPU seconds of one week of an operation of a million scorings a year, 300 reviewers, 3,000 specialists."""
    operation = simulate(World(reviewers=300, weeks=STEP_WEEKS, volumes=(63,)), rng)
    scorings, state, seconds = operation.scorings, new_state(operation.scale), []
    bounds = np.searchsorted(scorings.week, np.arange(STEP_WEEKS + 1))
    for week in range(STEP_WEEKS):
        part = scorings.take(slice(int(bounds[week]), int(bounds[week + 1])))
        start = time.process_time()
        state = advance(state, part, operation.scale)
        judge(state, operation.scale)
        seconds.append(time.process_time() - start)
    year = len(scorings) / STEP_WEEKS * 52
    print(f"weekly step: {len(scorings) / STEP_WEEKS:,.0f} scorings a week ({year:,.0f} a year)")
    return [
        at_least("weekly step: scorings a year, millions", year / 1e6, SCORINGS_A_YEAR / 1e6, 2),
        at_most("weekly step with all judgements, CPU seconds (median)", float(np.median(seconds)), STEP_SECONDS),
    ]


def seconds_of(call: Callable[[], object], times: int = 5) -> float:
    """CPU seconds, the best of some times."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return best


def chart_bars(rng: np.random.Generator) -> list[Bar]:
    """EWMA and CUSUM of 300 series of 5,000 beside pandas.

    The bars compare with the recursion as pandas states it; a wide table, or a CUSUM rewritten as ours is, is told too.
    """
    if not importlib.util.find_spec("pandas"):
        print("charts: pandas is not installed; no comparison")
        return []
    import pandas

    x = rng.normal(size=(SERIES, LENGTH))
    wide = pandas.DataFrame(x.T)
    tidy = pandas.DataFrame({"series": np.repeat(np.arange(SERIES), LENGTH), "value": x.ravel()})
    steps = np.arange(1, LENGTH + 1)
    half = pandas.Series(2.962 * np.sqrt(0.2 / 1.8 * (1 - 0.8 ** (2 * steps))), index=steps)
    half_of_rows = np.tile(half.to_numpy(), SERIES)

    def first(outside: pandas.DataFrame) -> object:
        return outside.idxmax().where(outside.any())

    def wide_ewma() -> tuple[pandas.DataFrame, object]:
        value = pandas.concat([pandas.DataFrame(np.zeros((1, SERIES))), wide], ignore_index=True)
        value = value.ewm(alpha=0.2, adjust=False).mean().iloc[1:]
        return value, first(value.gt(half, axis=0) | value.lt(-half, axis=0))

    def tidy_ewma() -> tuple[pandas.Series, object]:
        value = tidy.groupby("series")["value"].ewm(alpha=0.2, adjust=False).mean()
        outside = value.abs().gt(half_of_rows)
        return value, outside.groupby(level="series").idxmax().where(outside.groupby(level="series").any())

    def wide_cusum() -> tuple[pandas.DataFrame, object]:
        sides = []
        for sign in (1, -1):
            walk = (sign * wide - 0.5).cumsum()
            sides.append(walk - walk.cummin().clip(upper=0))
        return sides[0], first((sides[0] > 5) | (sides[1] > 5))

    def looped_cusum() -> pandas.Series:
        upper = lower = pandas.Series(np.zeros(SERIES))
        for _, row in wide.iterrows():
            upper, lower = (upper + row - 0.5).clip(lower=0), (lower - row - 0.5).clip(lower=0)
        return upper

    def own_ewma() -> object:
        return ewma_chart(x, target=0, sigma=1)

    def own_cusum() -> object:
        return cusum_chart(x, target=0, sigma=1)

    average, sums = ewma_chart(x, target=0, sigma=1), cusum_chart(x, target=0, sigma=1)
    if not np.allclose(average.value.T, wide_ewma()[0]) or not np.allclose(sums.upper.T, wide_cusum()[0]):
        raise SystemExit("pandas and the charts differ")
    bars = []
    for name, own, peers in (
        ("EWMA", own_ewma, {"by series of a tidy table": tidy_ewma, "of a wide table, by column": wide_ewma}),
        ("CUSUM", own_cusum, {"by its recursion": looped_cusum, "rewritten as cumsum and cummin": wide_cusum}),
    ):
        ours = seconds_of(own)
        for place, (label, peer) in enumerate(peers.items()):
            theirs = seconds_of(peer, 1 if peer is looped_cusum else 5)
            if place == 0:
                bars.append(at_most(f"{name}, share of the time of pandas {label}", ours / theirs, PANDAS_SHARE))
            print(
                f"{name} {SERIES} x {LENGTH:,} with limits and signals: {ours * 1000:.1f} ms; pandas {label} "
                f"{theirs * 1000:.1f} ms: {ours / theirs:.3f}"
            )
    return bars


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.drift", description=__doc__)
    parser.add_argument("--world", type=Path, help="folder with reviews.csv.gz, rubric.json, truth.json")
    parser.add_argument("--worlds", type=int, default=8, help="rebuilt worlds")
    parser.add_argument("--quick", action="store_true", help="small study; its lines are shown, not judged")
    given = parser.parse_args(arguments)
    rng = np.random.default_rng(7)
    bars = chart_bars(rng) + step_bars(rng)
    folder = given.world or PUBLIC
    if (folder / "truth.json").exists():
        bars += world_bars(folder.name, file_world(folder))
    elif given.world:
        print(f"{folder} holds no truth.json", file=sys.stderr)
        return 2
    else:
        print("no world of files here: simulated worlds only")
    bars += rebuilt_bars(given.worlds, rng)
    studied = study(quick=given.quick, rng=rng)
    for bar in bars:
        print(bar.line())
    for line in studied:
        print(line.line())
    return 0 if all(bar.holds for bar in bars) and (given.quick or all(line.holds for line in studied)) else 1


if __name__ == "__main__":
    sys.exit(main())
