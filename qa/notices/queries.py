"""Reading the inbox."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.access import Actor
from qa.core.errors import NotFoundError
from qa.notices.models import Notice


def unread(session: Session, user_id: int, *, now: dt.datetime, limit: int = 20) -> Sequence[Notice]:
    """The newest unread notices of a person; one dated ahead waits for its time."""
    return session.scalars(
        select(Notice)
        .where(Notice.user_id == user_id, Notice.read_at.is_(None), Notice.created_at <= now)
        .order_by(Notice.created_at.desc(), Notice.id.desc())
        .limit(limit)
    ).all()


def get_notice_for(session: Session, actor: Actor, notice_id: int) -> Notice:
    """One's own notice."""
    notice = session.get(Notice, notice_id)
    if notice is None or notice.user_id != actor.user_id:
        raise NotFoundError("There is no such notice.")
    return notice
