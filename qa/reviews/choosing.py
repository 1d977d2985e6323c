"""Which of one's reviews a list shows: not read, disputed, talked about; and which page of them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, exists

from qa.reviews.comments.models import ReviewComment
from qa.reviews.disputes.models import Dispute
from qa.reviews.disputes.rules import OPEN_STATES
from qa.reviews.models import Review

PAGE = 50  # reviews of a list
WORDS: Mapping[str, str] = {
    "": "All",
    "unread": "Not read yet",
    "disputed": "With an open dispute",
    "talked": "With comments",
    "failed": "Not passed",
}


def chosen(show: str, outcome: Any) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a filter by its word in the address; an unknown one filters nothing.

    ``outcome`` is the column of the revision that is shown.
    """
    if show == "unread":
        return (Review.acknowledged_at.is_(None),)
    if show == "disputed":
        return (exists().where(Dispute.review_id == Review.id, Dispute.state.in_(OPEN_STATES)),)
    if show == "talked":
        return (exists().where(ReviewComment.review_id == Review.id),)
    if show == "failed":
        return (outcome.in_(("failed", "failed_critical")),)
    return ()


def window(page: int | None) -> dict[str, int]:
    """The rows of a page, counted from 1, and one more that tells whether another follows."""
    n = min(max(page or 1, 1), 10_000)
    return {"offset": (n - 1) * PAGE, "limit": PAGE + 1}
