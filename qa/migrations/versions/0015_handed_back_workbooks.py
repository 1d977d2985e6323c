"""notes of actions, and the workbook's row they came from

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("coaching_action") as table:
        table.add_column(sa.Column("notes", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("origin", sa.String(), nullable=True))
        table.create_unique_constraint(op.f("uq_coaching_action_origin"), ["origin"])
    with op.batch_alter_table("coaching_action") as table:
        table.alter_column("notes", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("coaching_action") as table:
        table.drop_constraint(op.f("uq_coaching_action_origin"), type_="unique")
        table.drop_column("origin")
        table.drop_column("notes")
