"""Saves of the scoring page: kept once, in order, and never on top of what the window has not seen."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core.db import db
from qa.core.errors import ConflictError, InvalidInputError
from qa.people.queries import zone_of
from qa.reviews import saving, submitting, tasks
from qa.reviews.models import Answer, Evidence, Review, ReviewRevision
from qa.reviews.rules import Save, SavedAnswer, passage_digest, read_save
from qa.sampling.pool import end_leases
from qa.tickets.models import ConversationRevision
from tests.reviews.desk import Desk, level, new_save_id
from tests.support.builders import MESSAGES
from tests.support.cast import NOW, Cast
from tests.support.client import CheckingClient
from tests.support.meanwhile import Meanwhile

TEXTS = {"m2": MESSAGES[1][1]}
LENGTH = len(TEXTS["m2"])


def save_and_submit(
    session: Session, task: tasks.Task, change: Save, texts: Mapping[str, str], cast: Cast
) -> submitting.Sent | None:
    setting = cast.setting
    return submitting.save_and_submit(
        session, task, change, texts=texts, setting=setting, zone=zone_of(setting), now=NOW
    )


def only_save(session: Session, task: tasks.Task, change: Save, texts: Mapping[str, str], _: Cast) -> saving.Draft:
    return saving.save(session, task, change, texts=texts, now=NOW)


def test_a_save_is_kept_and_opening_the_page_alone_begins_nothing(desk: Desk, session: Session) -> None:
    desk.client.get(desk.path)
    before = session.scalar(select(func.count(Review.id)))

    response = desk.send(level("correct", "partly", comment=" Half of it. "), internal_note="Ask Lena.")

    assert before == 0
    assert response.status_code == 200
    assert (response.get_json()["answered"], response.get_json()["total"]) == (1, 3)
    assert desk.kept() == {"correct": "partly"}
    page = desk.client.get(desk.path).get_data(as_text=True)
    assert "Half of it." in page
    assert "Ask Lena." in page


def test_an_answer_is_kept_whole_by_the_first_save_as_by_a_later_one(desk: Desk, session: Session) -> None:
    # A first answer that is a level and no more goes another way than one that says more.
    columns = (Answer.criterion_key, Answer.level_key, Answer.comment, Answer.root_causes, Answer.praise)
    rest = (Answer.percentage, Answer.not_applicable, Answer.not_applicable_reason, Answer.internal_note)
    answers = (level("correct", "full"), level("tone", "met", comment="Warm.", praise=True))

    def kept() -> list[tuple[Any, ...]]:
        session.expire_all()
        return [tuple(row) for row in session.execute(select(*columns, *rest).order_by(Answer.criterion_key))]

    desk.send(*answers)
    at_first = kept()
    desk.send(*answers)

    nothing_more = (None, False, "", "")
    assert at_first == [
        ("correct", "full", "", [], False, *nothing_more),
        ("tone", "met", "Warm.", [], True, *nothing_more),
    ]
    assert kept() == at_first


def test_what_is_typed_is_kept_without_addresses_and_numbers_and_its_writer_is_told(desk: Desk) -> None:
    typed = {"comment": " Call +44 20 7946 0958. ", "internal_note": "From ann@example.org."}

    saved = desk.send(
        level("tone", "missed", **typed), level("correct", "full", comment="Right."), internal_note="No 1."
    )
    incomplete = desk.submit_with({"criterion": "privacy", "comment": "See ann@example.org"})

    assert saved.get_json()["redacted"] == {"tone": "Call [phone]."}
    assert incomplete.status_code == 422
    assert incomplete.get_json()["redacted"] == {"privacy": "See [email]"}
    page = desk.client.get(desk.path).get_data(as_text=True)
    assert "Call [phone]." in page
    assert "7946" not in page
    desk.version = incomplete.get_json()["version"]
    note = desk.send(internal_note="From ann@example.org.")
    assert note.get_json()["redacted"] == {"": "From [email]."}


def test_the_same_save_twice_counts_once(desk: Desk) -> None:
    save_id = new_save_id()
    first = desk.send(level("tone", "met"), save_id=save_id, active_seconds=30)
    desk.version = 0  # the answer was lost on its way, so the window sends the very same again

    again = desk.send(level("tone", "met"), save_id=save_id, active_seconds=30)

    assert first.get_json()["version"] == again.get_json()["version"] == 1
    assert desk.review().active_seconds == 30
    assert desk.kept() == {"tone": "met"}


def test_two_windows_do_not_overwrite_each_other(desk: Desk, sign_in: Callable[..., CheckingClient]) -> None:
    other = replace(desk, client=sign_in(desk.user))
    desk.send(level("correct", "full"))
    refused = other.send(level("correct", "wrong", comment="No."))
    kept_after_refusal = desk.kept()
    other.version = refused.get_json()["version"]

    merged = other.send(level("tone", "missed"))

    assert refused.status_code == 409
    assert refused.get_json()["version"] == 1
    assert refused.get_json()["stale"] is True
    assert kept_after_refusal == {"correct": "full"}
    assert merged.status_code == 200
    assert desk.kept() == {"correct": "full", "tone": "missed"}


def test_two_windows_that_begin_a_review_at_the_same_moment_make_one_draft(app: Flask, desk: Desk) -> None:
    assignment_id, conversation_id = desk.task.id, desk.handled.revision.id
    desk.session.commit()

    def save(session: Session, save_id: str = "the-very-same") -> int:
        answer = SavedAnswer(criterion_key="tone", level_key="met")
        change = Save(
            save_id=save_id,
            version=0,
            answers=(answer,),
            internal_note=None,
            active_seconds=9,
            conversation_revision_id=conversation_id,
        )
        return saving.save(session, tasks.task_of(session, assignment_id), change, texts={}, now=NOW).version

    again, other = Meanwhile(app, save), Meanwhile(app, partial(save, save_id="another-window"))
    with app.app_context():
        first = save(db.session())
        again()
        other()
        db.session.commit()

    assert (first, again.result(), desk.review().active_seconds) == (1, 1, 9)
    with pytest.raises(ConflictError) as refused:
        other.result()
    assert refused.value.state == {"version": 1, "stale": True}


def test_a_part_that_went_back_to_the_pool_a_moment_ago_is_not_begun(desk: Desk, session: Session, cast: Cast) -> None:
    desk.task.leased_until = NOW
    task = tasks.task_of(session, desk.task.id)
    end_leases(session, now=NOW + dt.timedelta(days=1))
    change = read_save(
        {"save_id": new_save_id(), "version": 0, "conversation_revision": desk.handled.revision.id}, task.rubric
    )

    with pytest.raises(ConflictError, match="handed to somebody else"):
        saving.save(session, task, change, texts={}, now=NOW)
    whole = read_save(desk.saved(*desk.all_answers()), task.rubric)
    with pytest.raises(ConflictError) as told:
        save_and_submit(session, task, whole, TEXTS, cast)

    assert told.value.state == {"gone": True}
    assert session.scalar(select(func.count(Review.id))) == 0


@pytest.mark.parametrize("send", [only_save, save_and_submit])
@pytest.mark.parametrize(
    "unfit",
    [
        pytest.param({"passage": LENGTH + 1}, id="a passage beyond its message"),
        pytest.param({"conversation_revision": 2**40}, id="a conversation of no ticket"),
        pytest.param({"version": 3}, id="a draft that there never was"),
    ],
)
def test_what_is_refused_before_there_was_a_draft_leaves_nothing_whatever_its_caller_does(
    desk: Desk, session: Session, cast: Cast, send: Callable[..., object], unfit: dict[str, Any]
) -> None:
    desk.task.leased_until = lent = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    task = tasks.task_of(session, desk.task.id)
    told = {key: value for key, value in unfit.items() if key != "passage"}
    whole = desk.saved(*desk.all_answers(), **told)
    whole["answers"][-1]["pins"][0]["end"] = unfit.get("passage", 9)
    change = read_save(whole, task.rubric)

    with pytest.raises((ConflictError, InvalidInputError)):
        send(session, task, change, TEXTS, cast)
    session.commit()

    session.refresh(desk.task)
    assert (desk.task.state, desk.task.leased_until, desk.task.ended_at) == ("open", lent, None)
    assert [session.scalar(select(func.count()).select_from(each)) for each in (Review, ReviewRevision)] == [0, 0]


def test_a_late_save_never_undoes_a_later_one(desk: Desk) -> None:
    slow = {"save_id": new_save_id(), "version": 0}
    versions = [desk.send(level("tone", chosen)).get_json()["version"] for chosen in ("missed", "met")]

    late = desk.send(level("tone", "missed"), **slow)

    assert versions == [1, 2]
    assert late.status_code == 409
    assert desk.kept() == {"tone": "met"}


def test_a_save_that_does_not_fit_is_refused_as_a_whole(desk: Desk, session: Session) -> None:
    desk.send(level("privacy", "met"))
    unfit = [
        level("politeness", "met"),
        level("tone", "superb"),
        {"criterion": "tone", "not_applicable": True},
        level("tone", "met", pins=[{"message": "m2", "start": 0, "end": LENGTH + 1}]),
        level("tone", "met", pins=[{"message": "m99", "start": 0, "end": 1}]),
        level("tone", "met", pins=[{"message": "m2", "start": 6, "end": 5}]),
    ]

    answers = [desk.send(level("correct", "full"), each).status_code for each in unfit]

    assert answers == [422] * len(unfit)
    assert desk.kept() == {"privacy": "met"}
    assert session.scalar(select(func.count(Evidence.id))) == 0


def test_a_first_save_judges_a_conversation_of_its_own_ticket(desk: Desk, session: Session) -> None:
    response = desk.send(level("tone", "met"), conversation_revision=desk.handled.revision.id + 1000)

    assert response.status_code == 422
    assert session.scalar(select(func.count(Review.id))) == 0


def test_a_page_that_lay_open_judges_the_conversation_it_showed(desk: Desk, session: Session) -> None:
    shown = desk.handled.revision
    session.add(
        ConversationRevision(
            ticket_id=shown.ticket_id,
            n=shown.n + 1,
            digest=shown.digest,
            redaction_version=shown.redaction_version,
            message_count=shown.message_count,
            payload=shown.payload,
            created_at=NOW,
        )
    )
    session.flush()

    response = desk.send(level("tone", "met"))

    assert response.status_code == 200
    assert session.scalars(select(ReviewRevision.conversation_revision_id)).all() == [shown.id]


def test_pins_are_kept_with_a_digest_of_their_words_and_replaced_with_their_answer(
    desk: Desk, session: Session
) -> None:
    desk.send(level("tone", "met", pins=[{"message": "m2", "start": 0, "end": LENGTH}]))

    desk.send(level("tone", "met", pins=[{"message": "m5", "start": 0, "end": 4}]))

    evidence = session.scalars(select(Evidence)).one()
    assert (evidence.message_id, evidence.start, evidence.end) == ("m5", 0, 4)
    assert evidence.digest == passage_digest("Glad")


def test_nobody_else_reads_or_saves_into_somebodys_assignment(
    desk: Desk, cast: Cast, sign_in: Callable[..., CheckingClient]
) -> None:
    windows = [replace(desk, client=sign_in(who)) for who in (cast.rob, cast.quinn, cast.otto, cast.lena)]

    answers = [
        (window.send(level("tone", "met")).status_code, window.client.get(desk.path).status_code) for window in windows
    ]
    without_token = desk.client.post(f"{desk.path}/answers", json={}, headers={"Accept": "application/json"})

    assert answers == [(404, 404)] * 4
    assert without_token.status_code == 400


def test_nothing_of_a_score_is_told_before_the_submit_unless_the_programme_wants_it(
    desk: Desk, session: Session, cast: Cast
) -> None:
    def says_a_score() -> bool:
        page = desk.client.get(desk.path).get_data(as_text=True)
        return "score" in answer.get_json() or '"score"' in page or "data-live" in page

    answer = desk.send(level("correct", "partly"))
    silent = not says_a_score()
    session.merge(cast.setting).live_score = True
    session.commit()

    told = [desk.send(level(key, "met")).get_json()["score"] for key in ("tone", "privacy")]

    assert silent
    # Correct 1 of 2 points of weight 2, tone 1 of weight 1: 2/3 of the one section that is begun.
    # With privacy met: 60 % x 2/3 + 40 % x 1.
    assert told == ["66.7", "80.0"]
    page = desk.client.get(desk.path).get_data(as_text=True)
    assert "so far 80.0" in page
    assert "passed" not in page
