"""Rules by which sessions open themselves, and what became of each of their days."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.calibration_sessions.series.rules import RHYTHMS
from qa.core.orm import Base, WithId, one_of


class SessionSeries(WithId, Base):
    """A rule: every so often a session by one rubric family, its parts chosen by a recipe."""

    __tablename__ = "session_series"
    __table_args__ = (
        one_of("rhythm", RHYTHMS),
        one_of("state", ("running", "paused", "stopped")),
        CheckConstraint("due_days BETWEEN 1 AND 60", name="due_some_day"),
        CheckConstraint("(state = 'stopped') = (stopped_at IS NOT NULL)", name="stopped_has_a_time"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    title: Mapped[str]
    family_id: Mapped[int] = mapped_column(ForeignKey("rubric_family.id"))
    facilitator_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    rhythm: Mapped[str]
    starts_on: Mapped[dt.date]  # the first of its days, and the day of the month of a monthly one
    next_on: Mapped[dt.date]
    due_days: Mapped[int]
    recipe: Mapped[dict[str, Any]]
    everyone: Mapped[bool]  # all who review on the day; else the people listed
    anonymous: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="running", index=True)
    lock_version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]
    stopped_at: Mapped[dt.datetime | None]


class SeriesParticipant(WithId, Base):
    """Somebody who sits in the sessions of a series."""

    __tablename__ = "series_participant"
    __table_args__ = (UniqueConstraint("series_id", "user_id"),)

    series_id: Mapped[int] = mapped_column(ForeignKey("session_series.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class SeriesDay(WithId, Base):
    """What became of one day of a series: the session that opened, or why none did. One row a day, so never twice."""

    __tablename__ = "series_day"
    __table_args__ = (
        UniqueConstraint("series_id", "day"),
        CheckConstraint("(session_id IS NULL) = (problem IS NOT NULL)", name="session_or_problem"),
    )

    series_id: Mapped[int] = mapped_column(ForeignKey("session_series.id"))
    day: Mapped[dt.date]
    session_id: Mapped[int | None] = mapped_column(ForeignKey("calibration_session.id"))
    problem: Mapped[str | None]
    created_at: Mapped[dt.datetime]
