"""Who works when: the days of each specialist, and moments inside their shifts."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from qa.demo import story
from qa.demo.arrays import Bools, Floats, Ints
from qa.demo.cast import Cast

DAY = 86_400
SHIFT = 8 * 3600
NOT_YET = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifts:
    """Days are counted from the Monday of the first simulated week."""

    first_day: int  # seconds since 1970 at which day 0 begins (UTC)
    team_of: Ints  # specialists x weeks; NOT_YET before somebody started
    works: Bools  # specialists x days
    days: Ints  # specialists x k: the k-th day worked, 0 beyond the last
    position: Ints  # specialists x days: how many days were worked before
    opens: Ints  # specialists x days: second of the day at which the shift begins

    def begin(self, specialist: Ints, day: Ints) -> Ints:
        """The moment at which a specialist's shift of a day begins."""
        return self.first_day + day * DAY + self.opens[specialist, day]

    def moved(self, specialist: Ints, day: Ints, by: Ints) -> tuple[Ints, Bools]:
        """The day so many worked days later (or earlier), and whether there is one."""
        position = self.position[specialist, day] + by
        total = self.works.sum(axis=1)[specialist]
        there = (position >= 0) & (position < total)
        return self.days[specialist, np.clip(position, 0, self.days.shape[1] - 1)], there


def shifts(cast: Cast, as_of: dt.date, weeks: int) -> Shifts:
    """The shifts up to and including the as-of day."""
    first = story.monday_of(as_of) - dt.timedelta(weeks=weeks - 1)
    size = 7 * weeks
    count = len(cast.specialists)
    works = np.zeros((count, size), dtype=np.bool_)
    opens = np.zeros((count, size), dtype=np.int64)
    team_of = np.full((count, weeks), NOT_YET, dtype=np.int64)
    for index, specialist in enumerate(cast.specialists):
        person = cast.people[specialist.person]
        for week in range(weeks):
            monday = first + dt.timedelta(weeks=week)
            if monday >= person.started_on:
                team = cast.team_of(index, monday)
                team_of[index, week] = team
                opens[index, 7 * week : 7 * week + 7] = cast.teams[team].shift * 3600
        for day in range((as_of - first).days + 1):
            date = first + dt.timedelta(days=day)
            at_work = team_of[index, day // 7] != NOT_YET and date.weekday() in specialist.weekdays
            works[index, day] = at_work and not any(start <= date <= end for start, end in person.absences)
    days = np.zeros_like(opens)
    for index in range(count):
        worked = np.flatnonzero(works[index])
        days[index, : worked.size] = worked
    return Shifts(
        first_day=int(dt.datetime.combine(first, dt.time(), dt.UTC).timestamp()),
        team_of=team_of,
        works=works,
        days=days,
        position=works.cumsum(axis=1) - works,
        opens=opens,
    )


def chosen(weights: Floats, rows: Ints, chance: Floats) -> Ints:
    """For each row number one column, with chances proportional to the row's weights."""
    cumulative = weights.cumsum(axis=1)
    cumulative /= cumulative[:, -1:]
    cumulative[:, -1] = 1.0
    found = np.searchsorted((cumulative + np.arange(len(weights))[:, None]).ravel(), rows + chance, side="right")
    columns: Ints = np.minimum(found - rows * weights.shape[1], weights.shape[1] - 1)
    return columns
