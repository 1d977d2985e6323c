"""Flat files read by a column mapping: tables of tickets and of their messages, in a folder or named one by one."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qa.tickets.intake import files, flat_rows, guessing, opening
from qa.tickets.intake.base import (
    AgentRecord,
    BadCellError,
    Record,
    Reject,
    Repeated,
    Told,
    UnusableFileError,
    reject,
    told_again,
)
from qa.tickets.intake.fields import plain
from qa.tickets.intake.flat_rows import KEPT, SIGNAL
from qa.tickets.intake.gathering import Join, Keys
from qa.tickets.intake.mapping import ColumnMapping, SheetMapping
from qa.tickets.intake.tables import HIDDEN, BadRow, Sheet, TableRow, shown_header, table_row
from qa.tickets.signals import MAPPED_PREFIX

SHORTEST_NAME = 3  # characters of a person's name that is looked for in a rejected value
DELIMITED = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".tab", ".txt", ".txt.gz")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")


@dataclass(frozen=True, slots=True)
class Table:
    """A table and what its columns mean."""

    sheet: Sheet
    mapping: SheetMapping

    def rows(self) -> Iterator[TableRow | BadRow]:
        places = {plain(name): place for place, name in reversed(list(enumerate(self.sheet.header)))}
        mapping = self.mapping
        wanted = {
            **mapping.columns,
            **{KEPT + name: name for name in mapping.keep},
            **{SIGNAL + name: name for name in mapping.signals},
            **{plain_signal(name): name for name in self.sheet.header if plain_signal(name).startswith(MAPPED_PREFIX)},
        }
        columns = {ours: places[plain(theirs)] for ours, theirs in wanted.items() if plain(theirs) in places}
        names = {ours: self.sheet.header[place] for ours, place in columns.items()}
        for row in self.sheet.rows():
            yield row if isinstance(row, BadRow) else table_row(self.sheet, row, columns, names)


@dataclass(slots=True)
class Ticket:
    """The row that is used for a ticket, and what was told of its cells."""

    row: TableRow
    mapping: SheetMapping
    assignee: AgentRecord | None
    told: list[Reject] = field(default_factory=list)

    def tell(self, bad: BadCellError) -> None:
        self.told.append(rejected(self.row, bad, "cell"))

    def requester(self) -> tuple[str, str]:
        return self.row.cells.get("Requester", ""), self.row.cells.get("Requester Email", "")


class FlatExport:
    """An opened set of flat files. Tickets and messages stream past each other; rows of one ticket wait for it."""

    def __init__(
        self, paths: Sequence[Path], mapping: ColumnMapping | None = None, *, suffixes: tuple[str, ...] = DELIMITED
    ) -> None:
        """``suffixes``: the endings of the files that are taken from a folder; files named singly may have any."""
        told = [sheet for path in files.listed(paths, suffixes) for sheet in opening.sheets_of(path)]
        sheets = [sheet for sheet in told if sheet.written != HIDDEN] or told
        self._before: list[Reject | Repeated] = [left_out(sheet) for sheet in told if sheet not in sheets]
        if mapping is None:
            mapping = guessing.guess(sheets)
            self._before += [left_out(sheet) for sheet in sheets if mapping.sheet_for(sheet.header) is None]
            self._before += [each for sheet in sheets for each in passed_over(sheet, mapping)]
        self._tickets_of, self._messages_of = _sorted_out(sheets, mapping)
        self._marks = mapping.marks
        self._agents = flat_rows.Agents()
        self._known = Keys(self._meet())
        self._awaited = Keys(self._message_keys(), runs=True)
        self.total: int | None = len(self._known)

    def agents(self) -> Iterable[AgentRecord]:
        return list(self._agents.by_email.values())

    def records(self) -> Iterator[Record]:
        """Each ticket as soon as its last message is read, then those without messages."""
        return self._marks.on(self._records())

    def _records(self) -> Iterator[Record]:
        join: Join[Ticket, Told] = Join(self._tickets(), self._known, self._awaited)
        yield from self._with_messages(join)
        for ticket, messages in join.rest():
            yield from self._told_before()
            yield from self._finished(ticket, messages)
        yield from self._told_before()

    def _told_before(self) -> Iterator[Record]:
        found, self._before = self._before, []
        yield from found

    def _finished(self, ticket: Ticket, told: list[Told]) -> Iterator[Record]:
        by_id = {each.message.external_id: each for each in told}
        if len(by_id) < len(told):
            yield from told_again(told, by_id)
        ordered = flat_rows.in_order(each.message for each in by_id.values()) if self._messages_of else None
        try:
            record = flat_rows.ticket_record(ticket.row, ticket.mapping, self._agents, ordered, ticket.tell)
        except BadCellError as bad:
            yield rejected(ticket.row, bad, "ticket", messages=len(by_id))
            return
        yield record
        yield from ticket.told

    def _with_messages(self, join: Join[Ticket, Told]) -> Iterator[Record]:
        for table in self._messages_of:
            for row in table.rows():
                if isinstance(row, BadRow):
                    yield bad_row(row, "message")
                    continue
                key = _key(row)
                ticket = join.ticket(key) if key else None
                yield from self._told_before()
                for complete, messages in join.ready():
                    yield from self._finished(complete, messages)
                if ticket is None or key is None:
                    shown = row.cells.get("Ticket ID", "")
                    bad = BadCellError("Ticket ID", shown, "a message of no ticket in these files")
                    yield rejected(row, bad, "message")
                    continue
                try:
                    message = flat_rows.message_record(
                        row, table.mapping, self._agents, ticket.assignee, ticket.requester()
                    )
                except BadCellError as unusable:
                    yield rejected(row, unusable, "message")
                    continue
                # Without a column of ids the id follows from what is said, and stands nowhere.
                join.add(key, Told(message, row.file, row.line, row.names.get("Message ID")))

    def _message_keys(self) -> Iterator[str]:
        for table in self._messages_of:
            for row in table.rows():
                if isinstance(row, TableRow):
                    yield _key(row) or ""

    def _meet(self) -> Iterator[str]:
        """The ids of all tickets' rows, learning the agents on the way."""
        for table in self._tickets_of:
            last = None
            for row in table.rows():
                if isinstance(row, BadRow):
                    continue
                self._agents.meet(row.cells.get("Assignee", ""), row.cells.get("Assignee Email", ""))
                key = _key(row)
                if key is None:
                    continue
                if key != last or table.mapping.reads != "both":
                    yield key
                last = key

    def _tickets(self) -> Iterator[tuple[str, Ticket]]:
        """The row to use for each ticket; the others are repeated or told as older."""
        several: dict[str, tuple[Ticket, int]] = {}
        for table in self._tickets_of:
            beside = table.mapping.reads == "both"
            for key, ticket in self._rows_of_tickets(table, beside=beside):
                rows = self._known.count(key)
                if rows < 2:
                    yield key, ticket
                    continue
                before, seen = several.pop(key, (None, 0))
                chosen = ticket if before is None else self._newer(before, ticket, key, beside=beside)
                if seen + 1 == rows:
                    yield key, chosen
                else:
                    several[key] = chosen, seen + 1
        for key, (ticket, _) in several.items():
            yield key, ticket

    def _rows_of_tickets(self, table: Table, *, beside: bool) -> Iterator[tuple[str, Ticket]]:
        """The rows that tell of tickets; beside messages, the rows of one run tell of one ticket."""
        held: tuple[str, Ticket] | None = None
        for row in table.rows():
            if isinstance(row, BadRow):
                if not beside:
                    self._before.append(bad_row(row, "ticket"))
                continue
            try:
                key = flat_rows.ticket_id(row)
            except BadCellError as bad:
                if not beside:
                    self._before.append(rejected(row, bad, "ticket"))
                continue
            cells = row.cells
            assignee = self._agents.find(cells.get("Assignee", ""), cells.get("Assignee Email", ""))
            ticket = Ticket(row, table.mapping, assignee)
            if not beside:
                yield key, ticket
                continue
            if held is not None and held[0] == key:
                ticket = self._newer(held[1], ticket, key, beside=True)
            elif held is not None:
                yield held
            held = key, ticket
        if held is not None:
            yield held

    def _newer(self, one: Ticket, other: Ticket, key: str, *, beside: bool) -> Ticket:
        """Of two rows of one ticket the newer by its own account, else the one that agrees with itself, else the later.

        The other one is told, unless both say the same or tickets only stand beside their messages.
        """
        if same(one.row, other.row):
            if not beside:
                self._before.append(Repeated(of="ticket"))
            return one
        loser, winner = sorted((one, other), key=_weight)  # stable: of two alike, the one that was read later
        if not beside:
            place = f"{winner.row.file}, line {winner.row.line},"
            reason = f"{place} tells of the same ticket and is newer, or agrees better with itself"
            self._before.append(rejected(loser.row, BadCellError("Ticket ID", key, reason), "ticket"))
        return winner


