"""The rhythm that the sheets of every report share: head, table, chart below it, contents on the cover."""

import datetime as dt
from collections.abc import Iterable, Sequence
from math import ceil, floor

from exports.figures import Figure
from exports.provenance import Provenance
from exports.workbook.book import Area, Book, Sheet
from exports.workbook.charts import Axis
from exports.workbook.styles import STYLES

TITLE_HEIGHT = 30
SECTION_HEIGHT = 20
CHART_ROWS = 26  # of a line over time
LEAST_BAR, AROUND_BARS = 0.75, 7  # rows that a bar needs at least, and title, axis and legend


def begin_report(facts: Provenance, title: str, zone: dt.tzinfo) -> Book:
    """The workbook that a provenance belongs to, with its watermark on every printed page."""
    return Book(
        title=title,
        subject=facts.subject,
        author=facts.prepared_by,
        made_at=facts.prepared_at,
        zone=zone,
        watermark=facts.watermark(zone),
        link=facts.link,
    )


def begin_listing(
    book: Book,
    name: str,
    titles: Sequence[str],
    widths: Sequence[float],
    *,
    title: str,
    note: str = "",
    right: Iterable[int] = (),
    landscape: bool = False,
    without: Iterable[int] = (),
    header: str,
    footer: str,
) -> tuple[Sheet, int]:
    """A sheet with its title and the head of its table, and the first row below the head.

    The columns ``without`` anything to show this time keep their place, so that formulas find them, and are hidden.
    """
    sheet = book.sheet(name, widths=widths, landscape=landscape, header=header, footer=footer)
    sheet.leave_out(without)
    sheet.put(1, 1, title, "title")
    sheet.height(1, TITLE_HEIGHT)
    if note:
        sheet.note(2, len(titles), note)
    first = 5 if note else 4
    sheet.headers(first - 1, titles, right=right)
    sheet.fit(first - 1)
    return sheet, first


def end_listing(
    sheet: Sheet,
    first: int,
    count: int,
    titles: Sequence[str],
    *,
    name: str,
    nothing: str,
    freeze: int = 2,
    at: int = 1,
) -> int:
    """Make what was written a table, say ``nothing`` where there is no row, set up its print; gives its last row."""
    if not count:
        sheet.put(first, at, nothing, "soft")
    last = first + max(count, 1) - 1
    sheet.table(name, sheet.area(first - 1, 1, last, len(titles)))
    sheet.freeze(first, freeze)
    sheet.repeat(first - 1, first - 1)
    sheet.print_area(len(titles), last)
    sheet.protect()
    return last


def chart_below(sheet: Sheet, last: int, right: int, *, rows: int, width: int | None = None) -> Area:
    """Where a chart below a table goes: so many rows high, as wide as the table unless told; it is printed too."""
    place = sheet.area(last + 2, 1, last + 2 + rows, width or right)
    sheet.print_area(right, place.bottom + 1)
    return place


def bars_below(sheet: Sheet, last: int, right: int, *, count: int) -> Area:
    """Where a chart of so many bars goes: on the table's page if it can be read there, else on a page of its own."""
    rows, left = bar_rows(count), sheet.rows_left(last, right) - 3
    if left < rows:
        if left < ceil(LEAST_BAR * count) + AROUND_BARS:
            sheet.break_before(last + 2)
        else:
            rows = left
    return chart_below(sheet, last, right, rows=rows)


def bar_rows(count: int, most: int = 44) -> int:
    """How many rows a chart of so many bars needs."""
    return max(14, min(2 * count + 9, most))


def difference_axis(title: str, figures: Iterable[Figure], *, steps: int = 10) -> Axis:
    """An axis round 0 that holds every figure with its whole interval, in about so many steps."""
    ends = [end for each in figures for end in (each.value, each.low, each.high) if end is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    step = next((step for step in (1, 2, 5, 10, 20, 50) if high - low <= steps * step), 100)
    return Axis(title=title, low=step * floor(low / step), high=step * max(ceil(high / step), 1), step=step)


def put_figure(sheet: Sheet, row: int, column: int, figure: Figure, style: str) -> None:
    """Value, from, to in three cells; a figure that is not defined leaves them empty."""
    soft = f"{style} soft" if f"{style} soft" in STYLES else style
    sheet.put(row, column, figure.value, style)
    sheet.put(row, column + 1, figure.low, soft)
    sheet.put(row, column + 2, figure.high, soft)


def put_lengths(plotted: Sheet, row: int, at: int, sheet: Sheet, column: int, figure: Figure, *, of: int = 0) -> None:
    """How far a figure's interval reaches above and below it, as formulas over the three cells from ``column`` on.

    They stand in ``row`` of the sheet ``plotted``, in the columns ``at`` and ``at + 1``; ``of`` is the figure's own row
    where it is another.
    """
    if figure.value is None or figure.low is None or figure.high is None:
        return
    value, low, high = (sheet.area(of or row, column + step).formula for step in range(3))
    plotted.formula(row, at, f"={high}-{value}", figure.high - figure.value, "number")
    plotted.formula(row, at + 1, f"={value}-{low}", figure.value - figure.low, "number")


def add_plotted(book: Book, columns: int) -> Sheet:
    """The sheet for what only charts read; ``end_plotted`` puts it out of sight."""
    plotted = book.sheet("Plotted", widths=(16,) * columns)
    plotted.put(1, 1, "Lengths of the charts' error bars", "strong")
    return plotted


def end_plotted(plotted: Sheet) -> None:
    plotted.protect()
    plotted.hide()


def cover_head(sheet: Sheet, title: str, name: str, right: int, *, style: str = "name") -> int:
    """Title, name and watermark of a cover; gives the next free row."""
    sheet.put(1, 1, title, "title")
    sheet.height(1, 32)
    sheet.put(2, 1, name, style)
    sheet.height(2, 22)
    sheet.note(3, right, sheet.book.watermark)
    if sheet.book.link is None:
        return 5
    sheet.link(4, 1, "Open in Fairmark", sheet.book.link)
    return 6


def section(sheet: Sheet, row: int, text: str, right: int) -> None:
    """The heading of a part of a sheet, ruled as far as the sheet is wide."""
    sheet.fill(sheet.area(row, 1, right=right), "heading")
    sheet.put(row, 1, text, "heading")
    sheet.height(row, SECTION_HEIGHT)


def list_contents(sheet: Sheet, row: int, right: int, contents: Iterable[tuple[Sheet, str]]) -> int:
    """The other sheets with a link each; gives the last row, to which the cover is printed and protected."""
    section(sheet, row, "In this workbook", right)
    for other, words in contents:
        row += 1
        sheet.link_to_sheet(row, 1, other.title, other)
        sheet.put(row, 2, words, "soft")
    sheet.print_area(right, row)
    sheet.protect()
    return row
