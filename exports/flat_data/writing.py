"""Tables written as CSV, JSON Lines or a workbook, a block of rows in memory at a time."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Literal, Protocol
from zipfile import ZIP_DEFLATED, ZipFile

from exports.flat_data.lines import Lines, Row
from exports.flat_data.tables import FlatTable
from exports.provenance import Provenance
from exports.tables import BYTE_ORDER_MARK, LINE_END, WIDTHS, field

FlatFormat = Literal["csv", "jsonl", "xlsx"]
FORMATS: tuple[FlatFormat, ...] = ("csv", "jsonl", "xlsx")
SHEET_ROWS = 500_000  # a sheet of twice as many opens on no ordinary machine
TOLD_EACH = 5_000  # rows of a block: what is in memory, and between two words of progress

Progress = Callable[[int], None]
DICTIONARY = ("table", "column", "holds", "meaning")
PROVENANCE = ("about", "name", "value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What one table came to: the digest is of its rows as canonical JSON Lines, so the same in every format."""

    table: FlatTable
    rows: int
    digest: str


class Target(Protocol):
    """A file that takes one table after another."""

    def begin(self, table: FlatTable) -> None: ...

    def put(self, rows: Sequence[Row], lines: Lines, canonical: bytes) -> None:
        """Take a block of rows; ``canonical`` is the same as JSON Lines, and ``lines`` gives other wordings."""

    def finish(self, dictionary: Iterable[Row], told: Provenance, provenance: Iterable[Row]) -> None: ...

    def give_up(self) -> None:
        """Leave no open file behind when the writing is broken off."""


def write(
    path: Path,
    form: FlatFormat,
    tables: Iterable[tuple[FlatTable, Iterable[Row]]],
    *,
    zone: dt.tzinfo,
    provenance: Callable[[Sequence[Written]], Provenance],
    progress: Progress = lambda _: None,
) -> tuple[Written, ...]:
    """Write the tables, their dictionary and where they come from; ValueError for a row that does not fit.

    CSV and JSON Lines come as a zip, a file a table. ``progress`` is told how many rows are written in all; what it
    raises ends the writing.
    """
    target: Target = _Book(path, zone) if form == "xlsx" else _Archive(path, form, zone)
    done: list[Written] = []
    try:
        for table, rows in tables:
            target.begin(table)
            done.append(_write_table(target, table, rows, sum(each.rows for each in done), zone, progress))
        told = provenance(done)
        target.finish(_dictionary(done), told, _told(told, done, zone))
    except BaseException:
        target.give_up()
        raise
    return tuple(done)


def _write_table(
    target: Target, table: FlatTable, rows: Iterable[Row], before: int, zone: dt.tzinfo, progress: Progress
) -> Written:
    digest, lines, count, rows = hashlib.sha256(), Lines(table, zone), 0, iter(rows)
    while block := list(islice(rows, TOLD_EACH)):
        canonical = lines.canonical(block, before=count).encode()
        digest.update(canonical)
        target.put(block, lines, canonical)
        count += len(block)
        progress(before + count)
    if count == 0:
        progress(before)
    return Written(table=table, rows=count, digest=digest.hexdigest())


def as_format(text: str) -> FlatFormat:
    """One of the formats; ValueError for another word."""
    for form in FORMATS:
        if form == text:
            return form
    raise ValueError(f"not a format of flat data: {text!r}")


class _Archive:
    """A zip with a file for each table."""

    def __init__(self, path: Path, form: FlatFormat, zone: dt.tzinfo) -> None:
        self._archive = ZipFile(path, "w", ZIP_DEFLATED, compresslevel=6)
        self._form, self._zone = form, zone
        self._file: IO[bytes] | None = None

    def begin(self, table: FlatTable) -> None:
        self._close()
        self._file = self._archive.open(f"{table.name}.{self._form}", "w", force_zip64=True)
        if self._form == "csv":
            self._file.write((BYTE_ORDER_MARK + _csv_line(table.field_names, self._zone)).encode())

    def put(self, rows: Sequence[Row], lines: Lines, canonical: bytes) -> None:
        if self._file is None:
            raise RuntimeError("no table was begun")
        self._file.write(lines.csv(rows).encode() if self._form == "csv" else canonical)

    def finish(self, dictionary: Iterable[Row], told: Provenance, provenance: Iterable[Row]) -> None:
        self._close()
        for name, head, rows in (("dictionary", DICTIONARY, dictionary), ("provenance", PROVENANCE, provenance)):
            lines = [_csv_line(row, self._zone) for row in (head, *rows)]
            self._archive.writestr(f"{name}.csv", BYTE_ORDER_MARK + "".join(lines))
        self._archive.close()

    def give_up(self) -> None:
        self._close()
        self._archive.close()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class _Book:
    """A workbook with a sheet for each table, or several for a long one."""

    def __init__(self, path: Path, zone: dt.tzinfo) -> None:
        # openpyxl is much of a program's start: whoever only writes CSV need not load it.
        from exports.workbook import RowBook

        self._path, self._zone = path, zone
        self._book = RowBook(title="Flat data", zone=zone)

    def begin(self, table: FlatTable) -> None:
        self._table = table
        self._sheet = self._book.sheet(table.title, table.field_names, [WIDTHS[each.kind] for each in table.columns])

    def put(self, rows: Sequence[Row], lines: Lines, canonical: bytes) -> None:
        for row in rows:
            if self._sheet.rows == SHEET_ROWS:
                self.begin(self._table)
            self._sheet.put(row)

    def finish(self, dictionary: Iterable[Row], told: Provenance, provenance: Iterable[Row]) -> None:
        sheets = (
            ("Dictionary", DICTIONARY, (14, 24, 10, 90), dictionary),
            ("Provenance", PROVENANCE, (24, 32, 90), provenance),
        )
        for name, head, widths, rows in sheets:
            sheet = self._book.sheet(name, head, widths)
            for row in rows:
                sheet.put(row)
        watermark = told.watermark(self._zone)
        self._book.save(self._path, head=told.title, foot=told.confidentiality, watermark=watermark)

    def give_up(self) -> None:
        self._book.give_up()


def _csv_line(row: Row, zone: dt.tzinfo) -> str:
    return ",".join([field(value, zone) for value in row]) + LINE_END


def _dictionary(done: Sequence[Written]) -> Iterator[Row]:
    for each in done:
        yield each.table.name, "", "row", each.table.row
        for column in each.table.columns:
            yield each.table.name, column.title, column.kind, column.meaning


def _told(provenance: Provenance, done: Sequence[Written], zone: dt.tzinfo) -> Iterator[Row]:
    about = "This export"
    yield about, "What", provenance.title
    yield about, "About", provenance.subject
    yield about, "Made for", provenance.prepared_for
    yield about, "Made by", provenance.prepared_by
    yield about, "Made at", provenance.prepared_at
    yield about, "First day of the data", provenance.period_from
    yield about, "Last day of the data", provenance.period_to
    yield about, "Software", provenance.software
    yield about, "Confidentiality", provenance.confidentiality
    yield about, "Watermark", provenance.watermark(zone)
    for kind, pairs in (("Filters applied", provenance.filters), ("How it is made", provenance.methods)):
        for name, value in pairs:
            yield kind, name, value
    for rubric in provenance.rubrics:
        yield "Rubric versions", rubric.label, rubric.fingerprint
    for receipt in provenance.receipts:
        yield "Draws", receipt.name, receipt.digest
    for written in done:
        yield "Rows", written.table.name, written.rows
        yield "SHA-256 of the rows as canonical JSON Lines", written.table.name, written.digest
