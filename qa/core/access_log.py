"""Who opened which conversation, when and why; buffered, so that reading a page never writes in its transaction."""

import datetime as dt
import threading
from collections import deque
from typing import NamedTuple

from flask import current_app, has_app_context
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from qa.core import audit
from qa.core.orm import Base, BigInt, WithId


class AccessLogEntry(WithId, Base):
    """One opening of one conversation."""

    __tablename__ = "access_log"

    at: Mapped[dt.datetime] = mapped_column(index=True)
    user_id: Mapped[int] = mapped_column(BigInt, index=True)
    ticket_id: Mapped[int] = mapped_column(BigInt, index=True)
    purpose: Mapped[str]


class _Opening(NamedTuple):
    at: dt.datetime
    user_id: int
    ticket_id: int
    purpose: str


class AccessLogBuffer:
    """Openings of this process that are not yet in the table."""

    def __init__(self) -> None:
        self._entries: deque[_Opening] = deque()
        self._flushing = threading.Lock()

    def opened(self, *, user_id: int, ticket_id: int, purpose: str, now: dt.datetime) -> None:
        """Remember an opening; it reaches the table with the next flush."""
        self._entries.append(_Opening(at=now, user_id=user_id, ticket_id=ticket_id, purpose=purpose))

    def waiting(self, since: dt.datetime) -> set[tuple[int, int]]:
        """Who opened which ticket since then, of what is not in the table yet."""
        return {(entry.user_id, entry.ticket_id) for entry in tuple(self._entries) if entry.at >= since}

    def flush(self, session: Session) -> int:
        """Write what is waiting and commit; on a failure it waits for the next turn."""
        with self._flushing:
            waiting = list(self._entries)
            if not waiting:
                return 0
            session.execute(insert(AccessLogEntry), [entry._asdict() for entry in waiting])
            session.commit()
            for _ in waiting:
                self._entries.popleft()
            return len(waiting)


def forget(session: Session, *, before: dt.datetime, now: dt.datetime, most: int = 5_000) -> int:
    """Delete the oldest openings of before then, in one transaction that others need not wait for; how many."""
    oldest = select(AccessLogEntry.id).where(AccessLogEntry.at < before).order_by(AccessLogEntry.at).limit(most)
    gone = int(session.execute(delete(AccessLogEntry).where(AccessLogEntry.id.in_(oldest))).rowcount)  # type: ignore[attr-defined]
    if gone:
        audit.record(
            session,
            action="access_log.forgotten",
            object_type="access_log",
            object_id=before.date().isoformat(),
            actor_id=None,
            now=now,
            detail={"rows": gone},
        )
    return gone


def buffer() -> AccessLogBuffer:
    """The running application's buffer."""
    found: AccessLogBuffer = current_app.extensions["access_log"]
    return found


def pending(*, since: dt.datetime) -> set[tuple[int, int]]:
    """Who opened which ticket, of what no table holds yet; nothing outside the application."""
    return buffer().waiting(since) if has_app_context() else set()
