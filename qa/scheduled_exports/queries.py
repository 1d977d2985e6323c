"""Schedules and deliveries as the people concerned see them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from qa.core.access import AUTHORITY, Actor, Permission, Scope
from qa.core.errors import NotFoundError
from qa.people.models import RoleGrant, Team, User
from qa.people.queries import in_force
from qa.scheduled_exports.models import ExportDelivery, ExportSchedule, ScheduleState
from qa.scheduled_exports.rules import OFFERS, RHYTHM_WORDS, WEEKDAYS, Kind, Rhythm

SHOWN = 100
LAST_RUNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One schedule with its last deliveries, newest first."""

    schedule: ExportSchedule
    owner: str
    receiver: str
    team: str
    deliveries: Sequence[ExportDelivery]

    @property
    def words(self) -> str:
        return OFFERS[Kind(self.schedule.kind)].words

    @property
    def filters(self) -> str:
        """What it is narrowed to."""
        weeks = self.schedule.options.get("weeks")
        told = (self.team, self.schedule.options.get("queue"), f"{weeks} weeks" if weeks else "")
        return ", ".join(str(each) for each in told if each) or "everything"

    @property
    def rhythm(self) -> str:
        row = self.schedule
        if row.rhythm == Rhythm.ONCE:
            return "Once"
        when = f"{WEEKDAYS[row.weekday]}s" if row.rhythm == Rhythm.WEEKLY else RHYTHM_WORDS[Rhythm(row.rhythm)]
        return f"{when}, {row.hour:02d}:00"


def _concerns(actor: Actor) -> ColumnElement[bool]:
    own = ExportSchedule.owner_id == actor.user_id
    return own | ExportSchedule.stopped.is_not(None) if actor.may(Permission.DATA_EXPORT, Scope.ALL) else own


def schedules_of(session: Session, actor: Actor) -> list[Listed]:
    """What one set up, what others set up for one, and of the programme what stopped and may be taken over."""
    owner, receiver = aliased(User), aliased(User)
    rows = session.execute(
        select(ExportSchedule, owner.name, receiver.name)
        .join(owner, owner.id == ExportSchedule.owner_id)
        .join(receiver, receiver.id == ExportSchedule.receiver_id)
        .where(
            ExportSchedule.programme_id == actor.programme_id,
            _concerns(actor) | (ExportSchedule.receiver_id == actor.user_id),
            ExportSchedule.state != ScheduleState.ENDED,
        )
        .order_by(ExportSchedule.id.desc())
        .limit(SHOWN)
    ).all()
    ids = [row[0].id for row in rows]
    place = func.row_number().over(partition_by=ExportDelivery.schedule_id, order_by=ExportDelivery.id.desc())
    numbered = select(ExportDelivery.id, place.label("place")).where(ExportDelivery.schedule_id.in_(ids)).subquery()
    deliveries: dict[int, list[ExportDelivery]] = {}
    for each in session.scalars(
        select(ExportDelivery)
        .join(numbered, numbered.c.id == ExportDelivery.id)
        .where(numbered.c.place <= LAST_RUNS)
        .order_by(ExportDelivery.id.desc())
    ):
        deliveries.setdefault(each.schedule_id, []).append(each)
    teams = {
        team.id: team.name for team in session.scalars(select(Team).where(Team.programme_id == actor.programme_id))
    }
    return [
        Listed(
            schedule=schedule,
            owner=owner_name,
            receiver=receiver_name,
            team=teams.get(schedule.options.get("team", 0), ""),
            deliveries=deliveries.get(schedule.id, ()),
        )
        for schedule, owner_name, receiver_name in rows
    ]


def get_schedule_for(session: Session, actor: Actor, schedule_id: int, *, or_received: bool = False) -> ExportSchedule:
    """A schedule of one's own, or also one that somebody set up for one; others' are not there.

    One that stopped by itself is there for whoever may take exports of the whole programme along.
    """
    concerned = _concerns(actor)
    if or_received:
        concerned |= ExportSchedule.receiver_id == actor.user_id
    row = session.scalars(
        select(ExportSchedule)
        .where(
            ExportSchedule.id == schedule_id,
            ExportSchedule.programme_id == actor.programme_id,
            concerned,
            ExportSchedule.state != ScheduleState.ENDED,
        )
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFoundError("There is no such schedule of yours.")
    return row


def get_delivery_for(session: Session, actor: Actor, delivery_id: int) -> tuple[ExportDelivery, ExportSchedule]:
    """What was made for oneself, whoever set it up; anybody else's is not there."""
    row = session.execute(
        select(ExportDelivery, ExportSchedule)
        .join(ExportSchedule, ExportSchedule.id == ExportDelivery.schedule_id)
        .where(
            ExportDelivery.id == delivery_id,
            ExportSchedule.receiver_id == actor.user_id,
            ExportSchedule.programme_id == actor.programme_id,
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError("There is no such export for you.")
    return row[0], row[1]


def receivers(session: Session, actor: Actor, *, today: dt.date) -> Sequence[User]:
    """The people who may receive exports: they get no more than they may see themselves."""
    roles = [role.value for role in AUTHORITY[Permission.DATA_EXPORT]]
    holds = select(RoleGrant.user_id).where(
        RoleGrant.role.in_(roles), in_force(RoleGrant.valid_from, RoleGrant.valid_to, today)
    )
    return session.scalars(
        select(User)
        .where(User.programme_id == actor.programme_id, User.active, User.id.in_(holds))
        .order_by(User.name, User.id)
    ).all()
