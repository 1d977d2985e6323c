"""The application served for a browser, in a thread of the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from playwright.sync_api import BrowserContext
from sqlalchemy import event
from sqlalchemy.orm import Session
from waitress import create_server
from werkzeug.routing import Rule

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
_compile = Rule.compile
_compiled: dict[tuple[object, ...], Rule] = {}


def _compile_once(rule: Rule) -> None:
    """What a rule compiles to is a function of its pattern: most of what each test's new application costs."""
    key = (rule.rule, rule.subdomain, rule.merge_slashes, rule.build_only, repr(rule.defaults))
    if key not in _compiled:
        _compile(rule)
        _compiled[key] = rule
        return
    first = _compiled[key]
    rule._parts, rule._trace, rule._converters = first._parts, first._trace, first._converters
    rule.arguments = first.arguments
    rule._build = partial(first._build.__func__, rule)
    rule._build_unknown = partial(first._build_unknown.__func__, rule)


keep: Any = Rule
keep.compile = _compile_once


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
    app = create_app(settings)
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
