"""The draw of a frozen frame in the database: only its cells and the drawn parts are ever read.

The parts of a cell are taken along the index (period, cell, prn, part) by rank, so a draw costs what it takes, not what
there is. `draw.draw` does the same in memory from every part; the verification of a receipt uses that one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from qa.sampling import frames
from qa.sampling.allocation import CellTable, Plan
from qa.sampling.attributes import BASE, TEAM
from qa.sampling.draw import (
    DrawnCell,
    DrawnPart,
    DrawResult,
    Walk,
    allocate,
    draw,
    ring_start,
    rounding,
    walks,
)

# Through the driver itself: thousands of statements a draw, tens of thousands of cells; anything above it costs more
# than they do.
CELLS = {
    "sqlite": (
        "SELECT count(*), group_concat(cell, char(30)), group_concat(team, char(30)), group_concat(size, char(30)) "
        "FROM frame_cell WHERE period_id = ?"
    ),
    "postgresql": (
        "SELECT count(*), string_agg(cell, chr(30)), string_agg(team, chr(30)), string_agg(size::text, chr(30)) "
        "FROM frame_cell WHERE period_id = %s"
    ),
}
ROWS = {
    "sqlite": "SELECT cell, team, size FROM frame_cell WHERE period_id = ?",
    "postgresql": "SELECT cell, team, size FROM frame_cell WHERE period_id = %s",
}
SEPARATOR = "\x1e"
SUMS = {
    "sqlite": "SELECT cell, fingerprint FROM frame_cell WHERE period_id = ?",
    "postgresql": "SELECT cell, fingerprint FROM frame_cell WHERE period_id = %s",
}
TAKE = {
    "sqlite": "SELECT part_id FROM frame_unit WHERE period_id = ? AND cell = ? ORDER BY prn, part_id LIMIT ? OFFSET ?",
    "postgresql": (
        "SELECT part_id FROM frame_unit WHERE period_id = %s AND cell = %s ORDER BY prn, part_id LIMIT %s OFFSET %s"
    ),
}


def stored_cells(connection: Connection, period_id: int) -> CellTable:
    """The cells of a frozen frame in columns."""
    ((count, *told),) = _rows(connection, CELLS, (period_id,))
    if not count:
        return CellTable(keys=(), teams=(), specialists=(), sizes=(), attributes={})
    keys, teams, numbers = (text.split(SEPARATOR) for text in told)
    sizes = list(map(int, numbers))
    if not len(keys) == len(teams) == count:  # a value holds the separator: row by row, then
        keys, teams, sizes = (list(column) for column in zip(*_rows(connection, ROWS, (period_id,)), strict=True))
    # All keys of a frame have the same fields: split once, then every k-th.
    flat, width = "|".join(keys).split("|"), keys[0].count("|") + 1
    columns = [flat[place::width] for place in range(width)]
    attributes: dict[str, Sequence[str]] = dict(zip(BASE, columns, strict=False))
    for column in columns[len(BASE) :]:
        name = column[0].partition("=")[0]
        attributes[name] = [value[len(name) + 1 :] for value in column]
    attributes[TEAM] = teams
    return CellTable(keys=keys, teams=teams, specialists=attributes["specialist"], sizes=sizes, attributes=attributes)


def fingerprints(connection: Connection, period_id: int) -> dict[str, int]:
    """The sum of each cell's random numbers."""
    return dict(_rows(connection, SUMS, (period_id,)))


def _rows(connection: Connection, statements: Mapping[str, str], values: tuple[int, ...]) -> list[tuple[Any, ...]]:
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statements[connection.dialect.name], values)
        return list(cursor.fetchall())
    finally:
        cursor.close()


def taken(connection: Connection, period_id: int, way: Sequence[Walk]) -> Iterator[tuple[Walk, list[int]]]:
    """The parts that each walk takes, in its order."""
    statement = TAKE[connection.dialect.name]
    cursor = connection.connection.cursor()
    try:
        for walk in way:
            cursor.execute(statement, (period_id, walk.cell, walk.drawn, walk.start))
            parts = [row[0] for row in cursor.fetchall()]
            if walk.start + walk.drawn > walk.size:  # past the end it goes on at the front
                cursor.execute(statement, (period_id, walk.cell, walk.start + walk.drawn - walk.size, 0))
                parts += [row[0] for row in cursor.fetchall()]
            yield walk, parts
    finally:
        cursor.close()


def draw_stored(session: Session, period_id: int, plans: Sequence[Plan], seed: bytes) -> DrawResult:
    """The sample of a frozen frame; the same seed, frame and plans always give the same sample."""
    connection = session.connection()
    table = stored_cells(connection, period_id)
    if not len(table):  # frozen before cells were counted on their own
        cells, units, _ = frames.frame_of(session, period_id)
        if units:
            return draw(cells, units, plans, seed)
    allocation = allocate(table, plans)
    rounded = rounding(allocation, seed)
    parts = tuple(
        DrawnPart(
            part_id=part_id,
            cell=walk.cell,
            inclusion_probability=allocation.inclusion_probability(walk.place),
            plans=allocation.plans_of(walk.place),
            cell_drawn=walk.drawn,
            cell_size=walk.size,
        )
        for walk, part_ids in taken(connection, period_id, walks(allocation, rounded, seed))
        for part_id in part_ids
    )
    sums = fingerprints(connection, period_id)
    drawn_cells = tuple(
        DrawnCell(
            key=table.keys[place],
            team=table.teams[place],
            specialist=table.specialists[place],
            size=table.sizes[place],
            fingerprint=sums[table.keys[place]],
            expected=allocation.expected[place],
            drawn=rounded.drawn[place],
            start=ring_start(seed, table.keys[place], table.sizes[place]),
        )
        for place in rounded.order
    )
    return DrawResult(cells=drawn_cells, parts=parts, start=rounded.start)
