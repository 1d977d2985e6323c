"""PostgreSQL databases lent to one test after another: emptying one is far quicker than copying the template again.

A test that changed the schema (took a trigger off, say) or its version has spoilt its database; triggers notice.
"""

from pathlib import Path

import psycopg
from psycopg import sql

from tests.support import postgresql

PREPARE = """
CREATE SCHEMA lending;
CREATE TABLE lending.spoilt (command text NOT NULL);

CREATE FUNCTION lending.notice_a_change() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lending.spoilt
    SELECT command_tag FROM pg_event_trigger_ddl_commands() WHERE schema_name IS DISTINCT FROM 'pg_temp';
END $$;

CREATE FUNCTION lending.notice_a_drop() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lending.spoilt
    SELECT 'DROP ' || object_type FROM pg_event_trigger_dropped_objects() WHERE NOT is_temporary;
END $$;

CREATE FUNCTION lending.empty_tables() RETURNS text[] LANGUAGE plpgsql
SET session_replication_role = replica  -- no trigger and no foreign key says in which order, or that nothing may go
AS $$
DECLARE
    name text;
    emptied text[] := '{}';
BEGIN
    -- A table without a page has no row: to ask that of each is far cheaper than to plan a DELETE for each.
    FOR name IN
        SELECT relname FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
        AND pg_relation_size(oid) > 0
    LOOP
        EXECUTE format('DELETE FROM public.%I', name);
        emptied := emptied || name;
    END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
    RETURN emptied;
END $$;

CREATE FUNCTION lending.notice_another_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lending.spoilt VALUES ('another version of the schema');
    RETURN NULL;
END $$;

CREATE TRIGGER lending_version AFTER INSERT OR UPDATE OR DELETE ON public.alembic_version
FOR EACH ROW EXECUTE FUNCTION lending.notice_another_version();
CREATE EVENT TRIGGER lending_change ON ddl_command_end EXECUTE FUNCTION lending.notice_a_change();
CREATE EVENT TRIGGER lending_drop ON sql_drop EXECUTE FUNCTION lending.notice_a_drop();
"""
_connections: dict[str, psycopg.Connection] = {}  # to this process's lent databases
LEAVE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def prepare(folder: Path, database: str) -> None:
    """Teach a migrated database, and so every copy of it, to be lent."""
    with postgresql.administrator(folder, database) as connection:
        connection.execute(PREPARE)


def emptied(folder: Path, database: str) -> bool:
    """Empty a database for the next test; False when its schema was changed and it has to go."""
    connection = _kept(folder, database)
    connection.execute(LEAVE)
    if connection.execute("SELECT 1 FROM lending.spoilt").fetchone():
        return False
    try:
        row = connection.execute("SELECT lending.empty_tables()").fetchone()
    except psycopg.Error:  # the table or function itself is gone
        return False
    tables = row[0] if row else []
    if tables:
        # Dead rows would change the order in which the next test's rows come without ORDER BY.
        names = sql.SQL(", ").join(sql.Identifier("public", name) for name in tables)
        connection.execute(sql.SQL("VACUUM {}").format(names))
    return True


def forget(database: str) -> None:
    """Close the connection to a database that is about to go."""
    connection = _connections.pop(database, None)
    if connection is not None:
        connection.close()


def forget_all() -> None:
    """At the end of the process."""
    for database in list(_connections):
        forget(database)


def _kept(folder: Path, database: str) -> psycopg.Connection:
    """The connection that empties this database each time: a new one takes longer than what it is for."""
    connection = _connections.get(database)
    if connection is None or connection.closed or connection.broken:
        connection = _connections[database] = postgresql.connect(folder, database)
    return connection
