"""Hours become reviews, and a paused reviewer is given nothing new."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.core.errors import ConflictError, InvalidInputError
from qa.people.models import Capacity
from qa.reviews.sampled import review_pace
from qa.sampling.reviewer_time import Pace, pause, resume, reviews_in, set_hours
from qa.sampling.reviewers import DEFAULT_CAPACITY, reviewers_on
from tests.sampling.weeks import arranged, assignments, draw_week
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, TODAY, Cast
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]


@pytest.mark.parametrize(
    ("hours", "minutes", "reviews"),
    [
        pytest.param(6.0, 9.0, 40, id="6 h of 9 min"),
        pytest.param(1.0, 7.0, 8, id="rounded down"),
        pytest.param(0.7, 0.7, 60, id="no rounding error of floating point"),
        pytest.param(0.0, 10.0, 0, id="no time"),
    ],
)
def test_hours_hold_whole_reviews(hours: float, minutes: float, reviews: int):
    assert reviews_in(hours, minutes) == reviews


def capacities(session: Session, cast: Cast, day: dt.date = TODAY) -> dict[str, int]:
    return {one.name.split()[0]: one.capacity for one in reviewers_on(session, cast.programme.id, day)}


def keep(session: Session, cast: Cast, hours: dict[int, float], minutes: float = 10.0, today: dt.date = TODAY) -> int:
    return set_hours(session, cast.programme.id, hours, minutes=minutes, by=cast.quinn.id, today=today, now=NOW)


def test_a_capacity_in_hours_holds_from_its_day_on(session: Session, cast: Cast):
    changed = keep(session, cast, {cast.rita.id: 2.0, cast.rob.id: 0.0})

    assert changed == 2
    assert capacities(session, cast) == {"Rita": 12, "Rob": 0}
    assert capacities(session, cast, TODAY - dt.timedelta(days=1)) == {
        "Rita": DEFAULT_CAPACITY,
        "Rob": DEFAULT_CAPACITY,
    }


def test_the_same_hours_again_change_nothing_and_another_pace_does(session: Session, cast: Cast):
    keep(session, cast, {cast.rita.id: 2.0})

    again = keep(session, cast, {cast.rita.id: 2.0})
    slower = keep(session, cast, {cast.rita.id: 2.0}, minutes=15.0)

    kept = session.scalars(select(Capacity).where(Capacity.user_id == cast.rita.id)).all()
    assert (again, slower) == (0, 1)
    assert [(row.reviews_per_week, row.hours_per_week, row.minutes_per_review) for row in kept] == [(8, 2.0, 15.0)]
    assert session.scalars(select(AuditEvent.action)).all().count("capacity.set") == 2


@pytest.mark.parametrize(
    ("hours", "minutes"),
    [pytest.param(61.0, 10.0, id="a week of 61 hours"), pytest.param(1.0, 0.0, id="no time at all")],
)
def test_absurd_hours_are_refused(session: Session, cast: Cast, hours: float, minutes: float):
    with pytest.raises(InvalidInputError):
        keep(session, cast, {cast.rita.id: hours}, minutes)


def test_a_paused_reviewer_is_given_nothing_until_resumed(session: Session, cast: Cast):
    pause(session, cast.rita, by=cast.quinn.id, now=NOW)
    arranged(session, cast, sams=6, olgas=0, amount=4)

    draw_week(session, cast)

    assert {one.reviewer_id for one in assignments(session)} == {cast.rob.id}
    resume(session, cast.rita, by=cast.quinn.id, now=NOW)
    assert [one.paused for one in reviewers_on(session, cast.programme.id, TODAY)] == [False, False]


def test_pausing_twice_and_resuming_who_is_not_paused_is_told(session: Session, cast: Cast):
    with pytest.raises(ConflictError, match="not paused"):
        resume(session, cast.rita, by=cast.quinn.id, now=NOW)
    pause(session, cast.rita, by=cast.quinn.id, now=NOW)
    with pytest.raises(ConflictError, match="already"):
        pause(session, cast.rita, by=cast.quinn.id, now=NOW)


def test_the_pace_is_the_middle_of_the_time_on_the_page(session: Session, cast: Cast):
    version = publish_rubric(session, cast)
    for who, seconds in ((cast.rita, 300), (cast.rita, 420), (cast.rob, 1200)):
        handled = make_ticket(session, cast)
        assignment = make_assignment(session, handled, who, version)
        make_review(session, handled, assignment).active_seconds = seconds
    session.flush()

    found = review_pace(session, cast.programme.id, NOW - dt.timedelta(weeks=13))

    assert found == Pace(minutes=7.0, reviews=3, reviewers=2)


def test_the_page_keeps_hours_and_pauses(session: Session, cast: Cast, sign_in: SignIn):
    client = sign_in(cast.quinn)
    before = client.get("/sampling/reviewers").get_data(as_text=True)

    client.post_form(
        "/sampling/reviewers", {"minutes": "12", f"hours-{cast.rita.id}": "4,5", f"hours-{cast.rob.id}": ""}
    )
    client.post_form(f"/sampling/reviewers/{cast.rob.id}/pause")
    after = client.get("/sampling/reviewers").get_data(as_text=True)
    refused = client.post_form("/sampling/reviewers", {"minutes": "12", f"hours-{cast.rita.id}": "many"})

    assert "once 30 reviews by at least 5 reviewers are in" in before  # a median over fewer would show a person
    assert "at 12.0 min" in after
    assert ">22 <" in after
    assert ">Resume<" in after
    assert refused.status_code == 422
