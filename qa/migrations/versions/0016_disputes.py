"""disputes of released reviews, and the rules about who settles them until when

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
LIVE = sa.text("state <> 'withdrawn'")
ONE_CHOICE = (
    "(CASE WHEN level_key IS NULL THEN 0 ELSE 1 END) + (CASE WHEN percentage IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN not_applicable THEN 1 ELSE 0 END) = 1"
)


def reference(table: str, column: str, target: str) -> "sa.Column[int]":
    """A column that names a row of another table, with the constraint that keeps it true."""
    return sa.Column(column, BIG, sa.ForeignKey(f"{target}.id", name=op.f(f"fk_{table}_{column}")), nullable=False)


def choice() -> "list[sa.Column[str]]":
    """The columns of one answer."""
    return [
        sa.Column("level_key", sa.String(), nullable=True),
        sa.Column("percentage", sa.String(), nullable=True),
        sa.Column("not_applicable", sa.Boolean(), nullable=False),
    ]


def upgrade() -> None:
    with op.batch_alter_table("programme_setting") as batch_op:
        batch_op.add_column(sa.Column("dispute_answer_days", sa.Integer(), nullable=False, server_default="5"))
        batch_op.add_column(sa.Column("own_specialist_ban", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_check_constraint(
            op.f("ck_programme_setting_dispute_answered_some_day"), "dispute_answer_days >= 1"
        )
    op.create_table(
        "dispute",
        reference("dispute", "review_id", "review"),
        reference("dispute", "revision_id", "review_revision"),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        reference("dispute", "opened_by_id", "person"),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("escalated_at", MOMENT, nullable=True),
        sa.Column("escalation_reason", sa.String(), nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'settled', 'escalated', 'final', 'withdrawn')", name=op.f("ck_dispute_state_known")
        ),
        sa.CheckConstraint(
            "(state IN ('open', 'escalated')) = (closed_at IS NULL)", name=op.f("ck_dispute_closed_has_a_time")
        ),
        sa.CheckConstraint(
            "(escalated_at IS NULL) = (escalation_reason IS NULL)", name=op.f("ck_dispute_escalated_has_a_reason")
        ),
        sa.CheckConstraint(
            "state NOT IN ('escalated', 'final') OR escalated_at IS NOT NULL",
            name=op.f("ck_dispute_second_is_asked_for"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    op.create_index("uq_dispute_live", "dispute", ["review_id"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE)
    op.create_index("ix_dispute_board", "dispute", ["state", "due_on"])
    op.create_table(
        "disputed_criterion",
        reference("disputed_criterion", "dispute_id", "dispute"),
        sa.Column("criterion_key", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        *choice(),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(ONE_CHOICE, name=op.f("ck_disputed_criterion_proposes_one_thing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputed_criterion")),
        sa.UniqueConstraint("dispute_id", "criterion_key", name=op.f("uq_disputed_criterion_dispute_id_criterion_key")),
    )
    op.create_table(
        "dispute_decision",
        reference("dispute_decision", "disputed_criterion_id", "disputed_criterion"),
        sa.Column("instance", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        *choice(),
        reference("dispute_decision", "decided_by_id", "person"),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint("verdict IN ('keep', 'accept', 'other')", name=op.f("ck_dispute_decision_verdict_known")),
        sa.CheckConstraint("instance IN (1, 2)", name=op.f("ck_dispute_decision_first_or_second_instance")),
        sa.CheckConstraint(ONE_CHOICE, name=op.f("ck_dispute_decision_leaves_one_answer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_decision")),
        sa.UniqueConstraint(
            "disputed_criterion_id", "instance", name=op.f("uq_dispute_decision_disputed_criterion_id_instance")
        ),
    )


def downgrade() -> None:
    for name in ("dispute_decision", "disputed_criterion", "dispute"):
        op.drop_table(name)
    with op.batch_alter_table("programme_setting") as batch_op:
        batch_op.drop_constraint(op.f("ck_programme_setting_dispute_answered_some_day"), type_="check")
        batch_op.drop_column("own_specialist_ban")
        batch_op.drop_column("dispute_answer_days")
