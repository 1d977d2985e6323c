"""The sheets of a scorecard, and of a team's workbook, in their order."""

import datetime as dt

from exports.coaching_workbook.reviews_sheet import add_review_list
from exports.figures import Figure
from exports.scorecard_workbook.card_sheet import PLOTTED, Placed, add_card
from exports.scorecard_workbook.model import Scorecard, ScorecardWorkbook, TeamWorkbook
from exports.workbook import Axis, Look, Series, Sheet, add_provenance, interval_bars
from exports.workbook.report import (
    add_plotted,
    bar_rows,
    begin_listing,
    begin_report,
    chart_below,
    end_listing,
    end_plotted,
    put_lengths,
)

TITLES = (
    "Specialist", "Reviews", "Quality", "from", "to", "Pass rate", "from", "to", "Critical errors", "from", "to",
    "Open actions", "Overdue",
)  # fmt: skip
WIDTHS = (30, 9, 9, 8, 8, 9, 9, 9, 10, 9, 9, 10, 10)


def write(data: ScorecardWorkbook) -> bytes:
    """One specialist's scorecard with the reviews behind it."""
    facts, card = data.provenance, data.card
    book = begin_report(facts, f"Scorecard: {card.specialist}", data.zone)
    header, footer = f"Scorecard · {card.specialist}", facts.confidentiality
    plotted = add_plotted(book, PLOTTED)
    team = f"{data.team} · led by {data.lead} · {facts.period_from} to {facts.period_to}"
    add_card(
        book,
        card,
        plotted,
        number=0,
        name="Scorecard",
        team=team,
        today=_day(facts.prepared_at, data.zone),
        header=header,
        footer=footer,
    )
    add_review_list(book, data.reviews, header=header, footer=footer)
    add_provenance(book, facts, header=header, footer=footer)
    end_plotted(plotted)
    return book.content()


def write_team(data: TeamWorkbook) -> bytes:
    """The team's overview, then a sheet for each specialist."""
    facts = data.provenance
    book = begin_report(facts, f"Team: {data.team}", data.zone)
    header, footer = f"Team · {data.team}", facts.confidentiality
    team = f"{data.team} · led by {data.lead} · {facts.period_from} to {facts.period_to}"
    sheet, first = begin_listing(
        book,
        "Team",
        TITLES,
        WIDTHS,
        title=data.team,
        note=f"{team}. {book.watermark}. By name, never by figure: an order would be read as a ranking. Each figure is "
        "read from the specialist's own sheet and has its 95 % interval beside it.",
        right=range(2, 14),
        landscape=True,
        header=header,
        footer=footer,
    )
    sheet.fit(first - 1, least=30)
    plotted = add_plotted(book, PLOTTED * len(data.cards) + 2)
    today = _day(facts.prepared_at, data.zone)
    placed = [
        add_card(
            book,
            card,
            plotted,
            number=number,
            name=card.specialist,
            team=team,
            today=today,
            header=header,
            footer=footer,
        )
        for number, card in enumerate(data.cards)
    ]
    for row, (card, place) in enumerate(zip(data.cards, placed, strict=True), start=first):
        _row(sheet, row, card, place)
        put_lengths(plotted, row, PLOTTED * len(data.cards) + 1, sheet, 3, card.quality)
    last = end_listing(sheet, first, len(data.cards), TITLES, name="Team", nothing="")
    _chart(sheet, plotted, data, first, last)
    add_provenance(book, facts, header=header, footer=footer)
    end_plotted(plotted)
    return book.content()


def _day(moment: dt.datetime, zone: dt.tzinfo) -> dt.date:
    return moment.astimezone(zone).date()


def _row(sheet: Sheet, row: int, card: Scorecard, place: Placed) -> None:
    sheet.link_to_sheet(row, 1, card.specialist, place.sheet)
    sheet.formula(row, 2, "=" + place.sheet.area(place.quality, 5).formula, card.quality.n, "whole")
    for column, at, figure, style in (
        (3, place.quality, card.quality, "number"),
        (6, place.passed, card.passed, "share"),
        (9, place.critical, card.critical, "share"),
    ):
        _read(sheet, row, column, place.sheet, at, figure, style)
    sheet.put(row, 12, place.open_actions, "whole")
    sheet.put(row, 13, place.overdue, "whole")


def _read(sheet: Sheet, row: int, column: int, there: Sheet, at: int, figure: Figure, style: str) -> None:
    """Value, from, to, read from the card; an empty cell there stays one here."""
    for step, value in enumerate((figure.value, figure.low, figure.high)):
        cell = there.area(at, 2 + step).formula
        shown = style if step == 0 else f"{style} soft"
        sheet.formula(row, column + step, f'=IF(ISNUMBER({cell}),{cell},"")', "" if value is None else value, shown)


def _chart(sheet: Sheet, plotted: Sheet, data: TeamWorkbook, first: int, last: int) -> None:
    at = PLOTTED * len(data.cards) + 1
    interval_bars(
        sheet,
        chart_below(sheet, last, len(TITLES), rows=bar_rows(len(data.cards), 60)),
        title="Quality score by specialist",
        categories=sheet.area(first, 1, last),
        series=(
            Series(
                title="Quality score, with 95 % interval (dashed: fewer than 5 reviews)",
                values=sheet.area(first, 3, last),
                look=Look(line="accent", fill="bar"),
                plus=plotted.area(first, at, last),
                minus=plotted.area(first, at + 1, last),
                hollow=frozenset(place for place, card in enumerate(data.cards) if card.quality.n < 5),
            ),
        ),
        names=Axis(title="Specialist, by name"),
        values=Axis(title="Score (percent)", low=0, high=100, step=20),
    )
