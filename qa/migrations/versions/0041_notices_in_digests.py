"""only notices that a digest tells are in its index

A new one is in none, so that writing it leaves the index alone. A former program that runs beside this one finds the
same.

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

DIGESTED = sa.text("digest_id IS NOT NULL")


def upgrade() -> None:
    op.execute("DROP INDEX ix_notice_digest_id")
    op.create_index("ix_notice_digest_id", "notice", ["digest_id"], sqlite_where=DIGESTED, postgresql_where=DIGESTED)


def downgrade() -> None:
    op.drop_index("ix_notice_digest_id", "notice")
    op.create_index("ix_notice_digest_id", "notice", ["digest_id"])
