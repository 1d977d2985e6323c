"""Records and export files to test with."""

import csv
import datetime as dt
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from qa.tickets.intake.base import AgentRecord, MessageRecord, Record, TicketRecord

OPENED = dt.datetime(2026, 4, 6, 9, 0, tzinfo=dt.UTC)
SAM = AgentRecord(external_id="sam", name="Sam Sato", email="sam@example.com")
OLGA = AgentRecord(external_id="olga", name="Olga Orlova", email="olga@example.com")
BOT = AgentRecord(external_id="bot", name="Answer bot", is_bot=True)


def at(minutes: float) -> dt.datetime:
    """A moment so many minutes after the ticket was opened."""
    return OPENED + dt.timedelta(minutes=minutes)


def said(minutes: float, text: str = "Hello?", *, number: int | None = None) -> MessageRecord:
    """A customer's message."""
    name = f"m{number if number is not None else minutes}"
    return MessageRecord(external_id=name, role="customer", public=True, at=at(minutes), text=text)


def replied(minutes: float, agent: AgentRecord = SAM, text: str = "Done.", **more: Any) -> MessageRecord:
    """An agent's public reply."""
    told: dict[str, Any] = {
        "external_id": f"m{minutes}",
        "role": "bot" if agent.is_bot else "specialist",
        "public": True,
        "at": at(minutes),
        "text": text,
        "agent": agent,
    }
    return MessageRecord(**(told | more))


def ticket(number: int = 1, *messages: MessageRecord, **more: Any) -> TicketRecord:
    """A ticket that was solved after an hour; by default Sam answered one question."""
    told: dict[str, Any] = {
        "external_id": str(number),
        "subject": "Payout is missing",
        "status": "solved",
        "created_at": OPENED,
        "solved_at": at(60),
        "channel": "email",
        "queue": "Payouts",
        "language": "en",
        "customer_external_id": f"c{number}",
        "assignee": SAM,
        "messages": messages or (said(0), replied(5)),
    }
    return TicketRecord(**(told | more))


def tickets_of(records: Iterable[Record]) -> dict[str, TicketRecord]:
    return {record.external_id: record for record in records if isinstance(record, TicketRecord)}


ZENDESK_USERS = (
    {"id": 1, "name": "Sam Sato", "email": "Sam@Example.com", "role": "agent", "tags": []},
    {"id": 2, "name": "Olga Orlova", "email": "olga@example.com", "role": "admin", "tags": []},
    {"id": 9, "name": "Ann", "role": "end-user", "locale": "pt-BR", "user_fields": {"creator_tier": "gold"}},
)  # fmt: skip


def zendesk_ticket(number: int = 100, **more: Any) -> dict[str, Any]:
    """A ticket as Zendesk writes it."""
    return {
        "id": number,
        "subject": "Payout",
        "status": "solved",
        "created_at": "2026-04-06T09:00:00Z",
        "updated_at": "2026-04-06T10:05:00Z",
        "requester_id": 9,
        "assignee_id": 1,
        "group_id": 7,
        "priority": None,
        "tags": ["payout"],
        "custom_fields": [{"id": 360001, "value": "payouts"}, {"id": 5, "value": ["a", True]}],
        "via": {"channel": "email"},
        "satisfaction_rating": {"score": "offered"},
    } | more


def zendesk_comment(number: int, ticket_id: int = 100, author: int = 9, **more: Any) -> dict[str, Any]:
    """A comment as Zendesk writes it, one minute later for each number."""
    return {
        "id": number,
        "ticket_id": ticket_id,
        "author_id": author,
        "body": f"comment {number}",
        "public": True,
        "created_at": f"2026-04-06T09:{number % 60:02d}:00Z",
    } | more


def zendesk_folder(folder: Path, **tables: Iterable[Any]) -> Path:
    """A folder of JSON Lines; a string stands for a raw line."""
    given: Mapping[str, Iterable[Any]] = {"users": ZENDESK_USERS, "groups": [{"id": 7, "name": "Payouts"}], **tables}
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in given.items():
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            for row in rows:
                file.write((row if isinstance(row, str) else json.dumps(row)) + "\n")
    return folder


TICKET_HEADER = (
    "Ticket ID", "Subject", "Status", "Channel", "Group", "Assignee", "Assignee Email", "Requester Email", "Tags",
    "Created At", "Solved At", "Reopens", "Satisfaction", "CSAT (1-5)",
)  # fmt: skip
MESSAGE_HEADER = ("Ticket ID", "Message ID", "Author", "Author Role", "Public", "Sent At", "Body")
FLAT_TICKET = {
    "Ticket ID": "1",
    "Subject": "Payout",
    "Status": "solved",
    "Channel": "Email",
    "Group": "Payouts",
    "Assignee": "Sam Sato",
    "Assignee Email": "sam@example.com",
    "Requester Email": "ann@example.com",
    "Tags": "payout, late",
    "Created At": "2026-04-06 09:00:00",
    "Solved At": "2026-04-06 10:00:00",
    "Reopens": "0",
    "Satisfaction": "good",
    "CSAT (1-5)": "5",
}
FLAT_MESSAGES = (
    ("1", "m1", "Ann", "customer", "yes", "2026-04-06 09:00:00", "Hello?"),
    ("1", "m2", "Sam Sato", "agent", "yes", "2026-04-06 09:05:00", "Done."),
)


def flat_folder(
    folder: Path,
    *tickets: Mapping[str, str] | Sequence[str],
    messages: Iterable[Sequence[str]] | None = FLAT_MESSAGES,
    header: Sequence[str] = TICKET_HEADER,
) -> Path:
    """A folder with tickets.csv and messages.csv; a mapping changes cells of a good row, a sequence is a raw row."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "tickets.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for row in tickets:
            writer.writerow(
                [{**FLAT_TICKET, **row}.get(name, "") for name in header] if isinstance(row, Mapping) else row
            )
    if messages is not None:
        with (folder / "messages.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(MESSAGE_HEADER)
            writer.writerows(messages)
    return folder
