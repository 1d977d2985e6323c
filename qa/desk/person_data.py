"""What the house keeps of one employee: told on request, and erased while ids, scores and the audit trail stay.

Erased are name, address, password, sessions, skills, absences, clearances and preferences; the help desk's name of the
agent, also for every later intake; and what others wrote about the person's work: comments, notes, disputes and the
texts of coaching. Who reviewed what and with which score remains, told of a number.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from qa.coaching.examples.models import CoachingExample
from qa.coaching.library.models import TrainingRecord
from qa.coaching.meetings.models import CoachingMeeting, CoachingSeries, CoachingSeriesDay, PrivateNote
from qa.coaching.models import CoachingAction, CoachingGoal, CoachingPlan, Praise
from qa.coaching.wait_lists.models import WaitPlace
from qa.core import audit
from qa.core.audit import AuditEvent
from qa.core.errors import ConflictError
from qa.core.orm import Base
from qa.notices.models import MailDigest, Notice
from qa.people.models import (
    Absence,
    AgentIdentity,
    Capacity,
    Clearance,
    Membership,
    OneTimeLink,
    RegionClearance,
    RoleGrant,
    Skill,
    User,
    UserSession,
)
from qa.reviews.comment_templates.models import CommentTemplate
from qa.reviews.comments.models import ReviewComment
from qa.reviews.keeping_sums import following
from qa.reviews.models import Answer, Review, ReviewRevision
from qa.sampling.models import Assignment
from qa.sop_gaps.models import SopGap
from qa.tickets.models import Erasure, HandledPart

OWN = (RoleGrant, Membership, Skill, Absence, Clearance, RegionClearance, Capacity)  # told
FORGOTTEN = (
    Skill,
    Absence,
    Clearance,
    RegionClearance,
    Capacity,
    UserSession,
    OneTimeLink,
    Notice,
    MailDigest,
)  # deleted
HIDDEN = frozenset({"password_hash", "token_digest"})


def export_person(session: Session, user: User) -> dict[str, Any]:
    """Everything kept of a person, as plain values; no text of a ticket, which is the customer's.

    A lead's private notes are the lead's own and leave in no export.
    """
    reviews = select(Review.id).join(HandledPart, HandledPart.id == Review.part_id)
    about = reviews.where(HandledPart.specialist_id == user.id)
    revisions = select(ReviewRevision.id).where(ReviewRevision.review_id.in_(about))
    plans = select(CoachingPlan.id).where(CoachingPlan.specialist_id == user.id)
    return {
        "person": _plain(session, select(User).where(User.id == user.id))[0],
        **{
            table.__tablename__: _plain(session, select(table).where(table.user_id == user.id).order_by(table.id))
            for table in OWN
        },
        "agent_identity": _plain(session, select(AgentIdentity).where(AgentIdentity.user_id == user.id)),
        "reviews_of_their_work": _plain(session, select(ReviewRevision).where(ReviewRevision.id.in_(revisions))),
        "answers_in_them": _plain(session, select(Answer).where(Answer.revision_id.in_(revisions))),
        "reviews_they_wrote": _plain(session, select(Review).where(Review.reviewer_id == user.id)),
        "comments_on_them": _plain(session, _comments(user.id, about)),
        "coaching_plan": _plain(session, select(CoachingPlan).where(CoachingPlan.id.in_(plans))),
        "coaching_goal": _plain(session, select(CoachingGoal).where(CoachingGoal.plan_id.in_(plans))),
        "coaching_action": _plain(session, select(CoachingAction).where(CoachingAction.plan_id.in_(plans))),
        "coaching_meeting": _plain(session, select(CoachingMeeting).where(CoachingMeeting.specialist_id == user.id)),
        "praise": _plain(session, select(Praise).where(Praise.specialist_id == user.id)),
        "training_record": _plain(session, select(TrainingRecord).where(TrainingRecord.user_id == user.id)),
        "coaching_example": _plain(session, select(CoachingExample).where(CoachingExample.specialist_id == user.id)),
        "wait_place": _plain(session, select(WaitPlace).where(WaitPlace.user_id == user.id)),
        "comment_template": _plain(session, select(CommentTemplate).where(CommentTemplate.owner_id == user.id)),
        "sop_gaps_they_raised": _plain(session, select(SopGap).where(SopGap.raised_by_id == user.id)),
        "audit": _plain(session, select(AuditEvent).where(AuditEvent.actor_id == user.id).order_by(AuditEvent.id)),
    }


def _comments(user_id: int, about: Select[Any]) -> Select[Any]:
    """What a person wrote about reviews, and what was written about those of their work."""
    mine = or_(ReviewComment.author_id == user_id, ReviewComment.review_id.in_(about))
    return select(ReviewComment).where(mine).order_by(ReviewComment.id)


def _plain(session: Session, query: Select[Any]) -> list[dict[str, Any]]:
    """The rows of a query by their columns."""
    found = []
    for row in session.scalars(query):
        columns: Mapping[str, Any] = {each.key: getattr(row, each.key) for each in row.__table__.columns}
        found.append({name: _told(value) for name, value in columns.items() if name not in HIDDEN})
    return found


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else value


def erase_person(session: Session, user: User, *, by: int | None, now: dt.datetime) -> None:
    """Erase a person whose account is closed; part of the caller's transaction. The same again changes nothing."""
    if user.active:
        raise ConflictError(f"The account of {user.email} is open: close it first, so that nobody works in it.")
    if session.scalar(select(Erasure.id).where(Erasure.subject == "person", Erasure.subject_id == user.id)) is not None:
        return
    user.name, user.email = f"Erased person {user.id}", f"erased-{user.id}@erased.invalid"
    with following(session, specialists=[user.id]):
        user.password_hash, user.started_on, user.preferences = None, None, {}
    session.execute(
        update(AgentIdentity)
        .where(AgentIdentity.user_id == user.id)
        .values(name=f"Erased person {user.id}", email=None)
    )
    for table in FORGOTTEN:
        session.execute(delete(table).where(_column(table, "user_id") == user.id))
    session.execute(delete(CommentTemplate).where(CommentTemplate.owner_id == user.id))
    _blank_texts(session, user.id)
    session.execute(
        insert(Erasure).values(
            subject="person",
            subject_id=user.id,
            requested_at=now,
            requested_by_id=by,
            reason="erased on request",
            executed_at=now,
        )
    )
    audit.record(session, action="person.erased", object_type="person", object_id=user.id, actor_id=by, now=now)
    session.flush()


