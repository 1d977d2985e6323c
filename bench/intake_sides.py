"""The sides of `bench.intake`, each in a process of its own: the product, a bare loop, SQLAlchemy's ORM.

python -m bench.intake_sides SIDE EXPORT FOLDER
"""

import datetime as dt
import resource
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from bench.exports import MESSAGES
from bench.intake_bare import SIGNALS, WRAPPED, bare, schema, spread
from qa.app import create_app
from qa.config import Settings
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.core.orm import Base
from qa.people.models import AgentIdentity, Source
from qa.tickets import searching
from qa.tickets.conversations import payload_of
from qa.tickets.intake.base import TicketRecord
from qa.tickets.intake.zendesk import ZendeskExport
from qa.tickets.models import (
    ConversationKey,
    ConversationRevision,
    HandledPart,
    Resolution,
    SearchPending,
    Ticket,
    TicketSignal,
)
from qa.tickets.storing import CHUNK, store_tickets

Row = dict[str, Any]
Write = Callable[[Session, type[Base], list[Row]], Sequence[Any]]
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
FACTS = (
    "external_id",
    "subject",
    "status",
    "channel",
    "queue",
    "tier",
    "language",
    "priority",
    "product_area",
    "launch",
    "content_severity",
    "risk_class",
    "created_at",
    "solved_at",
    "source_updated_at",
    "first_reply_seconds",
    "resolution_seconds",
    "reopens",
    "escalated",
    "csat",
    "csat_reason",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a side needed."""

    tickets: int
    cpu: float  # seconds, user and system
    peak_mb: float
    told: str = ""


def _source(session: Session) -> Source:
    return session.get_one(Source, 1)


INDEXED = 1_000  # tickets taken into the search index, to tell what it costs
PEAK: list[float] = []
LOOKED_EVERY = 10  # chunks


class Watch:
    """The memory of this process: what it had when the intake began, and what it holds of its own more since.

    Pages of the database file that the system maps and takes back as it likes are nobody's memory.
    """

    def __init__(self) -> None:
        self._mapped = self._told("RssFile")
        self.peak_mb = 0.0
        self._asked = 0

    def look_sometimes(self) -> None:
        """After one chunk of many: a look costs as much as storing some tickets, and is not the product's."""
        self._asked += 1
        if self._asked % LOOKED_EVERY == 0:
            self.look()

    def look(self) -> None:
        self.peak_mb = max(self.peak_mb, self._told("RssAnon") + self._mapped)

    @staticmethod
    def _told(name: str) -> float:
        with Path("/proc/self/status").open() as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith(f"{name}:"))


def product(export: Path, place: Path) -> tuple[int, float, str]:
    """What `flask intake` does with the files of an export, its texts taken as they are."""
    schema(place).dispose()
    return stored(export, f"sqlite:///{place / 'fairmark.db'}", place)


def stored(export: Path, database_url: str, place: Path) -> tuple[int, float, str]:
    """The same into a database that is there already."""
    settings = Settings.for_tests(database_url=database_url, instance=place / "instance")
    with create_app(settings).app_context():
        session = db.session()
        source = _source(session)
        watch = Watch()
        begin = time.process_time()
        records = ZendeskExport([export])
        counts = store_tickets(
            session,
            source,
            records.records(),
            ring=KeyRing(settings.text_keys),
            frame_key=settings.frame_key,
            now=NOW,
            agents=records.agents(),
            redacted=True,
            after_chunk=lambda _: watch.look_sometimes(),
        )
        spent = time.process_time() - begin
        watch.look()
        PEAK.append(watch.peak_mb)
        begin = time.process_time()
        indexed = searching.index_pending(session, KeyRing(settings.text_keys), most=INDEXED)
        each = (time.process_time() - begin) / indexed * 1e6
        return counts.tickets.stored, spent, f"and {each:.0f} µs a ticket for the search index"


def orm(export: Path, place: Path) -> tuple[int, float, str]:
    """The records of the same parser as objects of the ORM: ``add_all``, and a flush that inserts them in bulk."""
    return by_orm(export, schema(place), _objects)


def orm_statements(export: Path, place: Path) -> tuple[int, float, str]:
    """The same by the ORM's bulk INSERT statements, which make no objects."""
    return by_orm(export, schema(place), by_statement)


