"""Whether the drift watch finds the demo operation's drifting reviewer, and leaves the others alone.

python -m bench.drifting_reviewer [--seeds 20] [--first-seed 7] [--tickets 20000]

The demo's own people, tickets and eyes, scored without texts and without a database: every week a random share of the
parts, some of them twice, a session every fourth week. Of the demo's own seed: the red, its direction, whether its 90 %
range holds the true size, its onset. Over N seeds: how often the drift is seen, and the reds of everybody else beside
the rate that the board states. Exit 0 only if every bar holds.
"""

import argparse
import datetime as dt
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

import rubrics
from bench.bars import Bar, at_least, at_most
from calibration.drift import RED, WARM_UP
from calibration.scorings import GOLD_REVIEWER, Kind, Scorings, base_scores
from qa.demo import story
from qa.demo.cases import Truth, case
from qa.demo.chance import stream
from qa.demo.command import SEED
from qa.demo.facts import Operation
from qa.demo.operation import simulate_operation
from qa.demo.scenarios import CHANNELS, QUEUES
from qa.demo.scoring import CONSENSUS, Eye, answers, eye_of, minutes
from qa.reviewer_drift.gathering import Gathered, Given
from qa.reviewer_drift.reckoning import Standing, reckon
from qa.reviewer_drift.scales import AFTER_KEY, BETWEEN_ANSWERS, UsedVersion, programme_scale

AS_OF = dt.date(2026, 11, 23)
PER_WEEK, DOUBLES = 172, 0.08  # as the demo draws: four of each of 43 specialists
SESSION_EVERY, SESSION_PARTS = 4, 5
SECOND_VERSION_WEEK = 14  # of the story, in reviewing time


@dataclass(slots=True)
class Rows:
    """Scorings as lists."""

    week: list[int] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    ticket: list[int] = field(default_factory=list)
    reviewer: list[int] = field(default_factory=list)
    specialist: list[int] = field(default_factory=list)
    queue: list[int] = field(default_factory=list)
    minutes: list[float] = field(default_factory=list)
    version: list[int] = field(default_factory=list)
    written: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one seed gave: the drifting reviewer's standing, the true size in points, and who else was red."""

    standing: Standing
    true_size: float
    others_red: int
    reviewer_weeks: int  # of the others, after the warm-up


def versions_in_use() -> dict[int, tuple[str, rubrics.RubricVersion]]:
    """The demo's rubric versions by number, with the family of each."""
    library = rubrics.library()
    names = ("general_support", "policy_and_appeals", "payments", "general_support_v2")
    return {place: (library_key(name), rubrics.load_yaml(library[name])) for place, name in enumerate(names)}


def library_key(name: str) -> str:
    return name.removesuffix("_v2")


def played(operation: Operation) -> tuple[Gathered, float]:
    """Every week scored by the cast, and the drift's true size in points."""
    known = versions_in_use()
    number = {family: place for place, (family, _) in reversed(known.items())}
    rng = np.random.default_rng(operation.seed)
    first_week = story.LAST_WEEK - operation.weeks + 2  # of reviewing: a week is scored in the next
    rows, moved = Rows(), []
    eligible = operation.parts.primary & (operation.tickets.ineligible[operation.parts.ticket] == 0)
    count = len(operation.cast.reviewers)
    for week in range(first_week, story.LAST_WEEK):
        pool = np.flatnonzero(eligible & (operation.parts.week == week - 1))
        drawn = rng.choice(pool, min(PER_WEEK, pool.size), replace=False).tolist()
        twice = set(rng.choice(len(drawn), round(DOUBLES * len(drawn)), replace=False).tolist())
        sat = rng.choice(pool, SESSION_PARTS, replace=False).tolist() if week % SESSION_EVERY == 0 else []
        seats = [(part, [*range(count), GOLD_REVIEWER], True) for part in sat]
        seats += [
            (part, rng.choice(count, 2 if place in twice else 1, replace=False).tolist(), False)
            for place, part in enumerate(drawn)
        ]
        for part, scorers, session in seats:
            ticket = int(operation.parts.ticket[part])
            told = case(operation, ticket)
            truth = told.parts[part - int(operation.first_part[ticket])].truth
            queue = int(operation.tickets.queue[ticket])
            version_id = number[QUEUES[queue].rubric]
            if version_id == 0 and week >= SECOND_VERSION_WEEK + 1:
                version_id = 3
            version = known[version_id][1]
            channel = CHANNELS[operation.tickets.channel[ticket]]
            for order, who in enumerate(scorers):
                gold = who == GOLD_REVIEWER
                eye = CONSENSUS if gold else eye_of(operation, who, week)
                seed = ("bench", operation.seed, ticket, part, who)
                rows.week.append(week - first_week)
                rows.kind.append(
                    Kind.GOLD if gold else Kind.CALIBRATION if session else Kind.DOUBLE if order else Kind.ROUTINE
                )
                rows.ticket.append(part if not session else part + 10_000_000)
                rows.reviewer.append(who)
                rows.specialist.append(int(operation.parts.specialist[part]))
                rows.queue.append(queue)
                rows.minutes.append(0.0 if gold else minutes(eye, stream("pace", *seed)))
                rows.version.append(version_id)
                rows.written.append(written(version, truth, eye, channel, seed))
                if who == story.DRIFTING_REVIEWER and week >= story.DRIFT_WEEK:
                    straight = replace(eye, severity=eye.severity - story.DRIFT_EFFECT)
                    moved.append((version_id, rows.written[-1], written(version, truth, straight, channel, seed)))
    first_used = {version_id: min(w for w, v in zip(rows.week, rows.version, strict=True) if v == version_id)
                  for version_id in set(rows.version)}  # fmt: skip
    scale = programme_scale(
        [
            UsedVersion(
                version_id=place, family=family, family_name=version.name, label=version.label,
                first_week=first_used[place], rubric=version,
            )
            for place, (family, version) in known.items()
            if place in first_used
        ]
    )  # fmt: skip
    answered, asked = scale.decode(rows.version, rows.written)
    with_drift, without = (
        base_scores(scale.decode([row[0] for row in moved], [row[side] for row in moved])[0], scale.scale)
        for side in (1, 2)
    )
    order = np.argsort(rows.week, kind="stable")
    scorings = Scorings(
        *(np.array(column, dtype=np.int64) for column in (rows.week, rows.kind, rows.ticket, rows.reviewer)),
        *(np.array(column, dtype=np.int64) for column in (rows.specialist, rows.queue)),
        np.array(rows.minutes),
        answered,
    ).take(order)
    nothing = np.full(order.size, np.nan)  # the scores as given: nobody asks for fair means here
    gathered = Gathered(
        first_week=story.monday(AS_OF, first_week),
        weeks=story.LAST_WEEK - first_week,
        scorings=scorings,
        asked=asked[order],
        review=np.zeros(order.size, dtype=np.int64),
        reviewers=tuple(range(count)),
        specialists=(),
        given=Given(base=nothing, final=nothing, weight=nothing, twice=nothing),
        scale=scale,
        sessions=(),
        waiting=0,
    )
    return gathered, float(np.nanmean(with_drift - without))


