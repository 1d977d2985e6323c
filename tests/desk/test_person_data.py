"""One employee's data: told on request; erased while ids, scores and the audit trail stay."""

import json
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import inspect, select, text, update
from sqlalchemy.orm import Session

from qa.coaching.meetings.models import CoachingSeries, CoachingSeriesDay
from qa.coaching.wait_lists.models import WaitList, WaitPlace
from qa.core.db import db
from qa.people.models import AgentIdentity, Skill, User
from qa.reviews.models import Answer, ReviewRevision
from qa.tickets import erasing
from qa.tickets.agents import Directory
from qa.tickets.intake.base import AgentRecord
from qa.tickets.jobs import journal
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, TODAY, Cast

CANARY = "canary4471"


@pytest.fixture
def sam(app: Flask, session: Session, cast: Cast) -> User:
    """Sam with the canary wherever his name, address or work is written about."""
    cast.sam.name, cast.sam.email = f"Sam {CANARY}", f"{CANARY}@example.com"
    cast.sam.preferences = {"note": CANARY}
    session.add(Skill(user_id=cast.sam.id, kind="language", value=CANARY, valid_from=TODAY))
    handled = make_ticket(session, cast)
    session.execute(
        update(AgentIdentity)
        .where(AgentIdentity.user_id == cast.sam.id)
        .values(name=f"Sam {CANARY}", email=cast.sam.email)
    )
    version = publish_rubric(session, cast)
    assignment = make_assignment(session, handled, cast.rita, version)
    make_review(session, handled, assignment, comments={"tone": f"{CANARY} was curt."})
    session.execute(update(ReviewRevision).values(summary=CANARY, internal_note=CANARY))
    _in_coaching(session, cast)
    session.commit()
    return cast.sam


def _in_coaching(session: Session, cast: Cast) -> None:
    """Why Sam could not wait for his plan, and a day of a series as earlier versions kept it."""
    series = CoachingSeries(
        specialist_id=cast.sam.id,
        lead_id=cast.lena.id,
        rhythm="weekly",
        starts_on=TODAY,
        minute_of_day=600,
        minutes=30,
        place="",
        agenda="",
        next_on=TODAY,
        created_at=NOW,
    )
    lot = WaitList(
        programme_id=cast.programme.id,
        title="Spring",
        starts_on=TODAY,
        weeks=8,
        first_size=1,
        seed="00",
        digest="00",
        drawn_at=NOW,
        drawn_by_id=cast.quinn.id,
    )
    session.add_all([series, lot])
    session.flush()
    session.add(CoachingSeriesDay(series_id=series.id, day=TODAY, skipped=f"Sam {CANARY} is away", created_at=NOW))
    session.add(
        WaitPlace(
            list_id=lot.id,
            user_id=cast.sam.id,
            position=1,
            wave=1,
            starts_on=TODAY,
            left_at=NOW,
            left_reason=f"{CANARY} asked for help",
        )
    )


def tables_that_say_it(session: Session) -> list[str]:
    return [
        name
        for name in inspect(session.get_bind()).get_table_names()
        if not name.startswith("ticket_search")
        and any(CANARY in str(tuple(row)) for row in session.execute(text(f'SELECT * FROM "{name}"')))
    ]


def test_everything_of_a_person_is_told_and_no_secret(sam: User, flask_command: Callable[..., Result]) -> None:
    answer = flask_command("person", "export", sam.email)

    told: dict[str, Any] = json.loads(answer.output)
    assert told["person"]["name"] == f"Sam {CANARY}"
    assert [each["value"] for each in told["skill"]] == [CANARY]
    assert f"{CANARY} was curt." in {each["comment"] for each in told["answers_in_them"]}
    assert [each["left_reason"] for each in told["wait_place"]] == [f"{CANARY} asked for help"]
    assert "password_hash" not in answer.output


def test_an_erased_person_is_named_nowhere_and_the_scores_stay(
    sam: User, app: Flask, session: Session, flask_command: Callable[..., Result]
) -> None:
    user_id, email = sam.id, sam.email
    scores = session.execute(select(ReviewRevision.id, ReviewRevision.score, ReviewRevision.outcome)).all()
    levels = session.execute(select(Answer.criterion_key, Answer.level_key).order_by(Answer.id)).all()

    still_open = flask_command("person", "erase", email, "--yes")
    sam.active = False
    session.commit()
    asked = flask_command("person", "erase", email)
    named_before = tables_that_say_it(session)
    erased = flask_command("person", "erase", email, "--yes")

    assert (still_open.exit_code, "is open: close it first" in still_open.output) == (1, True)
    assert "--yes does it" in asked.output
    assert {"person", "answer", "review_revision", "skill", "coaching_series_day", "wait_place"} <= set(named_before)
    assert erased.output.strip() == f"Person {user_id} was erased."
    assert tables_that_say_it(session) == []
    assert session.execute(select(ReviewRevision.id, ReviewRevision.score, ReviewRevision.outcome)).all() == scores
    assert session.execute(select(Answer.criterion_key, Answer.level_key).order_by(Answer.id)).all() == levels
    assert flask_command("audit", "verify").exit_code == 0
    with app.app_context():
        assert list(journal().erased("person")) == [user_id]
        assert list(journal().erased()) == []


def test_no_later_export_of_the_help_desk_names_an_erased_person_again(
    sam: User, app: Flask, session: Session, flask_command: Callable[..., Result]
) -> None:
    identity = session.scalars(select(AgentIdentity).where(AgentIdentity.user_id == sam.id)).one()
    told = AgentRecord(external_id=identity.external_id, name=f"Sam {CANARY}", email=f"{CANARY}@example.com")
    source_id, email = identity.source_id, sam.email
    sam.active = False
    session.commit()
    flask_command("person", "erase", email, "--yes")

    with app.app_context():
        directory = Directory(source_id, ZoneInfo("UTC"))
        directory.load(db.session())
        directory.ensure(db.session(), [told])

    assert tables_that_say_it(session) == []


def test_who_was_erased_is_erased_again_after_an_older_backup(
    sam: User, app: Flask, session: Session, flask_command: Callable[..., Result]
) -> None:
    with app.app_context():
        erasing.Journal(app.extensions["fairmark"].instance).note([sam.id], sam.created_at, "person")

    first, second = flask_command("person", "replay"), flask_command("person", "replay")

    assert first.output.strip() == "1 person was erased again."
    assert second.output.strip() == "0 people were erased again."
    assert tables_that_say_it(session) == []
