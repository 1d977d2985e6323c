"""What happened that a line of figures may show: rubric versions, launches, procedures, staffing."""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core.clock import local_day, midnight, monday_of
from qa.launches.models import Launch
from qa.people.models import Membership, Team, User
from qa.rubric_library.models import Procedure, ProcedureVersion
from qa.trends import queries

STAFFED = 2  # people who began in a team in one week, from which it is told


def since(session: Session, programme_id: int, first: dt.date, zone: ZoneInfo) -> list[tuple[dt.date, str]]:
    """The Monday of each event and what it was, in order of time."""
    begin = midnight(first, zone)
    found = [
        (local_day(moment, zone), f"{text} in force")
        for moment, text in queries.published_since(session, programme_id, begin)
    ]
    found += [
        (day, f"launch {name}")
        for day, name in session.execute(
            select(Launch.starts_on, Launch.name)
            .where(Launch.programme_id == programme_id, Launch.starts_on >= first, Launch.archived_at.is_(None))
            .order_by(Launch.starts_on, Launch.id)
        )
    ]
    found += [
        (local_day(moment, zone), f"procedure {name} {label}".rstrip())
        for moment, name, label in session.execute(
            select(ProcedureVersion.effective_from, Procedure.name, ProcedureVersion.label)
            .join(Procedure, Procedure.id == ProcedureVersion.procedure_id)
            .where(Procedure.programme_id == programme_id, ProcedureVersion.effective_from >= begin)
            .order_by(ProcedureVersion.effective_from, ProcedureVersion.id)
        )
    ]
    begun: dict[tuple[dt.date, str], int] = {}
    for day, team, count in session.execute(
        select(User.started_on, Team.name, func.count())
        .join(Membership, (Membership.user_id == User.id) & (Membership.kind == "member"))
        .join(Team, Team.id == Membership.team_id)
        .where(User.programme_id == programme_id, User.started_on >= first, Membership.valid_from == User.started_on)
        .group_by(User.started_on, Team.name)
    ):
        if day is not None:
            key = (monday_of(day), team)
            begun[key] = begun.get(key, 0) + count
    found += [(week, f"{count} began in {team}") for (week, team), count in begun.items() if count >= STAFFED]
    return sorted((monday_of(day), text) for day, text in found)