def _weight(ticket: Ticket) -> tuple[str, bool]:
    updated = ""
    with contextlib.suppress(BadCellError):
        updated = flat_rows.moment(ticket.row, ticket.mapping, "Updated At").isoformat()
    return updated, flat_rows.is_consistent(ticket.row, ticket.mapping)


def same(one: TableRow, other: TableRow) -> bool:
    """Whether two rows say the same of a ticket, however its id is spelt."""
    return all(one.cells[name] == other.cells.get(name) for name in one.cells if name != "Ticket ID")


def plain_signal(name: str) -> str:
    """A column that its own name says to be a signal."""
    bare = name.strip().casefold()
    return flat_rows.signal_name(name) if bare.replace(" ", "_").replace("-", "_").startswith(MAPPED_PREFIX) else bare


def rejected(row: TableRow, bad: BadCellError, loses: flat_rows.Loses, messages: int = 0) -> Reject:
    """A reject in the file's own words for its columns."""
    return reject(
        row.file,
        row.line,
        row.called(bad.column),
        bad.value,
        bad.reason,
        loses=loses,
        messages=messages,
        person=bad.column in flat_rows.PERSONS or _names_somebody(row, bad.value),
    )


def _names_somebody(row: TableRow, value: object) -> bool:
    """Whether a value holds the name of a person of the row, where cells slipped; an address is known by its form."""
    told = str(value).casefold()
    people = (flat_rows.word(row, name).casefold() for name in flat_rows.PERSONS)
    return any(len(each) >= SHORTEST_NAME and "@" not in each and each in told for each in people)


