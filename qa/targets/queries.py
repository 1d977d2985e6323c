"""Reading targets: what is wanted on a day, and the list with what held before."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from qa.core.access import Actor
from qa.core.errors import NotFoundError
from qa.core.prepared import Prepared
from qa.people.models import Team, User
from qa.targets.models import Target
from qa.targets.rules import scope_of

_WANTED = Prepared(
    select(Target.measure, Target.value)
    .where(
        Target.programme_id == bindparam("programme"),
        Target.scope.in_([bindparam("own"), bindparam("whole")]),
        Target.withdrawn_at.is_(None),
        Target.effective_from <= bindparam("day"),
    )
    .order_by(Target.scope != bindparam("whole"), Target.effective_from, Target.id)
)


def wanted_on(
    session: Session, programme_id: int, day: dt.date, *, team_id: int | None = None, queue: str = ""
) -> dict[str, float]:
    """The value that is wanted of each measure on a day, in one statement.

    A team or queue without a target of its own has the programme's.
    """
    own, whole = scope_of(team_id, queue), scope_of(None, "")
    rows = _WANTED.all(session, programme=programme_id, own=own, whole=whole, day=day)
    return dict(rows)  # the newest of the own scope comes last


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetView:
    """A target with its names, and whether it is the one that holds."""

    target: Target
    team: str | None
    by: str | None
    holds: bool


def targets_of(session: Session, actor: Actor, *, measure: str = "", today: dt.date) -> list[TargetView]:
    """Every target with its history, by measure and scope, the newest first, in one statement."""
    found = (
        select(Target, Team.name, User.name)
        .outerjoin(Team, Team.id == Target.team_id)
        .outerjoin(User, User.id == Target.created_by_id)
        .where(Target.programme_id == actor.programme_id)
        .order_by(Target.measure, Target.scope, Target.effective_from.desc(), Target.id.desc())
    )
    if measure:
        found = found.where(Target.measure == measure)
    views: list[TargetView] = []
    held: set[tuple[str, str]] = set()
    for target, team, by in session.execute(found):
        place = (target.measure, target.scope)
        holds = target.withdrawn_at is None and target.effective_from <= today and place not in held
        if holds:
            held.add(place)
        views.append(TargetView(target=target, team=team, by=by, holds=holds))
    return views


def get_target_for(session: Session, actor: Actor, target_id: int) -> Target:
    """A target of the actor's programme."""
    target = session.get(Target, target_id)
    if target is None or target.programme_id != actor.programme_id:
        raise NotFoundError("There is no such target.")
    return target


def standing(session: Session, programme_id: int) -> Sequence[Target]:
    """Those that are not withdrawn, for comparing with a file."""
    return session.scalars(
        select(Target)
        .where(Target.programme_id == programme_id, Target.withdrawn_at.is_(None))
        .order_by(Target.effective_from, Target.id)
    ).all()
