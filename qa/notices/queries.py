"""Reading the inbox."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from qa.core.access import Actor
from qa.core.errors import NotFoundError
from qa.core.prepared import Prepared
from qa.notices.models import Notice

_UNREAD = Prepared(
    select(func.count(Notice.id).label("count")).where(
        Notice.user_id == bindparam("user"), Notice.read_at.is_(None), Notice.created_at <= bindparam("now")
    )
)


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


def count_unread(session: Session, user_id: int, *, now: dt.datetime) -> int:
    """How many notices wait."""
    return int(_UNREAD.all(session, user=user_id, now=now)[0].count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """One page of somebody's notices, newest first."""

    rows: Sequence[Notice]
    total: int
    unread: int
    newest: int  # the id up to which "mark all read" reaches


def inbox(session: Session, user_id: int, *, show: str, page: int, size: int, now: dt.datetime) -> Inbox:
    """A page of the notices that are unread, read, or both."""
    mine = [Notice.user_id == user_id, Notice.created_at <= now]
    wanted = {"unread": [Notice.read_at.is_(None)], "read": [Notice.read_at.is_not(None)]}.get(show, [])
    total = session.scalar(select(func.count(Notice.id)).where(*mine, *wanted)) or 0
    rows = session.scalars(
        select(Notice)
        .where(*mine, *wanted)
        .order_by(Notice.created_at.desc(), Notice.id.desc())
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    return Inbox(
        rows=rows,
        total=total,
        unread=count_unread(session, user_id, now=now),
        newest=session.scalar(select(func.max(Notice.id)).where(*mine)) or 0,
    )
