"""Flat files: one CSV of tickets, one of their messages, in a folder or named one by one, gzipped or not."""

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qa.tickets.intake import files, flat_rows, tables
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
from qa.tickets.intake.tables import BadRow, TableRow
from qa.tickets.redaction import redact

SUFFIXES = (".csv", ".csv.gz")


@dataclass(frozen=True, slots=True)
class Table:
    """A file and where its columns stand."""

    path: Path
    columns: Mapping[str, int]
    width: int

    def rows(self) -> Iterator[TableRow | BadRow]:
        return tables.rows_of(self.path, self.columns, self.width)


@dataclass(slots=True)
class Ticket:
    """The row that is used for a ticket, its messages' assignee, and what was told of its cells."""

    row: TableRow
    assignee: AgentRecord | None = None
    told: list[Reject] = field(default_factory=list)

    def tell(self, bad: BadCellError) -> None:
        self.told.append(rejected(self.row, bad, "cell"))


class FlatExport:
    """An opened set of flat files. The tickets' rows are held, the messages stream past them."""

    def __init__(self, paths: Sequence[Path], zone: dt.tzinfo = dt.UTC) -> None:
        self._zone = zone
        self._tickets_files, self._message_files = _sorted_out(files.listed(paths, SUFFIXES))
        self._agents = flat_rows.Agents()
        self._before: list[Reject | Repeated] = []
        self._tickets = self._read_tickets()
        self.total: int | None = len(self._tickets)

    def agents(self) -> Iterable[AgentRecord]:
        return list(self._agents.by_email.values())

    def records(self) -> Iterator[Record]:
        """Each ticket as soon as its last message is read, then those without messages."""
        yield from self._before
        waiting = dict(self._tickets)
        if self._message_files:
            yield from self._with_messages(waiting)
        for ticket in waiting.values():
            yield from self._finished(ticket, [] if self._message_files else None)

    def _finished(self, ticket: Ticket, messages: list[MessageRecord] | None) -> Iterator[Record]:
        try:
            record = flat_rows.ticket_record(ticket.row, self._agents, messages, self._zone, ticket.tell)
        except BadCellError as bad:
            lost = rejected(ticket.row, bad, "ticket", messages=len(messages or ()))
            yield lost
            return
        yield record
        yield from ticket.told

    def _with_messages(self, waiting: dict[str, Ticket]) -> Iterator[Record]:
        gatherer: Gatherer[str, MessageRecord] = Gatherer(self._count_messages())
        for row in self._rows(self._message_files):
            if isinstance(row, BadRow):
                yield bad_row(row, "message")
                continue
            key = _key(row) or ""
            ticket = waiting.get(key)
            message = None
            if ticket is None:
                bad = BadCellError("Ticket ID", row.cells["Ticket ID"], "a message of no ticket in these files")
                yield rejected(row, bad, "message")
            else:
                try:
                    message = flat_rows.message_record(row, self._agents, ticket.assignee, self._zone)
                except BadCellError as unusable:
                    yield rejected(row, unusable, "message")
            complete = gatherer.add(key, message)
            if complete is not None and ticket is not None:
                by_id = {each.external_id: each for each in complete}
                yield from (Repeated(of="message") for _ in range(len(complete) - len(by_id)))
                yield from self._finished(waiting.pop(key), flat_rows.in_order(by_id.values()))

    def _count_messages(self) -> Counter[str]:
        return Counter(_key(row) or "" for row in self._rows(self._message_files) if isinstance(row, TableRow))

    def _read_tickets(self) -> dict[str, Ticket]:
        """The row to use for each ticket; the others are repeated or told as older."""
        found: dict[str, Ticket] = {}
        for row in self._rows(self._tickets_files):
            if isinstance(row, BadRow):
                self._before.append(bad_row(row, "ticket"))
                continue
            try:
                key = flat_rows.ticket_id(row)
            except BadCellError as bad:
                self._before.append(rejected(row, bad, "ticket"))
                continue
            self._agents.meet(row.cells.get("Assignee", ""), row.cells.get("Assignee Email", ""))
            earlier = found.get(key)
            if earlier is None:
                found[key] = Ticket(row)
                continue
            if same(earlier.row, row):
                self._before.append(Repeated(of="ticket"))
                continue
            loser, winner = self._older_first(earlier.row, row)
            found[key] = Ticket(winner)
            reason = f"line {winner.line} tells of the same ticket and is newer, or agrees better with itself"
            self._before.append(rejected(loser, BadCellError("Ticket ID", key, reason), "ticket"))
        for ticket in found.values():
            cells = ticket.row.cells
            ticket.assignee = self._agents.find(cells.get("Assignee", ""), cells.get("Assignee Email", ""))
        return found

    def _older_first(self, one: TableRow, other: TableRow) -> tuple[TableRow, TableRow]:
        """Two rows of one ticket: the newer by its own account, then the one whose status fits, then the later."""

        def weight(row: TableRow) -> tuple[str, bool, int]:
            updated = ""
            with contextlib.suppress(BadCellError):
                updated = flat_rows.moment(row, "Updated At", self._zone).isoformat()
            return updated, flat_rows.is_consistent(row), row.line

        older, newer = sorted((one, other), key=weight)
        return older, newer

    @staticmethod
    def _rows(found: Sequence[Table]) -> Iterator[TableRow | BadRow]:
        for table in found:
            yield from table.rows()


def same(one: TableRow, other: TableRow) -> bool:
    """Whether two rows say the same of a ticket, however its id is spelt."""
    return all(one.cells[name] == other.cells.get(name) for name in one.cells if name != "Ticket ID")


def rejected(row: TableRow, bad: BadCellError, loses: flat_rows.Loses, messages: int = 0) -> Reject:
    return reject(row.file, row.line, bad.column, bad.value, bad.reason, loses=loses, messages=messages)


def bad_row(row: BadRow, loses: flat_rows.Loses) -> Reject:
    return reject(row.file, row.line, None, row.value, row.reason, loses=loses)


def _key(row: TableRow) -> str | None:
    try:
        return flat_rows.ticket_id(row)
    except BadCellError:
        return None


def _sorted_out(paths: Sequence[Path]) -> tuple[list[Table], list[Table]]:
    """Which files hold tickets and which messages, by their columns."""
    tickets: list[Table] = []
    messages: list[Table] = []
    for path in paths:
        header = tables.header_of(path)
        as_messages = tables.columns_of(header, flat_rows.MESSAGE_COLUMNS)
        as_tickets = tables.columns_of(header, flat_rows.TICKET_COLUMNS)
        if all(name in as_messages for name in flat_rows.MESSAGE_NEEDS):
            messages.append(Table(path, as_messages, len(header)))
            continue
        lacking = [name for name in flat_rows.TICKET_NEEDS if name not in as_tickets]
        if lacking and "Body" in as_messages:
            lacking = [name for name in flat_rows.MESSAGE_NEEDS if name not in as_messages]
        if lacking:
            raise UnusableFileError(
                f"{files.plain_name(path)} lacks the column{'s' * (len(lacking) > 1)} {', '.join(lacking)}. "
                f"Its header row is: {redact(', '.join(name.strip() for name in header))[:500]}"
            )
        tickets.append(Table(path, as_tickets, len(header)))
    if not tickets:
        raise UnusableFileError("There are messages but no file of tickets: hand in both together.")
    return tickets, messages
