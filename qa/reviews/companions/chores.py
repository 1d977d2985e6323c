"""What the runner does for this room: invitations that nobody took end with their last day."""

import datetime as dt

from sqlalchemy.orm import Session

from qa.core.db import reading
from qa.reviews.companions import service

A_DAY = dt.timedelta(days=1)  # no programme's day is further ahead of UTC's


class Lapse:
    """Looks once an hour; it writes only when an invitation is past its day."""

    def __init__(self) -> None:
        self._hour: int | None = None

    def tick(self, session: Session, now: dt.datetime) -> int:
        """End what has lapsed; how many."""
        if self._hour == now.hour:
            return 0
        self._hour = now.hour
        with reading():
            due = service.any_due(session, now.date() + A_DAY)
            session.rollback()
        if not due:
            return 0
        ended = service.lapse(session, now=now)
        session.commit()
        return ended
