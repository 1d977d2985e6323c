"""why a scheduled export stopped by itself, and the clearance a delivery was made with

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("export_schedule", sa.Column("stopped", sa.String(), nullable=True))
    op.add_column("export_delivery", sa.Column("clearance", sa.Integer(), server_default="0", nullable=False))
    op.add_column("export_delivery", sa.Column("regions", JSON, server_default="[]", nullable=False))
