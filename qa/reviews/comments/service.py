"""Writing a comment, and saying that one needs no answer."""

import datetime as dt

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.clock import local_day
from qa.core.errors import ConflictError
from qa.notices import service as notices
from qa.people.models import ProgrammeSetting
from qa.people.queries import zone_of
from qa.reviews.comments import queries, rules
from qa.reviews.comments.models import ReviewComment
from qa.reviews.comments.rules import Side
from qa.reviews.disputes.settlers import leads_of_part
from qa.reviews.models import Review
from qa.reviews.queries import ReviewView
from qa.tickets.redaction import redact


def why_not(view: ReviewView, said: int, *, now: dt.datetime) -> str | None:
    """Why nothing can be added to the thread of this review."""
    released = view.review.released_at is not None and view.review.released_at <= now
    return rules.why_not(released=released, counts=view.review.state == "submitted", said=said)


def add(
    session: Session,
    view: ReviewView,
    text: str,
    *,
    side: Side,
    setting: ProgrammeSetting,
    by: int,
    now: dt.datetime,
) -> ReviewComment:
    """Keep a comment, redacted, and tell the others.

    Raises ``ConflictError`` where the thread takes nothing more. The review's row is locked, so that two people who
    write at once both count. What its author sends again, because the first answer got lost, is kept once.
    """
    words = redact(text)
    session.execute(select(Review.id).where(Review.id == view.review.id).with_for_update())
    last = session.scalar(
        select(ReviewComment)
        .where(ReviewComment.review_id == view.review.id)
        .order_by(ReviewComment.id.desc())
        .limit(1)
    )
    if last is not None and (last.author_id, last.text) == (by, words):
        return last
    before = session.scalar(select(func.count()).where(ReviewComment.review_id == view.review.id)) or 0
    refusal = why_not(view, before, now=now)
    if refusal is not None:
        raise ConflictError(refusal)
    comment = ReviewComment(review_id=view.review.id, author_id=by, side=side, text=words, created_at=now)
    session.add(comment)
    session.flush()
    notices.mark_read(session, by, "review", view.review.id, now=now)
    notices.notify(
        session,
        _others(session, view, side, setting, now=now) - {by},
        kind="review_commented",
        object_type="review",
        object_id=view.review.id,
        now=now,
    )
    _note(session, "review.comment", view.review.id, comment, by, now)
    return comment


def _others(session: Session, view: ReviewView, side: Side, setting: ProgrammeSetting, *, now: dt.datetime) -> set[int]:
    """Who is to know of a comment: the other side, whoever spoke before, and of a specialist's word the leads."""
    told = set(
        session.scalars(select(ReviewComment.author_id).where(ReviewComment.review_id == view.review.id).distinct())
    )
    told.add(view.review.reviewer_id)
    if view.part.specialist_id is not None:
        told.add(view.part.specialist_id)
    if side == Side.SPECIALIST:
        told |= leads_of_part(session, view.part, today=local_day(now, zone_of(setting)))
    return told


def rest(session: Session, view: ReviewView, *, side: Side, seen: int, by: int, now: dt.datetime) -> None:
    """The other side's last word needs no answer; ``seen`` is the comment that stood last on the page."""
    thread = [each.comment for each in queries.thread_of(session, view.review.id)]
    if not rules.waits(thread, side) or thread[-1].id != seen:
        raise ConflictError("Something was said since you opened the page. Load it again: nothing was changed.")
    session.execute(
        update(ReviewComment)
        .where(ReviewComment.id == seen, ReviewComment.rested_at.is_(None))
        .values(rested_at=now, rested_by_id=by)
    )
    notices.mark_read(session, by, "review", view.review.id, now=now)
    _note(session, "review.comment_rests", view.review.id, thread[-1], by, now)


def _note(session: Session, action: str, review_id: int, comment: ReviewComment, by: int, now: dt.datetime) -> None:
    audit.record(
        session,
        action=action,
        object_type="review",
        object_id=review_id,
        actor_id=by,
        now=now,
        detail={"comment": comment.id, "side": comment.side},
    )
    session.flush()
