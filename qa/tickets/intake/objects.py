"""Exports of objects in the shape of a help desk's API: JSON Lines, or its answers kept as files.

What differs from one help desk to another (its tables, and what their fields mean) is a ``Desk``, one module each; the
live pulls give their objects to the same ones.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from qa.tickets.intake import files
from qa.tickets.intake.base import (
    AgentRecord,
    BadCellError,
    MessageRecord,
    Origin,
    Record,
    Reject,
    Repeated,
    TicketRecord,
    Told,
    UnusableFileError,
    reject,
    told_again,
)
from qa.tickets.intake.gathering import Join, Keys
from qa.tickets.intake.json_tables import (
    ONE_A_LINE,
    BadObject,
    document_of,
    lists_of,
    objects_in,
    objects_of,
    parsed,
)
from qa.tickets.intake.marks import Marks
from qa.tickets.intake.values import optional_id

SUFFIXES = (*ONE_A_LINE, ".json", ".json.gz")
IN_NAME = re.compile(r"ticket_(\d+)_")  # an answer about one ticket names it in the file's name only
OWN_ID = re.compile(rb'"id"\s*:\s*(-?\d{1,18})\s*[,}]')
VALUE = re.compile(rb'\s*:\s*(?:"([^"\\\n]*)"|(-?\d+))')  # of a field, a text or a number
LEFT_OUT = "left out: neither its name nor a list in it is known"
Row = dict[str, Any]
Inside = list[tuple[str, Any]]  # the field of the ticket that holds a message, and the message
Loses = Literal["ticket", "message", "cell"]


class Desk(Protocol):
    """What a help desk's objects mean."""

    @property
    def kind(self) -> str:
        """The source's kind."""

    @property
    def tickets(self) -> str:
        """The table of tickets."""

    @property
    def messages(self) -> str | None:
        """The table of messages, where they can stand apart from their tickets."""

    @property
    def belongs(self) -> str:
        """The message's field that names its ticket."""

    @property
    def tables(self) -> Mapping[str, tuple[str, ...]]:
        """Every table by the names of its files and of its lists in an answer."""

    @property
    def agents(self) -> Mapping[str, AgentRecord]:
        """Whom the help desk calls an agent, as far as it has been told."""

    def take(self, table: str, row: Row) -> None:
        """Learn an agent, a group, a rating: whatever tickets refer to."""

    def inside(self, row: Row) -> Inside | None:
        """What should be the messages that a ticket holds itself; None where they stand apart."""

    def message(self, row: Row, ticket: Row) -> MessageRecord | None:
        """A message; None for an entry that nobody said."""

    def ticket(self, row: Row, messages: Iterable[MessageRecord] | None, origin: Origin | None = None) -> TicketRecord:
        """A ticket with what was learned about it."""

    def age(self, row: Row) -> tuple[str, int]:
        """By which the newer of two tellings of a ticket is known."""


class Line(NamedTuple):
    """One object and where it stands."""

    file: str
    number: int
    row: Row

    def rejected(self, bad: BadCellError, loses: Loses, messages: int = 0, *, within: str = "") -> Reject:
        """``within`` is the field of the object that holds what is bad."""
        column = field_of(within, bad.column)
        return reject(self.file, self.number, column, bad.value, bad.reason, loses=loses, messages=messages)


