"""Live pulls against a help desk on this machine: pages, limits, broken connections, repeated and deleted tickets."""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.core.crypto import KeyRing
from qa.core.jobs import Job
from qa.people.models import Source
from qa.tickets.live import connections, running
from qa.tickets.live.addresses import RefusedAddressError, address_for, base_of, is_public
from qa.tickets.live.client import Client
from qa.tickets.models import (
    IntakeRun,
    SourceConnection,
    Ticket,
    TicketFacet,
)
from tests.support.cast import NOW, Cast
from tests.support.client import CheckingClient
from tests.tickets.desk_server import DeskServer, Fault, serve, zendesk
from tests.tickets.records import zendesk_comment, zendesk_ticket
from tests.tickets.shared_cut import cut_of_the_shared_set, rows_of_the_shared_set

TOKEN = "s3cret-Token-of-the-help-desk"
EXPORT = "/api/v2/incremental/tickets/cursor.json"


def changed(number: int, minute: int, **more: Any) -> dict[str, Any]:
    return zendesk_ticket(number, updated_at=f"2026-04-06T11:{minute:02d}:00Z", **more)


def talk(*numbers: int) -> dict[str, list[dict[str, Any]]]:
    return {
        str(number): [
            zendesk_comment(number * 10, number, body="Hello, Zebulon Quark here"),
            zendesk_comment(number * 10 + 1, number, author=1),
        ]
        for number in numbers
    }


