"""what is done about a flag of the drift watch: cases with their conversation, and quietly more second scores

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
)


def reference(table: str, column: str, target: str, *, nullable: bool = False) -> "sa.Column[int]":
    """A column that names a row of another table, with the constraint that keeps it true."""
    return sa.Column(column, BIG, sa.ForeignKey(f"{target}.id", name=op.f(f"fk_{table}_{column}")), nullable=nullable)


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "drift_case",
        reference("drift_case", "programme_id", "programme"),
        reference("drift_case", "reviewer_id", "person"),
        reference("drift_case", "run_id", "drift_run"),
        sa.Column("flag", JSON, nullable=False),
        sa.Column("onset", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", moment, nullable=False),
        reference("drift_case", "owner_id", "person", nullable=True),
        reference("drift_case", "session_id", "calibration_session", nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_at", moment, nullable=True),
        reference("drift_case", "decided_by_id", "person", nullable=True),
        sa.Column("decided_week", sa.Date(), nullable=True),
        reference("drift_case", "follows_id", "drift_case", nullable=True),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint("state IN ('open', 'settled')", name=op.f("ck_drift_case_state_known")),
        sa.CheckConstraint("outcome IN ('corrected', 'new_standard', 'not_drift')", name=op.f("ck_drift_case_outcome_known")),
        sa.CheckConstraint("(state = 'settled') = (decided_at IS NOT NULL)", name=op.f("ck_drift_case_settled_has_a_time")),
        sa.CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name=op.f("ck_drift_case_settled_has_an_outcome")),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name=op.f("ck_drift_case_settled_by_somebody")),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_week IS NULL)", name=op.f("ck_drift_case_settled_in_a_week")),
        sa.CheckConstraint("decided_at IS NULL OR reason <> ''", name=op.f("ck_drift_case_settled_with_a_reason")),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> reviewer_id", name=op.f("ck_drift_case_settled_by_another")),
        sa.CheckConstraint("owner_id IS NULL OR owner_id <> reviewer_id", name=op.f("ck_drift_case_owned_by_another")),
        sa.CheckConstraint("decided_week IS NULL OR decided_week >= onset", name=op.f("ck_drift_case_decided_after_the_onset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift_case")),
    )
    op.create_index(
        "uq_drift_case_open",
        "drift_case",
        ["reviewer_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_drift_case_reviewer", "drift_case", ["reviewer_id", "id"])
    op.create_table(
        "drift_message",
        reference("drift_message", "case_id", "drift_case"),
        reference("drift_message", "author_id", "person"),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", moment, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift_message")),
    )
    op.create_index("ix_drift_message_case", "drift_message", ["case_id", "id"])
    op.create_table(
        "double_share",
        reference("double_share", "user_id", "person"),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("begun_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint("share > 0 AND share <= 1", name=op.f("ck_double_share_share_is_a_share")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_double_share")),
    )
    op.create_index(
        "uq_double_share_running",
        "double_share",
        ["user_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("double_share")
    op.drop_table("drift_message")
    op.drop_table("drift_case")
