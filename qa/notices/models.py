"""Notices, one row a person and matter; they carry ids and a kind, never ticket text."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId


class Notice(WithId, Base):
    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_inbox", "user_id", "read_at", "created_at"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]  # review_released, session_opened, session_revealed, action_due, ...
    object_type: Mapped[str]
    object_id: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[dt.datetime]
    read_at: Mapped[dt.datetime | None]
    mailed_at: Mapped[dt.datetime | None]
