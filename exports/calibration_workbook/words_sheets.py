"""Every answer beside what was agreed, and what had to be settled."""

from dataclasses import dataclass

from exports.calibration_workbook.model import CalibrationWorkbook
from exports.workbook import Area, Book, Sheet
from exports.workbook.report import begin_listing, end_listing

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
    sheet, first = begin_listing(
        book, "Answers", ANSWERS, ANSWER_WIDTHS, title="Every answer", landscape=True, header=header, footer=footer
    )
    for row, each in enumerate(data.answers, start=first):
        values = (each.name, each.ticket, each.criterion, each.chosen, each.agreed)
        for column, value in enumerate(values, start=1):
            sheet.put(row, column, value)
        formula = f'=IF(E{row}="","",IF(D{row}=E{row},"yes","no"))'
        same = each.chosen.casefold() == each.agreed.casefold()
        sheet.formula(row, 6, formula, "" if not each.agreed else "yes" if same else "no", "soft")
        sheet.put(row, 7, each.comment)
        sheet.fit(row)
    last = end_listing(
        sheet, first, len(data.answers), ANSWERS, name="Answers", nothing="Nobody answered anything.", freeze=4
    )
    return Answered(sheet=sheet, alike=sheet.area(first, 6, last))


def add_decisions(book: Book, data: CalibrationWorkbook, *, header: str, footer: str) -> Sheet:
    """What had to be settled, with the reason."""
    sheet, first = begin_listing(
        book, "Decisions", DECISIONS, DECISION_WIDTHS, title="Decisions", landscape=True, header=header, footer=footer
    )
    for row, each in enumerate(data.decisions, start=first):
        for column, value in enumerate((each.ticket, each.criterion, each.chosen, each.agreed, each.reason), start=1):
            sheet.put(row, column, value, "strong" if column == 4 else "text")
        sheet.fit(row)
    end_listing(
        sheet,
        first,
        len(data.decisions),
        DECISIONS,
        name="Decisions",
        nothing="Nothing had to be settled.",
        freeze=3,
    )
    return sheet
