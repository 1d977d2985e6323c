"""The first tickets of the shared Zendesk export with all that belongs to them."""

import gzip
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.shared import shared_path

TABLES = ("comments", "ticket_metrics", "satisfaction_ratings")  # of tickets, in the order of tickets
EACH = 60  # rows of a table that a ticket has at most, so that no more of millions of bytes is read


def cut_of_the_shared_set(folder: Path, tickets: int) -> Path:
    """A folder with so many tickets."""
    folder.mkdir()
    for table, rows in rows_of_the_shared_set(tickets).items():
        (folder / f"{table}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def rows_of_the_shared_set(tickets: int) -> dict[str, list[dict[str, Any]]]:
    """The rows by table."""
    found = {"tickets": [json.loads(line) for line in itertools.islice(_lines("tickets"), tickets)]}
    wanted = {row["id"] for row in found["tickets"]}
    for table in TABLES:
        rows = map(json.loads, itertools.islice(_lines(table), EACH * tickets))
        found[table] = [row for row in rows if row["ticket_id"] in wanted]
    return found | {table: [json.loads(line) for line in _lines(table)] for table in ("users", "groups")}


def _lines(table: str) -> Iterator[str]:
    with gzip.open(shared_path("data", "zendesk", f"{table}.jsonl.gz"), "rt", encoding="utf-8") as file:
        yield from file
