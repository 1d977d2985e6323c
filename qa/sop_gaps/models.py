"""Gaps in procedures, each raised while a part was scored."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of
from qa.sop_gaps.rules import KINDS, STATES


class SopGap(WithId, Base):
    """What a reviewer found wrong with the procedure behind one criterion of one part."""

    __tablename__ = "sop_gap"
    __table_args__ = (
        one_of("kind", KINDS),
        one_of("state", STATES),
        UniqueConstraint("raised_by_id", "raise_id"),  # sent twice, it is raised once
        CheckConstraint("kind <> 'not_followed' OR procedure_id IS NOT NULL", name="not_followed_has_a_procedure"),
        CheckConstraint("(state = 'fixed') = (fixed_on IS NOT NULL)", name="fixed_has_a_day"),
        CheckConstraint("state IN ('open', 'in_work') OR answer <> ''", name="settled_has_an_answer"),
        Index("ix_sop_gap_state", "programme_id", "state", "raised_at"),
        Index("ix_sop_gap_criterion", "programme_id", "criterion_key"),
        Index("ix_sop_gap_ticket", "ticket_id"),
        Index("ix_sop_gap_assignment", "assignment_id"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    kind: Mapped[str]
    criterion_key: Mapped[str]
    rubric_version_id: Mapped[int | None] = mapped_column(ForeignKey("rubric_version.id"))
    procedure_id: Mapped[int | None] = mapped_column(ForeignKey("procedure.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    # Where it was raised while scoring; one that was imported, or entered by a lead, has none of the two.
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    conversation_revision_id: Mapped[int | None] = mapped_column(ForeignKey("conversation_revision.id"))
    pins: Mapped[list[Any]] = mapped_column(default=list)  # message, start, end, digest of each passage
    root_causes: Mapped[list[Any]] = mapped_column(default=list)  # as the reviewer ticked them
    note: Mapped[str]  # redacted
    raise_id: Mapped[str]
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    raised_at: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(default="open")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    fixed_on: Mapped[dt.date | None]
    answer: Mapped[str] = mapped_column(default="")  # redacted
    lock_version: Mapped[int] = mapped_column(default=0)
