"""Notices, one row a person and matter; they carry ids and a kind, never ticket text."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of

DIGESTED = text("digest_id IS NOT NULL")  # a new notice is in no digest: writing it leaves that index alone


class Notice(WithId, Base):
    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_inbox", "user_id", "read_at", "created_at"),
        Index("ix_notice_digest_id", "digest_id", sqlite_where=DIGESTED, postgresql_where=DIGESTED),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]  # review_released, session_opened, session_revealed, action_due, ...
    object_type: Mapped[str]
    object_id: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[dt.datetime]
    read_at: Mapped[dt.datetime | None]
    mailed_at: Mapped[dt.datetime | None]
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("mail_digest.id"))  # in which it is told


class MailDigest(WithId, Base):
    """One e-mail to one person on one day. It holds no text: its words follow from the kinds of its notices.

    ``sending`` is written before the server is spoken to. What stays so, or broke off where the server may have taken
    it, is ``unclear`` and never sent again.
    """

    __tablename__ = "mail_digest"
    __table_args__ = (
        one_of("state", ("waiting", "sending", "sent", "failed", "unclear")),
        UniqueConstraint("user_id", "day"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_a_time"),
        Index("ix_mail_digest_waiting", "state", "not_before"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    day: Mapped[dt.date]
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[dt.datetime]
    error: Mapped[str | None]  # what the server said, without the address
    created_at: Mapped[dt.datetime]
    claimed_at: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
