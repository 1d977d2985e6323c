"""the talk about a released review, outside a dispute

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def reference(column: str, target: str, *, nullable: bool = False) -> "sa.Column[int]":
    """A column that names a row of another table, with the constraint that keeps it true."""
    kept = sa.ForeignKey(f"{target}.id", name=op.f(f"fk_review_comment_{column}"))
    return sa.Column(column, BIG, kept, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "review_comment",
        reference("review_id", "review"),
        reference("author_id", "person"),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("rested_at", MOMENT, nullable=True),
        reference("rested_by_id", "person", nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(
            "side IN ('specialist', 'reviewer', 'lead')", name=op.f("ck_review_comment_side_known")
        ),
        sa.CheckConstraint(
            "(rested_at IS NULL) = (rested_by_id IS NULL)", name=op.f("ck_review_comment_rested_by_somebody")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_comment")),
    )
    op.create_index("ix_review_comment_thread", "review_comment", ["review_id", "id"])


def downgrade() -> None:
    op.drop_table("review_comment")
