"""what stands behind the figures: launches, targets, escalations, gaps in procedures, notes of the director

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "board_note",
        sa.Column("programme_id", ID, nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_by_id", ID, nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_board_note_period_is_a_time")),
        sa.CheckConstraint("n > 0", name=op.f("ck_board_note_counted_from_one")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_board_note_programme_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_board_note_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_note")),
        sa.UniqueConstraint("programme_id", "period", "n", name=op.f("uq_board_note_programme_id_period_n")),
    )
    op.create_index("ix_board_note_time", "board_note", ["programme_id", "starts_on"])
    op.create_table(
        "launch",
        sa.Column("programme_id", ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("queues", JSON, nullable=False),
        sa.Column("control_queues", JSON, nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("plan_id", ID, nullable=True),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_launch_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_launch_created_by_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_launch_owner_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["sampling_plan.id"], name=op.f("fk_launch_plan_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_launch_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launch")),
        sa.UniqueConstraint("programme_id", "name", name=op.f("uq_launch_programme_id_name")),
    )
    op.create_index("ix_launch_window", "launch", ["programme_id", "starts_on"])
    op.create_table(
        "target",
        sa.Column("programme_id", ID, nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("created_by_id", ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by_id", ID, nullable=True),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint(
            "measure IN ('quality', 'passed', 'critical', 'csat', 'first_response', 'resolution', 'reopen', 'escalation', 'coverage', 'overturn', 'agreement')",
            name=op.f("ck_target_measure_known"),
        ),
        sa.CheckConstraint("team_id IS NULL OR queue = ''", name=op.f("ck_target_one_scope")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name=op.f("ck_target_withdrawn_by_somebody")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_target_created_by_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_target_programme_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_target_team_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["person.id"], name=op.f("fk_target_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
    )
    op.create_index(
        "uq_target_day",
        "target",
        ["programme_id", "measure", "scope", "effective_from"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "launch_issue",
        sa.Column("launch_id", ID, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by_id", ID, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("settled_by_id", ID, nullable=True),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by_id IS NULL)", name=op.f("ck_launch_issue_settled_by_somebody")
        ),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name=op.f("fk_launch_issue_launch_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_launch_issue_opened_by_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_launch_issue_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launch_issue")),
        sa.UniqueConstraint("launch_id", "text", name=op.f("uq_launch_issue_launch_id_text")),
    )
    op.create_table(
        "escalation",
        sa.Column("programme_id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("from_where", sa.String(), nullable=False),
        sa.Column("to_where", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("time_known", sa.Boolean(), nullable=False),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint("origin IN ('hand', 'import', 'intake')", name=op.f("ck_escalation_origin_known")),
        sa.CheckConstraint("time_known OR origin = 'intake'", name=op.f("ck_escalation_time_is_known_unless_marked")),
        sa.CheckConstraint(
            "closed_at IS NULL OR closed_at >= opened_at", name=op.f("ck_escalation_closed_after_it_opened")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_escalation_created_by_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_escalation_owner_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_escalation_programme_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_escalation_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sa.UniqueConstraint("ticket_id", "opened_at", name=op.f("uq_escalation_ticket_id_opened_at")),
    )
    op.create_index("ix_escalation_opened", "escalation", ["programme_id", "opened_at"])
    op.create_table(
        "sop_gap",
        sa.Column("programme_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("criterion_key", sa.String(), nullable=False),
        sa.Column("rubric_version_id", ID, nullable=True),
        sa.Column("procedure_id", ID, nullable=True),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("assignment_id", ID, nullable=True),
        sa.Column("conversation_revision_id", ID, nullable=True),
        sa.Column("pins", JSON, nullable=False),
        sa.Column("root_causes", JSON, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("raise_id", sa.String(), nullable=False),
        sa.Column("raised_by_id", ID, nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("fixed_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint("(state = 'fixed') = (fixed_on IS NOT NULL)", name=op.f("ck_sop_gap_fixed_has_a_day")),
        sa.CheckConstraint(
            "kind <> 'not_followed' OR procedure_id IS NOT NULL", name=op.f("ck_sop_gap_not_followed_has_a_procedure")
        ),
        sa.CheckConstraint(
            "kind IN ('missing', 'wrong', 'unclear', 'not_followed')", name=op.f("ck_sop_gap_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'in_work') OR answer <> ''", name=op.f("ck_sop_gap_settled_has_an_answer")
        ),
        sa.CheckConstraint("state IN ('open', 'in_work', 'fixed', 'declined')", name=op.f("ck_sop_gap_state_known")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_sop_gap_assignment_id")),
        sa.ForeignKeyConstraint(
            ["conversation_revision_id"], ["conversation_revision.id"], name=op.f("fk_sop_gap_conversation_revision_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_sop_gap_owner_id")),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedure.id"], name=op.f("fk_sop_gap_procedure_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_sop_gap_programme_id")),
        sa.ForeignKeyConstraint(["raised_by_id"], ["person.id"], name=op.f("fk_sop_gap_raised_by_id")),
        sa.ForeignKeyConstraint(
            ["rubric_version_id"], ["rubric_version.id"], name=op.f("fk_sop_gap_rubric_version_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_sop_gap_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sop_gap")),
        sa.UniqueConstraint("raised_by_id", "raise_id", name=op.f("uq_sop_gap_raised_by_id_raise_id")),
    )
    op.create_index("ix_sop_gap_assignment", "sop_gap", ["assignment_id"])
    op.create_index("ix_sop_gap_criterion", "sop_gap", ["programme_id", "criterion_key"])
    op.create_index("ix_sop_gap_state", "sop_gap", ["programme_id", "state", "raised_at"])
    op.create_index("ix_sop_gap_ticket", "sop_gap", ["ticket_id"])
    op.add_column("procedure", sa.Column("lock_version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("procedure", sa.Column("archived_at", MOMENT, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("procedure") as batch_op:
        batch_op.drop_column("archived_at")
        batch_op.drop_column("lock_version")
    for table in ("sop_gap", "escalation", "launch_issue", "target", "launch", "board_note"):
        op.drop_table(table)
