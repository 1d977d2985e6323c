"""Tables of rows, whatever file they stand in: a CSV in any encoding, a sheet of a workbook, lines of JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from qa.tickets.intake.base import CONTROL, BadCellError, clean, shown_cell
from qa.tickets.redaction import redact_short

HEADER_ROWS = 20  # in which a header is looked for, below titles that some exports begin with
HIDDEN = "a sheet that the workbook hides"  # how such a sheet is written: nobody means it by "the export"
LONGEST_KEY = 20  # characters of a first cell that may be shown as the row's mark


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is no row of this table; ``value`` is its first cell where that looks like an id."""

    file: str
    line: int
    reason: str
    value: str


@dataclass(frozen=True, slots=True)
class Cells:
    """One row below the header, as wide as the header."""

    line: int
    cells: Sequence[str]
    within: str = ""  # which one of its line, where a line holds several; follows the file's name


class Sheet(Protocol):
    """One table of a file, opened: its header is read, its rows stream."""

    @property
    def name(self) -> str:
        """The file, and the sheet in a workbook, as reports show it."""

    @property
    def header(self) -> Sequence[str]:
        """The columns by their own names."""

    @property
    def written(self) -> str:
        """In which encoding and with which delimiter, in words."""

    def rows(self) -> Iterator[Cells | BadRow]: ...


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: where it stands, its cells by our names of the columns, and how the file calls these."""

    file: str
    line: int
    cells: Mapping[str, str]
    names: Mapping[str, str]

    def called(self, column: str | None) -> str | None:
        """A column as the file itself names it."""
        return self.names.get(column, column) if column is not None else None


def header_names(cells: Sequence[str]) -> list[str]:
    """The columns' names: none is empty, none stands twice, none says who a person is (a file may have no header)."""
    found: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = redact_short(" ".join(CONTROL.sub("", clean(cell)).split())) or f"column {place}"
        again, plain = 1, name
        while name in found:
            again += 1
            name = f"{plain} ({again})"
        found.append(name)
    return found


def header_place(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows is the header: the first that is at least half as full as the fullest."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows[:HEADER_ROWS]]
    if not any(filled):
        return None
    enough = max(1, (max(filled) + 1) // 2)
    return next(place for place, number in enumerate(filled) if number >= enough)


def row_of(name: str, line: int, cells: Sequence[str], width: int) -> Cells | BadRow:
    """A row of the header's width; empty cells too many at its end are nothing."""
    if not any(cell.strip() for cell in cells):
        return BadRow(name, line, "an empty row", "")
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        cells = cells[:width]
    if len(cells) != width:
        return BadRow(name, line, f"{len(cells)} cells where the header has {width}", shown_key(cells[0]))
    return Cells(line, cells)


def shown_key(cell: str) -> str:
    """The first cell of a row that cannot be read, if it looks like an id; it may be anything else as well."""
    text = cell.strip()
    return text if len(text) <= LONGEST_KEY and any(map(str.isdigit, text)) and " " not in text else ""


def table_row(sheet: Sheet, row: Cells, columns: Mapping[str, int], names: Mapping[str, str]) -> TableRow:
    return TableRow(
        sheet.name + row.within, row.line, {ours: row.cells[place] for ours, place in columns.items()}, names
    )


def needed(row: TableRow, column: str) -> str:
    """A cell that must hold something."""
    text = row.cells.get(column, "").strip()
    if not text:
        raise BadCellError(column, "", "empty")
    return text


def shown_header(header: Sequence[str]) -> str:
    return shown_cell("", ", ".join(header))[:500]
