"""A review that should never have counted: voided with a reason, and brought back if that was a mistake.

A voided review stays readable; no figure reads it, and a dispute about it ends.
"""

import datetime as dt

from sqlalchemy import update
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices
from qa.reviews.disputes.models import Dispute
from qa.reviews.disputes.rules import OPEN_STATES
from qa.reviews.keeping_sums import following
from qa.reviews.models import Review
from qa.reviews.queries import ReviewView
from qa.tickets.redaction import redact

LONGEST_REASON = 1_000


def barrier(view: ReviewView, *, by: int) -> str | None:
    """Why somebody may not void this review or bring it back; ``None`` when they may."""
    if view.review.reviewer_id == by:
        return "You scored this review, so somebody else decides whether it counts."
    if view.part.specialist_id == by:
        return "This review is about your own work, so somebody else decides whether it counts."
    return None


def void(session: Session, view: ReviewView, *, reason: str, version: int, by: int, now: dt.datetime) -> None:
    """Take a review out of every figure, with a reason; a dispute about it ends, and both sides are told.

    Raises ``ConflictError`` if the review changed since ``version``, or if the person may not.
    """
    reason = redact(reason.strip())
    if not reason:
        raise InvalidInputError("Say why this review should not count.", {"reason": "missing"})
    if len(reason) > LONGEST_REASON:
        raise InvalidInputError(f"A reason has at most {LONGEST_REASON:,} characters.", {"reason": "too long"})
    _change(session, view, "submitted", version, by, state="voided", voided_at=now, void_reason=reason)
    ended = session.scalars(
        update(Dispute)
        .where(Dispute.review_id == view.review.id, Dispute.state.in_(OPEN_STATES))
        .values(state="withdrawn", closed_at=now, lock_version=Dispute.lock_version + 1)
        .returning(Dispute.id)
        .execution_options(synchronize_session=False)
    ).all()
    for dispute_id in ended:
        notices.withdraw(session, object_type="dispute", object_id=dispute_id)
    _note(session, "review_voided", "review.void", view, by, now, {"disputes": list(ended)})


def bring_back(session: Session, view: ReviewView, *, version: int, by: int, now: dt.datetime) -> None:
    """Let a voided review count again, as it stood."""
    _change(session, view, "voided", version, by, state="submitted", voided_at=None, void_reason=None)
    _note(session, "review_brought_back", "review.bring_back", view, by, now, {})


def _change(session: Session, view: ReviewView, former: str, version: int, by: int, **values: object) -> None:
    refusal = barrier(view, by=by)
    if refusal is not None:
        raise ConflictError(refusal)
    with following(session, parts=[view.review.part_id]):
        moved = session.execute(
            update(Review)
            .where(Review.id == view.review.id, Review.lock_version == version, Review.state == former)
            .values(lock_version=Review.lock_version + 1, **values)
            .execution_options(synchronize_session=False)
        )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError("This review was changed since you opened the page. Load it again: nothing was changed.")
    session.refresh(view.review)


def _note(
    session: Session, kind: str, action: str, view: ReviewView, by: int, now: dt.datetime, detail: dict[str, object]
) -> None:
    told = {view.review.reviewer_id}
    if view.review.released_at is not None and view.review.released_at <= now and view.part.specialist_id is not None:
        told.add(view.part.specialist_id)
    notices.notify(session, told - {by}, kind=kind, object_type="review", object_id=view.review.id, now=now)
    audit.record(
        session, action=action, object_type="review", object_id=view.review.id, actor_id=by, now=now, detail=detail
    )
    session.flush()
