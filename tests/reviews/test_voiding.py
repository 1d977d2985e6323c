"""A review that should never have counted is voided with a reason, and brought back if that was a mistake."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from qa.core.access import Role
from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.notices.models import Notice
from qa.people.models import RoleGrant
from qa.reviews.disputes.models import Dispute
from qa.reviews.measuring import reviewed
from qa.reviews.models import Review
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import SINCE, Cast
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]
WHY = "The ticket was a test of the help desk."
SPRING = dt.date(2026, 1, 5)


@pytest.fixture
def review(session: Session, cast: Cast) -> Review:
    """By Rita, of Sam's work, released a day ago."""
    handled = make_ticket(session, cast)
    task = make_assignment(session, handled, cast.rita, publish_rubric(session, cast))
    return make_review(session, handled, task, {"tone": "missed"}, at=utcnow() - dt.timedelta(days=1))


def void(client: CheckingClient, review: Review, reason: str = WHY, **more: str) -> TestResponse:
    form = {"version": str(review.lock_version), "reason": reason, **more}
    return client.post_form(f"/reviews/{review.id}/void", form)


def test_a_voided_review_enters_no_figure_and_stays_readable_with_its_reason(
    session: Session, cast: Cast, review: Review, sign_in: SignIn
):
    before = len(reviewed(session, (), since=SPRING))

    response = void(sign_in(cast.quinn), review)

    assert response.status_code == 302
    assert (before, len(reviewed(session, (), since=SPRING))) == (1, 0)
    told = session.scalars(select(Notice.user_id).where(Notice.kind == "review_voided")).all()
    assert sorted(told) == sorted([cast.rita.id, cast.sam.id])
    for reader in (cast.quinn, cast.lena, cast.sam, cast.rita):
        page = sign_in(reader).get(f"/reviews/{review.id}").get_data(as_text=True)
        assert WHY in page
    assert session.scalars(select(AuditEvent).where(AuditEvent.action == "review.void")).one().actor_id == cast.quinn.id


def test_a_review_that_was_voided_by_mistake_is_brought_back_as_it_stood(
    session: Session, cast: Cast, review: Review, sign_in: SignIn
):
    quinn = sign_in(cast.quinn)
    void(quinn, review)

    response = quinn.post_form(f"/reviews/{review.id}/bring-back", {"version": str(review.lock_version)})

    assert response.status_code == 302
    assert (review.state, review.void_reason) == ("submitted", None)
    assert [each.score for each in reviewed(session, (), since=SPRING)] == [80.0]


def test_a_dispute_about_a_voided_review_ends(session: Session, cast: Cast, review: Review, sign_in: SignIn):
    claim = {"choice-tone": "level:met", "reason-tone": "I thanked them."}
    sign_in(cast.sam).post_form(f"/reviews/{review.id}/dispute", claim)

    void(sign_in(cast.quinn), review)

    assert session.scalars(select(Dispute)).one().state == "withdrawn"
    assert "No dispute waits" in sign_in(cast.lena).get("/disputes/").get_data(as_text=True)


def test_voiding_needs_a_reason_and_the_state_that_was_on_the_page(cast: Cast, review: Review, sign_in: SignIn):
    quinn = sign_in(cast.quinn)

    without = void(quinn, review, " ")
    stale = void(quinn, review, version=str(review.lock_version - 1))
    first, twice = void(quinn, review), void(quinn, review)

    assert [each.status_code for each in (without, stale, first, twice)] == [422, 409, 302, 409]


def test_who_scored_it_and_who_is_no_qa_lead_may_not_void_it(
    session: Session, cast: Cast, review: Review, sign_in: SignIn
):
    session.add(RoleGrant(user_id=cast.rita.id, role=Role.QA_LEAD, valid_from=SINCE))

    answers = [void(sign_in(who), review).status_code for who in (cast.rita, cast.lena, cast.sam)]

    assert answers == [409, 403, 403]
    assert review.state == "submitted"
