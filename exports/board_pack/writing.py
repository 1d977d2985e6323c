"""The sheets of the board pack, in their order, and its cover."""

from exports.board_pack.control_sheet import add_control
from exports.board_pack.group_sheets import MARKS, VERDICT_STYLES, add_group, add_weekly
from exports.board_pack.model import BoardPack, KeyFigure
from exports.board_pack.trend_sheet import FIRST_STRETCH, Weeks, add_charts, add_trend, draw_quality
from exports.workbook import Sheet, add_provenance
from exports.workbook.report import (
    add_plotted,
    begin_report,
    cover_head,
    end_plotted,
    list_contents,
    put_figure,
    section,
)

TITLES = ("Figure", "Value", "from", "to", "n", "Change", "from", "to", "Verdict")
WIDTHS = (34, 11, 10, 10, 9, 11, 10, 10, 20)
RIGHT = len(WIDTHS)
CHART_ROWS = 22


def write(data: BoardPack) -> bytes:
    """The workbook as a file."""
    facts = data.provenance
    book = begin_report(facts, "Board pack", data.zone)
    header, footer = f"Board pack · {data.scope}", facts.confidentiality
    cover = book.sheet("Cover", widths=WIDTHS, header=header, footer=footer, one_page=True)
    first_of_group = FIRST_STRETCH + max(len(data.stretches), 1)
    plotted = add_plotted(book, first_of_group + 4 * len(data.groups))
    trend = add_trend(book, data, plotted, header=header, footer=footer)
    contents = [(trend.sheet, "every week with its intervals, shares, satisfaction and coverage")]
    if data.weeks:
        charts = add_charts(book, data, trend, plotted, header=header, footer=footer)
        contents.append((charts, "quality, pass and critical-error rate, satisfaction"))
    if data.control:
        control = add_control(book, data, header=header, footer=footer)
        contents.append((control, "quality against its limits: which week is unlike the others"))
    for number, group in enumerate(data.groups):
        at = first_of_group + 4 * number
        stands = add_group(book, data, group, plotted, at, header=header, footer=footer)
        contents.append((stands, f"how each {group.one.lower()} stands, with its change"))
        if any(each.weeks for each in group.standings):
            weekly = add_weekly(book, group, plotted, at + 2, header=header, footer=footer)
            contents.append((weekly, f"each {group.one.lower()} week by week"))
    provenance = add_provenance(book, facts, header=header, footer=footer)
    contents.append((provenance, "filters, rubric versions, methods, counts, what was left out"))
    _fill_cover(cover, data, trend, plotted, contents)
    end_plotted(plotted)
    return book.content()


def _fill_cover(sheet: Sheet, data: BoardPack, trend: Weeks, plotted: Sheet, contents: list[tuple[Sheet, str]]) -> None:
    row = cover_head(sheet, "Board pack", data.scope, RIGHT, style="subtitle")
    for style, words in (("said", data.said), ("warned", data.notes)):
        for note in words:
            sheet.note(row, RIGHT, note, style=style)
            row += 1
        row += bool(words)
    section(sheet, row, f"Newest {data.block} weeks, against the {data.block} before", RIGHT)
    sheet.headers(row + 1, TITLES, right=range(2, 9))
    first = row = row + 2
    for each in data.key_figures:
        _key_figure(sheet, row, each)
        row += 1
    if not data.key_figures:
        sheet.put(row, 1, "Nothing to show yet: no drawn week has its reviews in.", "soft")
        row += 1
    sheet.table("KeyFigures", sheet.area(first - 1, 1, row - 1, RIGHT))
    row = _coverage(sheet, row + 1, data)
    if data.weeks:
        draw_quality(sheet, sheet.area(row, 1, row + CHART_ROWS, RIGHT), trend, plotted, data)
        row += CHART_ROWS + 2
    list_contents(sheet, row, RIGHT, contents)


def _key_figure(sheet: Sheet, row: int, each: KeyFigure) -> None:
    sheet.put(row, 1, f"{each.label} ({each.unit})", "strong wrapped")
    finer = "" if each.digits == 1 else f" {each.digits}"
    put_figure(sheet, row, 2, each.now, f"number{finer}")
    sheet.put(row, 5, each.now.n or None, "whole")
    put_figure(sheet, row, 6, each.change, f"signed{finer}")
    sheet.put(row, 9, MARKS.get(each.verdict, each.verdict), VERDICT_STYLES.get(each.verdict, "soft wrapped"))
    told = "; ".join(dict.fromkeys(part for part in (each.note, each.now.reason, each.change.reason) if part))
    if told:
        sheet.put(row, 1, f"{each.label} ({each.unit}): {told}", "text")
    sheet.fit(row)


def _coverage(sheet: Sheet, row: int, data: BoardPack) -> int:
    """Coverage as a live formula over its counts; gives the next free row."""
    resolved, drawn, reviewed = data.coverage
    for place, (name, count) in enumerate((("Resolved", resolved), ("Drawn", drawn), ("Reviewed", reviewed))):
        sheet.put(row + place, 1, f"{name}, newest {data.block} weeks")
        sheet.put(row + place, 2, count, "whole")
    sheet.put(row + 3, 1, "Coverage: reviewed / resolved", "strong")
    covered = reviewed / resolved if resolved else ""
    sheet.formula(row + 3, 2, f'=IF(B{row}=0,"",B{row + 2}/B{row})', covered, "share")
    return row + 5
