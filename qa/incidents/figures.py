"""How long incidents waited until somebody acknowledged them, from plain values."""

import datetime as dt
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import bdtr

from calibration.results import Interval
from qa.incidents import rules
from qa.incidents.queries import Waits

FEWEST_PEOPLE = 5  # a figure over fewer is shown only to those who may see each of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """How long it took until somebody acknowledged: the median in minutes over ``n`` incidents, with its interval."""

    raised: int
    n: int
    people: int  # who acknowledged
    median: float | None
    interval: Interval | None
    reason: str | None  # why there is no median


def time_to_acknowledge(raised: int, minutes: Sequence[float], *, people: int, sees_each: bool) -> Acknowledged:
    """The median time to acknowledge, without those that still wait; ``minutes`` holds one value an incident.

    Over fewer than five people it is told only to those who may see each of them.
    """
    if not minutes:
        return Acknowledged(raised=raised, n=0, people=people, median=None, interval=None, reason="none acknowledged")
    if people < FEWEST_PEOPLE and not sees_each:
        reason = f"fewer than {FEWEST_PEOPLE} people acknowledged"
        return Acknowledged(raised=raised, n=len(minutes), people=people, median=None, interval=None, reason=reason)
    return Acknowledged(
        raised=raised,
        n=len(minutes),
        people=people,
        median=statistics.median(minutes),
        interval=median_interval(minutes),
        reason=None,
    )


def median_interval(values: Sequence[float], confidence: float = 0.95) -> Interval | None:
    """Interval for a median between two ordered values, whatever the distribution; ``None`` under six values.

    The k-th smallest and k-th largest of n values hold the median with probability 1 - 2 B(k - 1; n, 1/2), B the
    binomial distribution; k is the largest that keeps the confidence.

    References
    ----------
    Conover (1999), Practical Nonparametric Statistics, 3rd ed., section 3.2.
    """
    ordered, n = sorted(values), len(values)
    k = 0
    while k < n // 2 and 2 * bdtr(k, n, 0.5) <= 1 - confidence:
        k += 1
    if k == 0:
        return None
    return Interval(low=float(ordered[k - 1]), high=float(ordered[n - k]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """How incidents are met: how many were raised, how many wait, and the time to acknowledge."""

    since: dt.datetime
    waiting: int
    overdue: int  # nobody acknowledged within the first time limit
    acknowledged: Acknowledged


def picture(waits: Sequence[Waits], *, since: dt.datetime, now: dt.datetime, sees_each: bool) -> Picture:
    """The figures of a time; what waits counts whenever it was raised."""
    raised = [each for each in waits if each.raised_at >= since]
    met = [(each, each.acknowledged_at) for each in raised if each.acknowledged_at is not None]
    return Picture(
        since=since,
        waiting=sum(each.state == "open" for each in waits),
        overdue=sum(rules.overdue(each.state, each.due_at, now) for each in waits),
        acknowledged=time_to_acknowledge(
            len(raised),
            [(at - each.raised_at).total_seconds() / 60 for each, at in met],
            people=len({each.acknowledged_by_id for each, _ in met}),
            sees_each=sees_each,
        ),
    )
