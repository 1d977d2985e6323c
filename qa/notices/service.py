"""Writing notices and marking them read."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from qa.notices.models import Notice


def notify(
    session: Session,
    user_ids: Iterable[int],
    *,
    kind: str,
    object_type: str,
    object_id: int | str,
    now: dt.datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Tell each of these people, in the caller's transaction."""
    rows = [
        {
            "user_id": user_id,
            "kind": kind,
            "object_type": object_type,
            "object_id": str(object_id),
            "detail": dict(detail or {}),
            "created_at": now,
        }
        for user_id in sorted(set(user_ids))
    ]
    if rows:
        session.execute(insert(Notice), rows)


def mark_read(session: Session, user_id: int, object_type: str, object_id: int | str, *, now: dt.datetime) -> None:
    """The person has seen the matter itself."""
    session.execute(
        update(Notice)
        .where(
            Notice.user_id == user_id,
            Notice.object_type == object_type,
            Notice.object_id == str(object_id),
            Notice.read_at.is_(None),
        )
        .values(read_at=now)
    )


def withdraw(session: Session, *, object_type: str, object_id: int | str) -> None:
    """The matter was taken back before anybody was to know of it."""
    session.execute(
        delete(Notice).where(
            Notice.object_type == object_type, Notice.object_id == str(object_id), Notice.read_at.is_(None)
        )
    )
