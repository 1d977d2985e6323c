"""sessions that come again by themselves

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
)


def reference(table: str, column: str, target: str, *, nullable: bool = False) -> "sa.Column[int]":
    """A column that names a row of another table, with the constraint that keeps it true."""
    return sa.Column(column, ID, sa.ForeignKey(f"{target}.id", name=op.f(f"fk_{table}_{column}")), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "session_series",
        reference("session_series", "programme_id", "programme"),
        sa.Column("title", sa.String(), nullable=False),
        reference("session_series", "family_id", "rubric_family"),
        reference("session_series", "facilitator_id", "person"),
        sa.Column("rhythm", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("recipe", JSON, nullable=False),
        sa.Column("everyone", sa.Boolean(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint(
            "rhythm IN ('weekly', 'two_weekly', 'monthly')", name=op.f("ck_session_series_rhythm_known")
        ),
        sa.CheckConstraint("state IN ('running', 'paused', 'stopped')", name=op.f("ck_session_series_state_known")),
        sa.CheckConstraint("due_days BETWEEN 1 AND 60", name=op.f("ck_session_series_due_some_day")),
        sa.CheckConstraint(
            "(state = 'stopped') = (stopped_at IS NOT NULL)", name=op.f("ck_session_series_stopped_has_a_time")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_series")),
    )
    op.create_index(op.f("ix_session_series_state"), "session_series", ["state"])
    op.create_table(
        "series_participant",
        reference("series_participant", "series_id", "session_series"),
        reference("series_participant", "user_id", "person"),
        sa.Column("id", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_participant")),
        sa.UniqueConstraint("series_id", "user_id", name=op.f("uq_series_participant_series_id_user_id")),
    )
    op.create_index(op.f("ix_series_participant_user_id"), "series_participant", ["user_id"])
    op.create_table(
        "series_day",
        reference("series_day", "series_id", "session_series"),
        sa.Column("day", sa.Date(), nullable=False),
        reference("series_day", "session_id", "calibration_session", nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint("(session_id IS NULL) = (problem IS NOT NULL)", name=op.f("ck_series_day_session_or_problem")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_day")),
        sa.UniqueConstraint("series_id", "day", name=op.f("uq_series_day_series_id_day")),
    )


def downgrade() -> None:
    for name in ("series_day", "series_participant", "session_series"):
        op.drop_table(name)
