"""From a record to what is kept of it: the redacted facts, and the digests by which the same again is known. Pure."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from qa.tickets.digests import keyed_digest
from qa.tickets.intake.base import MessageRecord, TicketRecord, clean
from qa.tickets.redaction import REDACTION_VERSION, Turn, redact, redact_short, redact_turns

FACTS = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str, check_circular=False
)  # of what was read from JSON or cells: it cannot hold itself
DIGEST_HEX = 64
CUSTOMER_HEX = 32


def facts_digest(frame_key: bytes, told: str) -> str:
    """A keyed digest of the facts as they came: without the key nobody can try out what a redacted value was."""
    return keyed_digest(frame_key, b"facts1|" + told.encode("utf-8", "replace")).hex()


def facts_of(record: TicketRecord) -> str:
    """The facts as one text; the same facts always give the same."""
    solved, updated = record.solved_at, record.source_updated_at
    told = [
        REDACTION_VERSION,
        record.external_id,
        record.subject,
        record.status,
        record.created_at.timestamp(),
        solved.timestamp() if solved else None,
        updated.timestamp() if updated else None,
        record.channel,
        record.queue,
        record.tier,
        record.language,
        record.priority,
        record.product_area,
        record.launch,
        record.tags,
        record.custom_fields,
        record.content_severity,
        record.risk_class,
        record.customer_external_id,
        record.first_reply_seconds,
        record.resolution_seconds,
        record.reopens,
        record.escalated,
        record.csat,
        record.csat_reason,
        record.assignee.external_id if record.assignee else None,
        [
            (
                part.agent.external_id,
                part.first_reply_at.timestamp(),
                part.last_reply_at.timestamp(),
                part.public_replies,
                part.share,
                part.is_primary,
                part.ineligible_reason,
            )
            for part in record.parts or ()
        ],
    ]
    if record.data_region is not None:
        told.append(record.data_region)
    return FACTS.encode(told)


def is_plain(facts: str, payload: bytes) -> bool:
    """Whether facts and payload hold nothing but ASCII without NUL: nothing of their record has to be cleaned."""
    return facts.isascii() and payload.isascii() and "\\u0000" not in facts and b"\\u0000" not in payload


def conversation_digest(frame_key: bytes, record: TicketRecord, payload: bytes) -> str:
    """A keyed digest of a conversation as it came, and of what redacts it: the rules and the names to look for.

    ``payload`` is the one of the record's messages.
    """
    head = f"conversation2|{REDACTION_VERSION}|{'|'.join(people_of(record))}|".encode("utf-8", "replace")
    return keyed_digest(frame_key, head + payload).hex()


def customer_digest(frame_key: bytes, source_key: str, external_id: str) -> str:
    """The customer's mark: the same for the same customer of a source, and no way back."""
    message = f"customer1|{source_key}|{external_id}".encode("utf-8", "replace")
    return keyed_digest(frame_key, message).hex()[:CUSTOMER_HEX]


def fact_columns(frame_key: bytes, source_key: str, record: TicketRecord) -> dict[str, Any]:
    """The ticket's columns that an export tells; of a record that holds no personal data."""
    customer = record.customer_external_id
    return {
        "subject": record.subject,
        "status": record.status,
        "channel": record.channel,
        "queue": record.queue,
        "tier": record.tier,
        "language": record.language,
        "priority": record.priority,
        "product_area": record.product_area,
        "launch": record.launch,
        "tags": list(record.tags),
        "custom_fields": dict(record.custom_fields),
        "content_severity": record.content_severity,
        "risk_class": record.risk_class,
        "customer_digest": customer_digest(frame_key, source_key, customer) if customer else None,
        "created_at": record.created_at,
        "solved_at": record.solved_at,
        "source_updated_at": record.source_updated_at,
        "first_reply_seconds": record.first_reply_seconds,
        "resolution_seconds": record.resolution_seconds,
        "reopens": record.reopens,
        "escalated": record.escalated,
        "csat": record.csat,
        "csat_reason": record.csat_reason,
    }


