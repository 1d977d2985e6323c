"""The first page: the period in five figures, the focus areas, the weekly line. Every number is a live formula."""

from dataclasses import dataclass

from exports.coaching_workbook.actions_sheet import ActionColumns
from exports.coaching_workbook.focus import FEWEST, verdict
from exports.coaching_workbook.model import CoachingWorkbook, CriterionFigure
from exports.coaching_workbook.score_steps import Workings
from exports.coaching_workbook.trend_sheet import TrendColumns, draw_trend
from exports.coaching_workbook.words import TOO_FEW, VERDICT_STYLES, VERDICTS, fixed, fixed_formula
from exports.workbook import Book, Sheet

WIDTHS = (8.6,) * 12
RIGHT = len(WIDTHS)
WIDEST = 0.3  # a share whose interval is wider says too little
FIGURES, SMALL_FIGURES, FOCUS = 7, 12, 17
CHART_ROWS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One large figure of the cover: three columns wide, four rows high."""

    left: int
    label: str
    key: str
    style: str
    interval: str  # formula
    interval_now: str
    words: str  # formula
    words_now: str


def add_cover(book: Book, *, header: str, footer: str) -> Sheet:
    """The sheet, empty: it stands first and is written last."""
    return book.sheet("Cover", widths=WIDTHS, header=header, footer=footer, one_page=True)


def fill_cover(
    sheet: Sheet,
    data: CoachingWorkbook,
    work: Workings,
    *,
    actions: ActionColumns,
    trend: TrendColumns,
    plotted: Sheet,
    contents: tuple[tuple[Sheet, str], ...],
) -> None:
    """Write the cover from the other sheets."""
    _head(sheet, data, work)
    _section(sheet, FIGURES - 1, "The period in figures")
    for block in _blocks(data, work):
        _large(sheet, work, block)
    _small_figures(sheet, work)
    row = _focus(sheet, data, actions)
    if data.weeks:
        draw_trend(sheet, sheet.area(row, 1, row + CHART_ROWS, RIGHT), trend, plotted, data)
        row += CHART_ROWS + 2
    _section(sheet, row, "In this workbook")
    for other, words in contents:
        row += 1
        sheet.link_to_sheet(row, 1, other.title, other)
        sheet.put(row, 3, words, "soft")
    sheet.print_area(RIGHT, row)
    sheet.protect()


def _head(sheet: Sheet, data: CoachingWorkbook, work: Workings) -> None:
    sheet.put(1, 1, "Coaching plan", "title")
    sheet.height(1, 32)
    sheet.put(2, 1, data.specialist, "name")
    sheet.height(2, 22)
    if sheet.book.link is not None:
        sheet.link(2, 10, "Open in Fairmark", sheet.book.link)
    sheet.put(3, 1, f"{data.team} · led by {data.lead}", "subtitle")
    sheet.height(3, 17)
    sheet.height(4, 22)
    sheet.note(5, RIGHT, sheet.book.watermark)
    sheet.put(4, 1, "Period", "soft")
    sheet.formula(4, 2, "=" + work.cell("from"), data.provenance.period_from, "day")
    sheet.put(4, 4, "to", "soft")
    sheet.formula(4, 5, "=" + work.cell("to"), data.provenance.period_to, "day")
    sheet.put(4, 7, "Made on", "soft")
    made_on = data.provenance.prepared_at.astimezone(data.zone).date()
    sheet.formula(4, 8, "=" + work.cell("made"), made_on, "day")
    sheet.put(4, 10, f"by {data.provenance.prepared_by}", "soft")
    for column in (2, 5, 8):
        sheet.merge(4, column, column + 1)


def _section(sheet: Sheet, row: int, text: str) -> None:
    sheet.fill(sheet.area(row, 1, right=RIGHT), "heading")
    sheet.put(row, 1, text, "heading")
    sheet.height(row, 20)


def _blocks(data: CoachingWorkbook, work: Workings) -> tuple[Block, ...]:
    percent = f"{data.confidence:.0%}"
    return (
        Block(
            left=1,
            label="Quality score (percent)",
            key="mean",
            style="figure",
            interval=_between(work, "low", "high", percent),
            interval_now=_between_now(work, "low", "high", percent),
            words=f'=IF({work.cell("m")}<{FEWEST},"{TOO_FEW}",{work.cell("m")}&" reviews")',
            words_now=TOO_FEW if work.known["m"] < FEWEST else f"{work.known['m']} reviews",  # type: ignore[operator]
        ),
        Block(
            left=4,
            label="Pass rate (share of parts)",
            key="pass",
            style="figure share",
            interval=_between(work, "pass_low", "pass_high", percent, 100),
            interval_now=_between_now(work, "pass_low", "pass_high", percent, 100),
            words=_share_words(work, "pass", f'{work.cell("pass_hits")}&" of "&{work.cell("m")}&" reviews passed"'),
            words_now=_share_words_now(work, "pass", f"{work.known['pass_hits']} of {work.known['m']} reviews passed"),
        ),
        Block(
            left=7,
            label="Critical errors (share of parts)",
            key="critical",
            style="figure share",
            interval=_between(work, "critical_low", "critical_high", percent, 100),
            interval_now=_between_now(work, "critical_low", "critical_high", percent, 100),
            words=_share_words(
                work, "critical", f'"in "&{work.cell("critical_hits")}&" of "&{work.cell("m")}&" reviews"'
            ),
            words_now=_share_words_now(
                work, "critical", f"in {work.known['critical_hits']} of {work.known['m']} reviews"
            ),
        ),
        Block(
            left=10,
            label="Lowest gap to the team (points)",
            key="gap",
            style="figure signed",
            interval=_between(work, "gap_low", "gap_high", percent),
            interval_now=_between_now(work, "gap_low", "gap_high", percent),
            words="=" + work.cell("lowest"),
            words_now=str(work.known["lowest"]),
        ),
    )


def _between(work: Workings, low: str, high: str, percent: str, times: int = 1) -> str:
    sign = "%" if times == 100 else ""
    first, last = (work.cell(key) if times == 1 else f"{work.cell(key)}*{times}" for key in (low, high))
    text = f'{fixed_formula(first)}&"{sign} to "&{fixed_formula(last)}&"{sign} ({percent} interval)"'
    return f"=IF(ISNUMBER({work.cell(low)}),{text},{work.cell(low)})"


def _between_now(work: Workings, low: str, high: str, percent: str, times: int = 1) -> str:
    first, last = work.known[low], work.known[high]
    if isinstance(first, str) or isinstance(last, str):
        return str(first)
    sign = "%" if times == 100 else ""
    return f"{fixed(first * times)}{sign} to {fixed(last * times)}{sign} ({percent} interval)"


def _share_words(work: Workings, key: str, words: str) -> str:
    low, high = work.cell(f"{key}_low"), work.cell(f"{key}_high")
    return (
        f'=IF({work.cell("m")}<{FEWEST},"{TOO_FEW}",'
        f'{words}&IF(ISNUMBER({low}),IF({high}-{low}>{WIDEST},": {TOO_FEW}",""),""))'
    )


def _share_words_now(work: Workings, key: str, words: str) -> str:
    low, high = work.known[f"{key}_low"], work.known[f"{key}_high"]
    if float(work.known["m"]) < FEWEST:
        return TOO_FEW
    wide = not isinstance(low, str) and not isinstance(high, str) and high - low > WIDEST
    return words + (f": {TOO_FEW}" if wide else "")


def _large(sheet: Sheet, work: Workings, block: Block) -> None:
    right = block.left + 2
    sheet.put(FIGURES, block.left, block.label, "label")
    value = work.known[block.key]
    # No accent on a figure that says too little: colour would be a verdict.
    style = f"{block.style} too few" if TOO_FEW in block.words_now else block.style
    if isinstance(value, str):
        style = "figure words"
    sheet.formula(FIGURES + 1, block.left, "=" + work.cell(block.key), value, style)
    sheet.formula(FIGURES + 2, block.left, block.interval, block.interval_now, "interval")
    sheet.formula(FIGURES + 3, block.left, block.words, block.words_now, "interval wrapped")
    for row in range(FIGURES, FIGURES + 4):
        sheet.merge(row, block.left, right)
    sheet.height(FIGURES, 20)
    sheet.height(FIGURES + 1, 32)
    sheet.height(FIGURES + 3, 28)


def _small_figures(sheet: Sheet, work: Workings) -> None:
    figures = (
        ("Reviews counted", "m"),
        ("Not counted", "aside"),
        ("Criteria below team", "below"),
        ("Too few to judge", "few"),
        ("Open actions", "open"),
        ("Actions overdue", "late"),
    )
    for number, (label, key) in enumerate(figures):
        column = 1 + 2 * number
        sheet.put(SMALL_FIGURES, column, label, "label")
        sheet.formula(SMALL_FIGURES + 1, column, "=" + work.cell(key), work.known[key], "small figure")
        sheet.merge(SMALL_FIGURES, column, column + 1)
        sheet.merge(SMALL_FIGURES + 1, column, column + 1)


def _focus(sheet: Sheet, data: CoachingWorkbook, actions: ActionColumns) -> int:
    """The focus areas with the first action written for each; gives the next free row."""
    _section(sheet, FOCUS - 2, "Focus areas")
    row = FOCUS - 1
    sheet.fill(sheet.area(row, 1, right=RIGHT), "header")
    for column, title, style in (
        (1, "Criterion", "header"),
        (5, "Now", "header right"),
        (6, "Gap", "header right"),
        (7, "Interval of the gap", "header"),
        (9, "n", "header right"),
        (10, "Against the team", "header"),
    ):
        sheet.put(row, column, title, style)
    sheet.merge(row, 1, 4)
    sheet.merge(row, 7, 8)
    sheet.merge(row, 10, 12)
    for criterion, source in zip(actions.focus.chosen, actions.first_of_focus, strict=True):
        row += 1
        _focus_row(sheet, row, criterion, f"'{actions.sheet.title}'!", source)
    if not actions.focus.chosen:
        row += 1
        sheet.put(row, 1, "No criterion has enough reviews to be judged yet.", "soft")
    return row + 2


def _focus_row(sheet: Sheet, row: int, criterion: CriterionFigure, there: str, source: int) -> None:
    low, high = criterion.gap_low, criterion.gap_high
    interval = f'={fixed_formula(f"{there}E{source}")}&" to "&{fixed_formula(f"{there}F{source}")}'
    interval_now = f"{fixed(low)} to {fixed(high)}" if low is not None and high is not None else ""
    told = verdict(criterion)
    words = (
        f'=IF({there}F{source}<0,"{VERDICTS["below"]}",IF({there}E{source}>0,"{VERDICTS["above"]}",'
        f'"{VERDICTS["unclear"]}"))'
    )
    sheet.formula(row, 1, f"={there}B{source}", criterion.name, "text")
    sheet.formula(row, 5, f"={there}C{source}", criterion.mean, "number")
    sheet.formula(row, 6, f"={there}D{source}", criterion.gap, "signed")
    sheet.formula(row, 7, interval, interval_now, "interval")
    sheet.formula(row, 9, f"={there}G{source}", criterion.n, "whole")
    sheet.formula(row, 10, words, VERDICTS[told], VERDICT_STYLES[told])
    sheet.merge(row, 1, 4)
    sheet.merge(row, 7, 8)
    sheet.merge(row, 10, 12)
    sheet.height(row, 17)
