"""What the first rows of a table look like, column by column: what guesses and the preview are made from. Pure."""

import itertools
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qa.tickets.intake import fields
from qa.tickets.intake.base import LONGEST_READ, shown_cell
from qa.tickets.intake.dates import Order, UnreadableMomentError, read_moment
from qa.tickets.intake.fields import WORDS, spelt
from qa.tickets.intake.flat_rows import EMAIL
from qa.tickets.intake.tables import Cells, Sheet
from qa.tickets.redaction import Turn, redact_turns

ROWS = 1_000  # looked at
SHOWN_ROWS = 8
MOST_WORDS = 24  # different values for a column to count as a choice of words
LONGEST_WORD = 32
LONGEST_SHOWN = 160
SHORTEST_QUESTION = 8  # characters
NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?\s?%?")
NAME = re.compile(r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){1,3}")
MOSTLY_NAMES, FEWEST_NAMES = 0.6, 3
ONCE = 0.95  # share of ids that stand once in a table of tickets: exports repeat some
REFERS = 0.5  # share of a table's keys that stand in another one, of its first rows
FEWEST_KEYS = 3
MOST_COMPARED = 60  # columns
MOST_RELATED = 12  # tables: every two of them are compared
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
    people: bool = False  # it holds people, by its name or because its values are written like names


@dataclass(slots=True)
class Look:
    """One table of an upload: its columns, and its first rows as they may be shown."""

    name: str
    written: str
    header: list[str]
    columns: list[Column]
    looked_at: int
    rows: list[list[str]]  # redacted
    key: str = ""  # its column whose values another table refers to
    refers: str = ""  # its column that refers to another table

    def column(self, name: str) -> Column | None:
        return next((each for each in self.columns if fields.plain(each.name) == fields.plain(name)), None)

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "written": self.written,
            "header": self.header,
            "looked_at": self.looked_at,
            "rows": self.rows,
            "key": self.key,
            "refers": self.refers,
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
                    "people": each.people,
                }
                for each in self.columns
            ],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Look":
        columns = [Column(**{**each, "words": tuple(each["words"])}) for each in kept["columns"]]
        return cls(**{**kept, "columns": columns})


def look_at_all(sheets: Sequence[Sheet]) -> list[Look]:
    """The first thousand rows of tables that belong together: a name in one is taken out of all."""
    found = []
    names: list[str] = []
    for sheet in sheets:
        rows = [row.cells for row in itertools.islice(sheet.rows(), ROWS) if isinstance(row, Cells)]
        people = people_in(sheet.header, rows)
        names += names_in(people, rows[:SHOWN_ROWS])
        found.append((sheet, rows, people))
    looks = [_look(sheet, rows, people, list(dict.fromkeys(names))) for sheet, rows, people in found]
    _relate(looks[:MOST_RELATED], [rows for _, rows, _ in found[:MOST_RELATED]])
    return looks


def _relate(looks: Sequence[Look], rows: Sequence[Sequence[Sequence[str]]]) -> None:
    """Note which column of a table names the rows of another one: messages repeat the id that their ticket has once."""
    once = [
        [_values(look, each, place, apart=True) for place in _places(look)]
        for look, each in zip(looks, rows, strict=True)
    ]
    again = [
        [_values(look, each, place, apart=False) for place in _places(look)]
        for look, each in zip(looks, rows, strict=True)
    ]
    for one, other in itertools.permutations(range(len(looks)), 2):
        pairs = (
            (len(theirs & ours) / len(theirs), place, at)
            for place, ours in enumerate(once[one])
            for at, theirs in enumerate(again[other])
            if ours and theirs
        )
        share, place, at = max(pairs, default=(0.0, 0, 0), key=lambda pair: pair[0])
        if share >= REFERS and not looks[one].refers:
            looks[one].key, looks[other].refers = looks[one].header[place], looks[other].header[at]


def _places(look: Look) -> range:
    return range(min(len(look.header), MOST_COMPARED))


def _values(look: Look, rows: Sequence[Sequence[str]], place: int, *, apart: bool) -> frozenset[str]:
    """The values of a column of keys that stand once each, or again and again; none where it is no such column."""
    column = look.columns[place]
    is_key = (
        column.different >= FEWEST_KEYS and column.length <= LONGEST_WORD and not column.emails and not column.people
    )
    if not is_key or (column.different >= ONCE * column.filled) != apart:
        return frozenset()
    return frozenset(row[place].strip() for row in rows if row[place].strip())


