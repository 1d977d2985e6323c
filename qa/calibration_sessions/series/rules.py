"""On which days a series comes. Pure: dates in, dates out."""

import calendar
import datetime as dt
from collections.abc import Iterator

RHYTHMS = {"weekly": "every week", "two_weekly": "every second week", "monthly": "every month"}
STEPS = {"weekly": dt.timedelta(weeks=1), "two_weekly": dt.timedelta(weeks=2)}


def days(rhythm: str, starts_on: dt.date) -> Iterator[dt.date]:
    """All days of a series, without end; in a month that is too short, its last day."""
    if rhythm not in RHYTHMS:
        raise ValueError(f"rhythm is one of {', '.join(RHYTHMS)}: {rhythm!r}")
    if rhythm in STEPS:
        day = starts_on
        while True:
            yield day
            day += STEPS[rhythm]
    month = starts_on.year * 12 + starts_on.month - 1
    while True:
        year, at = divmod(month, 12)
        last = calendar.monthrange(year, at + 1)[1]
        yield dt.date(year, at + 1, min(starts_on.day, last))
        month += 1


def first_from(rhythm: str, starts_on: dt.date, day: dt.date) -> dt.date:
    """The first day of a series that is not before ``day``."""
    return next(each for each in days(rhythm, starts_on) if each >= day)


def newest_until(rhythm: str, starts_on: dt.date, day: dt.date) -> dt.date | None:
    """The last day of a series that is not after ``day``, so that missed nights count once; none before it."""
    found = None
    for each in days(rhythm, starts_on):
        if each > day:
            return found
        found = each
    return None  # cannot be: the days go on for ever
