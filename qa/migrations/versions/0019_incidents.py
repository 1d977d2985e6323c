"""incidents, their steps, and whom the programme names for each kind

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
KINDS = "kind IN ('risk_to_life', 'data_exposure', 'money', 'legal', 'misconduct', 'product_defect')"


def reference(table: str, column: str, target: str, *, nullable: bool = False) -> "sa.Column[int]":
    """A column that names a row of another table, with the constraint that keeps it true."""
    return sa.Column(column, BIG, sa.ForeignKey(f"{target}.id", name=op.f(f"fk_{table}_{column}")), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "incident_rule",
        reference("incident_rule", "programme_id", "programme"),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("acknowledge_minutes", sa.Integer(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_incident_rule_kind_known")),
        sa.CheckConstraint("acknowledge_minutes > 0", name=op.f("ck_incident_rule_limit_is_a_time")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_rule")),
        sa.UniqueConstraint("programme_id", "kind", name=op.f("uq_incident_rule_programme_id_kind")),
    )
    op.create_table(
        "incident_owner",
        reference("incident_owner", "rule_id", "incident_rule"),
        sa.Column("position", sa.Integer(), nullable=False),
        reference("incident_owner", "user_id", "person"),
        sa.Column("id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_owner")),
        sa.UniqueConstraint("rule_id", "position", name=op.f("uq_incident_owner_rule_id_position")),
        sa.UniqueConstraint("rule_id", "user_id", name=op.f("uq_incident_owner_rule_id_user_id")),
    )
    op.create_table(
        "incident",
        reference("incident", "programme_id", "programme"),
        reference("incident", "ticket_id", "ticket"),
        reference("incident", "conversation_revision_id", "conversation_revision"),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("raise_id", sa.String(), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        reference("incident", "raised_by_id", "person"),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("limit_minutes", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("escalates_at", MOMENT, nullable=True),
        sa.Column("acknowledged_at", MOMENT, nullable=True),
        reference("incident", "acknowledged_by_id", "person", nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_incident_kind_known")),
        sa.CheckConstraint("state IN ('open', 'acknowledged', 'settled')", name=op.f("ck_incident_state_known")),
        sa.CheckConstraint(
            "outcome IN ('handled', 'passed_on', 'no_incident')", name=op.f("ck_incident_outcome_known")
        ),
        sa.CheckConstraint('"end" > start AND start >= 0', name=op.f("ck_incident_pins_a_passage")),
        sa.CheckConstraint(
            "(state = 'open') = (acknowledged_at IS NULL)", name=op.f("ck_incident_acknowledged_has_a_time")
        ),
        sa.CheckConstraint(
            "(acknowledged_at IS NULL) = (acknowledged_by_id IS NULL)",
            name=op.f("ck_incident_acknowledged_by_somebody"),
        ),
        sa.CheckConstraint(
            "(state = 'settled') = (settled_at IS NOT NULL)", name=op.f("ck_incident_settled_has_a_time")
        ),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (outcome IS NULL)", name=op.f("ck_incident_settled_has_an_outcome")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("raised_by_id", "raise_id", name=op.f("uq_incident_raised_by_id_raise_id")),
    )
    op.create_index("ix_incident_programme", "incident", ["programme_id", "raised_at"])
    op.create_index("ix_incident_waiting", "incident", ["state", "escalates_at"])
    op.create_index("ix_incident_ticket", "incident", ["ticket_id"])
    op.create_table(
        "incident_step",
        reference("incident_step", "incident_id", "incident"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        reference("incident_step", "user_id", "person"),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(
            "what IN ('told', 'acknowledged', 'settled', 'taken_up')", name=op.f("ck_incident_step_what_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_step")),
    )
    op.create_index("ix_incident_step_told", "incident_step", ["user_id", "what", "incident_id"])
    op.create_index("ix_incident_step_incident", "incident_step", ["incident_id"])


def downgrade() -> None:
    for table in ("incident_step", "incident", "incident_owner", "incident_rule"):
        op.drop_table(table)
