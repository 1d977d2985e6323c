"""Agreement of each criterion with its intervals, and agreement over sessions: tables with a chart below."""

from exports.calibration_workbook.model import CalibrationWorkbook, Figure
from exports.workbook import Area, Axis, Book, Look, Series, Sheet, interval_bars, interval_lines

HEAD = 5
TITLES = (
    "Criterion", "Level", "Parts", "People", "Agreement %", "from", "to", "Kappa", "kappa from", "kappa to", "Alpha",
    "alpha from", "alpha to", "AC", "AC from", "AC to", "Most chosen", "Share", "N/A",
)  # fmt: skip
AGREEMENT_WIDTHS = (30, 10, 7, 8, 11, 8, 8, 8, 9, 9, 8, 9, 9, 8, 9, 9, 18, 9, 7)
SESSION_TITLES = ("Session", "Day", "Parts", "Agreement %", "from", "to", "Remark")
SESSION_WIDTHS = (34, 12, 8, 12, 9, 9, 34)
CHART_ROWS = 26


def add_agreement(
    book: Book, data: CalibrationWorkbook, plotted: Sheet, *, header: str, footer: str
) -> tuple[Sheet, Area]:
    """The sheet of criteria, and where its percent agreement stands."""
    sheet = book.sheet("Agreement", widths=AGREEMENT_WIDTHS, landscape=True, header=header, footer=footer)
    sheet.put(1, 1, "Agreement by criterion", "title")
    sheet.height(1, 30)
    sheet.note(
        2,
        len(TITLES),
        "Percent of pairs of people who chose alike, and three coefficients beyond chance with their 95 % intervals: "
        "Conger's kappa and Gwet's AC with linear weights where levels have an order, Krippendorff's alpha resampled "
        "over parts. Where one level prevails, kappa and alpha count most agreement as chance; AC does not. An empty "
        "coefficient is not defined: nothing varies, or too few answers.",
    )
    sheet.headers(HEAD - 1, TITLES, right=(*range(3, 17), 18, 19))
    for row, each in enumerate(data.criteria, start=HEAD):
        sheet.put(row, 1, each.criterion)
        sheet.put(row, 2, each.level, "soft")
        sheet.put(row, 3, each.parts, "whole")
        sheet.put(row, 4, each.raters, "whole")
        _put(sheet, row, 5, each.agreement, "number")
        for column, figure in ((8, each.kappa), (11, each.alpha), (14, each.ac)):
            _put(sheet, row, column, figure, "number 2")
        sheet.put(row, 17, each.prevails, "text")
        sheet.put(row, 18, each.share, "share")
        sheet.put(row, 19, each.not_applicable, "whole")
        sheet.fit(row)
        _bars(plotted, row, sheet, each.agreement, columns=("E", "F", "G"), at=1)
    last = HEAD + max(len(data.criteria), 1) - 1
    sheet.table("Agreement", sheet.area(HEAD - 1, 1, last, len(TITLES)))
    sheet.freeze(HEAD, 2)
    sheet.repeat(HEAD - 1, HEAD - 1)
    top = last + 2
    bottom = top + max(14, min(2 * len(data.criteria) + 9, 44))
    interval_bars(
        sheet,
        sheet.area(top, 1, bottom, 13),
        title="Percent agreement by criterion",
        categories=sheet.area(HEAD, 1, last),
        series=(
            Series(
                title="Pairs alike, with 95 % interval",
                values=sheet.area(HEAD, 5, last),
                look=Look(line="accent", fill="bar"),
                plus=plotted.area(HEAD, 1, last),
                minus=plotted.area(HEAD, 2, last),
            ),
        ),
        names=Axis(title="Criterion"),
        values=Axis(title="Percent of pairs", low=0, high=100, step=20),
    )
    sheet.print_area(len(TITLES), bottom + 1)
    sheet.protect()
    return sheet, sheet.area(HEAD, 5, last)


def add_sessions(book: Book, data: CalibrationWorkbook, plotted: Sheet, *, header: str, footer: str) -> Sheet:
    """Agreement over the sessions with the rubric, this one last."""
    sheet = book.sheet("Sessions", widths=SESSION_WIDTHS, header=header, footer=footer)
    sheet.put(1, 1, "Agreement over sessions", "title")
    sheet.height(1, 30)
    sheet.note(
        2,
        len(SESSION_TITLES),
        "How often two people chose alike, in percent, as a mean over the parts of each session with this rubric, with "
        "its 95 % interval. Parts differ from session to session: only a lasting change says something.",
    )
    sheet.headers(HEAD - 1, SESSION_TITLES, right=(3, 4, 5, 6))
    for row, each in enumerate(data.sessions, start=HEAD):
        sheet.put(row, 1, each.title)
        sheet.put(row, 2, each.day, "day")
        sheet.put(row, 3, each.parts, "whole")
        _put(sheet, row, 4, each.agreement, "number")
        sheet.put(row, 7, each.agreement.reason, "soft wrapped")
        sheet.fit(row)
        _bars(plotted, row, sheet, each.agreement, columns=("D", "E", "F"), at=5)
    if not data.sessions:
        sheet.put(HEAD, 1, "No session was revealed yet.", "soft")
    last = HEAD + max(len(data.sessions), 1) - 1
    sheet.table("Sessions", sheet.area(HEAD - 1, 1, last, len(SESSION_TITLES)))
    sheet.freeze(HEAD, 2)
    bottom = last
    if data.sessions:
        bottom = last + 2 + CHART_ROWS
        interval_lines(
            sheet,
            sheet.area(last + 2, 1, bottom, len(SESSION_TITLES)),
            title="Agreement over sessions",
            categories=sheet.area(HEAD, 1, last),
            series=(
                Series(
                    title="Pairs alike, with 95 % interval",
                    values=sheet.area(HEAD, 4, last),
                    look=Look(line="accent", width=2.0),
                    plus=plotted.area(HEAD, 5, last),
                    minus=plotted.area(HEAD, 6, last),
                ),
            ),
            names=Axis(title="Session"),
            values=Axis(title="Percent of pairs", low=0, high=100, step=20),
        )
    sheet.print_area(len(SESSION_TITLES), bottom + 1)
    sheet.protect()
    return sheet


def _put(sheet: Sheet, row: int, column: int, figure: Figure, style: str) -> None:
    """Value, from, to; a figure that is not defined stays empty."""
    sheet.put(row, column, figure.value, style)
    soft = f"{style} soft" if style == "number" else style
    sheet.put(row, column + 1, figure.low, soft)
    sheet.put(row, column + 2, figure.high, soft)


def _bars(plotted: Sheet, row: int, sheet: Sheet, figure: Figure, *, columns: tuple[str, str, str], at: int) -> None:
    """How far the interval reaches above and below, as formulas over the visible columns."""
    if figure.value is None or figure.low is None or figure.high is None:
        return
    value, low, high = (f"'{sheet.title}'!{column}{row}" for column in columns)
    plotted.formula(row, at, f"={high}-{value}", figure.high - figure.value, "number")
    plotted.formula(row, at + 1, f"={value}-{low}", figure.value - figure.low, "number")
