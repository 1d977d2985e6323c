"""Where each reviewer stands: the table of the board, and severity with its interval below it."""

from dataclasses import dataclass

from exports.drift_workbook.model import DriftWorkbook, ReviewerRow
from exports.workbook import Area, Axis, Book, Look, Series, Sheet, interval_bars
from exports.workbook.report import (
    bars_below,
    begin_listing,
    difference_axis,
    end_listing,
    put_figure,
    put_lengths,
)

TITLES = (
    "Reviewer", "State", "Severity", "from", "to", "Scatter", "scatter from", "scatter to", "Alike %", "alike from",
    "alike to", "N/A %", "N/A from", "N/A to", "N/A of the team", "Own", "Pairs", "Calibration", "Evidence, weeks",
    "Overturned", "Replaced", "Remark",
)  # fmt: skip
WIDTHS = (24, 8, 9, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 9, 7, 7, 11, 11, 10.5, 9, 20)
NUMBERS = range(3, 22)
STATES = {"act": "worse", "watch": "warned"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Where formulas find the board."""

    sheet: Sheet
    states: Area


def add_board(book: Book, data: DriftWorkbook, plotted: Sheet, *, header: str, footer: str) -> Board:
    """The board as its page shows it: flagged first, then by evidence."""
    sheet, first = begin_listing(
        book,
        "Board",
        TITLES,
        WIDTHS,
        title="Where reviewers stand",
        note="Severity: points above (lenient) or below (strict) the team's mean, part, specialist, queue and week "
        "taken out. Scatter: points around the others on the same part. Alike: percent of criteria answered alike. "
        "95 % intervals. Evidence: weeks after which a steady reviewer gets there by chance. Overturned disputes and "
        "replaced tickets stand beside and enter no figure.",
        right=NUMBERS,
        landscape=True,
        header=header,
        footer=footer,
    )
    for row, each in enumerate(data.reviewers, start=first):
        _row(sheet, row, each)
        put_lengths(plotted, row, 1, sheet, 3, each.severity)
    last = end_listing(sheet, first, len(data.reviewers), TITLES, name="Board", nothing="No reviewer has a score yet.")
    if data.reviewers:
        interval_bars(
            sheet,
            bars_below(sheet, last, len(TITLES), count=len(data.reviewers)),
            title="Severity with its uncertainty",
            categories=sheet.area(first, 1, last),
            series=(
                Series(
                    title="Severity, with 95 % interval",
                    values=sheet.area(first, 3, last),
                    look=Look(line="accent", fill="bar"),
                    plus=plotted.area(first, 1, last),
                    minus=plotted.area(first, 2, last),
                ),
            ),
            names=Axis(title="Reviewer, no ranking"),
            values=difference_axis(
                "Points above (lenient) or below (strict) the team's mean", [each.severity for each in data.reviewers]
            ),
        )
    return Board(sheet=sheet, states=sheet.area(first, 2, last))


def _row(sheet: Sheet, row: int, each: ReviewerRow) -> None:
    sheet.put(row, 1, each.name)
    sheet.put(row, 2, each.state, STATES.get(each.state, "soft"))
    put_figure(sheet, row, 3, each.severity, "signed")
    put_figure(sheet, row, 6, each.scatter, "number")
    put_figure(sheet, row, 9, each.agreement, "number")
    put_figure(sheet, row, 12, each.na_share, "number")
    sheet.put(row, 15, each.na_expected, "number soft")
    for column, count in ((16, each.own), (17, each.pairs), (18, each.seats), (20, each.overturned)):
        sheet.put(row, column, count, "whole")
    sheet.put(row, 21, each.replaced, "whole")
    sheet.put(row, 19, each.evidence, "number")
    sheet.put(row, 22, each.severity.reason, "soft wrapped")
    sheet.fit(row)
