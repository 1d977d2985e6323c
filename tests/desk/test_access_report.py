"""Who opened which conversation: for a customer who asks, about a reader, and for how long it is kept."""

import csv
import datetime as dt
import io
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.config import ConfigurationError, Settings
from qa.core import access_log
from qa.core.access_log import AccessLogEntry
from qa.core.audit import AuditEvent
from qa.tickets.facts import customer_digest
from tests.support.cast import NOW, Cast
from tests.support.client import CheckingClient
from tests.support.statements import count_queries
from tests.support.tickets import make_ticket

SignIn = Callable[..., CheckingClient]


def opened(session: Session, user_id: int, ticket_id: int, *, days: int, purpose: str = "score") -> None:
    session.add(AccessLogEntry(at=NOW - dt.timedelta(days=days), user_id=user_id, ticket_id=ticket_id, purpose=purpose))


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))[1:]


def test_a_customer_learns_who_read_about_them_and_a_reader_s_openings_are_told(
    session: Session, cast: Cast, sign_in: SignIn, settings: Settings
):
    first, second = (make_ticket(session, cast).ticket for _ in range(2))
    first.customer_digest = customer_digest(settings.frame_key, cast.source.key, "c-17")
    second.customer_digest = customer_digest(settings.frame_key, cast.source.key, "c-18")
    cast.rob.name = "=cmd|' /C calc'!A0"
    opened(session, cast.rita.id, first.id, days=3)
    opened(session, cast.rob.id, first.id, days=2, purpose="original")
    opened(session, cast.rita.id, second.id, days=1, purpose="ticket")
    client = sign_in(cast.ada)
    of_customer = {"source": str(cast.source.id), "customer": "c-17"}

    with count_queries() as statements:
        page = client.get("/audit/access", query_string=of_customer).get_data(as_text=True)
    csv_of_customer = client.post_form("/audit/access", of_customer).get_data(as_text=True)
    of_reader = client.post_form("/audit/access", {"reader": str(cast.rita.id)}).get_data(as_text=True)
    of_days = client.post_form("/audit/access", {"since": "2026-04-07", "until": "2026-04-07"}).get_data(as_text=True)
    nobody = client.get("/audit/access", query_string=of_customer | {"customer": "c-99"}).get_data(as_text=True)

    assert "2 openings of 1 ticket by 2 people" in page
    assert "No such opening" in nobody
    assert [row[1] for row in rows_of(csv_of_customer)] == ["'=cmd|' /C calc'!A0", "Rita Ramos"]
    assert [row[5] for row in rows_of(of_reader)] == ["on the ticket's page", "to score it"]
    assert [row[4] for row in rows_of(of_days)] == [second.external_id]
    assert len(statements) <= 9
    told = session.scalars(select(AuditEvent).where(AuditEvent.action == "access_log.exported")).all()
    assert [event.detail["rows"] for event in told] == [2, 2, 1]
    assert "c-17" not in str([event.detail for event in told])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # it is refused before the database is asked
@pytest.mark.parametrize(
    "asked",
    [{"customer": "c-17"}, {"since": "yesterday"}, {"until": "9999-12-31"}, {"reader": "x"}, {"source": "9" * 40}],
    ids=str,
)
def test_what_cannot_be_asked_is_told(cast: Cast, sign_in: SignIn, asked: dict[str, str]):
    assert sign_in(cast.ada).get("/audit/access", query_string=asked).status_code == 422


def test_openings_are_forgotten_after_their_time_and_that_is_on_record(session: Session, cast: Cast):
    ticket = make_ticket(session, cast).ticket.id
    for days in (1100, 1096, 10):
        opened(session, cast.rita.id, ticket, days=days)
    session.flush()

    before = NOW - dt.timedelta(days=1095)
    gone = [access_log.forget(session, before=before, now=NOW, most=1) for _ in range(3)]

    assert gone == [1, 1, 0]
    assert session.scalar(select(func.count()).select_from(AccessLogEntry)) == 1
    assert session.scalar(select(func.count()).where(AuditEvent.action == "access_log.forgotten")) == 2
    with pytest.raises(ConfigurationError, match="400 or more"):
        Settings.from_environment({"SECRET_KEY": "k" * 40, "ACCESS_LOG_DAYS": "30"})
