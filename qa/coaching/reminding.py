"""Saying what waits: actions that are due or overdue, meetings of today, plans that nobody has read."""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching.meetings.models import CoachingMeeting
from qa.coaching.models import CoachingAction, CoachingPlan
from qa.core.clock import midnight
from qa.notices import service as notices
from qa.notices.models import Notice
from qa.people.models import User

AGAIN = dt.timedelta(days=7)  # an overdue action is said again after a week
UNREAD = dt.timedelta(days=3)  # so long a plan may wait before it is said again


def remind(session: Session, programme_id: int, today: dt.date, *, zone: ZoneInfo, now: dt.datetime) -> int:
    """Write the day's reminders, each once; how many people were told."""
    told = _due(session, programme_id, today, zone=zone, now=now)
    told += _overdue(session, programme_id, today, now=now)
    told += _meetings(session, programme_id, today, zone=zone, now=now)
    return told + _unread(session, programme_id, now=now)


def _tell(
    session: Session, user_id: int, kind: str, about: tuple[str, int], *, since: dt.datetime, now: dt.datetime
) -> int:
    """One notice, unless the person had the same one since a moment."""
    had = select(Notice.id).where(
        Notice.user_id == user_id,
        Notice.kind == kind,
        Notice.object_type == about[0],
        Notice.object_id == str(about[1]),
        Notice.created_at >= since,
    )
    if session.scalar(had.limit(1)) is not None:
        return 0
    notices.notify(session, [user_id], kind=kind, object_type=about[0], object_id=about[1], now=now)
    return 1


def _due(session: Session, programme_id: int, today: dt.date, *, zone: ZoneInfo, now: dt.datetime) -> int:
    rows = session.execute(
        select(CoachingAction.owner_id, CoachingAction.plan_id)
        .join(User, User.id == CoachingAction.owner_id)
        .where(User.programme_id == programme_id, CoachingAction.state == "open", CoachingAction.due_on == today)
        .distinct()
        .order_by(CoachingAction.owner_id, CoachingAction.plan_id)
    ).all()
    since = midnight(today, zone)
    return sum(
        _tell(session, owner, "action_due", ("coaching_plan", plan), since=since, now=now) for owner, plan in rows
    )


def _overdue(session: Session, programme_id: int, today: dt.date, *, now: dt.datetime) -> int:
    """Who owns it, and who leads the plan: both can do something about it."""
    rows = session.execute(
        select(CoachingAction.owner_id, CoachingPlan.lead_id, CoachingPlan.id)
        .join(CoachingPlan, CoachingPlan.id == CoachingAction.plan_id)
        .join(User, User.id == CoachingPlan.specialist_id)
        .where(User.programme_id == programme_id, CoachingAction.state == "open", CoachingAction.due_on < today)
        .distinct()
        .order_by(CoachingPlan.id, CoachingAction.owner_id)
    ).all()
    people = sorted({(person, plan) for owner, lead, plan in rows for person in (owner, lead)})
    return sum(
        _tell(session, person, "action_overdue", ("coaching_plan", plan), since=now - AGAIN, now=now)
        for person, plan in people
    )


def _meetings(session: Session, programme_id: int, today: dt.date, *, zone: ZoneInfo, now: dt.datetime) -> int:
    begin = midnight(today, zone)
    rows = session.execute(
        select(CoachingMeeting.id, CoachingMeeting.specialist_id, CoachingMeeting.lead_id)
        .join(User, User.id == CoachingMeeting.specialist_id)
        .where(
            User.programme_id == programme_id,
            CoachingMeeting.state == "planned",
            CoachingMeeting.starts_at >= begin,
            CoachingMeeting.starts_at < midnight(today + dt.timedelta(days=1), zone),
        )
        .order_by(CoachingMeeting.id)
    ).all()
    return sum(
        _tell(session, person, "meeting_today", ("coaching_meeting", meeting), since=begin, now=now)
        for meeting, specialist, lead in rows
        for person in (specialist, lead)
    )


def _unread(session: Session, programme_id: int, *, now: dt.datetime) -> int:
    """A plan that its specialist has not read after some days is said once more."""
    rows = session.execute(
        select(CoachingPlan.specialist_id, CoachingPlan.id)
        .join(User, User.id == CoachingPlan.specialist_id)
        .where(
            User.programme_id == programme_id,
            CoachingPlan.state == "active",
            CoachingPlan.acknowledged_at.is_(None),
            CoachingPlan.created_at < now - UNREAD,
        )
        .order_by(CoachingPlan.id)
    ).all()
    return sum(
        _tell(session, person, "plan_unread", ("coaching_plan", plan), since=now - 30 * UNREAD, now=now)
        for person, plan in rows
    )