def written(version: rubrics.RubricVersion, truth: Truth, eye: Eye, channel: str, seed: tuple[object, ...]) -> str:
    """The answers as the database joins them; the same chance for the same seed, whatever the eye."""
    given = answers(version, truth, eye, stream(*seed), topic="", marks={}, channel=channel)
    return BETWEEN_ANSWERS.join(
        f"{key}{AFTER_KEY}{one.answer.level or one.answer.percentage or ''}" for key, one in given.items()
    )


def found_with(seed: int, tickets: int) -> Found:
    operation = simulate_operation(seed, AS_OF, tickets=tickets)
    gathered, true_size = played(operation)
    reckoned = reckon(gathered)
    others = [each for each in reckoned.standings if each.reviewer_id != story.DRIFTING_REVIEWER]
    return Found(
        standing=reckoned.standings[story.DRIFTING_REVIEWER],
        true_size=true_size,
        others_red=sum(each.level == "red" for each in others),
        reviewer_weeks=len(others) * (gathered.weeks - WARM_UP),
    )


def demo_bars(found: Found, first_week: int) -> list[Bar]:
    """What the demo's own seed has to show."""
    flag = found.standing.flag
    red = found.standing.level == "red" and flag is not None
    stricter = red and flag is not None and flag.stream == "severity" and flag.effect < 0
    inside = flag is not None and flag.interval.low <= found.true_size <= flag.interval.high
    late = 99.0 if flag is None else abs(flag.onset + first_week - story.DRIFT_WEEK)
    return [
        at_least("the demo: drifting reviewer red", float(red), 1, 0),
        at_least("the demo: named severity, stricter", float(stricter), 1, 0),
        at_least("the demo: true size inside the 90 % range", float(inside), 1, 0),
        at_most("the demo: onset, weeks from the true one", late, 2, 0),
    ]


def told_of(found: Sequence[Found], first_week: int) -> list[str]:
    """How often the watch sees the drift within the story's weeks; for reading, not for judging."""
    flags = [each.standing.flag for each in found if each.standing.flag is not None]
    levels = [each.standing.level for each in found]
    named = [
        (each, each.standing.flag) for each in found if each.standing.flag and each.standing.flag.stream == "severity"
    ]
    inside = sum(flag.interval.low <= each.true_size <= flag.interval.high for each, flag in named if flag)
    close = sum(abs(flag.onset + first_week - story.DRIFT_WEEK) <= 2 for flag in flags)
    return [
        f"red {levels.count('red')}, amber {levels.count('amber')} of {len(found)} seeds at the end of the story",
        f"named severity {len(named)} of {len(flags)}, stricter {sum(flag.effect < 0 for flag in flags)}, "
        f"onset within two weeks {close}, true size inside the 90 % range {inside} of {len(named)}",
    ]


def rate_bar(found: Sequence[Found]) -> Bar:
    """The reds of everybody else beside what chance allows at the stated rate."""
    expected = sum(each.reviewer_weeks for each in found) / RED
    reds = sum(each.others_red for each in found)
    return at_most(f"others red over {len(found)} seeds, beside the stated rate", reds, expected, 2)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.drifting_reviewer", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=SEED)
    parser.add_argument("--tickets", type=int, default=20_000)
    given = parser.parse_args(arguments)
    found, begun = [], time.process_time()
    first_week = 2
    for seed in range(given.first_seed, given.first_seed + given.seeds):
        found.append(found_with(seed, given.tickets))
        each, flag = found[-1], found[-1].standing.flag
        told = (
            "no flag"
            if flag is None
            else f"{each.standing.level} {flag.stream} {flag.effect:+.1f} ({flag.interval.low:+.1f} to "
            f"{flag.interval.high:+.1f}), onset {flag.onset + first_week}"
        )
        print(
            f"seed {seed:>3}: {told}; true {each.true_size:+.1f}, onset {story.DRIFT_WEEK}; "
            f"others red {each.others_red}",
            flush=True,
        )
    for line in told_of(found, first_week):
        print(line)
    measured = [rate_bar(found)]
    if given.first_seed == SEED:
        measured = demo_bars(found[0], first_week) + measured
    for bar in measured:
        print(bar.line())
    print(f"{time.process_time() - begun:.0f} CPU seconds")
    return 0 if all(bar.holds for bar in measured) else 1


if __name__ == "__main__":
    sys.exit(main())
