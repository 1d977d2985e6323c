"""Many writers at once, each as a request would write: read a row, decide, write it, commit.

Run as a program it is one process of several: ``python -m tests.core.writers URL INSTANCE JOB THREADS TIMES``.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event, Thread

from flask import Flask
from sqlalchemy import select

from qa.app import create_app
from qa.config import Settings
from qa.core import audit
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.jobs import Job


def count_up(app: Flask, job_id: int, *, threads: int, times: int) -> Counter[str]:
    """How often each outcome was met when so many threads count the same row up, so many times each."""
    start = Barrier(threads)

    def work(_: int) -> Counter[str]:
        outcomes: Counter[str] = Counter()
        start.wait(timeout=60)
        for _ in range(times):
            try:
                with app.app_context():
                    count_once(job_id)
            except Exception as error:  # noqa: BLE001 - every kind is counted: the test names those it got
                outcomes[type(error).__name__] += 1
            else:
                outcomes["done"] += 1
        return outcomes

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(work, range(threads)), Counter())


def count_once(job_id: int) -> None:
    """One use case: what it reads decides what it writes, and it leaves a trace in the same transaction."""
    session = db.session()
    job = session.scalars(select(Job).where(Job.id == job_id).with_for_update()).one()
    job.done = job.done + 1
    audit.record(session, action="count", object_type="job", object_id=job_id, actor_id=None, now=utcnow())
    db.session.commit()


class in_background:  # noqa: N801 - reads as a sentence where it is used
    """A writer in another thread that has written and not yet committed, for as long as the block lasts."""

    def __init__(self, app: Flask, write: Callable[[], object]) -> None:
        self.app, self.write = app, write
        self.written, self.enough = Event(), Event()
        self.thread = Thread(target=self.run)

    def run(self) -> None:
        with self.app.app_context():
            self.write()
            db.session.flush()
            self.written.set()
            self.enough.wait(timeout=30)
            db.session.commit()

    def __enter__(self) -> None:
        self.thread.start()
        assert self.written.wait(timeout=30)

    def __exit__(self, *_: object) -> None:
        self.enough.set()
        self.thread.join(timeout=30)


def main(url: str, instance: str, job_id: str, threads: str, times: str) -> None:
    app = create_app(Settings.for_tests(database_url=url, instance=Path(instance)))
    print(json.dumps(count_up(app, int(job_id), threads=int(threads), times=int(times))))
    with app.app_context():
        db.engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
