"""The sheets of the drift workbook, in their order."""

from exports.drift_workbook.board_sheet import Board, add_board
from exports.drift_workbook.chart_sheet import add_charts
from exports.drift_workbook.model import QUARTER, DriftWorkbook
from exports.drift_workbook.rows_sheets import add_cases, add_flags, add_weeks
from exports.workbook import Sheet, add_provenance
from exports.workbook.report import add_plotted, begin_report, cover_head, end_plotted, list_contents, section

WIDTHS = (40, 14, 14, 14, 14)
RIGHT = len(WIDTHS)


def write(data: DriftWorkbook) -> bytes:
    """The workbook as a file."""
    facts = data.provenance
    book = begin_report(facts, f"Reviewers' board until the week of {data.through}", data.zone)
    header, footer = f"Reviewers' board · week of {data.through}", facts.confidentiality
    cover = book.sheet("Cover", widths=WIDTHS, header=header, footer=footer, one_page=True)
    plotted = add_plotted(book, 5)
    board = add_board(book, data, plotted, header=header, footer=footer)
    flags = add_flags(book, data, header=header, footer=footer)
    weeks = add_weeks(book, data, plotted, header=header, footer=footer)
    charts = add_charts(book, data, weeks, plotted, header=header, footer=footer)
    cases = add_cases(book, data, header=header, footer=footer)
    provenance = add_provenance(book, facts, header=header, footer=footer)
    contents = (
        (board.sheet, "each reviewer's severity, scatter, agreement, N/A and evidence, with intervals"),
        (flags, "what changed, by how much, since when, and how surely"),
        (weeks.sheet, "strictness week by week with its limits"),
        (charts, "the same in pictures, for the first reviewers of the board"),
        (cases, "what was done about red flags"),
        (provenance, "evidence, method, digests"),
    )
    _fill_cover(cover, data, board, contents)
    end_plotted(plotted)
    return book.content()


def _fill_cover(sheet: Sheet, data: DriftWorkbook, board: Board, contents: tuple[tuple[Sheet, str], ...]) -> None:
    """How many stand where, and how many flags chance alone raises: live formulas over the board."""
    row = cover_head(sheet, "Reviewers' board", f"Whole weeks until the one of {data.through}", RIGHT, style="subtitle")
    sheet.note(
        row - 1,
        RIGHT,
        "A flag is evidence to be understood and settled, never a verdict; the order is no ranking.",
        style="note",
    )
    states = board.states.formula
    count = {word: sum(each.state == word for each in data.reviewers) for word in ("act", "watch", "steady")}
    lines = [
        *((f"Reviewers at “{word}”", f'=COUNTIF({states},"{word}")', count[word], "whole left") for word in count),
    ]
    row += 1
    section(sheet, row, "Where reviewers stand", RIGHT)
    for name, formula, value, style in lines:
        row += 1
        sheet.put(row, 1, name)
        sheet.formula(row, 2, formula, value, style)
    row += 2
    section(sheet, row, "What chance alone raises in a quarter, if nobody drifts", RIGHT)
    inputs = (
        ("Reviewers with scores in the last quarter", data.active, "whole left"),
        ("Watch: weeks of evidence", data.amber, "number left"),
        ("Act: weeks of evidence", data.red, "number left"),
    )
    first = row + 1
    for name, given, style in inputs:
        row += 1
        sheet.put(row, 1, name)
        sheet.put(row, 2, given, style)
    for name, place, threshold in (("amber", 1, data.amber), ("red", 2, data.red)):
        row += 1
        sheet.put(row, 1, f"Expected false {name} flags, at most")
        formula = f"={QUARTER}*B{first}/B{first + place}"
        sheet.formula(row, 2, formula, QUARTER * data.active / threshold, "number 2 left")
    row += 2
    list_contents(sheet, row, RIGHT, contents)
