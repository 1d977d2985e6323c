"""tries are counted where every process sees them

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "try_count",
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("begins", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("who", "begins", name=op.f("pk_try_count")),
    )
    op.create_index(op.f("ix_try_count_begins"), "try_count", ["begins"])


def downgrade() -> None:
    op.drop_table("try_count")