def look_at(sheet: Sheet) -> Look:
    """The first thousand rows of a table."""
    return look_at_all([sheet])[0]


def _look(sheet: Sheet, rows: Sequence[Sequence[str]], people: Collection[int], names: Sequence[str]) -> Look:
    header = list(sheet.header)
    columns = [
        _column(name, [row[place] for row in rows], names, person=place in people) for place, name in enumerate(header)
    ]
    return Look(
        name=sheet.name,
        written=sheet.written,
        header=header,
        columns=columns,
        looked_at=len(rows),
        rows=shown_rows(header, rows[:SHOWN_ROWS], people, names),
    )


def _column(name: str, cells: Sequence[str], names: Sequence[str], *, person: bool) -> Column:
    filled = [cell.strip() for cell in cells if cell.strip()]
    found = Column(name=name, filled=len(filled), people=person)
    if not filled:
        return found
    counts = Counter(filled)
    found.different = len(counts)
    short = [cell for cell in filled if len(cell) <= LONGEST_WORD]
    if len(short) * 2 > len(filled):
        found.moments = {order.value: _share(short, order) * len(short) / len(filled) for order in Order}
    found.emails = sum(EMAIL.fullmatch(cell) is not None for cell in filled) / len(filled)
    found.numbers = sum(NUMBER.fullmatch(cell) is not None for cell in filled) / len(filled)
    found.length = sum(map(len, filled)) / len(filled)
    if len(counts) <= MOST_WORDS and max(map(len, counts)) <= LONGEST_WORD and not person:
        spellings = {spelt(word): word for word, _ in reversed(counts.most_common())}
        shown = (_shown(name, word, person=False, names=names) for word in reversed(spellings.values()))
        found.words = tuple(dict.fromkeys(shown))
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


def people_in(header: Sequence[str], rows: Sequence[Sequence[str]]) -> set[int]:
    """The columns that hold people, by their names or because most of their many values are written like names."""
    return {
        place
        for place, name in enumerate(header)
        if _names_people(name)
        or (not _known_otherwise(name) and _like_names([row[place].strip() for row in rows if row[place].strip()]))
    }


def _known_otherwise(column: str) -> bool:
    """Whether a column's name says that it holds something else than people, such as subjects."""
    bare = fields.plain(column)
    return any(
        bare == fields.plain(each)
        for table in fields.FIELDS.values()
        for one in table.values()
        if one.meaning != "person"
        for each in (one.name, *one.aliases)
    )


def _like_names(cells: Sequence[str]) -> bool:
    """Whether most values are written like names: better a queue is hidden than a person shown."""
    words = [cell for cell in cells if "@" not in cell]
    if len(set(words)) < FEWEST_NAMES:
        return False
    return sum(NAME.fullmatch(cell) is not None for cell in words) >= MOSTLY_NAMES * len(words)


def shown_rows(
    header: Sequence[str], rows: Sequence[Sequence[str]], people: Collection[int], names: Sequence[str]
) -> list[list[str]]:
    """Rows as they may be shown: people's columns are tokens, names in them are taken out of the other cells too.

    The rows of a column may be a talk, so each is also read as the answer to what the ones before it asked for.
    """
    columns = [
        [
            _shown(
                header[place],
                row[place],
                person=place in people,
                names=names,
                before=[each[place] for each in rows[:n]],
            )
            for n, row in enumerate(rows)
        ]
        for place in range(len(header))
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def names_in(people: Collection[int], rows: Sequence[Sequence[str]]) -> list[str]:
    """The names in the columns of people, to be taken out of the other cells too; "System" is nobody's."""
    found = (row[place] for row in rows for place in people)
    return [name for name in found if name.strip() and not any(spelt(name) in words for words in WORDS.values())]


def _shown(column: str, cell: str, *, person: bool, names: Sequence[str], before: Sequence[str] = ()) -> str:
    text = " ".join(cell.split())
    if not text:
        return ""
    if person:
        return shown_cell(column, text, person=True)
    asked = [Turn(each[:LONGEST_READ], asks=True) for each in before if len(each) >= SHORTEST_QUESTION]
    turns = [*asked, Turn(shown_cell(column, text), answers=True)]
    safe = redact_turns(turns, [name for name in names if "@" not in name])[-1]
    return safe if len(safe) <= LONGEST_SHOWN else safe[: LONGEST_SHOWN - 1] + "…"
