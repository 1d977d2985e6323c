"""When a conversation is erased, what coaching quotes of it goes too: praise, and why a passage is an example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.coaching.examples.models import CoachingExample
from qa.coaching.models import Praise
from qa.incidents import forgetting as incidents
from qa.reviews.forgetting import GONE, Said
from qa.reviews.models import Review
from qa.tickets.models import HandledPart

TEXTS: Mapping[Any, str] = {Praise: "text", CoachingExample: "why"}


def forget_quotes(session: Session, conversations: Mapping[int, Sequence[str]]) -> int:
    """Blank what reviews, incidents and coaching quote of these tickets; how many texts. The caller commits."""
    gone = incidents.forget_quotes(session, conversations)
    said = {ticket_id: Said(texts) for ticket_id, texts in conversations.items()}
    for table, name in TEXTS.items():
        rows = session.execute(
            select(table.id, getattr(table, name), HandledPart.ticket_id)
            .join(Review, Review.id == table.review_id)
            .join(HandledPart, HandledPart.id == Review.part_id)
            .where(HandledPart.ticket_id.in_(list(conversations)))
            .order_by(table.id)
        ).all()
        for row_id, words, ticket_id in rows:
            if words and said[ticket_id].is_quoted_in(words):
                session.execute(update(table).where(table.id == row_id).values({name: GONE}))
                gone += 1
    return gone
