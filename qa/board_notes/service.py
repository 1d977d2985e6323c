"""Writing the director's notes: every edit is a row of its own, so that what a board pack printed stays."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.board_notes.models import BoardNote
from qa.board_notes.rules import Span
from qa.core import audit
from qa.core.advancing import STALE
from qa.core.entering import Row
from qa.core.errors import ConflictError, InvalidInputError
from qa.core.taking_in import Change, Outcome
from qa.tickets.redaction import redact


def write(
    session: Session, programme_id: int, span: Span, text: str, *, version: int, by: int, now: dt.datetime
) -> BoardNote:
    """The note on a period as it stands from now on; an empty text takes it back. ``version`` is the ``n`` seen."""
    newest = _newest(session, programme_id, span.period)
    n = newest.n if newest else 0
    if version != n:
        raise ConflictError(STALE)
    text = redact(text)
    if newest is None and not text:
        raise InvalidInputError("Write what you want to say of this period.", {"text": "Write a note."})
    if newest is not None and newest.text == text:
        return newest
    note = BoardNote(
        programme_id=programme_id,
        period=span.period,
        starts_on=span.starts_on,
        ends_on=span.ends_on,
        n=n + 1,
        text=text,
        written_by_id=by,
        written_at=now,
    )
    session.add(note)
    try:
        session.flush()
    except IntegrityError as error:  # two windows saved at the same moment
        raise ConflictError(STALE) from error
    audit.record(
        session,
        action="board_note.write" if text else "board_note.take_back",
        object_type="board_note",
        object_id=note.id,
        actor_id=by,
        now=now,
        detail={"period": span.period, "n": note.n},
    )
    session.flush()
    return note


def _newest(session: Session, programme_id: int, period: str) -> BoardNote | None:
    return session.scalar(
        select(BoardNote)
        .where(BoardNote.programme_id == programme_id, BoardNote.period == period)
        .order_by(BoardNote.n.desc())
        .limit(1)
    )


def take_in(session: Session, programme_id: int, rows: Sequence[Row], *, by: int, now: dt.datetime) -> Outcome:
    """Carry a file out: the note of each period it names. The caller commits."""
    newest = (
        select(BoardNote.period, func.max(BoardNote.n).label("n"))
        .where(BoardNote.programme_id == programme_id)
        .group_by(BoardNote.period)
        .subquery()
    )
    standing = {
        note.period: note
        for note in session.scalars(
            select(BoardNote)
            .join(newest, (newest.c.period == BoardNote.period) & (newest.c.n == BoardNote.n))
            .where(BoardNote.programme_id == programme_id)
        )
    }
    changes: list[Change] = []
    for row in rows:
        span: Span = row.values["period"]
        if "text" not in row.values:
            continue
        text = redact(row.values["text"] or "")
        former = standing.get(span.period)
        if text == (former.text if former else ""):
            continue
        note = BoardNote(
            programme_id=programme_id,
            period=span.period,
            starts_on=span.starts_on,
            ends_on=span.ends_on,
            n=(former.n if former else 0) + 1,
            text=text,
            written_by_id=by,
            written_at=now,
        )
        session.add(note)
        standing[span.period] = note
        before = former.text if former else ""
        changes.append(Change(line=row.line, what=span.period, field="note", before=before, after=text))
    session.flush()
    return Outcome(changes=changes)
