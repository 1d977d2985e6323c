"""Live pulls of Intercom, Freshdesk and Zammad: each by its own pages, and twice nothing changes."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from qa.tickets.intake.base import TicketRecord
from qa.tickets.intake.objects import Line, complete
from qa.tickets.live.addresses import base_of
from qa.tickets.live.client import Client, WaitError
from qa.tickets.live.connections import headers_for
from qa.tickets.live.pulls import PULLS, Batch
from tests.tickets.desk_server import Answering, Fault, serve
from tests.tickets.test_other_desks import AGENTS, FRESHDESK, INTERCOM, SAID, ZAMMAD

START = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
PRIVATE = frozenset({"127.0.0.1"})


def intercom(path: str, query: dict[str, str]) -> Any:
    """Two pages; the list tells no parts."""
    if path in ("/admins", "/teams"):
        return {path[1:]: AGENTS["intercom"].get(path[1:], [])}
    if path == "/conversations":
        second = query.get("starting_after") == "next"
        bare = {name: INTERCOM[name] for name in ("id", "updated_at", "state")} | {"id": "2" if second else "1"}
        return {"conversations": [bare], "pages": {} if second else {"next": {"starting_after": "next"}}}
    return {**INTERCOM, "id": path.rpartition("/")[2]}


def freshdesk(path: str, query: dict[str, str]) -> Any:
    page = int(query.get("page", "1"))
    if path == "/api/v2/tickets":
        bare = {name: value for name, value in FRESHDESK.items() if name != "conversations"}
        return [bare, {**bare, "id": 2}] if page == 1 else []
    if path.endswith("/conversations"):
        return FRESHDESK["conversations"] if page == 1 else []
    return AGENTS["freshdesk"].get(path.rpartition("/")[2], []) if page == 1 else []


def zammad(path: str, query: dict[str, str]) -> Any:
    page = int(query.get("page", "1"))
    if path == "/api/v1/tickets":
        bare = {name: value for name, value in ZAMMAD.items() if name not in ("articles", "tags")}
        return [{**bare, "id": page}] if page < 3 else []
    if path.startswith("/api/v1/ticket_articles/by_ticket/"):
        return ZAMMAD["articles"]
    if path == "/api/v1/tags":
        return {"tags": ZAMMAD["tags"]}
    return AGENTS["zammad"].get(path.rpartition("/")[2], []) if page == 1 else []


DESKS: dict[str, Answering] = {"intercom": intercom, "freshdesk": freshdesk, "zammad": zammad}


def pulled(kind: str, url: str, state: dict[str, Any], unchanged: Callable[[Any], set[str]]) -> list[Batch]:
    client = Client(
        base=base_of(url, PRIVATE),
        headers=headers_for(kind, "", "token"),
        allowed_private=PRIVATE,
        sleep=lambda _: None,
    )
    pull = PULLS[kind](client, START)
    pull.test()
    found = list(pull.batches(state, unchanged))
    for batch in found:
        for place, row in batch.rows:
            (record,) = complete(pull.desk, Line(batch.page, place, row))
            assert isinstance(record, TicketRecord)
            assert [(each.role, each.text) for each in record.messages or ()] == SAID
            assert (record.queue, record.tags) == ("Payouts", ("payout",))
    return found


@pytest.mark.parametrize("kind", DESKS)
def test_each_help_desks_pages_give_its_tickets_with_their_messages(kind: str) -> None:
    with serve(DESKS[kind]) as desk:
        batches = pulled(kind, desk.url, {}, lambda told: set())

        assert [str(row["id"]) for batch in batches for _, row in batch.rows] == ["1", "2"]
        assert all("token" in each or each.startswith("Basic ") for each in desk.authorized)


@pytest.mark.parametrize("kind", DESKS)
def test_what_is_stored_already_is_not_asked_for_again(kind: str) -> None:
    with serve(DESKS[kind]) as desk:
        batches = pulled(kind, desk.url, {}, lambda told: {key for key, _ in told})

        assert [row for batch in batches for row in batch.rows] == []
        assert sum(batch.unchanged for batch in batches) == 2
        assert not [path for path in desk.asked if "by_ticket" in path or path.endswith("/conversations/1")]


@pytest.mark.parametrize("kind", DESKS)
def test_a_limit_in_the_middle_gives_what_is_there_and_where_to_go_on(kind: str) -> None:
    slow = {
        "intercom": "/conversations/2",
        "freshdesk": "/api/v2/tickets/2/",
        "zammad": "/api/v1/ticket_articles/by_ticket/2",
    }
    with serve(DESKS[kind]) as desk:
        desk.faults.append(Fault(slow[kind], 429, {"Retry-After": "60"}))
        client = Client(base=base_of(desk.url, PRIVATE), headers={}, allowed_private=PRIVATE)
        batches = PULLS[kind](client, START).batches({}, lambda told: set())
        found: list[str] = []

        def read_all() -> None:
            for batch in batches:
                found.extend(str(row["id"]) for _, row in batch.rows)

        with pytest.raises(WaitError) as wait:
            read_all()

        assert found == ["1"]
        assert wait.value.seconds == 60
