"""Jobs that come with the time: written once each, by name and period, whichever process looks first."""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.core import jobs
from qa.core.db import reading
from qa.core.jobs import Job


class PeriodicJobs(ABC):
    """Writes the jobs that are due; it looks once a minute and remembers what it wrote."""

    def __init__(self) -> None:
        self._written: set[tuple[str, str]] = set()
        self._looked: tuple[int, int] | None = None

    def tick(self, session: Session, now: dt.datetime) -> None:
        """Look, unless it looked in this minute already."""
        if self._looked == (now.hour, now.minute):
            return
        self._looked = now.hour, now.minute
        with reading():
            wanted = self.wanted(session, now)
            session.rollback()
        for (name, period), payload in wanted.items():
            if (name, period) in self._written:
                continue
            try:
                if session.scalar(select(Job.id).where(Job.name == name, Job.period == period)) is None:
                    jobs.enqueue(session, name, payload, by=None, now=now, period=period)
                session.commit()
            except IntegrityError:  # another process was faster
                session.rollback()
            self._written.add((name, period))

    @abstractmethod
    def wanted(self, session: Session, now: dt.datetime) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """The jobs that are due, by name and period, with their payloads."""
