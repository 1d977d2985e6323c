"""In which weeks a plan takes part. Pure: Mondays in, yes or no out."""

import datetime as dt

SCHEDULES = {
    "weekly": "every week",
    "two_weekly": "every second week",
    "monthly": "the first week of each month",
    "one_off": "one week only",
}
WEEK = dt.timedelta(days=7)


def is_due(
    schedule: str,
    monday: dt.date,
    *,
    anchor: dt.date,
    once: dt.date | None = None,
    until: dt.date | None = None,
) -> bool:
    """Whether a plan takes part in the week of ``monday``.

    Two-weekly counts from ``anchor``, the Monday of the week in which the plan was made, in both directions. A week
    belongs to the month of its Thursday (ISO 8601), so each month has exactly one first week. ``until`` is the Monday
    of the last week.
    """
    if schedule not in SCHEDULES:
        raise ValueError(f"unknown schedule: {schedule!r}; known are {', '.join(SCHEDULES)}")
    if monday.weekday() != 0 or anchor.weekday() != 0:
        raise ValueError(f"a week is named by its Monday: {monday}, {anchor}")
    if until is not None and monday > until:
        return False
    if schedule == "two_weekly":
        return (monday - anchor).days // 7 % 2 == 0
    if schedule == "monthly":
        thursday = monday + dt.timedelta(days=3)
        return (thursday - WEEK).month != thursday.month
    if schedule == "one_off":
        return monday == once
    return True
