"""A help desk's export of any size to measure with: Zendesk's JSON Lines, every field as its API writes it.

Texts are made of 4,000 invented words, 1 to 6 sentences a message (230 characters on average); tickets and comments
stand in the order of their ids, as Zendesk's incremental export gives them. The same size is always the same export.
"""

import gzip
import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path

AGENTS, GROUPS = 500, 12
TICKETS_OF_A_CUSTOMER = 20  # on average; so a small export has the proportions of one of a million tickets
MESSAGES = 8  # of each ticket
FIRST_TICKET = 1_000_000
MINUTES = 60 * 24 * 90  # in which the tickets came in
SENTENCES = 4_000
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu", "sta", "pre")


def write_export(folder: Path, tickets: int, seed: int = 1) -> Path:
    """The export of so many tickets, eight messages each."""
    folder.mkdir(parents=True)
    rng = random.Random(seed)
    sentences = _sentences(rng)
    with gzip.open(folder / "users.jsonl.gz", "wt", compresslevel=1) as file:
        file.writelines(json.dumps(row) + "\n" for row in _users(customers_of(tickets)))
    with gzip.open(folder / "groups.jsonl.gz", "wt", compresslevel=1) as file:
        file.writelines(json.dumps({"id": 7_000 + n, "name": f"Queue {n}"}) + "\n" for n in range(GROUPS))
    with gzip.open(folder / "tickets.jsonl.gz", "wt", compresslevel=1) as file:
        file.writelines(_ticket(n, tickets) for n in range(tickets))
    with gzip.open(folder / "comments.jsonl.gz", "wt", compresslevel=1) as file:
        for n in range(tickets):
            file.writelines(_comments(n, tickets, rng, sentences))
    return folder


def customers_of(tickets: int) -> int:
    """How many customers an export of so many tickets has."""
    return max(1, tickets // TICKETS_OF_A_CUSTOMER)


def _users(customers: int) -> Iterator[dict[str, object]]:
    for n in range(AGENTS):
        yield {"id": 10_000 + n, "name": f"Agent {n}", "email": f"agent{n}@example.com", "role": "agent", "tags": []}
    for n in range(customers):
        fields = {"creator_tier": "gold" if n % 5 == 0 else None}
        yield {
            "id": 100_000 + n,
            "name": f"Customer {n}",
            "role": "end-user",
            "locale": "en-US",
            "user_fields": fields,
        }


def _sentences(rng: random.Random) -> list[str]:
    words = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(4_000)]
    return [" ".join(rng.choices(words, k=rng.randint(4, 14))).capitalize() + "." for _ in range(SENTENCES)]


def _moment(n: int, tickets: int, minute: int) -> str:
    minutes = n * MINUTES // tickets + minute
    day, rest = divmod(minutes, 24 * 60)
    month, day = divmod(day, 28)
    return f"2026-{month + 1:02d}-{day + 1:02d}T{rest // 60:02d}:{rest % 60:02d}:00Z"


def _ticket(n: int, tickets: int) -> str:
    opened, solved = _moment(n, tickets, 0), _moment(n, tickets, 90)
    number, agent, customer = FIRST_TICKET + n, 10_000 + n % AGENTS, 100_000 + n * 7 % customers_of(tickets)
    return (
        f'{{"url": "https://desk.example.com/api/v2/tickets/{number}.json", "id": {number}, "external_id": null, '
        f'"via": {{"channel": "email", "source": {{"from": {{}}, "to": {{}}, "rel": null}}}}, '
        f'"created_at": "{opened}", "updated_at": "{solved}", "generated_timestamp": {1_775_443_789 + n}, '
        f'"type": null, "subject": "Question {n % 977} about a payout", "raw_subject": "Question about a payout", '
        f'"description": "Question about a payout", "priority": "normal", "status": "solved", "recipient": null, '
        f'"requester_id": {customer}, "submitter_id": {customer}, "assignee_id": {agent}, "organization_id": null, '
        f'"group_id": {7_000 + n % GROUPS}, "collaborator_ids": [], "follower_ids": [], "has_incidents": false, '
        f'"is_public": true, "due_at": null, "tags": ["payout", "topic_{n % 40}"], '
        f'"custom_fields": [{{"id": 360001, "value": "payouts"}}, {{"id": 360002, "value": "{n}"}}], '
        f'"satisfaction_rating": {{"score": "{"good" if n % 3 else "offered"}"}}, '
        f'"metric_set": {{"solved_at": "{solved}", "reopens": 0, "group_stations": 1, '
        f'"reply_time_in_minutes": {{"calendar": 7, "business": null}}, '
        f'"full_resolution_time_in_minutes": {{"calendar": 90, "business": null}}}}}}\n'
    )


def _comments(n: int, tickets: int, rng: random.Random, sentences: list[str]) -> Iterator[str]:
    number, agent, customer = FIRST_TICKET + n, 10_000 + n % AGENTS, 100_000 + n * 7 % customers_of(tickets)
    drawn = rng.choices(sentences, k=MESSAGES * 6)
    lengths = itertools.cycle((3, 6, 1, 4, 2, 5, 3, 2))
    for place in range(MESSAGES):
        body = " ".join(drawn[place * 6 : place * 6 + next(lengths)])
        who = agent if place % 2 else customer
        yield (
            f'{{"id": {n * MESSAGES + place + 1}, "ticket_id": {number}, "type": "Comment", "author_id": {who}, '
            f'"body": "{body}", "plain_body": "{body}", '
            f'"html_body": "<div class=\\"zd-comment\\" dir=\\"auto\\">{body}<br></div>", "public": true, '
            f'"audit_id": {n * MESSAGES + place + 5}, "attachments": [], '
            f'"created_at": "{_moment(n, tickets, place * 11)}", '
            f'"via": {{"channel": "email", "source": {{"from": {{}}, "to": {{}}, "rel": null}}}}}}\n'
        )
