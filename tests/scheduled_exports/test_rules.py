"""When a schedule is due, and what it may be."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from qa.scheduled_exports.rules import Kind, latest_due, next_due, problems

DUBLIN = ZoneInfo("Europe/Dublin")
WEDNESDAY = dt.datetime(2026, 4, 8, 9, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("rhythm", "weekday", "hour", "last", "following"),
    [
        ("weekly", 0, 6, "2026-04-06T06:00:00+01:00", "2026-04-13T06:00:00+01:00"),
        ("weekly", 2, 10, "2026-04-08T10:00:00+01:00", "2026-04-15T10:00:00+01:00"),
        ("weekly", 2, 11, "2026-04-01T11:00:00+01:00", "2026-04-08T11:00:00+01:00"),
        ("monthly", 0, 6, "2026-04-01T06:00:00+01:00", "2026-05-01T06:00:00+01:00"),
    ],
)
def test_times_are_by_the_programme_s_clock(rhythm: str, weekday: int, hour: int, last: str, following: str) -> None:
    found = latest_due(rhythm, weekday, hour, DUBLIN, WEDNESDAY), next_due(rhythm, weekday, hour, DUBLIN, WEDNESDAY)

    assert [each and each.isoformat() for each in found] == [last, following]


def test_what_comes_once_is_never_due_again() -> None:
    assert latest_due("once", 0, 6, DUBLIN, WEDNESDAY) is None
    assert next_due("once", 0, 6, DUBLIN, WEDNESDAY) is None


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, {}),
        ({"kind": "nothing"}, {"kind"}),
        ({"kind": "drift"}, {"kind"}),
        ({"kind": "plans", "options": {"team": 2}}, {"team"}),
        ({"options": {"team": 2}}, {"team"}),
        ({"kind": "plans", "options": {"team": 1}, "way": "folder"}, {"way"}),
        ({"way": "folder", "folder": False}, {"way"}),
        ({"way": "pigeon", "rhythm": "hourly"}, {"way", "rhythm"}),
        ({"weekday": 7, "hour": 24}, {"weekday", "hour"}),
    ],
)
def test_what_is_wrong_is_told_by_field(changed: dict[str, object], told: set[str]) -> None:
    usual = {
        "kind": "trends", "rhythm": "weekly", "way": "link", "weekday": 0, "hour": 6, "options": {},
        "offered": [Kind.TRENDS, Kind.TEAM, Kind.PLANS], "teams": [1], "folder": True,
    }  # fmt: skip

    assert set(problems(**(usual | changed))) == set(told)  # type: ignore[arg-type]
