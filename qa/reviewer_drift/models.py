"""Runs of the drift watch and where each reviewer stood after them."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of


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