class ObjectExport:
    """An opened export. What tickets refer to is read at once; tickets and their messages stream past each other."""

    def __init__(self, paths: Sequence[Path], desk: Desk, marks: Marks | None = None) -> None:
        self._desk, self._marks = desk, marks or Marks()
        self._rejects: list[Reject] = []
        self._lined: set[Path] = set()  # files with an object a line
        self._files = self._by_table(files.listed(paths, SUFFIXES))
        if not self._files[desk.tickets]:
            name = desk.tables[desk.tickets][0]
            raise UnusableFileError(f"The export needs {name}.jsonl.gz (or {name}.json); there is none.")
        self._learn()
        self._before: list[Reject | Repeated] = []
        self._known = Keys(self._ticket_keys())
        self._apart = desk.messages is not None and bool(self._files[desk.messages])
        self._awaited = Keys(self._message_keys() if self._apart else (), runs=True)
        self.total: int | None = len(self._known)

    def agents(self) -> Iterable[AgentRecord]:
        return list(self._desk.agents.values())

    def records(self) -> Iterator[Record]:
        """Each ticket as soon as its last message is read, then those without any."""
        return self._marks.on(self._records())

    def _records(self) -> Iterator[Record]:
        yield from self._rejects
        join: Join[Line, Told] = Join(self._tickets(), self._known, self._awaited)
        if self._apart and self._desk.messages is not None:
            yield from self._with_messages(join, self._desk.messages)
        for line, messages in join.rest():
            yield from self._told_before()
            yield from self._complete(line, messages)
        yield from self._told_before()

    def _told_before(self) -> Iterator[Record]:
        found, self._before = self._before, []
        yield from found

    def _with_messages(self, join: Join[Line, Told], table: str) -> Iterator[Record]:
        for found in self._lines(table, "message"):
            if isinstance(found, Reject):
                yield found
                continue
            key = optional_id(found.row, self._desk.belongs) or ""
            ticket = join.ticket(key)
            if self._before:
                yield from self._told_before()
            if join.is_ready:
                for complete, messages in join.ready():
                    yield from self._complete(complete, messages)
            if ticket is None:
                bad = BadCellError(self._desk.belongs, key, "a message of no ticket in this export")
                yield found.rejected(bad, "message")
                continue
            try:
                message = self._desk.message(found.row, ticket.row)
            except BadCellError as unusable:
                yield found.rejected(unusable, "message")
                continue
            if message is not None:
                join.add(key, Told(message, found.file, found.number, "id"))

    def _complete(self, line: Line, apart: list[Told]) -> Iterator[Record]:
        return complete(self._desk, line, apart, told_apart=self._apart)

    def _learn(self) -> None:
        """Take in the small tables; a row of them that cannot be used is told and left out."""
        for table in self._desk.tables:
            if table in (self._desk.tickets, self._desk.messages):
                continue
            for line in self._lines(table, "cell"):
                if isinstance(line, Reject):
                    self._rejects.append(line)
                    continue
                try:
                    self._desk.take(table, line.row)
                except BadCellError as bad:
                    self._rejects.append(line.rejected(bad, "cell"))

    def _key(self, line: Line | Reject) -> str | None:
        return optional_id(line.row, "id") if isinstance(line, Line) else None

    def _tickets(self) -> Iterator[tuple[str, Line]]:
        """The tickets by id; of several rows of one ticket the newest, and the others are told."""
        several: dict[str, tuple[Line, int]] = {}
        for line in self._lines(self._desk.tickets, "ticket"):
            if isinstance(line, Reject):
                self._before.append(line)
                continue
            key = self._key(line)
            if key is None:
                bad = BadCellError("id", line.row.get("id"), "a ticket needs an id")
                lost = len(self._desk.inside(line.row) or ())
                self._before.append(line.rejected(bad, "ticket", messages=lost))
                continue
            rows = self._known.count(key)
            if rows < 2:
                yield key, line
                continue
            before, seen = several.pop(key, (None, 0))
            chosen = line if before is None else self._newer(before, line, key)
            if seen + 1 == rows:
                yield key, chosen
            else:
                several[key] = chosen, seen + 1
        for key, (line, _) in several.items():
            yield key, line

    def _newer(self, one: Line, other: Line, key: str) -> Line:
        if one.row == other.row:
            self._before.append(Repeated(of="ticket"))
            return one
        older, newer = sorted((one, other), key=lambda line: self._desk.age(line.row))  # else the one read later
        bad = BadCellError("id", key, f"{newer.file}, line {newer.number}, tells of the same ticket and is newer")
        self._before.append(older.rejected(bad, "ticket"))
        return newer

    def _ticket_keys(self) -> Iterator[str]:
        """The tickets' ids; of a raw line where its id stands before anything inside the object, else of the object."""
        for path in self._files[self._desk.tickets]:
            if path not in self._lined:
                for line in self._lines_of(path, self._desk.tickets, "ticket"):
                    if key := self._key(line):
                        yield key
                continue
            for number, raw in files.lines(path):
                place = raw.find(b'"id"')
                outer = place > 0 and raw.find(b"{", raw.find(b"{") + 1, place) < 0 and raw.find(b"[", 0, place) < 0
                found = OWN_ID.match(raw, place) if outer else None
                if found is not None:
                    yield found[1].decode()
                    continue
                row = parsed(raw)
                if isinstance(row, dict) and (key := self._key(Line("", number, row))):
                    yield key

    def _message_keys(self) -> Iterator[str]:
        """The tickets' ids of the messages in their order, by a look at the raw lines where that is enough."""
        table = self._desk.messages or ""
        for path in self._files[table]:
            if path in self._lined and IN_NAME.search(path.name) is None:
                for block in files.blocks(path):
                    yield from keys_in(block, self._desk.belongs)
                continue
            for line in self._lines_of(path, table, "message"):
                if isinstance(line, Line):
                    yield optional_id(line.row, self._desk.belongs) or ""

    def _lines(self, table: str, loses: Loses) -> Iterator[Line | Reject]:
        for path in self._files[table]:
            yield from self._lines_of(path, table, loses)

    def _lines_of(self, path: Path, table: str, loses: Loses) -> Iterator[Line | Reject]:
        name = files.plain_name(path)
        about = IN_NAME.search(path.name) if table == self._desk.messages else None
        document = document_of(path)
        if about is None and document is None:  # the usual way, in which an export has millions of lines
            for number, raw in files.lines(path):
                row = parsed(raw)
                if isinstance(row, BadObject):
                    yield reject(name, number, None, "", row.reason, loses=loses)
                else:
                    yield Line(name, number, row)
            return
        for placed in objects_in(document) if document is not None else objects_of(path):
            if placed.table is not None and self._table_called(placed.table) != table:
                continue
            if isinstance(placed.row, BadObject):
                yield reject(name + placed.within, placed.line, None, "", placed.row.reason, loses=loses)
                continue
            if about is not None:
                placed.row.setdefault(self._desk.belongs, about[1])
            yield Line(name + placed.within, placed.line, placed.row)

    def _by_table(self, paths: Sequence[Path]) -> dict[str, list[Path]]:
        """The files by what they hold: by their names, answers of an API by the names of their lists."""
        found: dict[str, list[Path]] = {table: [] for table in self._desk.tables}
        for path in paths:
            files.kind_of(path)  # refuses a PDF, a picture, a web page
            tables = self._tables_in(path)
            for table in tables:
                found[table].append(path)
            if not tables:
                self._rejects.append(reject(files.plain_name(path), None, None, "", LEFT_OUT))
        return found

    def _tables_in(self, path: Path) -> list[str]:
        name = path.name.lower()
        document = document_of(path)
        if document is None:
            self._lined.add(path)
        else:
            named = {table for each in lists_of(document) if (table := self._table_called(each)) is not None}
            if named:
                return sorted(named)
        fitting = [
            (len(called), table)
            for table, names in self._desk.tables.items()
            for called in names
            if name.startswith(called)
        ]
        if fitting:
            return [max(fitting)[1]]
        return [self._desk.tickets] if self._desk.messages is None else []

    def _table_called(self, name: str) -> str | None:
        return next((table for table, names in self._desk.tables.items() if name in names), None)


