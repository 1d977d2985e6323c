"""flat data ordered by people, written by jobs

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "data_export",
        sa.Column("programme_id", ID, nullable=False),
        sa.Column("ordered_by_id", ID, nullable=False),
        sa.Column("ordered_at", MOMENT, nullable=False),
        sa.Column("tables", JSON, nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("job_id", ID, nullable=True),
        sa.Column("written", JSON, nullable=False),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("size", ID, nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'cancelled', 'expired')",
            name=op.f("ck_data_export_state_known"),
        ),
        sa.CheckConstraint("format IN ('csv', 'jsonl', 'xlsx')", name=op.f("ck_data_export_format_known")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_data_export_ends_after_it_starts")),
        sa.CheckConstraint("state <> 'done' OR digest IS NOT NULL", name=op.f("ck_data_export_done_has_a_digest")),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_data_export_{column}"))
            for column, target in (
                ("programme_id", "programme.id"),
                ("ordered_by_id", "person.id"),
                ("job_id", "job.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_export")),
    )
    op.create_index("ix_data_export_ordered", "data_export", ["ordered_by_id", "id"])
    op.create_index("ix_data_export_expiry", "data_export", ["state", "expires_at"])


def downgrade() -> None:
    op.drop_table("data_export")
