"""One specialist on one sheet: figures against the team, weeks, open actions; on a second page the criteria."""

import datetime as dt
from dataclasses import dataclass

from exports.coaching_workbook.focus import FEWEST, verdict
from exports.coaching_workbook.model import CriterionFigure, EarlierAction, WeeklyPoint
from exports.coaching_workbook.trend_sheet import score_axis
from exports.coaching_workbook.words import STATUS_WORDS, TOO_FEW, VERDICT_STYLES, VERDICTS
from exports.figures import Figure
from exports.scorecard_workbook.model import Scorecard
from exports.workbook import Axis, Book, Look, Series, Sheet, interval_bars, interval_lines
from exports.workbook.report import CHART_ROWS, bar_rows, put_figure, put_lengths, section

WIDTHS = (34, 11, 9, 9, 9, 11, 9, 9, 9, 24)
RIGHT = len(WIDTHS)
FIGURES = ("Figure", "Specialist", "from", "to", "n", "The others", "Difference", "from", "to", "Remark")
CRITERIA = ("Criterion", "Specialist", "from", "to", "n", "The others", "Gap", "from", "to", "Verdict")
WEEKS = ("Week", "Score", "from", "to", "n", "The others", "", "", "", "Remark")
ACTIONS = ("Action", "Status", "", "Due", "", "Owner", "", "", "", "For")
TOO_WIDE = 0.3  # a share whose interval is wider says too little
FIGURE_ROW = 6  # of the first figure
CRITERIA_ROWS = 38  # at most, of their chart: with some 25 criteria it still shares a page with their table
PLOTTED = 5  # columns that one card takes on the sheet of plotted lengths


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where the team's overview finds a card's figures: three rows of value, from, to, n from column B on."""

    sheet: Sheet
    quality: int
    passed: int
    critical: int
    open_actions: int
    overdue: int


def add_card(
    book: Book,
    card: Scorecard,
    plotted: Sheet,
    *,
    number: int,
    name: str,
    team: str,
    today: dt.date,
    header: str,
    footer: str,
) -> Placed:
    """The sheet of one specialist; ``number`` counts the cards of the workbook from 0."""
    sheet = book.sheet(name, widths=WIDTHS, header=header, footer=footer)
    sheet.put(1, 1, card.specialist, "title")
    sheet.height(1, 32)
    sheet.put(2, 1, team, "subtitle")
    if card.link:
        sheet.link(2, RIGHT, "Open in Fairmark", card.link)
    sheet.note(3, RIGHT, book.watermark)
    _figures(sheet, card, number)
    at = 1 + PLOTTED * number
    row = _weeks(sheet, FIGURE_ROW + 4, card.weeks, plotted, at + 2)
    row = _actions(sheet, row, card) + 2
    row = _criteria(sheet, row, card.criteria, plotted, at, number)
    still = [action for action in card.actions if action.status == "open"]
    sheet.freeze(4, 2)
    sheet.print_area(RIGHT, row)
    sheet.protect()
    return Placed(
        sheet=sheet,
        quality=FIGURE_ROW,
        passed=FIGURE_ROW + 1,
        critical=FIGURE_ROW + 2,
        open_actions=len(still),
        overdue=sum(action.due_on is not None and action.due_on < today for action in still),
    )


def _figures(sheet: Sheet, card: Scorecard, number: int) -> None:
    section(sheet, FIGURE_ROW - 2, "In figures", RIGHT)
    sheet.headers(FIGURE_ROW - 1, FIGURES, right=range(2, 10))
    row = FIGURE_ROW
    put_figure(sheet, row, 2, card.quality, "number")
    sheet.put(row, 6, card.others.value, "number")
    difference = f'=IF(AND(ISNUMBER(B{row}),ISNUMBER(F{row})),B{row}-F{row},"")'
    now = "" if card.quality.value is None or card.others.value is None else card.quality.value - card.others.value
    sheet.formula(row, 7, difference, now, "signed")
    sheet.put(row, 8, card.apart.low, "signed soft")
    sheet.put(row, 9, card.apart.high, "signed soft")
    _told(sheet, row, "Quality score (percent)", card.quality, wide=None)
    for row, title, figure in (
        (FIGURE_ROW + 1, "Pass rate (share of parts)", card.passed),
        (FIGURE_ROW + 2, "Critical errors (share of parts)", card.critical),
    ):
        put_figure(sheet, row, 2, figure, "share")
        _told(sheet, row, title, figure, wide=TOO_WIDE)
    sheet.table(f"Figures{number + 1}", sheet.area(FIGURE_ROW - 1, 1, FIGURE_ROW + 2, RIGHT))


def _told(sheet: Sheet, row: int, title: str, figure: Figure, *, wide: float | None) -> None:
    """The name, n, and a live remark where the figure says too little."""
    sheet.put(row, 1, title, "strong")
    sheet.put(row, 5, figure.n, "whole")
    few = figure.n < FEWEST or (wide is not None and figure.width is not None and figure.width > wide)
    test = f"E{row}<{FEWEST}" if wide is None else f"OR(E{row}<{FEWEST},D{row}-C{row}>{wide})"
    sheet.formula(row, 10, f'=IF({test},"{TOO_FEW}","")', TOO_FEW if few else "", "soft wrapped")


def _criteria(
    sheet: Sheet, row: int, criteria: tuple[CriterionFigure, ...], plotted: Sheet, at: int, number: int
) -> int:
    """The criteria with their chart; gives the last row."""
    if not criteria:
        section(sheet, row, "Criteria against the others of the team", RIGHT)
        sheet.put(row + 1, 1, "No criterion was answered in this period.", "soft")
        return row + 1
    sheet.break_before(row)
    section(sheet, row, "Criteria against the others of the team", RIGHT)
    sheet.headers(row + 1, CRITERIA, right=range(2, 10))
    first = row + 2
    for place, each in enumerate(criteria, start=first):
        told = verdict(each)
        own = Figure(value=each.mean, low=each.low, high=each.high)
        sheet.put(place, 1, each.name)
        put_figure(sheet, place, 2, own, "number")
        put_lengths(plotted, place, at, sheet, 2, own)
        sheet.put(place, 5, each.n, "whole")
        sheet.put(place, 6, each.team_mean, "number")
        _gap(sheet, place, each)
        sheet.put(place, 10, VERDICTS[told], VERDICT_STYLES[told])
        sheet.fit(place)
    last = first + len(criteria) - 1
    sheet.table(f"Criteria{number + 1}", sheet.area(first - 1, 1, last, RIGHT))
    place_of = sheet.area(last + 2, 1, last + 2 + bar_rows(len(criteria), CRITERIA_ROWS), RIGHT)
    interval_bars(
        sheet,
        place_of,
        title="Specialist and the others by criterion",
        categories=sheet.area(first, 1, last),
        series=(
            Series(
                title=f"Specialist, with 95 % interval (dashed: fewer than {FEWEST} reviews)",
                values=sheet.area(first, 2, last),
                look=Look(line="accent", fill="bar"),
                plus=plotted.area(first, at, last),
                minus=plotted.area(first, at + 1, last),
                hollow=frozenset(place for place, each in enumerate(criteria) if each.n < FEWEST),
            ),
            Series(title="The others", values=sheet.area(first, 6, last), look=Look(line="edge", fill="paper")),
        ),
        names=Axis(title="Criterion"),
        values=Axis(title="Percent of the criterion's points", low=0, high=100, step=20),
    )
    return place_of.bottom + 1


def _gap(sheet: Sheet, row: int, each: CriterionFigure) -> None:
    """The gap as a formula over the two means beside it, its interval as the page has it."""
    if each.gap is None or each.mean is None or each.team_mean is None:
        return
    sheet.formula(row, 7, f"=B{row}-F{row}", each.mean - each.team_mean, "signed")
    sheet.put(row, 8, each.gap_low, "signed soft")
    sheet.put(row, 9, each.gap_high, "signed soft")


def _weeks(sheet: Sheet, row: int, weeks: tuple[WeeklyPoint, ...], plotted: Sheet, at: int) -> int:
    """Week by week with its chart; weeks of few reviews are drawn pale, once more, from the third column on ``at``."""
    section(sheet, row, "Week by week", RIGHT)
    if not weeks:
        sheet.put(row + 1, 1, "No week has a review.", "soft")
        return row + 3
    sheet.headers(row + 1, WEEKS[:6], right=range(2, 7))
    sheet.fill(sheet.area(row + 1, 7, right=9), "header")
    sheet.put(row + 1, 10, "Remark", "header")
    first = row + 2
    for place, each in enumerate(weeks, start=first):
        own = Figure(value=each.mean, low=each.low, high=each.high)
        sheet.put(place, 1, each.week, "text line")
        put_figure(sheet, place, 2, own, "number")
        put_lengths(plotted, place, at, sheet, 2, own)
        sheet.put(place, 5, each.n, "whole")
        sheet.put(place, 6, each.team_mean, "number")
        few = 0 < each.n < FEWEST
        sheet.put(place, 10, VERDICTS["too few"] if few else each.reason, "soft wrapped")
        if few and each.mean is not None:
            plotted.formula(place, at + 2, f"={sheet.area(place, 2).formula}", each.mean, "number")
        sheet.fit(place)
    last = first + len(weeks) - 1
    place_of = sheet.area(last + 2, 1, last + 2 + CHART_ROWS, RIGHT)
    interval_lines(
        sheet,
        place_of,
        title="Quality score by week",
        categories=sheet.area(first, 1, last),
        series=(
            Series(
                title="Specialist, with 95 % interval",
                values=sheet.area(first, 2, last),
                look=Look(line="accent", width=2.0),
                plus=plotted.area(first, at, last),
                minus=plotted.area(first, at + 1, last),
            ),
            Series(
                title="The others of the team",
                values=sheet.area(first, 6, last),
                look=Look(line="team", width=1.75, dash="dash", mark="none"),
            ),
            # Drawn last, over the filled marks.
            Series(
                title=f"fewer than {FEWEST} reviews: too few to judge",
                values=plotted.area(first, at + 2, last),
                look=Look(line="accent", mark_fill="bar", joined=False),
            ),
        ),
        names=Axis(title="Week (ISO)"),
        values=score_axis(weeks),
    )
    return place_of.bottom + 2


def _actions(sheet: Sheet, row: int, card: Scorecard) -> int:
    """The active plan's actions; gives the last row."""
    section(sheet, row, f"Actions of “{card.plan}”" if card.plan else "Actions", RIGHT)
    if not card.actions:
        sheet.put(row + 1, 1, "There is no active plan." if not card.plan else "The plan has no action yet.", "soft")
        return row + 1
    for column, title in enumerate(ACTIONS, start=1):
        sheet.put(row + 1, column, title or None, "header")
    for action in card.actions:
        row += 1
        _action(sheet, row + 1, action)
    return row + 1


def _action(sheet: Sheet, row: int, action: EarlierAction) -> None:
    sheet.put(row, 1, action.text)
    sheet.put(row, 2, STATUS_WORDS[action.status], "text line")
    sheet.put(row, 4, action.due_on, "day")
    sheet.put(row, 6, action.owner, "text line")
    sheet.put(row, 10, action.criterion)
    sheet.fit(row)
