"""What the runner does for this room: asking the next owner when a time limit has passed."""

import datetime as dt

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from qa.core.db import reading
from qa.incidents import service
from qa.incidents.models import Incident

EVERY = dt.timedelta(seconds=20)


class Escalation:
    """Looks three times a minute, by one indexed read; it writes only when somebody is to be asked."""

    def __init__(self) -> None:
        self._next: dt.datetime | None = None

    def tick(self, session: Session, now: dt.datetime) -> int:
        """Ask whoever is next about each incident that waits too long; how many were asked about."""
        if self._next is not None and now < self._next:
            return 0
        self._next = now + EVERY
        with reading():
            due = session.scalar(select(exists().where(Incident.state == "open", Incident.escalates_at <= now)))
            session.rollback()
        return service.escalate_due(session, now=now) if due else 0
