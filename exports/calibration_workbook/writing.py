"""The order in which the sheets of a session's report are made, and its cover."""

from exports.calibration_workbook.agreement_sheet import add_agreement, add_sessions
from exports.calibration_workbook.model import CalibrationWorkbook
from exports.calibration_workbook.people_sheets import Scored, add_participants, add_scores
from exports.calibration_workbook.words_sheets import Answered, add_answers, add_decisions
from exports.workbook import Area, Sheet, add_provenance
from exports.workbook.report import add_plotted, begin_report, cover_head, end_plotted, list_contents, section

WIDTHS = (34, 14, 14, 14, 14, 14)
RIGHT = len(WIDTHS)


def write(data: CalibrationWorkbook) -> bytes:
    """The workbook as a file."""
    facts = data.provenance
    book = begin_report(facts, f"Calibration session: {data.title}", data.zone)
    header, footer = f"Calibration session · {data.title}", facts.confidentiality
    cover = book.sheet("Cover", widths=WIDTHS, header=header, footer=footer, one_page=True)
    plotted = add_plotted(book, 6)
    agreement, shares = add_agreement(book, data, plotted, header=header, footer=footer)
    scored = add_scores(book, data, header=header, footer=footer)
    participants = add_participants(book, data, scored, plotted, header=header, footer=footer)
    answered = add_answers(book, data, header=header, footer=footer)
    decisions = add_decisions(book, data, header=header, footer=footer)
    sessions = add_sessions(book, data, plotted, header=header, footer=footer)
    provenance = add_provenance(book, facts, header=header, footer=footer)
    contents = (
        (agreement, "percent agreement, weighted kappa, alpha and AC of each criterion, with intervals"),
        (participants, "each participant's signed difference and consistency, made from the scores"),
        (scored.sheet, "every score beside what was agreed"),
        (answered.sheet, "every answer beside what was agreed, with its comment"),
        (decisions, "what had to be settled, and why it was settled so"),
        (sessions, "agreement over the sessions with this rubric"),
        (provenance, "rubric version, methods, counts"),
    )
    _fill_cover(cover, data, shares, scored, answered, contents)
    end_plotted(plotted)
    return book.content()


def _fill_cover(
    sheet: Sheet,
    data: CalibrationWorkbook,
    shares: Area,
    scored: Scored,
    answered: Answered,
    contents: tuple[tuple[Sheet, str], ...],
) -> None:
    row = cover_head(sheet, "Calibration session", data.title, RIGHT)
    for name, words in data.facts:
        sheet.put(row, 1, name, "soft")
        sheet.put(row, 2, words, "text line")
        row += 1
    row = _figures(sheet, row + 1, data, shares, scored, answered)
    section(sheet, row, "What was learnt", RIGHT)
    sheet.note(row + 1, RIGHT, data.learnt or "Nothing was written.", style="text")
    row += 3
    list_contents(sheet, row, RIGHT, contents)


def _figures(
    sheet: Sheet, row: int, data: CalibrationWorkbook, shares: Area, scored: Scored, answered: Answered
) -> int:
    """The session in figures, every one a live formula over the other sheets."""
    known = [each.agreement.value for each in data.criteria if each.agreement.value is not None]
    differences = [abs(each.difference) for each in data.scores if each.difference is not None]
    judged = [each for each in data.answers if each.agreed]
    alike = sum(each.chosen.casefold() == each.agreed.casefold() for each in judged)
    apart = scored.differences.formula
    yes, no = (f'COUNTIF({answered.alike.formula},"{word}")' for word in ("yes", "no"))
    lines = (
        ("Participants with a score", f"=MAX({scored.numbers.formula},0)", len(data.participants), "whole left"),
        (
            "Percent agreement, mean over criteria",
            f'=IF(COUNT({shares.formula})=0,"",AVERAGE({shares.formula}))',
            sum(known) / len(known) if known else "",
            "number left",
        ),
        (
            "Scores apart from what was agreed, mean points",
            f'=IF(COUNT({apart})=0,"",(SUMIF({apart},">0")-SUMIF({apart},"<0"))/COUNT({apart}))',
            sum(differences) / len(differences) if differences else "",
            "number left",
        ),
        (
            "Answers as agreed, share",
            f'=IF({yes}+{no}=0,"",{yes}/({yes}+{no}))',
            alike / len(judged) if judged else "",
            "share left",
        ),
    )
    section(sheet, row, "The session in figures", RIGHT)
    for name, formula, value, style in lines:
        row += 1
        sheet.put(row, 1, name, "text")
        sheet.formula(row, 2, formula, value, style)
        sheet.fit(row)
    return row + 2
