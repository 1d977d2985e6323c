"""The conversation behind a review, for whoever may read its words."""

import datetime as dt

from sqlalchemy.orm import Session

from qa.coaching.queries import ReviewLine
from qa.core import access_log
from qa.core.access import Actor, Permission
from qa.core.crypto import KeyRing
from qa.core.errors import FairmarkError
from qa.tickets.conversations import Conversation, conversation_of


def opened(
    session: Session,
    actor: Actor,
    specialist_id: int,
    line: ReviewLine,
    ring: KeyRing,
    *,
    purpose: str,
    now: dt.datetime,
) -> Conversation | None:
    """The conversation as the review judged it, by the rule of the review's own page; the opening is logged.

    None without the clearance that the ticket needs (one's own work needs none), and once it is no longer kept.
    """
    own_work = actor.user_id == specialist_id
    if not actor.may(Permission.CONVERSATION_READ) or line.data_region not in actor.regions:
        return None
    if line.content_severity > actor.clearance and not own_work:
        return None
    try:
        conversation = conversation_of(session, ring, line.ticket_id, revision_id=line.conversation_revision_id)
    except FairmarkError:  # erased, or no longer kept
        return None
    if actor.user_id:  # the command line is nobody; its exports are in the trail
        access_log.buffer().opened(user_id=actor.user_id, ticket_id=line.ticket_id, purpose=purpose, now=now)
    return conversation