def _column(table: type[Base], name: str) -> Any:
    return getattr(table, name)


def _blank_texts(session: Session, user_id: int) -> None:
    """What was written about the person's work, and what they wrote in disputes of it."""
    about = (
        select(Review.id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .where(HandledPart.specialist_id == user_id)
    )
    revisions = select(ReviewRevision.id).where(ReviewRevision.review_id.in_(about))
    session.execute(
        update(Answer)
        .where(Answer.revision_id.in_(revisions))
        .values(comment="", internal_note="", not_applicable_reason="")
    )
    session.execute(
        update(ReviewRevision).where(ReviewRevision.review_id.in_(about)).values(summary="", internal_note="")
    )
    session.execute(
        update(ReviewRevision)
        .where(
            ReviewRevision.reason.is_not(None),
            or_(ReviewRevision.review_id.in_(about), ReviewRevision.created_by_id == user_id),
        )
        .values(reason="")
    )
    session.execute(
        update(ReviewComment)
        .where(or_(ReviewComment.author_id == user_id, ReviewComment.review_id.in_(about)))
        .values(text="")
    )
    tasks = (
        select(Assignment.id)
        .join(HandledPart, HandledPart.id == Assignment.part_id)
        .where(HandledPart.specialist_id == user_id)
    )
    session.execute(update(SopGap).where(SopGap.assignment_id.in_(tasks)).values(note="(erased)"))
    plans = select(CoachingPlan.id).where(CoachingPlan.specialist_id == user_id)
    session.execute(update(CoachingPlan).where(CoachingPlan.specialist_id == user_id).values(title="Coaching plan"))
    session.execute(update(CoachingPlan).where(CoachingPlan.specialist_id == user_id).values(own_words=None))
    session.execute(update(CoachingGoal).where(CoachingGoal.plan_id.in_(plans)).values(focus=None))
    session.execute(update(CoachingAction).where(CoachingAction.plan_id.in_(plans)).values(text="", notes=""))
    _blank_coaching(session, user_id)


def _blank_coaching(session: Session, user_id: int) -> None:
    """What was said in coaching meetings and of the person's work; examples of it are shown no more."""
    meetings = select(CoachingMeeting.id).where(
        or_(CoachingMeeting.specialist_id == user_id, CoachingMeeting.lead_id == user_id)
    )
    session.execute(
        delete(PrivateNote).where(or_(PrivateNote.meeting_id.in_(meetings), PrivateNote.author_id == user_id))
    )
    session.execute(
        update(CoachingMeeting)
        .where(CoachingMeeting.specialist_id == user_id)
        .values(agenda="", shared_notes="", agreed="", place="")
    )
    session.execute(update(CoachingSeries).where(CoachingSeries.specialist_id == user_id).values(agenda="", place=""))
    series = select(CoachingSeries.id).where(
        or_(CoachingSeries.specialist_id == user_id, CoachingSeries.lead_id == user_id)
    )
    session.execute(  # older rows name who was away
        update(CoachingSeriesDay)
        .where(CoachingSeriesDay.series_id.in_(series), CoachingSeriesDay.skipped.is_not(None))
        .values(skipped="one of the two was away")
    )
    session.execute(
        update(WaitPlace)
        .where(WaitPlace.user_id == user_id, WaitPlace.left_reason.is_not(None))
        .values(left_reason="(erased)")
    )
    session.execute(update(Praise).where(Praise.specialist_id == user_id).values(text="(erased)"))
    session.execute(update(TrainingRecord).where(TrainingRecord.user_id == user_id).values(note=""))
    session.execute(delete(CoachingExample).where(CoachingExample.specialist_id == user_id))


def erase_again(session: Session, user_ids: Sequence[int], *, now: dt.datetime) -> int:
    """Erase the people whom a restored backup still knows; how many."""
    erased = select(Erasure.subject_id).where(Erasure.subject == "person")
    back = session.scalars(select(User).where(User.id.in_(user_ids), User.id.not_in(erased)).order_by(User.id)).all()
    for user in back:
        user.active = False
        erase_person(session, user, by=None, now=now)
    return len(back)
