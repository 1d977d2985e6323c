"""Templates by criterion, trainings, and who took which training when."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of

TEMPLATE_KINDS = {"focus": "Focus area", "action": "Action"}
TRAINING_KINDS = {"course": "Course", "sop": "SOP", "other": "Other"}
RESULTS = {"read": "read", "passed": "passed", "not_passed": "not passed"}


class CoachingTemplate(WithId, Base):
    """A focus area or an action that plans on a criterion may begin with; proposed by a lead, adopted by a QA lead."""

    __tablename__ = "coaching_template"
    __table_args__ = (
        one_of("kind", TEMPLATE_KINDS),
        one_of("owner", ("specialist", "lead")),
        one_of("state", ("proposed", "adopted", "retired")),
        CheckConstraint("(state = 'proposed') = (settled_at IS NULL)", name="settled_has_a_time"),
        CheckConstraint("(settled_at IS NULL) = (settled_by_id IS NULL)", name="settled_by_somebody"),
        CheckConstraint("days BETWEEN 1 AND 365", name="due_some_day"),
        Index("ix_coaching_template_criterion", "programme_id", "criterion_key", "state"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    criterion_key: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str]
    owner: Mapped[str] = mapped_column(default="specialist")  # of an action
    days: Mapped[int] = mapped_column(default=14)  # from the day it is agreed until it is due
    state: Mapped[str] = mapped_column(default="proposed")
    lock_version: Mapped[int] = mapped_column(default=0)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[dt.datetime]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[dt.datetime | None]

    @property
    def due_after(self) -> dt.timedelta:
        return dt.timedelta(days=self.days)


class Training(WithId, Base):
    """A course to take or a procedure (SOP) to read."""

    __tablename__ = "training"
    __table_args__ = (
        one_of("kind", TRAINING_KINDS),
        CheckConstraint("(kind = 'sop') = (procedure_id IS NOT NULL)", name="sop_is_a_procedure"),
        UniqueConstraint("programme_id", "title"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    kind: Mapped[str]
    title: Mapped[str]
    url: Mapped[str] = mapped_column(default="")
    procedure_id: Mapped[int | None] = mapped_column(ForeignKey("procedure.id"))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime]
    retired_at: Mapped[dt.datetime | None]


class TrainingRecord(WithId, Base):
    """Somebody took a training on a day, with what came of it; of an SOP, the version that was in force."""

    __tablename__ = "training_record"
    __table_args__ = (
        one_of("result", RESULTS),
        Index("ix_training_record_user", "user_id", "done_on"),
    )

    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    procedure_version_id: Mapped[int | None] = mapped_column(ForeignKey("procedure_version.id"))
    action_id: Mapped[int | None] = mapped_column(ForeignKey("coaching_action.id"), unique=True)
    done_on: Mapped[dt.date]
    result: Mapped[str]
    note: Mapped[str] = mapped_column(default="")  # redacted
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[dt.datetime]
