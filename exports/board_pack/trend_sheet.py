"""Week by week: quality with its band, pass and critical rates, satisfaction, coverage."""

from dataclasses import dataclass

from exports.board_pack.model import BoardPack, Week
from exports.figures import Figure
from exports.workbook import Area, Axis, Book, Look, Series, Sheet, interval_lines
from exports.workbook.report import TITLE_HEIGHT, begin_listing, end_listing, put_figure, put_lengths

TITLES = (
    "Week", "Quality", "from", "to", "n", "Fair mean", "Linked", "Passed %", "passed from", "passed to", "Critical %",
    "critical from", "critical to", "CSAT %", "CSAT from", "CSAT to", "Resolved", "Drawn", "Reviewed", "Coverage",
    "Target", "What happened",
)  # fmt: skip
WIDTHS = (11, 9, 8, 8, 7, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 10, 8, 9, 10, 8, 30)
CHART_WIDTHS = (12,) * 10
CHART_HEIGHT = 18  # rows
FEW = 5
LINES = ("accent", "team", "good", "edge")
FIRST_STRETCH = 9  # column of the sheet Plotted; before it are the lengths of four figures' bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """Where the cover's chart finds the weeks."""

    sheet: Sheet
    first: int
    last: int


def add_trend(book: Book, data: BoardPack, plotted: Sheet, *, header: str, footer: str) -> Weeks:
    """The sheet of weeks."""
    sheet, first = begin_listing(
        book,
        "Trend",
        TITLES,
        WIDTHS,
        title="Week by week",
        note="Estimated mean of all parts with its 95 % interval, which holds the chance of the draw and how reviewers "
        f"differ in strictness; shares in percent. A week with fewer than {FEW} reviews says nothing by itself. "
        "Coverage is reviewed / resolved, where resolved counts the parts of the week's frozen list.",
        right=range(2, 22),
        landscape=True,
        without=[
            column
            for column, used in (
                (6, data.fair),
                (7, any(week.linked is not None for week in data.weeks)),
                (21, data.target is not None),
            )
            if data.weeks and not used
        ],
        header=header,
        footer=footer,
    )
    for row, week in enumerate(data.weeks, start=first):
        _week(sheet, plotted, row, week, data)
    last = end_listing(sheet, first, len(data.weeks), TITLES, name="Trend", nothing="No week has a review yet.")
    found = Weeks(sheet=sheet, first=first, last=last)
    _stretches(plotted, sheet, data, first)
    return found


def add_charts(book: Book, data: BoardPack, weeks: Weeks, plotted: Sheet, *, header: str, footer: str) -> Sheet:
    """The weeks in three charts on one page, where no head of a table stands above them."""
    sheet = book.sheet("Charts", widths=CHART_WIDTHS, header=header, footer=footer, one_page=True)
    sheet.put(1, 1, "Week by week in pictures", "title")
    sheet.height(1, TITLE_HEIGHT)
    top = 3
    for draw in (draw_quality, _draw_shares, _draw_csat):
        draw(sheet, sheet.area(top, 1, top + CHART_HEIGHT, len(CHART_WIDTHS)), weeks, plotted, data)
        top += CHART_HEIGHT + 2
    sheet.print_area(len(CHART_WIDTHS), top)
    sheet.protect()
    return sheet


def _week(sheet: Sheet, plotted: Sheet, row: int, week: Week, data: BoardPack) -> None:
    sheet.put(row, 1, week.key, "text line")
    put_figure(sheet, row, 2, week.quality, "number")
    sheet.put(row, 5, week.quality.n, "whole")
    sheet.put(row, 6, week.fair if data.fair else None, "number soft")
    sheet.put(row, 7, week.linked, "number soft")
    for column, at, figure in ((8, 3, week.passed), (11, 5, week.critical), (14, 7, week.csat)):
        put_figure(sheet, row, column, figure, "number")
        put_lengths(plotted, row, at, sheet, column, figure)
    put_lengths(plotted, row, 1, sheet, 2, week.quality)
    for column, count in ((17, week.resolved), (18, week.drawn), (19, week.reviewed)):
        sheet.put(row, column, count, "whole")
    covered = week.reviewed / week.resolved if week.resolved else ""
    sheet.formula(row, 20, f'=IF(Q{row}=0,"",S{row}/Q{row})', covered, "share")
    sheet.put(row, 21, data.target, "number soft")
    sheet.put(row, 22, "; ".join(part for part in (week.event, week.quality.reason) if part), "soft wrapped")
    sheet.fit(row)