def keys_in(block: bytes, field: str) -> Iterator[str]:
    """A field of the objects in whole lines of JSON, as ``optional_id`` gives it, empty where an object has none.

    Where each line names the field once, as nearly always, the lines are cut there and not read as JSON.
    """
    before, *after = block.split(b'"%s"' % field.encode())
    keys = _keys_of(after) if b"\n" not in before.lstrip() else None
    if keys is not None:
        yield from keys
        return
    for raw in block.split(b"\n"):
        row = parsed(raw)
        if isinstance(row, dict):
            yield optional_id(row, field) or ""


def _keys_of(pieces: Sequence[bytes]) -> list[str] | None:
    """The value that each piece of a block begins with; ``None`` where not each piece holds the end of one line."""
    keys: list[str] = []
    again = b""  # how the piece before began, its value and what ends it: as most pieces begin
    for place, piece in enumerate(pieces, start=1):
        if piece.count(b"\n") != 1 and (place < len(pieces) or b"\n" in piece.removesuffix(b"\n")):
            return None
        if not again or not piece.startswith(again):
            found = VALUE.match(piece)
            if found is None:
                return None
            key = (found[1] or found[2] or b"").decode("utf-8", "replace").strip()
            again = piece[: found.end() + 1] if found.end() < len(piece) else b""
        keys.append(key)
    return keys or None


def field_of(within: str, field: str | None) -> str | None:
    """A field by the path to it."""
    return ".".join(each for each in (within, field) if each) or None


def complete(desk: Desk, line: Line, apart: Sequence[Told] = (), *, told_apart: bool = False) -> Iterator[Record]:
    """A ticket with its messages, those that it holds itself and those that stood apart."""
    told = list(apart)
    inside = desk.inside(line.row)
    for within, row in inside or ():
        try:
            if not isinstance(row, dict):
                raise BadCellError(None, "", "not a JSON object")
            message = desk.message(row, line.row)
        except BadCellError as bad:
            yield line.rejected(bad, "message", within=within)
            continue
        if message is not None:
            told.append(Told(message, line.file, line.number, field_of(within, "id")))
    by_id = {each.message.external_id: each for each in told}
    if len(by_id) < len(told):
        yield from told_again(told, by_id)
    messages = sorted((each.message for each in by_id.values()), key=lambda message: message.at)
    silent = inside is None and not told_apart
    try:
        record = desk.ticket(line.row, None if silent else messages, Origin(line.file, line.number))
    except BadCellError as bad:
        yield line.rejected(bad, "ticket", messages=len(messages))
        return
    yield record
