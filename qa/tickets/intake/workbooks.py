"""The sheets of an Excel or LibreOffice workbook as tables, by calamine."""

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine

from qa.tickets.intake import files, sealing
from qa.tickets.intake.base import UnusableFileError
from qa.tickets.intake.tables import HEADER_ROWS, HIDDEN, BadRow, Cells, header_names, header_place, row_of

LARGEST_UNPACKED = 2 * 1024**3  # bytes of all members of one workbook


class WorkbookSheet:
    """One sheet whose header is read; the workbook itself is held once for all its sheets."""

    def __init__(self, name: str, sheet: python_calamine.CalamineSheet, *, hidden: bool = False) -> None:
        self.name = name
        self.written = HIDDEN if hidden else "a workbook"
        self._sheet = sheet
        first = [[text_of(cell) for cell in row] for row in _first(sheet)]
        place = header_place(first)
        self._below = 0 if place is None else place + 1
        self.header = [] if place is None else header_names(first[place])

    def rows(self) -> Iterator[Cells | BadRow]:
        width = len(self.header)
        for number, row in enumerate(self._sheet.iter_rows(), start=1):  # from the sheet's first row, filled or not
            if number <= self._below:
                continue
            found = row_of(self.name, number, [text_of(cell) for cell in row], width)
            if not isinstance(found, BadRow) or found.reason != "an empty row":
                yield found  # sheets carry empty rows that nobody wrote


def sheets_of(path: Path) -> Iterator[WorkbookSheet]:
    """The sheets that hold anything, named as ``export.xlsx, sheet Tickets``."""
    name = files.plain_name(path)
    with sealing.open_file(path) as file:
        content = file.read()
    _refuse_bombs(name, content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [book.get_sheet_by_name(each) for each in book.sheet_names]
        unseen = {
            each.name for each in book.sheets_metadata if each.visible != python_calamine.SheetVisibleEnum.Visible
        }
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise UnusableFileError(f"{name} is no workbook that can be read: {error}") from error
    found = False
    for sheet in sheets:
        hidden = sheet.name in unseen
        title = f"{name}, {'hidden ' if hidden else ''}sheet {files.plain_name(Path(sheet.name or '?'))}"
        opened = WorkbookSheet(title, sheet, hidden=hidden)
        if opened.header:
            found = True
            yield opened
    if not found:
        raise UnusableFileError(f"{name} is empty: none of its sheets has a header row.")


def text_of(cell: Any) -> str:
    """A cell as a person would type it: whole numbers without a point, times by ISO 8601."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, dt.timedelta):
        return str(int(cell.total_seconds() // 60))
    return "" if cell is None else str(cell)


def _first(sheet: python_calamine.CalamineSheet) -> list[list[Any]]:
    found = []
    for row in sheet.iter_rows():
        found.append(row)
        if len(found) == HEADER_ROWS:
            break
    return found


def _refuse_bombs(name: str, content: bytes) -> None:
    if not content.startswith(files.ZIP_MAGIC):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(each.file_size for each in packed.infolist())
    except zipfile.BadZipFile as error:
        raise UnusableFileError(f"{name} is no workbook that can be read: {error}") from error
    if size > LARGEST_UNPACKED:
        raise UnusableFileError(f"{name} is larger than 2 GB when unpacked: save it as CSV.")
