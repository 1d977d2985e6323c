"""How the first rows of a table are read by a mapping, cell by cell, before anything is stored. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from qa.tickets.intake import flat_rows
from qa.tickets.intake.base import BadCellError
from qa.tickets.intake.bodies import body_text
from qa.tickets.intake.fields import ANSWERS, Field, plain
from qa.tickets.intake.looking import Look
from qa.tickets.intake.mapping import SheetMapping
from qa.tickets.intake.tables import TableRow

LONGEST = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One cell: what becomes of it, or why nothing does."""

    text: str
    problem: str = ""
    loses_row: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The mapped columns of the first rows, in our order of the fields."""

    fields: Sequence[str]
    rows: Sequence[Sequence[Shown]]

    @property
    def lost(self) -> int:
        """Rows of the preview that could not be stored."""
        return sum(any(cell.loses_row for cell in row) for row in self.rows)


def preview(look: Look, sheet: SheetMapping) -> Preview:
    """The first rows as they would be read."""
    places = {plain(name): place for place, name in enumerate(look.header)}
    columns = {
        name: places[plain(theirs)]
        for name in sheet.fields()
        if (theirs := sheet.columns.get(name)) is not None and plain(theirs) in places
    }
    rows = []
    for number, cells in enumerate(look.rows, start=2):
        row = TableRow(look.name, number, {name: cells[place] for name, place in columns.items()}, sheet.columns)
        rows.append([_shown(row, sheet, sheet.fields()[name]) for name in columns])
    return Preview(fields=list(columns), rows=rows)


def _shown(row: TableRow, sheet: SheetMapping, field: Field) -> Shown:
    text = row.cells[field.name].strip()
    try:
        return Shown(text=_read(row, sheet, field, text))
    except BadCellError as bad:
        return Shown(text=_cut(text), problem=bad.reason, loses_row=True)
    except ValueError as error:
        return Shown(text=_cut(text), problem=str(error))


def _read(row: TableRow, sheet: SheetMapping, field: Field, text: str) -> str:
    """What a cell becomes; ``BadCellError`` where its row is lost with it, ``ValueError`` where only the cell is."""
    if field.name == "Ticket ID":
        return flat_rows.ticket_id(row)
    if field.meaning == "moment":
        if not text and not field.needed:
            return ""
        if not field.needed:
            return f"{flat_rows.read(text, sheet, field.name):%Y-%m-%d %H:%M:%S} UTC"
        return f"{flat_rows.moment(row, sheet, field.name):%Y-%m-%d %H:%M:%S} UTC"
    if field.meaning == "choice":
        refusal = "no meaning is chosen for this word"
        return dict(ANSWERS[field.name])[flat_rows.choice(row, sheet, field.name, refusal)]
    if not text:
        return ""
    if field.meaning == "duration":
        return spoken_seconds(flat_rows.seconds(text, sheet.reading(field.name)))
    if field.meaning == "count":
        return str(flat_rows.reopens(text))
    if field.meaning == "rating":
        return f"{flat_rows.five_points(text)} of 5"
    return _cut(" ".join(body_text(text).split()))


def spoken_seconds(seconds: int) -> str:
    """A length of time in its two largest units."""
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    told = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(told[:2]) or "0 min"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
