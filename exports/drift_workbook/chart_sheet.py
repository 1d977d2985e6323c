"""Strictness week by week in pictures: a control chart for each of the first reviewers of the board, on one scale."""

from exports.drift_workbook.model import DriftWorkbook
from exports.drift_workbook.rows_sheets import DAYS_AT, LIMITS_AT, Weeks
from exports.figures import Figure
from exports.workbook import Axis, Book, Look, Series, Sheet, interval_lines
from exports.workbook.report import TITLE_HEIGHT, difference_axis

WIDTHS = (10,) * 10
MOST = 12  # charts: whoever is flagged comes first on the board
A_PAGE, ROWS = 3, 14


def add_charts(book: Book, data: DriftWorkbook, weeks: Weeks, plotted: Sheet, *, header: str, footer: str) -> Sheet:
    """The sheet, three charts to a page."""
    sheet = book.sheet("Charts", widths=WIDTHS, header=header, footer=footer)
    sheet.put(1, 1, "Strictness week by week in pictures", "title")
    sheet.height(1, TITLE_HEIGHT)
    more = max(len(weeks.of) - MOST, 0)
    sheet.note(
        2,
        len(WIDTHS),
        "Points above (lenient) or below (strict) the team's mean with 90 % limits, all on one scale. In the order of "
        "the board, flagged first." + (f" {more} more are on the sheet Weeks." if more else ""),
    )
    axis = _axis(data)
    top = 4
    for number, (name, first, last) in enumerate(weeks.of[:MOST]):
        if number and number % A_PAGE == 0:
            sheet.break_before(top)
        interval_lines(
            sheet,
            sheet.area(top, 1, top + ROWS, len(WIDTHS)),
            title=name,
            categories=plotted.area(first, DAYS_AT, last),
            series=(
                Series(
                    title="Strictness, with 90 % limits",
                    values=weeks.sheet.area(first, 3, last),
                    look=Look(line="accent", width=1.75),
                    plus=plotted.area(first, LIMITS_AT, last),
                    minus=plotted.area(first, LIMITS_AT + 1, last),
                ),
            ),
            names=Axis(title="Week of"),
            values=axis,
        )
        top += ROWS + 2
    if not weeks.of:
        sheet.put(top, 1, "No week was judged yet.", "soft")
    sheet.print_area(len(WIDTHS), top)
    sheet.protect()
    return sheet


def _axis(data: DriftWorkbook) -> Axis:
    figures = [Figure(value=each.value, low=each.low, high=each.high) for each in data.weeks]
    return difference_axis("Points", figures, steps=5)
