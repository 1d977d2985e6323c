"""golden tickets of two people in a table of their own, and how many are scored again

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
LIVING = sa.text("state IN ('proposed', 'gold')")


def upgrade() -> None:
    with op.batch_alter_table("consensus_score") as table:
        table.drop_constraint(op.f("fk_consensus_score_gold_confirmed_by_id"), type_="foreignkey")
        table.drop_column("gold_confirmed_by_id")
        table.drop_column("is_gold")
    with op.batch_alter_table("programme_setting") as table:
        table.add_column(sa.Column("gold_per_month", sa.Integer(), nullable=False, server_default="1"))
        table.create_check_constraint(
            op.f("ck_programme_setting_gold_per_month_in_range"), "gold_per_month BETWEEN 0 AND 40"
        )
    op.create_table(
        "golden_ticket",
        sa.Column("programme_id", ID, nullable=False),
        sa.Column("session_part_id", ID, nullable=False),
        sa.Column("part_id", ID, nullable=False),
        sa.Column("rubric_version_id", ID, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("proposed_by_id", ID, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("confirmed_by_id", ID, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", ID, nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'gold', 'declined', 'retired')", name=op.f("ck_golden_ticket_state_known")
        ),
        sa.CheckConstraint(
            "(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_golden_ticket_confirmed_by_somebody")
        ),
        sa.CheckConstraint(
            "confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id",
            name=op.f("ck_golden_ticket_gold_by_two_people"),
        ),
        sa.CheckConstraint(
            "state <> 'gold' OR confirmed_at IS NOT NULL", name=op.f("ck_golden_ticket_gold_is_confirmed")
        ),
        sa.CheckConstraint(
            "(state IN ('declined', 'retired')) = (ended_at IS NOT NULL)",
            name=op.f("ck_golden_ticket_ended_has_a_time"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL)", name=op.f("ck_golden_ticket_ended_has_a_reason")
        ),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_golden_ticket_{column}"))
            for column, target in (
                ("programme_id", "programme.id"),
                ("session_part_id", "session_part.id"),
                ("part_id", "handled_part.id"),
                ("rubric_version_id", "rubric_version.id"),
                ("proposed_by_id", "person.id"),
                ("confirmed_by_id", "person.id"),
                ("ended_by_id", "person.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_golden_ticket")),
    )
    op.create_index(op.f("ix_golden_ticket_part_id"), "golden_ticket", ["part_id"])
    op.create_index("ix_golden_ticket_programme", "golden_ticket", ["programme_id", "state"])
    op.create_index(
        "uq_golden_ticket_living",
        "golden_ticket",
        ["part_id"],
        unique=True,
        sqlite_where=LIVING,
        postgresql_where=LIVING,
    )


def downgrade() -> None:
    op.drop_table("golden_ticket")
    with op.batch_alter_table("programme_setting") as table:
        table.drop_constraint(op.f("ck_programme_setting_gold_per_month_in_range"), type_="check")
        table.drop_column("gold_per_month")
    with op.batch_alter_table("consensus_score") as table:
        table.add_column(sa.Column("is_gold", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("gold_confirmed_by_id", ID, nullable=True))
        table.create_foreign_key(
            op.f("fk_consensus_score_gold_confirmed_by_id"), "person", ["gold_confirmed_by_id"], ["id"]
        )
