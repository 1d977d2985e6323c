"""Quality over versions of a rubric whose scoring differs: lines that break, and chains over known shifts. Pure."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import sqrt

from calibration.linking import chained
from calibration.results import Estimate
from qa.sampling.estimation import Difference, Figure
from qa.trends.key_figures import Standing
from qa.trends.rules import Weekly

NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A step of a rubric's scoring: its versions before and after by name, and the kept shift from one to the other."""

    old: frozenset[str]
    new: frozenset[str]
    name: str  # the first version after the step, as people say it
    version_id: int  # that version, where a bridge is started
    shift: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A change as the weeks show it: the first week judged mostly by the new versions, and how much they judge."""

    change: Change
    week: dt.date
    share: float  # of the weight of all reviews from that week on


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How many reviews one rubric version judged in one week, and what they weigh."""

    week: dt.date
    rubric: str
    n: int
    weight: float


def steps_in(reviews: Sequence[Judged], changes: Sequence[Change]) -> list[Step]:
    """The changes that reviews of these weeks lie on both sides of, oldest first."""
    found = []
    for change in changes:
        before: Counter[dt.date] = Counter()
        after: Counter[dt.date] = Counter()
        for row in reviews:
            if row.rubric in change.old:
                before[row.week] += row.n
            if row.rubric in change.new:
                after[row.week] += row.n
        mostly = [week for week in sorted(after) if after[week] >= before[week]]
        if before and mostly:
            later = [row for row in reviews if row.week >= mostly[0]]
            weight = sum(row.weight for row in later)
            here = sum(row.weight for row in later if row.rubric in change.old | change.new)
            found.append(Step(change=change, week=mostly[0], share=here / weight))
    return sorted(found, key=lambda step: (step.week, step.change.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Weeks between two steps: their figures as scored, and on the newest scale that known shifts lead to."""

    name: str
    weeks: Sequence[Weekly]
    linked: Sequence[Estimate]
    scale: str  # the stretch on whose scale ``linked`` is; its own name where no shift leads on


def stretches(weeks: Sequence[Weekly], steps: Sequence[Step]) -> list[Stretch]:
    """The weeks cut at the steps, each stretch brought to the newest scale that kept shifts lead to.

    A rubric that judges only a share of the parts moves the mean of all by that share of its shift.
    """
    starts = sorted({step.week for step in steps})
    cuts = [dt.date.min, *starts, dt.date.max]
    names = [
        "before " + _named(steps, starts[0]) if starts else "",
        *(f"from {_named(steps, week)}" for week in starts),
    ]
    parts = [[item for item in weeks if low <= item.week < high] for low, high in pairwise(cuts)]
    shifts = [_shift_at(steps, week) for week in starts]
    found = chained(
        [(name, [_estimate(item.quality.figure) for item in part]) for name, part in zip(names, parts, strict=True)],
        shifts,
    )
    return [
        Stretch(
            name=name,
            weeks=part,
            linked=[each.figure for each in linked],
            scale=linked[0].version if linked else name,
        )
        for name, part, linked in zip(names, parts, found, strict=True)
    ]


def _named(steps: Sequence[Step], week: dt.date) -> str:
    return " and ".join(step.change.name for step in steps if step.week == week)


def _shift_at(steps: Sequence[Step], week: dt.date) -> Estimate | None:
    """By how much the mean of all parts moves at a week's steps; nothing where one of them has no bridge."""
    total, variance, n = 0.0, 0.0, 0
    for step in steps:
        if step.week != week:
            continue
        shift = step.change.shift
        if shift is None or shift.estimate is None or shift.std_error is None:
            return None
        total += step.share * shift.estimate
        variance += (step.share * shift.std_error) ** 2
        n += shift.n_items
    return Estimate(estimate=total, std_error=sqrt(variance), n_items=n, method="kept shifts by share of the parts")


def _estimate(figure: Figure) -> Estimate:
    variance = None if figure.variance is None else figure.variance + figure.reviewer_variance
    return Estimate(
        estimate=figure.estimate,
        std_error=None if variance is None else sqrt(variance),
        interval=figure.interval,
        n_items=figure.n,
        method=figure.method,
        reason=figure.reason,
    )


def between(steps: Sequence[Step], newest: Sequence[dt.date], before: Sequence[dt.date]) -> list[Step]:
    """The steps inside two blocks of weeks: a change from one to the other would compare two scales."""
    if not newest or not before:
        return []
    return [step for step in steps if min(before) < step.week <= max(newest)]


def standings_over(rows: Sequence[Standing], steps: Sequence[Step]) -> list[Standing]:
    """A list of teams or queues; where a step lies between the two blocks it has no changes."""
    if not steps:
        return list(rows)
    return [replace(row, change=_withheld(steps), verdict=NOT_COMPARABLE) for row in rows]


def _withheld(steps: Sequence[Step]) -> Difference:
    return Difference(estimate=None, reason=withheld_by(steps))


def withheld_by(steps: Sequence[Step]) -> str:
    """Why no change is told across steps."""
    return f"{' and '.join(step.change.name for step in steps)} scores otherwise"
