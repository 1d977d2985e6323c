"""A backup holds one moment of the whole database, and comes back whole, on either engine, or not at all."""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core.db import db
from qa.core.errors import ConflictError, InvalidInputError
from qa.core.jobs import Job, JobState
from qa.core.orm import Base
from qa.operations import backing_up, restoring
from qa.reviews import keeping_sums
from qa.scheduled_exports.models import ExportDelivery, ExportSchedule
from qa.tickets import erasing, searching
from qa.tickets.models import SearchEntry, SearchPending, Ticket
from tests.support import engines, server
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast
from tests.support.tickets import RING

Command = Callable[..., Result]
TOUCHED_BY_ERASURE = {"ticket", "conversation_key", "conversation_revision", "erasure"}
MARKS = {"holdings_mark", "rules_mark"}
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


@pytest.fixture
def filled(session: Session, cast: Cast) -> list[int]:
    """Two tickets with text, one of them reviewed; their ids."""
    version = publish_rubric(session, cast)
    parts = [make_ticket(session, cast, subject=f"Zahlung {n} 🎁") for n in range(2)]
    make_review(session, parts[0], make_assignment(session, parts[0], cast.rita, version), {"tone": "missed"})
    for period in keeping_sums.periods_of(session, cast.programme.id):
        keeping_sums.rebuild(session, period)
    session.commit()
    return [part.ticket.id for part in parts]


