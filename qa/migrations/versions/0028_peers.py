"""from which team a peer comes, where a plan asks for peer reviews

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

KNOWN = "ck_programme_setting_peer_from_known"


def upgrade() -> None:
    with op.batch_alter_table("programme_setting") as table:
        table.add_column(sa.Column("peer_from", sa.String(), server_default="other_team", nullable=False))
        table.create_check_constraint(op.f(KNOWN), "peer_from IN ('other_team', 'same_team', 'any_team')")


def downgrade() -> None:
    with op.batch_alter_table("programme_setting") as table:
        table.drop_constraint(op.f(KNOWN), type_="check")
        table.drop_column("peer_from")
