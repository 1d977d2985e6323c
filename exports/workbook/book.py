"""A workbook and its sheets, written cell by cell through one safe door."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Border, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from exports.text import FORMULA_STARTS, clean, header_text, one_line, sheet_name
from exports.workbook.fingerprint import digest_of
from exports.workbook.finishing import Known, finish
from exports.workbook.measuring import BODY_SIZE, height, lines, points
from exports.workbook.styles import PALETTE, STYLES, excel_name, named
from exports.workbook.values import Stored, Value, known_value, serial_day, stored

A4 = 9
ROW_LINE = Border(bottom=Side(style="hair", color=PALETTE["line"]))
ROW_HEIGHT = 15.0  # points
MARGINS = (0.5, 0.75, 0.7)  # inches: both sides, above, below
PAPER = (595.0 - 144 * MARGINS[0], 842.0 - 72 * (MARGINS[1] + MARGINS[2]))  # points of an upright A4 inside them
SURE = 0.96  # of a page that may be counted on: programs round differently
MESSAGE_LIMIT = 250
LONGEST_ADDRESS = 2_000
WEB_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f-\x9f]+")
PROMPT_TITLE_LIMIT = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A rectangle of cells on one sheet, both ends included."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    @property
    def cells(self) -> str:
        """As the sheet itself names it: B2:B9."""
        return f"{get_column_letter(self.left)}{self.top}:{get_column_letter(self.right)}{self.bottom}"

    @property
    def formula(self) -> str:
        """As a formula on any sheet names it: 'Reviews'!$B$2:$B$9."""
        first = f"${get_column_letter(self.left)}${self.top}"
        last = f"${get_column_letter(self.right)}${self.bottom}"
        quoted = "'" + self.sheet.replace("'", "''") + "'!"
        return quoted + (first if first == last else f"{first}:{last}")

    def row(self, number: int) -> "Area":
        """One row of the area, counted from 0."""
        top = self.top + number
        return Area(sheet=self.sheet, top=top, left=self.left, bottom=top, right=self.right)


@dataclass(slots=True)
class Sheet:
    """One sheet. Rows and columns count from 1."""

    raw: Worksheet
    zone: dt.tzinfo
    book: "Book"
    known: dict[str, Known] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.raw.title

    def put(self, row: int, column: int, value: Value, style: str = "text") -> Area:
        """Write one value; text stays text whatever it looks like."""
        cell = self._styled(row, column, style)
        kept = stored(value, self.zone)
        if isinstance(kept, str):
            cell.value = kept
            cell.data_type = "s"
            # Excel re-reads a text that somebody edits; the mark keeps it text then too.
            if kept[0] in FORMULA_STARTS:
                cell.quotePrefix = True
        elif kept is not None:
            shown_as = cell.number_format
            cell.value = kept
            cell.number_format = shown_as
        return self.area(row, column)

    def formula(self, row: int, column: int, formula: str, value: Known | dt.date, style: str) -> Area:
        """Write a live formula of ours with the value it has now; never one with text from outside in it."""
        if not formula.startswith("="):
            raise ValueError(f"a formula begins with '=': {formula}")
        cell = self._styled(row, column, style)
        cell.value = formula
        self.known[cell.coordinate] = known_value(value)
        return self.area(row, column)

    def link(self, row: int, column: int, label: str, address: str) -> None:
        """A link to a page of the application; any other kind of address is refused."""
        if not WEB_ADDRESS.fullmatch(address) or len(address) > LONGEST_ADDRESS:
            raise ValueError(f"not a web address: {address[:80]!r}")
        self._linked(row, column, label, Hyperlink(ref="", target=address))

    def link_to_sheet(self, row: int, column: int, label: str, target: "Sheet") -> None:
        """A link to the top of another sheet of this workbook."""
        place = target.area(1, 1).formula.replace("$", "")
        self._linked(row, column, label, Hyperlink(ref="", location=place))

    def fill(self, area: Area, style: str) -> None:
        """Give every cell of an area a style, empty ones too."""
        for row in range(area.top, area.bottom + 1):
            for column in range(area.left, area.right + 1):
                self._styled(row, column, style)

    def merge(self, row: int, left: int, right: int, *, rows: int = 1) -> None:
        """Make one cell of several."""
        self.raw.merge_cells(start_row=row, start_column=left, end_row=row + rows - 1, end_column=right)

    def note(self, row: int, right: int, text: str, *, left: int = 1, style: str = "note") -> None:
        """A sentence across the columns from ``left`` to ``right``, its row as high as it needs."""
        self.put(row, left, text, style)
        self.merge(row, left, right)
        size = STYLES[style].size
        needed = height(lines(text, sum(self._width(column) for column in range(left, right + 1)), size), size)
        self.height(row, max(needed, self.raw.row_dimensions[row].height or 0))

    def fit(self, row: int, *, least: float = 15) -> None:
        """Make a row as high as its wrapped texts need."""
        needed = least
        for cell in self.raw[row]:
            shown = self.known.get(cell.coordinate, cell.value)
            room = self._width(cell.column or 1)
            if room and isinstance(shown, str) and cell.alignment.wrap_text:
                size = cell.font.size or BODY_SIZE
                needed = max(needed, height(lines(shown, room, size, bold=bool(cell.font.bold)), size))
        self.height(row, needed)

    def height(self, row: int, points: float) -> None:
        self.raw.row_dimensions[row].height = points

    def leave_out(self, columns: Iterable[int]) -> None:
        """Hide columns that hold nothing here, so that the others print larger; before notes are written."""
        for column in columns:
            self.raw.column_dimensions[get_column_letter(column)].hidden = True

    def rows_left(self, row: int, right: int) -> int:
        """How many rows of the usual height still fit on the first printed page below ``row``."""
        paper = PAPER if self.raw.page_setup.orientation == "portrait" else PAPER[::-1]
        shrunk = min(paper[0] / sum(points(width) for width in map(self._width, range(1, right + 1)) if width), 1.0)
        used = sum(self.raw.row_dimensions[each].height or ROW_HEIGHT for each in range(1, row + 1))
        return int((paper[1] * SURE / shrunk - used) / ROW_HEIGHT)

    def area(self, row: int, column: int, bottom: int | None = None, right: int | None = None) -> Area:
        """An area of this sheet; one cell if no end is given."""
        return Area(sheet=self.title, top=row, left=column, bottom=bottom or row, right=right or column)

    def headers(self, row: int, titles: Sequence[str], *, right: Iterable[int] = ()) -> None:
        """The head of a table; the columns in ``right`` hold numbers."""
        numbers = set(right)
        for column, title in enumerate(titles, start=1):
            # Excel wants words in the head of a table, also where a group has no name.
            self.put(row, column, clean(title) or "–", "header right" if column in numbers else "header")

    def table(self, name: str, area: Area, *, ruled: bool = True) -> None:
        """Make a written area, head included, a table of Excel with filters; ruled: a thin line below every row."""
        if area.bottom <= area.top:
            raise ValueError(f"a table needs a row below its head: {name}")
        table = Table(displayName=name, ref=area.cells)
        table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
        self.raw.add_table(table)
        if not ruled:
            return
        for row in range(area.top + 1, area.bottom + 1):
            for column in range(area.left, area.right + 1):
                cell = self.raw.cell(row=row, column=column)
                if cell.border.left is None or not cell.border.left.style:
                    cell.border = ROW_LINE

    def choices(self, area: Area, source: Area, *, title: str, message: str, strict: bool = True) -> None:
        """A drop-down. When not strict, other texts may be typed too."""
        self._validate(
            area,
            DataValidation(
                type="list",
                formula1=source.formula,
                allow_blank=True,
                showErrorMessage=strict,
                errorTitle="Not in the list",
                error="Please choose one of the list.",
            ),
            title,
            message,
        )

    def days(self, area: Area, *, first: dt.date, last: dt.date, title: str, message: str) -> None:
        """Only a day between two days may be typed."""
        self._validate(
            area,
            DataValidation(
                type="date",
                operator="between",
                formula1=str(serial_day(first)),
                formula2=str(serial_day(last)),
                allow_blank=True,
                showErrorMessage=True,
                errorTitle="Not a day that fits",
                error=f"Please type a day between {first} and {last}.",
            ),
            title,
            message,
        )

    def numbers(self, area: Area, *, low: float, high: float, title: str, message: str) -> None:
        """Only a number between two numbers may be typed."""
        self._validate(
            area,
            DataValidation(
                type="decimal",
                operator="between",
                formula1=str(low),
                formula2=str(high),
                allow_blank=True,
                showErrorMessage=True,
                errorTitle="Not a number that fits",
                error=f"Please type a number between {low:g} and {high:g}.",
            ),
            title,
            message,
        )

    def break_before(self, row: int) -> None:
        """Begin a new printed page with this row."""
        self.raw.row_breaks.append(Break(id=row - 1))

    def freeze(self, row: int, column: int = 1) -> None:
        """Keep what is above the row and left of the column in sight."""
        self.raw.freeze_panes = f"{get_column_letter(column)}{row}"

    def repeat(self, first: int, last: int) -> None:
        """Print these rows on every page."""
        self.raw.print_title_rows = f"{first}:{last}"

    def print_area(self, right: int, bottom: int) -> None:
        self.raw.print_area = f"A1:{get_column_letter(right)}{bottom}"

    def protect(self) -> None:
        """Guard against slips (no password): only input cells change; filters and column widths stay free."""
        protection = self.raw.protection
        protection.sheet = True
        for free in ("formatColumns", "formatRows", "autoFilter"):
            setattr(protection, free, False)

    def hide(self, *, deep: bool = False) -> None:
        """Out of sight; deep: not even in the list of hidden sheets."""
        self.raw.sheet_state = "veryHidden" if deep else "hidden"

    def _linked(self, row: int, column: int, label: str, link: Hyperlink) -> None:
        self.put(row, column, label, "link")
        self.raw.cell(row=row, column=column).hyperlink = link

    def _width(self, column: int) -> float:
        dimension = self.raw.column_dimensions[get_column_letter(column)]
        return 0.0 if dimension.hidden else float(dimension.width)

    def _validate(self, area: Area, validation: DataValidation, title: str, message: str) -> None:
        validation.showInputMessage = True
        validation.promptTitle = one_line(title, PROMPT_TITLE_LIMIT)
        validation.prompt = one_line(message, MESSAGE_LIMIT)
        validation.add(area.cells)
        self.raw.add_data_validation(validation)

    def _styled(self, row: int, column: int, style: str) -> Cell:
        cell = self.raw.cell(row=row, column=column)
        if not isinstance(cell, Cell):
            raise ValueError(f"the cell is covered by a merged one: {cell.coordinate} of {self.title}")
        cell.style = excel_name(style)
        return cell


class Book:
    """A workbook being written. ``made_at`` is aware; ``zone`` is the one in which all its times are shown."""

    def __init__(
        self,
        *,
        title: str,
        subject: str,
        author: str,
        made_at: dt.datetime,
        zone: dt.tzinfo,
        watermark: str = "",
        link: str | None = None,
    ) -> None:
        if made_at.utcoffset() is None:
            raise ValueError(f"made_at has no time zone: {made_at}")
        self.zone = zone
        self.watermark = watermark  # at the foot of every printed page
        self.link = link  # to the page that shows the same
        self._sealed: tuple[Sheet, int, int] | None = None
        self.made_at = made_at.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)
        self.sheets: list[Sheet] = []
        self._raw = Workbook()
        self._raw.remove(self._raw.worksheets[0])
        self._raw.calculation = CalcProperties(fullCalcOnLoad=True)
        for name in STYLES:
            self._raw.add_named_style(named(name))
        properties = self._raw.properties
        properties.title, properties.subject = one_line(title, MESSAGE_LIMIT), one_line(subject, MESSAGE_LIMIT)
        properties.creator = properties.lastModifiedBy = one_line(author, MESSAGE_LIMIT)
        properties.created = properties.modified = self.made_at

    def sheet(
        self,
        title: str,
        *,
        widths: Sequence[float],
        landscape: bool = False,
        header: str = "",
        footer: str = "",
        one_page: bool = False,
    ) -> Sheet:
        """A new sheet, set up for A4: as wide as the page, as many pages as it takes, head and foot printed."""
        raw = self._raw.create_sheet(sheet_name(title, tuple(sheet.title for sheet in self.sheets)))
        for column, width in enumerate(widths, start=1):
            raw.column_dimensions[get_column_letter(column)].width = width
        raw.sheet_format.defaultRowHeight, raw.sheet_format.customHeight = ROW_HEIGHT, True
        raw.sheet_view.showGridLines = False
        raw.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        raw.page_setup.paperSize = A4
        raw.page_setup.orientation = "landscape" if landscape else "portrait"
        raw.page_setup.fitToWidth = 1
        raw.page_setup.fitToHeight = 1 if one_page else 0
        raw.print_options.horizontalCentered = True
        margins = raw.page_margins
        margins.left = margins.right = MARGINS[0]
        margins.top, margins.bottom, margins.header, margins.footer = *MARGINS[1:], 0.35, 0.35
        running(raw, header, footer, title, self.watermark)
        sheet = Sheet(raw=raw, zone=self.zone, book=self)
        self.sheets.append(sheet)
        return sheet

    def seal(self, sheet: Sheet, row: int, column: int) -> None:
        """The cell that gets the digest of all other sheets once they are written."""
        self._sealed = sheet, row, column

    def values(self, area: Area) -> list[Stored]:
        """What the cells of an area hold now, formulas by their values, row by row."""
        sheet = next(sheet for sheet in self.sheets if sheet.title == area.sheet)
        cells = (
            [cell for row in sheet.raw[area.cells] for cell in row] if ":" in area.cells else [sheet.raw[area.cells]]
        )
        return [sheet.known.get(cell.coordinate, cell.value) for cell in cells]

    def content(self) -> bytes:
        """The file. Equal content gives equal bytes."""
        if not any(sheet.raw.sheet_state == "visible" for sheet in self.sheets):
            raise ValueError("a workbook needs a sheet that can be seen")
        if self._sealed is not None:
            sheet, row, column = self._sealed
            sheet.put(row, column, digest_of(self._raw.worksheets), "code")
        target = BytesIO()
        self._raw.save(target)
        known: Mapping[str, Mapping[str, Known]] = {
            f"xl/worksheets/sheet{number}.xml": sheet.known for number, sheet in enumerate(self.sheets, start=1)
        }
        return finish(target.getvalue(), known, self.made_at)


def running(raw: Worksheet, header: str, footer: str, title: str, watermark: str) -> None:
    """The head and foot of every printed page of a sheet; the watermark stands behind the foot's own words."""
    raw.oddHeader = HeaderFooterItem(left=_running_part(header_text(header)), right=_running_part(header_text(title)))
    left = " · ".join(header_text(part) for part in (footer, watermark) if part)
    raw.oddFooter = HeaderFooterItem(left=_running_part(left), right=_running_part("Page &P of &N"))


def _running_part(text: str) -> _HeaderFooterPart | None:
    return _HeaderFooterPart(text=text, size=8) if text else None
