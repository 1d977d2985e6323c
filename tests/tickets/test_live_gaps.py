"""Live pulls that lack something: ratings of the plan, a ticket that is gone when asked for, their own process."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core.apart import ApartError
from qa.core.jobs import Job
from qa.people.models import Source
from qa.tickets.live.running import BROKEN
from qa.tickets.models import ConversationRevision, IntakeReject, IntakeRun, Ticket
from tests.support.cast import Cast
from tests.support.client import CheckingClient
from tests.tickets.desk_server import Fault, serve, zendesk
from tests.tickets.records import zendesk_comment
from tests.tickets.test_live_desks import DESKS
from tests.tickets.test_live_pulls import changed, connected, pulled, talk, told


@pytest.fixture
def ada(sign_in: Callable[..., CheckingClient], cast: Cast) -> CheckingClient:
    return sign_in(cast.ada)


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize(
    ("kind", "path"),
    [("zendesk", "/api/v2/satisfaction_ratings.json"), ("freshdesk", "/api/v2/surveys/satisfaction_ratings")],
)
def test_an_account_without_ratings_is_pulled_without_them(
    ada: CheckingClient, app: Flask, session: Session, kind: str, path: str, status: int
) -> None:
    answering = zendesk([[changed(1, 5), changed(2, 6)]], talk(1, 2)) if kind == "zendesk" else DESKS[kind]
    with serve(answering) as desk:
        page = connected(ada, desk.url, kind=kind)
        desk.faults.append(Fault(path, status))

        pulled(ada, app, page)

    found = told(session)
    assert (found["state"], found["tickets"]["stored"]) == ("done", 2)
    assert desk.faults == []


def test_a_ticket_that_is_gone_when_asked_for_is_a_reject_and_its_stored_text_stays(
    ada: CheckingClient, app: Flask, session: Session
) -> None:
    gone: set[str] = set()
    changes = {"updated_at": 1_775_500_000}

    def answer(path: str, query: dict[str, str]) -> Any:
        found = None if path in gone else DESKS["intercom"](path, query)
        if path == "/conversations":
            found["conversations"] = [{**each, **changes} for each in found["conversations"]]
        return {**found, **changes} if found is not None and "id" in found else found

    with serve(answer) as desk:
        page = connected(ada, desk.url, kind="intercom")
        pulled(ada, app, page)
        before = told(session)
        revisions = session.scalar(select(func.count(ConversationRevision.id)))
        session.rollback()
        gone.add("/conversations/2")
        changes["updated_at"] += 60
        pulled(ada, app, page)

    after = told(session)
    assert (before["tickets"]["stored"], before["tickets"]["rejected"]) == (2, 0)
    assert (after["state"], after["tickets"]["read"], after["tickets"]["rejected"]) == ("done", 2, 1)
    assert session.scalar(select(func.count(ConversationRevision.id))) == revisions
    assert session.scalars(select(IntakeReject.value)).all() == ["2"]


def test_each_bad_comment_of_a_pull_is_told_with_its_page_and_place_and_only_once(
    ada: CheckingClient, app: Flask, session: Session
) -> None:
    said = talk(1, 2)
    said["2"] += [zendesk_comment(90, 2, created_at=None), zendesk_comment(91, 2, created_at=None)]
    said["2"].append({**said["2"][0], "body": "Hello again, Zebulon Quark here"})
    first = [changed(1, 4), changed(1, 5), changed(2, 6)]  # the first is told again with what is newer
    with serve(zendesk([first, [changed(3, 7)]], {**said, **talk(3)})) as desk:
        page = connected(ada, desk.url)
        desk.faults.append(Fault("/api/v2/tickets/3/comments.json", 429, {"Retry-After": "3600"}))
        pulled(ada, app, page)
        session.execute(update(Source).values(cursor=None))  # cut off before the cursor was stored
        session.execute(update(Ticket).where(Ticket.external_id == "2").values(source_updated_at=None))
        session.execute(update(Job).values(not_before=None))
        session.commit()
        app.extensions["runner"].run_all()

    found = told(session)
    run = session.scalars(select(IntakeRun)).one()
    rejects = session.execute(
        select(IntakeReject.file, IntakeReject.line, IntakeReject.column, IntakeReject.value).order_by(IntakeReject.id)
    ).all()
    shown = ada.get(f"/tickets/intake/{run.id}").get_data(as_text=True)
    listed = ada.get(f"/tickets/intake/{run.id}/rejects.csv").get_data(as_text=True)
    assert [tuple(each) for each in rejects] == [
        ("cursor start", 3, "comments.created_at", ""),
        ("cursor start", 3, "comments.created_at", ""),
        ("cursor start", 3, "comments.id", "20"),
    ]
    assert (found["state"], found["messages"]["rejected"]) == ("done", 3)
    assert 'cursor start,3,comments.id,20,"the same message stands again further on' in listed
    assert "comments.id" in shown
    assert "Quark" not in shown + listed


@pytest.fixture
def served(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are done as by an operator's server, not as in a test."""
    monkeypatch.setitem(app.extensions, "fairmark", replace(settings, testing=False))


@pytest.mark.usefixtures("served")
def test_a_server_lets_a_process_of_its_own_pull(
    ada: CheckingClient,
    app: Flask,
    session: Session,
    flask_command: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lent: list[Sequence[str]] = []

    def command(arguments: Sequence[str], **_: Any) -> Any:
        lent.append(arguments)
        return json.loads(flask_command(*arguments).output.splitlines()[-1])

    monkeypatch.setattr("qa.core.apart.command", command)
    with serve(zendesk([[changed(1, 5), changed(2, 6)]], talk(1, 2))) as desk:
        pulled(ada, app, connected(ada, desk.url))

    [job] = session.scalars(select(Job).where(Job.name == "tickets.pull"))
    found = told(session)
    assert lent == [["take-in", str(job.id)]]
    assert (job.result, found["tickets"]["stored"]) == ({"run": 1, "state": "done"}, 2)


@pytest.mark.usefixtures("served")
def test_a_pull_whose_process_ends_without_a_word_says_so(
    ada: CheckingClient, app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def command(arguments: Sequence[str], **_: Any) -> Any:
        raise ApartError("ended with -9 and said nothing")

    monkeypatch.setattr("qa.core.apart.command", command)
    with serve(zendesk([[changed(1, 5)]], talk(1))) as desk:
        pulled(ada, app, connected(ada, desk.url))

    assert told(session) == {"state": "failed", "error": BROKEN}
