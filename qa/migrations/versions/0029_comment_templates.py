"""comment templates, and praise beside an answer

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("answer", sa.Column("praise", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "comment_template",
        sa.Column(
            "programme_id",
            BIG,
            sa.ForeignKey("programme.id", name=op.f("fk_comment_template_programme_id")),
            nullable=False,
        ),
        sa.Column("owner_id", BIG, sa.ForeignKey("person.id", name=op.f("fk_comment_template_owner_id")), nullable=True),
        sa.Column("criterion_key", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_template")),
    )
    op.create_index("ix_comment_template_offered", "comment_template", ["programme_id", "owner_id"])


def downgrade() -> None:
    op.drop_table("comment_template")
    op.drop_column("answer", "praise")
