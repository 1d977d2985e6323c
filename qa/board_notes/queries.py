"""Reading the director's notes: the newest text of each period."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.board_notes.models import BoardNote
from qa.people.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """A note as it stands, and by whom."""

    note: BoardNote
    by: str


def notes_between(session: Session, programme_id: int, *, since: dt.date, until: dt.date) -> list[NoteView]:
    """The notes on periods that meet ``since <= day <= until``, oldest first, as they stand; in one statement."""
    newest = (
        select(BoardNote.period, func.max(BoardNote.n).label("n"))
        .where(BoardNote.programme_id == programme_id)
        .group_by(BoardNote.period)
        .subquery()
    )
    rows = session.execute(
        select(BoardNote, User.name)
        .join(newest, (newest.c.period == BoardNote.period) & (newest.c.n == BoardNote.n))
        .join(User, User.id == BoardNote.written_by_id)
        .where(
            BoardNote.programme_id == programme_id,
            BoardNote.starts_on <= until,
            BoardNote.ends_on >= since,
            BoardNote.text != "",
        )
        .order_by(BoardNote.starts_on, BoardNote.id)
    )
    return [NoteView(note=note, by=name) for note, name in rows]


def history(session: Session, programme_id: int, period: str) -> Sequence[tuple[BoardNote, str]]:
    """Every text of one period's note, the newest first."""
    rows = session.execute(
        select(BoardNote, User.name)
        .join(User, User.id == BoardNote.written_by_id)
        .where(BoardNote.programme_id == programme_id, BoardNote.period == period)
        .order_by(BoardNote.n.desc(), BoardNote.id)
    )
    return [(note, name) for note, name in rows]
