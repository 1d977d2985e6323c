"""Originals: which sources keep them and how long, the sealed texts, and who asked to read one."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of


class RevealState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class OriginalRule(Base):
    """How long the unredacted text of a source is kept, sealed; without a row it is never stored."""

    __tablename__ = "original_rule"
    __table_args__ = (CheckConstraint("days BETWEEN 1 AND 365", name="a_stated_time"),)

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True, autoincrement=False)
    days: Mapped[int]
    changed_at: Mapped[dt.datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class OriginalText(WithId, Base):
    """One revision as it came, under a key of its own; the row goes with its time, and the key with the row."""

    __tablename__ = "original_text"
    __table_args__ = (UniqueConstraint("ticket_id", "n"), Index("ix_original_text_kept_until", "kept_until"))

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    n: Mapped[int]  # of the conversation's revision
    key_id: Mapped[str]
    wrapped: Mapped[bytes]
    payload: Mapped[bytes]
    created_at: Mapped[dt.datetime]
    kept_until: Mapped[dt.datetime]


class OriginalReveal(WithId, Base):
    """Somebody asked to read an original: why, who else agreed, and the minutes in which it was open."""

    __tablename__ = "original_reveal"
    __table_args__ = (
        one_of("state", RevealState),
        CheckConstraint("settled_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("(state IN ('granted', 'refused')) = (settled_by_id IS NOT NULL)", name="settled_by_somebody"),
        CheckConstraint("(state = 'asked') = (settled_at IS NULL)", name="settled_has_a_time"),
        CheckConstraint("(opened_at IS NULL) = (ends_at IS NULL)", name="an_opening_ends"),
        CheckConstraint("opened_at IS NULL OR state = 'granted'", name="opened_when_granted"),
        CheckConstraint("minutes BETWEEN 1 AND 240", name="minutes_are_few"),
        Index("ix_original_reveal_state", "programme_id", "state"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    n: Mapped[int]  # the revision
    state: Mapped[str] = mapped_column(default=RevealState.ASKED)
    reason: Mapped[str]  # redacted
    minutes: Mapped[int]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[dt.datetime]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[dt.datetime | None]
    note: Mapped[str] = mapped_column(default="")  # of who settled it; redacted
    opened_at: Mapped[dt.datetime | None]
    ends_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(default=1)
