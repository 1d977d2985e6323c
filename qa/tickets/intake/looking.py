"""What the first rows of a table look like, column by column: what guesses and the preview are made from. Pure."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qa.tickets.intake import fields
from qa.tickets.intake.base import shown_cell
from qa.tickets.intake.dates import Order, UnreadableMomentError, read_moment
from qa.tickets.intake.flat_rows import EMAIL
from qa.tickets.intake.tables import Cells, Sheet
from qa.tickets.redaction import Turn, redact_turns
from qa.tickets.signals import as_number

ROWS = 1_000  # looked at
SHOWN_ROWS = 8
MOST_WORDS = 24  # different values for a column to count as a choice of words
LONGEST_WORD = 32
LONGEST_SHOWN = 160
PERSON_FIELDS = ("Requester", "Author", "Assignee")


@dataclass(slots=True)
class Column:
    """One column of the rows looked at; shares are of its filled cells."""

    name: str
    filled: int = 0
    different: int = 0
    moments: dict[str, float] = field(default_factory=dict)  # order -> share of cells that are moments by it
    emails: float = 0.0
    numbers: float = 0.0
    length: float = 0.0  # mean characters
    words: tuple[str, ...] = ()  # the different values, most frequent first, if they are few; redacted


@dataclass(slots=True)
class Look:
    """One table of an upload: its columns, and its first rows as they may be shown."""

    name: str
    written: str
    header: list[str]
    columns: list[Column]
    looked_at: int
    rows: list[list[str]]  # redacted

    def column(self, name: str) -> Column | None:
        return next((each for each in self.columns if fields.plain(each.name) == fields.plain(name)), None)

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "written": self.written,
            "header": self.header,
            "looked_at": self.looked_at,
            "rows": self.rows,
            "columns": [
                {
                    "name": each.name,
                    "filled": each.filled,
                    "different": each.different,
                    "moments": each.moments,
                    "emails": each.emails,
                    "numbers": each.numbers,
                    "length": each.length,
                    "words": list(each.words),
                }
                for each in self.columns
            ],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Look":
        columns = [Column(**{**each, "words": tuple(each["words"])}) for each in kept["columns"]]
        return cls(**{**kept, "columns": columns})


def look_at(sheet: Sheet) -> Look:
    """The first thousand rows of a table."""
    rows = [row.cells for row in itertools.islice(sheet.rows(), ROWS) if isinstance(row, Cells)]
    header = list(sheet.header)
    names = names_in(header, rows[:SHOWN_ROWS])
    columns = [_column(name, [row[place] for row in rows], names) for place, name in enumerate(header)]
    return Look(
        name=sheet.name,
        written=sheet.written,
        header=header,
        columns=columns,
        looked_at=len(rows),
        rows=shown_rows(header, rows[:SHOWN_ROWS]),
    )


def _column(name: str, cells: Sequence[str], names: Sequence[str]) -> Column:
    filled = [cell.strip() for cell in cells if cell.strip()]
    found = Column(name=name, filled=len(filled))
    if not filled:
        return found
    counts = Counter(filled)
    found.different = len(counts)
    short = [cell for cell in filled if len(cell) <= LONGEST_WORD]
    if len(short) * 2 > len(filled):
        found.moments = {order.value: _share(short, order) * len(short) / len(filled) for order in Order}
    found.emails = sum(EMAIL.fullmatch(cell) is not None for cell in filled) / len(filled)
    found.numbers = sum(as_number(cell) is not None for cell in filled) / len(filled)
    found.length = sum(map(len, filled)) / len(filled)
    if len(counts) <= MOST_WORDS and max(map(len, counts)) <= LONGEST_WORD and not _names_people(name):
        found.words = tuple(
            dict.fromkeys(_shown(name, word, person=False, names=names) for word, _ in counts.most_common())
        )
    return found


def _share(cells: Sequence[str], order: Order) -> float:
    return sum(_is_moment(cell, order) for cell in cells) / len(cells)


def _is_moment(cell: str, order: Order) -> bool:
    try:
        read_moment(cell, order=order)
    except UnreadableMomentError:
        return False
    return True


def _names_people(column: str) -> bool:
    bare = fields.plain(column)
    return any(
        bare == fields.plain(each)
        for name in PERSON_FIELDS
        for table in fields.FIELDS.values()
        for each in ((name, *table[name].aliases) if name in table else ())
    )


def shown_rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Rows as they may be shown: people's columns are tokens, names in them are taken out of the other cells too."""
    people = [place for place, name in enumerate(header) if _names_people(name)]
    names = names_in(header, rows)
    return [
        [_shown(header[place], cell, person=place in people, names=names) for place, cell in enumerate(row)]
        for row in rows
    ]


def names_in(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The names in the columns of people, to be taken out of the other cells too."""
    people = [place for place, name in enumerate(header) if _names_people(name)]
    return [row[place] for row in rows for place in people if row[place].strip()]


def _shown(column: str, cell: str, *, person: bool, names: Sequence[str]) -> str:
    text = " ".join(cell.split())
    if not text:
        return ""
    if person:
        return shown_cell(column, text, person=True)
    safe = redact_turns([Turn(shown_cell(column, text))], [name for name in names if "@" not in name])[0]
    return safe if len(safe) <= LONGEST_SHOWN else safe[: LONGEST_SHOWN - 1] + "…"
