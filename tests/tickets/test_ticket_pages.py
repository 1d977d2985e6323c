"""The list of tickets and a ticket's page: what is found, who sees it, what it costs."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.access_log import AccessLogEntry
from qa.core.db import db
from qa.people.models import Clearance
from qa.tickets.models import ConversationKey
from tests.support.cast import SINCE, Cast
from tests.support.client import CheckingClient
from tests.support.tickets import RESOLVED, keep_conversation, make_ticket


@pytest.fixture
def quinn(sign_in: Callable[..., CheckingClient], cast: Cast) -> CheckingClient:
    return sign_in(cast.quinn)


def listed(client: CheckingClient, query: str = "") -> str:
    answer = client.get(f"/tickets/{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_list_shows_a_ticket_with_who_handled_it(quinn: CheckingClient, session: Session, cast: Cast) -> None:
    made = make_ticket(session, cast, external_id="T-77")

    page = listed(quinn)

    assert f'<a href="/tickets/{made.ticket.id}">T-77</a>' in page
    assert "Sam Sato" in page
    assert "Payouts" in page


FOUND = {
    "?q=T-2": {"T-2"},
    "?q=%23T-2": {"T-2"},
    "?q=%25": set(),
    "?q=_": set(),
    "?queue=appeals": {"T-2"},
    "?channel=chat": {"T-2"},
    "?status=closed": {"T-2"},
    "?week=2026-W14": {"T-1"},
    "?week=2026-W13": {"T-2"},
    "?week=2026-W13&status=solved": set(),
    "?week=never&status=none&at=-1": {"T-1", "T-2"},
    "?team=999": set(),
    "": {"T-1", "T-2"},
}


def test_filters_find_what_they_say(quinn: CheckingClient, session: Session, cast: Cast) -> None:
    make_ticket(session, cast, external_id="T-1", subject="Payout is late")
    make_ticket(
        session,
        cast,
        external_id="T-2",
        queue="appeals",
        channel="chat",
        status="closed",
        resolved_at=RESOLVED - dt.timedelta(days=7),
    )

    pages = {query: listed(quinn, query) for query in FOUND}

    found = {query: {name for name in ("T-1", "T-2") if f">{name}</a>" in page} for query, page in pages.items()}
    assert found == FOUND


def test_the_team_filter_finds_the_parts_of_that_team(quinn: CheckingClient, session: Session, cast: Cast) -> None:
    make_ticket(session, cast, external_id="T-1")
    make_ticket(session, cast, external_id="T-2", agent=cast.olga_agent)

    page = listed(quinn, f"?team={cast.appeals.id}")

    assert ">T-2</a>" in page
    assert ">T-1</a>" not in page


def test_a_lead_sees_the_tickets_of_the_own_teams_only(
    sign_in: Callable[..., CheckingClient], session: Session, cast: Cast
) -> None:
    own = make_ticket(session, cast, external_id="T-1")
    other = make_ticket(session, cast, external_id="T-2", agent=cast.olga_agent)
    lena = sign_in(cast.lena)

    page = listed(lena)

    assert ">T-1</a>" in page
    assert "T-2" not in page
    assert "Appeals" not in page
    assert "T-2" not in lena.get("/tickets/tickets.csv").get_data(as_text=True)
    assert lena.get(f"/tickets/{own.ticket.id}").status_code == 200
    assert lena.get(f"/tickets/{other.ticket.id}").status_code == 404


def test_a_conversation_opens_for_those_whom_it_concerns(
    sign_in: Callable[..., CheckingClient], session: Session, cast: Cast
) -> None:
    made = make_ticket(session, cast)
    expected = {"quinn": 200, "lena": 200, "otto": 404, "sam": 200, "olga": 404, "rita": 404, "dora": 403, "ada": 403}

    answers = {who: sign_in(getattr(cast, who)).get(f"/tickets/{made.ticket.id}").status_code for who in expected}

    assert answers == expected


def test_severe_content_is_there_only_for_the_cleared(
    sign_in: Callable[..., CheckingClient], session: Session, cast: Cast
) -> None:
    made = make_ticket(session, cast, external_id="T-9", content_severity=2, subject="canary")
    quinn = sign_in(cast.quinn)

    before = (quinn.get(f"/tickets/{made.ticket.id}").status_code, "T-9" in listed(quinn, "?q=canary"))
    session.add(Clearance(user_id=cast.quinn.id, severity=2, valid_from=SINCE))
    page = quinn.get(f"/tickets/{made.ticket.id}").get_data(as_text=True)

    assert before == (404, False)
    assert "May be upsetting (severity 2)" in page


def test_a_ticket_shows_its_conversation_facts_and_part(quinn: CheckingClient, session: Session, cast: Cast) -> None:
    made = make_ticket(
        session,
        cast,
        messages=(("customer", "Call [phone 1] <b>now</b>"), ("specialist", "Done."), ("internal", "A note.")),
        first_reply_seconds=90,
        csat="bad",
        csat_reason="Too slow",
    )

    page = quinn.get(f"/tickets/{made.ticket.id}").get_data(as_text=True)

    assert 'Call <span class="redacted">[phone 1]</span> &lt;b&gt;now&lt;/b&gt;' in page
    assert "A note." in page
    assert "1 min" in page
    assert "Too slow" in page
    assert "can be drawn" in page


def test_a_part_that_cannot_be_drawn_says_why(quinn: CheckingClient, session: Session, cast: Cast) -> None:
    made = make_ticket(session, cast)
    made.part.eligible, made.part.ineligible_reason = False, "no_customer_message"

    page = quinn.get(f"/tickets/{made.ticket.id}").get_data(as_text=True)

    assert "no public message of the customer" in page


def test_former_revisions_stay_readable(quinn: CheckingClient, session: Session, cast: Cast) -> None:
    made = make_ticket(session, cast, messages=(("customer", "First words"), ("specialist", "Done.")))
    opened = made.ticket.created_at
    keep_conversation(
        session, cast, made.ticket, cast.sam_agent, (("customer", "Second words"),), started_at=opened, n=2
    )
    path = f"/tickets/{made.ticket.id}"

    now, before = (quinn.get(each).get_data(as_text=True) for each in (path, f"{path}?revision=1"))

    assert "Second words" in now
    assert "First words" not in now
    assert "First words" in before
    assert "how the conversation stood at intake 1" in before
    assert quinn.get(f"{path}?revision=3").status_code == 404


def test_addresses_beyond_any_sense_are_answered(quinn: CheckingClient, session: Session, cast: Cast) -> None:
    make_ticket(session, cast)
    huge = "9" * 25
    queries = [
        f"?team={huge}",
        f"?at={huge}",
        f"?specialist={huge}&from={huge}&to=0001-01-01",
        "?week=9999-W52",
        "?week=0001-W01",
        "?q=%00%ff",
        f"?queue={'x' * 9000}",
    ]

    lists = {query: quinn.get(f"/tickets/{query}").status_code for query in queries}

    assert set(lists.values()) == {200}, lists
    assert quinn.get(f"/tickets/{huge}").status_code == 404
    assert quinn.get(f"/tickets/1?revision={huge}").status_code == 404


def test_erased_text_is_said_to_be_erased(quinn: CheckingClient, session: Session, cast: Cast) -> None:
    made = make_ticket(session, cast)
    session.delete(session.get_one(ConversationKey, made.ticket.id))
    made.ticket.erased_at = RESOLVED

    page = quinn.get(f"/tickets/{made.ticket.id}").get_data(as_text=True)

    assert "The text was erased" in page


def test_opening_a_conversation_goes_to_the_access_log(
    quinn: CheckingClient, app: Flask, session: Session, cast: Cast
) -> None:
    made = make_ticket(session, cast)

    quinn.get(f"/tickets/{made.ticket.id}")
    with app.app_context():
        app.extensions["access_log"].flush(db.session())

    entry = session.scalars(select(AccessLogEntry)).one()
    assert (entry.user_id, entry.ticket_id, entry.purpose) == (cast.quinn.id, made.ticket.id, "ticket")


def test_the_list_asks_the_same_however_many_tickets_there_are(
    quinn: CheckingClient, session: Session, cast: Cast, statements_of: Callable[..., int]
) -> None:
    make_ticket(session, cast)
    few = statements_of(quinn, "/tickets/")
    for _ in range(60):
        make_ticket(session, cast, messages=(("customer", "Hello"),))

    many = statements_of(quinn, "/tickets/")

    assert many == few <= 18
    assert "61 tickets" in listed(quinn)


def test_the_list_as_a_file_holds_no_formula(quinn: CheckingClient, session: Session, cast: Cast) -> None:
    make_ticket(session, cast, external_id="T-1", subject="=cmd|' /C calc'!A0")

    text = quinn.get("/tickets/tickets.csv?status=solved").get_data(as_text=True)

    assert text.splitlines()[0] == "\ufeffticket,subject,status,channel,queue,created,resolved,specialist,team,parts"
    assert text.splitlines()[1].startswith("T-1,'=cmd|' /C calc'!A0,solved,email,payouts,2026-04-")


@pytest.mark.parametrize(
    ("query", "words"),
    [("", "No tickets yet"), ("?q=nothing", "No ticket matches these filters")],
)
def test_an_empty_list_says_what_to_do(quinn: CheckingClient, query: str, words: str) -> None:
    assert words in listed(quinn, query)


def test_hostile_text_stays_text_on_both_pages(quinn: CheckingClient, session: Session, cast: Cast) -> None:
    hostile: Any = "<script>alert(1)</script> {{7*7}} \u202e مرحبا \U0001f64f"
    made = make_ticket(session, cast, subject=hostile, queue=hostile, tags=[hostile], messages=(("customer", hostile),))

    pages = listed(quinn) + quinn.get(f"/tickets/{made.ticket.id}").get_data(as_text=True)

    assert "<script>alert(1)" not in pages
    assert "{{7*7}}" in pages  # as it was written, not worked out
