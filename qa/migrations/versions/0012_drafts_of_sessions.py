"""which calibration session's discussion began a draft

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("rubric_step") as batch_op:
        batch_op.add_column(sa.Column("session_id", BIG, nullable=True))
        batch_op.create_foreign_key(op.f("fk_rubric_step_session_id"), "calibration_session", ["session_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("rubric_step") as batch_op:
        batch_op.drop_constraint(op.f("fk_rubric_step_session_id"), type_="foreignkey")
        batch_op.drop_column("session_id")
