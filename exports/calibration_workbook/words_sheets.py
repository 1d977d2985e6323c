"""Every answer beside what was agreed, and what had to be settled."""

from dataclasses import dataclass

from exports.calibration_workbook.model import CalibrationWorkbook
from exports.workbook import Area, Book, Sheet

HEAD = 4
ANSWERS = ("Participant", "Ticket", "Criterion", "Chosen", "Agreed", "As agreed", "Comment")
ANSWER_WIDTHS = (24, 18, 30, 18, 18, 10, 60)
DECISIONS = ("Ticket", "Criterion", "Chosen", "Agreed", "Reason")
DECISION_WIDTHS = (18, 30, 34, 18, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Where formulas find whether an answer is as agreed."""

    sheet: Sheet
    alike: Area


def add_answers(book: Book, data: CalibrationWorkbook, *, header: str, footer: str) -> Answered:
    """Every answer; whether it is as agreed is a formula."""
    sheet = book.sheet("Answers", widths=ANSWER_WIDTHS, landscape=True, header=header, footer=footer)
    sheet.put(1, 1, "Every answer", "title")
    sheet.height(1, 30)
    sheet.headers(HEAD - 1, ANSWERS)
    for row, each in enumerate(data.answers, start=HEAD):
        values = (each.name, each.ticket, each.criterion, each.chosen, each.agreed)
        for column, value in enumerate(values, start=1):
            sheet.put(row, column, value)
        formula = f'=IF(E{row}="","",IF(D{row}=E{row},"yes","no"))'
        same = each.chosen.casefold() == each.agreed.casefold()
        sheet.formula(row, 6, formula, "" if not each.agreed else "yes" if same else "no", "soft")
        sheet.put(row, 7, each.comment)
        sheet.fit(row)
    last = _end(sheet, len(data.answers), ANSWERS, "Answers", "Nobody answered anything.")
    sheet.freeze(HEAD, 4)
    return Answered(sheet=sheet, alike=sheet.area(HEAD, 6, last))


def add_decisions(book: Book, data: CalibrationWorkbook, *, header: str, footer: str) -> Sheet:
    """What had to be settled, with the reason."""
    sheet = book.sheet("Decisions", widths=DECISION_WIDTHS, landscape=True, header=header, footer=footer)
    sheet.put(1, 1, "Decisions", "title")
    sheet.height(1, 30)
    sheet.headers(HEAD - 1, DECISIONS)
    for row, each in enumerate(data.decisions, start=HEAD):
        for column, value in enumerate((each.ticket, each.criterion, each.chosen, each.agreed, each.reason), start=1):
            sheet.put(row, column, value, "strong" if column == 4 else "text")
        sheet.fit(row)
    _end(sheet, len(data.decisions), DECISIONS, "Decisions", "Nothing had to be settled.")
    sheet.freeze(HEAD, 3)
    return sheet


def _end(sheet: Sheet, rows: int, titles: tuple[str, ...], name: str, nothing: str) -> int:
    if not rows:
        sheet.put(HEAD, 1, nothing, "soft")
    last = HEAD + max(rows, 1) - 1
    sheet.table(name, sheet.area(HEAD - 1, 1, last, len(titles)))
    sheet.repeat(HEAD - 1, HEAD - 1)
    sheet.print_area(len(titles), last)
    sheet.protect()
    return last
