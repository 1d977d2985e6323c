"""Teams, queues and other groups: how they stand, then each of them week by week on one scale."""

from exports.board_pack.model import BoardPack, Group, Standing
from exports.board_pack.trend_sheet import axis_of
from exports.workbook import Axis, Book, Look, Series, Sheet, interval_bars, interval_lines
from exports.workbook.report import bars_below, begin_listing, end_listing, put_figure, put_lengths

STANDINGS = (
    "Quality", "from", "to", "n", "Change", "change from", "change to", "Verdict", "Fair mean", "Predicted, reviewed",
    "Remark",
)  # fmt: skip
STANDING_WIDTHS = (28, 10, 8, 8, 7, 10, 10, 10, 18, 10, 12, 34)
WEEKLY = ("Week", "Quality", "from", "to", "n", "Remark")
WEEKLY_WIDTHS = (28, 12, 12, 10, 10, 8, 32)
VERDICT_STYLES = {"better": "better", "worse": "worse"}
MARKS = {"better": "▲ better", "worse": "▼ worse"}
SMALL = 15  # rows of one chart of many
FEW = 5


def add_group(book: Book, data: BoardPack, group: Group, plotted: Sheet, at: int, *, header: str, footer: str) -> Sheet:
    """How the members of a group stand, by name; bar lengths go to the columns from ``at`` on."""
    titles = (group.one, *STANDINGS)
    sheet, first = begin_listing(
        book,
        group.title,
        titles,
        STANDING_WIDTHS,
        title=f"Quality by {group.one.lower()}, newest {data.block} weeks",
        note="By name, never by figure: an order would be read as a ranking. Change against the weeks before; verdicts "
        "hold after Benjamini and Hochberg's correction over the list (10 %). 95 % intervals; an empty figure is held "
        "back or not known, see the remark.",
        right=(2, 3, 4, 5, 6, 7, 8, 10, 11),
        landscape=True,
        without=() if data.fair else (10,),
        header=header,
        footer=footer,
    )
    for row, each in enumerate(group.standings, start=first):
        _standing(sheet, row, each, fair=data.fair)
        put_lengths(plotted, row, at, sheet, 2, each.now)
    last = end_listing(
        sheet, first, len(group.standings), titles, name=f"Standings{at}", nothing="Nothing to compare yet."
    )
    if group.standings:
        interval_bars(
            sheet,
            bars_below(sheet, last, len(titles), count=len(group.standings)),
            title=f"Quality by {group.one.lower()}",
            categories=sheet.area(first, 1, last),
            series=(
                Series(
                    title=f"Quality, with 95 % interval (dashed: fewer than {FEW} reviews)",
                    values=sheet.area(first, 2, last),
                    look=Look(line="accent", fill="bar"),
                    plus=plotted.area(first, at, last),
                    minus=plotted.area(first, at + 1, last),
                    hollow=frozenset(place for place, each in enumerate(group.standings) if each.now.n < FEW),
                ),
            ),
            names=Axis(title=f"{group.one}, by name"),
            values=Axis(title="Score (percent)", low=0, high=100, step=20),
        )
    return sheet


def _standing(sheet: Sheet, row: int, each: Standing, *, fair: bool) -> None:
    sheet.put(row, 1, each.name)
    put_figure(sheet, row, 2, each.now, "number")
    sheet.put(row, 5, each.now.n, "whole")
    put_figure(sheet, row, 6, each.change, "signed")
    sheet.put(row, 9, MARKS.get(each.verdict, each.verdict), VERDICT_STYLES.get(each.verdict, "soft"))
    sheet.put(row, 10, each.fair if fair else None, "number soft")
    sheet.put(row, 11, each.correlation, "number 2")
    told = dict.fromkeys(part for part in (each.now.reason, each.change.reason, each.note) if part)
    sheet.put(row, 12, "; ".join(told), "soft wrapped")
    sheet.fit(row)


def add_weekly(book: Book, group: Group, plotted: Sheet, at: int, *, header: str, footer: str) -> Sheet:
    """Each member week by week, then a small chart for each, all on one scale."""
    titles = (group.one, *WEEKLY)
    sheet, first = begin_listing(
        book,
        f"{group.title} by week",
        titles,
        WEEKLY_WIDTHS,
        title=f"Quality by {group.one.lower()} and week",
        note="One scale for all. Intervals that overlap say nothing about an order.",
        right=(3, 4, 5, 6),
        header=header,
        footer=footer,
    )
    row = first
    for each in group.standings:
        for key, figure in each.weeks:
            sheet.put(row, 1, each.name)
            sheet.put(row, 2, key, "text line")
            put_figure(sheet, row, 3, figure, "number")
            put_lengths(plotted, row, at, sheet, 3, figure)
            sheet.put(row, 6, figure.n, "whole")
            sheet.put(row, 7, figure.reason, "soft wrapped")
            sheet.fit(row)
            row += 1
    name = f"Weekly{at}"
    last = end_listing(sheet, first, row - first, titles, name=name, nothing="No week has a review yet.", freeze=3)
    _multiples(sheet, group, plotted, at, first, last)
    return sheet


def _multiples(sheet: Sheet, group: Group, plotted: Sheet, at: int, first: int, last: int) -> None:
    shown = [each for each in group.standings if each.weeks]
    if not shown:
        return
    low, high = axis_of([figure for each in shown for _, figure in each.weeks])
    top, begin = last + 2, first
    sheet.break_before(top)
    for number, each in enumerate(group.standings):
        end = begin + len(each.weeks) - 1
        if each.weeks:
            interval_lines(
                sheet,
                sheet.area(top, 1, top + SMALL, len(WEEKLY) + 1),
                title=each.name,
                categories=sheet.area(begin, 2, end),
                series=(
                    Series(
                        title="Quality, with 95 % interval",
                        values=sheet.area(begin, 3, end),
                        look=Look(line="accent", width=1.75),
                        plus=plotted.area(begin, at, end),
                        minus=plotted.area(begin, at + 1, end),
                    ),
                ),
                names=Axis(title="Week (ISO)"),
                values=Axis(title="Score (percent)", low=low, high=high, step=10 if high - low <= 50 else 20),
            )
            top += SMALL + 2
            if number % 3 == 2:
                sheet.break_before(top)
        begin = end + 1
    sheet.print_area(len(WEEKLY) + 1, top)
