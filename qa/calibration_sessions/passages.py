"""The passages that people pinned in a session, as words; read after the reveal only, by whoever may read them."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.calibration_sessions.models import SessionAssignment, SessionPart
from qa.core import access_log
from qa.core.access import Actor, Permission
from qa.core.crypto import KeyRing, UnreadableTextError
from qa.core.errors import NotFoundError
from qa.reviews.models import Answer, Evidence, Review, ReviewRevision
from qa.tickets.conversations import conversation_of
from qa.tickets.models import HandledPart, Ticket

PURPOSE = "calibration session"
MOST = 600  # characters of one passage


def pinned(
    session: Session, actor: Actor, session_id: int, criterion_key: str, *, ring: KeyRing, now: dt.datetime
) -> dict[tuple[int, int], list[str]]:
    """What each answer to a criterion rests on, by (user, part); nothing of what was erased or is not cleared.

    One conversation a part is opened, and each opening is logged.
    """
    if not actor.may(Permission.CONVERSATION_READ):
        return {}
    rows = session.execute(
        select(
            Review.reviewer_id,
            Review.part_id,
            HandledPart.ticket_id,
            ReviewRevision.conversation_revision_id,
            Evidence.message_id,
            Evidence.start,
            Evidence.end,
        )
        .join(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.n == 1))
        .join(Answer, (Answer.revision_id == ReviewRevision.id) & (Answer.criterion_key == criterion_key))
        .join(Evidence, Evidence.answer_id == Answer.id)
        .join(SessionAssignment, SessionAssignment.assignment_id == Review.assignment_id)
        .join(SessionPart, SessionPart.id == SessionAssignment.session_part_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            SessionPart.session_id == session_id,
            Review.state == "submitted",
            ~Review.sealed,
            Ticket.data_region.in_(actor.regions),
            Ticket.content_severity <= actor.clearance,
        )
        .order_by(Review.part_id, Review.reviewer_id, Evidence.id)
    ).all()
    texts: dict[tuple[int, int], dict[str, str]] = {}
    found: dict[tuple[int, int], list[str]] = {}
    for user_id, part_id, ticket_id, revision_id, message_id, start, end in rows:
        if (ticket_id, revision_id) not in texts:
            texts[ticket_id, revision_id] = _texts(session, actor, ticket_id, revision_id, ring, now)
        words = texts[ticket_id, revision_id].get(message_id, "")
        if end <= len(words):
            passage = words[start:end]
            found.setdefault((user_id, part_id), []).append(passage if len(passage) <= MOST else passage[:MOST] + "…")
    return found


def _texts(
    session: Session, actor: Actor, ticket_id: int, revision_id: int, ring: KeyRing, now: dt.datetime
) -> dict[str, str]:
    try:
        conversation = conversation_of(session, ring, ticket_id, revision_id=revision_id)
    except (NotFoundError, UnreadableTextError):
        return {}
    access_log.buffer().opened(user_id=actor.user_id, ticket_id=ticket_id, purpose=PURPOSE, now=now)
    return {message.id: message.text for message in conversation.messages}
