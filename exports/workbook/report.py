"""The rhythm that the sheets of every report share: head, table, chart below it, contents on the cover."""

import datetime as dt
from collections.abc import Iterable, Sequence

from exports.figures import Figure
from exports.provenance import Provenance
from exports.workbook.book import Area, Book, Sheet

TITLE_HEIGHT = 30
CHART_ROWS = 26  # of a line over time


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
    header: str,
    footer: str,
) -> tuple[Sheet, int]:
    """A sheet with its title and the head of its table, and the first row below the head."""
    sheet = book.sheet(name, widths=widths, landscape=landscape, header=header, footer=footer)
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


def bar_rows(count: int, most: int = 44) -> int:
    """How many rows a chart of so many bars needs."""
    return max(14, min(2 * count + 9, most))


def put_figure(sheet: Sheet, row: int, column: int, figure: Figure, style: str) -> None:
    """Value, from, to in three cells; a figure that is not defined leaves them empty."""
    soft = f"{style} soft" if style in {"number", "signed", "share"} else style
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


def list_contents(sheet: Sheet, row: int, right: int, contents: Iterable[tuple[Sheet, str]]) -> int:
    """The other sheets with a link each; gives the last row, to which the cover is printed and protected."""
    sheet.fill(sheet.area(row, 1, right=right), "heading")
    sheet.put(row, 1, "In this workbook", "heading")
    for other, words in contents:
        row += 1
        sheet.link_to_sheet(row, 1, other.title, other)
        sheet.put(row, 2, words, "soft")
    sheet.print_area(right, row)
    sheet.protect()
    return row
