"""plan versions from a week on, committed plans, parts outside the population, wellbeing without the person

Revision ID: 0004
Revises: 0003
"""

import datetime as dt

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
)


def reference(table: str, column: str, target: str, *, nullable: bool = False) -> "sa.Column[int]":
    """A column that names a row of another table, with the constraint that keeps it true."""
    return sa.Column(column, BIG, sa.ForeignKey(f"{target}.id", name=op.f(f"fk_{table}_{column}")), nullable=nullable)


def upgrade() -> None:
    op.add_column("sampling_plan_version", sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("sampling_plan_version", sa.Column("effective_from", sa.Date(), nullable=True))
    op.add_column("draw", sa.Column("plans", JSON, nullable=True))
    op.add_column("assignment", sa.Column("targeted_reason", sa.String(), nullable=True))
    op.add_column("programme_setting", sa.Column("harmful_per_week", sa.Integer(), nullable=False, server_default="20"))
    op.create_table(
        "frame_cell",
        reference("frame_cell", "period_id", "period"),
        sa.Column("cell", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("fingerprint", BIG, nullable=False),
        sa.PrimaryKeyConstraint("period_id", "cell", name=op.f("pk_frame_cell")),
    )
    op.create_table(
        "frame_exclusion",
        reference("frame_exclusion", "draw_id", "draw"),
        reference("frame_exclusion", "part_id", "handled_part"),
        sa.Column("cell", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        reference("frame_exclusion", "reviewer_id", "person", nullable=True),
        reference("frame_exclusion", "substitute_id", "handled_part", nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        reference("frame_exclusion", "created_by_id", "person"),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(
            "reason IN ('spam', 'merged', 'test', 'no_specialist_reply')", name=op.f("ck_frame_exclusion_reason_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frame_exclusion")),
        sa.UniqueConstraint("draw_id", "part_id", name=op.f("uq_frame_exclusion_draw_id_part_id")),
    )
    op.create_index(op.f("ix_frame_exclusion_part_id"), "frame_exclusion", ["part_id"])
    op.create_table(
        "wellbeing_hand_over",
        reference("wellbeing_hand_over", "programme_id", "programme"),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("content_severity", sa.Integer(), nullable=False),
        sa.Column("found_another", sa.Boolean(), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wellbeing_hand_over")),
    )
    op.create_index("ix_wellbeing_hand_over_week", "wellbeing_hand_over", ["programme_id", "week"])
    forget_who()


def forget_who() -> None:
    """Move what named a person and "too harmful" together: keep where it happened, forget who and which part."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT p.programme_id, a.ended_at, t.queue, t.content_severity, "
            "EXISTS (SELECT 1 FROM assignment b WHERE b.replaces_id = a.id) AS found "
            "FROM assignment a JOIN handled_part p ON p.id = a.part_id JOIN ticket t ON t.id = p.ticket_id "
            "WHERE a.hand_over_reason = 'too_harmful' ORDER BY a.id"
        ).columns(ended_at=sa.DateTime())
    ).all()
    kept = sa.table(
        "wellbeing_hand_over",
        sa.column("programme_id"),
        sa.column("week", sa.Date()),
        sa.column("queue"),
        sa.column("content_severity"),
        sa.column("found_another", sa.Boolean()),
    )
    if rows:
        op.bulk_insert(
            kept,
            [
                {
                    "programme_id": row.programme_id,
                    "week": row.ended_at.date() - dt.timedelta(days=row.ended_at.weekday()),
                    "queue": row.queue,
                    "content_severity": row.content_severity,
                    "found_another": bool(row.found),
                }
                for row in rows
            ],
        )
    connection.execute(
        sa.text(
            "UPDATE assignment SET replaces_id = NULL, origin = CASE WHEN drawn_unit_id IS NULL THEN origin "
            "WHEN purpose = 'double' THEN 'double' ELSE 'draw' END "
            "WHERE replaces_id IN (SELECT id FROM assignment WHERE hand_over_reason = 'too_harmful')"
        )
    )
    connection.execute(
        sa.text("UPDATE assignment SET state = 'withdrawn', hand_over_reason = NULL WHERE hand_over_reason = 'too_harmful'")
    )


def downgrade() -> None:
    op.drop_table("wellbeing_hand_over")
    op.drop_table("frame_exclusion")
    op.drop_table("frame_cell")
    op.drop_column("programme_setting", "harmful_per_week")
    op.drop_column("assignment", "targeted_reason")
    op.drop_column("draw", "plans")
    op.drop_column("sampling_plan_version", "effective_from")
    op.drop_column("sampling_plan_version", "paused")
