"""The application served for a browser, in a thread of the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from argon2 import PasswordHasher
from flask import Flask
from playwright.sync_api import BrowserContext
from sqlalchemy import event
from sqlalchemy.orm import Session
from waitress import create_server
from werkzeug.routing import Map, RuleFactory

from qa.app import create_app
from qa.config import Settings
from qa.core.db import db
from qa.people import passwords, sessions
from qa.people.models import User
from tests.support.client import open_session
from tests.support.engines import bytecode_cache, share_compiled

THREADS = 8
# Argon2 takes its time by design; a test that signs in wants to get in. What the product spends has a test of its own.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
_routes: Map | None = None


class BorrowedMap(Map):
    """The routes of another application until one is added here; which they are depends on no setting.

    Binding three hundred of them is most of what each test's new application would cost.
    """

    def __init__(self, lender: Map) -> None:
        self.__dict__.update(lender.__dict__)
        self.lender: Map | None = lender

    def add(self, rulefactory: RuleFactory) -> None:
        if self.lender is not None:
            own = Map([rule.empty() for rule in self.lender.iter_rules()])
            self.__dict__.update(own.__dict__, lender=None)
        super().add(rulefactory)


def _keep_view(app: Flask, rule: str, endpoint: str | None = None, view_func: Any = None, *_: Any, **__: Any) -> None:
    app.view_functions[endpoint or view_func.__name__] = view_func


def _create_app(settings: Settings) -> Flask:
    global _routes
    if _routes is None:
        app = create_app(settings)
        _routes = app.url_map
        _routes.update()
        app.url_map = BorrowedMap(_routes)
        return app
    lender = _routes
    with (
        patch.object(Flask, "url_map_class", staticmethod(lambda **_: BorrowedMap(lender))),
        patch.object(Flask, "add_url_rule", _keep_view),
    ):
        return create_app(settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveServer:
    """Where it listens, and the session in which the test arranges and asserts."""

    url: str
    app: Flask
    session: Session

    def sign_in(self, context: BrowserContext, user: User) -> None:
        """Sign this browser in as somebody, without the cost of a password."""
        token = open_session(self.session, user, self.app.extensions["fairmark"])
        context.add_cookies(
            [{"name": sessions.COOKIE, "value": token, "url": self.url, "httpOnly": True, "sameSite": "Lax"}]
        )


@contextmanager
def serve(settings: Settings, session: Session, *, chores: bool) -> Iterator[LiveServer]:
    """The application on a free port, with its job runner, until the end of the block."""
    app = make_app(replace(settings, embedded_runner=True))
    if not chores:
        app.extensions["runner"].chores = ()
    server = create_server(app, host="127.0.0.1", port=0, threads=THREADS)
    closing = threading.Event()

    def run() -> None:
        try:
            server.run()
        except OSError:  # its loop may be about to look at a socket that has just been closed
            if not closing.is_set():
                raise

    thread = threading.Thread(target=run, name="live-server", daemon=True)
    thread.start()
    try:
        yield LiveServer(url=f"http://127.0.0.1:{server.effective_port}", app=app, session=session)
    finally:
        session.rollback()
        if app.extensions["runner"].started:
            app.extensions["runner"].stop()
        server.task_dispatcher.shutdown()
        closing.set()
        server.close()
        thread.join(timeout=10)
        close_app(app)


def make_app(settings: Settings, *, durable: bool = False) -> Flask:
    """The application of one test; templates compiled by an earlier one are used again.

    Unless ``durable``, SQLite waits for no disk, as the tests' PostgreSQL does not: what it keeps is thrown away.
    """
    app = _create_app(settings)
    app.jinja_env.bytecode_cache = bytecode_cache()
    with app.app_context():
        share_compiled(db.engine)
        if not durable and settings.database_url.startswith("sqlite"):
            event.listen(db.engine, "connect", _wait_for_no_disk)
    return app


def _wait_for_no_disk(connection: Any, _: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def close_app(app: Flask) -> None:
    """Give its connections back."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
