"""whether a part is scored by the version of its resolution or of its review

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("programme_setting") as table:
        table.add_column(sa.Column("rubric_date", sa.String(), nullable=False, server_default="resolution"))
        table.create_check_constraint(
            op.f("ck_programme_setting_rubric_date_known"), "rubric_date IN ('resolution', 'review')"
        )
    op.add_column("assignment", sa.Column("rubric_date", sa.String(), nullable=False, server_default="resolution"))


def downgrade() -> None:
    op.drop_column("assignment", "rubric_date")
    with op.batch_alter_table("programme_setting") as table:
        table.drop_constraint(op.f("ck_programme_setting_rubric_date_known"), type_="check")
        table.drop_column("rubric_date")
