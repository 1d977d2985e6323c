"""What was said about a released review, one row a comment."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of
from qa.reviews.comments.rules import Side


class ReviewComment(WithId, Base):
    """One comment, kept redacted. The side is that of the moment: who leads now may review tomorrow."""

    __tablename__ = "review_comment"
    __table_args__ = (
        one_of("side", Side),
        CheckConstraint("(rested_at IS NULL) = (rested_by_id IS NULL)", name="rested_by_somebody"),
        Index("ix_review_comment_thread", "review_id", "id"),
    )

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    side: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[dt.datetime]
    rested_at: Mapped[dt.datetime | None]  # somebody said that it needs no answer
    rested_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
