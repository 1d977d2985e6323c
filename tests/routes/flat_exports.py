"""Exports of flat data for the walk through every route."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from qa.config import Settings
from qa.data_exports.models import DataExport
from qa.people.models import User
from tests.support.cast import NOW, TODAY


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatExports:
    """One written and one waiting, of a team lead and of a stranger."""

    lenas: DataExport
    lenas_waiting: DataExport
    foreign: DataExport


def flat_exports(session: Session, lena: User, stranger: User, settings: Settings) -> FlatExports:
    folder = settings.instance / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "1-abc.csv.zip").write_bytes(b"PK\x05\x06" + bytes(18))

    def export(user: User, state: str) -> DataExport:
        row = DataExport(
            programme_id=user.programme_id, ordered_by_id=user.id, ordered_at=NOW, tables=["reviews"], format="csv",
            first_day=TODAY, last_day=TODAY, state=state, digest="d" * 64, file_name="1-abc.csv.zip",
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row

    return FlatExports(
        lenas=export(lena, "done"), lenas_waiting=export(lena, "waiting"), foreign=export(stranger, "done")
    )
