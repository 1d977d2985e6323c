"""Which review a second look is about."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId


class SecondLook(WithId, Base):
    """A lead's own score of a part that somebody reviewed, by the same rubric version and of the same conversation."""

    __tablename__ = "second_look"

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)  # what is looked at
    revision_id: Mapped[int] = mapped_column(ForeignKey("review_revision.id"))  # as its reviewer first submitted it
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)  # the lead's
    by_lot: Mapped[bool]  # chosen by lot, so that the lead had not seen the score
