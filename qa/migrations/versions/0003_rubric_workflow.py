"""rubric drafts with their states, the steps of a version, notes on criteria, procedures

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
)
MOMENT = sa.DateTime(timezone=True)


def reference(table: str, column: str, target: str, nullable: bool = False) -> sa.Column[int]:
    """A column that names a row of another table, with the constraint that keeps it true."""
    name = f"fk_{table}_{column}"
    return sa.Column(column, BIG, sa.ForeignKey(f"{target}.id", name=op.f(name)), nullable=nullable)


def upgrade() -> None:
    with op.batch_alter_table("rubric_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("based_on_id", BIG, nullable=True))
        batch_op.add_column(sa.Column("lock_version", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("draft_n", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("retired_at", MOMENT, nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_rubric_version_based_on_id"), "rubric_version", ["based_on_id"], ["id"]
        )
    with op.batch_alter_table("rubric_version", schema=None) as batch_op:
        batch_op.alter_column("lock_version", server_default=None)

    op.create_table(
        "rubric_draft_state",
        reference("rubric_draft_state", "version_id", "rubric_version"),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        reference("rubric_draft_state", "saved_by_id", "person", nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_draft_state")),
        sa.UniqueConstraint("version_id", "n", name=op.f("uq_rubric_draft_state_version_id_n")),
    )
    op.create_table(
        "rubric_editor",
        reference("rubric_editor", "version_id", "rubric_version"),
        reference("rubric_editor", "person_id", "person"),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_editor")),
        sa.UniqueConstraint("version_id", "person_id", name=op.f("uq_rubric_editor_version_id_person_id")),
    )
    op.create_table(
        "rubric_step",
        reference("rubric_step", "version_id", "rubric_version"),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        reference("rubric_step", "by_id", "person", nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(
            "kind IN ('drafted', 'sent', 'withdrawn', 'returned', 'published', 'retired')",
            name=op.f("ck_rubric_step_kind_known"),
        ),
        sa.CheckConstraint("kind <> 'returned' OR note <> ''", name=op.f("ck_rubric_step_returned_has_a_reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_step")),
    )
    with op.batch_alter_table("rubric_step", schema=None) as batch_op:
        batch_op.create_index("ix_rubric_step_version", ["version_id", "at"], unique=False)
    op.create_table(
        "criterion_note",
        reference("criterion_note", "family_id", "rubric_family"),
        reference("criterion_note", "version_id", "rubric_version"),
        sa.Column("criterion_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        reference("criterion_note", "raised_by_id", "person"),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("resolution", sa.String(), nullable=False),
        reference("criterion_note", "resolved_by_id", "person", nullable=True),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint("kind IN ('unclear', 'proposal')", name=op.f("ck_criterion_note_kind_known")),
        sa.CheckConstraint(
            "(resolved_at IS NULL) = (resolved_by_id IS NULL)", name=op.f("ck_criterion_note_resolved_by_somebody")
        ),
        sa.CheckConstraint(
            "resolved_at IS NULL OR resolution <> ''", name=op.f("ck_criterion_note_resolved_with_an_answer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion_note")),
    )
    with op.batch_alter_table("criterion_note", schema=None) as batch_op:
        batch_op.create_index(
            "ix_criterion_note_open", ["family_id", "criterion_key", "resolved_at"], unique=False
        )
    op.create_table(
        "procedure",
        reference("procedure", "programme_id", "programme"),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        reference("procedure", "owner_id", "person", nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure")),
        sa.UniqueConstraint("programme_id", "key", name=op.f("uq_procedure_programme_id_key")),
    )
    op.create_table(
        "procedure_version",
        reference("procedure_version", "procedure_id", "procedure"),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("effective_from", MOMENT, nullable=False),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.Column("what_changed", sa.String(), nullable=False),
        reference("procedure_version", "created_by_id", "person", nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure_version")),
        sa.UniqueConstraint("procedure_id", "effective_from", name=op.f("uq_procedure_version_procedure_id_effective_from")),
        sa.UniqueConstraint("procedure_id", "label", name=op.f("uq_procedure_version_procedure_id_label")),
    )


def downgrade() -> None:
    for table in (
        "procedure_version",
        "procedure",
        "criterion_note",
        "rubric_step",
        "rubric_editor",
        "rubric_draft_state",
    ):
        op.drop_table(table)
    with op.batch_alter_table("rubric_version", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_rubric_version_based_on_id"), type_="foreignkey")
        batch_op.drop_column("retired_at")
        batch_op.drop_column("draft_n")
        batch_op.drop_column("lock_version")
        batch_op.drop_column("based_on_id")
