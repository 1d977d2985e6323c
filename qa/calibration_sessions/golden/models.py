"""A ticket of a closed session whose consensus two people took for the standard."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of

LIVING = text("state IN ('proposed', 'gold')")


class GoldenTicket(WithId, Base):
    """Proposed by one person, made gold by another, retired with a reason; its standard is the part's consensus."""

    __tablename__ = "golden_ticket"
    __table_args__ = (
        one_of("state", ("proposed", "gold", "declined", "retired")),
        CheckConstraint("(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="confirmed_by_somebody"),
        CheckConstraint("confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id", name="gold_by_two_people"),
        CheckConstraint("state <> 'gold' OR confirmed_at IS NOT NULL", name="gold_is_confirmed"),
        CheckConstraint("(state IN ('declined', 'retired')) = (ended_at IS NOT NULL)", name="ended_has_a_time"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended_has_a_reason"),
        Index(
            "uq_golden_ticket_living", "part_id", unique=True, sqlite_where=LIVING, postgresql_where=LIVING
        ),  # one standard a part
        Index("ix_golden_ticket_programme", "programme_id", "state"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    session_part_id: Mapped[int] = mapped_column(ForeignKey("session_part.id"))
    part_id: Mapped[int] = mapped_column(ForeignKey("handled_part.id"), index=True)
    rubric_version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id"))  # that it was agreed by
    state: Mapped[str] = mapped_column(default="proposed")
    lock_version: Mapped[int] = mapped_column(default=0)
    proposed_at: Mapped[dt.datetime]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[dt.datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[dt.datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # none: its text was erased
    end_reason: Mapped[str | None]
