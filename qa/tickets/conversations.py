"""A conversation as it is kept: one compressed, encrypted row per revision, read with the key of its ticket."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from qa.core.crypto import KeyRing, UnreadableTextError, decrypt_text, encrypt_text, new_text_key, unwrap, wrap
from qa.core.errors import NotFoundError
from qa.people.models import AgentIdentity, Programme, Source
from qa.tickets.intake.base import MessageRecord, Role
from qa.tickets.models import ConversationKey, ConversationRevision, Ticket

PAYLOAD = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)  # plain values only
SHAPE = 1  # of the payload; a new shape gets a new number and a reader of its own


class Message(NamedTuple):  # made by the dozen with every opening
    """One message as it was kept: redacted, with an id that is stable from revision to revision."""

    id: str
    author_role: Role
    author_label: str  # the agent's name; the programme's word for a customer
    agent_external_id: str | None  # of the help desk, for a specialist or bot
    agent_identity_id: int | None  # the same here
    public: bool
    at: dt.datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The messages of one revision, in their order."""

    ticket_id: int
    revision_id: int
    n: int  # 1 for the first revision of the ticket
    messages: tuple[Message, ...]


class KeptMessage(NamedTuple):
    """A message as its payload holds it."""

    external_id: str
    role: Role
    agent_external_id: str | None
    public: bool
    at: dt.datetime
    text: str


_revisions, _keys, _tickets, _sources, _agents_table = (
    each.__table__ for each in (ConversationRevision, ConversationKey, Ticket, Source, AgentIdentity)
)
# What a kept conversation is read from; a statement of another room may select the same beside what it needs itself.
KEPT_COLUMNS = (
    _revisions.c.id.label("conversation_id"),
    _revisions.c.n.label("conversation_n"),
    _revisions.c.payload,
    _keys.c.key_id,
    _keys.c.wrapped,
    _tickets.c.external_id,
    _sources.c.id.label("source_id"),
    _sources.c.key.label("source_key"),
)
_AGENTS = (
    select(_agents_table.c.external_id, _agents_table.c.id, _agents_table.c.name)
    .where(
        _agents_table.c.source_id == bindparam("source_id"),
        _agents_table.c.external_id.in_(bindparam("external_ids", expanding=True)),
    )
    .order_by(_agents_table.c.id)
)


def conversation_of(session: Session, ring: KeyRing, ticket_id: int, revision_id: int | None = None) -> Conversation:
    """One revision of a ticket's conversation, the newest unless named. Whoever shows it logs the opening."""
    query = (
        select(*KEPT_COLUMNS, Ticket.id.label("ticket_id"), Programme.customer_word)
        .select_from(ConversationRevision)
        .join(Ticket, Ticket.id == ConversationRevision.ticket_id)
        .join(Source, Source.id == Ticket.source_id)
        .join(Programme, Programme.id == Ticket.programme_id)
        .outerjoin(ConversationKey, ConversationKey.ticket_id == Ticket.id)
        .where(ConversationRevision.ticket_id == ticket_id)
        .order_by(ConversationRevision.n.desc(), ConversationRevision.id)
        .limit(1)
    )
    if revision_id is not None:
        query = query.where(ConversationRevision.id == revision_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFoundError("No conversation of this ticket is kept.")
    return read_conversation(session, ring, row, ticket_id=ticket_id, customer_word=row.customer_word)


def read_conversation(
    session: Session, ring: KeyRing, row: Any, *, ticket_id: int, customer_word: str, named: bool = True
) -> Conversation:
    """The conversation that a row of ``KEPT_COLUMNS`` holds; one statement for its agents, unless nobody is named."""
    if row.wrapped is None:
        raise UnreadableTextError("The text of this ticket was erased; its scores and figures stay.")
    about = about_ticket(row.source_key, row.external_id)
    key = unwrap(ring, row.key_id, row.wrapped, about)
    kept = read_payload(decrypt_text(key, row.payload, about_revision(about, row.conversation_n)))
    messages = with_authors(session, kept, row.source_id, customer_word=customer_word, named=named)
    return Conversation(ticket_id=ticket_id, revision_id=row.conversation_id, n=row.conversation_n, messages=messages)


def with_authors(
    session: Session, kept: Iterable[KeptMessage], source_id: int, *, customer_word: str, named: bool = True
) -> tuple[Message, ...]:
    """Kept messages with what their authors are called here; one statement, unless nobody is named."""
    kept = tuple(kept)
    agents = _agents(session, source_id, {message.agent_external_id for message in kept}) if named else {}
    customer = customer_word.capitalize()
    messages = []
    for message in kept:
        identity_id, label = agents.get(message.agent_external_id, (None, ""))
        if message.role == "customer":
            label = customer
        messages.append(
            Message(
                id=message.external_id,
                author_role=message.role,
                author_label=label or LABELS.get(message.role, "Specialist"),
                agent_external_id=message.agent_external_id,
                agent_identity_id=identity_id if message.role in ("specialist", "bot") else None,
                public=message.public,
                at=message.at,
                text=message.text,
            )
        )
    return tuple(messages)


LABELS = {"bot": "Bot", "internal": "Internal note", "tool": "Tool"}


def message_rows(messages: Iterable[MessageRecord]) -> list[list[Any]]:
    """Messages as plain values, which ``messages_in`` reads again."""
    return [
        [
            message.external_id,
            message.role,
            message.agent.external_id if message.agent else None,
            int(message.public),
            message.at.timestamp(),
            message.text,
        ]
        for message in messages
    ]


def payload_of(messages: Iterable[MessageRecord]) -> bytes:
    """A conversation as bytes; the same messages always give the same bytes."""
    return PAYLOAD.encode([SHAPE, message_rows(messages)]).encode("utf-8", "replace")


def read_payload(payload: bytes) -> tuple[KeptMessage, ...]:
    """The messages that ``payload_of`` wrote."""
    shape, rows = json.loads(payload)
    if shape != SHAPE:
        raise UnreadableTextError(f"this conversation was kept in shape {shape}, which this version cannot read")
    return messages_in(rows)


def messages_in(rows: Iterable[list[Any]]) -> tuple[KeptMessage, ...]:
    """The messages that ``message_rows`` told."""
    return tuple(
        KeptMessage(external_id, role, agent, bool(public), dt.datetime.fromtimestamp(at, dt.UTC), text)
        for external_id, role, agent, public, at, text in rows
    )


def about_ticket(source_key: str, external_id: str) -> str:
    """What a ticket's key is bound to: it opens no other ticket's text."""
    return f"ticket/{source_key}/{external_id}"


def about_revision(about: str, n: int) -> str:
    """What one revision's text is bound to."""
    return f"{about}/revision/{n}"


def new_key(ring: KeyRing, about: str) -> tuple[bytes, str, bytes]:
    """A fresh key for one ticket: the key, and its master's id and wrapped bytes as they are stored."""
    key = new_text_key()
    key_id, wrapped = wrap(ring, key, about)
    return key, key_id, wrapped


def sealed(key: bytes, payload: bytes, about: str, n: int) -> bytes:
    """A payload as it is stored."""
    return encrypt_text(key, payload, about_revision(about, n))


def _agents(session: Session, source_id: int, external_ids: set[str | None]) -> dict[str | None, tuple[int, str]]:
    wanted = sorted(external_id for external_id in external_ids if external_id is not None)
    if not wanted:
        return {}
    rows = session.execute(_AGENTS, {"source_id": source_id, "external_ids": wanted})
    return {external_id: (identity_id, name) for external_id, identity_id, name in rows}
