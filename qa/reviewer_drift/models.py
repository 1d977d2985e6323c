"""Runs of the drift watch, where each reviewer stood after them, and what was done about a flag."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of

CASE_OUTCOMES = ("corrected", "new_standard", "not_drift")


class DriftRun(WithId, Base):
    """One judgement of all reviewers from all evidence until the end of a week; never changed.

    The same inputs (``digest``), decisions included, give the same outcome by the same method.
    """

    __tablename__ = "drift_run"
    __table_args__ = (
        CheckConstraint("through >= first_week", name="ends_after_it_starts"),
        Index("ix_drift_run_newest", "programme_id", "id"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    method: Mapped[str]
    first_week: Mapped[dt.date]  # the Monday of week 0
    through: Mapped[dt.date]  # the Monday of the last week judged
    digest: Mapped[str]
    outcome_digest: Mapped[str]
    scorings: Mapped[int]
    document: Mapped[dict[str, Any]]  # thresholds, expected false flags, marks of versions and sessions
    created_at: Mapped[dt.datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class DriftStanding(Base):
    """Where one reviewer stood after a run; the columns are what lists sort and filter by."""

    __tablename__ = "drift_standing"
    __table_args__ = (one_of("level", ("none", "amber", "red")),)

    run_id: Mapped[int] = mapped_column(ForeignKey("drift_run.id"), primary_key=True, autoincrement=False)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    level: Mapped[str]
    evidence: Mapped[float | None]  # M of the last week, in weeks
    document: Mapped[dict[str, Any]]  # figures with intervals, the flag, the weekly series


class DriftCase(WithId, Base):
    """What is done about one red flag: who looks into it, what was said, and what became of it.

    An open case stays open whatever the evidence does since; one that returns refers to the case before it.
    """

    __tablename__ = "drift_case"
    __table_args__ = (
        one_of("state", ("open", "settled")),
        one_of("outcome", CASE_OUTCOMES),
        CheckConstraint("(state = 'settled') = (decided_at IS NOT NULL)", name="settled_has_a_time"),
        CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name="settled_has_an_outcome"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="settled_by_somebody"),
        CheckConstraint("(decided_at IS NULL) = (decided_week IS NULL)", name="settled_in_a_week"),
        CheckConstraint("decided_at IS NULL OR reason <> ''", name="settled_with_a_reason"),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> reviewer_id", name="settled_by_another"),
        CheckConstraint("owner_id IS NULL OR owner_id <> reviewer_id", name="owned_by_another"),
        CheckConstraint("decided_week IS NULL OR decided_week >= onset", name="decided_after_the_onset"),
        Index(
            "uq_drift_case_open",
            "reviewer_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_drift_case_reviewer", "reviewer_id", "id"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("drift_run.id"))  # whose flag opened it
    flag: Mapped[dict[str, Any]]  # as that run told it
    onset: Mapped[dt.date]  # the Monday of its likely first week
    state: Mapped[str] = mapped_column(default="open")
    opened_at: Mapped[dt.datetime]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("calibration_session.id"))  # held because of it
    outcome: Mapped[str | None]
    reason: Mapped[str] = mapped_column(default="")  # redacted
    decided_at: Mapped[dt.datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_week: Mapped[dt.date | None]  # the Monday of the last week judged by then
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("drift_case.id"))  # the settled case that came back
    lock_version: Mapped[int] = mapped_column(default=0)


class DriftMessage(WithId, Base):
    """Something said in the conversation about a case, by its reviewer or a lead."""

    __tablename__ = "drift_message"
    __table_args__ = (Index("ix_drift_message_case", "case_id", "id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("drift_case.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str]  # redacted
    written_at: Mapped[dt.datetime]
