"""Reading series: the list, one of them, their people and their last days."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from qa.calibration_sessions.series.models import SeriesDay, SeriesParticipant, SessionSeries
from qa.core.access import Actor, Permission, Scope
from qa.core.errors import NotFoundError
from qa.people.models import User
from qa.rubric_library.models import RubricFamily


def led_by(actor: Actor) -> ColumnElement[bool]:
    """The series a person may steer: all of the programme, or their own."""
    own = SessionSeries.programme_id == actor.programme_id
    if actor.may(Permission.CALIBRATION_FACILITATE, Scope.ALL):
        return own
    return own & (SessionSeries.facilitator_id == actor.user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A series as the list shows it, with the newest of its days."""

    series: SessionSeries
    family: RubricFamily
    facilitator: str
    people: int
    last: SeriesDay | None


def series_for(session: Session, actor: Actor) -> list[Listed]:
    """Running ones first, then by their next day; stopped ones last."""
    people = (
        select(func.count(SeriesParticipant.id))
        .where(SeriesParticipant.series_id == SessionSeries.id)
        .correlate(SessionSeries)
        .scalar_subquery()
    )
    newest = (
        select(func.max(SeriesDay.id))
        .where(SeriesDay.series_id == SessionSeries.id)
        .correlate(SessionSeries)
        .scalar_subquery()
    )
    rows = session.execute(
        select(SessionSeries, RubricFamily, User.name, people, SeriesDay)
        .join(RubricFamily, RubricFamily.id == SessionSeries.family_id)
        .join(User, User.id == SessionSeries.facilitator_id)
        .outerjoin(SeriesDay, SeriesDay.id == newest)
        .where(led_by(actor))
        .order_by(SessionSeries.state == "stopped", SessionSeries.next_on, SessionSeries.id)
    )
    return [
        Listed(series=row, family=family, facilitator=name, people=count, last=last)
        for row, family, name, count, last in rows
    ]


def get_series_for(session: Session, actor: Actor, series_id: int) -> SessionSeries:
    """A series that this person may steer."""
    found = session.scalar(select(SessionSeries).where(SessionSeries.id == series_id, led_by(actor)))
    if found is None:
        raise NotFoundError("There is no such series, or somebody else leads it.")
    return found


def participants_of(session: Session, series_id: int) -> list[int]:
    return list(
        session.scalars(
            select(SeriesParticipant.user_id)
            .join(User, User.id == SeriesParticipant.user_id)
            .where(SeriesParticipant.series_id == series_id, User.active)
            .order_by(SeriesParticipant.user_id)
        )
    )


def days_of(session: Session, series_id: int, *, limit: int = 12) -> Sequence[SeriesDay]:
    """What became of the last days of a series, the newest first."""
    return session.scalars(
        select(SeriesDay).where(SeriesDay.series_id == series_id).order_by(SeriesDay.day.desc()).limit(limit)
    ).all()


def due(session: Session, programme_id: int, today: dt.date) -> Sequence[SessionSeries]:
    """Running series with a day that has come."""
    return session.scalars(
        select(SessionSeries)
        .where(
            SessionSeries.programme_id == programme_id,
            SessionSeries.state == "running",
            SessionSeries.next_on <= today,
        )
        .order_by(SessionSeries.id)
    ).all()
