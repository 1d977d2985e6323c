"""A shared passage: where it stands, never a copy of its words, so that it ends with the conversation."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of


class CoachingExample(WithId, Base):
    """A passage that a lead would like to show to others; the lead's asking is the first consent."""

    __tablename__ = "coaching_example"
    __table_args__ = (
        one_of("state", ("asked", "shared", "declined", "withdrawn")),
        CheckConstraint('"end" > start', name="ends_after_it_starts"),
        CheckConstraint("state <> 'shared' OR answered_at IS NOT NULL", name="shared_by_consent"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_has_a_time"),
        UniqueConstraint("review_id", "criterion_key", "message_id", "start"),
        Index("ix_coaching_example_criterion", "criterion_key", "state"),
    )

    specialist_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    criterion_key: Mapped[str]
    message_id: Mapped[str]
    start: Mapped[int]  # code points, as in evidence
    end: Mapped[int]
    why: Mapped[str] = mapped_column(default="")  # what is good about it, redacted
    state: Mapped[str] = mapped_column(default="asked")
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[dt.datetime]
    answered_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
