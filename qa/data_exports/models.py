"""An order of flat data and what became of it."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, BigInt, WithId, one_of


class ExportState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


GOING = (ExportState.WAITING, ExportState.RUNNING)


class DataExport(WithId, Base):
    """Tables of a span of days, for the person who ordered them and for nobody else."""

    __tablename__ = "data_export"
    __table_args__ = (
        one_of("state", ExportState),
        one_of("format", ("csv", "jsonl", "xlsx")),
        CheckConstraint("last_day >= first_day", name="ends_after_it_starts"),
        CheckConstraint("state <> 'done' OR digest IS NOT NULL", name="done_has_a_digest"),
        Index("ix_data_export_ordered", "ordered_by_id", "id"),
        Index("ix_data_export_expiry", "state", "expires_at"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    ordered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ordered_at: Mapped[dt.datetime]
    tables: Mapped[list[Any]]  # the names of `exports.flat_data`
    format: Mapped[str]
    first_day: Mapped[dt.date]  # both days included, by the programme's clock: when the part was resolved
    last_day: Mapped[dt.date]
    state: Mapped[str] = mapped_column(default=ExportState.WAITING)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    written: Mapped[dict[str, Any]] = mapped_column(default=dict)  # rows and digest of each table
    file_name: Mapped[str | None]  # in the instance's folder of exports
    size: Mapped[int | None] = mapped_column(BigInt)  # bytes
    digest: Mapped[str | None]  # SHA-256 of the file
    error: Mapped[str | None]
    finished_at: Mapped[dt.datetime | None]
    expires_at: Mapped[dt.datetime | None]
