"""Meetings of a lead and a specialist, the lead's private notes, and the series that open meetings."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.calibration_sessions.series.rules import RHYTHMS
from qa.core.orm import Base, WithId, one_of


class CoachingSeries(WithId, Base):
    """A 1:1 that comes again: every so often a meeting of a lead and a specialist at the same time of day."""

    __tablename__ = "coaching_series"
    __table_args__ = (
        one_of("rhythm", RHYTHMS),
        one_of("state", ("running", "paused", "stopped")),
        CheckConstraint("minutes BETWEEN 10 AND 240", name="lasts_a_while"),
        CheckConstraint("minute_of_day BETWEEN 0 AND 1439", name="within_a_day"),
        CheckConstraint("lead_id <> specialist_id", name="two_people"),
        CheckConstraint("(state = 'stopped') = (stopped_at IS NOT NULL)", name="stopped_has_a_time"),
    )

    lead_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    specialist_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    rhythm: Mapped[str]
    starts_on: Mapped[dt.date]  # the first of its days, and the day of the month of a monthly one
    next_on: Mapped[dt.date]
    minute_of_day: Mapped[int]  # in the programme's time zone
    minutes: Mapped[int]
    place: Mapped[str] = mapped_column(default="")
    agenda: Mapped[str] = mapped_column(default="")  # each meeting begins with it
    state: Mapped[str] = mapped_column(default="running", index=True)
    lock_version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]
    stopped_at: Mapped[dt.datetime | None]


class CoachingMeeting(WithId, Base):
    """One meeting; everything in this row is seen by both people."""

    __tablename__ = "coaching_meeting"
    __table_args__ = (
        one_of("state", ("planned", "held", "cancelled")),
        CheckConstraint("minutes BETWEEN 10 AND 240", name="lasts_a_while"),
        CheckConstraint("lead_id <> specialist_id", name="two_people"),
        CheckConstraint("(state = 'planned') = (ended_at IS NULL)", name="ended_has_a_time"),
        Index("ix_coaching_meeting_specialist", "specialist_id", "starts_at"),
        Index("ix_coaching_meeting_lead", "lead_id", "starts_at"),
    )

    specialist_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    lead_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("coaching_plan.id"), index=True)
    starts_at: Mapped[dt.datetime]
    minutes: Mapped[int]
    place: Mapped[str] = mapped_column(default="")
    agenda: Mapped[str] = mapped_column(default="")  # redacted, as the two below
    shared_notes: Mapped[str] = mapped_column(default="")
    agreed: Mapped[str] = mapped_column(default="")  # one point a line
    state: Mapped[str] = mapped_column(default="planned")
    lock_version: Mapped[int] = mapped_column(default=0)  # also the SEQUENCE of its calendar entry
    created_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class PrivateNote(WithId, Base):
    """What a lead notes for themselves; in a table of its own, so that no reading of meetings can bring it along."""

    __tablename__ = "private_note"
    __table_args__ = (UniqueConstraint("meeting_id", "author_id"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("coaching_meeting.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str]  # redacted
    written_at: Mapped[dt.datetime]


class CoachingSeriesDay(WithId, Base):
    """What became of one day of a series: its meeting, or why there is none. One row a day, so never twice."""

    __tablename__ = "coaching_series_day"
    __table_args__ = (
        UniqueConstraint("series_id", "day"),
        CheckConstraint("(meeting_id IS NULL) = (skipped IS NOT NULL)", name="meeting_or_skipped"),
    )

    series_id: Mapped[int] = mapped_column(ForeignKey("coaching_series.id"))
    day: Mapped[dt.date]
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("coaching_meeting.id"), unique=True)
    skipped: Mapped[str | None]  # why: somebody is away
    created_at: Mapped[dt.datetime]
