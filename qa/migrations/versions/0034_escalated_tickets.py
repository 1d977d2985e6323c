"""find the tickets that a help desk marked as escalated without reading the others

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_ticket_escalated",
        "ticket",
        ["id"],
        sqlite_where=sa.text("escalated = 1"),
        postgresql_where=sa.text("escalated"),
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_escalated", "ticket")
