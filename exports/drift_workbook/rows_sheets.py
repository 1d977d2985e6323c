"""Flags, weeks and cases, a row each."""

from dataclasses import dataclass
from itertools import groupby

from exports.drift_workbook.model import DriftWorkbook
from exports.figures import Figure
from exports.workbook import Book, Sheet
from exports.workbook.report import begin_listing, end_listing, put_lengths

FLAGS = (
    "Reviewer", "State", "What", "Change", "90 % from", "to", "Unit", "Likely onset", "earliest", "latest",
    "Double scores", "In words",
)  # fmt: skip
FLAG_WIDTHS = (22, 8, 18, 9, 9, 8, 12, 11, 11, 11, 18, 60)
WEEKS = (
    "Reviewer",
    "Week of",
    "Strictness",
    "90 % from",
    "to",
    "Shared parts alone",
    "Evidence, weeks",
    "Limits leave out 0",
)
WEEK_WIDTHS = (28, 12, 11, 11, 9, 14, 12, 14)
LIMITS_AT, DAYS_AT = 3, 5
CASES = ("Reviewer", "Opened", "State", "Outcome", "Came back", "Reason")
CASE_WIDTHS = (28, 12, 10, 16, 11, 70)


def add_flags(book: Book, data: DriftWorkbook, *, header: str, footer: str) -> Sheet:
    """What changed, in figures and in words."""
    sheet, first = begin_listing(
        book,
        "Flags",
        FLAGS,
        FLAG_WIDTHS,
        title="What changed",
        right=(4, 5, 6),
        landscape=True,
        header=header,
        footer=footer,
    )
    for row, each in enumerate(data.flags, start=first):
        for column, words in (
            (1, each.name),
            (2, each.state),
            (3, each.stream),
            (7, each.unit),
            (11, each.confirmation),
        ):
            sheet.put(row, column, words)
        for column, value in ((4, each.effect), (5, each.low), (6, each.high)):
            sheet.put(row, column, value, "signed")
        for column, day in ((8, each.onset), (9, each.earliest), (10, each.latest)):
            sheet.put(row, column, day, "day")
        sheet.put(row, 12, each.sentence)
        sheet.fit(row)
    end_listing(sheet, first, len(data.flags), FLAGS, name="Flags", nothing="No reviewer is flagged.")
    return sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """The sheet of weeks, and the rows of each reviewer in it, in the order of the board."""

    sheet: Sheet
    of: tuple[tuple[str, int, int], ...]  # name, first and last row


def add_weeks(book: Book, data: DriftWorkbook, plotted: Sheet, *, header: str, footer: str) -> Weeks:
    """Each reviewer's control chart as rows; whether a week's limits leave out 0 is a formula.

    The lengths of the limits go to the sheet ``plotted``, from column ``LIMITS_AT`` on, and short days to ``DAYS_AT``.
    """
    sheet, first = begin_listing(
        book,
        "Weeks",
        WEEKS,
        WEEK_WIDTHS,
        title="Strictness week by week",
        right=range(3, 8),
        header=header,
        footer=footer,
    )
    for row, each in enumerate(data.weeks, start=first):
        sheet.put(row, 1, each.name)
        sheet.put(row, 2, each.monday, "day")
        for column, value in ((3, each.value), (4, each.low), (5, each.high), (6, each.overlap)):
            sheet.put(row, column, value, "signed" if column in (3, 6) else "signed soft")
        sheet.put(row, 7, each.evidence, "number")
        formula = f'=IF(C{row}="","",IF(OR(D{row}>0,E{row}<0),"yes","no"))'
        apart = each.low is not None and each.high is not None and (each.low > 0 or each.high < 0)
        sheet.formula(row, 8, formula, "" if each.value is None else "yes" if apart else "no", "soft")
        plotted.put(row, DAYS_AT, f"{each.monday.day} {each.monday:%b}", "text line")
        put_lengths(plotted, row, LIMITS_AT, sheet, 3, Figure(value=each.value, low=each.low, high=each.high))
    end_listing(sheet, first, len(data.weeks), WEEKS, name="Weeks", nothing="No week was judged yet.", freeze=3)
    rows = groupby(enumerate(data.weeks, start=first), key=lambda each: each[1].name)
    return Weeks(sheet=sheet, of=tuple((name, *_ends([row for row, _ in group])) for name, group in rows))


def _ends(rows: list[int]) -> tuple[int, int]:
    return rows[0], rows[-1]


def add_cases(book: Book, data: DriftWorkbook, *, header: str, footer: str) -> Sheet:
    """What was done about red flags."""
    sheet, first = begin_listing(
        book,
        "Cases",
        CASES,
        CASE_WIDTHS,
        title="What was done",
        landscape=True,
        header=header,
        footer=footer,
    )
    for row, each in enumerate(data.cases, start=first):
        sheet.put(row, 1, each.name)
        sheet.put(row, 2, each.opened_on, "day")
        for column, words in (
            (3, each.state),
            (4, each.outcome),
            (5, "yes" if each.returned else ""),
            (6, each.reason),
        ):
            sheet.put(row, column, words)
        sheet.fit(row)
    end_listing(sheet, first, len(data.cases), CASES, name="Cases", nothing="No case was opened.")
    return sheet
