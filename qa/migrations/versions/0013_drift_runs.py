"""runs of the drift watch, and where each reviewer stood after them

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
)


def upgrade() -> None:
    op.create_table(
        "drift_run",
        sa.Column(
            "programme_id",
            BIG,
            sa.ForeignKey("programme.id", name=op.f("fk_drift_run_programme_id")),
            nullable=False,
        ),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("first_week", sa.Date(), nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("outcome_digest", sa.String(), nullable=False),
        sa.Column("scorings", sa.Integer(), nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_by_id", BIG, sa.ForeignKey("person.id", name=op.f("fk_drift_run_created_by_id")), nullable=True
        ),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint("through >= first_week", name=op.f("ck_drift_run_ends_after_it_starts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift_run")),
    )
    op.create_index("ix_drift_run_newest", "drift_run", ["programme_id", "id"])
    op.create_table(
        "drift_standing",
        sa.Column(
            "run_id",
            BIG,
            sa.ForeignKey("drift_run.id", name=op.f("fk_drift_standing_run_id")),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "reviewer_id",
            BIG,
            sa.ForeignKey("person.id", name=op.f("fk_drift_standing_reviewer_id")),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("evidence", sa.Double(), nullable=True),
        sa.Column("document", JSON, nullable=False),
        sa.CheckConstraint("level IN ('none', 'amber', 'red')", name=op.f("ck_drift_standing_level_known")),
        sa.PrimaryKeyConstraint("run_id", "reviewer_id", name=op.f("pk_drift_standing")),
    )


def downgrade() -> None:
    op.drop_table("drift_standing")
    op.drop_table("drift_run")
