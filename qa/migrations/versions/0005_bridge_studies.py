"""bridge studies between versions of a rubric, with the shift that each was found to make

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
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
        "bridge_study",
        reference("bridge_study", "programme_id", "programme"),
        reference("bridge_study", "old_version_id", "rubric_version"),
        reference("bridge_study", "new_version_id", "rubric_version"),
        sa.Column("way", sa.String(), nullable=False),
        reference("bridge_study", "session_id", "calibration_session", nullable=True),
        sa.Column("created_at", moment, nullable=False),
        reference("bridge_study", "created_by_id", "person"),
        sa.Column("stopped_at", moment, nullable=True),
        sa.Column("kept_at", moment, nullable=True),
        reference("bridge_study", "kept_by_id", "person", nullable=True),
        *(sa.Column(name, sa.Double(), nullable=True) for name in ("shift", "std_error", "low", "high", "confidence")),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("pairs", JSON, nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint("way IN ('double', 'session', 'found')", name=op.f("ck_bridge_study_way_known")),
        sa.CheckConstraint("old_version_id <> new_version_id", name=op.f("ck_bridge_study_two_versions")),
        sa.CheckConstraint(
            "(way = 'session') = (session_id IS NOT NULL)", name=op.f("ck_bridge_study_session_has_its_session")
        ),
        sa.CheckConstraint("(kept_at IS NULL) = (shift IS NULL)", name=op.f("ck_bridge_study_kept_has_its_shift")),
        sa.CheckConstraint("(kept_at IS NULL) = (std_error IS NULL)", name=op.f("ck_bridge_study_kept_has_its_error")),
        sa.CheckConstraint("(kept_at IS NULL) = (kept_by_id IS NULL)", name=op.f("ck_bridge_study_kept_by_somebody")),
        sa.CheckConstraint("kept_at IS NULL OR stopped_at IS NULL", name=op.f("ck_bridge_study_kept_or_stopped")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bridge_study")),
    )
    op.create_index("ix_bridge_study_versions", "bridge_study", ["new_version_id", "old_version_id"])
    op.create_table(
        "bridge_part",
        reference("bridge_part", "study_id", "bridge_study"),
        reference("bridge_part", "part_id", "handled_part"),
        sa.Column("id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bridge_part")),
        sa.UniqueConstraint("study_id", "part_id", name=op.f("uq_bridge_part_study_id_part_id")),
    )
    op.create_index(op.f("ix_bridge_part_part_id"), "bridge_part", ["part_id"])


def downgrade() -> None:
    op.drop_table("bridge_part")
    op.drop_table("bridge_study")
