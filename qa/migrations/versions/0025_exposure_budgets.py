"""exposure budgets for a day and for the most severe content

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BUDGETS = (("harmful_per_day", "8"), ("severe_per_week", "10"), ("severe_per_day", "4"))


def upgrade() -> None:
    for name, limit in BUDGETS:
        op.add_column("programme_setting", sa.Column(name, sa.Integer(), nullable=False, server_default=limit))


def downgrade() -> None:
    for name, _ in BUDGETS:
        op.drop_column("programme_setting", name)
