"""The weeks that coaching looks at."""

import datetime as dt

from qa.core.clock import monday_of

WEEKS = 13


def weeks_until(day: dt.date) -> list[dt.date]:
    """The Mondays of the last whole weeks, oldest first."""
    last = monday_of(day) - dt.timedelta(weeks=1)
    return [last - dt.timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
