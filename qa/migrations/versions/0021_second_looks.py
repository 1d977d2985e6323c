"""which review a second look is about

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def reference(column: str, target: str) -> "sa.Column[int]":
    """A column that names a row of another table, with the constraint that keeps it true."""
    return sa.Column(column, BIG, sa.ForeignKey(f"{target}.id", name=op.f(f"fk_second_look_{column}")), nullable=False)


def upgrade() -> None:
    op.create_table(
        "second_look",
        reference("review_id", "review"),
        reference("revision_id", "review_revision"),
        reference("assignment_id", "assignment"),
        sa.Column("by_lot", sa.Boolean(), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_look")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_second_look_assignment_id")),
    )
    op.create_index("ix_second_look_review_id", "second_look", ["review_id"])


def downgrade() -> None:
    op.drop_table("second_look")
