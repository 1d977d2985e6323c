"""Handing a part over: the same part goes to somebody else who may score it, or the QA leads hear of it."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.access import Role
from qa.core.access_log import AccessLogEntry
from qa.core.audit import AuditEvent
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices.models import Notice
from qa.people.models import Clearance, Membership, Skill
from qa.sampling.handing_over import REASONS, hand_over
from qa.sampling.models import Assignment, Purpose, WellbeingHandOver
from qa.tickets.models import HandledPart, Ticket
from tests.support.builders import make_assignment, make_ticket, publish_rubric
from tests.support.cast import NOW, SINCE, TODAY, Cast, person


def given(session: Session, cast: Cast, **more: object) -> Assignment:
    """A part of Sam's in Rita's queue, due tomorrow."""
    version = publish_rubric(session, cast)
    handled = make_ticket(session, cast)
    tomorrow = TODAY + dt.timedelta(days=1)
    return make_assignment(session, handled, cast.rita, version, due_on=tomorrow, position=3, **more)  # type: ignore[arg-type]


def pass_on(session: Session, cast: Cast, assignment: Assignment, reason: str = "no_time") -> Assignment | None:
    return hand_over(session, assignment, reason=reason, by=cast.rita.id, now=NOW)


def test_the_same_part_goes_to_another_reviewer(session: Session, cast: Cast):
    assignment = given(session, cast)

    successor = pass_on(session, cast, assignment)

    assert successor is not None
    assert (assignment.state, assignment.hand_over_reason, assignment.ended_at) == ("handed_over", "no_time", NOW)
    assert (successor.reviewer_id, successor.state, successor.origin) == (cast.rob.id, "open", "hand_over")
    kept = ("part_id", "purpose", "drawn_unit_id", "rubric_version_id", "position")
    assert [getattr(successor, name) for name in kept] == [getattr(assignment, name) for name in kept]
    assert successor.replaces_id == assignment.id


def test_whoever_takes_over_has_at_least_two_days(session: Session, cast: Cast):
    successor = pass_on(session, cast, given(session, cast))

    assert successor is not None
    assert successor.due_on == TODAY + dt.timedelta(days=2)


def test_the_least_loaded_takes_over(session: Session, cast: Cast):
    rosa = person(session, cast.programme, "Rosa Reed", Role.REVIEWER)
    assignment = given(session, cast)
    make_assignment(
        session, make_ticket(session, cast), cast.rob, publish_rubric(session, cast, key="second", everywhere=False)
    )

    successor = pass_on(session, cast, assignment)

    assert successor is not None
    assert successor.reviewer_id == rosa.id


def test_nobody_gets_a_part_that_they_had_before(session: Session, cast: Cast):
    assignment = given(session, cast)
    successor = pass_on(session, cast, assignment)
    assert successor is not None

    last = hand_over(session, successor, reason="conflict", by=cast.rob.id, now=NOW)

    assert last is None


def test_who_gives_the_hidden_second_score_does_not_get_the_first(session: Session, cast: Cast):
    assignment = given(session, cast)
    version = session.get_one(type(assignment), assignment.id).rubric_version_id
    session.add(
        Assignment(
            part_id=assignment.part_id,
            reviewer_id=cast.rob.id,
            purpose=Purpose.DOUBLE,
            origin="double",
            drawn_unit_id=assignment.drawn_unit_id,
            rubric_version_id=version,
            due_on=TODAY,
            created_at=NOW,
        )
    )
    session.flush()

    assert pass_on(session, cast, assignment) is None


def test_the_own_team_and_the_language_hold_here_too(session: Session, cast: Cast):
    rosa = person(session, cast.programme, "Rosa Reed", Role.REVIEWER)
    session.add(Membership(user_id=cast.rob.id, team_id=cast.payouts.id, kind="member", valid_from=SINCE))
    session.add(Skill(user_id=rosa.id, kind="language", value="ja", valid_from=SINCE))

    assert pass_on(session, cast, given(session, cast)) is None


def test_when_nobody_can_take_it_the_qa_leads_hear_of_it(session: Session, cast: Cast):
    cast.rob.active = False
    assignment = given(session, cast)

    assert pass_on(session, cast, assignment) is None

    notices = session.scalars(select(Notice).where(Notice.kind == "part_unassigned")).all()
    assert [(each.user_id, each.object_id) for each in notices] == [(cast.quinn.id, str(assignment.part_id))]


@pytest.mark.parametrize("reason", sorted(set(REASONS) - {"too_harmful"}))
def test_why_is_kept_with_the_person(session: Session, cast: Cast, reason: str):
    pass_on(session, cast, given(session, cast), reason)

    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "assignment.hand_over")).one()
    assert (event.actor_id, event.detail["reason"]) == (cast.rita.id, reason)


def test_too_harmful_is_counted_by_week_queue_and_severity_and_leads_back_to_nobody(session: Session, cast: Cast):
    assignment = given(session, cast)
    ticket = session.get_one(Ticket, session.get_one(HandledPart, assignment.part_id).ticket_id)
    ticket.content_severity = 0
    session.flush()

    successor = pass_on(session, cast, assignment, "too_harmful")

    (counted,) = session.scalars(select(WellbeingHandOver)).all()
    assert (counted.week, counted.queue, counted.content_severity) == (dt.date(2026, 4, 6), "payouts", 0)
    assert counted.found_another
    # The assignment looks like one that a lead moved, and its successor like one that was drawn.
    assert (assignment.state, assignment.hand_over_reason) == ("withdrawn", None)
    assert successor is not None
    assert (successor.reviewer_id, successor.origin, successor.replaces_id) == (cast.rob.id, "draw", None)
    events = session.scalars(select(AuditEvent).where(AuditEvent.action.startswith("assignment."))).all()
    assert [(event.action, event.actor_id, event.object_type) for event in events] == [
        ("assignment.wellbeing", None, "programme")
    ]
    assert "part" not in str(events[0].detail)


def test_who_was_given_enough_harmful_content_gets_no_more_of_it(session: Session, cast: Cast):
    session.add_all(Clearance(user_id=user.id, severity=3, valid_from=SINCE) for user in (cast.rita, cast.rob))
    cast.setting.harmful_per_week = 1
    assignment = given(session, cast)
    part = session.get_one(HandledPart, assignment.part_id)
    session.get_one(Ticket, part.ticket_id).content_severity = 3
    other = make_ticket(session, cast, content_severity=2)
    make_assignment(session, other, cast.rob, publish_rubric(session, cast, key="second", everywhere=False))

    assert pass_on(session, cast, assignment, "too_harmful") is None


def test_who_has_opened_enough_harmful_content_today_gets_no_more_of_it_today(session: Session, cast: Cast):
    rosa = person(session, cast.programme, "Rosa Reed", Role.REVIEWER)
    session.add_all(Clearance(user_id=user.id, severity=3, valid_from=SINCE) for user in (cast.rita, cast.rob, rosa))
    cast.setting.severe_per_day = 1
    assignment = given(session, cast)
    session.get_one(Ticket, session.get_one(HandledPart, assignment.part_id).ticket_id).content_severity = 3
    for who, at in ((cast.rob, NOW), (rosa, NOW - dt.timedelta(days=1))):
        other = make_ticket(session, cast, content_severity=3)
        session.add(AccessLogEntry(at=at, user_id=who.id, ticket_id=other.ticket.id, purpose="score"))

    successor = pass_on(session, cast, assignment, "too_harmful")

    assert successor is not None
    assert successor.reviewer_id == rosa.id


@pytest.mark.parametrize("reason", ["", "boring"])
def test_a_part_is_not_handed_over_without_a_reason(session: Session, cast: Cast, reason: str):
    assignment = given(session, cast)

    with pytest.raises(InvalidInputError):
        pass_on(session, cast, assignment, reason)
    assert assignment.state == "open"


def test_a_part_is_handed_over_once(session: Session, cast: Cast):
    assignment = given(session, cast)
    pass_on(session, cast, assignment)

    with pytest.raises(ConflictError, match="no longer in your queue"):
        pass_on(session, cast, assignment)


@pytest.mark.parametrize("purpose", [Purpose.SELF, Purpose.PEER])
def test_an_invitation_is_to_one_person_and_goes_to_nobody_else(session: Session, cast: Cast, purpose: Purpose):
    assignment = given(session, cast, purpose=purpose)

    with pytest.raises(ConflictError, match="decline it"):
        pass_on(session, cast, assignment)
    assert assignment.state == "open"


def test_a_part_of_a_session_stays_with_its_participants(session: Session, cast: Cast):
    assignment = given(session, cast, purpose=Purpose.CALIBRATION)

    with pytest.raises(ConflictError, match="session"):
        pass_on(session, cast, assignment)
