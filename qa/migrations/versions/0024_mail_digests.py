"""one e-mail a person and day, and which notices it tells

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mail_digest",
        sa.Column("user_id", BIG, sa.ForeignKey("person.id", name=op.f("fk_mail_digest_user_id")), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'failed', 'unclear')", name=op.f("ck_mail_digest_state_known")
        ),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_mail_digest_sent_has_a_time")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_digest")),
        sa.UniqueConstraint("user_id", "day", name=op.f("uq_mail_digest_user_id_day")),
    )
    op.create_index("ix_mail_digest_waiting", "mail_digest", ["state", "not_before"])
    with op.batch_alter_table("notice") as table:
        table.add_column(sa.Column("digest_id", BIG, nullable=True))
        table.create_foreign_key(op.f("fk_notice_digest_id"), "mail_digest", ["digest_id"], ["id"])
        table.create_index(op.f("ix_notice_digest_id"), ["digest_id"])


def downgrade() -> None:
    with op.batch_alter_table("notice") as table:
        table.drop_index(op.f("ix_notice_digest_id"))
        table.drop_constraint(op.f("fk_notice_digest_id"), type_="foreignkey")
        table.drop_column("digest_id")
    op.drop_table("mail_digest")
