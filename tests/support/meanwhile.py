"""Two transactions at the same time: what one does between another's first statement and its commit."""

from collections.abc import Callable
from threading import Thread

from flask import Flask
from sqlalchemy.orm import Session

from qa.core.db import db

MOMENT = 0.2  # seconds: a transaction that nothing holds up is through by then


class Meanwhile:
    """Another transaction: it begins when this is first called, which then gives it a moment to be through.

    Whoever calls it from within a transaction of its own and has made it wait goes on, commits, and asks ``result``.
    """

    def __init__(self, app: Flask, work: Callable[[Session], object]) -> None:
        self._app, self._work = app, work
        self._thread = Thread(target=self._run)
        self._results: list[object] = []
        self._failures: list[BaseException] = []

    def __call__(self) -> None:
        if self._thread.ident is None:
            self._thread.start()
            self._thread.join(MOMENT)

    def _run(self) -> None:
        try:
            with self._app.app_context():
                self._results.append(self._work(db.session()))
                db.session.commit()
        except BaseException as failure:  # noqa: BLE001 - told by the test's own thread
            self._failures.append(failure)

    def result(self) -> object:
        """What it gave once it was committed; what it raised is raised here."""
        assert self._thread.ident is not None, "it never began"
        self._thread.join(30)
        assert not self._thread.is_alive(), "it waits for ever"
        for failure in self._failures:
            raise failure
        return self._results[0]
