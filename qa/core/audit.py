"""The audit trail: events written inside the use case's transaction, chained afterwards by a sealer.

An event holds ids and digests, never text or names. The chain is keyed (HMAC-SHA256), so that whoever can write the
table but does not hold the key cannot mend it; its head is anchored outside the table.
"""

import datetime as dt
import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import ForeignKey, func, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from qa.core.orm import Base, BigInt, WithId, table_of
from qa.core.prepared import Asked, PreparedChange, given

log = structlog.get_logger(__name__)
GENESIS = "0" * 64
GRACE = dt.timedelta(minutes=10)  # an honest event is sealed within seconds; this forgives a stopped server
SEALED_WITHIN = dt.timedelta(minutes=1)
ANCHORS = "audit-anchors.log"
CLOCK_SET_BACK = "clock.set_back"  # written by the sealer: what follows is by a clock that is behind
SEALER_LOCK = 7_203_991  # any constant: the number of PostgreSQL's advisory lock for the one sealer


class AuditEvent(WithId, Base):
    """Something that others rely on happened."""

    __tablename__ = "audit_event"

    at: Mapped[dt.datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(BigInt)  # no foreign key: an erased person's id stays in the chain
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[str]
    detail: Mapped[dict[str, Any]]


class AuditSeal(Base):
    """The place of one event in the chain."""

    __tablename__ = "audit_seal"

    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BigInt, ForeignKey("audit_event.id"), unique=True)
    digest: Mapped[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One way in which the trail is not what it was."""

    kind: str  # changed, inserted, reordered, truncated
    event_id: int | None
    message: str


_events = table_of(AuditEvent)
_EVENT = PreparedChange(insert(_events).values(given(*(each for each in _events.columns if each.name != "id"))))


def record(
    session: Asked,
    *,
    action: str,
    object_type: str,
    object_id: int | str,
    actor_id: int | None,
    now: dt.datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write an event in the caller's transaction: it stands or falls with what it tells."""
    _EVENT.run(
        session,
        at=now,
        actor_id=actor_id,
        action=action,
        object_type=object_type,
        object_id=str(object_id),
        detail=dict(detail or {}),
    )


def link(key: bytes, previous: str, event: AuditEvent) -> str:
    """The digest that binds an event to all before it."""
    body = json.dumps(
        [
            event.id,
            event.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            event.actor_id,
            event.action,
            event.object_type,
            event.object_id,
            event.detail,
        ],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hmac.new(key, f"{previous}\n{body}".encode(), hashlib.sha256).hexdigest()


def seal(session: Session, key: bytes, *, now: dt.datetime | None = None, limit: int = 500) -> int:
    """Chain the committed events that have no seal yet, oldest first; the number sealed. The caller commits.

    Where the clock (``now``) was set back since the last seal, an event in front of theirs says so: else they would
    look like old ones that somebody had slipped in.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": SEALER_LOCK})
    head = session.scalar(select(AuditSeal).order_by(AuditSeal.seq.desc()).limit(1))
    seq, previous = (head.seq, head.digest) if head else (0, GENESIS)
    events = list(
        session.scalars(
            select(AuditEvent)
            .outerjoin(AuditSeal, AuditSeal.event_id == AuditEvent.id)
            .where(AuditSeal.seq.is_(None))
            .order_by(AuditEvent.id)
            .limit(limit)
        )
    )
    newest = session.get(AuditEvent, head.event_id) if head and events and now else None
    if newest is not None and now is not None and now < newest.at - GRACE:
        events.insert(0, _set_back(session, newest.at, now))
    for event in events:
        seq += 1
        previous = link(key, previous, event)
        session.add(AuditSeal(seq=seq, event_id=event.id, digest=previous))
    session.flush()
    return len(events)


def _set_back(session: Session, since: dt.datetime, now: dt.datetime) -> AuditEvent:
    note = AuditEvent(
        at=now,
        actor_id=None,
        action=CLOCK_SET_BACK,
        object_type="clock",
        object_id="",
        detail={"newest": since.isoformat(timespec="seconds")},
    )
    session.add(note)
    session.flush()
    log.error("audit.clock_set_back", seconds=round((since - now).total_seconds()))
    return note


def seal_and_anchor(session: Session, key: bytes, instance: Path, *, now: dt.datetime) -> int:
    """Seal all that waits, commit chunk by chunk, and note the new head outside the table; the number sealed."""
    sealed = 0
    while taken := seal(session, key, now=now):
        sealed += taken
        head = chain_head(session)
        session.commit()
        anchor(instance / ANCHORS, *head, now)
    session.rollback()
    return sealed


def chain_head(session: Session) -> tuple[int, str]:
    """Length and digest of the chain, as receipts and anchors quote it."""
    head = session.scalar(select(AuditSeal).order_by(AuditSeal.seq.desc()).limit(1))
    return (head.seq, head.digest) if head else (0, GENESIS)


def anchor(path: Path, seq: int, digest: str, now: dt.datetime) -> None:
    """Note the head outside the table, so that a shortened chain is seen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        torn = file.tell() and file.seek(-1, os.SEEK_END) >= 0 and file.read() != b"\n"  # a full disk cut the last one
        file.write(f"{chr(10) if torn else ''}{now.isoformat(timespec='seconds')} {seq} {digest}\n".encode("ascii"))
    log.info("audit.anchor", seq=seq, digest=digest)


def anchors(path: Path) -> Iterator[tuple[int, str]]:
    """The heads noted so far; a line that was cut off anchors nothing."""
    if not path.exists():
        return
    for line in path.read_text(encoding="ascii").splitlines():
        _, seq, digest, *_ = [*line.split(" "), "", ""]
        if len(digest) == len(GENESIS):
            yield int(seq), digest


def verify(
    session: Session, key: bytes, *, now: dt.datetime, anchored: Iterator[tuple[int, str]] | None = None
) -> list[Finding]:
    """What changed, was inserted, reordered or cut away since it was sealed; empty when the trail holds."""
    findings: list[Finding] = []
    noted = list(anchored or ())
    digests = dict.fromkeys({seq for seq, _ in noted} | {0})  # only those that are asked for: a trail grows long
    digests[0] = GENESIS
    previous, expected_seq, last_at = GENESIS, 1, None
    last_event_id = 0
    # An outer join: SQLAlchemy's types do not tell that the event may be absent.
    rows: Iterable[tuple[AuditSeal, AuditEvent | None]] = session.execute(
        select(AuditSeal, AuditEvent)
        .outerjoin(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .order_by(AuditSeal.seq)
        .execution_options(yield_per=1000)
    )
    for sealed, event in rows:
        if sealed.seq != expected_seq:
            findings.append(_finding("truncated", None, f"seals {expected_seq} to {sealed.seq - 1} are gone"))
            expected_seq = sealed.seq
        expected_seq += 1
        if event is None:
            findings.append(_finding("truncated", sealed.event_id, f"event {sealed.event_id} is gone"))
        elif link(key, previous, event) != sealed.digest:
            findings.append(_finding("changed", event.id, f"event {event.id} is not what was sealed"))
        if event is not None:
            if event.action == CLOCK_SET_BACK:
                last_at = None
            if last_at is not None and event.at < last_at - GRACE:
                findings.append(_finding("inserted", event.id, f"event {event.id} is older than those before it"))
            last_at = event.at if last_at is None else max(last_at, event.at)
            last_event_id = max(last_event_id, event.id)
        previous = sealed.digest
        if sealed.seq in digests:
            digests[sealed.seq] = previous
    findings += _late_events(session, last_event_id, now)
    for seq, digest in noted:
        if digests[seq] is None:
            findings.append(_finding("truncated", None, f"the chain ends before its anchor {seq}"))
        elif digests[seq] != digest:
            findings.append(_finding("reordered", None, f"the chain at {seq} is not the one that was anchored"))
    return findings


def _late_events(session: Session, last_event_id: int, now: dt.datetime) -> Iterator[Finding]:
    unsealed = session.scalars(
        select(AuditEvent)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        .where(AuditSeal.seq.is_(None))
        .order_by(AuditEvent.id)
    ).all()
    for event in unsealed:
        if event.at < now - GRACE or (event.id < last_event_id and event.at < now - SEALED_WITHIN):
            yield _finding("inserted", event.id, f"event {event.id} was never sealed, though later ones are")


def waits_since(session: Session) -> dt.datetime | None:
    """When the first event behind the chain's head was written; two rows read, however long the trail."""
    head = select(AuditSeal.event_id).order_by(AuditSeal.seq.desc()).limit(1).scalar_subquery()
    return session.scalar(
        select(AuditEvent.at).where(AuditEvent.id > func.coalesce(head, 0)).order_by(AuditEvent.id).limit(1)
    )


def unsealed_count(session: Session) -> int:
    """Events that wait for the sealer: all of them less the chain's length, which its last seal tells.

    Counting reads one index and joins nothing. Where events were deleted it is too low: ``verify`` finds those.
    """
    length = func.coalesce(select(func.max(AuditSeal.seq)).scalar_subquery(), 0)
    waiting = session.scalar(select(func.count(AuditEvent.id) - length))
    return max(waiting or 0, 0)


def _finding(kind: str, event_id: int | None, message: str) -> Finding:
    return Finding(kind=kind, event_id=event_id, message=message)
