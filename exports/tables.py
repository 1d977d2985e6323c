"""One flat table as CSV or as a workbook: what a list page shows, to take along."""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Real
from typing import Literal

from exports.provenance import Provenance
from exports.text import csv_text

Kind = Literal["text", "number", "whole", "share", "day", "minute"]
Cell = str | float | Decimal | Fraction | dt.date | dt.datetime | None

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as the machine's old code page
LINE_END = "\r\n"
# A workbook is built in memory; above this the CSV is the better file.
MOST_ROWS = 100_000
WIDTHS: dict[Kind, float] = {"text": 24, "number": 12, "whole": 10, "share": 10, "day": 12, "minute": 17}
STYLES: dict[Kind, str] = {
    "text": "text line",
    "number": "any number",
    "whole": "plain whole",
    "share": "share",
    "day": "day",
    "minute": "minute",
}
NUMBERS: tuple[Kind, ...] = ("number", "whole", "share")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its title, what its cells hold, and what that means, for the dictionary of columns."""

    title: str
    kind: Kind = "text"
    meaning: str = ""
    width: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A flat table; every row has one value for each column, ``None`` for nothing."""

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]

    def __post_init__(self) -> None:
        titles = [column.title.casefold() for column in self.columns]
        if not titles:
            raise ValueError(f"the table {self.name!r} has no column")
        if len(set(titles)) < len(titles):
            raise ValueError(f"the table {self.name!r} has two columns of one title")


def to_csv(table: Table, *, zone: dt.tzinfo) -> bytes:
    """The table as CSV: UTF-8 with its mark, comma, CRLF (RFC 4180), times in ISO 8601 with the zone's offset.

    Texts are quoted and cannot become formulas (``exports.text.csv_text`` says how); numbers are bare.
    """
    return (BYTE_ORDER_MARK + "".join(csv_lines(table, zone=zone))).encode()


def csv_lines(table: Table, *, zone: dt.tzinfo) -> Iterator[str]:
    """The lines of the CSV one by one, head first, without the byte order mark."""
    yield ",".join(_quoted(column.title) for column in table.columns) + LINE_END
    for number, row in enumerate(table.rows, start=1):
        yield ",".join(field(value, zone) for value in checked(table.name, table.columns, number, row)) + LINE_END


def to_xlsx(table: Table, *, zone: dt.tzinfo, provenance: Provenance) -> bytes:
    """The table as a workbook: the data from cell A1 on, what the columns mean, where they come from."""
    # openpyxl is much of a program's start: whoever only writes CSV need not load it.
    from exports.workbook import add_provenance
    from exports.workbook.report import begin_report

    if len(table.rows) > MOST_ROWS:
        raise ValueError(f"{len(table.rows):,} rows are more than a workbook should hold ({MOST_ROWS:,}): use CSV")
    book = begin_report(provenance, table.name, zone)
    header, footer = provenance.title, provenance.confidentiality
    widths = [column.width or WIDTHS[column.kind] for column in table.columns]
    sheet = book.sheet(table.name, widths=widths, landscape=True, header=header, footer=footer)
    right = [place for place, column in enumerate(table.columns, start=1) if column.kind in NUMBERS]
    sheet.headers(1, [column.title for column in table.columns], right=right)
    for number, row in enumerate(table.rows, start=1):
        for place, value in enumerate(checked(table.name, table.columns, number, row), start=1):
            sheet.put(number + 1, place, value, STYLES[table.columns[place - 1].kind])
    if not table.rows:
        sheet.put(2, 1, "No row fits the filters.", "soft")
    last = max(len(table.rows), 1) + 1
    sheet.table("Data", sheet.area(1, 1, last, len(table.columns)), ruled=False)
    sheet.freeze(2, 2)
    sheet.repeat(1, 1)
    sheet.print_area(len(table.columns), last)
    meanings = book.sheet("Columns", widths=(28, 12, 70), header=header, footer=footer)
    meanings.headers(1, ("Column", "Holds", "Meaning"))
    for row_number, column in enumerate(table.columns, start=2):
        meanings.put(row_number, 1, column.title)
        meanings.put(row_number, 2, column.kind)
        meanings.put(row_number, 3, column.meaning)
        meanings.fit(row_number)
    meanings.repeat(1, 1)
    add_provenance(book, provenance, header=header, footer=footer)
    return book.content()


def checked(name: str, columns: Sequence[Column], number: int, row: Sequence[Cell]) -> Sequence[Cell]:
    """The row as it is; ValueError, which names the table's row and column, when it does not fit its columns."""
    if len(row) != len(columns):
        raise ValueError(f"row {number} of {name!r} has {len(row)} values for {len(columns)} columns")
    for column, value in zip(columns, row, strict=True):
        if value is not None and not fits(column.kind, value):
            raise ValueError(f"row {number} of {name!r}: {column.title!r} holds {column.kind}, not {value!r}")
    return row


def fits(kind: Kind, value: Cell) -> bool:
    """Whether a column of this kind may hold the value."""
    if kind == "text":
        return isinstance(value, str)
    if kind == "minute":
        return isinstance(value, dt.datetime) and value.utcoffset() is not None
    if kind == "day":
        return isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return False
    return math.isfinite(value)


def field(value: object, zone: dt.tzinfo) -> str:
    """One field of a CSV: quoted text that is no formula, a bare number, a moment with its offset."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Real | Decimal):
        return repr(float(value) + 0.0)  # -0.0 is 0.0
    raise ValueError(f"a field holds text, a number or a time, not {value!r}")


def _quoted(text: str) -> str:
    return '"' + csv_text(text).replace('"', '""') + '"'