def _stretches(plotted: Sheet, sheet: Sheet, data: BoardPack, first: int) -> None:
    """Each stretch of comparable scores in a column of its own, so that no line leads over a step."""
    for place, stretch in enumerate(data.stretches):
        for number in range(stretch.first, stretch.first + stretch.count):
            value = data.weeks[number].quality.value
            if value is not None:
                row = first + number
                plotted.formula(row, FIRST_STRETCH + place, f"='{sheet.title}'!B{row}", value, "number")


def draw_quality(target: Sheet, place: Area, weeks: Weeks, plotted: Sheet, data: BoardPack) -> None:
    """Weekly quality, a line for each stretch between steps of the rubric, with target and fair mean."""
    first, last, sheet = weeks.first, weeks.last, weeks.sheet
    series = [
        Series(
            title=" ".join(part for part in ("Quality, with 95 % interval", stretch.name) if part),
            values=plotted.area(first, FIRST_STRETCH + number, last),
            look=Look(line=LINES[number % len(LINES)], width=2.0),
            plus=plotted.area(first, 1, last),
            minus=plotted.area(first, 2, last),
        )
        for number, stretch in enumerate(data.stretches)
        if stretch.count
    ]
    if data.fair:
        series.append(
            Series(
                title="Fair mean",
                values=sheet.area(first, 6, last),
                look=Look(line="team", dash="dash", mark="diamond", joined=False),
            )
        )
    if any(week.linked is not None for week in data.weeks):
        series.append(
            Series(
                title="Linked to the newest version",
                values=sheet.area(first, 7, last),
                look=Look(line="edge", dash="sysDash", mark="none"),
            )
        )
    if data.target is not None:
        series.append(
            Series(
                title="Target", values=sheet.area(first, 21, last), look=Look(line="good", dash="sysDot", mark="none")
            )
        )
    _draw(target, place, weeks, "Weekly quality", series, "Score (percent)", quality_axis(data))


def _draw_shares(target: Sheet, place: Area, weeks: Weeks, plotted: Sheet, data: BoardPack) -> None:
    series = [
        _share("Passed, with 95 % interval", weeks, plotted, 8, 3, Look(line="accent", width=2.0)),
        _share("Critical error", weeks, plotted, 11, 5, Look(line="bad", width=2.0, dash="dash", mark="diamond")),
    ]
    _draw(target, place, weeks, "Pass rate and critical-error rate", series, "Percent of parts", (0, 100))


def _draw_csat(target: Sheet, place: Area, weeks: Weeks, plotted: Sheet, data: BoardPack) -> None:
    series = [_share("Satisfied, with 95 % interval", weeks, plotted, 14, 7, Look(line="accent", width=2.0))]
    _draw(target, place, weeks, "Customer satisfaction", series, "Percent of those who answered", (0, 100))


def _share(title: str, weeks: Weeks, plotted: Sheet, column: int, at: int, look: Look) -> Series:
    first, last = weeks.first, weeks.last
    return Series(
        title=title,
        values=weeks.sheet.area(first, column, last),
        look=look,
        plus=plotted.area(first, at, last),
        minus=plotted.area(first, at + 1, last),
    )


def _draw(
    target: Sheet,
    place: Area,
    weeks: Weeks,
    title: str,
    series: list[Series],
    values: str,
    ends: tuple[float, float],
) -> None:
    interval_lines(
        target,
        place,
        title=title,
        categories=weeks.sheet.area(weeks.first, 1, weeks.last),
        series=series,
        names=Axis(title="Week (ISO)"),
        values=Axis(title=values, low=ends[0], high=ends[1], step=10 if ends[1] - ends[0] <= 50 else 20),
    )


def quality_axis(data: BoardPack) -> tuple[float, float]:
    """As much of the scale as the figures, their intervals and the target need, in steps of ten."""
    return axis_of([week.quality for week in data.weeks], *([] if data.target is None else [data.target]))


def axis_of(figures: list[Figure], *more: float) -> tuple[float, float]:
    """Where an axis from 0 to 100 may begin and end for these figures."""
    known = [end for each in figures for end in (each.value, each.low, each.high) if end is not None] + list(more)
    low = int(max(min(known, default=0.0), 0.0) // 10) * 10
    high = -int(-min(max(known, default=100.0), 100.0) // 10) * 10
    return min(low, high - 10), high
