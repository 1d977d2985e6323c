"""Tickets to test with, each with its resolution, handled part and encrypted conversation."""

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core.crypto import KeyRing
from qa.people.models import AgentIdentity
from qa.people.queries import memberships_of, team_on
from qa.tickets import conversations
from qa.tickets.intake.base import AgentRecord, MessageRecord
from qa.tickets.models import ConversationKey, ConversationRevision, HandledPart, Resolution, Ticket
from qa.tickets.rules import part_key, permanent_random_number
from tests.support.cast import NOW, Cast

KEYS = Settings.for_tests(database_url="sqlite://", instance=Path())
RING = KeyRing(KEYS.text_keys)
# The Wednesday of the last week that is over.
RESOLVED = NOW - dt.timedelta(days=7)
MESSAGES = (
    ("customer", "Hello, my payout of this month has not arrived. Can you look?"),
    ("specialist", "Thank you for writing. I checked your account: the payout was sent on Monday."),
    ("internal", "Bank reference is in the ledger."),
    ("customer", "It is there now, thank you!"),
    ("specialist", "Glad to hear it. Have a good day."),
)
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """A ticket with its one resolution, handled part and conversation."""

    ticket: Ticket
    resolution: Resolution
    part: HandledPart
    revision: ConversationRevision


def make_ticket(
    session: Session,
    cast: Cast,
    *,
    agent: AgentIdentity | None = None,
    messages: Sequence[tuple[str, str]] = MESSAGES,
    resolved_at: dt.datetime = RESOLVED,
    eligible: bool = True,
    **facts: Any,
) -> Handled:
    """A solved ticket that one specialist (Sam unless named) handled; ``facts`` are columns of the ticket."""
    agent = agent or cast.sam_agent
    external_id = facts.pop("external_id", f"T-{next(_numbers)}")
    opened = resolved_at - dt.timedelta(hours=len(messages))
    ticket = Ticket(
        **{
            "programme_id": cast.programme.id,
            "source_id": cast.source.id,
            "external_id": external_id,
            "subject": "Payout is missing",
            "status": "solved",
            "channel": "email",
            "queue": "payouts",
            "language": "en",
            "created_at": opened,
            "solved_at": resolved_at,
            "digest": external_id,
            "imported_at": resolved_at,
            **facts,
        }
    )
    session.add(ticket)
    session.flush()
    resolution = Resolution(ticket_id=ticket.id, n=1, resolved_at=resolved_at)
    session.add(resolution)
    session.flush()
    part = HandledPart(
        programme_id=cast.programme.id,
        ticket_id=ticket.id,
        resolution_id=resolution.id,
        agent_identity_id=agent.id,
        specialist_id=agent.user_id,
        team_id=team_of(session, agent.user_id, resolved_at),
        resolved_at=resolved_at,
        first_reply_at=opened + dt.timedelta(hours=1),
        last_reply_at=resolved_at,
        public_replies=sum(role in {"specialist", "bot"} for role, _ in messages),
        share=1.0,
        eligible=eligible,
        ineligible_reason=None if eligible else "too_short",
        prn=permanent_random_number(KEYS.frame_key, cast.source.key, part_key(external_id, 1, agent.external_id)),
    )
    session.add(part)
    revision = keep_conversation(session, cast, ticket, agent, messages, started_at=opened)
    session.flush()
    return Handled(ticket=ticket, resolution=resolution, part=part, revision=revision)


def keep_conversation(
    session: Session,
    cast: Cast,
    ticket: Ticket,
    agent: AgentIdentity,
    messages: Sequence[tuple[str, str]],
    *,
    started_at: dt.datetime,
    n: int = 1,
) -> ConversationRevision:
    """The n-th revision of a ticket's conversation, encrypted; message ids are m1, m2, ..."""
    writer = AgentRecord(external_id=agent.external_id, name=agent.name, email=agent.email, is_bot=agent.is_bot)
    records = [
        MessageRecord(
            external_id=f"m{position}",
            role=role,  # type: ignore[arg-type]
            public=role != "internal",
            at=started_at + dt.timedelta(hours=position - 1),
            text=text,
            agent=None if role == "customer" else writer,
        )
        for position, (role, text) in enumerate(messages, start=1)
    ]
    about = conversations.about_ticket(cast.source.key, ticket.external_id)
    kept = session.get(ConversationKey, ticket.id)
    if kept is None:
        key, key_id, wrapped = conversations.new_key(RING, about)
        session.add(ConversationKey(ticket_id=ticket.id, key_id=key_id, wrapped=wrapped))
    else:
        key = conversations.unwrap(RING, kept.key_id, kept.wrapped, about)
    revision = ConversationRevision(
        ticket_id=ticket.id,
        n=n,
        digest=f"{ticket.external_id}/{n}",
        redaction_version="2",
        message_count=len(records),
        payload=conversations.sealed(key, conversations.payload_of(records), about, n),
        created_at=started_at,
    )
    session.add(revision)
    session.flush()
    return revision


def team_of(session: Session, user_id: int | None, moment: dt.datetime) -> int | None:
    """The team somebody belonged to at a moment."""
    return None if user_id is None else team_on(memberships_of(session, [user_id])[user_id], moment.date())
