"""Quality against its own limits: which week is unlike the others, as a table with its chart below."""

from exports.board_pack.model import BoardPack
from exports.board_pack.trend_sheet import axis_of
from exports.figures import Figure
from exports.workbook import Area, Axis, Book, Look, Series, Sheet, interval_lines
from exports.workbook.report import CHART_ROWS, begin_listing, chart_below, end_listing

TITLES = ("Week", "Quality", "n", "Mean", "Lower limit", "Upper limit", "Outside", "What was named most")
WIDTHS = (12, 10, 8, 9, 12, 12, 10, 46)


def add_control(book: Book, data: BoardPack, *, header: str, footer: str) -> Sheet:
    """The sheet; whether a week lies outside is a live formula over its limits."""
    sheet, first = begin_listing(
        book,
        "Control",
        TITLES,
        WIDTHS,
        title="Quality against its limits",
        note="Three sigmas round the mean, as wide as each week's reviews leave it uncertain and as the weeks scatter "
        "besides (Laney 2002). Inside, a week is like the others whatever its place; outside, look for a cause. Limits "
        "are drawn from eight weeks on one scale, and for weeks with five reviews or more.",
        right=range(2, 7),
        header=header,
        footer=footer,
    )
    for row, week in enumerate(data.control, start=first):
        sheet.put(row, 1, week.key, "text line")
        sheet.put(row, 2, week.value, "number")
        sheet.put(row, 3, week.n, "whole")
        for column, value in ((4, week.centre), (5, week.low), (6, week.high)):
            sheet.put(row, column, value, "number soft")
        formula = (
            f'=IF(OR(B{row}="",E{row}="",F{row}=""),"",IF(B{row}<E{row},"▼ below",IF(B{row}>F{row},"▲ above","no")))'
        )
        sheet.formula(row, 7, formula, _outside(week.value, week.low, week.high), "soft")
        sheet.put(row, 8, week.said, "soft wrapped")
        sheet.fit(row)
    last = end_listing(sheet, first, len(data.control), TITLES, name="Control", nothing="No week has a review yet.")
    _chart(sheet, data, first, last, chart_below(sheet, last, len(TITLES), rows=CHART_ROWS))
    return sheet


def _outside(value: float | None, low: float | None, high: float | None) -> str:
    if value is None or low is None or high is None:
        return ""
    return "▼ below" if value < low else "▲ above" if value > high else "no"


def _chart(sheet: Sheet, data: BoardPack, first: int, last: int, place: Area) -> None:
    figures = [Figure(value=each.value, low=each.low, high=each.high) for each in data.control]
    low, high = axis_of(figures)
    interval_lines(
        sheet,
        place,
        title="Quality against its limits",
        categories=sheet.area(first, 1, last),
        series=(
            Series(title="Quality", values=sheet.area(first, 2, last), look=Look(line="accent", width=2.0)),
            Series(title="Mean", values=sheet.area(first, 4, last), look=Look(line="edge", width=1.0, mark="none")),
            *(
                Series(
                    title=title,
                    values=sheet.area(first, column, last),
                    look=Look(line="bad", width=1.25, dash="dash", mark="none"),
                )
                for title, column in (("Lower limit", 5), ("Upper limit", 6))
            ),
        ),
        names=Axis(title="Week (ISO)"),
        values=Axis(title="Score (percent)", low=low, high=high, step=10 if high - low <= 50 else 20),
    )
