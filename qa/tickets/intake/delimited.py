"""Delimited text as a table: commas, semicolons, tabs or bars, in whichever encoding it is written."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from qa.tickets.intake import encodings, files
from qa.tickets.intake.base import CONTROL, UnusableFileError, clean
from qa.tickets.intake.tables import (
    HEADER_ROWS,
    BadRow,
    Cells,
    header_names,
    header_place,
    row_of,
    shown_key,
)

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SAMPLE = 256 * 1024  # characters in which the delimiter is looked for
SAMPLE_ROWS = 100
MOST_CONTROL = 0.01  # share of control characters in text; those of a picture or a program are far more
SEP = "sep="  # Excel's own line before the header
LONGEST_CELL = 16 * 1024 * 1024
csv.field_size_limit(LONGEST_CELL)


class Delimited:
    """An opened file of delimited text."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = files.plain_name(path)
        self._encoding = encodings.encoding_of(path)
        sample = self._sample()
        if len(CONTROL.findall(sample)) - sample.count("\x00") > MOST_CONTROL * len(sample):
            raise UnusableFileError(f"{self.name} holds no text that can be read, so it is no table.")
        self._delimiter = delimiter_of(sample)
        self.header, self._above = self._read_header()
        encoding = encodings.NAMES[self._encoding]
        self.written = f"{encoding}, cells between {DELIMITERS[self._delimiter]}"

    def rows(self) -> Iterator[Cells | BadRow]:
        """The rows below the header; a row of another width or with damaged bytes is none."""
        width = len(self.header)
        try:
            with self._text() as text:
                reader = csv.reader(text, delimiter=self._delimiter)
                for _ in range(self._above):
                    next(reader, None)
                start, after = 0, reader.line_num + 1
                try:
                    for cells in reader:
                        start, after = after, reader.line_num + 1
                        if not cells:
                            continue
                        if any(encodings.is_damaged(cell, self._encoding) for cell in cells):
                            told = f"bytes that are not {encodings.NAMES[self._encoding]}"
                            yield BadRow(self.name, start, told, shown_key(clean(cells[0])))
                            continue
                        found = row_of(self.name, start, cells, width)
                        if isinstance(found, BadRow) and reader.line_num > start:
                            told = f"{found.reason}; it goes on to line {reader.line_num}: is a quote not closed?"
                            found = replace(found, reason=told)
                        yield found
                except csv.Error as error:
                    yield BadRow(self.name, after, f"the file cannot be read on from here: {error}", "")
        except (EOFError, OSError, UnicodeDecodeError) as error:
            raise UnusableFileError(f"{self.name} is cut off or damaged: {_why(error)}") from error

    def _text(self) -> IO[str]:
        return files.text_of(self._path, self._encoding, encodings.errors_of(self._encoding))

    def _sample(self) -> str:
        try:
            with self._text() as text:
                return text.read(SAMPLE)
        except (EOFError, OSError, UnicodeDecodeError) as error:
            raise UnusableFileError(f"{self.name} is cut off or damaged: {_why(error)}") from error

    def _read_header(self) -> tuple[list[str], int]:
        """The header, and how many records come before the first row."""
        first: list[list[str]] = []
        with self._text() as text:
            reader = csv.reader(text, delimiter=self._delimiter)
            try:
                for cells in reader:
                    first.append(cells)
                    if len(first) == HEADER_ROWS:
                        break
            except csv.Error as error:
                if not first:
                    raise UnusableFileError(f"{self.name} is no CSV: {error}") from error
        begin = 1 if first and first[0] and first[0][0].casefold().startswith(SEP) else 0
        place = header_place(first[begin:])
        if place is None:
            raise UnusableFileError(f"{self.name} is empty: it has no header row.")
        header = header_names(first[begin + place])
        while len(header) > 1 and header[-1] == f"column {len(header)}" and not _filled(first, len(header) - 1):
            header.pop()  # delimiters at the end of each line
        return header, begin + place + 1


def _filled(rows: list[list[str]], place: int) -> bool:
    """Whether any of the first rows has something in a column."""
    return any(len(cells) > place and cells[place].strip() for cells in rows)


def delimiter_of(sample: str) -> str:
    """The delimiter that splits the most rows into the same number of cells, the first of them above all."""
    first = sample.partition("\n")[0].strip().strip('"').casefold()
    if first.startswith(SEP) and first[len(SEP) :] in DELIMITERS:
        return first[len(SEP) :]
    return max(DELIMITERS, key=lambda delimiter: _weight(_widths(sample, delimiter)))


def _weight(widths: list[int]) -> int:
    """Delimiters in the rows of one width; ten times as much where the first row has it: it is the header."""
    counts = Counter(widths)
    return max((rows * (width - 1) * (10 if width == widths[0] else 1) for width, rows in counts.items()), default=0)


def _widths(sample: str, delimiter: str) -> list[int]:
    """How many cells the first rows have; a cut row at the sample's end does not count."""
    widths: list[int] = []
    try:
        for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if cells:
                widths.append(len(cells))
            if len(widths) > SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    return widths[:-1] if len(widths) > 2 and len(sample) == SAMPLE else widths


def _why(error: Exception) -> str:
    """The reason without what stood in the file."""
    return "bytes that are no text" if isinstance(error, UnicodeDecodeError) else str(error)
