"""keys of uploads that wait for their job

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upload_key",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_upload_key")),
    )
    op.create_index(op.f("ix_upload_key_created_at"), "upload_key", ["created_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_upload_key_created_at"), "upload_key")
    op.drop_table("upload_key")
