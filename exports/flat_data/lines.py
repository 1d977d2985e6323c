"""Rows as lines of text, a block at a time: column by column, and what repeats is put into words once.

A million rows have a dozen million fields, of which most are one of a few words or moments. Going down the columns
leaves the loop to the interpreter's own ``map``, and a bounded memory of what was written last answers most of it.
"""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from functools import lru_cache, partial

from exports.flat_data.tables import FlatTable
from exports.tables import LINE_END, Cell, Column, checked, field, fits

Row = Sequence[Cell]
Written = Callable[[Cell], str]
REMEMBERED = 8_192  # values of a column, for each of its two wordings


class Lines:
    """The wording of one table's rows, as canonical JSON and as CSV."""

    def __init__(self, table: FlatTable, zone: dt.tzinfo) -> None:
        self._table = table
        self._json = [_remembering(partial(_json_of, column)) for column in table.columns]
        self._csv = [_remembering(partial(field, zone=zone)) for _ in table.columns]
        names = [json.dumps(name, ensure_ascii=False).replace("%", "%%") for name in table.field_names]
        self._line = "{" + ",".join(f"{name}:%s" for name in names) + "}\n"

    def canonical(self, rows: Sequence[Row], *, before: int = 0) -> str:
        """A line of JSON for each row: fields in the order of the columns, moments in UTC to the second.

        ValueError, which names row and column, where one does not fit; ``before`` rows of the table came earlier.
        """
        try:
            if any(len(row) != len(self._json) for row in rows):
                raise ValueError("a row has more or fewer values than the table has columns")
            return "".join(self._line % fields for fields in _down_the_columns(self._json, rows))
        except (TypeError, ValueError):
            for number, row in enumerate(rows, start=before + 1):
                checked(self._table.name, self._table.columns, number, row)
            raise

    def csv(self, rows: Sequence[Row]) -> str:
        """The same rows as CSV: texts quoted and no formula, times with the zone's offset."""
        return "".join(",".join(fields) + LINE_END for fields in _down_the_columns(self._csv, rows))


def canonical(table: FlatTable, rows: Sequence[Row]) -> bytes:
    """Rows as canonical JSON Lines, over which the digest of a table is taken."""
    return Lines(table, dt.UTC).canonical(rows).encode()


def _down_the_columns(wording: Sequence[Written], rows: Sequence[Row]) -> "zip[tuple[str, ...]]":
    columns = zip(*rows, strict=True)
    return zip(*[map(word, column) for word, column in zip(wording, columns, strict=False)], strict=True)


def _remembering(word: Callable[[Cell], str]) -> Written:
    # By type too: 1 and 1.0 are equal and read differently.
    return lru_cache(maxsize=REMEMBERED, typed=True)(word)


def _json_of(column: Column, value: Cell) -> str:
    if value is None:
        return "null"
    if not fits(column.kind, value):
        raise ValueError(f"{column.title!r} holds {column.kind}, not {value!r}")
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime('"%Y-%m-%dT%H:%M:%SZ"')
    if isinstance(value, dt.date):
        return f'"{value.isoformat()}"'
    return str(value) if isinstance(value, int) else repr(float(value) + 0.0)  # -0.0 is 0.0
