"""Sessions, who sits in them, what they score, and what was agreed."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of


class CalibrationSession(WithId, Base):
    """One sitting: blind until it is revealed to all at once."""

    __tablename__ = "calibration_session"
    __table_args__ = (
        one_of("state", ("scoring", "revealed", "closed")),
        CheckConstraint("(state = 'scoring') = (revealed_at IS NULL)", name="revealed_has_a_time"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    title: Mapped[str]
    rubric_version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id"))
    facilitator_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(default="scoring", index=True)
    due_on: Mapped[dt.date]
    anonymous: Mapped[bool] = mapped_column(default=False)
    lock_version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]
    revealed_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    learnt: Mapped[str] = mapped_column(default="")


class SessionPart(WithId, Base):
    """A handled part that the session scores."""

    __tablename__ = "session_part"
    __table_args__ = (UniqueConstraint("session_id", "part_id"), UniqueConstraint("session_id", "position"))

    session_id: Mapped[int] = mapped_column(ForeignKey("calibration_session.id"))
    part_id: Mapped[int] = mapped_column(ForeignKey("handled_part.id"), index=True)
    position: Mapped[int]


class SessionParticipant(WithId, Base):
    __tablename__ = "session_participant"
    __table_args__ = (UniqueConstraint("session_id", "user_id"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("calibration_session.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class SessionAssignment(WithId, Base):
    """The assignment by which one participant scores one part of the session."""

    __tablename__ = "session_assignment"
    __table_args__ = (UniqueConstraint("session_part_id", "assignment_id"),)

    session_part_id: Mapped[int] = mapped_column(ForeignKey("session_part.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)


class ConsensusScore(WithId, Base):
    """What the session agreed for one part: the result that follows from its answers."""

    __tablename__ = "consensus_score"

    session_part_id: Mapped[int] = mapped_column(ForeignKey("session_part.id"), unique=True)
    score: Mapped[float | None]
    base_score: Mapped[float | None]
    outcome: Mapped[str]
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[dt.datetime]


class ConsensusAnswer(WithId, Base):
    """The level agreed for one criterion of one part, with the reason."""

    __tablename__ = "consensus_answer"
    __table_args__ = (
        UniqueConstraint("session_part_id", "criterion_key"),
        CheckConstraint("NOT (not_applicable AND level_key IS NOT NULL)", name="level_or_not_applicable"),
    )

    session_part_id: Mapped[int] = mapped_column(ForeignKey("session_part.id"))
    criterion_key: Mapped[str]
    level_key: Mapped[str | None]
    percentage: Mapped[str | None]
    not_applicable: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[dt.datetime]
