"""From a record to what is kept of it: the redacted facts, and the digests by which the same again is known. Pure."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from qa.tickets.conversations import payload_of
from qa.tickets.intake.base import MessageRecord, TicketRecord, clean
from qa.tickets.redaction import REDACTION_VERSION, redact, redact_short

DIGEST_HEX = 64
CUSTOMER_HEX = 32


def facts_digest(frame_key: bytes, record: TicketRecord) -> str:
    """A keyed digest of the facts as they came: without the key nobody can try out what a redacted value was."""
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
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str)
    return hmac.digest(frame_key, b"facts1|" + body.encode("utf-8", "replace"), hashlib.sha256).hex()


def conversation_digest(frame_key: bytes, messages: tuple[MessageRecord, ...]) -> str:
    """A keyed digest of a conversation as it came, and of the rules that redact it."""
    head = f"conversation1|{REDACTION_VERSION}|".encode()
    return hmac.digest(frame_key, head + payload_of(messages), hashlib.sha256).hex()


def customer_digest(frame_key: bytes, source_key: str, external_id: str) -> str:
    """The customer's mark: the same for the same customer of a source, and no way back."""
    message = f"customer1|{source_key}|{external_id}".encode("utf-8", "replace")
    return hmac.digest(frame_key, message, hashlib.sha256).hex()[:CUSTOMER_HEX]


def fact_columns(frame_key: bytes, source_key: str, record: TicketRecord, *, redacted: bool) -> dict[str, Any]:
    """The ticket's columns that an export tells, redacted unless they already are."""
    safe = clean if redacted else _safe
    short = clean if redacted else _safe_short
    customer = record.customer_external_id
    return {
        "subject": safe(record.subject),
        "status": record.status,
        "channel": short(record.channel),
        "queue": short(record.queue),
        "tier": short(record.tier),
        "language": short(record.language),
        "priority": short(record.priority),
        "product_area": short(record.product_area),
        "launch": short(record.launch),
        "tags": [short(tag) for tag in record.tags],
        "custom_fields": {short(key): _safe_value(value, redacted) for key, value in record.custom_fields.items()},
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
        "csat_reason": short(record.csat_reason) if record.csat_reason else None,
    }


def redacted_messages(messages: tuple[MessageRecord, ...]) -> tuple[MessageRecord, ...]:
    """The messages as they may be kept."""
    return tuple(_redacted(message) for message in messages)


def _redacted(message: MessageRecord) -> MessageRecord:
    text = _safe(message.text)
    return message if text == message.text else replace(message, text=text)


def _safe(text: str) -> str:
    return redact(clean(text))


def _safe_short(text: str) -> str:
    return redact_short(clean(text))


def _safe_value(value: Any, redacted: bool) -> Any:
    """A custom field may hold text, a number, a truth value, a list, or nothing."""
    if isinstance(value, str):
        return clean(value) if redacted else _safe_short(value)
    if isinstance(value, Mapping):
        return {clean(str(key)): _safe_value(each, redacted) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_safe_value(each, redacted) for each in value]
    return value
