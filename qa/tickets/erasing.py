"""Erasing the text of tickets: for ever, in every copy, while ids, scores and statistics stay.

The ticket's key is destroyed, so that its conversation is unreadable in this database and in every backup that holds no
key; the search index forgets its words; subject, reasons and fields are blanked. The erasure is listed twice: as a row,
and as a line of a file outside the database, so that restoring an older backup erases again (``replay``).
"""

import datetime as dt
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select, text, update
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.crypto import KeyRing, decrypt_text, unwrap
from qa.core.db import reading
from qa.core.errors import ConflictError
from qa.people.models import Source
from qa.tickets import searching
from qa.tickets.conversations import about_revision, about_ticket, read_payload
from qa.tickets.models import (
    ConversationKey,
    ConversationRevision,
    Erasure,
    HandledPart,
    LegalHold,
    RetentionRule,
    SearchPending,
    Ticket,
)
from qa.tickets.originals import keeping as originals

CHUNK = 100  # tickets in one transaction
JOURNAL = "erasures.jsonl"
VACUUMED = (
    "ticket", "conversation_key", "conversation_revision", "original_text", "original_reveal", "ticket_search",
    "answer", "review_revision",
)  # fmt: skip
Subject = Literal["ticket", "person", "originals"]
ForgetQuotes = Callable[[Session, Mapping[int, Sequence[str]]], int]
TakeBack = Callable[[Session, Sequence[int], dt.datetime], int]
AfterChunk = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What the rule of one source would erase now, and what a legal hold keeps."""

    source_id: int
    source: str
    key: str
    days: int | None  # None: its text is kept for ever
    tickets: int
    held: int
    oldest: dt.datetime | None


class Journal:
    """The erasures outside the database: one line each, written before the database forgets."""

    def __init__(
        self, folder: Path, forget_quotes: ForgetQuotes | None = None, take_back: TakeBack | None = None
    ) -> None:
        self.path = folder / JOURNAL
        self.forget_quotes = forget_quotes  # of the conversations, by whoever quotes them
        self.take_back = take_back  # from whoever was to score the tickets

    def note(self, ids: Iterable[int], now: dt.datetime, subject: Subject = "ticket", **more: int) -> None:
        """Append and wait until the disk has it."""
        with self.path.open("a", encoding="ascii") as file:
            for erased in ids:
                file.write(json.dumps({subject: erased, "at": now.isoformat(), **more}) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def erased(self, subject: Subject = "ticket") -> Iterator[int]:
        """Every ticket, or person, that was ever erased."""
        return (int(told[subject]) for told in self.lines(subject))

    def lines(self, subject: Subject) -> Iterator[dict[str, Any]]:
        """What was noted of a kind, in order; a last line that was cut off by a crash is left out."""
        if not self.path.exists():
            return
        with self.path.open(encoding="ascii") as file:
            for line in file:
                if line.endswith("\n") and subject in (told := json.loads(line)):
                    yield told


def held() -> ColumnElement[bool]:
    """Whether a legal hold keeps a ticket."""
    return exists().where(
        LegalHold.lifted_at.is_(None),
        LegalHold.programme_id == Ticket.programme_id,
        or_(LegalHold.ticket_id == Ticket.id, LegalHold.customer_digest == Ticket.customer_digest),
    )


def is_due(days: int, now: dt.datetime) -> ColumnElement[bool]:
    """Whether a ticket's text is older than its time: since it was solved, or since it last changed."""
    before = now - dt.timedelta(days=days)
    idle = func.coalesce(Ticket.source_updated_at, Ticket.created_at)
    return and_(
        Ticket.erased_at.is_(None),
        or_(Ticket.solved_at < before, and_(Ticket.solved_at.is_(None), idle < before)),
    )


