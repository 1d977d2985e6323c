"""Week by week: table, then the chart below it."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from exports.coaching_workbook.focus import FEWEST
from exports.coaching_workbook.model import CoachingWorkbook, WeeklyPoint
from exports.coaching_workbook.words import VERDICTS
from exports.workbook import Area, Axis, Book, Look, Series, Sheet, interval_lines
from exports.workbook.report import begin_listing, chart_below, end_listing

TITLES = ("Week", "Monday", "n", "Score", "from", "to", "Team", "In the period", "Remark")
WIDTHS = (12, 12, 7, 10, 9, 9, 10, 13, 30)
ONE_PAGE = 30
CHART_ROWS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendColumns:
    """Where formulas and the cover's chart find the weeks."""

    sheet: Sheet
    weeks: Area
    counts: Area
    means: Area
    teams: Area
    in_period: Area


def add_trend(book: Book, data: CoachingWorkbook, plotted: Sheet, *, header: str, footer: str) -> TrendColumns:
    """The sheet of weeks; the lengths of the error bars are formulas on the hidden sheet ``plotted``."""
    sheet, first = begin_listing(
        book,
        "Trend",
        TITLES,
        WIDTHS,
        title="Weekly quality score",
        note=f"Estimated mean of all parts of each week with its {data.confidence:.0%} interval, beside the others of "
        f"the team. A week with fewer than {FEWEST} reviews is drawn pale: it says little by itself.",
        right=range(3, 8),
        header=header,
        footer=footer,
    )
    for row, point in enumerate(data.weeks, start=first):
        _week(sheet, plotted, row, point, data)
    last = end_listing(sheet, first, len(data.weeks), TITLES, name="Trend", nothing="No week has a review.")
    column = {title: sheet.area(first, number, last) for number, title in enumerate(TITLES, start=1)}
    columns = TrendColumns(
        sheet=sheet,
        weeks=column["Week"],
        counts=column["n"],
        means=column["Score"],
        teams=column["Team"],
        in_period=column["In the period"],
    )
    if data.weeks:
        if len(data.weeks) > ONE_PAGE:
            sheet.break_before(last + 2)
        draw_trend(sheet, chart_below(sheet, last, len(TITLES), rows=CHART_ROWS), columns, plotted, data)
    return columns


def draw_trend(target: Sheet, place: Area, columns: TrendColumns, plotted: Sheet, data: CoachingWorkbook) -> None:
    """The weekly line with its intervals and the team's line, on any sheet."""
    top, last = columns.weeks.top, columns.weeks.bottom
    interval_lines(
        target,
        place,
        title="Quality score by week",
        categories=columns.weeks,
        series=(
            Series(
                title=f"Specialist, with {data.confidence:.0%} interval",
                values=columns.means,
                look=Look(line="accent", width=2.0),
                plus=plotted.area(top, 5, last),
                minus=plotted.area(top, 6, last),
            ),
            Series(
                title="Others of the team",
                values=columns.teams,
                look=Look(line="team", width=1.75, dash="dash", mark="none"),
            ),
            # Drawn last, over the filled marks.
            Series(
                title=f"fewer than {FEWEST} reviews: too few to judge",
                values=plotted.area(top, 7, last),
                look=Look(line="accent", mark_fill="bar", joined=False),
            ),
        ),
        names=Axis(title="Week (ISO)"),
        values=score_axis(data.weeks),
    )


def touches_period(point: WeeklyPoint, data: CoachingWorkbook) -> bool:
    """Whether a day of the week lies in the period."""
    sunday = point.monday + dt.timedelta(days=6)
    return point.monday <= data.provenance.period_to and sunday >= data.provenance.period_from


def score_axis(weeks: Sequence[WeeklyPoint]) -> Axis:
    """As much of the scale as the points need, and their intervals as far as scores usually go, in steps of ten."""
    points = [at for point in weeks for at in (point.mean, point.team_mean) if at is not None]
    ends = [min(max(end, 0), 100) for point in weeks for end in (point.low, point.high) if end is not None]
    low = math.floor(min([*points, *ends], default=0) / 10) * 10
    high = math.ceil(max([*points, *ends], default=100) / 10) * 10
    return Axis(title="Score (percent)", low=min(low, high - 10), high=high, step=10)


def _week(sheet: Sheet, plotted: Sheet, row: int, point: WeeklyPoint, data: CoachingWorkbook) -> None:
    few = point.n < FEWEST
    sheet.put(row, 1, point.week, "text line")
    sheet.put(row, 2, point.monday, "day soft")
    sheet.put(row, 3, point.n, "whole")
    sheet.put(row, 4, point.mean, "number soft" if few else "number")
    sheet.put(row, 5, point.low, "number soft")
    sheet.put(row, 6, point.high, "number soft")
    sheet.put(row, 7, point.team_mean, "number")
    sheet.put(row, 8, "yes" if touches_period(point, data) else "no", "soft")
    sheet.put(row, 9, VERDICTS["too few"] if few and point.n else point.reason, "soft wrapped")
    sheet.fit(row)
    if few and point.mean is not None:
        plotted.formula(row, 7, f"='{sheet.title}'!D{row}", point.mean, "number")
    if point.low is not None and point.high is not None and point.mean is not None:
        here = f"'{sheet.title}'!"
        plotted.formula(row, 5, f"={here}F{row}-{here}D{row}", point.high - point.mean, "number")
        plotted.formula(row, 6, f"={here}D{row}-{here}E{row}", point.mean - point.low, "number")
