"""exports that come by themselves, and what they brought

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "export_schedule",
        sa.Column("programme_id", ID, nullable=False),
        sa.Column("owner_id", ID, nullable=False),
        sa.Column("receiver_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("rhythm", sa.String(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint(
            "kind IN ('team', 'plans', 'trends', 'drift', 'data')", name=op.f("ck_export_schedule_kind_known")
        ),
        sa.CheckConstraint(
            "rhythm IN ('once', 'weekly', 'monthly')", name=op.f("ck_export_schedule_rhythm_known")
        ),
        sa.CheckConstraint("way IN ('link', 'folder')", name=op.f("ck_export_schedule_way_known")),
        sa.CheckConstraint("state IN ('active', 'paused', 'ended')", name=op.f("ck_export_schedule_state_known")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_export_schedule_weekday_is_one")),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_export_schedule_hour_is_one")),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_export_schedule_{column}"))
            for column, target in (
                ("programme_id", "programme.id"),
                ("owner_id", "person.id"),
                ("receiver_id", "person.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_schedule")),
    )
    op.create_index("ix_export_schedule_state", "export_schedule", ["state"])
    op.create_index(op.f("ix_export_schedule_owner_id"), "export_schedule", ["owner_id"])
    op.create_index(op.f("ix_export_schedule_receiver_id"), "export_schedule", ["receiver_id"])
    op.create_table(
        "export_delivery",
        sa.Column("schedule_id", ID, nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("teams", JSON, nullable=False),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("size", ID, nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("mail", sa.String(), nullable=False),
        sa.Column("mail_attempts", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'failed', 'expired')", name=op.f("ck_export_delivery_state_known")
        ),
        sa.CheckConstraint(
            "mail IN ('none', 'sent', 'later', 'failed', 'unclear')", name=op.f("ck_export_delivery_mail_known")
        ),
        sa.CheckConstraint(
            "state <> 'done' OR digest IS NOT NULL", name=op.f("ck_export_delivery_done_has_a_digest")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["export_schedule.id"], name=op.f("fk_export_delivery_schedule_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_delivery")),
        sa.UniqueConstraint("schedule_id", "period", name=op.f("uq_export_delivery_schedule_id_period")),
    )
    op.create_index("ix_export_delivery_expiry", "export_delivery", ["state", "expires_at"])


def downgrade() -> None:
    op.drop_table("export_delivery")
    op.drop_table("export_schedule")
