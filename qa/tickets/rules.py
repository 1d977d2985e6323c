"""What follows from a ticket's record: its present resolution, who handled which part, what may be sampled. Pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from qa.tickets.digests import keyed_digest
from qa.tickets.intake.base import RESOLVED_STATUSES, AgentRecord, MessageRecord, PartRecord, TicketRecord

SPAM_TAGS = frozenset({"spam", "suspended", "junk"})
MERGED_TAGS = frozenset({"closed_by_merge", "merged"})
LEAST_CHARACTERS = 8  # of all public messages together, for there to be anything to judge
TEST_TAGS = frozenset({"test_ticket", "qa_test"})


class PrimaryRule(StrEnum):
    """Which part of a resolution stands for the ticket."""

    MOST_PUBLIC_REPLIES = "most_public_replies"
    LAST_PUBLIC_REPLY = "last_public_reply"


class Ineligible(StrEnum):
    """Why a part is not in the population that is sampled."""

    DELETED = "deleted"
    MERGED = "merged"
    SPAM = "spam"
    TEST = "test"
    BOT = "bot"
    NO_CONVERSATION = "no_conversation"
    NO_SPECIALIST_REPLY = "no_specialist_reply"
    NO_CUSTOMER_MESSAGE = "no_customer_message"
    TOO_SHORT = "too_short"
    WITHDRAWN = "withdrawn"  # a later intake no longer shows the agent in this resolution


LEFT_OUT = ((MERGED_TAGS, Ineligible.MERGED), (SPAM_TAGS, Ineligible.SPAM), (TEST_TAGS, Ineligible.TEST))
INELIGIBLE_WORDS = {
    Ineligible.DELETED: "deleted in the help desk",
    Ineligible.MERGED: "merged into another ticket",
    Ineligible.SPAM: "spam",
    Ineligible.TEST: "a test ticket",
    Ineligible.BOT: "handled by a bot",
    Ineligible.NO_CONVERSATION: "the export told no messages",
    Ineligible.NO_SPECIALIST_REPLY: "no public reply of a specialist",
    Ineligible.NO_CUSTOMER_MESSAGE: "no public message of the customer",
    Ineligible.TOO_SHORT: "hardly a word was said",
    Ineligible.WITHDRAWN: "no longer in the help desk's account of it",
}


class WithoutPart(StrEnum):
    """Why a ticket has no handled part at all."""

    UNRESOLVED = "unresolved"
    ABANDONED = "abandoned"  # resolved, but no agent ever had it


WITHOUT_PART_WORDS = {
    WithoutPart.UNRESOLVED: "not resolved yet",
    WithoutPart.ABANDONED: "resolved, but no agent ever had them",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentResolution:
    """The newest time that a ticket was resolved."""

    n: int
    resolved_at: dt.datetime


def present_resolution(record: TicketRecord) -> PresentResolution | None:
    """The resolution in which the ticket stands now; none while it is open.

    A help desk tells how often a ticket was reopened, not when it was resolved before: so it is number reopens + 1,
    whether or not an intake saw the ones before. Without a time of its own it is dated by the last public message.
    """
    if record.status not in RESOLVED_STATUSES:
        return None
    resolved_at = record.solved_at
    if resolved_at is None:
        spoken = [message.at for message in record.messages or () if message.public]
        resolved_at = max(spoken) if spoken else record.source_updated_at or record.created_at
    return PresentResolution(n=record.reopens + 1, resolved_at=resolved_at)


def parts_of(
    record: TicketRecord,
    resolution: PresentResolution,
    *,
    rule: PrimaryRule,
    since: dt.datetime | None = None,
) -> tuple[PartRecord, ...]:
    """Who handled the resolution, by their public replies after ``since`` (the resolution before); one part is primary.

    An assignee who never replied has a part too, so that the count of what is left out is complete.
    """
    if record.parts is not None:
        return record.parts
    replies = _replies(record.messages or (), since)
    total = sum(len(times) for _, times in replies.values())
    if not total:
        if record.assignee is None:
            return ()
        return (_silent(record, resolution, record.assignee),)
    heard = any(message.role == "customer" and message.public for message in record.messages or ())
    parts = [
        PartRecord(
            agent=agent,
            first_reply_at=min(times),
            last_reply_at=max(times),
            public_replies=len(times),
            share=len(times) / total,
            is_primary=len(replies) == 1,
            ineligible_reason=_left_out(record, agent, heard=heard),
        )
        for agent, times in replies.values()
    ]
    if len(parts) == 1:
        return tuple(parts)
    chosen = primary(parts, rule, record.assignee)
    return tuple(replace(part, is_primary=part is chosen) for part in parts)


def primary(parts: Sequence[PartRecord], rule: PrimaryRule, assignee: AgentRecord | None) -> PartRecord:
    """The part that stands for the ticket: a person's before a bot's, then by the programme's rule.

    Equal parts: the later last reply (or more replies), then the assignee, then the id, so that the choice is stable.
    """

    def weight(part: PartRecord) -> tuple[object, ...]:
        replies, last = part.public_replies, part.last_reply_at
        by_rule = (replies, last) if rule is PrimaryRule.MOST_PUBLIC_REPLIES else (last, replies)
        assigned = assignee is not None and part.agent.external_id == assignee.external_id
        return (not part.agent.is_bot, *by_rule, assigned, part.agent.external_id)

    return max(parts, key=weight)


def _replies(
    messages: Iterable[MessageRecord], since: dt.datetime | None
) -> dict[str, tuple[AgentRecord, list[dt.datetime]]]:
    found: dict[str, tuple[AgentRecord, list[dt.datetime]]] = {}
    for message in messages:
        if not message.public or message.role not in ("specialist", "bot") or message.agent is None:
            continue
        if since is not None and message.at <= since:
            continue
        found.setdefault(message.agent.external_id, (message.agent, []))[1].append(message.at)
    return found


def _silent(record: TicketRecord, resolution: PresentResolution, assignee: AgentRecord) -> PartRecord:
    reason = Ineligible.NO_CONVERSATION if record.messages is None else Ineligible.NO_SPECIALIST_REPLY
    return PartRecord(
        agent=assignee,
        first_reply_at=resolution.resolved_at,
        last_reply_at=resolution.resolved_at,
        public_replies=0,
        share=0.0,
        is_primary=True,
        ineligible_reason=_ticket_left_out(record) or reason,
    )


def _left_out(record: TicketRecord, agent: AgentRecord, *, heard: bool) -> Ineligible | None:
    reason = _ticket_left_out(record)
    if reason is not None:
        return reason
    if agent.is_bot:
        return Ineligible.BOT
    if not heard:
        return Ineligible.NO_CUSTOMER_MESSAGE
    said = 0
    for message in record.messages or ():
        if message.public:
            said += len(message.text.strip())
        if said >= LEAST_CHARACTERS:
            return None
    return Ineligible.TOO_SHORT


def _ticket_left_out(record: TicketRecord) -> Ineligible | None:
    return next((reason for marks, reason in LEFT_OUT if not marks.isdisjoint(record.tags)), None)


def permanent_random_number(frame_key: bytes, source_key: str, part_key: str) -> int:
    """A part's place in every draw: 52 bits that only the holder of the frame key can foretell.

    Permanent random numbers after Ohlsson (1995), "Coordination of samples using permanent random numbers".
    """
    message = f"prn1|{source_key}|{part_key}".encode()
    return int.from_bytes(keyed_digest(frame_key, message)[:8], "big") >> 12


def part_key(ticket_external_id: str, n: int, agent_external_id: str) -> str:
    """The name of a part that is the same in every database."""
    return f"{ticket_external_id}/{n}/{agent_external_id}"
