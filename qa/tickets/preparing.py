"""What a chunk of tickets will change, worked out before its transaction: what is known, what differs, sealed text."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.crypto import KeyRing, decrypt_text, unwrap
from qa.core.db import reading
from qa.tickets import rules
from qa.tickets.agents import Directory
from qa.tickets.conversations import (
    KeptMessage,
    about_revision,
    about_ticket,
    new_key,
    payload_of,
    read_payload,
    sealed,
)
from qa.tickets.counting import Counts
from qa.tickets.facets import Facet
from qa.tickets.facts import cleaned, conversation_digest, fact_columns, facts_digest, facts_of, is_plain, redacted
from qa.tickets.intake.base import PartRecord, TicketRecord
from qa.tickets.models import ConversationKey, ConversationRevision, HandledPart, Resolution, Ticket
from qa.tickets.originals.keeping import sealed_original
from qa.tickets.redaction import REDACTION_VERSION
from qa.tickets.rows import among
from qa.tickets.rules import PresentResolution, PrimaryRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The source that tickets go to, and what its programme says about them."""

    programme_id: int
    source_id: int
    source_key: str
    data_region: str
    ring: KeyRing
    frame_key: bytes
    now: dt.datetime
    redacted: bool
    primary_rules: tuple[tuple[dt.datetime, PrimaryRule], ...]  # oldest first
    directory: Directory
    run_id: int | None = None  # of the intake that tells
    facets: set[Facet] = field(default_factory=set)  # kept before
    originals_for: int | None = None  # days that the texts are kept as they came, sealed; None: never

    def primary_rule(self, moment: dt.datetime) -> PrimaryRule:
        """The programme's rule in force at a moment; before its first row, the first one."""
        found = self.primary_rules[0][1] if self.primary_rules else PrimaryRule.MOST_PUBLIC_REPLIES
        for valid_from, rule in self.primary_rules:
            if valid_from <= moment:
                found = rule
        return found


@dataclass(frozen=True, slots=True)
class Known:
    """A stored ticket, as far as it takes to see that a record says the same."""

    id: int
    digest: str
    erased: bool
    revision: int  # number of the newest, 0 without any
    revision_digest: str | None


@dataclass(frozen=True, slots=True)
class KnownResolution:
    id: int
    n: int
    resolved_at: dt.datetime


@dataclass(slots=True)
class Deeper:
    """What a changed ticket's update needs besides."""

    resolutions: list[KnownResolution] = field(default_factory=list)
    parts: dict[int, dict[int, Any]] = field(default_factory=dict)  # resolution id -> agent identity id -> row
    key: tuple[str, bytes] | None = None
    payload: bytes | None = None


@dataclass(slots=True, kw_only=True)
class Work:
    """One ticket's changes."""

    record: TicketRecord
    ticket_id: int | None
    columns: dict[str, Any] | None  # None: the facts are as they were
    resolution: PresentResolution | None
    parts: Sequence[PartRecord] | None  # None: the parts stay as they are
    key: tuple[str, bytes] | None = None  # to be stored
    revision: dict[str, Any] | None = None
    original: dict[str, Any] | None = None  # the revision as it came, where the source keeps it
    deeper: Deeper = field(default_factory=Deeper)


@dataclass(slots=True)
class Prepared:
    known: dict[str, Known]
    work: list[Work]
    counts: Counts

    @property
    def touches(self) -> bool:
        return bool(self.work)


def prepare(session: Session, store: Store, records: Mapping[str, TicketRecord]) -> Prepared:
    """What storing these records changes; reads in a transaction of its own, writes nothing."""
    with reading():
        known = known_tickets(session, store.source_id, list(records))
        differing = [
            (record, known.get(external_id), *_differences(store, record, known.get(external_id)))
            for external_id, record in records.items()
        ]
        changed = [before.id for _, before, facts, text, _, _ in differing if before is not None and (facts or text)]
        deeper = _deeper(session, changed)
        session.rollback()
    counts = Counts()
    work = []
    for record, before, facts, text, payload, plain in differing:
        told = len(record.messages or ())
        if before is not None and not facts and not text:
            counts.tickets.add("unchanged")
            counts.messages.add("unchanged", told)
            continue
        counts.tickets.add("stored" if before is None else "updated")
        known_more = deeper.get(before.id, Deeper()) if before is not None else Deeper()
        safe = redacted(record) if not store.redacted else record if plain else cleaned(record)
        each = _work(store, record, safe, before, known_more, facts=facts, text=text, payload=payload, counts=counts)
        if text is None:
            counts.messages.add("unchanged", told)
        work.append(each)
    return Prepared(known, work, counts)


def known_tickets(session: Session, source_id: int, external_ids: Sequence[str]) -> dict[str, Known]:
    """The stored tickets among these ids."""
    tickets = session.execute(
        select(Ticket.external_id, Ticket.id, Ticket.digest, Ticket.erased_at).where(
            Ticket.source_id == source_id, among(session, Ticket.external_id, external_ids)
        )
    ).all()
    newest: dict[int, tuple[int, str]] = {}
    if tickets:
        for ticket_id, n, digest in session.execute(
            select(ConversationRevision.ticket_id, ConversationRevision.n, ConversationRevision.digest)
            .where(among(session, ConversationRevision.ticket_id, [row.id for row in tickets]))
            .order_by(ConversationRevision.ticket_id, ConversationRevision.n)
        ):
            newest[ticket_id] = (n, digest)
    return {
        row.external_id: Known(row.id, row.digest, row.erased_at is not None, *newest.get(row.id, (0, None)))
        for row in tickets
    }


