"""The end of an original: its stated time is over, its source keeps none any more, or a restored backup held it.

With the row goes the only key that opens the text. What a legal hold keeps stays until the hold is lifted.
"""

import datetime as dt

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.db import reading
from qa.people.models import Source
from qa.tickets.erasing import Journal, held, leave_no_trace, overwrite_freed_pages
from qa.tickets.models import Ticket
from qa.tickets.originals.models import OriginalRule, OriginalText

CHUNK = 500  # rows in one transaction


def expire(session: Session, *, now: dt.datetime) -> int:
    """Destroy the originals whose time is over, in short transactions; how many. Safe to break off and to repeat."""
    over = (
        select(OriginalText.id)
        .join(Ticket, Ticket.id == OriginalText.ticket_id)
        .where(OriginalText.kept_until <= now, ~held())
        .order_by(OriginalText.id)
        .limit(CHUNK)
    )
    done = 0
    while True:
        with reading():
            ids = session.scalars(over).all()
            session.rollback()
        if not ids:
            break
        overwrite_freed_pages(session)
        session.execute(delete(OriginalText).where(OriginalText.id.in_(ids)))
        audit.record(
            session,
            action="originals.expired",
            object_type="original_text",
            object_id=f"{ids[0]}..{ids[-1]}" if len(ids) > 1 else ids[0],
            actor_id=None,
            now=now,
            detail={"originals": len(ids)},
        )
        session.commit()
        done += len(ids)
    if done:
        leave_no_trace(session, ("original_text",))
    return done


def shorten(session: Session, source_id: int, days: int, *, before: dt.datetime) -> None:
    """Keep what came in until ``before`` for so many days at most; part of the caller's transaction."""
    of_source = select(Ticket.id).where(Ticket.source_id == source_id)
    mine = OriginalText.ticket_id.in_(of_source), OriginalText.created_at <= before
    moments = session.scalars(select(OriginalText.created_at).where(*mine).distinct()).all()
    for created_at in moments:  # one for each intake
        until = created_at + dt.timedelta(days=days)
        session.execute(
            update(OriginalText)
            .where(*mine, OriginalText.created_at == created_at, OriginalText.kept_until > until)
            .values(kept_until=until)
        )


def replay(session: Session, journal: Journal, *, now: dt.datetime) -> int:
    """After a backup was restored: rules as they were last set, and nothing kept past its time; how many went."""
    known = set(session.scalars(select(Source.id)))
    for line in journal.lines("originals"):
        source_id, days = int(line["originals"]), int(line["days"])
        if source_id not in known:
            continue
        at = dt.datetime.fromisoformat(line["at"])
        rule = session.get(OriginalRule, source_id)
        if days == 0 and rule is not None:
            session.delete(rule)
        elif days and rule is not None and rule.days > days:
            rule.days = days
        session.flush()
        shorten(session, source_id, days, before=at)
    session.commit()
    return expire(session, now=now)
