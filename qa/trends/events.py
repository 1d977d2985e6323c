"""What happened that a line of figures may show: rubric versions, launches, procedures, staffing."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from qa.core.clock import local_day, midnight, monday_of
from qa.core.prepared import Prepared
from qa.launches.models import Launch
from qa.people.models import Membership, Team, User
from qa.rubric_library.models import Procedure, ProcedureVersion
from qa.trends import queries

STAFFED = 2  # people who began in a team in one week, from which it is told


_LAUNCHES = Prepared(
    select(Launch.starts_on, Launch.name)
    .where(
        Launch.programme_id == bindparam("programme"),
        Launch.starts_on >= bindparam("first"),
        Launch.archived_at.is_(None),
    )
    .order_by(Launch.starts_on, Launch.id)
)
_PROCEDURES = Prepared(
    select(ProcedureVersion.effective_from, Procedure.name, ProcedureVersion.label)
    .join(Procedure, Procedure.id == ProcedureVersion.procedure_id)
    .where(Procedure.programme_id == bindparam("programme"), ProcedureVersion.effective_from >= bindparam("begin"))
    .order_by(ProcedureVersion.effective_from, ProcedureVersion.id)
)
_STAFF = Prepared(
    select(User.started_on, Team.name, func.count())
    .join(Membership, (Membership.user_id == User.id) & (Membership.kind == "member"))
    .join(Team, Team.id == Membership.team_id)
    .where(
        User.programme_id == bindparam("programme"),
        User.started_on >= bindparam("first"),
        Membership.valid_from == User.started_on,
    )
    .group_by(User.started_on, Team.name)
)


def between(
    session: Session, programme_id: int, first: dt.date, last: dt.date, zone: ZoneInfo
) -> list[tuple[dt.date, str]]:
    """The Monday of each event from the week of ``first`` to that of ``last`` and what it was, in order of time.

    What is to come, such as a launch that is planned, is not on the axis.
    """
    begin, asked = midnight(first, zone), session.connection()
    found = [
        (local_day(moment, zone), f"{text} in force")
        for moment, text in queries.published_since(asked, programme_id, begin)
    ]
    here: dict[str, Any] = {"programme": programme_id, "first": first}
    found += [(day, f"launch {name}") for day, name in _LAUNCHES.all(asked, **here)]
    found += [
        (local_day(moment, zone), f"procedure {name} {label}".rstrip())
        for moment, name, label in _PROCEDURES.all(asked, programme=programme_id, begin=begin)
    ]
    begun: dict[tuple[dt.date, str], int] = {}
    for day, team, count in _STAFF.all(asked, **here):
        key = (monday_of(day), team)
        begun[key] = begun.get(key, 0) + count
    found += [(week, f"{count} began in {team}") for (week, team), count in begun.items() if count >= STAFFED]
    return sorted((monday_of(day), text) for day, text in found if monday_of(day) <= last)
