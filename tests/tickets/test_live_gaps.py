"""Live pulls of accounts that lack something: ratings of the plan, a ticket that is gone when it is asked for."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.tickets.models import ConversationRevision, IntakeReject
from tests.support.cast import Cast
from tests.support.client import CheckingClient
from tests.tickets.desk_server import Fault, serve, zendesk
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
