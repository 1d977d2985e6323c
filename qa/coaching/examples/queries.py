"""Reading examples: one's own, and the excerpts that others shared."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching.examples.excerpts import anonymous
from qa.coaching.examples.models import CoachingExample
from qa.core.access import OPEN_REGION, Actor
from qa.core.crypto import KeyRing
from qa.core.errors import FairmarkError, InvalidInputError, NotFoundError
from qa.people.models import AgentIdentity, User
from qa.reviews.models import Review, ReviewRevision
from qa.reviews.queries import ReviewView
from qa.tickets.conversations import conversation_of
from qa.tickets.models import HandledPart, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A shared passage as others see it: without name, score and ticket."""

    example_id: int
    criterion_key: str
    text: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnExample:
    """An example that somebody has a say in, with its passage."""

    example: CoachingExample
    specialist: str
    asked_by: str
    text: str | None  # None: the conversation is gone, or is not for this person to read any more
    withheld: bool = False  # the latter


def shareable(ticket: Ticket) -> bool:
    """Whether anybody may read this conversation's words: nothing harmful, no region of its own."""
    return ticket.content_severity == 0 and ticket.data_region == OPEN_REGION


def check_own_words(
    session: Session, ring: KeyRing, view: ReviewView, *, message_id: str, start: int, end: int
) -> None:
    """Refuse a passage that the specialist did not write: nobody else has agreed to anything."""
    conversation = conversation_of(session, ring, view.ticket.id, revision_id=view.revision.conversation_revision_id)
    message = next((each for each in conversation.messages if each.id == message_id), None)
    writer = (
        session.scalar(select(AgentIdentity.user_id).where(AgentIdentity.id == message.agent_identity_id))
        if message is not None and message.public and message.agent_identity_id is not None
        else None
    )
    if message is None or writer != view.part.specialist_id or not 0 <= start < end <= len(message.text):
        told = "Only a passage that the specialist wrote to the customer can be shared."
        raise InvalidInputError(told, {"passage": told})


def _found(session: Session, *where: object) -> Sequence[tuple[CoachingExample, ReviewRevision, Ticket, str]]:
    rows = session.execute(
        select(CoachingExample, ReviewRevision, Ticket, User.name)
        .join(Review, Review.id == CoachingExample.review_id)
        .join(ReviewRevision, ReviewRevision.id == Review.current_revision_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .join(User, User.id == CoachingExample.specialist_id)
        .where(*where)  # type: ignore[arg-type]
        .order_by(CoachingExample.asked_at.desc(), CoachingExample.id.desc())
        .limit(60)
    )
    return [(row, revision, ticket, name) for row, revision, ticket, name in rows]


def _passage(
    session: Session, ring: KeyRing, row: CoachingExample, revision: ReviewRevision, ticket: Ticket
) -> str | None:
    """The words as they stand in the conversation; none once it is erased."""
    if ticket.erased_at is not None:
        return None
    try:
        conversation = conversation_of(session, ring, ticket.id, revision_id=revision.conversation_revision_id)
    except FairmarkError:  # its text was erased, or is not kept
        return None
    message = next((each for each in conversation.messages if each.id == row.message_id), None)
    return message.text[row.start : row.end] if message is not None else None


def shared_by_others(
    session: Session,
    ring: KeyRing,
    programme_id: int,
    criterion_keys: Collection[str],
    *,
    but: int,
    limit: int = 3,
) -> dict[str, list[Excerpt]]:
    """Excerpts that others share, by criterion, the newest first; never one of ``but``'s own."""
    found: dict[str, list[Excerpt]] = {}
    for row, revision, ticket, name in _found(
        session,
        CoachingExample.state == "shared",
        CoachingExample.criterion_key.in_(criterion_keys),
        CoachingExample.specialist_id != but,
        User.programme_id == programme_id,
    ):
        held = found.setdefault(row.criterion_key, [])
        if len(held) >= limit or not shareable(ticket):
            continue
        words = _passage(session, ring, row, revision, ticket)
        if words:
            held.append(
                Excerpt(
                    example_id=row.id,
                    criterion_key=row.criterion_key,
                    text=anonymous(words, [name], [ticket.external_id]),
                    why=anonymous(row.why, [name], [ticket.external_id]),
                )
            )
    return found


def examples_with(session: Session, ring: KeyRing, user_id: int, *, coached: Collection[int]) -> list[OwnExample]:
    """The examples of one's own work, and those one asked for.

    Whoever asked reads the passage while they coach its writer (``coached``: whom they coach today) and while anybody
    may read the conversation.
    """
    mine = (CoachingExample.specialist_id == user_id) | (CoachingExample.asked_by_id == user_id)
    rows = _found(session, mine)
    asked = dict(
        session.execute(select(User.id, User.name).where(User.id.in_({row.asked_by_id for row, *_ in rows}))).all()
    )
    found = []
    for row, revision, ticket, name in rows:
        live = row.state in ("asked", "shared")
        withheld = row.specialist_id != user_id and not (row.specialist_id in coached and shareable(ticket))
        found.append(
            OwnExample(
                example=row,
                specialist=name,
                asked_by=asked.get(row.asked_by_id, ""),
                text=_passage(session, ring, row, revision, ticket) if live and not withheld else None,
                withheld=live and withheld,
            )
        )
    return found


def get_example_for(session: Session, actor: Actor, example_id: int) -> CoachingExample:
    """An example in which this person has a say: their own work, or asked for by them."""
    row = session.get(CoachingExample, example_id)
    if row is None or actor.user_id not in (row.specialist_id, row.asked_by_id):
        raise NotFoundError("There is no such example, or it is not yours to answer.")
    return row


def asked_of_review(session: Session, review_ids: Collection[int]) -> set[tuple[int, str, str, int]]:
    """Which passages are asked for, shared or declined: review, criterion, message, start."""
    return {
        (review_id, criterion_key, message_id, start)
        for review_id, criterion_key, message_id, start in session.execute(
            select(
                CoachingExample.review_id,
                CoachingExample.criterion_key,
                CoachingExample.message_id,
                CoachingExample.start,
            ).where(CoachingExample.review_id.in_(review_ids))
        )
    }


def waiting_for(session: Session, user_id: int) -> int:
    """How many passages wait for this person's answer."""
    return len(
        session.scalars(
            select(CoachingExample.id).where(CoachingExample.specialist_id == user_id, CoachingExample.state == "asked")
        ).all()
    )
