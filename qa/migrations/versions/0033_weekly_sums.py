"""weekly sums that pages of figures are made from, and what is known of reviewers' strictness

Revision ID: 0033
Revises: 0032
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

WHOLE = {"team_id", "reviewer_id", "specialist_id", "version_id", "programme_id"}
TEXT = {"face", "value", "queue", "kind", "key"}
COUNTS = {
    "risk_class", "predicted", "reviews", "n", "passed", "critical", "disputed", "left_out", "drawn", "parts", "late",
    "csat_good", "csat_bad", "reopened", "escalated", "replied", "solved",
}  # fmt: skip
TABLES = {
    "weekly_review_sum": (
        "programme_id face team_id week queue value risk_class predicted",
        "reviews n passed critical disputed y y2 p d d2 dy d2y dy2 d2y2 dp d2p dp2 d2p2 dyp d2yp d_passed d2_passed "
        "d_critical d2_critical d_moved",
    ),
    "weekly_reviewer_sum": ("programme_id face value week reviewer_id", "n d d_free seconds"),
    "weekly_answer_sum": (
        "programme_id team_id week kind version_id key queue risk_class",
        "n left_out d d2 dx d2x dx2 d2x2",
    ),
    "weekly_draw_sum": ("programme_id team_id week queue risk_class", "drawn"),
    "weekly_frame_sum": (
        "programme_id face team_id week queue value",
        "parts late csat_good csat_bad reopened escalated predicted p replied ln_reply ln2_reply solved ln_solve "
        "ln2_solve",
    ),
    "weekly_person_sum": ("programme_id face value week specialist_id", "parts"),
}


def column(name: str) -> sa.Column[Any]:
    """A key or a sum of one of the tables."""
    kind: Any = sa.Double()
    if name == "week":
        kind = sa.Date()
    elif name in TEXT:
        kind = sa.String()
    elif name in WHOLE:
        kind = ID
    elif name in COUNTS:
        kind = sa.Integer()
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    for table, (keys, sums) in TABLES.items():
        op.create_table(
            table,
            *(column(name) for name in (*keys.split(), *sums.split())),
            sa.PrimaryKeyConstraint(*keys.split(), name=op.f(f"pk_{table}")),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "strictness_statement",
        sa.Column("programme_id", ID, autoincrement=False, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("first_week", sa.Date(), nullable=False),
        sa.Column("last_week", sa.Date(), nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.PrimaryKeyConstraint("programme_id", name=op.f("pk_strictness_statement")),
    )


def downgrade() -> None:
    op.drop_table("strictness_statement")
    for table in reversed(TABLES):
        op.drop_table(table)
