"""Exports of flat data for the walk through every route."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from qa.config import Settings
from qa.data_exports.models import DataExport
from qa.people.models import User
from qa.scheduled_exports.models import ExportDelivery, ExportSchedule
from tests.support.cast import NOW, TODAY


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatExports:
    """One written and one waiting, of a team lead and of a stranger."""

    lenas: DataExport
    lenas_waiting: DataExport
    foreign: DataExport
    lenas_schedule: ExportSchedule
    foreign_schedule: ExportSchedule
    lenas_delivery: ExportDelivery
    foreign_delivery: ExportDelivery


def flat_exports(session: Session, lena: User, stranger: User, settings: Settings) -> FlatExports:
    folder = settings.instance / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("1-abc.csv.zip", "scheduled-1-abc.xlsx"):  # the walk deletes the first
        (folder / name).write_bytes(b"PK\x05\x06" + bytes(18))

    def export(user: User, state: str) -> DataExport:
        row = DataExport(
            programme_id=user.programme_id, ordered_by_id=user.id, ordered_at=NOW, tables=["reviews"], format="csv",
            first_day=TODAY, last_day=TODAY, state=state, digest="d" * 64, file_name="1-abc.csv.zip",
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row

    lenas_schedule, foreign_schedule = (schedule(session, user) for user in (lena, stranger))
    return FlatExports(
        lenas=export(lena, "done"),
        lenas_waiting=export(lena, "waiting"),
        foreign=export(stranger, "done"),
        lenas_schedule=lenas_schedule,
        foreign_schedule=foreign_schedule,
        lenas_delivery=delivery(session, lenas_schedule),
        foreign_delivery=delivery(session, foreign_schedule),
    )


def schedule(session: Session, user: User) -> ExportSchedule:
    row = ExportSchedule(
        programme_id=user.programme_id, owner_id=user.id, receiver_id=user.id, kind="trends", options={},
        rhythm="weekly", weekday=0, hour=6, way="link", created_at=NOW, since=NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def delivery(session: Session, row: ExportSchedule) -> ExportDelivery:
    made = ExportDelivery(
        schedule_id=row.id, period="2026-04-06", state="done", created_at=NOW, finished_at=NOW, expires_at=NOW,
        file_name="scheduled-1-abc.xlsx", size=22, digest="d" * 64,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made
