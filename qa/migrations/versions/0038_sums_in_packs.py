"""weekly sums lie in packs, one row a week and team; every week is counted again once the application runs

Revision ID: 0038
Revises: 0037
"""

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
WHOLE = {"team_id", "reviewer_id", "specialist_id", "version_id", "programme_id"}
TEXT = {"face", "value", "queue", "kind", "key"}
COUNTS = {
    "reviews", "n", "passed", "critical", "disputed", "left_out", "drawn", "parts", "late", "csat_good", "csat_bad",
    "reopened", "escalated", "replied", "solved", "risk_class", "predicted",
}  # fmt: skip
TABLES = {  # the key of a pack, that of a cell, and what is summed
    "weekly_review_sum": (
        "programme_id face team_id week",
        "queue value risk_class predicted",
        "reviews n passed critical disputed y y2 p d d2 dy d2y dy2 d2y2 dp d2p dp2 d2p2 dyp d2yp d_passed d2_passed "
        "d_critical d2_critical d_moved",
    ),
    "weekly_reviewer_sum": ("programme_id face value week", "reviewer_id", "n d d_free seconds"),
    "weekly_answer_sum": (
        "programme_id team_id week",
        "kind version_id key queue risk_class",
        "n left_out d d2 dx d2x dx2 d2x2",
    ),
    "weekly_draw_sum": ("programme_id team_id week", "queue risk_class", "drawn"),
    "weekly_frame_sum": (
        "programme_id face team_id week",
        "queue value",
        "parts late csat_good csat_bad reopened escalated predicted p replied ln_reply ln2_reply solved ln_solve "
        "ln2_solve",
    ),
    "weekly_person_sum": ("programme_id face value week", "specialist_id", "parts"),
}
LEFT_OUT = {  # what nobody reads any more; and parts of nobody, whom a pack would count as one person more
    "weekly_review_sum": ("face", "all"),
    "weekly_reviewer_sum": ("face", "all"),
    "weekly_person_sum": ("specialist_id", 0),
}


JOB = sa.table(
    "job",
    *(sa.column(name) for name in ("name", "period", "state")),
    sa.column("payload", JSON),
    sa.column("created_at", sa.DateTime(timezone=True)),
    *(sa.column(name, sa.Integer()) for name in ("attempts", "done")),
)


def column(name: str) -> sa.Column[Any]:
    """A key or a sum, where each has a column."""
    kind: Any = sa.Double()
    if name == "week":
        kind = sa.Date()
    elif name in TEXT:
        kind = sa.String()
    elif name in WHOLE:
        kind = ID
    elif name in COUNTS:
        kind = sa.Integer()
    return sa.Column(name, kind, autoincrement=False, nullable=False)


def upgrade() -> None:
    """The former tables stay: a former program may go on beside the newer one."""
    connection = op.get_bind()
    for name, (pack, cell, sums) in TABLES.items():
        keys, cells, summed = pack.split(), cell.split(), sums.split()
        packs = op.create_table(
            name.replace("_sum", "_pack"),
            *(column(key) for key in keys),
            sa.Column("cells", sa.String(), nullable=False),
            sa.Column("sums", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name.replace('_sum', '_pack')}")),
        )
        former = sa.table(name, *(column(each) for each in (*keys, *cells, *summed)))
        carried = sa.select(former).order_by(*(former.c[key] for key in keys))
        if name in LEFT_OUT:
            key, value = LEFT_OUT[name]
            carried = carried.where(former.c[key] != value)
        rows = connection.execute(carried, execution_options={"yield_per": 5_000}).mappings()
        for _, of_pack in groupby(rows, key=lambda row: [row[key] for key in keys]):
            connection.execute(packs.insert().values(_packed([dict(row) for row in of_pack], keys, cells, summed)))
    _count_again(connection)


def _packed(rows: Sequence[Mapping[str, Any]], keys: list[str], cells: list[str], summed: list[str]) -> dict[str, Any]:
    """One row for those that share the key of a pack."""
    found = {tuple(row[cell] for cell in cells): [row[each] for each in summed] for row in rows}
    ordered = sorted(found)
    return {key: rows[0][key] for key in keys} | {
        "cells": json.dumps(ordered, ensure_ascii=False, separators=(",", ":")),
        "sums": np.array([found[cell] for cell in ordered], dtype="<f8").tobytes(),
    }


def _count_again(connection: sa.Connection) -> None:
    """A job for the first start: a database may come from a version that kept no sums, or other ones.

    Its name is one that no former worker knows: it would take a job of the day for it, and count nothing.
    """
    for programme in connection.execute(sa.text("SELECT DISTINCT programme_id FROM period ORDER BY 1")).scalars():
        connection.execute(
            JOB.insert().values(
                name="count_every_week",
                period=f"{programme}/packs",
                payload={"programme": programme},
                state="waiting",
                created_at=sa.func.current_timestamp(),
                attempts=0,
                done=0,
            )
        )


def downgrade() -> None:
    op.execute("DELETE FROM job WHERE name = 'count_every_week' AND period LIKE '%/packs'")
    for name in reversed(TABLES):
        op.drop_table(name.replace("_sum", "_pack"))
