"""a mark changes with what a person holds, and one with a programme's rules, whoever changes them

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

# A table, whose column says which row of which other table is marked anew.
MARKED = (
    ("role_grant", "user_id", "person", "holdings_mark"),
    ("membership", "user_id", "person", "holdings_mark"),
    ("region_clearance", "user_id", "person", "holdings_mark"),
    ("clearance", "user_id", "person", "holdings_mark"),
    ("programme_setting", "programme_id", "programme", "rules_mark"),
)
MARK = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHANCE = "floor(random() * 9007199254740992)::bigint"  # on PostgreSQL
EVENTS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, mark in (("person", "holdings_mark"), ("programme", "rules_mark")):
        op.add_column(table, sa.Column(mark, MARK, nullable=False, server_default="0"))
        op.execute(f"UPDATE {table} SET {mark} = {'random()' if sqlite else CHANCE}")
    if sqlite:
        _on_sqlite()
    else:
        _on_postgresql()


def _on_sqlite() -> None:
    # By chance, not by counting: a number that a rollback or a restore took back never comes again with other contents.
    for table, column, marked, mark in MARKED:
        for event, rows in EVENTS.items():
            ids = ", ".join(f"{row}.{column}" for row in rows)
            op.execute(
                f"CREATE TRIGGER {table}_marks_{event} AFTER {event.upper()} ON {table} "
                f"BEGIN UPDATE {marked} SET {mark} = random() WHERE id IN ({ids}); END"
            )


def _on_postgresql() -> None:
    for table, column, marked, mark in MARKED:
        op.execute(
            f"CREATE FUNCTION {table}_marks() RETURNS trigger LANGUAGE plpgsql "
            "SET search_path FROM CURRENT AS $$ BEGIN "  # a reload of a dump has none
            f"IF TG_OP = 'TRUNCATE' THEN UPDATE {marked} SET {mark} = {CHANCE}; RETURN NULL; END IF; "
            f"IF TG_OP <> 'INSERT' THEN UPDATE {marked} SET {mark} = {CHANCE} WHERE id = OLD.{column}; END IF; "
            f"IF TG_OP <> 'DELETE' THEN UPDATE {marked} SET {mark} = {CHANCE} WHERE id = NEW.{column}; END IF; "
            "RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_marks AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_marks()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_marks_emptied AFTER TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_marks()"
        )


def downgrade() -> None:
    for table, *_ in MARKED:
        if op.get_bind().dialect.name == "sqlite":
            for event in EVENTS:
                op.execute(f"DROP TRIGGER {table}_marks_{event}")
        else:
            op.execute(f"DROP FUNCTION {table}_marks() CASCADE")
    op.drop_column("programme", "rules_mark")
    op.drop_column("person", "holdings_mark")