def cleaned(record: TicketRecord) -> TicketRecord:
    """A record whose texts hold no personal data, in characters that both databases keep."""
    told = "\n".join((*_all_texts(record), *_shared_texts(record)))
    if clean(told) is told:  # as nearly always
        return record
    return _with_texts(record, [clean(text) for text in _all_texts(record)], clean)


def redacted(record: TicketRecord) -> TicketRecord:
    """A record as it may be kept: personal data replaced by tokens that are the same in all of its texts."""
    turns = [Turn(clean(turn.text), turn.asks, turn.answers) for turn in turns_of(record)]
    return _with_texts(record, redact_turns(turns, people_of(record)), _safe_short)


def people_of(record: TicketRecord) -> tuple[str, ...]:
    """The names to look for: those the export tells, then the agents who had the ticket."""
    agents = [record.assignee, *(message.agent for message in record.messages or ())]
    return (*record.people, *dict.fromkeys(agent.name for agent in agents if agent is not None))


def turns_of(record: TicketRecord) -> list[Turn]:
    """The free texts of a ticket in the order in which their tokens are numbered."""
    return [
        Turn(record.subject),
        *(
            Turn(
                message.text,
                asks=message.public and message.role in ("specialist", "bot"),
                answers=message.role == "customer",
            )
            for message in record.messages or ()
        ),
        *((Turn(record.csat_reason),) if record.csat_reason else ()),
        *(Turn(text) for text in _texts_in(record.custom_fields)),
    ]


def _all_texts(record: TicketRecord) -> Iterator[str]:
    """The same texts, one by one."""
    yield record.subject
    for message in record.messages or ():
        yield message.text
    if record.csat_reason:
        yield record.csat_reason
    yield from _texts_in(record.custom_fields)


def _shared_texts(record: TicketRecord) -> Iterator[str]:
    """Facts that many tickets share, and the names of fields."""
    yield from (record.channel, record.queue, record.tier, record.language, record.priority)
    yield from (record.product_area, record.launch, *record.tags)
    yield from _names_in(record.custom_fields)


def _names_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield str(key)
            yield from _names_in(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _names_in(each)


def _with_texts(record: TicketRecord, texts: list[str], short: Callable[[str], str]) -> TicketRecord:
    """The record with other texts, in the order of ``turns_of``; facts that many tickets share by ``short``."""
    rest = iter(texts)
    subject = next(rest)
    messages = record.messages
    if messages is not None:
        told = tuple(_with_text(message, next(rest)) for message in messages)
        same = all(one is other for one, other in zip(told, messages, strict=True))
        messages = messages if same else told
    csat_reason = next(rest) if record.csat_reason else None
    custom_fields = {short(key): _put(value, rest) for key, value in record.custom_fields.items()}
    return replace(
        record,
        subject=subject,
        messages=messages,
        csat_reason=csat_reason,
        custom_fields=custom_fields,
        channel=short(record.channel),
        queue=short(record.queue),
        tier=short(record.tier),
        language=short(record.language),
        priority=short(record.priority),
        product_area=short(record.product_area),
        launch=short(record.launch),
        tags=tuple(short(tag) for tag in record.tags),
    )


def _with_text(message: MessageRecord, text: str) -> MessageRecord:
    if text == message.text:
        return message
    return MessageRecord(
        external_id=message.external_id,
        role=message.role,
        public=message.public,
        at=message.at,
        text=text,
        agent=message.agent,
    )


def _safe_short(text: str) -> str:
    return redact_short(clean(text))


def _texts_in(value: Any) -> Iterator[str]:
    """The texts of a custom field, which may hold text, a number, a truth value, a list, or nothing."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts_in(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts_in(each)


def _put(value: Any, texts: Iterator[str]) -> Any:
    """The same field with other texts."""
    if isinstance(value, str):
        return next(texts)
    if isinstance(value, Mapping):
        return {redact(clean(str(key))): _put(each, texts) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_put(each, texts) for each in value]
    return value