def by_orm(export: Path, engine: Engine, write: Write) -> tuple[int, float, str]:
    with Session(engine) as session:
        source = _source(session)
        session.expunge(source)
        begin = time.process_time()
        records = ZendeskExport([export])
        told = list(records.agents())
        ids = write(
            session, AgentIdentity, [{"source_id": 1, "external_id": each.external_id, "name": "A"} for each in told]
        )
        known = {each.external_id: row_id for each, row_id in zip(told, ids, strict=True)}
        done = 0
        chunk: list[TicketRecord] = []
        for record in records.records():
            if isinstance(record, TicketRecord):
                chunk.append(record)
            if len(chunk) == CHUNK:
                done += _orm_chunk(session, source, chunk, known, write)
                chunk.clear()
        done += _orm_chunk(session, source, chunk, known, write)
        return done, time.process_time() - begin, ""


def _objects(session: Session, model: type[Base], rows: list[Row]) -> Sequence[Any]:
    objects = [model(**row) for row in rows]
    session.add_all(objects)
    session.flush()
    return [getattr(each, "id", None) for each in objects]


def by_statement(session: Session, model: type[Base], rows: list[Row]) -> Sequence[Any]:
    if "id" not in model.__table__.c:
        session.execute(insert(model), rows)
        return ()
    return session.scalars(insert(model).returning(model.id, sort_by_parameter_order=True), rows).all()  # type: ignore[attr-defined]


def _orm_chunk(
    session: Session, source: Source, chunk: list[TicketRecord], agents: Mapping[str, int], write: Write
) -> int:
    if not chunk:
        return 0
    tickets = write(
        session,
        Ticket,
        [
            {"programme_id": source.programme_id, "source_id": source.id, "data_region": "default"}
            | {"digest": "0" * 64, "imported_at": NOW}
            | {name: getattr(each, name) for name in FACTS}
            | {"tags": list(each.tags), "custom_fields": dict(each.custom_fields)}
            | {"customer_digest": spread(each.customer_external_id or "")}
            | {"origin_file": each.origin.file, "origin_row": each.origin.row}
            for each in chunk
            if each.origin is not None
        ],
    )
    told = list(zip(tickets, chunk, strict=True))
    resolved = [{"ticket_id": ticket, "n": 1, "resolved_at": each.solved_at} for ticket, each in told]
    parts = write(
        session,
        HandledPart,
        [
            {"programme_id": 1, "ticket_id": ticket, "resolution_id": resolution, "prn": 2**51}
            | {"agent_identity_id": agents[each.assignee.external_id], "resolved_at": each.solved_at}
            | {"first_reply_at": each.created_at, "last_reply_at": each.solved_at, "public_replies": 4, "share": 1.0}
            | {"is_primary": True, "eligible": True}
            for (ticket, each), resolution in zip(told, write(session, Resolution, resolved), strict=True)
            if each.assignee is not None
        ],
    )
    write(session, ConversationKey, [{"ticket_id": each, "key_id": "k1", "wrapped": WRAPPED} for each in tickets])
    write(
        session,
        ConversationRevision,
        [
            {"ticket_id": ticket, "n": 1, "digest": "0" * 64, "redaction_version": "1", "created_at": NOW}
            | {"message_count": MESSAGES, "payload": zlib.compress(payload_of(each.messages or ()), 6)}
            for ticket, each in told
        ],
    )
    write(session, SearchPending, [{"ticket_id": each} for each in tickets])
    signals = [{"part_id": part, "name": name, "version": "1", "value": 1.0} for part in parts for name in SIGNALS]
    write(session, TicketSignal, signals)
    session.commit()
    session.expunge_all()
    return len(chunk)


SIDES: dict[str, Callable[[Path, Path], tuple[int, float, str]]] = {
    "product": product,
    "bare": bare,
    "orm": orm,
    "orm_statements": orm_statements,
}


def spent_by(side: str, export: Path, place: Path) -> Spent:
    """Run one side in this process."""
    tickets, cpu, told = SIDES[side](export, place)
    peak = PEAK[0] if PEAK else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Spent(tickets=tickets, cpu=cpu, peak_mb=peak, told=told)
