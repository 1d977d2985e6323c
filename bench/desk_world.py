"""Reviewers with full queues to measure the review desk with: 12 criteria, conversations of eight messages.

The same people, rubric and tickets on either engine, written through the tests' builders; conversations are encrypted
and the rubric is published by two people, as in an operation.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from qa.app import create_app
from qa.config import Settings
from qa.core.access import Role
from qa.core.clock import utcnow
from qa.core.db import db
from qa.people.models import Clearance, User
from tests.support import engines
from tests.support.builders import make_assignment, make_ticket, publish_rubric
from tests.support.cast import SINCE, Cast, make_cast, person
from tests.support.client import open_session

CRITERIA = 12
SENTENCE = "I looked at the account and the payout of last month was sent on Monday to the bank that you named. "
MESSAGES = tuple(
    ("specialist" if n % 2 else "customer", SENTENCE * length) for n, length in enumerate((3, 4, 1, 4, 2, 3, 2, 1))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part in a reviewer's queue."""

    assignment_id: int
    conversation_revision_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """Somebody signed in, with what waits for them."""

    user_id: int
    token: str
    parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A running application with reviewers at work."""

    app: Flask
    settings: Settings
    reviewers: list[Reviewer]


def rubric_text() -> str:
    """Twelve criteria in three sections, four levels each with anchors, guidance and root causes."""
    lines = ["format: 1", "key: bench", "name: Bench", 'version: "1.0"', "pass_mark: 80", "sections:"]
    for section in range(3):
        lines += [f"  - key: s{section}", f"    name: Section {section}", "    weight: 1", "    criteria:"]
        for place in range(CRITERIA // 3):
            key = f"c{section * CRITERIA // 3 + place}"
            lines += [
                f"      - key: {key}",
                f"        name: Criterion {key}",
                f"        question: How well did the specialist do in matter {key}, with what was known at the time?",
                "        weight: 1",
                "        na_allowed: true",
                f"        guidance: {SENTENCE.strip()}",
                "        scale:",
                "          kind: levels",
                "          levels:",
            ]
            for points in (3, 2, 1, 0):
                failing = ", failing: true" if points == 0 else ""
                lines += [f"            - {{key: l{points}, name: Level {points}, points: {points}{failing}, "]
                lines += [f"               anchor: It was done as level {points} says and no better than that.}}"]
            lines += ["        root_causes:"]
            lines += [f"          - {{key: r{n}, name: Root cause number {n}}}" for n in range(4)]
    return "\n".join(lines) + "\n"


def fill(session: Session, settings: Settings, *, reviewers: int, parts: int) -> list[Reviewer]:
    """Everybody and everything; commits."""
    cast = make_cast(session)
    version = publish_rubric(session, cast, text=rubric_text(), key="bench")
    found = []
    for n in range(reviewers):
        user = _reviewer(session, cast, n)
        one = Reviewer(user_id=user.id, token=open_session(session, user, settings))
        for place in range(parts):
            handled = make_ticket(session, cast, messages=MESSAGES)
            due = utcnow().date() + dt.timedelta(days=place)
            task = make_assignment(session, handled, user, version, position=place, due_on=due)
            one.parts.append(Part(assignment_id=task.id, conversation_revision_id=handled.revision.id))
        session.commit()
        found.append(one)
    return found


def _reviewer(session: Session, cast: Cast, n: int) -> User:
    user = person(session, cast.programme, f"Reviewer{n} Number{n}", Role.REVIEWER)
    session.add(Clearance(user_id=user.id, severity=2, valid_from=SINCE))
    return user


@contextmanager
def world(engine: str, folder: Path, *, reviewers: int, parts: int) -> Iterator[World]:
    """The application as it serves, its job runner aside, over a database of the given engine."""
    with engines.migrated_database(engine, folder) as url:
        settings = Settings.for_tests(database_url=url, instance=folder / "instance")
        with engines.arranging_engine(url) as arranging, Session(arranging) as session:
            people = fill(session, settings, reviewers=reviewers, parts=parts)
        served = replace(settings, rate_limits=True)
        app = create_app(served)
        try:
            yield World(app=app, settings=served, reviewers=people)
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
