"""Launches with what they touch, and the issues that are known of them."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId


class Launch(WithId, Base):
    """Something new that customers ask about from a day on."""

    __tablename__ = "launch"
    __table_args__ = (
        UniqueConstraint("programme_id", "name"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_it_starts"),
        Index("ix_launch_window", "programme_id", "starts_on"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    name: Mapped[str]
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]  # the last day; NULL: it still runs
    queues: Mapped[list[Any]]  # the queues it touches
    control_queues: Mapped[list[Any]] = mapped_column(default=list)  # empty: every queue that it does not touch
    label: Mapped[str] = mapped_column(default="")  # what the help desk calls it in ``ticket.launch``
    note: Mapped[str] = mapped_column(default="")  # redacted
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("sampling_plan.id"))
    lock_version: Mapped[int] = mapped_column(default=0)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime]
    archived_at: Mapped[dt.datetime | None]


class LaunchIssue(WithId, Base):
    """Something that is known to go wrong with a launch."""

    __tablename__ = "launch_issue"
    __table_args__ = (
        UniqueConstraint("launch_id", "text"),
        CheckConstraint("(settled_at IS NULL) = (settled_by_id IS NULL)", name="settled_by_somebody"),
    )

    launch_id: Mapped[int] = mapped_column(ForeignKey("launch.id"))
    text: Mapped[str]  # redacted
    url: Mapped[str] = mapped_column(default="")
    opened_at: Mapped[dt.datetime]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[dt.datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
