"""Exports as their owner sees them, and an order as its job reads it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from exports import flat_data
from exports.flat_data import FlatTable
from qa.core.access import Actor
from qa.core.clock import local_day, midnight
from qa.core.db import only_reading
from qa.core.errors import NotFoundError
from qa.core.jobs import Job
from qa.data_exports.models import DataExport
from qa.data_exports.scope import Wanted
from qa.people.models import User
from qa.people.queries import actor_for, setting_at, zone_of

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One export of the person who looks, with its job's progress."""

    export: DataExport
    done: int
    total: int | None

    @property
    def rows(self) -> int:
        return sum(int(each["rows"]) for each in self.export.written.values())

    @property
    def table_titles(self) -> tuple[str, ...]:
        return tuple(table.title for table in flat_data.ALL if table.name in self.export.tables)


def exports_of(session: Session, actor: Actor) -> list[Listed]:
    """What one has ordered, newest first."""
    rows = session.execute(
        select(DataExport, Job)
        .outerjoin(Job, Job.id == DataExport.job_id)
        .where(DataExport.ordered_by_id == actor.user_id, DataExport.programme_id == actor.programme_id)
        .order_by(DataExport.id.desc())
        .limit(SHOWN)
    )
    return [_listed(export, job) for export, job in rows]


def get_export_for(session: Session, actor: Actor, export_id: int) -> Listed:
    """An export of one's own; anybody else's is not there."""
    row = session.execute(
        select(DataExport, Job)
        .outerjoin(Job, Job.id == DataExport.job_id)
        .where(
            DataExport.id == export_id,
            DataExport.ordered_by_id == actor.user_id,
            DataExport.programme_id == actor.programme_id,
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError("There is no such export of yours.")
    return _listed(*row)


def _listed(export: DataExport, job: Job | None) -> Listed:
    return Listed(export=export, done=job.done if job else 0, total=job.total if job else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be written, as plain values: no transaction hangs on them."""

    export_id: int
    form: str
    tables: tuple[FlatTable, ...]
    first_day: dt.date
    last_day: dt.date
    zone: ZoneInfo
    wanted: Wanted


def order_of(session: Session, export_id: int, *, now: dt.datetime) -> Order:
    """An order with its owner's authority as it is now, not as it was when it was ordered."""
    with only_reading(session):
        row = session.get_one(DataExport, export_id)
        zone = zone_of(setting_at(session, row.programme_id, now))
        owner = session.get_one(User, row.ordered_by_id)
        if not owner.active:
            raise NotFoundError("Whoever ordered this is not here any more.")
        return Order(
            export_id=row.id,
            form=row.format,
            tables=tables_named(row.tables),
            first_day=row.first_day,
            last_day=row.last_day,
            zone=zone,
            wanted=wanted_of(
                actor_for(session, owner, today=local_day(now, zone)),
                row.first_day,
                row.last_day,
                zone=zone,
                as_of=row.ordered_at,
            ),
        )


def tables_named(names: Sequence[Any]) -> tuple[FlatTable, ...]:
    """The tables of these names, in their own order."""
    return tuple(table for table in flat_data.ALL if table.name in names)


def wanted_of(actor: Actor, first_day: dt.date, last_day: dt.date, *, zone: ZoneInfo, as_of: dt.datetime) -> Wanted:
    """The view of one person on a span of days of the programme's clock, both included."""
    since, until = midnight(first_day, zone), midnight(last_day + dt.timedelta(days=1), zone)
    return Wanted(actor=actor, since=since, until=until, as_of=as_of)
