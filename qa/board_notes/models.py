"""Notes of the director, by period; an edited note is a new row, so that what a board pack printed stays."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId


class BoardNote(WithId, Base):
    """What a director said about a period, as it stood after an edit; an empty text takes the note back."""

    __tablename__ = "board_note"
    __table_args__ = (
        UniqueConstraint("programme_id", "period", "n"),
        CheckConstraint("ends_on >= starts_on", name="period_is_a_time"),
        CheckConstraint("n > 0", name="counted_from_one"),
        Index("ix_board_note_time", "programme_id", "starts_on"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    period: Mapped[str]  # 2026-W14 or 2026-04
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    n: Mapped[int]
    text: Mapped[str]  # redacted
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[dt.datetime]
