"""In which weeks a plan takes part."""

import datetime as dt
from itertools import pairwise

import pytest

from qa.sampling.schedules import is_due

ANCHOR = dt.date(2026, 3, 30)
MONDAYS = [dt.date(2026, 1, 5) + dt.timedelta(weeks=n) for n in range(52)]


def due(schedule: str, **more: dt.date) -> list[dt.date]:
    return [monday for monday in MONDAYS if is_due(schedule, monday, anchor=ANCHOR, **more)]


def test_two_weekly_takes_every_second_week_on_both_sides_of_its_first():
    found = due("two_weekly")

    assert {(later - earlier).days for earlier, later in pairwise(found)} == {14}
    assert ANCHOR in found


def test_monthly_takes_the_week_that_holds_the_month_s_first_thursday():
    # 1 January 2026 is a Thursday, so its week began on 29 December; the others as on a calendar of 2026.
    assert [monday.isoformat() for monday in due("monthly")][:5] == [
        "2026-02-02",
        "2026-03-02",
        "2026-03-30",
        "2026-05-04",
        "2026-06-01",
    ]
    assert is_due("monthly", dt.date(2025, 12, 29), anchor=ANCHOR)


def test_one_week_only_is_one_week_only():
    assert due("one_off", once=ANCHOR) == [ANCHOR]


def test_a_plan_ends_after_its_last_week():
    assert due("weekly", until=ANCHOR)[-1] == ANCHOR


def test_an_unknown_schedule_and_a_day_that_is_no_monday_are_refused():
    with pytest.raises(ValueError, match="fortnightly"):
        is_due("fortnightly", ANCHOR, anchor=ANCHOR)
    with pytest.raises(ValueError, match="Monday"):
        is_due("weekly", ANCHOR + dt.timedelta(days=1), anchor=ANCHOR)
