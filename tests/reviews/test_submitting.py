"""From a complete draft to a review that the specialist reads: submit, undo, seal, release, acknowledge, hand over."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from click.testing import Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.reviews import next_part, queries
from qa.reviews.models import Evidence, ReviewRevision
from qa.rubric_library import workflow
from qa.rubric_library.models import RubricVersion
from qa.sampling.models import Assignment, Purpose
from tests.reviews.desk import Desk, level
from tests.support.builders import RUBRIC, make_assignment, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast, actor
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]
SECOND = dt.timedelta(seconds=1)


def revision_of(session: Session, review_id: int) -> ReviewRevision:
    revision = queries.newest_revision(session, review_id)
    assert revision is not None
    return revision


def moved_back(desk: Desk, seconds: int) -> None:
    """As if the review had been sent this long ago."""
    review = desk.review()
    assert review.submitted_at is not None
    assert review.released_at is not None
    review.submitted_at -= seconds * SECOND
    review.released_at -= seconds * SECOND
    desk.session.flush()


def test_an_incomplete_submit_lists_what_is_missing(desk: Desk) -> None:
    empty = desk.submit()
    desk.send(level("correct", "wrong"))

    response = desk.submit()

    assert empty.status_code == 422
    assert response.status_code == 422
    # A comment and a passage for the failing level, and the two criteria without an answer.
    assert set(response.get_json()["fields"]) == {"correct", "tone", "privacy"}
    assert response.get_json()["message"] == "4 things are missing."
    assert desk.review().state == "draft"


def test_a_submit_takes_along_what_is_not_saved_and_counts_once(desk: Desk, session: Session) -> None:
    desk.send(level("correct", "wrong"))
    sent = desk.saved(*desk.all_answers(), active_seconds=9, internal_note="Ask Lena.")

    responses = [desk.client.post_json(f"{desk.path}/submit", sent) for _ in range(2)]  # its answer got lost

    review = desk.review()
    revision = revision_of(session, review.id)
    assert [response.status_code for response in responses] == [200, 200]
    assert responses[0].get_json() == responses[1].get_json()
    assert (review.state, review.lock_version, review.active_seconds) == ("submitted", 3, 9)
    assert desk.kept() == {"correct": "full", "tone": "met", "privacy": "met"}
    assert (revision.outcome, revision.internal_note) == ("passed", "Ask Lena.")
    assert session.scalar(select(func.count(Evidence.id))) == 3
    told = select(func.count()).where(AuditEvent.action == "review.submit")
    assert session.scalar(told) == 1
    assert desk.submit_with(*desk.all_answers(correct="wrong")).get_json()["submitted"] is True
    assert desk.kept()["correct"] == "full"


def test_a_review_is_sent_whatever_becomes_of_choosing_the_next_part(
    desk: Desk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.answer_all()

    def fails(*_: object, **__: object) -> None:
        raise ArithmeticError

    monkeypatch.setattr(next_part, "next_in_queue", fails)
    answered = desk.submit()

    session.expire_all()
    assert answered.status_code == 500
    assert desk.review().state == "submitted"


def test_a_submit_may_be_the_first_that_is_heard_of_a_draft(desk: Desk) -> None:
    page = desk.client.get(desk.path)

    response = desk.submit_with(*desk.all_answers(tone="missed"))

    assert (page.status_code, response.status_code) == (200, 200)
    assert desk.review().state == "submitted"
    assert desk.kept() == {"correct": "full", "tone": "missed", "privacy": "met"}


def test_a_review_that_was_no_draft_before_is_as_one_that_was(desk: Desk, session: Session, cast: Cast) -> None:
    handled = make_ticket(session, cast)
    task = make_assignment(session, handled, cast.rita, version_of(session, desk.task))
    other = replace(desk, handled=handled, task=task)
    desk.task.leased_until = task.leased_until = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    session.flush()
    more = {"active_seconds": 9, "internal_note": "Ask Lena."}

    saved = desk.send(*desk.all_answers(tone="missed"), **more)
    sent = [desk.submit(), other.submit_with(*desk.all_answers(tone="missed"), **more)]

    assert [response.status_code for response in (saved, *sent)] == [200, 200, 200]
    of_its_own = {"id", "assignment_id", "part_id", "review_id", "current_revision_id", "conversation_revision_id"}
    times = {"created_at", "submitted_at", "released_at", "last_save_id"}
    found = []
    for each in (desk, other):
        session.refresh(each.task)
        review = each.review()
        revision = revision_of(session, review.id)
        assert review.current_revision_id == revision.id
        assert revision.submitted_at == review.submitted_at == each.task.ended_at
        found.append(
            [
                {
                    column.name: getattr(row, column.name)
                    for column in row.__table__.columns
                    if column.name not in of_its_own | times
                }
                for row in (review, revision)
            ]
            + [each.kept(), each.task.state, each.task.leased_until]
        )
    assert found[0] == found[1]
    assert found[1][-2:] == ["submitted", None]


def test_what_comes_with_an_incomplete_submit_is_kept(desk: Desk) -> None:
    response = desk.submit_with(level("correct", "wrong"))
    told = response.get_json()
    desk.version = told["version"]
    rest = desk.submit_with(*desk.all_answers())

    assert response.status_code == 422
    assert set(told["fields"]) == {"correct", "tone", "privacy"}
    assert (told["version"], bool(told["saved_at"])) == (1, True)
    assert rest.status_code == 200


def test_a_submit_on_what_its_window_has_not_seen_changes_nothing(desk: Desk, session: Session) -> None:
    desk.send(level("tone", "met"))
    stale = desk.submit_with(*desk.all_answers(tone="missed"), version=0)
    wrong = desk.submit_with(*desk.all_answers(), level("politeness", "met"))
    unseen = desk.submit_with(level("tone", "missed", pins=[{"message": "m99", "start": 0, "end": 1}]))

    assert (stale.status_code, stale.get_json()["stale"]) == (409, True)
    assert [wrong.status_code, unseen.status_code] == [422, 422]
    assert "version" not in unseen.get_json()
    assert (desk.review().state, desk.review().lock_version) == ("draft", 1)
    assert desk.kept() == {"tone": "met"}


def test_a_submit_keeps_the_librarys_score_and_is_released_ten_seconds_later(
    desk: Desk, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    desk.answer_all(correct="partly", tone="missed")

    response = desk.submit()

    # Answer: (2 * 1/2 + 0) of 3 = 1/3, weight 60; Safety: 1, weight 40: 60.
    review = desk.review()
    revision = revision_of(session, review.id)
    assert response.status_code == 200
    assert (revision.score, revision.exact_score, revision.outcome) == (60.0, "60", "failed")
    assert review.submitted_at is not None
    assert review.released_at == review.submitted_at + 10 * SECOND
    specialist = sign_in(cast.sam)
    path = f"/reviews/{review.id}"
    early = specialist.get(path).status_code
    moved_back(desk, 11)
    late = specialist.get(path)
    assert (early, late.status_code) == (404, 200)
    assert cast.rita.name not in late.get_data(as_text=True)
    assert sign_in(cast.olga).get(path).status_code == 404


def test_a_draft_keeps_its_version_when_another_one_is_published_or_its_own_is_retired(
    desk: Desk, session: Session, cast: Cast
) -> None:
    desk.send(level("correct", "partly"))
    first = session.get_one(RubricVersion, desk.task.rubric_version_id)
    heavier = RUBRIC.format(key="trial", version="2.0").replace("weight: 1\n", "weight: 4\n", 1)
    publish_rubric(session, cast, text=heavier, everywhere=False)
    workflow.retire(session, first, reason="", by=cast.quinn.id, now=NOW)
    desk.answer_all(correct="partly", tone="missed")

    response = desk.submit()

    # Under 1.0: (2 * 1/2 + 0) of 3 = 1/3, weight 60; Safety 40: 60. Under 2.0 it would be 1/6, so 50.
    revision = revision_of(session, desk.review().id)
    assert response.status_code == 200
    assert (revision.rubric_version_id, revision.score) == (first.id, 60.0)


def test_a_critical_failure_makes_the_score_zero_and_keeps_what_was_there_before(desk: Desk, session: Session) -> None:
    desk.answer_all(privacy="missed")

    desk.submit()

    # Without the critical failure: Answer 60 of 60, Safety 0 of 40.
    revision = revision_of(session, desk.review().id)
    assert (revision.score, revision.base_score, revision.outcome) == (0.0, 60.0, "failed_critical")
    assert revision.failed_criticals == ["privacy"]


def test_a_submitted_review_is_neither_saved_nor_submitted_again(desk: Desk) -> None:
    desk.answer_all()
    desk.version -= 1
    stale = desk.submit()
    desk.version += 1
    desk.submit()

    saved, submitted = desk.send(level("tone", "missed")), desk.submit()

    assert stale.status_code == 409
    assert (saved.status_code, submitted.status_code) == (409, 409)
    assert desk.kept()["tone"] == "met"


def test_a_review_is_taken_back_within_the_time_and_not_after(desk: Desk, session: Session) -> None:
    desk.answer_all()
    desk.submit()
    undone = desk.client.post_form(f"{desk.path}/undo")
    state_after_undo = (desk.review().state, desk.review().released_at, desk.task.state)
    score_after_undo = revision_of(session, desk.review().id).score
    desk.version = desk.review().lock_version
    again = desk.submit()
    moved_back(desk, 14)

    late = desk.client.post_form(f"{desk.path}/undo")

    assert undone.status_code == 302
    assert state_after_undo == ("draft", None, "open")
    assert score_after_undo is None
    assert again.status_code == 200
    assert late.status_code == 409
    assert desk.review().state == "submitted"


def test_a_review_is_sealed_until_every_scorer_of_the_part_is_in(
    desk: Desk, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    second = make_assignment(
        session, desk.handled, cast.rob, version_of(session, desk.task), purpose=Purpose.DOUBLE, position=1
    )
    robs = replace(desk, user=cast.rob, task=second, client=sign_in(cast.rob), version=0)
    leads = sign_in(cast.lena)
    desk.answer_all(tone="missed")
    desk.submit()
    path = f"/reviews/{desk.review().id}"
    before = (desk.review().sealed, leads.get(path).status_code, robs.client.get(path).status_code)

    robs.answer_all()
    robs.submit()

    assert before == (True, 404, 404)
    assert (desk.review().sealed, robs.review().sealed) == (False, False)
    assert leads.get(path).status_code == 200
    moved_back(desk, 11)
    assert [view.review.id for view in about_sam(session, cast)] == [desk.review().id]


def version_of(session: Session, task: Assignment) -> RubricVersion:
    return session.get_one(RubricVersion, task.rubric_version_id)


def about_sam(session: Session, cast: Cast) -> list[queries.ReviewView]:
    return queries.reviews_about(session, actor(session, cast.sam), now=dt.datetime.now(dt.UTC), limit=9)


def test_a_specialist_sees_what_was_praised_and_acknowledges_once(desk: Desk, cast: Cast, sign_in: SignIn) -> None:
    desk.answer_all()
    desk.send(level("tone", "met", praise=True))
    desk.submit()
    path = f"/reviews/{desk.review().id}/acknowledge"
    specialist = sign_in(cast.sam)
    too_early = specialist.post_form(path)
    moved_back(desk, 11)
    first = specialist.post_form(path)
    acknowledged_at = desk.review().acknowledged_at

    second = specialist.post_form(path)
    assert "1 praised" in specialist.get("/my-reviews").get_data(as_text=True)
    others = sign_in(cast.olga).post_form(path)

    assert [each.status_code for each in (too_early, first, second, others)] == [404, 302, 302, 404]
    assert acknowledged_at is not None
    assert desk.review().acknowledged_at == acknowledged_at


def test_a_part_handed_over_goes_to_another_reviewer(desk: Desk, session: Session, cast: Cast) -> None:
    response = desk.client.post_form(f"{desk.path}/hand-over", {"reason": "no_time"})

    successor = session.scalars(select(Assignment).where(Assignment.replaces_id == desk.task.id)).one()
    assert response.status_code == 302
    assert (successor.part_id, successor.reviewer_id) == (desk.task.part_id, cast.rob.id)
    assert successor.drawn_unit_id == desk.task.drawn_unit_id
    assert desk.task.state == "handed_over"
    assert desk.send(level("tone", "met")).status_code == 409
    assert desk.client.get(desk.path).status_code == 404


def test_a_changed_score_is_found_by_computing_all_again(
    desk: Desk, session: Session, flask_command: Callable[..., Result]
) -> None:
    desk.answer_all()
    desk.submit()
    clean = flask_command("reviews", "recompute", "--check")
    revision_of(session, desk.review().id).exact_score = "99"

    found = flask_command("reviews", "recompute", "--check")

    assert clean.exit_code == 0, clean.output
    assert found.exit_code == 1
    assert f"revision {revision_of(session, desk.review().id).id}" in found.output


@pytest.mark.parametrize(
    ("column", "value"),
    [("engine_version", "2"), ("score", 12.5), ("base_score", 12.5), ("outcome", "failed")],
)
def test_every_stored_figure_has_to_follow_from_the_answers(
    desk: Desk, session: Session, flask_command: Callable[..., Result], column: str, value: object
) -> None:
    desk.answer_all()
    desk.submit()
    setattr(revision_of(session, desk.review().id), column, value)

    assert flask_command("reviews", "recompute", "--check").exit_code == 1


def test_a_rubric_whose_text_was_changed_behind_its_reviews_is_found(
    desk: Desk, session: Session, flask_command: Callable[..., Result]
) -> None:
    desk.answer_all()
    desk.submit()
    version = version_of(session, desk.task)
    version.document = version.document.replace("Was it friendly?", "Was it quick?")

    found = flask_command("reviews", "recompute", "--check")

    assert found.exit_code == 1
    assert f"rubric version {version.id}: its text is not the one its fingerprint names" in found.output


def test_the_queue_asks_no_more_when_more_waits(desk: Desk, session: Session, cast: Cast) -> None:
    version = version_of(session, desk.task)
    desk.client.get("/queue")
    with count_queries() as few:
        desk.client.get("/queue")
    for _ in range(8):
        make_assignment(session, make_ticket(session, cast, created_at=NOW), cast.rita, version)

    with count_queries() as many:
        page = desk.client.get("/queue").get_data(as_text=True)

    assert page.count("Payout is missing") >= 9
    assert len(many) == len(few)
