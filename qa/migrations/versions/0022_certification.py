"""certification of reviewers by rubric, and the certificates that assignment obeys

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
LIVING = sa.text("state IN ('practising', 'shadowed', 'certified')")
RUNNING = sa.text("ended_at IS NULL")
RULES = {
    "certification_practice_in_range": "certification_practice BETWEEN 5 AND 40",
    "certification_mark_in_range": "certification_mark > 0 AND certification_mark < 1",
    "certification_shadowed_in_range": "certification_shadowed BETWEEN 1 AND 20",
    "certification_absence_in_range": "certification_absence_weeks BETWEEN 1 AND 104",
}


def reference(table: str, column: str, target: str, *, nullable: bool = False) -> "sa.Column[int]":
    """A column that names a row of another table, with the constraint that keeps it true."""
    return sa.Column(column, ID, sa.ForeignKey(f"{target}.id", name=op.f(f"fk_{table}_{column}")), nullable=nullable)


def upgrade() -> None:
    with op.batch_alter_table("programme_setting") as table:
        table.add_column(
            sa.Column("certification_required", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(sa.Column("certification_practice", sa.Integer(), nullable=False, server_default="8"))
        table.add_column(sa.Column("certification_mark", sa.Double(), nullable=False, server_default="0.4"))
        table.add_column(sa.Column("certification_shadowed", sa.Integer(), nullable=False, server_default="3"))
        table.add_column(sa.Column("certification_absence_weeks", sa.Integer(), nullable=False, server_default="12"))
        for name, rule in RULES.items():
            table.create_check_constraint(op.f(f"ck_programme_setting_{name}"), rule)
    op.create_table(
        "reviewer_certificate",
        reference("reviewer_certificate", "user_id", "person"),
        reference("reviewer_certificate", "family_id", "rubric_family"),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("id", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviewer_certificate")),
    )
    op.create_index(
        "uq_reviewer_certificate_running",
        "reviewer_certificate",
        ["user_id", "family_id"],
        unique=True,
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )
    op.create_table(
        "certification",
        reference("certification", "programme_id", "programme"),
        reference("certification", "user_id", "person"),
        reference("certification", "family_id", "rubric_family"),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Double(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        reference("certification", "begun_by_id", "person"),
        sa.Column("judged_round", sa.Integer(), nullable=False),
        sa.Column("passed_at", MOMENT, nullable=True),
        sa.Column("certified_at", MOMENT, nullable=True),
        reference("certification", "certified_by_id", "person", nullable=True),
        sa.Column("major", sa.Integer(), nullable=True),
        sa.Column("on_record", sa.String(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        reference("certification", "ended_by_id", "person", nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint(
            "state IN ('practising', 'shadowed', 'certified', 'lapsed', 'withdrawn')",
            name=op.f("ck_certification_state_known"),
        ),
        sa.CheckConstraint(
            "(state IN ('lapsed', 'withdrawn')) = (ended_at IS NOT NULL)", name=op.f("ck_certification_ended_has_a_time")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL)", name=op.f("ck_certification_ended_has_a_reason")
        ),
        sa.CheckConstraint(
            "(certified_at IS NULL) = (certified_by_id IS NULL)", name=op.f("ck_certification_certified_by_somebody")
        ),
        sa.CheckConstraint(
            "certified_by_id IS NULL OR certified_by_id <> user_id", name=op.f("ck_certification_certified_by_another")
        ),
        sa.CheckConstraint(
            "state <> 'certified' OR certified_at IS NOT NULL", name=op.f("ck_certification_certified_has_a_time")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification")),
    )
    op.create_index(
        "uq_certification_living",
        "certification",
        ["user_id", "family_id"],
        unique=True,
        sqlite_where=LIVING,
        postgresql_where=LIVING,
    )
    op.create_index("ix_certification_programme", "certification", ["programme_id", "state"])
    op.create_table(
        "practice_part",
        reference("practice_part", "certification_id", "certification"),
        sa.Column("round", sa.Integer(), nullable=False),
        reference("practice_part", "golden_ticket_id", "golden_ticket"),
        reference("practice_part", "assignment_id", "assignment"),
        sa.Column("id", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_part")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_practice_part_assignment_id")),
    )
    op.create_index("ix_practice_part_round", "practice_part", ["certification_id", "round"])
    op.create_table(
        "shadowed_review",
        reference("shadowed_review", "certification_id", "certification"),
        reference("shadowed_review", "assignment_id", "assignment"),
        reference("shadowed_review", "beside_id", "review"),
        reference("shadowed_review", "shadow_id", "person"),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("looked_at", MOMENT, nullable=True),
        reference("shadowed_review", "looked_by_id", "person", nullable=True),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint("verdict IN ('alike', 'not_yet')", name=op.f("ck_shadowed_review_verdict_known")),
        sa.CheckConstraint(
            "(verdict IS NULL) = (looked_at IS NULL)", name=op.f("ck_shadowed_review_looked_at_has_a_verdict")
        ),
        sa.CheckConstraint(
            "(looked_at IS NULL) = (looked_by_id IS NULL)", name=op.f("ck_shadowed_review_looked_at_by_somebody")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadowed_review")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_shadowed_review_assignment_id")),
    )
    op.create_index("ix_shadowed_review_certification", "shadowed_review", ["certification_id"])
    op.create_index("ix_shadowed_review_shadow", "shadowed_review", ["shadow_id"])


def downgrade() -> None:
    for name in ("shadowed_review", "practice_part", "certification", "reviewer_certificate"):
        op.drop_table(name)
    with op.batch_alter_table("programme_setting") as table:
        for name in RULES:
            table.drop_constraint(op.f(f"ck_programme_setting_{name}"), type_="check")
        for name in ("absence_weeks", "shadowed", "mark", "practice", "required"):
            table.drop_column(f"certification_{name}")
