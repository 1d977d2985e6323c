"""Doing to the audit trail what only the owner of the database can: past its triggers."""

from typing import Any

from sqlalchemy import Executable, text
from sqlalchemy.orm import Session

TRIGGERS = tuple(f"{table}_no_{what}" for table in ("audit_event", "audit_seal") for what in ("update", "delete"))


def tamper(session: Session, statement: Executable, *more: Any) -> None:
    """Execute a statement that the triggers would refuse, in the session's open transaction."""
    if session.get_bind().dialect.name == "sqlite":
        for trigger in TRIGGERS:
            session.execute(text(f"DROP TRIGGER IF EXISTS {trigger}"))
    else:
        session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(statement, *more)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = origin"))
