"""Agreement of each criterion with its intervals, and agreement over sessions: tables with a chart below."""

from exports.calibration_workbook.model import CalibrationWorkbook
from exports.workbook import Area, Axis, Book, Look, Series, Sheet, interval_bars, interval_lines
from exports.workbook.report import (
    CHART_ROWS,
    bars_below,
    begin_listing,
    chart_below,
    end_listing,
    put_figure,
    put_lengths,
)

TITLES = (
    "Criterion", "Level", "Parts", "People", "Agreement %", "from", "to", "Kappa", "kappa from", "kappa to", "Alpha",
    "alpha from", "alpha to", "AC", "AC from", "AC to", "Most chosen", "Share", "N/A",
)  # fmt: skip
AGREEMENT_WIDTHS = (30, 10, 7, 8, 11, 8, 8, 8, 9, 9, 8, 9, 9, 8, 9, 9, 18, 9, 7)
SESSION_TITLES = ("Session", "Day", "Parts", "Agreement %", "from", "to", "Remark")
SESSION_WIDTHS = (34, 12, 8, 12, 9, 9, 34)


def add_agreement(
    book: Book, data: CalibrationWorkbook, plotted: Sheet, *, header: str, footer: str
) -> tuple[Sheet, Area]:
    """The sheet of criteria, and where its percent agreement stands."""
    sheet, first = begin_listing(
        book,
        "Agreement",
        TITLES,
        AGREEMENT_WIDTHS,
        title="Agreement by criterion",
        note="Percent of pairs of people who chose alike, and three coefficients beyond chance with their 95 % "
        "intervals: Conger's kappa and Gwet's AC with linear weights where levels have an order, Krippendorff's alpha "
        "resampled over parts. Where one level prevails, kappa and alpha count most agreement as chance; AC does not. "
        "An empty coefficient is not defined: nothing varies, or too few answers.",
        right=(*range(3, 17), 18, 19),
        landscape=True,
        header=header,
        footer=footer,
    )
    for row, each in enumerate(data.criteria, start=first):
        sheet.put(row, 1, each.criterion)
        sheet.put(row, 2, each.level, "soft")
        sheet.put(row, 3, each.parts, "whole")
        sheet.put(row, 4, each.raters, "whole")
        put_figure(sheet, row, 5, each.agreement, "number")
        for column, figure in ((8, each.kappa), (11, each.alpha), (14, each.ac)):
            put_figure(sheet, row, column, figure, "number 2")
        sheet.put(row, 17, each.prevails, "text")
        sheet.put(row, 18, each.share, "share")
        sheet.put(row, 19, each.not_applicable, "whole")
        sheet.fit(row)
        put_lengths(plotted, row, 1, sheet, 5, each.agreement)
    last = end_listing(
        sheet, first, len(data.criteria), TITLES, name="Agreement", nothing="No criterion was answered by two people."
    )
    interval_bars(
        sheet,
        bars_below(sheet, last, len(TITLES), count=len(data.criteria)),
        title="Percent agreement by criterion",
        categories=sheet.area(first, 1, last),
        series=(
            Series(
                title="Pairs alike, with 95 % interval",
                values=sheet.area(first, 5, last),
                look=Look(line="accent", fill="bar"),
                plus=plotted.area(first, 1, last),
                minus=plotted.area(first, 2, last),
            ),
        ),
        names=Axis(title="Criterion"),
        values=Axis(title="Percent of pairs", low=0, high=100, step=20),
    )
    return sheet, sheet.area(first, 5, last)


def add_sessions(book: Book, data: CalibrationWorkbook, plotted: Sheet, *, header: str, footer: str) -> Sheet:
    """Agreement over the sessions with the rubric, this one last."""
    sheet, first = begin_listing(
        book,
        "Sessions",
        SESSION_TITLES,
        SESSION_WIDTHS,
        title="Agreement over sessions",
        note="How often two people chose alike, in percent, as a mean over the parts of each session with this rubric, "
        "with its 95 % interval. Parts differ from session to session: only a lasting change says something.",
        right=(3, 4, 5, 6),
        header=header,
        footer=footer,
    )
    for row, each in enumerate(data.sessions, start=first):
        sheet.put(row, 1, each.title)
        sheet.put(row, 2, each.day, "day")
        sheet.put(row, 3, each.parts, "whole")
        put_figure(sheet, row, 4, each.agreement, "number")
        sheet.put(row, 7, each.agreement.reason, "soft wrapped")
        sheet.fit(row)
        put_lengths(plotted, row, 5, sheet, 4, each.agreement)
    last = end_listing(
        sheet,
        first,
        len(data.sessions),
        SESSION_TITLES,
        name="Sessions",
        nothing="No session was revealed yet.",
    )
    if data.sessions:
        interval_lines(
            sheet,
            chart_below(sheet, last, len(SESSION_TITLES), rows=CHART_ROWS),
            title="Agreement over sessions",
            categories=sheet.area(first, 1, last),
            series=(
                Series(
                    title="Pairs alike, with 95 % interval",
                    values=sheet.area(first, 4, last),
                    look=Look(line="accent", width=2.0),
                    plus=plotted.area(first, 5, last),
                    minus=plotted.area(first, 6, last),
                ),
            ),
            names=Axis(title="Session"),
            values=Axis(title="Percent of pairs", low=0, high=100, step=20),
        )
    return sheet
