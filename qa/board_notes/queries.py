"""Reading the director's notes: the newest text of each period."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from qa.board_notes.models import BoardNote
from qa.core.prepared import Prepared
from qa.people.models import User

_newest = (
    select(BoardNote.period, func.max(BoardNote.n).label("n"))
    .where(BoardNote.programme_id == bindparam("programme"))
    .group_by(BoardNote.period)
    .subquery()
)
_BETWEEN = Prepared(
    select(BoardNote.period, BoardNote.starts_on, BoardNote.ends_on, BoardNote.text, BoardNote.written_at, User.name)
    .join(_newest, (_newest.c.period == BoardNote.period) & (_newest.c.n == BoardNote.n))
    .join(User, User.id == BoardNote.written_by_id)
    .where(
        BoardNote.programme_id == bindparam("programme"),
        BoardNote.starts_on <= bindparam("until"),
        BoardNote.ends_on >= bindparam("since"),
        BoardNote.text != "",
    )
    .order_by(BoardNote.starts_on, BoardNote.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """A note as it stands, and by whom."""

    note: Any  # period, starts_on, ends_on, text and written_at
    by: str


def notes_between(session: Session, programme_id: int, *, since: dt.date, until: dt.date) -> list[NoteView]:
    """The notes on periods that meet ``since <= day <= until``, oldest first, as they stand; in one statement."""
    rows = _BETWEEN.all(session, programme=programme_id, since=since, until=until)
    return [NoteView(note=row, by=row.name) for row in rows]


def history(session: Session, programme_id: int, period: str) -> Sequence[tuple[BoardNote, str]]:
    """Every text of one period's note, the newest first."""
    rows = session.execute(
        select(BoardNote, User.name)
        .join(User, User.id == BoardNote.written_by_id)
        .where(BoardNote.programme_id == programme_id, BoardNote.period == period)
        .order_by(BoardNote.n.desc(), BoardNote.id)
    )
    return [(note, name) for note, name in rows]
