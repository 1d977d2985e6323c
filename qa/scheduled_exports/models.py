"""A schedule, and each delivery that came of it."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, BigInt, WithId, one_of
from qa.scheduled_exports.rules import Kind, Rhythm, Way


class ScheduleState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


class ExportSchedule(WithId, Base):
    """Which export comes when and for whom; made as its receiver may see it at that time."""

    __tablename__ = "export_schedule"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("rhythm", Rhythm),
        one_of("way", Way),
        one_of("state", ScheduleState),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_is_one"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour_is_one"),
        Index("ix_export_schedule_state", "state"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    receiver_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    options: Mapped[dict[str, Any]]  # team, queue, weeks
    rhythm: Mapped[str]
    weekday: Mapped[int]  # 0 is Monday
    hour: Mapped[int]  # by the programme's clock
    way: Mapped[str]
    state: Mapped[str] = mapped_column(default=ScheduleState.ACTIVE)
    created_at: Mapped[dt.datetime]
    since: Mapped[dt.datetime]  # what was due before this moment is not made up for
    stopped: Mapped[str | None]  # why it was paused by itself: nothing would have come of it any more


class ExportDelivery(WithId, Base):
    """One file that a schedule brought, or why it did not."""

    __tablename__ = "export_delivery"
    __table_args__ = (
        UniqueConstraint("schedule_id", "period"),
        one_of("state", DeliveryState),
        one_of("mail", ("none", "sent", "later", "failed", "unclear")),
        CheckConstraint("state <> 'done' OR digest IS NOT NULL", name="done_has_a_digest"),
        Index("ix_export_delivery_expiry", "state", "expires_at"),
    )

    schedule_id: Mapped[int] = mapped_column(ForeignKey("export_schedule.id"))
    period: Mapped[str]  # the day it was due, or "once"
    state: Mapped[str] = mapped_column(default=DeliveryState.WAITING)
    created_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
    expires_at: Mapped[dt.datetime | None]
    # What its receiver could see when it was made: with less one does not open it any more.
    teams: Mapped[list[Any]] = mapped_column(default=list)  # that they led
    clearance: Mapped[int] = mapped_column(default=0, server_default="0")
    regions: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    file_name: Mapped[str | None]  # in the instance's folder of exports
    size: Mapped[int | None] = mapped_column(BigInt)  # bytes
    digest: Mapped[str | None]  # SHA-256 of the file
    error: Mapped[str | None]
    mail: Mapped[str] = mapped_column(default="none")
    mail_attempts: Mapped[int] = mapped_column(default=0)
