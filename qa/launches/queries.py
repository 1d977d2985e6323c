"""Reading launches: those of a time for a chart's axis, the list, one with its issues."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from qa.core.access import Actor
from qa.core.errors import NotFoundError
from qa.launches.models import Launch, LaunchIssue
from qa.people.models import User
from qa.sampling.models import SamplingPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchMark:
    """A launch as an axis shows it."""

    launch_id: int
    name: str
    starts_on: dt.date
    ends_on: dt.date | None  # the last day; none while it runs
    queues: tuple[str, ...]


def launches_between(session: Session, programme_id: int, *, since: dt.date, until: dt.date) -> list[LaunchMark]:
    """The launches whose window meets ``since <= day <= until``, the earliest first, in one statement."""
    rows = session.scalars(
        select(Launch)
        .where(
            Launch.programme_id == programme_id,
            Launch.archived_at.is_(None),
            Launch.starts_on <= until,
            or_(Launch.ends_on.is_(None), Launch.ends_on >= since),
        )
        .order_by(Launch.starts_on, Launch.id)
    )
    return [
        LaunchMark(
            launch_id=each.id,
            name=each.name,
            starts_on=each.starts_on,
            ends_on=each.ends_on,
            queues=tuple(each.queues),
        )
        for each in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchView:
    """A launch with the names that its page shows."""

    launch: Launch
    owner: User | None
    plan: SamplingPlan | None
    open_issues: int


def launches_of(session: Session, actor: Actor, *, archived: bool = False) -> list[LaunchView]:
    """The launches of a programme, the newest first, in one statement."""
    waiting = (
        select(func.count())
        .select_from(LaunchIssue)
        .where(LaunchIssue.launch_id == Launch.id, LaunchIssue.settled_at.is_(None))
        .correlate(Launch)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Launch, User, SamplingPlan, waiting)
        .outerjoin(User, User.id == Launch.owner_id)
        .outerjoin(SamplingPlan, SamplingPlan.id == Launch.plan_id)
        .where(
            Launch.programme_id == actor.programme_id,
            Launch.archived_at.is_not(None) if archived else Launch.archived_at.is_(None),
        )
        .order_by(Launch.starts_on.desc(), Launch.id.desc())
    )
    return [
        LaunchView(launch=launch, owner=owner, plan=plan, open_issues=count or 0) for launch, owner, plan, count in rows
    ]


def _with_names() -> Select[Launch, User, SamplingPlan]:
    return (
        select(Launch, User, SamplingPlan)
        .outerjoin(User, User.id == Launch.owner_id)
        .outerjoin(SamplingPlan, SamplingPlan.id == Launch.plan_id)
    )


def all_launches(session: Session, programme_id: int) -> list[LaunchView]:
    """Every launch of a programme, those that were put away too, to compare a file with; one statement."""
    rows = session.execute(_with_names().where(Launch.programme_id == programme_id).order_by(Launch.id))
    return [LaunchView(launch=launch, owner=owner, plan=plan, open_issues=0) for launch, owner, plan in rows]


def get_launch_for(session: Session, actor: Actor, launch_id: int) -> LaunchView:
    """A launch of the actor's programme."""
    row = session.execute(
        _with_names().where(Launch.id == launch_id, Launch.programme_id == actor.programme_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError("There is no such launch.")
    return LaunchView(launch=row[0], owner=row[1], plan=row[2], open_issues=0)


def issues_of(session: Session, launch_id: int) -> Sequence[LaunchIssue]:
    """What is known to go wrong, open ones first."""
    return session.scalars(
        select(LaunchIssue)
        .where(LaunchIssue.launch_id == launch_id)
        .order_by(LaunchIssue.settled_at.is_not(None), LaunchIssue.opened_at, LaunchIssue.id)
    ).all()


def get_issue_for(session: Session, actor: Actor, issue_id: int) -> LaunchIssue:
    """An issue of a launch of the actor's programme."""
    issue = session.scalar(
        select(LaunchIssue)
        .join(Launch, Launch.id == LaunchIssue.launch_id)
        .where(LaunchIssue.id == issue_id, Launch.programme_id == actor.programme_id)
    )
    if issue is None:
        raise NotFoundError("There is no such issue.")
    return issue
