"""Where each reviewer stands: the table of the board, and severity with its interval below it."""

from dataclasses import dataclass

from exports.drift_workbook.model import DriftWorkbook, Interval, ReviewerRow
from exports.workbook import Area, Axis, Book, Look, Series, Sheet, interval_bars

HEAD = 5
TITLES = (
    "Reviewer", "State", "Severity", "from", "to", "Scatter", "scatter from", "scatter to", "Alike %", "alike from",
    "alike to", "N/A %", "N/A from", "N/A to", "N/A of the team", "Own", "Pairs", "Calibration", "Evidence, weeks",
    "Overturned", "Replaced", "Remark",
)  # fmt: skip
WIDTHS = (28, 9, 9, 8, 8, 9, 10, 9, 9, 9, 9, 8, 8, 8, 10, 7, 7, 11, 11, 11, 9, 34)
NUMBERS = range(3, 22)
STATES = {"act": "worse", "watch": "warned"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Where formulas find the board."""

    sheet: Sheet
    states: Area


def add_board(book: Book, data: DriftWorkbook, plotted: Sheet, *, header: str, footer: str) -> Board:
    """The board as its page shows it: flagged first, then by evidence."""
    sheet = book.sheet("Board", widths=WIDTHS, landscape=True, header=header, footer=footer)
    sheet.put(1, 1, "Where reviewers stand", "title")
    sheet.height(1, 30)
    sheet.note(
        2,
        len(TITLES),
        "Severity: points above (lenient) or below (strict) the team's mean, part, specialist, queue and week taken "
        "out. Scatter: points around the others on the same part. Alike: percent of criteria answered alike. 95 % "
        "intervals. Evidence: weeks after which a steady reviewer gets there by chance. Overturned disputes and "
        "replaced tickets stand beside and enter no figure.",
    )
    sheet.headers(HEAD - 1, TITLES, right=NUMBERS)
    for row, each in enumerate(data.reviewers, start=HEAD):
        _row(sheet, row, each)
        if each.severity.value is not None and each.severity.low is not None and each.severity.high is not None:
            here = f"'{sheet.title}'!"
            value, low, high = each.severity.value, each.severity.low, each.severity.high
            plotted.formula(row, 1, f"={here}E{row}-{here}C{row}", high - value, "number")
            plotted.formula(row, 2, f"={here}C{row}-{here}D{row}", value - low, "number")
    if not data.reviewers:
        sheet.put(HEAD, 1, "No reviewer has a score yet.", "soft")
    last = HEAD + max(len(data.reviewers), 1) - 1
    sheet.table("Board", sheet.area(HEAD - 1, 1, last, len(TITLES)))
    sheet.freeze(HEAD, 2)
    sheet.repeat(HEAD - 1, HEAD - 1)
    bottom = last
    if data.reviewers:
        bottom = last + 2 + max(14, min(2 * len(data.reviewers) + 9, 60))
        interval_bars(
            sheet,
            sheet.area(last + 2, 1, bottom, 15),
            title="Severity with its uncertainty",
            categories=sheet.area(HEAD, 1, last),
            series=(
                Series(
                    title="Severity, with 95 % interval",
                    values=sheet.area(HEAD, 3, last),
                    look=Look(line="accent", fill="bar"),
                    plus=plotted.area(HEAD, 1, last),
                    minus=plotted.area(HEAD, 2, last),
                ),
            ),
            names=Axis(title="Reviewer, in the order of the board, which is no ranking"),
            values=Axis(title="Points above (lenient) or below (strict) the team's mean"),
        )
    sheet.print_area(len(TITLES), bottom + 1)
    sheet.protect()
    return Board(sheet=sheet, states=sheet.area(HEAD, 2, last))


def _row(sheet: Sheet, row: int, each: ReviewerRow) -> None:
    sheet.put(row, 1, each.name)
    sheet.put(row, 2, each.state, STATES.get(each.state, "soft"))
    _put(sheet, row, 3, each.severity, "signed")
    _put(sheet, row, 6, each.scatter, "number")
    _put(sheet, row, 9, each.agreement, "number")
    _put(sheet, row, 12, each.na_share, "number")
    sheet.put(row, 15, each.na_expected, "number soft")
    for column, count in ((16, each.own), (17, each.pairs), (18, each.seats), (20, each.overturned)):
        sheet.put(row, column, count, "whole")
    sheet.put(row, 21, each.replaced, "whole")
    sheet.put(row, 19, each.evidence, "number")
    sheet.put(row, 22, each.severity.reason, "soft wrapped")
    sheet.fit(row)


def _put(sheet: Sheet, row: int, column: int, told: Interval, style: str) -> None:
    sheet.put(row, column, told.value, style)
    sheet.put(row, column + 1, told.low, f"{style} soft")
    sheet.put(row, column + 2, told.high, f"{style} soft")
