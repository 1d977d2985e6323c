"""Who opened which conversation, when and why: by reader, by ticket, and by the customer who asks."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from exports.text import csv_text
from qa.core import audit
from qa.core.access import Actor
from qa.core.access_log import AccessLogEntry
from qa.core.clock import midnight
from qa.core.errors import InvalidInputError
from qa.people.models import Source, User
from qa.tickets import retention
from qa.tickets.models import Ticket

PAGE = 100
MOST_EXPORTED = 100_000
PURPOSES = {
    "score": "to score it",
    "review": "reading a review",
    "ticket": "on the ticket's page",
    "calibration": "in a calibration session",
    "coaching": "for coaching",
    "export": "into a workbook",
    "incident": "at an incident",
    "sop_gap": "at an SOP gap",
    "original": "the original text",
}
COLUMNS = ("at", "reader", "e-mail", "source", "ticket", "purpose")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a report is about; everything empty: all openings."""

    reader_id: int | None = None
    source_id: int | None = None
    ticket: str = ""  # the help desk's id
    customer: str = ""  # the help desk's id
    since: dt.date | None = None
    until: dt.date | None = None  # the last day

    @property
    def is_empty(self) -> bool:
        return self == Asked(source_id=self.source_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One opening, as the report shows it."""

    id: int
    at: dt.datetime
    reader: str
    email: str
    source: str
    ticket: str
    ticket_id: int
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A page of openings, newest first, and what all of them come to."""

    rows: Sequence[Opening]
    openings: int
    readers: int
    tickets: int
    older: int | None  # where the next page begins


def asked_of(given: Mapping[str, str]) -> Asked:
    """What the address or the form asks for; ``InvalidInputError`` names the field that is no such thing."""

    def number(name: str) -> int | None:
        text = given.get(name, "").strip()
        if text and not (text.isdecimal() and len(text) <= 18):
            raise InvalidInputError("Choose from the list.", {name: "not in the list"})
        return int(text) if text else None

    def day(name: str) -> dt.date | None:
        text = given.get(name, "").strip()
        try:
            found = dt.date.fromisoformat(text) if text else None
        except ValueError as error:
            raise InvalidInputError("Write days as 2026-04-08.", {name: "no day"}) from error
        if found is not None and not 2000 <= found.year < 2200:
            raise InvalidInputError("Write a day of this century.", {name: "out of range"})
        return found

    asked = Asked(
        reader_id=number("reader"),
        source_id=number("source"),
        ticket=given.get("ticket", "").replace("\x00", "").strip()[:200],
        customer=given.get("customer", "").replace("\x00", "").strip()[:200],
        since=day("since"),
        until=day("until"),
    )
    if asked.customer and asked.source_id is None:
        raise InvalidInputError("Choose the source that the customer's id belongs to.", {"source": "missing"})
    return asked


def report(
    session: Session, actor: Actor, asked: Asked, *, frame_key: bytes, zone: Any, before: int | None = None
) -> Report:
    """A page of the openings that are asked for."""
    which = _matching(session, actor, asked, frame_key=frame_key, zone=zone)
    total = session.execute(
        which.with_only_columns(
            func.count(),
            func.count(AccessLogEntry.user_id.distinct()),
            func.count(AccessLogEntry.ticket_id.distinct()),
            maintain_column_froms=True,
        )
    ).one()
    page = which if before is None else which.where(AccessLogEntry.id < before)
    rows = [_opening(row) for row in session.execute(page.order_by(AccessLogEntry.id.desc()).limit(PAGE + 1))]
    return Report(
        rows=rows[:PAGE],
        openings=total[0],
        readers=total[1],
        tickets=total[2],
        older=rows[PAGE - 1].id if len(rows) > PAGE else None,
    )


def export(session: Session, actor: Actor, asked: Asked, *, frame_key: bytes, zone: Any, now: dt.datetime) -> str:
    """The report as CSV, and its making on the audit trail."""
    which = _matching(session, actor, asked, frame_key=frame_key, zone=zone)
    rows = [_opening(row) for row in session.execute(which.order_by(AccessLogEntry.id.desc()).limit(MOST_EXPORTED + 1))]
    if len(rows) > MOST_EXPORTED:
        raise InvalidInputError(f"More than {MOST_EXPORTED:,} openings: narrow the days, and export them in parts.")
    audit.record(
        session,
        action="access_log.exported",
        object_type="programme",
        object_id=actor.programme_id,
        actor_id=actor.user_id,
        now=now,
        detail={
            "rows": len(rows),
            "reader": asked.reader_id,
            "of_customer": bool(asked.customer),
            "of_ticket": bool(asked.ticket),
            "since": asked.since.isoformat() if asked.since else None,
            "until": asked.until.isoformat() if asked.until else None,
        },
    )
    return "\ufeff" + "".join(_lines(rows))


def _lines(rows: Sequence[Opening]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        cells = (row.at.isoformat(timespec="seconds"), row.reader, row.email, row.source, row.ticket, row.purpose)
        writer.writerow(map(csv_text, cells))
    yield text.getvalue()


def _matching(session: Session, actor: Actor, asked: Asked, *, frame_key: bytes, zone: Any) -> Select[Any]:
    found: Select[Any] = (
        select(  # type: ignore[assignment] # of the columns that _opening reads
            AccessLogEntry.id,
            AccessLogEntry.at,
            AccessLogEntry.user_id,
            AccessLogEntry.ticket_id,
            AccessLogEntry.purpose,
            User.name,
            User.email,
            Source.name.label("source"),
            Ticket.external_id,
        )
        .select_from(AccessLogEntry)
        .join(Ticket, Ticket.id == AccessLogEntry.ticket_id)
        .join(Source, Source.id == Ticket.source_id)
        .outerjoin(User, User.id == AccessLogEntry.user_id)
        .where(Ticket.programme_id == actor.programme_id)
    )
    if asked.reader_id is not None:
        found = found.where(AccessLogEntry.user_id == asked.reader_id)
    if asked.source_id is not None:
        found = found.where(Ticket.source_id == asked.source_id)
    if asked.ticket:
        found = found.where(Ticket.external_id == asked.ticket.lstrip("#"))
    if asked.customer and asked.source_id is not None:
        source = retention.get_source(session, actor.programme_id, asked.source_id)
        found = found.where(Ticket.customer_digest == retention.customer_of(frame_key, source, asked.customer))
    if asked.since is not None:
        found = found.where(AccessLogEntry.at >= midnight(asked.since, zone))
    if asked.until is not None:
        found = found.where(AccessLogEntry.at < midnight(asked.until + dt.timedelta(days=1), zone))
    return found


def _opening(row: Any) -> Opening:
    return Opening(
        id=row.id,
        at=row.at,
        reader=row.name or f"person {row.user_id}",
        email=row.email or "",
        source=row.source,
        ticket=row.external_id,
        ticket_id=row.ticket_id,
        purpose=PURPOSES.get(row.purpose, row.purpose.replace("_", " ")),
    )


def readers(session: Session, programme_id: int) -> Sequence[tuple[int, str]]:
    """Everybody of the programme, by name, as choices."""
    people = select(User.id, User.name).where(User.programme_id == programme_id).order_by(User.name, User.id)
    return [(row.id, row.name) for row in session.execute(people)]


def sources(session: Session, programme_id: int) -> Sequence[tuple[int, str]]:
    found = select(Source.id, Source.name).where(Source.programme_id == programme_id).order_by(Source.name, Source.id)
    return [(row.id, row.name) for row in session.execute(found)]
