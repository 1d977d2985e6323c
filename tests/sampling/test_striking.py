"""A reviewer asks to strike a part that never belonged to the work; only a lead takes it out of the sample."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.core.errors import ConflictError
from qa.notices.models import Notice
from qa.sampling import striking
from qa.sampling.models import Assignment, DrawnUnit, FrameExclusion, Purpose, StrikeRequest
from tests.sampling.weeks import arranged, assignments, draw_week, problems
from tests.support.builders import make_assignment, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast, actor
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]


def drawn(session: Session, cast: Cast) -> Assignment:
    """A drawn part in somebody's queue; its cell holds more of its kind."""
    cast.setting.double_share = 0.0
    arranged(session, cast, sams=5, olgas=0, amount=1)
    draw_week(session, cast)
    return assignments(session)[0]


def ask(session: Session, assignment: Assignment, reason: str = "spam") -> StrikeRequest:
    return striking.ask(session, assignment, reason=reason, by=assignment.reviewer_id, now=NOW)


def test_a_part_stays_in_the_sample_until_a_lead_agrees(session: Session, cast: Cast):
    assignment = drawn(session, cast)

    request = ask(session, assignment)

    assert (assignment.state, request.state) == ("open", "asked")
    assert session.scalars(select(FrameExclusion)).all() == []
    told = session.scalars(select(Notice.user_id).where(Notice.kind == "strike_asked")).all()
    assert told == [cast.quinn.id]


def test_what_a_lead_agrees_to_is_struck_and_the_next_of_its_cell_moves_up(session: Session, cast: Cast):
    assignment = drawn(session, cast)
    request = ask(session, assignment)

    substitute = striking.confirm(session, request, cast.setting, by=cast.quinn.id, now=NOW)

    (struck,) = session.scalars(select(FrameExclusion)).all()
    states = dict(session.execute(select(DrawnUnit.part_id, DrawnUnit.state)).all())
    session.refresh(assignment)
    assert (struck.part_id, struck.reason, struck.reviewer_id) == (assignment.part_id, "spam", assignment.reviewer_id)
    assert states == {assignment.part_id: "replaced", substitute: "drawn"}
    assert (assignment.state, request.state, request.decided_by_id) == ("withdrawn", "confirmed", cast.quinn.id)
    assert problems(session, cast) == []


def test_what_a_lead_declines_stays_and_its_reviewer_is_told(session: Session, cast: Cast):
    assignment = drawn(session, cast)
    request = ask(session, assignment)

    striking.decline(session, request, by=cast.quinn.id, now=NOW)

    told = session.scalars(select(Notice.user_id).where(Notice.kind == "strike_declined")).all()
    assert (assignment.state, request.state, told) == ("open", "declined", [assignment.reviewer_id])
    with pytest.raises(ConflictError, match="the part counts"):
        ask(session, assignment)


def test_a_second_scorer_asks_without_learning_of_the_first(session: Session, cast: Cast):
    first = drawn(session, cast)
    other = cast.rob if first.reviewer_id == cast.rita.id else cast.rita
    second = Assignment(
        part_id=first.part_id,
        reviewer_id=other.id,
        purpose=Purpose.DOUBLE,
        origin="double",
        drawn_unit_id=first.drawn_unit_id,
        rubric_version_id=first.rubric_version_id,
        due_on=first.due_on,
        created_at=NOW,
    )
    session.add(second)
    session.flush()

    requests = [ask(session, first), ask(session, second, reason="test")]
    listed = striking.open_requests(session, actor(session, cast.quinn))
    striking.confirm(session, requests[0], cast.setting, by=cast.quinn.id, now=NOW)

    for row in (*requests, first, second):
        session.refresh(row)
    assert len(listed) == 1  # one part, one answer
    assert [request.state for request in requests] == ["confirmed", "confirmed"]
    assert [first.state, second.state] == ["withdrawn", "withdrawn"]


def test_nobody_agrees_to_their_own_request(session: Session, cast: Cast):
    assignment = make_assignment(session, make_ticket(session, cast), cast.quinn, publish_rubric(session, cast))
    request = ask(session, assignment)

    for answer in (striking.confirm, striking.decline):
        with pytest.raises(ConflictError, match="yourself"):
            answer(session, request, *([cast.setting] if answer is striking.confirm else []), by=cast.quinn.id, now=NOW)  # type: ignore[operator]


@pytest.mark.parametrize("purpose", [Purpose.SELF, Purpose.PEER])
def test_who_is_invited_declines_and_does_not_ask_to_strike(session: Session, cast: Cast, purpose: Purpose):
    version = publish_rubric(session, cast)
    assignment = make_assignment(session, make_ticket(session, cast), cast.olga, version, purpose=purpose)

    with pytest.raises(ConflictError, match="decline it"):
        ask(session, assignment)


def test_two_leads_who_answer_at_once_answer_once(session: Session, cast: Cast):
    request = ask(session, drawn(session, cast))
    striking.decline(session, request, by=cast.quinn.id, now=NOW)

    with pytest.raises(ConflictError, match="already"):
        striking.confirm(session, request, cast.setting, by=cast.lena.id, now=NOW)


def test_a_part_that_was_given_by_choice_is_only_taken_back(session: Session, cast: Cast):
    version = publish_rubric(session, cast)
    assignment = make_assignment(session, make_ticket(session, cast), cast.rita, version, purpose=Purpose.TARGETED)

    substitute = striking.confirm(session, ask(session, assignment), cast.setting, by=cast.quinn.id, now=NOW)

    session.refresh(assignment)
    assert (substitute, assignment.state) == (None, "withdrawn")


def test_a_reviewer_asks_and_a_lead_answers_in_the_browser(session: Session, cast: Cast, sign_in: SignIn):
    assignment = drawn(session, cast)
    owner = cast.rita if assignment.reviewer_id == cast.rita.id else cast.rob
    reviewer = sign_in(owner)
    page = reviewer.get(f"/queue/{assignment.id}").get_data(as_text=True)
    reviewer.post_form(f"/sampling/assignments/{assignment.id}/strike", {"reason": "merged"})
    queue = reviewer.get("/queue").get_data(as_text=True)

    lead = sign_in(cast.quinn)
    listed = lead.get("/sampling/strike-requests").get_data(as_text=True)
    banner = lead.get("/sampling/").get_data(as_text=True)
    request = session.scalars(select(StrikeRequest)).one()
    lead.post_form(f"/sampling/strike-requests/{request.id}/confirm")

    assert "It should never have been counted" in page
    assert "asked whether it counts" in queue
    assert "It was merged into another ticket" in listed
    assert "1 part waits for your answer" in banner
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert [action for action in actions if action.startswith("strike") or action == "draw.replace"] == [
        "strike.ask",
        "strike.confirmed",
        "draw.replace",
    ]
