"""Every score beside what was agreed, and each participant's figures as formulas over them."""

from dataclasses import dataclass

from exports.calibration_workbook.model import CalibrationWorkbook, ParticipantRow
from exports.workbook import Area, Axis, Book, Look, Series, Sheet, interval_bars
from exports.workbook.report import (
    bars_below,
    begin_listing,
    difference_axis,
    end_listing,
    put_lengths,
)

SCORE_TITLES = ("No.", "Participant", "Ticket", "Score", "Agreed", "Difference")
SCORE_WIDTHS = (6, 28, 22, 10, 10, 12)
TITLES = (
    "No.",
    "Participant",
    "Parts",
    "Mean difference",
    "from",
    "to",
    "Spread",
    "spread from",
    "spread to",
    "Remark",
)
WIDTHS = (6, 28, 7, 12, 9, 9, 9, 11, 10, 28)
FEWEST_FOR_SPREAD = 3
NO_SPREAD = "1E-9"  # points squared: equal differences, from which no interval follows


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Where formulas find the scores."""

    sheet: Sheet
    numbers: Area
    differences: Area


def add_scores(book: Book, data: CalibrationWorkbook, *, header: str, footer: str) -> Scored:
    """Every score; the difference is a formula. Participants are counted by number: a name may hold anything."""
    sheet, first = begin_listing(
        book,
        "Scores",
        SCORE_TITLES,
        SCORE_WIDTHS,
        title="Scores beside what was agreed",
        note="In points; above 0: more than agreed. A part without consensus has no difference.",
        right=(1, 4, 5, 6),
        header=header,
        footer=footer,
    )
    for row, each in enumerate(data.scores, start=first):
        sheet.put(row, 1, each.number, "whole")
        sheet.put(row, 2, each.name)
        sheet.put(row, 3, each.ticket, "text line")
        sheet.put(row, 4, each.score, "number")
        sheet.put(row, 5, each.agreed, "number")
        formula = f'=IF(AND(ISNUMBER(D{row}),ISNUMBER(E{row})),D{row}-E{row},"")'
        sheet.formula(row, 6, formula, "" if each.difference is None else each.difference, "signed")
    last = end_listing(
        sheet,
        first,
        len(data.scores),
        SCORE_TITLES,
        name="Scores",
        nothing="Nobody scored anything.",
        freeze=3,
        at=2,
    )
    return Scored(sheet=sheet, numbers=sheet.area(first, 1, last), differences=sheet.area(first, 6, last))


def add_participants(
    book: Book, data: CalibrationWorkbook, scored: Scored, plotted: Sheet, *, header: str, footer: str
) -> Sheet:
    """Each participant's mean difference and spread with 95 % intervals, made from the scores by live formulas."""
    sheet, first = begin_listing(
        book,
        "Participants",
        TITLES,
        WIDTHS,
        title="Each participant against what was agreed",
        note="Score minus agreed score, in points: its mean with Student's t interval, and how far it scatters around "
        f"that mean with a chi-square interval, from {FEWEST_FOR_SPREAD} parts on. Every figure is a formula over "
        "Scores.",
        right=(1, *range(3, 10)),
        landscape=True,
        header=header,
        footer=footer,
    )
    for row, each in enumerate(data.participants, start=first):
        parts = sum(score.number == each.number and score.difference is not None for score in data.scores)
        _participant(sheet, row, each, parts, scored)
        put_lengths(plotted, row, 3, sheet, 4, each.difference)
    last = end_listing(
        sheet,
        first,
        len(data.participants),
        TITLES,
        name="Participants",
        nothing="Nobody scored anything.",
        freeze=3,
        at=2,
    )
    if data.participants:
        interval_bars(
            sheet,
            bars_below(sheet, last, len(TITLES), count=len(data.participants)),
            title="Mean difference from what was agreed",
            categories=sheet.area(first, 2, last),
            series=(
                Series(
                    title="Mean difference, with 95 % interval",
                    values=sheet.area(first, 4, last),
                    look=Look(line="accent", fill="bar"),
                    plus=plotted.area(first, 3, last),
                    minus=plotted.area(first, 4, last),
                ),
            ),
            names=Axis(title="Participant"),
            values=difference_axis(
                "Points above (+) or below (−) what was agreed", [each.difference for each in data.participants]
            ),
        )
    return sheet


def _participant(sheet: Sheet, row: int, each: ParticipantRow, parts: int, scored: Scored) -> None:
    numbers, apart = scored.numbers.formula, scored.differences.formula
    own = f"--({numbers}=A{row})"
    squares = f"MAX(0,(SUMPRODUCT({own},{apart},{apart})-C{row}*D{row}^2)/(C{row}-1))"
    t_half = f"TINV(0.05,C{row}-1)*SQRT({squares}/C{row})"
    difference, spread = each.difference, each.spread
    sheet.put(row, 1, each.number, "whole")
    sheet.put(row, 2, each.name)
    sheet.formula(row, 3, f"=SUMPRODUCT({own},--ISNUMBER({apart}))", parts, "whole")
    mean = f'=IF(C{row}=0,"",SUMPRODUCT({own},{apart})/C{row})'
    sheet.formula(row, 4, mean, _or_empty(difference.value), "signed")
    for column, sign, end in ((5, "-", difference.low), (6, "+", difference.high)):
        formula = f'=IF(C{row}<2,"",IF({squares}<{NO_SPREAD},"",D{row}{sign}{t_half}))'
        sheet.formula(row, column, formula, _or_empty(end), "signed soft")
    few = f"C{row}<{FEWEST_FOR_SPREAD}"
    sheet.formula(row, 7, f'=IF({few},"",SQRT({squares}))', _or_empty(spread.value), "number")
    for column, tail, end in ((8, "0.025", spread.low), (9, "0.975", spread.high)):
        formula = f'=IF({few},"",G{row}*SQRT((C{row}-1)/CHIINV({tail},C{row}-1)))'
        sheet.formula(row, column, formula, _or_empty(end), "number soft")
    sheet.put(row, 10, difference.reason or spread.reason, "soft wrapped")
    sheet.fit(row)


def _or_empty(value: float | None) -> float | str:
    return "" if value is None else value