def due(session: Session, programme_id: int, *, now: dt.datetime, trial: dict[int, int] | None = None) -> list[Due]:
    """What would be erased now, source by source: a dry run. ``trial`` puts other days in place of a source's own."""
    found = []
    for source, days in session.execute(
        select(Source, RetentionRule.days)
        .outerjoin(RetentionRule, RetentionRule.source_id == Source.id)
        .where(Source.programme_id == programme_id)
        .order_by(Source.name, Source.id)
    ):
        days = (trial or {}).get(source.id, days)
        tickets, kept, oldest = 0, 0, None
        if days is not None:
            tickets, kept, oldest = session.execute(
                select(
                    func.count().filter(~held()),
                    func.count().filter(held()),
                    func.min(func.coalesce(Ticket.solved_at, Ticket.created_at)).filter(~held()),
                ).where(Ticket.source_id == source.id, is_due(days, now))
            ).one()
        found.append(
            Due(
                source_id=source.id,
                source=source.name,
                key=source.key,
                days=days,
                tickets=tickets,
                held=kept,
                oldest=oldest,
            )
        )
    return found


def erase_due(
    session: Session,
    ring: KeyRing,
    journal: Journal,
    programme_id: int,
    *,
    by: int | None,
    now: dt.datetime,
    after_chunk: AfterChunk | None = None,
) -> int:
    """Erase the text whose time is over, in short transactions; how many tickets. Safe to break off and to repeat."""
    with reading():
        rules = session.execute(
            select(RetentionRule.source_id, RetentionRule.days)
            .join(Source, Source.id == RetentionRule.source_id)
            .where(Source.programme_id == programme_id)
            .order_by(RetentionRule.source_id)
        ).all()
        session.rollback()
    done = 0
    for source_id, days in rules:
        chosen = select(Ticket.id).where(Ticket.source_id == source_id, is_due(days, now), ~held())
        while True:
            with reading():
                ids = session.scalars(chosen.order_by(Ticket.id).limit(CHUNK)).all()
                session.rollback()
            if not ids:
                break
            done += _erase(session, ring, journal, ids, reason=f"kept for {days} days", by=by, now=now)
            session.commit()
            if after_chunk is not None:
                after_chunk(done)
    if done:
        leave_no_trace(session)
    return done


def erase_tickets(
    session: Session,
    ring: KeyRing,
    journal: Journal,
    ticket_ids: Sequence[int],
    *,
    reason: str,
    by: int | None,
    now: dt.datetime,
) -> int:
    """Erase the text of these tickets at once; refused as a whole while one of them is held."""
    with reading():
        kept = session.scalars(
            select(Ticket.external_id).where(Ticket.id.in_(ticket_ids), held()).order_by(Ticket.id)
        ).all()
        open_ids = session.scalars(
            select(Ticket.id).where(Ticket.id.in_(ticket_ids), Ticket.erased_at.is_(None)).order_by(Ticket.id)
        ).all()
        session.rollback()
    if kept:
        raise ConflictError(
            f"A legal hold keeps {', '.join(kept[:5])}{' and others' if len(kept) > 5 else ''}: "
            "nothing was erased. Lift the hold first."
        )
    done = 0
    for start in range(0, len(open_ids), CHUNK):
        chunk = open_ids[start : start + CHUNK]
        done += _erase(session, ring, journal, chunk, reason=reason, by=by, now=now)
        session.commit()
    if done:
        leave_no_trace(session)
    return done


def replay(session: Session, ring: KeyRing, journal: Journal, *, now: dt.datetime) -> int:
    """Erase again what a restored backup still holds; how many tickets. To run before anybody can read."""
    done = 0
    ids = sorted(set(journal.erased()))
    for start in range(0, len(ids), CHUNK):
        with reading():
            back = session.scalars(
                select(Ticket.id).where(Ticket.id.in_(ids[start : start + CHUNK]), Ticket.erased_at.is_(None))
            ).all()
            session.rollback()
        if back:
            why = "erased before this backup was restored"
            done += _erase(session, ring, journal, back, reason=why, by=None, now=now, noted=True)
            session.commit()
    if done:
        leave_no_trace(session)
    return done