@pytest.fixture
def desk() -> Iterator[DeskServer]:
    pages = [
        [changed(100, 5), changed(101, 6)],
        [changed(100, 2, subject="older, told again"), changed(102, 7), changed(103, 8, status="deleted")],
        [changed(101, 9, subject="Changed"), changed(104, 9)],
    ]
    with serve(zendesk(pages, talk(100, 101, 102, 104))) as found:
        yield found


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause is waited for."""
    monkeypatch.setattr("qa.tickets.live.client.FIRST_PAUSE", 0.0)


@pytest.fixture
def ada(sign_in: Callable[..., CheckingClient], cast: Cast) -> CheckingClient:
    return sign_in(cast.ada)


def connected(client: CheckingClient, url: str, **more: str) -> str:
    answer = client.post_form(
        "/tickets/sources",
        {"kind": "zendesk", "name": "", "base_url": url, "user": "sam@example.com", "token": TOKEN,
         "start_on": "2026-04-01", "every_hours": "", **more},
    )  # fmt: skip
    assert answer.status_code == 302, re.findall(r"Error: </span>([^<]*)", answer.get_data(as_text=True))
    location: str = answer.location
    return location


def test_the_command_fetches_what_is_due_and_one_source_when_it_is_named(
    ada: CheckingClient, desk: DeskServer, session: Session, flask_command: Callable[..., Any]
) -> None:
    connected(ada, desk.url, every_hours="6")
    nothing = flask_command("pull")
    session.execute(update(SourceConnection).values(next_pull_at=NOW))
    due = flask_command("pull")
    named = flask_command("pull", "--source", "zendesk", "--json")
    unknown = flask_command("pull", "--source", "nowhere")

    assert nothing.output.strip() == "No live source is due."
    assert due.output.startswith("zendesk: done, tickets: 6 read, 5 stored, 1 updated, 0 unchanged, 0 rejected")
    [pull] = json.loads(named.output.splitlines()[-1])["pulls"]
    assert (pull["state"], pull["tickets"]["stored"]) == ("done", 0)
    assert (unknown.exit_code, "There is no source" in unknown.output) == (1, True)


def pulled(client: CheckingClient, app: Flask, page: str) -> None:
    client.post_form(f"{page}/pull", {})
    app.extensions["runner"].run_all()


def told(session: Session) -> dict[str, Any]:
    run = session.scalars(select(IntakeRun).order_by(IntakeRun.id.desc())).first()
    session.rollback()
    assert run is not None
    return {"state": run.state, **run.counts}


def test_a_pull_stores_tickets_with_comments_names_ratings_and_where_they_were_told(
    ada: CheckingClient, app: Flask, session: Session, desk: DeskServer
) -> None:
    page = connected(ada, desk.url)
    tried = ada.post_form(f"{page}/test", {})

    pulled(ada, app, page)

    assert tried.status_code == 302
    assert "Connected as an agent." in ada.get(page).get_data(as_text=True)
    assert told(session)["state"] == "done"
    found = {each.external_id: each for each in session.scalars(select(Ticket))}
    assert set(found) == {"100", "101", "102", "103", "104"}
    assert (found["100"].subject, found["101"].subject) == ("Payout", "Changed")  # the older telling changed nothing
    assert (found["100"].queue, found["100"].csat, found["100"].csat_reason) == ("Payouts", "bad", "too slow")
    assert found["103"].status == "deleted"
    assert (found["102"].origin_file, found["102"].origin_row) == ("cursor c1", 2)
    session.rollback()


def test_a_pull_of_the_shared_tickets_stores_what_their_files_tell(
    ada: CheckingClient, app: Flask, session: Session, flask_command: Callable[..., Any], tmp_path: Path
) -> None:
    rows = rows_of_the_shared_set(12)
    talk = {
        str(row["id"]): [each for each in rows["comments"] if each["ticket_id"] == row["id"]] for row in rows["tickets"]
    }
    account = zendesk(
        [rows["tickets"][:5], rows["tickets"][5:]],
        talk,
        users=rows["users"],
        groups=rows["groups"],
        ratings=rows["satisfaction_ratings"],
        metrics={row["ticket_id"]: row for row in rows["ticket_metrics"]},
    )
    with serve(account) as desk:
        pulled(ada, app, connected(ada, desk.url))
    kept = told(session)

    files = cut_of_the_shared_set(tmp_path / "cut", 12)
    same = json.loads(flask_command("intake", "zendesk", str(files), "--json").stdout)

    assert kept["state"] == "done"
    assert kept["tickets"]["stored"] == same["tickets"]["unchanged"] == 12
    assert kept["messages"]["stored"] == same["messages"]["unchanged"] > 150


def test_the_next_pull_goes_on_from_the_stored_cursor(
    ada: CheckingClient, app: Flask, session: Session, desk: DeskServer
) -> None:
    page = connected(ada, desk.url)
    pulled(ada, app, page)
    desk.asked.clear()

    pulled(ada, app, page)

    assert desk.asked.count(EXPORT) == 1
    assert not [path for path in desk.asked if path.endswith("comments.json")]
    assert told(session)["tickets"]["read"] == 0


@pytest.mark.parametrize("status", [0, 500, 503], ids=["cut connection", "500", "503"])
def test_stumbles_are_tried_again(
    ada: CheckingClient, app: Flask, session: Session, desk: DeskServer, status: int
) -> None:
    page = connected(ada, desk.url)
    desk.faults += [Fault(EXPORT, status), Fault(EXPORT, status), Fault("/api/v2/tickets/102/", status)]

    pulled(ada, app, page)

    assert told(session)["state"] == "done"
    assert desk.faults == []


def test_a_long_wait_becomes_a_job_of_its_own_and_loses_nothing(
    ada: CheckingClient, app: Flask, session: Session, desk: DeskServer
) -> None:
    page = connected(ada, desk.url)
    desk.faults.append(Fault("/api/v2/tickets/102/", 429, {"Retry-After": "37"}))

    pulled(ada, app, page)

    waiting = session.scalars(select(Job).where(Job.name == running.PULL_JOB).order_by(Job.id.desc())).first()
    assert waiting is not None
    assert waiting.not_before is not None
    assert waiting.state == "waiting"  # the runner left it alone
    assert told(session)["state"] == "running"
    assert "waits, as the help desk asked" in ada.get(page).get_data(as_text=True)
    run_page = ada.get(f"/tickets/intake/{waiting.payload['run']}").get_data(as_text=True)
    assert "The help desk asks to wait. The pull goes on by itself at" in run_page

    session.get_one(Job, waiting.id).not_before = NOW - dt.timedelta(days=1)
    session.commit()
    app.extensions["runner"].run_all()

    found = told(session)
    assert found["state"] == "done"
    assert {name: found["tickets"][name] for name in ("stored", "updated", "rejected")} == {
        "stored": 5,
        "updated": 1,
        "rejected": 0,
    }


def test_a_pull_that_broke_off_is_finished_by_the_next_one(
    ada: CheckingClient, app: Flask, session: Session, desk: DeskServer
) -> None:
    page = connected(ada, desk.url)
    desk.faults += [Fault("/api/v2/tickets/104/", 500) for _ in range(5)]
    pulled(ada, app, page)
    broken = told(session)
    body = ada.get(page).get_data(as_text=True)

    pulled(ada, app, page)

    assert broken["state"] == "failed"
    assert "it answers 500" in body
    assert told(session)["state"] == "done"
    assert len(session.scalars(select(Ticket.id)).all()) == 5


def test_refused_credentials_end_the_pull_with_the_reason_and_are_shown_nowhere(
    ada: CheckingClient, app: Flask, session: Session, desk: DeskServer, caplog: pytest.LogCaptureFixture
) -> None:
    page = connected(ada, desk.url)
    desk.faults += [Fault("/api/v2/users/me.json", 401), Fault("/api/v2/groups.json", 401)]

    ada.post_form(f"{page}/test", {})
    pulled(ada, app, page)

    body = ada.get(page).get_data(as_text=True)
    connection = session.scalars(select(SourceConnection)).one()
    assert "The help desk refuses the credentials (401)." in body
    assert told(session)["state"] == "failed"
    assert desk.authorized[0].startswith("Basic ")
    for place in (body, ada.get("/tickets/sources").get_data(as_text=True), caplog.text, repr(connection.credentials)):
        assert TOKEN not in place
        assert desk.authorized[0].removeprefix("Basic ") not in place


def test_a_token_goes_to_no_other_address_than_it_was_typed_for(
    ada: CheckingClient, session: Session, desk: DeskServer
) -> None:
    page = connected(ada, desk.url)

    answer = ada.post_form(
        page, {"kind": "zendesk", "base_url": "https://elsewhere.example", "start_on": "2026-04-01", "token": "",
               "every_hours": "24", "version": "1"},
    )  # fmt: skip

    assert answer.status_code == 422
    assert "Type the token for the new address." in answer.get_data(as_text=True)
    assert session.scalars(select(SourceConnection.base_url)).one() == desk.url


def test_a_sources_rules_mark_what_is_pulled(
    ada: CheckingClient, app: Flask, session: Session, desk: DeskServer
) -> None:
    page = connected(ada, desk.url)
    source_id = session.scalars(select(SourceConnection.source_id)).one()
    session.rollback()
    rules = {"e0-where": "tag", "e0-words": "Payout", "v0-where": "queue", "v0-words": "payouts", "v0-level": "2"}
    regions = {"r0-where": "tag", "r0-words": "Payout", "r0-region": "EU", "r1-where": "source", "r1-region": "us"}
    refused = ada.post_form(f"/tickets/sources/rules/{source_id}", {"r0-where": "source", "r0-region": "e u"})
    ada.post_form(f"/tickets/sources/rules/{source_id}", rules | regions | {"signals": "7"})

    body = ada.get(f"/tickets/sources/rules/{source_id}").get_data(as_text=True)
    pulled(ada, app, page)

    assert 'value="Payout"' in body
    found = session.scalars(select(Ticket).where(Ticket.external_id == "100")).one()
    assert (found.escalated, found.content_severity, found.data_region) == (True, 2, "eu")
    assert refused.status_code == 422
    assert "A region is one word of letters" in refused.get_data(as_text=True)

    ada.post_form(f"/tickets/sources/rules/{source_id}", {"r0-where": "source", "r0-region": "us"})
    session.get_one(Source, source_id).cursor = None
    session.execute(update(Ticket).values(source_updated_at=None))
    session.commit()
    pulled(ada, app, page)
    assert set(session.scalars(select(Ticket.data_region).where(Ticket.status != "deleted"))) == {"us"}
    facets = session.execute(select(TicketFacet.data_region, TicketFacet.value).where(TicketFacet.kind == "tag"))
    assert {tuple(row) for row in facets} >= {("eu", "payout"), ("us", "payout")}


def test_scheduled_pulls_begin_when_their_time_has_come_and_never_twice(
    ada: CheckingClient, session: Session, desk: DeskServer
) -> None:
    connected(ada, desk.url, every_hours="24")
    connection = session.scalars(select(SourceConnection)).one()
    due = connection.next_pull_at
    assert due is not None

    begun = [running.begin_due(session, moment) for moment in (due - dt.timedelta(hours=1), due, due)]

    assert begun == [0, 1, 0]
    assert session.scalars(select(SourceConnection)).one().next_pull_at == due + dt.timedelta(hours=24)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.zendesk.com", "must begin with https"),
        ("https://user:word@example.zendesk.com", "without anything behind"),
        ("ftp://example.zendesk.com", "without anything behind"),
        ("https://", "without anything behind"),
    ],
)
def test_an_address_that_is_none_is_refused(url: str, words: str) -> None:
    with pytest.raises(RefusedAddressError, match=words):
        base_of(url, frozenset())


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "127.0.0.1", "169.254.169.254", "192.168.0.1", "172.16.9.9", "0.0.0.0", "100.64.0.1", "::1",
     "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "224.0.0.1", "not an address"],
)  # fmt: skip
def test_no_pull_speaks_to_an_address_inside_the_house(address: str) -> None:
    base = base_of("https://example.zendesk.com", frozenset())

    assert not is_public(address)
    with pytest.raises(RefusedAddressError, match="inside the house"):
        address_for(base, frozenset(), lambda host, port: ["93.184.216.34", address])
    assert address_for(base, frozenset({"example.zendesk.com"}), lambda host, port: [address]) == address


def test_a_next_page_on_another_host_is_not_followed() -> None:
    base = base_of("https://example.zendesk.com", frozenset())
    client = Client(base=base, headers={}, allowed_private=frozenset())

    with pytest.raises(RefusedAddressError, match="another host"):
        client.path_of("https://evil.example/api/v2/tickets.json?page=2")
    assert client.path_of("https://example.zendesk.com/api/v2/x.json?page=2") == "/api/v2/x.json?page=2"


def test_credentials_are_sealed_for_their_source_alone(
    ada: CheckingClient, app: Flask, session: Session, desk: DeskServer
) -> None:
    connected(ada, desk.url)
    connection, source = session.execute(select(SourceConnection, Source).join(Source)).one()

    with app.app_context():
        house = connections.House(ring=_ring(app), private_hosts=frozenset({"127.0.0.1"}))
        pull = connections.pull_of(connection, source, house)
        stranger = Source(id=source.id + 1, kind="zendesk", programme_id=1, key="x", name="x", created_at=NOW)

        assert pull.test() == "Connected as an agent."
        with pytest.raises(Exception, match="belongs to another"):
            connections.pull_of(connection, stranger, house)


def _ring(app: Flask) -> Any:
    return KeyRing(app.extensions["fairmark"].text_keys)
