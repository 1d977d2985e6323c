"""A workbook written row by row, for tables that no memory should hold; the same safe cells, no charts."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from exports.text import FORMULA_STARTS, one_line, sheet_name
from exports.workbook.book import A4, running
from exports.workbook.styles import excel_name, named
from exports.workbook.values import Value, stored

# openpyxl takes a text that begins with "=" for a formula, and one like "#N/A" for an error.
_TAKEN_FOR_MORE = (*FORMULA_STARTS, "#")
HEADER = "header"
REMEMBERED = 8_192  # cells of a sheet, each as it was made
MOST_ROWS = 1_048_576  # of a sheet, its head included (ECMA-376, the limit of every reader)


class RowSheet:
    """One sheet whose rows are gone to the disk once they are put."""

    def __init__(self, raw: Any, zone: dt.tzinfo, titles: Sequence[str], widths: Sequence[float]) -> None:
        self._raw = raw  # of openpyxl, whose stubs know little of sheets that are only written
        self._zone = zone
        # Most cells repeat one of a few values; by type too, since 1 and 1.0 are equal.
        self._cell = lru_cache(maxsize=REMEMBERED, typed=True)(self._made)
        self.rows = 0
        for place, width in enumerate(widths, start=1):
            self._raw.column_dimensions[get_column_letter(place)].width = width
        self._raw.freeze_panes = "B2"
        self._raw.print_title_rows = "1:1"
        self._raw.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        self._raw.page_setup.orientation, self._raw.page_setup.paperSize = "landscape", A4
        self._raw.page_setup.fitToWidth, self._raw.page_setup.fitToHeight = 1, 0
        self._columns = len(titles)
        self._raw.append([self._head(title) for title in titles])

    def put(self, values: Sequence[Value]) -> None:
        """Write one row; text stays text whatever it looks like."""
        if self.rows + 2 > MOST_ROWS:
            raise ValueError(f"a sheet holds {MOST_ROWS:,} rows")
        self._raw.append([self._cell(value) for value in values])
        self.rows += 1

    def close(self, head: str, foot: str, watermark: str) -> None:
        """Give the columns their filters, now that the last row is known, and every printed page its head and foot."""
        running(self._raw, head, foot, self._raw.title, watermark)
        self._raw.auto_filter.ref = f"A1:{get_column_letter(max(self._columns, 1))}{self.rows + 1}"

    def _made(self, value: Value) -> object:
        kept = stored(value, self._zone)
        if isinstance(kept, str) and kept.startswith(_TAKEN_FOR_MORE):
            return self._text(kept)
        return kept

    def _text(self, text: str) -> object:
        cell: Any = WriteOnlyCell(self._raw)
        cell._value, cell.data_type = text, "s"
        # Excel re-reads a text that somebody edits; the mark keeps it text then too.
        cell.quotePrefix = True
        return cell

    def _head(self, title: str) -> object:
        cell: Any = self._text(title)
        cell.style = excel_name(HEADER)
        return cell


class RowBook:
    """A workbook of such sheets; ``save`` puts it together, after which nothing can be added."""

    def __init__(self, *, title: str, zone: dt.tzinfo) -> None:
        self._raw = Workbook(write_only=True)
        self._zone = zone
        self._sheets: list[RowSheet] = []
        self._raw.add_named_style(named(HEADER))
        self._raw.properties.title = one_line(title, 200)
        self._raw.properties.creator = "Fairmark"

    def sheet(self, name: str, titles: Sequence[str], widths: Sequence[float]) -> RowSheet:
        """Begin a sheet; the one before should be complete."""
        raw = self._raw.create_sheet(sheet_name(name, tuple(self._raw.sheetnames)))
        self._sheets.append(RowSheet(raw, self._zone, titles, widths))
        return self._sheets[-1]

    def save(self, path: Path, *, head: str, foot: str, watermark: str) -> None:
        """Put the sheets together; what is given stands on every printed page."""
        for sheet in self._sheets:
            sheet.close(head, foot, watermark)
        self._raw.save(path)

    def give_up(self) -> None:
        """Remove what the sheets have on disk so far."""
        sheets: Any = self._raw.worksheets
        for sheet in sheets:
            sheet.close()
            sheet._writer.cleanup()
