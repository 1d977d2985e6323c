"""Rows of a delimited file with their lines, by the names of their columns however these are spelt."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from qa.tickets.intake import files
from qa.tickets.intake.base import BadCellError, UnusableFileError
from qa.tickets.signals import MAPPED_PREFIX

LONGEST_CELL = 16 * 1024 * 1024
SURROGATE = re.compile("[\ud800-\udfff]")
SAMPLE_LINES = 3
csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: where it stands and its cells by our names of the columns."""

    file: str
    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is no row of this table."""

    file: str
    line: int
    reason: str
    value: str


def header_of(path: Path) -> list[str]:
    """The first row of a file."""
    with files.text_of(path) as text:
        try:
            header = next(csv.reader(text, strict=True), None)
        except csv.Error as error:
            raise UnusableFileError(f"{files.plain_name(path)} is no CSV: {error}") from error
    if not header or not any(cell.strip() for cell in header):
        raise UnusableFileError(f"{files.plain_name(path)} is empty: it has no header row.")
    if any("\x00" in cell for cell in header) or SURROGATE.search("".join(header)):
        raise UnusableFileError(f"{files.plain_name(path)} is not UTF-8 text.")
    return header


def plain(name: str) -> str:
    """A column's name without case, spaces and punctuation."""
    return re.sub(r"[^a-z0-9]+", "", name.casefold())


def columns_of(header: list[str], names: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Our name of a column -> its place, for those that the header has; ``signal_...`` columns keep their own."""
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        places.setdefault(plain(name), place)
    found: dict[str, int] = {}
    for ours, theirs in names.items():
        known = next((places[each] for each in map(plain, (ours, *theirs)) if each in places), None)
        if known is not None:
            found[ours] = known
    for place, name in enumerate(header):
        words = "_".join(re.findall(r"[a-z0-9]+", name.casefold()))
        if words.startswith(MAPPED_PREFIX):
            found.setdefault(words, place)
    return found


def rows_of(path: Path, columns: Mapping[str, int], width: int) -> Iterator[TableRow | BadRow]:
    """The rows below the header; a row of another width, an empty one or one in another encoding is no row."""
    name = files.plain_name(path)
    with files.text_of(path) as text:
        reader = csv.reader(text)
        next(reader, None)
        after: int = reader.line_num + 1
        start = after
        try:
            for cells in reader:
                start, after = after, reader.line_num + 1
                if not cells:
                    continue
                yield _row(name, start, cells, columns, width)
        except csv.Error as error:
            yield BadRow(name, after, f"the file cannot be read on from here: {error}", "")
        except (EOFError, OSError) as error:
            raise UnusableFileError(f"{name} is cut off or damaged: {error}") from error


def _row(name: str, line: int, cells: list[str], columns: Mapping[str, int], width: int) -> TableRow | BadRow:
    if not any(cell.strip() for cell in cells):
        return BadRow(name, line, "an empty row", "")
    if len(cells) != width:
        return BadRow(name, line, f"{len(cells)} cells where the header has {width}", cells[0])
    if any(SURROGATE.search(cell) for cell in cells):
        return BadRow(name, line, "bytes that are not UTF-8", cells[0])
    return TableRow(name, line, {ours: cells[place] for ours, place in columns.items()})


def needed(row: TableRow, column: str, shown: str) -> str:
    """A cell that must hold something; ``BadCellError`` names the column as the file does."""
    text = row.cells.get(column, "").strip()
    if not text:
        raise BadCellError(shown, "", "empty")
    return text
