"""Sealing what came in as it came, reading it back, and forgetting it with its ticket."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from qa.core.crypto import KeyRing, UnreadableTextError, decrypt_text, encrypt_text, new_text_key, unwrap, wrap
from qa.tickets.conversations import PAYLOAD, KeptMessage, message_rows, messages_in
from qa.tickets.intake.base import TicketRecord
from qa.tickets.originals.models import OriginalReveal, OriginalText

SHAPE = 1  # of the payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The texts of one revision before redaction."""

    subject: str
    csat_reason: str | None
    fields: dict[str, Any]
    messages: tuple[KeptMessage, ...]


def about_original(about: str, n: int) -> str:
    """What an original and its key are bound to."""
    return f"{about}/original/{n}"


def sealed_original(
    ring: KeyRing, record: TicketRecord, about: str, n: int, *, now: dt.datetime, days: int
) -> dict[str, Any]:
    """The columns of an original, under a fresh key."""
    told = [SHAPE, record.subject, record.csat_reason, dict(record.custom_fields), message_rows(record.messages or ())]
    bound, key = about_original(about, n), new_text_key()
    key_id, wrapped = wrap(ring, key, bound)
    return {
        "n": n,
        "key_id": key_id,
        "wrapped": wrapped,
        "payload": encrypt_text(key, PAYLOAD.encode(told).encode("utf-8", "replace"), bound),
        "created_at": now,
        "kept_until": now + dt.timedelta(days=days),
    }


def opened(ring: KeyRing, row: OriginalText, about: str) -> Original:
    """The texts that a row holds."""
    bound = about_original(about, row.n)
    told = json.loads(decrypt_text(unwrap(ring, row.key_id, row.wrapped, bound), row.payload, bound))
    if told[0] != SHAPE:
        raise UnreadableTextError(f"this original was kept in shape {told[0]}, which this version cannot read")
    _, subject, csat_reason, fields, rows = told
    return Original(subject=subject, csat_reason=csat_reason, fields=fields, messages=messages_in(rows))


def forget(session: Session, ticket_ids: Sequence[int]) -> None:
    """Destroy the originals of erased tickets, and what was written to get at them; part of the caller's erasure."""
    session.execute(delete(OriginalText).where(OriginalText.ticket_id.in_(ticket_ids)))
    session.execute(update(OriginalReveal).where(OriginalReveal.ticket_id.in_(ticket_ids)).values(reason="", note=""))
