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
from qa.sampling.columns import unpacked
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
COLUMNS = {
    "sqlite": "SELECT document FROM frame_columns WHERE period_id = ?",
    "postgresql": "SELECT document FROM frame_columns WHERE period_id = %s",
}
ROWS = {
    "sqlite": "SELECT cell, team, size FROM frame_cell WHERE period_id = ? ORDER BY cell",
    "postgresql": 'SELECT cell, team, size FROM frame_cell WHERE period_id = %s ORDER BY cell COLLATE "C"',
}
SUMS = {
    "sqlite": "SELECT cell, fingerprint FROM frame_cell WHERE period_id = ?",
    "postgresql": "SELECT cell, fingerprint FROM frame_cell WHERE period_id = %s",
}
TOGETHER = 50  # walks in one statement
TAKE_ONE = (
    "SELECT * FROM (SELECT part_id FROM frame_unit WHERE period_id = ? AND cell = ? ORDER BY prn, part_id "
    "LIMIT ? OFFSET ?)"
)
TAKE_ALL = (
    "SELECT taken.part_id FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) WITH ORDINALITY AS walk (cell, n, rank, "
    "place) CROSS JOIN LATERAL (SELECT part_id, prn FROM frame_unit WHERE period_id = %s AND cell = walk.cell "
    "ORDER BY prn, part_id LIMIT walk.n OFFSET walk.rank) AS taken ORDER BY walk.place, taken.prn, taken.part_id"
)


def stored_cells(connection: Connection, period_id: int) -> CellTable:
    """The cells of a frozen frame in columns."""
    found = _rows(connection, COLUMNS, (period_id,))
    if found:
        return unpacked(bytes(found[0][0]))
    # Frozen before its cells were kept in columns.
    rows = _rows(connection, ROWS, (period_id,))
    return CellTable.of([frames.cell_of(key, team, size) for key, team, size in rows])


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
    stretches = [(walk.cell, count, first) for walk in way for count, first in _stretches(walk)]
    parts = _parts_along(connection, period_id, stretches)
    for walk in way:
        yield walk, [part for _ in _stretches(walk) for part in next(parts)]


def _stretches(walk: Walk) -> tuple[tuple[int, int], ...]:
    """How many parts to take from which rank on: past the end of a cell its walk goes on at the front."""
    over = walk.start + walk.drawn - walk.size
    return ((walk.drawn, walk.start),) if over <= 0 else ((walk.drawn - over, walk.start), (over, 0))


def _parts_along(
    connection: Connection, period_id: int, stretches: Sequence[tuple[str, int, int]]
) -> Iterator[list[int]]:
    """The parts of each stretch (cell, how many, from which rank on); the frame has to hold what was counted."""
    # SQLite takes no limit from another table: there each stretch is a subquery of its own, many in a statement.
    together = TOGETHER if connection.dialect.name == "sqlite" else max(len(stretches), 1)
    cursor = connection.connection.cursor()
    try:
        for begin in range(0, len(stretches), together):
            these = stretches[begin : begin + together]
            if connection.dialect.name == "sqlite":
                values = [value for cell, count, rank in these for value in (period_id, cell, count, rank)]
                cursor.execute(" UNION ALL ".join([TAKE_ONE] * len(these)), values)
            else:
                cursor.execute(TAKE_ALL, (*(list(column) for column in zip(*these, strict=True)), period_id))
            found = [part_id for (part_id,) in cursor.fetchall()]
            if len(found) != sum([count for _, count, _ in these]):
                raise ValueError("the frame holds fewer parts than its cells were counted with")
            place = 0
            for _, count, _ in these:
                yield found[place : place + count]
                place += count
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
            expected=int(allocation.expected[place]),
            drawn=rounded.drawn[place],
            start=ring_start(seed, table.keys[place], table.sizes[place]),
        )
        for place in rounded.order
    )
    return DrawResult(cells=drawn_cells, parts=parts, start=rounded.start)
