"""The draw of a frozen frame in the database: only its cells and the drawn parts are ever read.

The parts of a cell are taken along the index (period, cell, prn, part) by rank, so a draw costs what it takes, not what
there is. `draw.draw` does the same in memory from every part; the verification of a receipt uses that one.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select
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
from qa.sampling.models import FrameCell

# Through the driver itself: one statement a cell, thousands a draw, and compiling each would cost more than it reads.
TAKE = {
    "sqlite": "SELECT part_id FROM frame_unit WHERE period_id = ? AND cell = ? ORDER BY prn, part_id LIMIT ? OFFSET ?",
    "postgresql": (
        "SELECT part_id FROM frame_unit WHERE period_id = %s AND cell = %s ORDER BY prn, part_id LIMIT %s OFFSET %s"
    ),
}


def stored_cells(connection: Connection, period_id: int) -> tuple[CellTable, Sequence[int]]:
    """The cells of a frozen frame in columns, and the sums of their random numbers."""
    rows = connection.execute(
        select(FrameCell.cell, FrameCell.team, FrameCell.size, FrameCell.fingerprint)
        .where(FrameCell.period_id == period_id)
        .order_by(FrameCell.cell)
    ).all()
    if not rows:
        return CellTable(keys=(), teams=(), specialists=(), sizes=(), attributes={}), ()
    keys, teams, sizes, fingerprints = zip(*rows, strict=True)
    columns = list(zip(*(key.split("|") for key in keys), strict=True))
    attributes: dict[str, Sequence[str]] = dict(zip(BASE, columns, strict=False))
    for column in columns[len(BASE) :]:
        name = column[0].partition("=")[0]
        attributes[name] = [value[len(name) + 1 :] for value in column]
    attributes[TEAM] = teams
    table = CellTable(keys=keys, teams=teams, specialists=attributes["specialist"], sizes=sizes, attributes=attributes)
    return table, fingerprints


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
    table, fingerprints = stored_cells(connection, period_id)
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
    drawn_cells = tuple(
        DrawnCell(
            key=table.keys[place],
            team=table.teams[place],
            specialist=table.specialists[place],
            size=table.sizes[place],
            fingerprint=fingerprints[place],
            expected=allocation.expected[place],
            drawn=rounded.drawn[place],
            start=ring_start(seed, table.keys[place], table.sizes[place]),
        )
        for place in rounded.order
    )
    return DrawResult(cells=drawn_cells, parts=parts, start=rounded.start)
