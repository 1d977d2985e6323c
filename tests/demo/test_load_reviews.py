"""When a simulated specialist reads a score."""

import datetime as dt
from fractions import Fraction

import pytest

from qa.demo.grading import Graded
from qa.demo.load_reviews import read_at

WEDNESDAY = dt.datetime(2026, 11, 18, 9, tzinfo=dt.UTC)


def graded(*, hours: float, unread: float) -> Graded:
    return Graded(
        given={},
        words={},
        engine="1",
        value=Fraction(90),
        base=Fraction(90),
        outcome="passed",
        failed_criticals=(),
        minutes=6.0,
        read_after_hours=hours,
        unread=unread,
    )


@pytest.mark.parametrize(
    ("built_after", "hours", "unread", "is_read"),
    [
        pytest.param(10.0, 7.9, 0.5, True, id="before the last two hours of the build"),
        pytest.param(10.0, 8.0, 0.5, False, id="as they begin"),
        pytest.param(10.0, 9.5, 0.5, False, id="within them"),
        pytest.param(10.0, 10.5, 0.5, False, id="after the build"),
        pytest.param(500.0, 62.9, 0.5, True, id="on Friday night"),
        pytest.param(500.0, 63.0, 0.5, False, id="on Saturday"),
        pytest.param(500.0, 5.0, 0.29, False, id="one of the newest that nobody read"),
        pytest.param(505.0, 5.0, 0.29, True, id="three weeks later that one is read"),
        pytest.param(505.0, 5.0, 0.03, False, id="one that nobody ever read"),
    ],
)
def test_a_score_is_read_in_its_week_and_never_in_the_last_two_hours_of_a_build(
    built_after: float, hours: float, unread: float, is_read: bool
) -> None:
    until = WEDNESDAY + dt.timedelta(hours=built_after)

    read = read_at(WEDNESDAY, graded(hours=hours, unread=unread), until=until)

    assert read == (WEDNESDAY + dt.timedelta(hours=hours) if is_read else None)