def left_out(sheet: Sheet) -> Reject:
    reason = "left out: the workbook hides it" if sheet.written == HIDDEN else "left out: none of its columns is known"
    return reject(sheet.name, None, None, "", reason)


def passed_over(sheet: Sheet, guessed: ColumnMapping) -> Iterator[Reject]:
    """The columns that a guess leaves out although they are called as a field is."""
    found = guessed.sheet_for(sheet.header, sheet.name)
    for column, each in guessing.passed_over(sheet.header, found) if found is not None else ():
        without = f"; {each.help}" if each.help.startswith("without it") else ""
        reason = f"left out: what stands in it cannot be read as {each.name}{without}"
        yield reject(sheet.name, None, column, "", reason)


def bad_row(row: BadRow, loses: flat_rows.Loses) -> Reject:
    return reject(row.file, row.line, None, row.value, row.reason, loses=loses)


def _key(row: TableRow) -> str | None:
    try:
        return flat_rows.ticket_id(row)
    except BadCellError:
        return None


def _sorted_out(sheets: Sequence[Sheet], mapping: ColumnMapping) -> tuple[list[Table], list[Table]]:
    """Which tables hold tickets and which messages."""
    tickets: list[Table] = []
    messages: list[Table] = []
    for sheet in sheets:
        found = mapping.sheet_for(sheet.header, sheet.name)
        if found is None or found.reads == "nothing":
            continue
        lacking = found.lacking()
        if lacking:
            raise UnusableFileError(guessing.lacks(sheet, lacking))
        if found.reads in ("tickets", "both"):
            tickets.append(Table(sheet, found))
        if found.reads in ("messages", "both"):
            messages.append(Table(sheet, found))
    if not tickets and messages:
        raise UnusableFileError("There are messages but no file of tickets: hand in both together.")
    if not tickets:
        raise UnusableFileError(
            "The mapping fits none of these tables: "
            + "; ".join(f"{sheet.name} has the columns {shown_header(sheet.header)}" for sheet in sheets)
        )
    return tickets, messages
