"""Escalations of tickets."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of

ORIGINS = {"hand": "entered by hand", "import": "imported", "intake": "marked by the help desk"}


class Escalation(WithId, Base):
    """A ticket that was passed on to somebody with more reach."""

    __tablename__ = "escalation"
    __table_args__ = (
        one_of("origin", ORIGINS),
        UniqueConstraint("ticket_id", "opened_at"),
        CheckConstraint("closed_at IS NULL OR closed_at >= opened_at", name="closed_after_it_opened"),
        CheckConstraint("time_known OR origin = 'intake'", name="time_is_known_unless_marked"),
        Index("ix_escalation_opened", "programme_id", "opened_at"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    origin: Mapped[str]
    from_where: Mapped[str] = mapped_column(default="")  # a team, a queue, a tier: as people call it
    to_where: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")  # redacted
    opened_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    # The help desk marks a ticket as escalated and does not say when: then these are the ticket's own times, and no
    # time to resolution rests on them.
    time_known: Mapped[bool] = mapped_column(default=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lock_version: Mapped[int] = mapped_column(default=0)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime]
    archived_at: Mapped[dt.datetime | None]
