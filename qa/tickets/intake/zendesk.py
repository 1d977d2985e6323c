"""A Zendesk export as files: JSON Lines of tickets, comments, users, groups, ratings and metrics."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from qa.tickets.intake import files
from qa.tickets.intake.base import (
    AgentRecord,
    BadCellError,
    MessageRecord,
    Record,
    Reject,
    Repeated,
    UnusableFileError,
    reject,
)
from qa.tickets.intake.gathering import Gatherer
from qa.tickets.intake.zendesk_rows import Account, message_record, optional_id, ticket_record

TABLES = ("tickets", "comments", "users", "groups", "satisfaction_ratings", "ticket_metrics")
SUFFIXES = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
TICKET_ID = re.compile(rb'"ticket_id"\s*:\s*(?:"([^"\\]*)"|(-?\d+))')
LONGEST_SHOWN = 200
Row = dict[str, Any]
Loses = Literal["ticket", "message", "cell"]


@dataclass(frozen=True, slots=True)
class Line:
    """One object and where it stands."""

    file: str
    number: int
    row: Row

    def rejected(self, bad: BadCellError, loses: Loses, messages: int = 0) -> Reject:
        return reject(self.file, self.number, bad.column, bad.value, bad.reason, loses=loses, messages=messages)


class ZendeskExport:
    """An opened export. What tickets refer to is read at once; tickets wait for their comments, which stream."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files = _by_table(files.listed(paths, SUFFIXES))
        if not self._files["tickets"]:
            raise UnusableFileError("A Zendesk export needs tickets.jsonl.gz (or tickets.jsonl); there is none.")
        self._rejects: list[Reject] = []
        self._account = Account()
        self._read("users", self._account.add_user)
        self._read("groups", self._account.add_group)
        for table, add in (
            ("satisfaction_ratings", self._account.add_rating),
            ("ticket_metrics", self._account.add_metrics),
        ):
            self._read(table, add, newest_by="ticket_id")
        self._repeated = 0
        self._tickets = self._newest_tickets()
        self.total: int | None = len(self._tickets)

    def agents(self) -> Iterable[AgentRecord]:
        return list(self._account.agents.values())

    def records(self) -> Iterator[Record]:
        """Each ticket as soon as its last comment is read, then those without comments."""
        yield from self._rejects
        yield from (Repeated(of="ticket") for _ in range(self._repeated))
        waiting = dict(self._tickets)
        if self._files["comments"]:
            yield from self._with_comments(waiting)
        for line in waiting.values():
            yield _ticket(line, self._account, [] if self._files["comments"] else None)

    def _with_comments(self, waiting: dict[str, Line]) -> Iterator[Record]:
        gatherer: Gatherer[str, MessageRecord] = Gatherer(self._count_comments())
        for found in self._lines("comments", "message"):
            if isinstance(found, Reject):
                yield found
                continue
            key = optional_id(found.row, "ticket_id") or ""
            ticket = waiting.get(key)
            message = None
            if ticket is None:
                yield found.rejected(BadCellError("ticket_id", key, "a comment of no ticket in this export"), "message")
            else:
                try:
                    message = message_record(found.row, ticket.row, self._account)
                except BadCellError as bad:
                    yield found.rejected(bad, "message")
            complete = gatherer.add(key, message)
            if complete is not None and ticket is not None:
                yield from self._complete(waiting.pop(key), complete)
        for key, incomplete in gatherer.rest():
            if key in waiting:
                yield from self._complete(waiting.pop(key), incomplete)

    def _complete(self, line: Line, comments: list[MessageRecord]) -> Iterator[Record]:
        messages, repeated = _in_order(comments)
        yield from (Repeated(of="message") for _ in range(repeated))
        yield _ticket(line, self._account, messages)

    def _count_comments(self) -> Counter[str]:
        """How many comments each ticket has, by a look at the raw lines where that is enough."""
        counts: Counter[str] = Counter()
        for path in self._files["comments"]:
            for _, line in files.lines(path):
                found = TICKET_ID.findall(line)
                if len(found) == 1:
                    counts[(found[0][0] or found[0][1]).decode("utf-8", "replace").strip()] += 1
                    continue
                row = parsed(line)
                if isinstance(row, dict):
                    counts[optional_id(row, "ticket_id") or ""] += 1
        return counts

    def _newest_tickets(self) -> dict[str, Line]:
        """The tickets by id; of several rows of one ticket the newest, and the others are told."""
        found: dict[str, Line] = {}
        for line in self._lines("tickets", "ticket"):
            if isinstance(line, Reject):
                self._rejects.append(line)
                continue
            key = optional_id(line.row, "id")
            if key is None:
                bad = BadCellError("id", line.row.get("id"), "a ticket needs an id")
                self._rejects.append(line.rejected(bad, "ticket"))
                continue
            earlier = found.get(key)
            if earlier is None:
                found[key] = line
            elif earlier.row == line.row:
                self._repeated += 1
            else:
                older, newer = sorted((earlier, line), key=_age)
                found[key] = newer
                bad = BadCellError("id", key, f"line {newer.number} tells of the same ticket and is newer")
                self._rejects.append(older.rejected(bad, "ticket"))
        return found

    def _read(self, table: str, add: Callable[[Row], None], newest_by: str | None = None) -> None:
        """Take in a small table; a row of it that cannot be used is told and left out."""
        ages: dict[str, str] = {}
        for line in self._lines(table, "cell"):
            if isinstance(line, Reject):
                self._rejects.append(line)
                continue
            if newest_by is not None:
                key, age = str(line.row.get(newest_by)), str(line.row.get("updated_at") or "")
                if ages.get(key, "") > age:
                    continue
                ages[key] = age
            try:
                add(line.row)
            except BadCellError as bad:
                self._rejects.append(line.rejected(bad, "cell"))

    def _lines(self, table: str, loses: Loses) -> Iterator[Line | Reject]:
        for path in self._files[table]:
            name = files.plain_name(path)
            for number, raw in files.lines(path):
                row = parsed(raw)
                if isinstance(row, dict):
                    yield Line(name, number, row)
                else:
                    shown = raw[:LONGEST_SHOWN].decode("utf-8", "replace")
                    yield reject(name, number, None, shown, row, loses=loses)