def _differences(store: Store, record: TicketRecord, known: Known | None) -> tuple[str | None, str | None, bytes, bool]:
    """The new digests of facts and of conversation, each None where nothing is to be written; and the conversation.

    Last whether the record's characters are those that every database takes.
    """
    if known is not None and known.erased:
        return None, None, b"", False  # what was erased stays erased, whatever an export still says
    told = facts_of(record)
    facts: str | None = facts_digest(store.frame_key, told)
    payload = payload_of(record.messages) if record.messages else b""
    text = conversation_digest(store.frame_key, record, payload) if record.messages else None
    if known is not None:
        facts = None if facts == known.digest else facts
        text = None if text == known.revision_digest else text
    return facts, text, payload, is_plain(told, payload)


def _deeper(session: Session, ticket_ids: Sequence[int]) -> dict[int, Deeper]:
    found: dict[int, Deeper] = {ticket_id: Deeper() for ticket_id in ticket_ids}
    if not ticket_ids:
        return found
    for row in session.execute(
        select(Resolution.ticket_id, Resolution.id, Resolution.n, Resolution.resolved_at)
        .where(among(session, Resolution.ticket_id, ticket_ids))
        .order_by(Resolution.ticket_id, Resolution.n)
    ):
        found[row.ticket_id].resolutions.append(KnownResolution(row.id, row.n, row.resolved_at))
    for part in session.execute(
        select(*HandledPart.__table__.c)
        .where(among(session, HandledPart.ticket_id, ticket_ids))
        .order_by(HandledPart.id)
    ):
        found[part.ticket_id].parts.setdefault(part.resolution_id, {})[part.agent_identity_id] = part
    for key in session.execute(
        select(ConversationKey.ticket_id, ConversationKey.key_id, ConversationKey.wrapped).where(
            among(session, ConversationKey.ticket_id, ticket_ids)
        )
    ):
        found[key.ticket_id].key = (key.key_id, key.wrapped)
    for ticket_id, payload in session.execute(
        select(ConversationRevision.ticket_id, ConversationRevision.payload)
        .where(among(session, ConversationRevision.ticket_id, ticket_ids))
        .order_by(ConversationRevision.ticket_id, ConversationRevision.n)
    ):
        found[ticket_id].payload = payload
    return found


def _work(
    store: Store,
    record: TicketRecord,
    safe: TicketRecord,
    before: Known | None,
    deeper: Deeper,
    *,
    facts: str | None,
    text: str | None,
    payload: bytes,
    counts: Counts,
) -> Work:
    columns = None
    if facts is not None:
        columns = fact_columns(store.frame_key, store.source_key, safe)
        columns["digest"] = facts
        columns["data_region"] = record.data_region or store.data_region
    resolution, parts = _parts(store, record, deeper, counts)
    work = Work(
        record=record,
        ticket_id=before.id if before is not None else None,
        columns=columns,
        resolution=resolution,
        parts=parts,
        deeper=deeper,
    )
    if text is not None and safe.messages is not None:
        if safe.messages is not record.messages:
            payload = payload_of(safe.messages)
        _seal(store, work, payload, (before.revision if before is not None else 0) + 1, text, counts)
    return work


def _parts(
    store: Store, record: TicketRecord, deeper: Deeper, counts: Counts
) -> tuple[PresentResolution | None, Sequence[PartRecord] | None]:
    """The present resolution and its parts; None for parts that this record says nothing about."""
    resolution = rules.present_resolution(record)
    if resolution is None:
        counts.without_part[rules.WithoutPart.UNRESOLVED] += 1
        return None, None
    silent = record.messages is None and record.parts is None
    if silent and any(known.n == resolution.n for known in deeper.resolutions):
        return resolution, None
    since = max((known.resolved_at for known in deeper.resolutions if known.n < resolution.n), default=None)
    parts = rules.parts_of(record, resolution, rule=store.primary_rule(resolution.resolved_at), since=since)
    if not parts:
        counts.without_part[rules.WithoutPart.ABANDONED] += 1
    return resolution, parts


def _seal(store: Store, work: Work, payload: bytes, n: int, digest: str, counts: Counts) -> None:
    """The new revision of a conversation, encrypted with the ticket's key."""
    about = about_ticket(store.source_key, work.record.external_id)
    before: tuple[KeptMessage, ...] = ()
    if work.deeper.key is None:
        key, key_id, wrapped = new_key(store.ring, about)
        work.key = (key_id, wrapped)
    else:
        key = unwrap(store.ring, *work.deeper.key, about)
        if work.deeper.payload is not None:
            before = read_payload(decrypt_text(key, work.deeper.payload, about_revision(about, n - 1)))
    told = len(work.record.messages or ())
    _compare(before, read_payload(payload) if before else None, told, counts)
    work.revision = {
        "n": n,
        "digest": digest,
        "redaction_version": REDACTION_VERSION,
        "message_count": told,
        "payload": sealed(key, payload, about, n),
        "created_at": store.now,
    }
    if store.originals_for is not None:
        work.original = sealed_original(store.ring, work.record, about, n, now=store.now, days=store.originals_for)


def _compare(before: Sequence[KeptMessage], after: Sequence[KeptMessage] | None, told: int, counts: Counts) -> None:
    if after is None:
        counts.messages.add("stored", told)
        return
    earlier = {message.external_id: message for message in before}
    for message in after:
        known = earlier.get(message.external_id)
        counts.messages.add("stored" if known is None else "unchanged" if known == message else "updated")
