"""Everything the scoring page is made from, in two statements; a third for the names of those who wrote.

The page is opened all day by everybody who scores. Its statements are built once, read plain columns instead of
objects, and touch nothing that could colour the judgement.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, ScalarSelect, Select, bindparam, func, select, tuple_
from sqlalchemy.orm import Session

import rubrics
from qa.core.access import Actor
from qa.core.crypto import KeyRing
from qa.core.errors import NotFoundError
from qa.core.prepared import Prepared
from qa.people.models import AgentIdentity, Source
from qa.reviews.models import Review, ReviewRevision
from qa.reviews.queries import StoredAnswer, answers_of, in_order
from qa.rubric_library.models import RubricVersion
from qa.rubric_library.queries import document_of, parsed, rubric_of
from qa.sampling.models import Assignment, Purpose, StrikeRequest
from qa.tickets.conversations import KEPT_COLUMNS, Conversation, Message, read_conversation
from qa.tickets.models import ConversationKey, ConversationRevision, HandledPart, Ticket
from qa.tickets.queries import may_open

ELSEWHERE = "There is no such part in your queue."


assignments, parts, tickets, sources, agents, versions, requests = (
    each.__table__ for each in (Assignment, HandledPart, Ticket, Source, AgentIdentity, RubricVersion, StrikeRequest)
)
reviews, revisions, conversations, keys = (
    each.__table__ for each in (Review, ReviewRevision, ConversationRevision, ConversationKey)
)


def _waiting(*, before: bool) -> ScalarSelect[int]:
    """How many open parts the reviewer has; or only those that come first."""
    other = assignments.alias()
    found = select(func.count()).where(
        other.c.reviewer_id == assignments.c.reviewer_id,
        other.c.state == "open",
        other.c.purpose.not_in((Purpose.SELF, Purpose.PEER)),  # invitations stand elsewhere
    )
    if before:
        found = found.where(tuple_(*in_order(other)) < tuple_(*in_order(assignments)))
    return found.correlate(assignments).scalar_subquery()


def _newest(table: FromClause, belongs: ColumnElement[bool], owner: FromClause) -> ScalarSelect[int]:
    """The id of the newest revision of something."""
    return select(table.c.id).where(belongs).order_by(table.c.n.desc()).limit(1).correlate(owner).scalar_subquery()


def _statement() -> Select[Any]:
    draft, newest = revisions.alias(), conversations.alias()
    return (
        select(
            assignments.c.id,
            assignments.c.purpose,
            assignments.c.state,
            assignments.c.due_on,
            assignments.c.rubric_version_id,
            parts.c.first_reply_at,
            parts.c.last_reply_at,
            parts.c.resolved_at,
            agents.c.external_id.label("agent_external_id"),
            agents.c.name.label("agent_name"),
            tickets.c.id.label("ticket_id"),
            tickets.c.subject,
            tickets.c.queue,
            tickets.c.channel,
            tickets.c.language,
            tickets.c.content_severity,
            tickets.c.data_region,
            reviews.c.id.label("review_id"),
            reviews.c.lock_version,
            revisions.c.id.label("revision_id"),
            revisions.c.internal_note,
            versions.c.state.label("rubric_state"),
            versions.c.fingerprint,
            requests.c.state.label("strike_state"),
            _waiting(before=True).label("before"),
            _waiting(before=False).label("waiting"),
            *KEPT_COLUMNS,
        )
        .select_from(assignments)
        .join(parts, parts.c.id == assignments.c.part_id)
        .join(agents, agents.c.id == parts.c.agent_identity_id)
        .join(tickets, tickets.c.id == parts.c.ticket_id)
        .join(sources, sources.c.id == tickets.c.source_id)
        .join(versions, versions.c.id == assignments.c.rubric_version_id)
        .outerjoin(reviews, reviews.c.assignment_id == assignments.c.id)
        .outerjoin(revisions, revisions.c.id == _newest(draft, draft.c.review_id == reviews.c.id, reviews))
        .outerjoin(requests, requests.c.assignment_id == assignments.c.id)
        .outerjoin(
            conversations,
            conversations.c.id
            == func.coalesce(
                revisions.c.conversation_revision_id, _newest(newest, newest.c.ticket_id == tickets.c.id, tickets)
            ),
        )
        .outerjoin(keys, keys.c.ticket_id == tickets.c.id)
        .where(assignments.c.id == bindparam("assignment_id"), assignments.c.reviewer_id == bindparam("reviewer_id"))
    )


_OPENED = Prepared(_statement())


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One's own assignment as its page shows it."""

    id: int
    purpose: str
    state: str
    due_on: dt.date
    resolved_at: dt.datetime
    ticket_id: int
    external_id: str
    subject: str
    queue: str
    channel: str
    language: str
    content_severity: int
    review_id: int | None
    version: int
    note: str
    strike_state: str | None
    position: int  # among the open ones
    waiting: int
    document: str  # of the rubric, by which its form is kept
    rubric: rubrics.RubricVersion
    untouched: bool  # nothing is answered yet, by a version that no longer changes
    answers: Sequence[StoredAnswer]
    row: Any  # of the statement above

    @property
    def erased(self) -> bool:
        """Whether its text is gone for good."""
        return self.row.conversation_id is not None and self.row.wrapped is None

    def conversation(self, session: Session, ring: KeyRing, *, customer_word: str, blind: bool) -> Conversation:
        """What the draft judges, or the newest state of it; blind, without names. Whoever shows it logs the opening."""
        if self.row.conversation_id is None:
            raise NotFoundError("No conversation of this ticket is kept.")
        return read_conversation(
            session, ring, self.row, ticket_id=self.ticket_id, customer_word=customer_word, named=not blind
        )

    def judges(self, message: Message) -> bool:
        """Whether a message belongs to the judged part."""
        return (
            message.author_role == "specialist"
            and message.public
            and message.agent_external_id == self.row.agent_external_id
            and bool(self.row.first_reply_at <= message.at <= self.row.last_reply_at)
        )


def open_for(session: Session, actor: Actor, assignment_id: int) -> Opened:
    """One's own assignment with its draft; severe content and data regions only within one's clearance."""
    row = _OPENED.one_or_none(session, assignment_id=assignment_id, reviewer_id=actor.user_id)
    if row is None or not may_open(actor, row):
        raise NotFoundError(ELSEWHERE)
    drafted = row.rubric_state == "draft"
    answers = answers_of(session, row.revision_id) if row.revision_id is not None else ()
    document = document_of(session, row.rubric_version_id, state=row.rubric_state, fingerprint=row.fingerprint)
    return Opened(
        id=row.id,
        purpose=row.purpose,
        state=row.state,
        due_on=row.due_on,
        resolved_at=row.resolved_at,
        ticket_id=row.ticket_id,
        external_id=row.external_id,
        subject=row.subject,
        queue=row.queue,
        channel=row.channel,
        language=row.language,
        content_severity=row.content_severity,
        review_id=row.review_id,
        version=row.lock_version or 0,
        note=row.internal_note or "",
        strike_state=row.strike_state,
        position=row.before + 1,
        waiting=row.waiting,
        document=document,
        rubric=rubric_of(session, row.rubric_version_id) if drafted else parsed(document),
        untouched=not answers and not drafted,
        answers=answers,
        row=row,
    )
