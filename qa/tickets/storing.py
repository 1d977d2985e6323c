"""Putting tickets into the database in chunks: each a short transaction, and the same again changes nothing.

What takes time (redaction, digests, encryption) happens before a chunk's transaction begins; the transaction looks
whether somebody else changed the same tickets meanwhile and, if so, the chunk is prepared again.
"""

import datetime as dt
import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.core.crypto import KeyRing
from qa.core.db import giving_way, reading
from qa.core.errors import ConflictError
from qa.people.models import ProgrammeSetting, Source
from qa.people.queries import setting_at, zone_of
from qa.tickets import signal_storing, writing
from qa.tickets.agents import Directory
from qa.tickets.counting import Counts
from qa.tickets.intake.base import AgentRecord, Record, Reject, Repeated, TicketRecord
from qa.tickets.originals.models import OriginalRule
from qa.tickets.preparing import Known, Store, known_tickets, prepare
from qa.tickets.rules import PrimaryRule

CHUNK = 200  # tickets in one transaction
BESIDE_PAGES = 10  # the same while people work: whoever saves an answer meanwhile waits for it
CHUNK_MESSAGES = 10_000
CHUNK_REJECTS = 1_000
ATTEMPTS = 3
AT_ONCE = 50_000  # objects made between two looks of the collector: what several chunks make, and hardly one is garbage

InChunk = Callable[[Session, Counts, Sequence[Reject]], None]
AfterChunk = Callable[[Counts], None]


def store_tickets(
    session: Session,
    source: Source,
    records: Iterable[Record],
    *,
    ring: KeyRing,
    frame_key: bytes,
    now: dt.datetime,
    agents: Iterable[AgentRecord] = (),
    redacted: bool = False,
    run_id: int | None = None,
    together: int | None = None,
    in_chunk: InChunk | None = None,
    after_chunk: AfterChunk | None = None,
) -> Counts:
    """Store tickets with their resolutions, parts and conversations; what became of every row.

    Commits after each chunk of at most ``together`` tickets, so the session must hold nothing that is not committed. A
    ticket may come without a conversation (``messages=None``) and with its parts given directly. ``redacted=True`` says
    that the texts hold no personal data. ``in_chunk`` is called inside each chunk's transaction with the counts so far
    and the chunk's rejects, ``after_chunk`` once it is committed.
    """
    store = _open(session, source, ring=ring, frame_key=frame_key, now=now, redacted=redacted, run_id=run_id)
    total = Counts()
    with collected_rarely(), giving_way():
        store.directory.load(session)
        store.directory.ensure(session, agents)
        for chunk in _chunks(records, together or CHUNK):
            _store_chunk(session, store, chunk, total, in_chunk)
            if after_chunk is not None:
                after_chunk(total)
    return total


@contextmanager
def collected_rarely() -> Iterator[None]:
    """Spare the collector the whole program at every few thousand tickets, none of which is garbage."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(AT_ONCE, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@dataclass(slots=True)
class _Chunk:
    """Records whose tickets all differ, and what else was read between them."""

    tickets: dict[str, TicketRecord] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    repeated: list[Repeated] = field(default_factory=list)
    messages: int = 0

    def full(self, most: int) -> bool:
        return (
            len(self.tickets) >= most
            or self.messages >= CHUNK_MESSAGES
            or len(self.rejects) + len(self.repeated) >= CHUNK_REJECTS
        )


def _chunks(records: Iterable[Record], most: int) -> Iterator[_Chunk]:
    chunk = _Chunk()
    for record in records:
        if chunk.full(most) or (isinstance(record, TicketRecord) and record.external_id in chunk.tickets):
            yield chunk
            chunk = _Chunk()
        if isinstance(record, TicketRecord):
            chunk.tickets[record.external_id] = record
            chunk.messages += len(record.messages or ())
        elif isinstance(record, Reject):
            chunk.rejects.append(record)
        else:
            chunk.repeated.append(record)
    if chunk.tickets or chunk.rejects or chunk.repeated:
        yield chunk


def _open(
    session: Session,
    source: Source,
    *,
    ring: KeyRing,
    frame_key: bytes,
    now: dt.datetime,
    redacted: bool,
    run_id: int | None,
) -> Store:
    """What every chunk needs to know of the source and its programme, read once."""
    with reading():
        programme_id, source_id = source.programme_id, source.id
        zone = zone_of(setting_at(session, programme_id, now))
        settings = session.execute(
            select(ProgrammeSetting.valid_from, ProgrammeSetting.primary_part_rule)
            .where(ProgrammeSetting.programme_id == programme_id)
            .order_by(ProgrammeSetting.valid_from, ProgrammeSetting.id)
        ).all()
        store = Store(
            programme_id=programme_id,
            source_id=source_id,
            source_key=source.key,
            data_region=source.data_region,
            ring=ring,
            frame_key=frame_key,
            now=now,
            redacted=redacted,
            primary_rules=tuple((moment, PrimaryRule(rule)) for moment, rule in settings),
            directory=Directory(source_id, zone),
            run_id=run_id,
            originals_for=session.scalar(select(OriginalRule.days).where(OriginalRule.source_id == source_id)),
        )
        session.rollback()
    return store


def _store_chunk(session: Session, store: Store, chunk: _Chunk, total: Counts, in_chunk: InChunk | None) -> None:
    store.directory.ensure(session, _agents_of(chunk.tickets.values()))
    for _ in range(ATTEMPTS):
        prepared = prepare(session, store, chunk.tickets)
        readings = signal_storing.read_work(prepared.work)
        counts = Counts()
        counts.merge(total)
        counts.merge(prepared.counts)
        for reject in chunk.rejects:
            if reject.loses != "cell":
                counts.of(reject.loses).add("rejected")
                counts.messages.add("rejected", reject.messages)
        for repeated in chunk.repeated:
            counts.of(repeated.of).add("unchanged")
        try:
            if prepared.touches and _moved(session, store, prepared.known):
                session.rollback()
                continue
            writing.write(session, store, prepared, readings, counts)
            if in_chunk is not None:
                in_chunk(session, counts, chunk.rejects)
            session.commit()
        except IntegrityError:  # another intake made the same ticket between the look and the commit
            session.rollback()
            continue
        total.become(counts)
        return
    raise ConflictError("Another intake keeps changing the same tickets; run this one again when it is done.")


def _moved(session: Session, store: Store, known: dict[str, Known]) -> bool:
    """Whether somebody else changed these tickets meanwhile; one that was made meanwhile is an ``IntegrityError``."""
    return bool(known) and known_tickets(session, store.source_id, list(known)) != known


def _agents_of(records: Iterable[TicketRecord]) -> Iterable[AgentRecord]:
    """Each agent object once: most are told again with every message."""
    found: dict[int, AgentRecord] = {}
    for record in records:
        if record.assignee is not None:
            found[id(record.assignee)] = record.assignee
        for message in record.messages or ():
            if message.agent is not None:
                found[id(message.agent)] = message.agent
        for part in record.parts or ():
            found[id(part.agent)] = part.agent
    return found.values()
