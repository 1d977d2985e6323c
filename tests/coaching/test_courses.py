"""What a plan did, from stored reviews: who is compared with whom, over which weeks."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching import courses, effects
from qa.coaching.models import CoachingPlan
from qa.core.access import Role
from qa.core.clock import monday_of, utcnow
from qa.people.models import User
from qa.reviews.models import Review
from qa.tickets.models import HandledPart
from tests.coaching.weeks import review
from tests.support.builders import publish_rubric
from tests.support.cast import Cast, actor, agent, person
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

START = 3  # weeks ago


def plan_of(session: Session, who: User, lead: User, weeks_ago: int = START) -> CoachingPlan:
    begun = monday_of(utcnow().date()) - dt.timedelta(weeks=weeks_ago) + dt.timedelta(days=2)
    plan = CoachingPlan(specialist_id=who.id, lead_id=lead.id, title="Tone", starts_on=begun, created_at=utcnow())
    session.add(plan)
    session.flush()
    return plan


@pytest.fixture
def house(session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[User]:
    """Sam, who has a plan, and five others; each with two reviews before its week, one in it, and two after."""
    monkeypatch.setattr(effects, "FEWEST_REVIEWS", 2)
    monkeypatch.setattr(effects, "FEWEST_OTHERS", 4)
    version = publish_rubric(session, cast)
    names = ("Sue Shaw", "Sid Stone", "Una Ure", "Ugo Utt", "Vera Vale")
    others = [person(session, cast.programme, name, Role.SPECIALIST, team=cast.payouts) for name in names]
    agents = [agent(session, cast.source, each) for each in others]
    # Before: everything met, or tone missed once or twice; a miss costs a third of the answer's part.
    for number, identity in enumerate([None, *agents]):
        for week in (5, 4):
            missed = {"tone": "missed"} if number % 3 == 2 or (number % 3 == 1 and week == 5) else {}
            review(session, cast, version, agent=identity, weeks_ago=week, **missed)
        review(session, cast, version, agent=identity, weeks_ago=START, correct="wrong", tone="missed")
        for week in (2, 1):
            missed = {"tone": "missed"} if identity is not None and (number + week) % 2 else {}
            review(session, cast, version, agent=identity, weeks_ago=week, **missed)
    session.commit()
    return others


def told_to(session: Session, reader: User, plan: CoachingPlan) -> courses.Told:
    now = utcnow()
    return courses.effect_of(session, actor(session, reader, today=now.date()), plan, today=now.date(), now=now)


def test_a_person_s_course_counts_for_themselves_what_is_released(
    app: Flask, session: Session, cast: Cast, house: list[User]
) -> None:
    plan = plan_of(session, cast.sam, cast.lena)
    about_sam = select(HandledPart.id).where(HandledPart.specialist_id == cast.sam.id)
    newest = session.scalars(select(Review).where(Review.part_id.in_(about_sam)).order_by(Review.id.desc())).first()
    assert newest is not None
    newest.released_at = utcnow() + dt.timedelta(hours=1)
    session.commit()

    found = [told_to(session, reader, plan).course for reader in (cast.lena, cast.sam)]

    assert [course and course.reviews_after for course in found] == [2, 1]


def test_a_person_s_course_leaves_out_the_week_in_which_the_plan_began(
    app: Flask, session: Session, cast: Cast, house: list[User]
) -> None:
    told = told_to(session, cast.lena, plan_of(session, cast.sam, cast.lena))

    assert told.course == effects.Course(before=100.0, after=100.0, reviews_before=2, reviews_after=2)
    assert told.others == len(house)
    assert told.effect.estimate is not None
    assert told.foretold == pytest.approx(100.0 - told.effect.estimate)


def test_whoever_has_a_plan_of_their_own_is_nobody_to_compare_with(
    app: Flask, session: Session, cast: Cast, house: list[User]
) -> None:
    plan = plan_of(session, cast.sam, cast.lena)
    plan_of(session, house[0], cast.lena, weeks_ago=2)
    ended = plan_of(session, house[1], cast.lena, weeks_ago=40)
    ended.state, ended.closed_at = "closed", utcnow() - dt.timedelta(weeks=30)
    session.commit()

    told = told_to(session, cast.lena, plan)

    assert told.others == len(house) - 1


def test_the_plan_s_page_says_what_it_did_or_that_nobody_can_tell(
    session: Session, cast: Cast, house: list[User], sign_in: Callable[..., CheckingClient]
) -> None:
    plan = plan_of(session, cast.sam, cast.lena)
    fresh = plan_of(session, house[0], cast.lena, weeks_ago=0)
    session.commit()
    lead = sign_in(cast.lena)

    shown = lead.get(f"/coaching/plans/{plan.id}").get_data(as_text=True)
    too_early = lead.get(f"/coaching/plans/{fresh.id}").get_data(as_text=True)

    assert "100.0 from 2 reviews of the 13 weeks before" in shown
    assert "Without a plan" in shown
    assert "not known yet" in too_early
    assert "cannot tell yet" in too_early


def test_all_plans_stand_together_by_team_and_more_plans_ask_no_more_of_the_database(
    session: Session, cast: Cast, house: list[User], sign_in: Callable[..., CheckingClient]
) -> None:
    lead, other = sign_in(cast.lena), sign_in(cast.otto)
    assert "No plan yet" in lead.get("/coaching/effects").get_data(as_text=True)
    plan_of(session, cast.sam, cast.lena)
    session.commit()
    lead.get("/coaching/effects")
    with count_queries() as one:
        lead.get("/coaching/effects")
    plan_of(session, house[0], cast.lena)
    session.commit()
    with count_queries() as two:
        page = lead.get("/coaching/effects").get_data(as_text=True)

    assert len(one) == len(two) <= 14
    assert "All plans" in page
    assert "Sue Shaw" in page
    assert "No plan yet" in other.get("/coaching/effects").get_data(as_text=True)
