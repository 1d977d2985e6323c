"""Changing submitted reviews: taking back, releasing, acknowledging. `saving` and `submitting` make them."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

import rubrics
from qa.core import audit
from qa.core.errors import ConflictError
from qa.notices import service as notices
from qa.reviews import keeping_sums, queries, rules
from qa.reviews.companions import queries as companion_queries
from qa.reviews.companions import service as companions
from qa.reviews.companions.rules import holds_release
from qa.reviews.models import Review, ReviewRevision
from qa.sampling.models import Assignment, Purpose
from qa.tickets.queries import is_erased


def _locked_with(session: Session, assignment: Assignment) -> Review | None:
    """An assignment's review, both as they stand now and locked: an invitation may just have lapsed."""
    row = session.execute(
        select(Review, Assignment)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .where(Assignment.id == assignment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    return None if row is None else row[0]


def apply_score(revision: ReviewRevision, score: rubrics.Score, *, now: dt.datetime) -> None:
    """Keep the result beside the answers it follows from."""
    for name, value in rules.result_of(score).items():
        setattr(revision, name, value)
    revision.submitted_at = now


def undo_submit(session: Session, assignment: Assignment, *, now: dt.datetime) -> None:
    """Take a review back within the time to undo: it is a draft again, as if it had never been sent."""
    companions.one_at_a_time(session, assignment.part_id)
    review = _locked_with(session, assignment)
    if review is None or review.state != "submitted" or not rules.may_undo(review.submitted_at, now):
        raise ConflictError("The time to take it back is over. A correction makes a new revision instead.")
    if is_erased(session, review.part_id):
        raise ConflictError("The ticket's text was erased meanwhile: nobody can score it anew, so your review stays.")
    revision = queries.newest_revision(session, review.id)
    if revision is None:
        raise ConflictError("This review has no revision.")
    with keeping_sums.following(session, parts=[review.part_id]):
        revision.score = revision.base_score = revision.exact_score = revision.outcome = None
        revision.engine_version = revision.submitted_at = None
        revision.failed_criticals = []
        session.flush()
        review.state = "draft"
        review.submitted_at = review.released_at = review.current_revision_id = None
        review.sealed = False
        review.lock_version += 1
        assignment.state = "open"
        assignment.ended_at = None
        session.flush()
    companions.seal(session, review.part_id, companion_queries.at_hand(session, review.part_id))
    if review.purpose == Purpose.SELF:
        companions.taken_back(session, review.part_id, now=now)
    notices.withdraw(session, object_type="review", object_id=review.id)
    audit.record(
        session,
        action="review.undo",
        object_type="review",
        object_id=review.id,
        actor_id=review.reviewer_id,
        now=now,
    )
    session.flush()


def release(session: Session, review: Review, *, by: int, now: dt.datetime) -> None:
    """Let the specialist see a review now that waits for the lead's word, or for the programme's time."""
    companions.one_at_a_time(session, review.part_id)
    session.refresh(review, with_for_update=True)
    if review.released_at is not None and review.released_at <= now:
        raise ConflictError("This review is released already.")
    if review.state != "submitted" or review.purpose not in rules.RELEASED_PURPOSES:
        raise ConflictError("A review of this kind is not shown to specialists.")
    if rules.may_undo(review.submitted_at, now):
        raise ConflictError("The reviewer can still take this review back; try again in a few seconds.")
    if holds_release(companion_queries.at_hand(session, review.part_id)):
        raise ConflictError("Its specialist may still score the part; it is released once that is in, or has lapsed.")
    notices.withdraw(session, object_type="review", object_id=review.id)  # the one that is dated ahead
    review.released_at = now
    companions.tell_specialist(session, review)
    audit.record(session, action="review.release", object_type="review", object_id=review.id, actor_id=by, now=now)
    session.flush()


def acknowledge(session: Session, review: Review, *, by: int, now: dt.datetime) -> None:
    """The specialist has read the review; a second time changes nothing."""
    if review.acknowledged_at is not None:
        return
    if review.released_at is None or review.released_at > now:
        raise ConflictError("Only a released review can be acknowledged.")
    review.acknowledged_at = now
    notices.mark_read(session, by, "review", review.id, now=now)
    audit.record(session, action="review.acknowledge", object_type="review", object_id=review.id, actor_id=by, now=now)
    session.flush()
