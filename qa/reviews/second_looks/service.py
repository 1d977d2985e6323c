"""Taking a second look, giving it back, and telling the reviewer once it is sent."""

import datetime as dt
import random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Actor
from qa.core.clock import local_day
from qa.core.errors import ConflictError
from qa.notices import service as notices
from qa.people.models import ProgrammeSetting
from qa.people.queries import zone_of
from qa.reviews import queries as review_queries
from qa.reviews.models import Review, ReviewRevision
from qa.reviews.queries import ReviewView
from qa.reviews.rules import RELEASED_PURPOSES, UNDO, UNDO_GRACE, may_undo
from qa.reviews.second_looks import queries, rules
from qa.reviews.second_looks.models import SecondLook
from qa.reviews.submitting import Sent
from qa.sampling.models import Assignment, Purpose
from qa.tickets.queries import hold_parts, is_erased, may_open


def take(
    session: Session, actor: Actor, view: ReviewView, setting: ProgrammeSetting, *, by_lot: bool, now: dt.datetime
) -> Assignment:
    """Put a reviewed part into the lead's own queue, by the rubric version and the conversation its reviewer had.

    Raises ``ConflictError`` where the lead may not, or somebody took a second look already.
    """
    hold_parts(session, [view.part.id])
    session.refresh(view.review, with_for_update=True)
    if is_erased(session, view.part.id):
        raise ConflictError("The ticket's text was erased: nobody can score it any more.")
    refusal = barrier(session, actor, view, now=now)
    if refusal is not None:
        raise ConflictError(refusal)
    first = review_queries.revisions_of(session, view.review.id)[0]
    assignment = Assignment(
        part_id=view.part.id,
        reviewer_id=actor.user_id,
        purpose=Purpose.SECOND_LOOK,
        origin="targeted",
        targeted_reason="second_look",
        rubric_version_id=first.rubric_version_id,
        rubric_date=view.rubric_date,
        due_on=local_day(now, zone_of(setting)) + dt.timedelta(days=setting.review_days),
        created_at=now,
        created_by_id=actor.user_id,
    )
    session.add(assignment)
    session.flush()
    look = SecondLook(review_id=view.review.id, revision_id=first.id, assignment_id=assignment.id, by_lot=by_lot)
    draft = Review(
        assignment_id=assignment.id,
        part_id=view.part.id,
        reviewer_id=actor.user_id,
        purpose=Purpose.SECOND_LOOK,
        created_at=now,
    )
    session.add_all([look, draft])
    session.flush()
    # The draft begins here, not with the first answer: it has to judge the conversation as its reviewer read it.
    session.add(
        ReviewRevision(
            review_id=draft.id,
            n=1,
            rubric_version_id=first.rubric_version_id,
            conversation_revision_id=first.conversation_revision_id,
            created_at=now,
            created_by_id=actor.user_id,
        )
    )
    _note(session, "second_look.take", look, actor.user_id, now)
    return assignment


def barrier(session: Session, actor: Actor, view: ReviewView, *, now: dt.datetime) -> str | None:
    """Why this person may not take a second look at this review."""
    review = view.review
    if not may_open(actor, view.ticket):
        return "Its conversation is beyond your clearance."
    return rules.barrier(
        by=actor.user_id,
        reviewer_id=review.reviewer_id,
        specialist_id=view.part.specialist_id,
        looked_at=queries.live_look_at(session, review.id) is not None,
        counts=review.state == "submitted"
        and review.purpose in RELEASED_PURPOSES
        and not may_undo(review.submitted_at, now),
    )


def take_by_lot(
    session: Session,
    actor: Actor,
    setting: ProgrammeSetting,
    *,
    reviewer_id: int | None,
    rng: random.Random,
    now: dt.datetime,
) -> Assignment:
    """A second look at one of the reviews of the last weeks, each as likely as the other, unseen by the lead."""
    found = queries.candidates(session, actor, now=now, reviewer_id=reviewer_id)
    if not found:
        raise ConflictError("There is no review of the last four weeks that you could look at.")
    view = review_queries.get_review_for(session, actor, rng.choice(found), now=now)
    return take(session, actor, view, setting, by_lot=True, now=now)


def give_back(session: Session, look: SecondLook, *, by: int, now: dt.datetime) -> None:
    """Drop a second look that is not sent; the review may get another."""
    moved = session.execute(
        update(Assignment)
        .where(Assignment.id == look.assignment_id, Assignment.reviewer_id == by, Assignment.state == "open")
        .values(state="withdrawn", ended_at=now)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError("This second look is sent, or not yours.")
    _note(session, "second_look.give_back", look, by, now)


def sent(session: Session, review: Sent, *, now: dt.datetime) -> None:
    """A second look was submitted: its reviewer is told once it can no longer be taken back."""
    look, reviewer_id = _look_of(session, review)
    if look is None or reviewer_id is None:
        return
    notices.notify(
        session,
        [reviewer_id],
        kind="second_look_done",
        object_type="second_look",
        object_id=look.id,
        now=now + UNDO + UNDO_GRACE,
    )


def taken_back(session: Session, assignment: Assignment) -> None:
    """A second look that was submitted is a draft again: nobody is to know of it."""
    look = session.scalar(select(SecondLook).where(SecondLook.assignment_id == assignment.id))
    if look is not None:
        notices.withdraw(session, object_type="second_look", object_id=look.id)


def _look_of(session: Session, review: Sent) -> tuple[SecondLook | None, int | None]:
    if review.purpose != Purpose.SECOND_LOOK:
        return None, None
    row = session.execute(
        select(SecondLook, Review.reviewer_id)
        .join(Review, Review.id == SecondLook.review_id)
        .where(SecondLook.assignment_id == review.assignment_id)
    ).one_or_none()
    return (row[0], row[1]) if row else (None, None)


def _note(session: Session, action: str, look: SecondLook, by: int, now: dt.datetime) -> None:
    audit.record(
        session,
        action=action,
        object_type="second_look",
        object_id=look.id,
        actor_id=by,
        now=now,
        detail={"review": look.review_id, "by_lot": look.by_lot},
    )
    session.flush()