def _ticket(line: Line, account: Account, messages: list[MessageRecord] | None) -> Record:
    try:
        return ticket_record(line.row, account, messages)
    except BadCellError as bad:
        return line.rejected(bad, "ticket", messages=len(messages or ()))


def _age(line: Line) -> tuple[str, int, int]:
    generated = line.row.get("generated_timestamp")
    return str(line.row.get("updated_at") or ""), generated if isinstance(generated, int) else 0, line.number


def _in_order(messages: list[MessageRecord]) -> tuple[list[MessageRecord], int]:
    """The messages by time, the last telling of each, and how many were told again."""
    by_id = {message.external_id: message for message in messages}
    return sorted(by_id.values(), key=lambda message: message.at), len(messages) - len(by_id)


def _by_table(paths: Sequence[Path]) -> dict[str, list[Path]]:
    """The files by what their names say they hold; ticket_metrics is no file of tickets."""
    found: dict[str, list[Path]] = {table: [] for table in TABLES}
    for path in paths:
        name = path.name.lower()
        table = max((table for table in TABLES if name.startswith(table)), key=len, default=None)
        if table is not None:
            found[table].append(path)
    return found


def parsed(raw: bytes) -> Row | str:
    """One line's object, or why it is none."""
    try:
        value = json.loads(raw, parse_constant=_no_number)
    except UnicodeDecodeError:
        return "bytes that are not UTF-8"
    except (ValueError, RecursionError):
        return "not a JSON object on one line"
    return value if isinstance(value, dict) else "not a JSON object on one line"


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")
