"""What a step of scoring is taken on: an assignment with its draft, as plain values, in one statement.

Saving and submitting are asked all day by everybody who scores; they touch no more objects than rows they change.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import Session

import rubrics
from qa.core.access import Actor
from qa.core.errors import NotFoundError
from qa.core.orm import table_of
from qa.core.prepared import Prepared
from qa.reviews.models import Answer, Evidence, Review, ReviewRevision
from qa.rubric_library.models import RubricVersion
from qa.rubric_library.queries import document_of, parsed, rubric_of
from qa.sampling.models import Assignment
from qa.tickets.models import ConversationRevision, HandledPart, Ticket
from qa.tickets.queries import may_open

NOWHERE = "There is no such part in your queue."

_assignments, _parts, _tickets, _conversations, _reviews, _revisions, _answers, _evidence, _versions = (
    table_of(each)
    for each in (
        Assignment,
        HandledPart,
        Ticket,
        ConversationRevision,
        Review,
        ReviewRevision,
        Answer,
        Evidence,
        RubricVersion,
    )
)


def _statement() -> Select[Any]:
    other = _revisions.alias()
    newest = (
        select(other.c.id)
        .where(other.c.review_id == _reviews.c.id)
        .order_by(other.c.n.desc())
        .limit(1)
        .correlate(_reviews)
        .scalar_subquery()
    )
    told = _conversations.alias()
    newest_told = (
        select(told.c.id)
        .where(told.c.ticket_id == _tickets.c.id)
        .order_by(told.c.n.desc())
        .limit(1)
        .correlate(_tickets)
        .scalar_subquery()
    )
    pinned = (
        exists()
        .where(_evidence.c.answer_id == _answers.c.id, _answers.c.revision_id == _revisions.c.id)
        .correlate(_revisions)
    )
    others = _assignments.alias()
    beside = (
        exists()
        .where(
            others.c.part_id == _assignments.c.part_id,
            others.c.id != _assignments.c.id,
            others.c.state.in_(("open", "submitted")),
        )
        .correlate(_assignments)
    )
    return (
        select(
            _assignments.c.id,
            _assignments.c.part_id,
            _assignments.c.reviewer_id,
            _assignments.c.purpose,
            _assignments.c.state,
            _assignments.c.leased_until,
            _assignments.c.drawn_unit_id,
            _assignments.c.rubric_version_id,
            _parts.c.specialist_id,
            _tickets.c.id.label("ticket_id"),
            _tickets.c.channel,
            _tickets.c.content_severity,
            _tickets.c.data_region,
            newest_told.label("conversation_revision_id"),
            _reviews.c.id.label("review_id"),
            _reviews.c.lock_version,
            _reviews.c.last_save_id,
            pinned.label("pinned"),
            beside.label("beside"),
            _revisions.c.id.label("revision_id"),
            _revisions.c.submitted_at.label("revision_submitted_at"),
            _versions.c.state.label("rubric_state"),
            _versions.c.fingerprint,
        )
        .select_from(_assignments)
        .join(_parts, _parts.c.id == _assignments.c.part_id)
        .join(_tickets, _tickets.c.id == _parts.c.ticket_id)
        .join(_versions, _versions.c.id == _assignments.c.rubric_version_id)
        .outerjoin(_reviews, _reviews.c.assignment_id == _assignments.c.id)
        .outerjoin(_revisions, _revisions.c.id == newest)
        .where(_assignments.c.id == bindparam("assignment_id"))
    )


_TASK = Prepared(_statement())
_LOCK_PART = Prepared(
    select(_parts.c.id).where(_parts.c.id == bindparam("part_id")).with_for_update(key_share=True),
)
_LOCK_REVIEW = Prepared(
    select(_reviews.c.id)
    .join(_assignments, _assignments.c.id == _reviews.c.assignment_id)
    .where(_assignments.c.id == bindparam("assignment_id"))
    .with_for_update()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An assignment, its draft if one is begun, and what it is scored by."""

    id: int
    part_id: int
    reviewer_id: int
    purpose: str
    state: str
    drawn: bool  # by a draw of a period, which its weekly sums speak of
    lent: bool  # from the pool, until it is begun
    rubric_version_id: int
    specialist_id: int | None
    ticket_id: int
    channel: str
    content_severity: int
    conversation_revision_id: int | None  # the newest of the ticket
    review_id: int | None
    version: int  # of the draft
    last_save_id: str | None
    revision_id: int | None  # the newest
    pinned: bool  # an answer of it rests on a passage
    beside: bool  # somebody else scores the part as well, or did
    revised_at: dt.datetime | None  # when the newest was submitted
    rubric: rubrics.RubricVersion

    @property
    def drafted(self) -> bool:
        """Whether its newest revision is a draft."""
        return self.revision_id is not None and self.revised_at is None


def task_for(session: Session, actor: Actor, assignment_id: int) -> Task:
    """One's own assignment; severe content and data regions only within one's clearance."""
    row = _TASK.one_or_none(session, assignment_id=assignment_id)
    if row is None or row.reviewer_id != actor.user_id or not may_open(actor, row):
        raise NotFoundError(NOWHERE)
    return _task(session, row)


def task_of(session: Session, assignment_id: int) -> Task:
    """An assignment, whoever asks: for what acts in its reviewer's place. Waiting changes are written first."""
    session.flush()
    row = _TASK.one_or_none(session, assignment_id=assignment_id)
    if row is None:
        raise NotFoundError(NOWHERE)
    return _task(session, row)


def locked(session: Session, task: Task) -> Task:
    """The task as it stands once nobody else may change it or another score of its part.

    On SQLite nobody may since the transaction began. The part goes first, as everywhere: no two wait for each other.
    """
    if session.get_bind().dialect.name == "sqlite":
        return task
    _LOCK_PART.all(session, part_id=task.part_id)
    _LOCK_REVIEW.all(session, assignment_id=task.id)
    return _task(session, _TASK.one_or_none(session, assignment_id=task.id))


def _task(session: Session, row: Any) -> Task:
    drafted = row.rubric_state == "draft"
    told = {"state": row.rubric_state, "fingerprint": row.fingerprint}
    return Task(
        id=row.id,
        part_id=row.part_id,
        reviewer_id=row.reviewer_id,
        purpose=row.purpose,
        state=row.state,
        drawn=row.drawn_unit_id is not None,
        lent=row.leased_until is not None,
        rubric_version_id=row.rubric_version_id,
        specialist_id=row.specialist_id,
        ticket_id=row.ticket_id,
        channel=row.channel,
        content_severity=row.content_severity,
        conversation_revision_id=row.conversation_revision_id,
        review_id=row.review_id,
        version=row.lock_version or 0,
        last_save_id=row.last_save_id,
        revision_id=row.revision_id,
        pinned=bool(row.pinned),
        beside=bool(row.beside),
        revised_at=row.revision_submitted_at,
        rubric=rubric_of(session, row.rubric_version_id)
        if drafted
        else parsed(document_of(session, row.rubric_version_id, **told)),
    )
