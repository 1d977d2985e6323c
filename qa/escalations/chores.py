"""What the runner does for this room: an escalation for each ticket that the help desk marked."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core.db import reading
from qa.escalations import service
from qa.tickets.models import IntakeRun

EVERY = dt.timedelta(minutes=1)


class FromIntake:
    """Looks once a minute whether an intake has ended since; only then does it read tickets."""

    def __init__(self) -> None:
        self._next: dt.datetime | None = None
        self._seen: dt.datetime | None = None
        self._begun = False

    def tick(self, session: Session, now: dt.datetime) -> int:
        """Keep what is marked and not kept yet, some at a time; how many."""
        if self._next is not None and now < self._next:
            return 0
        self._next = now + EVERY
        with reading():
            newest = session.scalar(select(func.max(IntakeRun.finished_at)))
            session.rollback()
        if self._begun and newest == self._seen:
            return 0
        self._begun, self._seen = True, newest
        kept = 0
        while rows := self._marked(session):
            service.keep_marked(session, rows, now=now)
            session.commit()
            kept += len(rows)
        service.close_solved(session)
        session.commit()
        return kept

    @staticmethod
    def _marked(session: Session) -> Sequence[Any]:
        """What is to be kept, read while nobody waits to write."""
        with reading():
            rows = service.marked(session)
            session.rollback()
        return rows
