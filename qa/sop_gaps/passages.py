"""The passages that a gap's raiser pinned, for whoever may read the ticket; reading them goes to the access log."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.config import settings
from qa.core import access_log
from qa.core.access import Actor, Permission
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing, UnreadableTextError
from qa.core.errors import NotFoundError
from qa.reviews.rules import passage_digest
from qa.sop_gaps.queries import GapView
from qa.tickets.conversations import conversation_of
from qa.tickets.models import Ticket
from qa.tickets.queries import visible


def may_read(session: Session, actor: Actor, view: GapView) -> bool:
    """Whether this person may read the ticket's conversation."""
    if not actor.may(Permission.CONVERSATION_READ):
        return False
    mine = visible(actor, Permission.CONVERSATION_READ)
    return session.scalar(select(Ticket.id).where(Ticket.id == view.ticket.id, mine)) is not None


def passages_of(session: Session, actor: Actor, view: GapView) -> list[str]:
    """The pinned words as they stood; none where the text was erased."""
    gap = view.gap
    if not gap.pins or gap.conversation_revision_id is None:
        return []
    try:
        conversation = conversation_of(
            session, KeyRing(settings().text_keys), view.ticket.id, revision_id=gap.conversation_revision_id
        )
    except (NotFoundError, UnreadableTextError):
        return []
    access_log.buffer().opened(user_id=actor.user_id, ticket_id=view.ticket.id, purpose="sop_gap", now=utcnow())
    texts = {message.id: message.text for message in conversation.messages}
    found = (texts.get(pin["message"], "")[pin["start"] : pin["end"]] for pin in gap.pins)
    return [words for words, pin in zip(found, gap.pins, strict=True) if passage_digest(words) == pin["digest"]]
