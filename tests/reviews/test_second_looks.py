"""A lead scores a reviewed part again; both see the difference afterwards, nobody before, and no figure moves."""

import datetime as dt
import random
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.clock import utcnow
from qa.core.errors import ConflictError
from qa.notices.models import Notice
from qa.people.models import Clearance
from qa.reviews import queries as review_queries
from qa.reviews.models import Review
from qa.reviews.second_looks import queries, rules, service
from qa.reviews.second_looks.models import SecondLook
from qa.sampling.models import Assignment
from tests.reviews.desk import Desk
from tests.support.builders import Handled, make_assignment, make_review, make_ticket, publish_rubric, rubric_of
from tests.support.cast import SINCE, Cast, actor
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]
DAY = dt.timedelta(days=1)


@pytest.fixture
def handled(session: Session, cast: Cast) -> Handled:
    return make_ticket(session, cast)


@pytest.fixture
def review(session: Session, cast: Cast, handled: Handled) -> Review:
    """By Rita, of Sam's work, released a day ago: the tone was missed."""
    task = make_assignment(session, handled, cast.rita, publish_rubric(session, cast))
    return make_review(session, handled, task, {"tone": "missed"}, at=utcnow() - DAY)


def looked(session: Session) -> Assignment:
    return session.scalars(select(Assignment).where(Assignment.purpose == "second_look")).one()


def taken(session: Session, cast: Cast, sign_in: SignIn, review: Review, handled: Handled) -> Desk:
    """Lena at the scoring page of her second look."""
    lena = sign_in(cast.lena)
    assert lena.post_form(f"/reviews/{review.id}/second-look").status_code == 302
    task = looked(session)
    return Desk(session=session, user=cast.lena, handled=handled, task=task, client=lena)


def finds(client: CheckingClient, session: Session) -> bool:
    return client.get(f"/second-looks/{session.scalars(select(SecondLook.id)).one()}").status_code == 200


def test_both_see_the_difference_by_criterion_once_it_is_sent_and_nobody_before(
    session: Session, cast: Cast, sign_in: SignIn, review: Review, handled: Handled
) -> None:
    desk = taken(session, cast, sign_in, review, handled)
    assert desk.client.get(desk.path).status_code == 200
    assert desk.client.get(f"/reviews/{review.id}").status_code == 404  # who still scores it sees no other score
    desk.answer_all(tone="met", correct="partly")
    assert desk.submit().status_code == 200
    look_id = session.scalars(select(SecondLook.id)).one()
    rita = sign_in(cast.rita)
    assert rita.get(f"/second-looks/{look_id}").status_code == 404  # it can still be taken back
    second = desk.review()
    second.submitted_at = utcnow() - DAY

    page = rita.get(f"/second-looks/{look_id}").get_data(as_text=True)

    assert page.count("differs") == 2
    assert "Your answer" in page
    assert "its score seen" in page
    assert desk.client.get(f"/second-looks/{look_id}").status_code == 200
    assert [
        who for who in ("rob", "otto") if sign_in(getattr(cast, who)).get(f"/second-looks/{look_id}").status_code != 404
    ] == []
    assert sign_in(cast.quinn).get(f"/second-looks/{look_id}").status_code == 200
    assert sign_in(cast.sam).get(f"/second-looks/{look_id}").status_code == 403
    assert session.scalars(select(Notice.user_id).where(Notice.kind == "second_look_done")).all() == [cast.rita.id]
    assert "differs" not in sign_in(cast.sam).get("/my-reviews").get_data(as_text=True)


def test_the_specialist_is_never_shown_a_second_look(
    session: Session, cast: Cast, sign_in: SignIn, review: Review, handled: Handled
) -> None:
    desk = taken(session, cast, sign_in, review, handled)
    desk.answer_all()
    desk.submit()
    second = desk.review()

    assert second.released_at is None
    assert sign_in(cast.sam).get(f"/reviews/{second.id}").status_code == 404
    assert sign_in(cast.sam).get(f"/reviews/{review.id}").status_code == 200
    assert session.scalars(select(Notice.kind).where(Notice.user_id == cast.sam.id)).all() == ["review_released"]


def test_taken_back_within_seconds_nobody_knows_of_it(
    session: Session, cast: Cast, sign_in: SignIn, review: Review, handled: Handled
) -> None:
    desk = taken(session, cast, sign_in, review, handled)
    desk.answer_all()
    desk.submit()

    desk.client.post_form(f"{desk.path}/undo")

    assert session.scalars(select(Notice).where(Notice.kind == "second_look_done")).all() == []
    assert desk.client.get(desk.path).status_code == 200


