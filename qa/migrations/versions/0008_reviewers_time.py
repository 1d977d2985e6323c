"""capacity in hours, reviewers who rest, requests to strike a part, a frame's cells in columns

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
RUNNING = sa.text("resumed_at IS NULL")


def reference(table: str, column: str, target: str, *, nullable: bool = False) -> "sa.Column[int]":
    """A column that names a row of another table, with the constraint that keeps it true."""
    return sa.Column(column, BIG, sa.ForeignKey(f"{target}.id", name=op.f(f"fk_{table}_{column}")), nullable=nullable)


def upgrade() -> None:
    with op.batch_alter_table("capacity") as batch_op:
        batch_op.add_column(sa.Column("hours_per_week", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("minutes_per_review", sa.Double(), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_capacity_hours_go_with_minutes_a_review"),
            "(hours_per_week IS NULL) = (minutes_per_review IS NULL)",
        )
    op.create_table(
        "frame_columns",
        reference("frame_columns", "period_id", "period"),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("period_id", name=op.f("pk_frame_columns")),
    )
    op.create_table(
        "strike_request",
        reference("strike_request", "assignment_id", "assignment"),
        reference("strike_request", "part_id", "handled_part"),
        reference("strike_request", "drawn_unit_id", "drawn_unit", nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        reference("strike_request", "decided_by_id", "person", nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(
            "reason IN ('spam', 'merged', 'test', 'no_specialist_reply')", name=op.f("ck_strike_request_reason_known")
        ),
        sa.CheckConstraint("state IN ('asked', 'confirmed', 'declined')", name=op.f("ck_strike_request_state_known")),
        sa.CheckConstraint(
            "(state = 'asked') = (decided_at IS NULL)", name=op.f("ck_strike_request_decided_has_a_time")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)", name=op.f("ck_strike_request_decided_by_somebody")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strike_request")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_strike_request_assignment_id")),
    )
    op.create_index("ix_strike_request_part", "strike_request", ["part_id", "state"])
    op.create_table(
        "reviewer_pause",
        reference("reviewer_pause", "user_id", "person"),
        sa.Column("paused_at", MOMENT, nullable=False),
        reference("reviewer_pause", "paused_by_id", "person"),
        sa.Column("resumed_at", MOMENT, nullable=True),
        reference("reviewer_pause", "resumed_by_id", "person", nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(
            "(resumed_at IS NULL) = (resumed_by_id IS NULL)", name=op.f("ck_reviewer_pause_resumed_by_somebody")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviewer_pause")),
    )
    op.create_index(
        "uq_reviewer_pause_running",
        "reviewer_pause",
        ["user_id"],
        unique=True,
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )


def downgrade() -> None:
    op.drop_table("reviewer_pause")
    op.drop_table("strike_request")
    op.drop_table("frame_columns")
    with op.batch_alter_table("capacity") as batch_op:
        batch_op.drop_constraint(op.f("ck_capacity_hours_go_with_minutes_a_review"), type_="check")
        batch_op.drop_column("minutes_per_review")
        batch_op.drop_column("hours_per_week")
