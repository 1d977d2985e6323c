"""Reading what a launch's comparison rests on, through who asks, in a bounded number of statements."""

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from qa.core.access import Actor, Permission, Scope
from qa.launches import comparing
from qa.launches.models import Launch
from qa.reviews import measured, measuring
from qa.sampling.models import FrameUnit, Period
from qa.tickets.models import HandledPart, Ticket


def _within(actor: Actor) -> list[ColumnElement[bool]]:
    """The parts that this person's figures may rest on."""
    conditions: list[ColumnElement[bool]] = [HandledPart.programme_id == actor.programme_id]
    if not actor.may(Permission.LAUNCHES_VIEW, Scope.ALL):
        conditions.append(HandledPart.team_id.in_(sorted(actor.led_team_ids)))
    return conditions


def may_see_each(actor: Actor) -> bool:
    """Whether this person may see the figures of every single person that a launch's figures are over."""
    if actor.may(Permission.COACHING_VIEW, Scope.ALL):
        return True
    return actor.may(Permission.COACHING_VIEW, Scope.TEAM) and not actor.may(Permission.LAUNCHES_VIEW, Scope.ALL)


def watched(
    session: Session, actor: Actor, launch: Launch, weeks: Mapping[dt.date, str], queues: Sequence[str]
) -> comparing.Watched:
    """The comparison of a launch over these weeks; three statements."""
    touched = frozenset(launch.queues)
    control = frozenset(launch.control_queues or queues) - touched
    where = [*_within(actor), Ticket.queue.in_(sorted(touched | control))]
    since, until = min(weeks), max(weeks)
    reviews, _, drawn = measured.settled(
        measuring.reviewed(session, where, since=since, until=until),
        (),
        measuring.drawn(session, where, since=since, until=until),
    )
    return comparing.watch(reviews, drawn, weeks, touched=touched, control=control, sees_each=may_see_each(actor))


def parts_about(
    session: Session, actor: Actor, launch: Launch, weeks: Mapping[dt.date, str]
) -> list[tuple[dt.date, int]]:
    """How many parts of each week's frame are about the launch, by its name in the help desk; one statement."""
    if not launch.label or not weeks:
        return []
    rows = session.execute(
        select(Period.starts_on, func.count())
        .select_from(FrameUnit)
        .join(Period, Period.id == FrameUnit.period_id)
        .join(HandledPart, HandledPart.id == FrameUnit.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            *_within(actor),
            Ticket.launch == launch.label,
            Period.starts_on >= min(weeks),
            Period.starts_on <= max(weeks),
        )
        .group_by(Period.starts_on)
        .order_by(Period.starts_on)
    )
    return [(week, count) for week, count in rows]
