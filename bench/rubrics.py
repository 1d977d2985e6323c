"""Scoring very many reviews under one rubric version, as the impact preview does, beside scoring them one by one.

    python -m bench.rubrics [--reviews N]

15 criteria in four sections (one for chat alone, one bonus), N/A, a condition, criticals and a cap. The peer is
``rubrics.score`` on a sample of the same reviews. CPU seconds. Outcome and displayed decimal are compared exactly.
Exit 0 only if every bar holds.
"""

import argparse
import sys
import time
from fractions import Fraction
from itertools import pairwise

import numpy as np

import rubrics
from bench.bars import at_least, at_most
from rubrics import Columns, Condition, Criterion, Critical, Level, RubricVersion, Scale, Section

FASTER, LARGEST_ERROR, PEER = 20.0, 1e-9, 4_000


def graded(*points: int, cap: int | None = None) -> Scale:
    """Levels with these points, best first; the last one fails and may cap the score."""
    levels = tuple(
        Level(
            key=f"p{n}",
            name=str(n),
            points=Fraction(n),
            failing=n == points[-1],
            cap=Fraction(cap) if cap is not None and n == points[-1] else None,
        )
        for n in points
    )
    return Scale(kind="binary" if len(levels) == 2 else "levels", levels=levels)


def criterion(key: str, weight: int, scale: Scale, **more: object) -> Criterion:
    return Criterion(key=key, name=key, question=key, weight=Fraction(weight), scale=scale, na_allowed=True, **more)  # type: ignore[arg-type]


def made() -> RubricVersion:
    """A rubric like those in use, with every rule that costs time."""
    fails = Critical(scope="review", fails_at=("p0",))
    scales = [graded(3, 2, 1, 0), graded(2, 1, 0), graded(4, 3, 2, 1, 0), graded(1, 0), graded(2, 1, 0, cap=60)]
    care = tuple(criterion(f"care{n}", 10 + 5 * n, scales[n]) for n in range(5))
    solving = (
        *(criterion(f"solving{n}", 12 + n, scales[n]) for n in range(4)),
        criterion("privacy", 20, graded(2, 1, 0), critical=fails),
    )
    live = (
        criterion("pace", 3, graded(3, 2, 1, 0)),
        criterion("wait", 2, graded(1, 0), condition=Condition(criterion="pace", levels=("p0", "p1"))),
        criterion("hold", 4, graded(2, 1, 0), critical=Critical(scope="section", fails_at=("p0",))),
    )
    extra = (criterion("idea", 1, graded(2, 1, 0)), criterion("spark", 2, graded(1, 0)))
    return RubricVersion(
        key="bench",
        name="Bench",
        major=1,
        minor=0,
        pass_mark=Fraction(80),
        sections=(
            Section(key="care", name="Care", weight=Fraction(35), criteria=care),
            Section(key="solving", name="Solving", weight=Fraction(45), criteria=solving),
            Section(key="live", name="Live", weight=Fraction(20), criteria=live, channels=("chat",)),
            Section(key="extra", name="Extra", weight=Fraction(5), criteria=extra, bonus=True),
        ),
    )


def answered(version: RubricVersion, n: int) -> Columns:
    """Random reviews: good levels more often than bad, one answer in twelve N/A."""
    rng = np.random.default_rng(3)
    empty = rubrics.columns_of(version, [({}, "chat"), ({}, "email")])
    codes = np.stack(
        [
            np.where(rng.random(n) < 1 / 12, -1, np.minimum(rng.geometric(0.6, n) - 1, len(item.scale.levels) - 1))
            for item in version.criteria
        ],
        axis=1,
    ).astype(np.int32)
    return Columns(
        criteria=version.criteria,
        codes=codes,
        choices=empty.choices,
        channel=rng.integers(0, 2, n).astype(np.int32),
        channels=empty.channels,
    )


HOSTILE = {
    "alias bomb": "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in pairwise("abcdefghij")),
    "tag": "a: !!python/object/apply:os.system [ls]\n",
    "huge": "a: 1\n" * 60_000,
    "deep": "[\n" * 1_500,
    "wrong at the very end": "".join(f"name_{n}: word word word word word\n" for n in range(2_600)) + "x: *late\n",
    "many values": "- [a, b]\n" * 3_000,
}
SLOWEST = 50.0  # milliseconds of CPU


def slowest_refusal() -> float:
    """The longest that a hostile file keeps the reader busy, in milliseconds of CPU."""
    longest = 0.0
    for text in HOSTILE.values():
        start = time.process_time()
        try:
            rubrics.load_yaml(text)
        except rubrics.RubricError:
            longest = max(longest, 1000 * (time.process_time() - start))
    return longest


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--reviews", type=int, default=1_000_000)
    n = parser.parse_args().reviews
    version = made()
    columns = answered(version, n)
    start = time.process_time()
    bulk = rubrics.score_all(version, columns)
    ours = time.process_time() - start

    picked = np.random.default_rng(4).choice(n, min(PEER, n), replace=False)
    reviews = [(columns.answers(int(row)), columns.channels[columns.channel[row]]) for row in picked]
    start = time.process_time()
    alone = [rubrics.score(version, answers, channel=channel) for answers, channel in reviews]
    theirs = (time.process_time() - start) * n / len(picked)
    start = time.process_time()
    rubrics.columns_of(version, reviews)
    gathering = (time.process_time() - start) * n / len(picked)

    worst, outcomes, shown = 0.0, 0, 0
    for row, one in zip(picked, alone, strict=True):
        value = float(bulk.value[row])
        if one.value is not None:
            worst = max(worst, abs(float(Fraction(value) - one.value)))
        outcomes += bulk.outcome_of(int(row)) != one.outcome
        shown += bulk.display(int(row)) != rubrics.display_score(one.value, version.pass_mark)
    print(f"{n} reviews x {len(version.criteria)} criteria: {ours:.2f} s in bulk, {theirs:.0f} s one by one (from")
    print(f"{len(picked)} of them); {gathering:.1f} s to gather answers into columns; {len(bulk.exact)} scored exactly")
    bars = [
        at_least("bulk against score one by one, times faster", theirs / ours, FASTER, 1),
        at_least("the same with gathering the answers into columns", theirs / (ours + gathering), FASTER, 1),
        at_most("largest difference", worst, LARGEST_ERROR),
        at_most("other outcomes", outcomes, 0),
        at_most("other displayed decimals", shown, 0),
        at_most(f"milliseconds to refuse the slowest of {len(HOSTILE)} hostile files", slowest_refusal(), SLOWEST, 1),
    ]
    for bar in bars:
        print(bar.line())
    return 0 if all(bar.holds for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
