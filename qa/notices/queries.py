"""Reading the inbox."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.notices.models import Notice


def unread(session: Session, user_id: int, *, now: dt.datetime, limit: int = 20) -> Sequence[Notice]:
    """The newest unread notices of a person; one dated ahead waits for its time."""
    return session.scalars(
        select(Notice)
        .where(Notice.user_id == user_id, Notice.read_at.is_(None), Notice.created_at <= now)
        .order_by(Notice.created_at.desc(), Notice.id.desc())
        .limit(limit)
    ).all()
