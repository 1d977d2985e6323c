"""how sources are pulled over HTTP, and jobs that wait for a moment

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("job", sa.Column("not_before", MOMENT, nullable=True))
    op.create_table(
        "source_connection",
        sa.Column(
            "source_id",
            BIG,
            sa.ForeignKey("source.id", name=op.f("fk_source_connection_source_id")),
            nullable=False,
        ),
        sa.Column("base_url", sa.String(), nullable=False),
        sa.Column("credentials", sa.LargeBinary(), nullable=False),
        sa.Column("start_at", MOMENT, nullable=False),
        sa.Column("every_hours", sa.Integer(), nullable=True),
        sa.Column("next_pull_at", MOMENT, nullable=True),
        sa.Column("tested_at", MOMENT, nullable=True),
        sa.Column("test_passed", sa.Boolean(), nullable=True),
        sa.Column("test_told", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column(
            "updated_by_id",
            BIG,
            sa.ForeignKey("person.id", name=op.f("fk_source_connection_updated_by_id")),
            nullable=True,
        ),
        sa.Column("id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_connection")),
        sa.UniqueConstraint("source_id", name=op.f("uq_source_connection_source_id")),
    )
    op.create_index(op.f("ix_source_connection_next_pull_at"), "source_connection", ["next_pull_at"])


def downgrade() -> None:
    op.drop_table("source_connection")
    op.drop_column("job", "not_before")
