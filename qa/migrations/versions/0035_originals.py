"""original texts, kept sealed for a stated time, and who asked to read one

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def references(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]


def upgrade() -> None:
    op.create_table(
        "original_rule",
        sa.Column("source_id", ID, autoincrement=False, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by_id", ID, nullable=True),
        sa.CheckConstraint("days BETWEEN 1 AND 365", name=op.f("ck_original_rule_a_stated_time")),
        *references("original_rule", source_id="source", changed_by_id="person"),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_original_rule")),
    )
    op.create_table(
        "original_text",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("kept_until", MOMENT, nullable=False),
        sa.Column("id", ID, nullable=False),
        *references("original_text", ticket_id="ticket"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_original_text")),
        sa.UniqueConstraint("ticket_id", "n", name=op.f("uq_original_text_ticket_id_n")),
    )
    op.create_index("ix_original_text_kept_until", "original_text", ["kept_until"])
    op.create_table(
        "original_reveal",
        sa.Column("programme_id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", ID, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("settled_by_id", ID, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'granted', 'refused', 'withdrawn')", name=op.f("ck_original_reveal_state_known")
        ),
        sa.CheckConstraint("settled_by_id <> asked_by_id", name=op.f("ck_original_reveal_two_people")),
        sa.CheckConstraint(
            "(state IN ('granted', 'refused')) = (settled_by_id IS NOT NULL)",
            name=op.f("ck_original_reveal_settled_by_somebody"),
        ),
        sa.CheckConstraint(
            "(state = 'asked') = (settled_at IS NULL)", name=op.f("ck_original_reveal_settled_has_a_time")
        ),
        sa.CheckConstraint(
            "(opened_at IS NULL) = (ends_at IS NULL)", name=op.f("ck_original_reveal_an_opening_ends")
        ),
        sa.CheckConstraint(
            "opened_at IS NULL OR state = 'granted'", name=op.f("ck_original_reveal_opened_when_granted")
        ),
        sa.CheckConstraint("minutes BETWEEN 1 AND 240", name=op.f("ck_original_reveal_minutes_are_few")),
        *references(
            "original_reveal", programme_id="programme", ticket_id="ticket", asked_by_id="person", settled_by_id="person"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_original_reveal")),
    )
    op.create_index("ix_original_reveal_state", "original_reveal", ["programme_id", "state"])
    op.create_index(op.f("ix_original_reveal_ticket_id"), "original_reveal", ["ticket_id"])
    op.create_index(op.f("ix_original_reveal_asked_by_id"), "original_reveal", ["asked_by_id"])


def downgrade() -> None:
    op.drop_table("original_reveal")
    op.drop_table("original_text")
    op.drop_table("original_rule")
