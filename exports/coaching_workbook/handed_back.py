"""What an edited coaching workbook says, as plain values."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["focus", "action", "new"]


class HandedBackError(ValueError):
    """The file is not this kind of workbook, or was changed where it must not be; ``problems`` name the cells."""

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Where something stands, as its reader finds it: "Focus areas!I12"."""

    sheet: str
    row: int
    column: int

    def __str__(self) -> str:
        letters, number = "", self.column
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return f"{self.sheet}!{letters}{self.row}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the plan as it came back.

    ``written`` and ``held`` are by field: ``goal`` a number as text, ``due`` and ``goal_due`` by ISO 8601, ``status`` a
    key, the others text; empty where the cell is. A field whose cell could not be read is missing in ``written``.
    """

    row_id: str
    kind: Kind
    key: str  # the criterion's, the action's, or a number
    criterion: str  # as written, for new rows
    cells: Mapping[str, Cell]
    written: Mapping[str, str]
    held: Mapping[str, str]

    @property
    def changed(self) -> tuple[str, ...]:
        """The fields that hold something else than when the workbook went out."""
        return tuple(name for name, value in self.written.items() if value != self.held.get(name, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedBack:
    """A whole workbook; ``problems`` are of single cells, and the other cells still count."""

    document_id: str
    specialist_key: str
    made_at: dt.datetime
    record_digest: str  # SHA-256 of what went out, as the workbook says it
    rows: tuple[Row, ...]
    missing: tuple[str, ...]  # ids of rows that were deleted
    problems: tuple[str, ...]