def _erase(
    session: Session,
    ring: KeyRing,
    journal: Journal,
    ids: Sequence[int],
    *,
    reason: str,
    by: int | None,
    now: dt.datetime,
    noted: bool = False,
) -> int:
    """One transaction's erasures; the caller commits. A line too many in the journal erases only what was to go."""
    overwrite_freed_pages(session)
    still = session.scalars(
        select(Ticket.id).where(Ticket.id.in_(ids), Ticket.erased_at.is_(None)).with_for_update()
    ).all()
    if not still:
        return 0
    session.execute(  # before any lock on what was scored of them, as whoever scores does
        select(HandledPart.id)
        .where(HandledPart.ticket_id.in_(still))
        .order_by(HandledPart.id)
        .with_for_update(key_share=True)
    )
    if not noted:
        journal.note(still, now)
    if journal.forget_quotes is not None:
        journal.forget_quotes(session, texts_of(session, ring, still))
    searching.forget(session, ring, still)
    session.execute(delete(SearchPending).where(SearchPending.ticket_id.in_(still)))
    originals.forget(session, still)
    session.execute(delete(ConversationKey).where(ConversationKey.ticket_id.in_(still)))
    session.execute(update(ConversationRevision).where(ConversationRevision.ticket_id.in_(still)).values(payload=b""))
    session.execute(
        update(Ticket)
        .where(Ticket.id.in_(still))
        .values(subject="", csat_reason=None, custom_fields={}, customer_digest=None, erased_at=now)
    )
    if journal.take_back is not None:
        journal.take_back(session, still, now)
    session.execute(
        insert(Erasure),
        [
            {
                "subject": "ticket",
                "subject_id": ticket_id,
                "requested_at": now,
                "requested_by_id": by,
                "reason": reason,
                "executed_at": now,
            }
            for ticket_id in still
        ],
    )
    audit.record(
        session,
        action="tickets.erased",
        object_type="ticket",
        object_id=f"{still[0]}..{still[-1]}" if len(still) > 1 else still[0],
        actor_id=by,
        now=now,
        detail={"tickets": len(still), "reason": reason},
    )
    return len(still)


def texts_of(session: Session, ring: KeyRing, ticket_ids: Sequence[int]) -> dict[int, list[str]]:
    """Every text that is kept of these tickets, of all revisions: what may have been quoted."""
    found: dict[int, list[str]] = {}
    for row in session.execute(
        select(
            Ticket.id,
            Ticket.external_id,
            Ticket.subject,
            Source.key,
            ConversationKey.key_id,
            ConversationKey.wrapped,
            ConversationRevision.n,
            ConversationRevision.payload,
        )
        .join(Source, Source.id == Ticket.source_id)
        .join(ConversationKey, ConversationKey.ticket_id == Ticket.id)
        .join(ConversationRevision, ConversationRevision.ticket_id == Ticket.id)
        .where(Ticket.id.in_(ticket_ids))
        .order_by(ConversationRevision.id)
    ):
        about = about_ticket(row.key, row.external_id)
        key = unwrap(ring, row.key_id, row.wrapped, about)
        kept = read_payload(decrypt_text(key, row.payload, about_revision(about, row.n)))
        found.setdefault(row.id, [row.subject]).extend(message.text for message in kept)
    return found


def overwrite_freed_pages(session: Session) -> None:
    """What this connection deletes from now on is written over, not only forgotten; PostgreSQL vacuums afterwards."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete=ON"))


def leave_no_trace(session: Session, tables: Sequence[str] = VACUUMED) -> None:
    """Write over what the engine still keeps of deleted rows: SQLite's index and WAL, PostgreSQL's dead rows."""
    engine = session.get_bind()
    if engine.dialect.name == "sqlite":
        if "ticket_search" in tables:
            searching.wipe(session)
        session.commit()
        connection = engine.engine.raw_connection()  # a checkpoint runs outside of any transaction
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
        return
    session.commit()
    with engine.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as plain:
        for name in tables:
            plain.execute(text(f"VACUUM {name}"))
