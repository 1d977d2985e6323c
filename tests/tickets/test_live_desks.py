"""Live pulls of Intercom, Freshdesk, Zammad and Chatwoot: each by its own pages, and twice nothing changes."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from qa.tickets.intake.base import TicketRecord
from qa.tickets.intake.objects import Line, complete
from qa.tickets.live.addresses import base_of
from qa.tickets.live.client import Client, PullError, WaitError
from qa.tickets.live.connections import headers_for
from qa.tickets.live.desks import PULLS
from qa.tickets.live.pulls import Batch, Pull
from tests.tickets.desk_server import Answering, Fault, serve
from tests.tickets.test_other_desks import AGENTS, CHATWOOT, FRESHDESK, INTERCOM, SAID, ZAMMAD

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


def chatwoot(path: str, query: dict[str, str]) -> Any:
    """Two pages of conversations, each telling its latest message; two messages a page, the newest page first."""
    if path == "/api/v1/profile":
        return {"account_id": 3, "accounts": [{"id": 3, "name": "Creators"}]}
    if path == "/api/v1/accounts/3/agents":
        return [{"id": 7, "available_name": "Sam Sato", "email": "sam@example.com"}]
    if path == "/api/v1/accounts/3/inboxes":
        return {"payload": [{"id": 1, "channel_type": "Channel::Email"}]}
    if path == "/api/v1/accounts/3/conversations":
        page = int(query["page"])
        rows = [{**CHATWOOT, "id": page, "messages": CHATWOOT["messages"][-1:]}] if page < 3 else []
        return {"data": {"meta": {"all_count": 2}, "payload": rows}} if query["status"] == "all" else None
    if path.endswith("/messages"):
        before = int(query.get("before", "99"))
        return {"meta": {}, "payload": [each for each in CHATWOOT["messages"] if each["id"] < before][-2:]}
    return None


DESKS: dict[str, Answering] = {
    "intercom": intercom,
    "freshdesk": freshdesk,
    "zammad": zammad,
    "chatwoot": chatwoot,
}


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
        assert not [
            path for path in desk.asked if "by_ticket" in path or path.endswith(("/conversations/1", "/messages"))
        ]


@pytest.mark.parametrize("kind", DESKS)
def test_a_limit_in_the_middle_gives_what_is_there_and_where_to_go_on(kind: str) -> None:
    slow = {
        "intercom": "/conversations/2",
        "freshdesk": "/api/v2/tickets/2/",
        "zammad": "/api/v1/ticket_articles/by_ticket/2",
        "chatwoot": "/api/v1/accounts/3/conversations/2/messages",
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


def chatwoot_pull(url: str) -> Pull:
    return PULLS["chatwoot"](Client(base=base_of(url, PRIVATE), headers={}, allowed_private=PRIVATE), START)


def test_chatwoot_reads_back_to_what_it_knew_and_goes_on_in_the_middle_of_a_list() -> None:
    def talk(path: str, query: dict[str, str]) -> Any:
        if path.endswith("/conversations"):
            rows = [{**CHATWOOT, "id": 10 * int(query["page"]) + n, "last_activity_at": 5000 - n} for n in range(2)]
            old = {**CHATWOOT, "id": 99, "last_activity_at": 4000}
            return {"data": {"payload": rows if query["page"] == "1" else [rows[0], old]}}
        return chatwoot(path, query)

    with serve(talk) as desk:
        all_of_it = list(chatwoot_pull(desk.url).batches({"since": 4500}, lambda told: set()))
        states = [batch.state for batch in all_of_it if batch.state is not None]
        rest = list(chatwoot_pull(desk.url).batches(dict(states[0] or {}), lambda told: set()))

    assert [row["id"] for batch in all_of_it for _, row in batch.rows] == [10, 11, 20]
    assert states == [{"since": 4500.0, "newest": 5000.0, "page": 2}, {"since": 5000.0}]
    assert [row["id"] for batch in rest for _, row in batch.rows] == [20]


def test_a_chatwoot_token_of_several_accounts_needs_the_address_of_one() -> None:
    def two_accounts(path: str, query: dict[str, str]) -> Any:
        return {"accounts": [{"id": 3}, {"id": 4}]} if path == "/api/v1/profile" else chatwoot(path, query)

    with serve(two_accounts) as desk:
        with pytest.raises(PullError, match="/app/accounts/3"):
            chatwoot_pull(desk.url).test()
        pull = chatwoot_pull(f"{desk.url}/app/accounts/3/dashboard")
        found = [row["id"] for batch in pull.batches({}, lambda told: set()) for _, row in batch.rows]

        assert pull.test() == "Connected to account 3."
        assert found == [1, 2]
        assert "/api/v1/profile" not in desk.asked[1:]


def test_a_chatwoot_conversation_that_is_gone_keeps_no_half_of_its_messages() -> None:
    with serve(lambda path, query: None if path.endswith("/2/messages") else chatwoot(path, query)) as desk:
        rows = {row["id"]: row for batch in chatwoot_pull(desk.url).batches({}, lambda told: set())
                for _, row in batch.rows}  # fmt: skip

    assert len(rows[1]["messages"]) == 5
    assert rows[2]["messages"] is None


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("intercom", "/conversations/2"),
        ("freshdesk", "/api/v2/tickets/2/conversations"),
        ("zammad", "/api/v1/ticket_articles/by_ticket/2"),
    ],
)
def test_a_ticket_that_is_gone_when_asked_for_is_told_and_the_others_come(kind: str, path: str) -> None:
    with serve(lambda asked, query: None if asked == path else DESKS[kind](asked, query)) as desk:
        batches = pulled(kind, desk.url, {}, lambda told: set())

    assert [str(row["id"]) for batch in batches for _, row in batch.rows] == ["1"]
    assert [key for batch in batches for _, key in batch.gone] == ["2"]