@pytest.fixture
def elsewhere(app: Flask, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An installation with the same keys and an empty database on the other engine."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    with engines.empty_database(OTHER[database_url.split(":")[0].split("+")[0]], folder) as url:
        made = server.make_app(Settings.for_tests(database_url=url, instance=folder / "instance"))
        yield made
        server.close_app(made)


def everything(database_url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, but of those that are made again, and without marks of when a row was written."""
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            return {
                table.name: [
                    tuple(row)
                    for row in connection.execute(
                        select(*(each for each in table.columns if each.name not in MARKS)).order_by(*table.primary_key)
                    )
                ]
                for table in Base.metadata.sorted_tables
                if table.name not in {SearchEntry.__tablename__, SearchPending.__tablename__, "audit_event"}
            }
    finally:
        engine.dispose()


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


# Either way round holds both engines; the full run goes both.
@pytest.mark.parametrize("database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True)
def test_everything_comes_back_on_the_other_engine_but_what_was_erased_since(
    filled: list[int], session: Session, flask_command: Command, elsewhere: Flask, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "backup.zip"
    assert flask_command("audit", "verify").exit_code == 0
    before = everything(database_url)
    newest = max((job[0] for job in before["job"]), default=0)
    journal = elsewhere.extensions["fairmark"].instance / "erasures.jsonl"
    journal.write_text(json.dumps({"ticket": filled[1], "at": NOW.isoformat()}) + "\n")

    written = flask_command("backup", str(file))
    back = run(elsewhere, "restore", str(file))
    doctor = run(elsewhere, "doctor")

    assert written.exit_code == 0, written.output
    assert file.stat().st_mode & 0o077 == 0
    assert back.exit_code == 0, back.output
    assert "1 tickets and 0 people were erased again" in back.output
    after = everything(elsewhere.config["SQLALCHEMY_DATABASE_URI"])
    assert {name for name in before if after[name] != before[name]} == TOUCHED_BY_ERASURE
    assert len(before["review"]) == 1
    assert doctor.exit_code == 1  # tests serve without TLS
    assert [line for line in doctor.output.splitlines() if line.startswith("FAILED")] == [
        "FAILED  configuration: cookies travel without TLS too"
    ]
    with engines.arranging_engine(elsewhere.config["SQLALCHEMY_DATABASE_URI"]) as engine, Session(engine) as there:
        assert there.scalars(select(Ticket.id).where(Ticket.erased_at.is_not(None))).all() == [filled[1]]
        assert there.scalars(select(SearchPending.ticket_id)).all() == [filled[0]]
        there.add(Job(name="late", payload={}, state=JobState.WAITING, created_at=NOW))
        there.flush()
        assert there.scalar(select(func.max(Job.id))) == newest + 1  # numbers go on where they were


def test_what_is_written_meanwhile_is_not_half_in_it(app: Flask, session: Session, tmp_path: Path) -> None:
    told: list[str] = []

    def write_beside(line: str) -> None:
        if not told:
            session.add(Job(name="meanwhile", payload={}, state=JobState.WAITING, created_at=NOW))
            session.commit()
        told.append(line)

    with app.app_context():
        written = backing_up.back_up(db.engine, tmp_path, tmp_path / "b.zip", now=NOW, report=write_beside)

    assert told[0].startswith("access_log")
    assert written.rows["job"] == 0
    assert session.scalar(select(func.count()).select_from(Job)) == 1


@pytest.fixture
def file(app: Flask, session: Session, tmp_path: Path) -> Path:
    with app.app_context():
        backing_up.back_up(db.engine, tmp_path, tmp_path / "backup.zip", now=NOW)
    return tmp_path / "backup.zip"


def refuse(revision: str) -> None:
    pytest.fail(f"the database was touched: {revision}")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_is_not_what_was_written_is_refused_before_a_row_is(file: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    def refused(changed: dict[str, bytes], match: str) -> None:
        other = tmp_path / "other.zip"
        with zipfile.ZipFile(other, "w") as archive:
            for name, content in changed.items():
                archive.writestr(name, content)
        with pytest.raises(InvalidInputError, match=match):
            restoring.restore(empty(tmp_path), tmp_path, other, migrate=refuse)

    refused({**members, "tables/programme.jsonl": b"[]\n"}, "tables/programme.jsonl is not what was written")
    refused({name: content for name, content in members.items() if "programme.j" not in name}, "programme.jsonl")
    refused({name: content for name, content in members.items() if name != "manifest.json"}, "no backup of Fairmark")
    refused({**members, "manifest.json": members["manifest.json"].replace(b'"format": 1', b'"format": 9')}, "format 9")
    cut = tmp_path / "cut.zip"
    cut.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(InvalidInputError, match="cut short"):
        restoring.restore(empty(tmp_path), tmp_path, cut, migrate=refuse)


def empty(folder: Path) -> Engine:
    return create_engine(f"sqlite:///{folder / 'nothing.db'}")


def test_neither_a_file_nor_a_database_is_written_over(app: Flask, file: Path, flask_command: Command) -> None:
    before = file.read_bytes()

    again = flask_command("backup", str(file))
    into_itself = flask_command("restore", str(file))

    assert "exists already" in again.output
    assert file.read_bytes() == before
    assert into_itself.exit_code == 1
    assert "The database is not empty" in into_itself.output
    with app.app_context(), pytest.raises(ConflictError):
        restoring.restore(db.engine, file.parent, file, migrate=refuse)


CANARY = "Xylophonist"
SAID = f"My {CANARY} never came back and nobody answers"


def words_in(folder: Path) -> list[str]:
    """The files that hold the canary: as it was written, as the index has it, or inside a workbook."""
    words = (CANARY.encode(), CANARY.lower().encode()[3:])  # an index may write its beginning with another word

    def holds(path: Path) -> bool:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                return any(CANARY.encode() in packed.read(name) for name in packed.namelist())
        return any(word in path.read_bytes() for word in words)

    return sorted(path.name for path in folder.rglob("*") if path.is_file() and holds(path))


def restored(file: Path, folder: Path, journal: str) -> list[str]:
    """The files of a new installation that hold the canary after a restore with the list of erasures."""
    instance = folder / "instance"
    instance.mkdir(parents=True)
    (instance / erasing.JOURNAL).write_text(journal)
    with engines.empty_database("sqlite", folder) as url:
        made = server.make_app(Settings.for_tests(database_url=url, instance=instance))
        try:
            back = run(made, "restore", str(file))
            assert back.exit_code == 0, back.output
            assert run(made, "search", "index").exit_code == 0
        finally:
            server.close_app(made)
        return words_in(folder)


# PostgreSQL's files belong to its server.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_file_of_the_house_nor_of_a_restored_one_keeps_a_word_of_an_erased_ticket(
    app: Flask, session: Session, cast: Cast, flask_command: Command, database_url: str, tmp_path: Path
) -> None:
    told = (("customer", f"{SAID}."), ("specialist", f"Your {CANARY} is on the way."))
    facts = {"subject": f"The {CANARY}", "csat_reason": f"{CANARY} late", "custom_fields": {"note": CANARY}}
    ticket_id = make_ticket(session, cast, messages=told, **facts).ticket.id  # type: ignore[arg-type]
    for _ in range(10):  # others share the pages and the index's segments
        make_ticket(session, cast)
    searching.note(session, session.scalars(select(Ticket.id)).all())
    house = app.extensions["fairmark"].instance
    quoting = openpyxl.Workbook()
    quoting.active.append(["Quoted", SAID])
    (house / "exports").mkdir(parents=True)
    quoting.save(house / "exports" / "kept.xlsx")
    schedule = ExportSchedule(
        programme_id=cast.programme.id, owner_id=cast.quinn.id, receiver_id=cast.lena.id, kind="team", options={},
        rhythm="weekly", weekday=0, hour=6, way="link", created_at=NOW, since=NOW,
    )  # fmt: skip
    session.add(schedule)
    session.flush()
    delivery = {"schedule_id": schedule.id, "period": "w", "state": "done", "created_at": NOW, "file_name": "kept.xlsx"}
    session.add(ExportDelivery(**delivery, digest="0", mail="none"))
    session.commit()
    assert flask_command("search", "index").exit_code == 0
    file = tmp_path / "backup.zip"
    assert flask_command("backup", str(file)).exit_code == 0
    database = Path(database_url.removeprefix("sqlite:///")).parent
    before = {*words_in(database), *words_in(house), *words_in(tmp_path)}

    with app.app_context():
        journal = erasing.Journal(house, app.extensions["forget_quotes"])
        erasing.erase_tickets(db.session(), RING, journal, [ticket_id], reason="asked", by=None, now=NOW)
        listed = journal.path.read_text()

    assert {"kept.xlsx", file.name} < before  # else the search for the word would prove nothing
    assert [name for name in words_in(database) + words_in(house) if name != file.name] == []
    assert restored(file, tmp_path / "anew", listed) == []
