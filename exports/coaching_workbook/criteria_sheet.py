"""Each criterion against the others of the team: table, then the chart below it."""

from dataclasses import dataclass

from exports.coaching_workbook.focus import FEWEST, verdict
from exports.coaching_workbook.model import CoachingWorkbook, CriterionFigure
from exports.coaching_workbook.words import VERDICT_STYLES, VERDICTS
from exports.workbook import Area, Axis, Book, Look, Series, Sheet, interval_bars
from exports.workbook.report import bars_below, begin_listing, end_listing

TITLES = ("Criterion", "n", "Specialist", "from", "to", "Team", "Gap", "gap from", "gap to", "Verdict")
WIDTHS = (34, 6, 11, 8, 8, 8, 9, 11, 9, 22)


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaColumns:
    """Where formulas find the criteria. ``judged`` holds the gap's upper end where a verdict is allowed."""

    sheet: Sheet
    names: Area
    counts: Area
    means: Area
    gaps: Area
    gap_lows: Area
    gap_highs: Area
    verdicts: Area
    judged: Area
    rows: dict[str, int]


def add_criteria(book: Book, data: CoachingWorkbook, plotted: Sheet, *, header: str, footer: str) -> CriteriaColumns:
    """The sheet of criteria; error bars and the judged ends are formulas on the hidden sheet ``plotted``."""
    sheet, first = begin_listing(
        book,
        "Criteria",
        TITLES,
        WIDTHS,
        title="Criteria against the team",
        note="Percent of each criterion's points, from the specialist and from the others of the team. "
        f"A verdict only where the {data.confidence:.0%} interval of the gap leaves out 0; none from "
        f"fewer than {FEWEST} reviews. {data.gap_note}",
        right=range(2, 10),
        header=header,
        footer=footer,
    )
    for row, criterion in enumerate(data.criteria, start=first):
        _criterion(sheet, row, criterion)
        _plotted(plotted, row, sheet, criterion)
    nothing = "No criterion was answered in this period."
    last = end_listing(sheet, first, len(data.criteria), TITLES, name="Criteria", nothing=nothing)
    if data.criteria:
        _chart(sheet, plotted, data, first, last)
    column = {title: sheet.area(first, number, last) for number, title in enumerate(TITLES, start=1)}
    return CriteriaColumns(
        sheet=sheet,
        names=column["Criterion"],
        counts=column["n"],
        means=column["Specialist"],
        gaps=column["Gap"],
        gap_lows=column["gap from"],
        gap_highs=column["gap to"],
        verdicts=column["Verdict"],
        judged=plotted.area(first, 3, last),
        rows={criterion.key: row for row, criterion in enumerate(data.criteria, start=first)},
    )


def _criterion(sheet: Sheet, row: int, criterion: CriterionFigure) -> None:
    told = verdict(criterion)
    few = told == "too few"
    sheet.put(row, 1, criterion.name, "text")
    sheet.put(row, 2, criterion.n, "whole")
    sheet.put(row, 3, criterion.mean, "number soft" if few else "number")
    sheet.put(row, 4, criterion.low, "number soft")
    sheet.put(row, 5, criterion.high, "number soft")
    sheet.put(row, 6, criterion.team_mean, "number")
    sheet.put(row, 7, criterion.gap, "signed soft" if few else "signed")
    sheet.put(row, 8, criterion.gap_low, "signed soft")
    sheet.put(row, 9, criterion.gap_high, "signed soft")
    sheet.put(row, 10, VERDICTS[told], VERDICT_STYLES[told])
    sheet.fit(row)


def _plotted(plotted: Sheet, row: int, sheet: Sheet, criterion: CriterionFigure) -> None:
    here = f"'{sheet.title}'!"
    if criterion.low is not None and criterion.high is not None and criterion.mean is not None:
        plotted.formula(row, 1, f"={here}E{row}-{here}C{row}", criterion.high - criterion.mean, "number")
        plotted.formula(row, 2, f"={here}C{row}-{here}D{row}", criterion.mean - criterion.low, "number")
    formula = f'=IF(AND({here}B{row}>={FEWEST},ISNUMBER({here}I{row})),{here}I{row},"")'
    judged = criterion.gap_high if verdict(criterion) != "too few" else None
    plotted.formula(row, 3, formula, "" if judged is None else judged, "number")


def _chart(sheet: Sheet, plotted: Sheet, data: CoachingWorkbook, first: int, last: int) -> None:
    """Draw it below the table."""
    few = frozenset(point for point, criterion in enumerate(data.criteria) if criterion.n < FEWEST)
    interval_bars(
        sheet,
        bars_below(sheet, last, len(TITLES), count=len(data.criteria)),
        title="Specialist and team by criterion",
        categories=sheet.area(first, 1, last),
        series=(
            Series(
                title=f"Specialist, with {data.confidence:.0%} interval (dashed: fewer than {FEWEST} reviews)",
                values=sheet.area(first, 3, last),
                look=Look(line="accent", fill="bar"),
                plus=plotted.area(first, 1, last),
                minus=plotted.area(first, 2, last),
                hollow=few,
            ),
            Series(title="Others of the team", values=sheet.area(first, 6, last), look=Look(line="edge", fill="paper")),
        ),
        names=Axis(title="Criterion"),
        values=Axis(title="Percent of the criterion's points", low=0, high=100, step=20),
    )
