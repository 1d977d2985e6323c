"""What old golden tickets say about everybody together, and how many to give whom. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from calibration.intervals import t_interval
from calibration.results import Estimate

UNSEEN = dt.timedelta(weeks=12)  # so long a ticket must not have been seen by whoever gets it
FEWEST = 3  # tickets of a block: an interval from two is as wide as the scale
WEEKS = 4  # of one point of the trend, and of the number in the programme's rules


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstGold:
    """One blind score of a golden ticket: points without critical failures, minus those of the standard."""

    golden_id: int
    reviewer_id: int
    on: dt.date
    difference: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """All reviewers in four weeks: mean difference from gold in points, over golden tickets."""

    first: dt.date  # a Monday
    figure: Estimate
    scores: int
    reviewers: int


def share_of_week(per_month: int, rng: np.random.Generator) -> int:
    """How many golden tickets one reviewer gets with this week's draw.

    Each week by itself, at random around a quarter of the month's number: who had one last week may have one this
    week, so that nobody can count on when the next one comes.
    """
    if per_month < 0:
        raise ValueError(f"a number of golden tickets is not negative: {per_month}")
    whole, rest = divmod(per_month, WEEKS)
    return whole + int(rng.random() < rest / WEEKS)


def trend(answers: Sequence[AgainstGold]) -> list[TrendPoint]:
    """Difference from gold in blocks of four weeks counted from the first, a Student t interval each.

    The scores of one golden ticket share its standard's own error, so they are averaged first and tickets, not scores,
    are the unit. Blocks without a score are left out.
    """
    if not answers:
        return []
    first = min(answer.on for answer in answers)
    first -= dt.timedelta(days=first.weekday())
    blocks: dict[int, list[AgainstGold]] = {}
    for answer in answers:
        blocks.setdefault((answer.on - first).days // (7 * WEEKS), []).append(answer)
    points = []
    for block, found in sorted(blocks.items()):
        by_ticket: dict[int, list[float]] = {}
        for answer in found:
            by_ticket.setdefault(answer.golden_id, []).append(answer.difference)
        figure = t_interval([sum(values) / len(values) for _, values in sorted(by_ticket.items())])
        if len(by_ticket) < FEWEST:
            reason = f"{len(by_ticket)} of the {FEWEST} tickets that an interval needs"
            figure = replace(figure, std_error=None, interval=None, p_value=None, reason=reason)
        points.append(
            TrendPoint(
                first=first + block * dt.timedelta(weeks=WEEKS),
                figure=figure,
                scores=len(found),
                reviewers=len({answer.reviewer_id for answer in found}),
            )
        )
    return points
