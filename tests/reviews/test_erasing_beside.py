"""The text of a ticket is erased while it is scored: what is in no longer waits for what will not come."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import ConflictError
from qa.notices.models import Notice
from qa.reviews import submitting, tasks
from qa.reviews.companions import service as companions
from qa.rubric_library.models import RubricVersion
from qa.sampling.models import Assignment, Purpose
from qa.tickets import erasing, jobs
from tests.reviews.desk import Desk
from tests.support.builders import RING, make_assignment, make_review
from tests.support.cast import Cast


def erase(app: Flask, desk: Desk) -> None:
    """As the admin's page does it, or the rule of the source."""
    ticket_id = desk.handled.ticket.id
    desk.session.commit()
    with app.app_context():
        erasing.erase_tickets(db.session(), RING, jobs.journal(), [ticket_id], reason="asked", by=None, now=utcnow())
    desk.session.expire_all()


def beside(desk: Desk, cast: Cast, purpose: Purpose) -> Assignment:
    """Somebody else has the same part to score."""
    user = cast.sam if purpose == Purpose.SELF else cast.rob
    version = desk.session.get_one(RubricVersion, desk.task.rubric_version_id)
    other = make_assignment(desk.session, desk.handled, user, version, purpose=purpose, position=1)
    desk.session.commit()
    return other


def test_a_review_is_opened_when_its_hidden_second_one_will_not_come(app: Flask, desk: Desk, cast: Cast) -> None:
    second = beside(desk, cast, Purpose.DOUBLE)
    review = make_review(desk.session, desk.handled, desk.task, at=utcnow())
    before = review.sealed

    erase(app, desk)

    assert (before, review.sealed) == (True, False)
    assert (desk.task.state, second.state) == ("submitted", "withdrawn")


def test_a_bridge_s_score_is_opened_when_the_other_will_not_come(app: Flask, desk: Desk, cast: Cast) -> None:
    desk.task.purpose = Purpose.BRIDGE
    beside(desk, cast, Purpose.BRIDGE)
    review = make_review(desk.session, desk.handled, desk.task, at=utcnow())
    before = review.sealed

    erase(app, desk)

    assert (before, review.sealed) == (True, False)


def test_a_review_is_released_when_its_specialist_s_own_score_will_not_come(app: Flask, desk: Desk, cast: Cast) -> None:
    beside(desk, cast, Purpose.SELF)
    review = make_review(desk.session, desk.handled, desk.task, at=utcnow())
    before = review.released_at

    erase(app, desk)

    assert before is None
    assert review.released_at is not None
    told = select(Notice.user_id).where(Notice.kind == "review_released", Notice.object_id == str(review.id))
    assert desk.session.scalars(told).all() == [cast.sam.id]


def test_a_review_of_an_erased_text_is_not_taken_back(app: Flask, desk: Desk) -> None:
    desk.answer_all()
    assert desk.submit().status_code == 200

    erase(app, desk)
    refused = desk.client.post_form(f"{desk.path}/undo")

    assert refused.status_code == 409
    assert "text was erased meanwhile" in refused.get_data(as_text=True)
    assert (desk.review().state, desk.task.state) == ("submitted", "submitted")


def test_a_submit_does_not_overwrite_what_was_withdrawn_at_the_same_moment(
    desk: Desk, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.answer_all()
    seen = tasks.task_of(session, desk.task.id)
    session.execute(
        update(Assignment)
        .where(Assignment.id == desk.task.id)
        .values(state="withdrawn")
        .execution_options(synchronize_session=False)
    )
    monkeypatch.setattr(submitting, "locked", lambda session, task: task)  # as one who looked a moment too early
    zone: Any = None

    with pytest.raises(ConflictError, match="left your queue") as told:
        submitting.submit(session, seen, version=desk.version, setting=cast.setting, zone=zone, now=utcnow())

    assert told.value.state == {"gone": True}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at any time
def test_an_erasure_waits_for_whoever_changes_the_part_s_scores_and_notes_nothing_before(
    desk: Desk, session: Session, tmp_path: Path
) -> None:
    companions.one_at_a_time(session, desk.task.part_id)
    journal = erasing.Journal(tmp_path)

    with session.get_bind().engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '30ms'"))
        connection.commit()
        with Session(connection) as other, pytest.raises(OperationalError, match="lock timeout"):
            erasing.erase_tickets(other, RING, journal, [desk.handled.ticket.id], reason="asked", by=None, now=utcnow())
        connection.invalidate()  # its setting goes with it

    assert list(journal.erased()) == []
    session.rollback()
