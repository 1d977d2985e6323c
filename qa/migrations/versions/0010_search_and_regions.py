"""full-text search, what filters offer, regions, retention and legal holds

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def reference(table: str, column: str, target: str, nullable: bool = False) -> sa.Column[int]:
    """A column that names a row of another table, with the constraint that keeps it true."""
    return sa.Column(column, BIG, sa.ForeignKey(f"{target}.id", name=op.f(f"fk_{table}_{column}")), nullable=nullable)


def upgrade() -> None:
    op.create_index("ix_ticket_queue", "ticket", ["programme_id", "queue", "created_at"])
    op.create_table(
        "search_pending",
        reference("search_pending", "ticket_id", "ticket", nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_search_pending")),
    )
    op.create_table(
        "search_entry",
        reference("search_entry", "ticket_id", "ticket", nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_search_entry")),
    )
    op.create_table(
        "ticket_facet",
        reference("ticket_facet", "programme_id", "programme", nullable=False),
        sa.Column("data_region", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint("kind IN ('queue', 'channel', 'tier', 'tag')", name=op.f("ck_ticket_facet_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_facet")),
        sa.UniqueConstraint(
            "programme_id",
            "data_region",
            "kind",
            "value",
            name=op.f("uq_ticket_facet_programme_id_data_region_kind_value"),
        ),
    )
    op.create_table(
        "region_clearance",
        reference("region_clearance", "user_id", "person", nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_region_clearance_ends_after_it_starts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_clearance")),
        sa.UniqueConstraint(
            "user_id", "region", "valid_from", name=op.f("uq_region_clearance_user_id_region_valid_from")
        ),
    )
    op.create_table(
        "retention_rule",
        reference("retention_rule", "source_id", "source", nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        reference("retention_rule", "changed_by_id", "person", nullable=True),
        sa.CheckConstraint("days >= 1", name=op.f("ck_retention_rule_at_least_a_day")),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_retention_rule")),
    )
    op.create_table(
        "legal_hold",
        reference("legal_hold", "programme_id", "programme", nullable=False),
        reference("legal_hold", "ticket_id", "ticket", nullable=True),
        sa.Column("customer_digest", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("placed_at", MOMENT, nullable=False),
        reference("legal_hold", "placed_by_id", "person", nullable=True),
        sa.Column("lifted_at", MOMENT, nullable=True),
        reference("legal_hold", "lifted_by_id", "person", nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.CheckConstraint(
            "(ticket_id IS NULL) <> (customer_digest IS NULL)", name=op.f("ck_legal_hold_on_ticket_or_customer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(op.f("ix_legal_hold_ticket_id"), "legal_hold", ["ticket_id"])
    op.create_index("ix_ticket_text_age", "ticket", ["source_id", "solved_at"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE ticket_search "
            "USING fts5(words, content='', detail='none', columnsize=0, tokenize='ascii')"
        )
        tags = "SELECT DISTINCT programme_id, data_region, 'tag', json_each.value FROM ticket, json_each(ticket.tags)"
    else:
        op.execute("CREATE TABLE ticket_search (ticket_id bigint PRIMARY KEY, words tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_ticket_search_words ON ticket_search USING gin (words)")
        tags = (
            "SELECT DISTINCT programme_id, data_region, 'tag', tag "
            "FROM ticket, jsonb_array_elements_text(ticket.tags) AS tag"
        )
    op.execute("INSERT INTO search_pending (ticket_id) SELECT id FROM ticket")
    into = "INSERT INTO ticket_facet (programme_id, data_region, kind, value) "
    op.execute(into + tags)
    for kind in ("queue", "channel", "tier"):
        op.execute(f"{into}SELECT DISTINCT programme_id, data_region, '{kind}', {kind} FROM ticket")  # noqa: S608


def downgrade() -> None:
    op.drop_table("ticket_search")
    op.drop_index("ix_ticket_text_age", "ticket")
    for name in (
        "legal_hold",
        "retention_rule",
        "region_clearance",
        "ticket_facet",
        "search_entry",
        "search_pending",
    ):
        op.drop_table(name)
    op.drop_index("ix_ticket_queue", "ticket")
