"""When a conversation is erased, what gaps in procedures and escalations quote of it goes too; their kinds stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching import forgetting as coaching
from qa.escalations.models import Escalation
from qa.reviews.forgetting import GONE, Said
from qa.sop_gaps.models import SopGap

TEXTS: tuple[tuple[Any, tuple[str, ...]], ...] = ((SopGap, ("note", "answer")), (Escalation, ("reason",)))


def forget_quotes(session: Session, conversations: Mapping[int, Sequence[str]]) -> int:
    """Blank what everything below and these two quote of these tickets; how many texts. The caller commits."""
    gone = coaching.forget_quotes(session, conversations)
    said = {ticket_id: Said(texts) for ticket_id, texts in conversations.items()}
    for table, names in TEXTS:
        for row in session.scalars(select(table).where(table.ticket_id.in_(list(conversations))).order_by(table.id)):
            for name in names:
                text = getattr(row, name)
                if text and said[row.ticket_id].is_quoted_in(text):
                    setattr(row, name, GONE)
                    gone += 1
    session.flush()
    return gone