def test_one_review_gets_one_second_look_and_one_given_back_leaves_room_for_another(
    session: Session, cast: Cast, sign_in: SignIn, review: Review, handled: Handled
) -> None:
    desk = taken(session, cast, sign_in, review, handled)
    quinn = sign_in(cast.quinn)
    assert quinn.post_form(f"/reviews/{review.id}/second-look").status_code == 409
    assert desk.client.post_form(f"{desk.path}/hand-over", {"reason": "no_time"}).status_code == 409
    look_id = session.scalars(select(SecondLook.id)).one()
    assert "Give back" in desk.client.get("/second-looks/").get_data(as_text=True)

    assert quinn.post_form(f"/second-looks/{look_id}/give-back").status_code == 404
    assert desk.client.post_form(f"/second-looks/{look_id}/give-back").status_code == 302

    assert quinn.post_form(f"/reviews/{review.id}/second-look").status_code == 302


def test_a_lot_takes_a_review_that_the_lead_may_look_at_and_says_so(
    session: Session, cast: Cast, sign_in: SignIn, review: Review, handled: Handled
) -> None:
    own = make_ticket(session, cast)
    make_review(
        session,
        own,
        make_assignment(session, own, cast.quinn, publish_rubric(session, cast, key="b")),
        at=utcnow() - DAY,
    )
    session.commit()
    quinn = actor(session, cast.quinn)
    assert queries.candidates(session, quinn, now=utcnow()) == [review.id]  # not the one Quinn wrote

    answer = sign_in(cast.quinn).post_form("/second-looks/", {"reviewer": str(cast.rita.id)})

    assert answer.status_code == 302
    assert session.scalars(select(SecondLook)).one().by_lot
    with pytest.raises(ConflictError, match="no review"):
        service.take_by_lot(session, quinn, cast.setting, reviewer_id=None, rng=random.Random(1), now=utcnow())


def test_nobody_looks_at_a_review_of_a_text_that_is_erased(
    session: Session, cast: Cast, sign_in: SignIn, review: Review, handled: Handled
) -> None:
    lena = sign_in(cast.lena)
    handled.ticket.erased_at = utcnow()
    session.commit()

    refused = lena.post_form(f"/reviews/{review.id}/second-look")

    assert refused.status_code == 409
    assert "text was erased" in refused.get_data(as_text=True)
    assert queries.candidates(session, actor(session, cast.lena), now=utcnow()) == []


def test_a_lead_of_another_team_a_reviewer_and_somebody_not_cleared_take_none(
    session: Session, cast: Cast, sign_in: SignIn, review: Review, handled: Handled
) -> None:
    assert sign_in(cast.otto).post_form(f"/reviews/{review.id}/second-look").status_code == 404
    assert sign_in(cast.rita).post_form(f"/reviews/{review.id}/second-look").status_code == 403
    assert sign_in(cast.rita).post_form("/second-looks/").status_code == 403
    handled.ticket.content_severity = 2
    assert sign_in(cast.lena).post_form(f"/reviews/{review.id}/second-look").status_code == 409
    session.add(Clearance(user_id=cast.lena.id, severity=2, valid_from=SINCE))
    assert sign_in(cast.lena).post_form(f"/reviews/{review.id}/second-look").status_code == 302


@pytest.mark.parametrize(
    ("by", "looked_at", "counts", "refusal"),
    [
        (3, False, True, None),
        (1, False, True, "yourself"),
        (2, False, True, "own work"),
        (3, True, True, "already"),
        (3, False, False, "counts"),
    ],
)
def test_who_may_look(by: int, looked_at: bool, counts: bool, refusal: str | None) -> None:
    said = rules.barrier(by=by, reviewer_id=1, specialist_id=2, looked_at=looked_at, counts=counts)

    assert (said is None) if refusal is None else (said is not None and refusal in said)


def test_an_answer_that_only_one_of_both_was_asked_differs(
    session: Session, cast: Cast, review: Review, handled: Handled
) -> None:
    answers = review_queries.answers_of(session, review.current_revision_id or 0)
    rubric = rubric_of(session, session.get_one(Assignment, review.assignment_id))

    found = rules.compared(rubric, answers, [each for each in answers if each.criterion_key != "tone"])

    assert {each.criterion.key: each.same for each in found}["tone"] is False
    assert sum(each.same for each in found) == len(found) - 1
