"""PostgreSQL's search index has the blocks of ids as words; SQLite's tells the words that it has

The words that are kept stay as they are. A former program that runs beside this one finds the same, without an index.

Revision ID: 0040
Revises: 0039
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

BLOCKS = ", ".join(f"'_{n}x' || (ticket_search.ticket_id >> {n})::text" for n in (14, 16, 18, 20, 22, 24, 26))


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE ticket_search_word USING fts5vocab('ticket_search', 'instance')")
        return
    words = f"(ticket_search.words || array_to_tsvector(ARRAY[{BLOCKS}]))"
    op.execute(f"CREATE INDEX ix_ticket_search_placed ON ticket_search USING gin ({words})")
    op.execute("DROP INDEX ix_ticket_search_words")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE ticket_search_word")
        return
    op.execute("CREATE INDEX ix_ticket_search_words ON ticket_search USING gin (words)")
    op.execute("DROP INDEX ix_ticket_search_placed")
