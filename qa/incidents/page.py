"""What an incident's page shows: the passage in its conversation, and who may do what now."""

from typing import Any

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.config import settings
from qa.core import access_log
from qa.core.access import Permission, Scope
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing, UnreadableTextError
from qa.core.errors import NotFoundError
from qa.incidents import queries, rules
from qa.incidents.queries import IncidentView
from qa.reviews.review_page import Marks, stretches
from qa.reviews.rules import passage_digest
from qa.reviews.scoring_page import AUTHORS, KINDS, ShownMessage, without_name
from qa.tickets.conversations import Conversation, conversation_of
from qa.tickets.models import HandledPart, Ticket
from qa.tickets.queries import names_behind, visible

LOOKS = {**KINDS, "bot": "agent"}  # nobody is judged here


def shown(session: Session, view: IncidentView) -> dict[str, Any]:
    """The context of an incident's page; opening its conversation goes to the access log."""
    incident = view.incident
    conversation = _conversation(session, view)
    messages: tuple[ShownMessage, ...] = ()
    marks: dict[str, Marks] = {}
    passage = None
    if conversation is not None:
        access_log.buffer().opened(user_id=g.actor.user_id, ticket_id=view.ticket.id, purpose="incident", now=utcnow())
        blind = queries.reads_nameless(session, g.actor, view.ticket.id)
        names = names_behind(session, HandledPart.ticket_id == view.ticket.id) if blind else ""
        messages = shown_messages(conversation, blind=blind, customer=g.programme.customer_word, names=names)
        text = next((message.text for message in conversation.messages if message.id == incident.message_id), "")
        if passage_digest(text[incident.start : incident.end]) == incident.digest:
            text = without_name(text, names)
            passage = text[incident.start : incident.end]
            cut = stretches(text, [(incident.start, incident.end)])
            marks[incident.message_id] = Marks(stretches=cut, criteria=())
    refusal = barrier_of(view)
    return {
        "view": view,
        "incident": incident,
        "kind_words": rules.KIND_WORDS,
        "outcomes": rules.OUTCOMES,
        "messages": messages,
        "marks": marks,
        "passage": passage,
        "may_act": refusal is None,
        "refusal": refusal,
        "may_open_ticket": may_open_ticket(session, view.ticket.id),
        "names": g.actor.may(Permission.REVIEWER_NAME),
        "overdue": rules.overdue(incident.state, incident.due_at, utcnow()),
    }


def _conversation(session: Session, view: IncidentView) -> Conversation | None:
    """The conversation as its reporter read it; none where its text was erased."""
    try:
        return conversation_of(
            session,
            KeyRing(settings().text_keys),
            view.ticket.id,
            revision_id=view.incident.conversation_revision_id,
        )
    except (NotFoundError, UnreadableTextError):
        return None


def shown_messages(conversation: Conversation, *, blind: bool, customer: str, names: str) -> tuple[ShownMessage, ...]:
    """The messages with their authors; blind, nobody is named, in no text either."""
    named = {"customer": customer.capitalize(), **AUTHORS}
    if blind:
        named["specialist"] = "Specialist"
    return tuple(
        ShownMessage(
            id=message.id,
            kind=LOOKS.get(message.author_role, "note") if message.public else "note",
            author=named.get(message.author_role, message.author_label),
            judged=False,
            public=message.public,
            at=message.at,
            text=without_name(message.text, names),
        )
        for message in conversation.messages
    )


def may_open_ticket(session: Session, ticket_id: int) -> bool:
    """Whether the ticket's own page is open to this person."""
    if not g.actor.may(Permission.CONVERSATION_READ):
        return False
    mine = visible(g.actor, Permission.CONVERSATION_READ)
    return session.scalar(select(Ticket.id).where(Ticket.id == ticket_id, mine)) is not None


def barrier_of(view: IncidentView) -> str | None:
    """Why this person may not act on this incident."""
    return rules.barrier(
        by=g.actor.user_id,
        raised_by=view.incident.raised_by_id,
        about=view.about,
        asked=view.asked,
        is_lead=g.actor.may(Permission.INCIDENTS, Scope.ALL),
    )
