"""A canary in every column of every format: from the upload to the end of its job no file, row or log line says it."""

import copy
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import inspect, select, text, update
from sqlalchemy.orm import Session

from qa.core.db import db
from qa.tickets import jobs as ticket_jobs
from qa.tickets import keeping, service, uploads
from qa.tickets.intake.formats import format_named
from qa.tickets.models import IntakeReject, IntakeRun, IntakeUpload, Ticket, UploadKey
from qa.tickets.originals.models import OriginalRule, OriginalText
from tests.support.cast import NOW, Cast
from tests.support.client import CheckingClient
from tests.tickets.page_forms import taken_in
from tests.tickets.records import FLAT_TICKET, MESSAGE_HEADER, ZENDESK_USERS, zendesk_comment, zendesk_ticket
from tests.tickets.test_other_desks import AGENTS, OBJECTS, TABLE

CANARY = "canary.7731@example.net"
NEEDLE = "canary.7731"
# What is kept as it came: the help desk's own ids, and agents, by which people are matched.
KEPT = frozenset({"Ticket ID", "Assignee", "Assignee Email", "Author", "id", "email", "assignee_id", "author_id",
                  "admin_assignee_id", "responder_id", "user_id", "owner_id", "created_by_id", "assignee"})  # fmt: skip
AGENTS_OWN = frozenset({"name"})  # beside an agent's id
Files = dict[str, bytes]


def everywhere(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The row with the canary in one of its fields, for each field however deep."""
    return [changed(row, path) for path in places(row)]


def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        if key in KEPT or (key in AGENTS_OWN and value.get("id") in (7, "7")):
            continue
        yield (*before, key)
        yield from places(each, (*before, key))


def changed(row: Mapping[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    found: Any = copy.deepcopy(dict(row))
    place = found
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = CANARY
    return dict(found)


def lines(*rows: Any) -> bytes:
    return "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in rows).encode()


def zendesk() -> Files:
    customer = ZENDESK_USERS[2]
    return {
        "users.jsonl": lines(*ZENDESK_USERS, *({**each, "id": 20 + n} for n, each in enumerate(everywhere(customer)))),
        "tickets.jsonl": lines(
            zendesk_ticket(1, subject=CANARY, tags=[CANARY], custom_fields=[{"id": CANARY, "value": [CANARY]}]),
            *({**row, "id": 100 + n, "requester_id": 20 + n % 4} for n, row in enumerate(everywhere(zendesk_ticket()))),
            f'{{"id": "{CANARY}"',
        ),
        "comments.jsonl": lines(
            zendesk_comment(1, 1, body=f"<b>{CANARY}</b>"),
            *({**row, "id": 500 + n} for n, row in enumerate(everywhere(zendesk_comment(1)))),
            {**zendesk_comment(2), "id": CANARY},
        ),
    }


def desk(name: str) -> Files:
    rows = [{**row, "id": str(10 + n)} for n, row in enumerate(everywhere(OBJECTS[name]))]
    others = {f"{table}.jsonl": lines(*each) for table, each in AGENTS[name].items()}
    return {f"{TABLE[name]}.jsonl": lines(*rows, f'{{"id": "{CANARY}"')} | others


def tables() -> tuple[list[list[str]], list[list[str]]]:
    """Tickets and messages, the canary in one cell of each row, and in a header nobody knows."""
    columns = [name for name in FLAT_TICKET if name not in KEPT]
    rows = [{**FLAT_TICKET, "Ticket ID": str(10 + n), name: CANARY} for n, name in enumerate(columns)]
    good = ["10", "m1", "Ann", "customer", "yes", "2026-04-06 09:00:00", "Hello?"]
    said = [
        [CANARY if place == n else cell for place, cell in enumerate(good)]
        for n, name in enumerate(MESSAGE_HEADER)
        if name not in KEPT
    ]
    tickets = [[*FLAT_TICKET, f"about {CANARY}"], *([*row.values(), CANARY] for row in rows), [CANARY] * 3]
    return tickets, [list(MESSAGE_HEADER), *said, ["10", "m9", "Ann", "customer", "yes", "2026-04-06 09:00:00", CANARY]]


def csv() -> Files:
    tickets, messages = ("\n".join(";".join(row) for row in table) for table in tables())
    return {f"tickets {CANARY}.csv": tickets.encode("utf-16"), "messages.csv": messages.encode("cp1252")}


def tsv() -> Files:
    names = ("tickets.tsv", "messages.tsv")
    return {
        name: "\n".join("\t".join(row) for row in rows).encode() for name, rows in zip(names, tables(), strict=True)
    }


def jsonl() -> Files:
    names = ("tickets.jsonl", "messages.jsonl")
    found = {}
    for name, (header, *rows) in zip(names, tables(), strict=True):
        found[name] = lines(*(dict(zip(header, row, strict=False)) for row in rows), f'{{"Ticket ID": "{CANARY}"')
    return found


def workbook() -> Files:
    book = openpyxl.Workbook()
    for name, rows in zip(("Tickets", "Messages"), tables(), strict=True):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    saved = io.BytesIO()
    book.save(saved)
    return {"export.xlsx": saved.getvalue()}


EXPORTS: dict[str, Callable[[], Files]] = {
    "zendesk": zendesk,
    **{name: lambda name=name: desk(name) for name in OBJECTS},  # type: ignore[misc]
    "csv": csv,
    "tsv": tsv,
    "jsonl": jsonl,
    "xlsx": workbook,
}


@pytest.fixture
def ada(sign_in: Callable[..., CheckingClient], cast: Cast) -> CheckingClient:
    return sign_in(cast.ada)


def upload(ada: CheckingClient, form: str, told: Files) -> str:
    """Upload an export, and take in tables as their columns were guessed; the page of its run."""
    files = [(io.BytesIO(content), name) for name, content in told.items()]
    desk_or_table = format_named(form).kind
    answer = ada.post_form(
        "/tickets/intake",
        {"format": desk_or_table, "files": files, "source": form},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 302, form
    if desk_or_table == "csv":
        assert NEEDLE not in ada.get(answer.location).get_data(as_text=True)
        answer = taken_in(ada, answer)
    return str(answer.location)


def files_that_say_it(*folders: Path) -> list[str]:
    files = (each for folder in folders for each in folder.rglob("*") if each.is_file() and os.access(each, os.R_OK))
    return [str(each) for each in files if NEEDLE.encode() in each.read_bytes()]


def rows_that_say_it(session: Session) -> list[str]:
    """The tables of the database with a row that holds the canary, whichever engine keeps them."""
    return [
        name
        for name in inspect(session.get_bind()).get_table_names()
        if not name.startswith("ticket_search")
        and any(NEEDLE in str(tuple(row)) for row in session.execute(text(f'SELECT * FROM "{name}"')))
    ]


def keep_originals(session: Session, cast: Cast) -> None:
    """Every export's source keeps the text as it came."""
    for form in EXPORTS:
        kind, now = format_named(form).kind, NOW
        source = service.source_for(session, cast.programme.id, service.key_for(form), kind=kind, now=now)
        session.add(OriginalRule(source_id=source.id, days=30, changed_at=now))
    session.commit()


def test_a_canary_in_every_column_is_nowhere(
    ada: CheckingClient,
    app: Flask,
    session: Session,
    cast: Cast,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    instance = app.extensions["fairmark"].instance
    keep_originals(session, cast)  # sealed, so that not even then a word of it is anywhere
    for form, made in EXPORTS.items():
        page = upload(ada, form, made())
        waiting = [each for each in (instance / "uploads").rglob("*") if each.is_file()]
        assert waiting, form  # they do wait on the disk
        assert files_that_say_it(instance, temporary) == [], form
        app.extensions["runner"].run_all()
        shown = ada.get(page).get_data(as_text=True) + ada.get(f"{page}/rejects.csv").get_data(as_text=True)
        session.commit()

        run = session.scalars(select(IntakeRun).order_by(IntakeRun.id.desc())).first()
        assert run is not None
        assert run.state == "done", (form, run.counts)
        assert run.counts["tickets"]["stored"] > 3, form
        assert session.scalar(select(IntakeReject.id).where(IntakeReject.run_id == run.id).limit(1)), form
        assert NEEDLE not in shown, form
        assert not any((instance / "uploads").iterdir()), form
        assert session.scalar(select(UploadKey.token).limit(1)) is None, form
    assert files_that_say_it(instance, temporary) == []
    assert rows_that_say_it(session) == []
    sealed = select(Ticket.source_id).join(OriginalText, OriginalText.ticket_id == Ticket.id).distinct()
    assert len(session.scalars(sealed).all()) == len(EXPORTS)
    captured = capfd.readouterr()
    assert NEEDLE not in captured.out + captured.err + caplog.text


@pytest.mark.parametrize("form", ["zendesk", "tsv", "jsonl", "xlsx"])
def test_a_canary_in_every_column_is_not_said_by_the_command(
    app: Flask, session: Session, cast: Cast, flask_command: Callable[..., Any], tmp_path: Path, form: str
) -> None:
    for name, content in EXPORTS[form]().items():
        (tmp_path / f"{name.partition('.')[0]} {CANARY} {name}").write_bytes(content)
        (tmp_path / name).write_bytes(content)
    paths = [str(tmp_path / name) for name in EXPORTS[form]()]
    wrong = next(tmp_path.glob(f"*{CANARY}*"))

    told = [flask_command("intake", form, *paths, "--json"), flask_command("intake", form, *paths)]
    refused = flask_command("intake", "intercom", str(wrong))

    assert [each.exit_code for each in told] == [0, 0]
    assert json.loads(told[0].stdout)["rejects"]
    assert NEEDLE not in "".join(each.output for each in (*told, refused))
    assert rows_that_say_it(session) == []


def test_after_a_day_an_upload_has_neither_key_nor_files_and_its_job_says_so(
    ada: CheckingClient, app: Flask, session: Session
) -> None:
    folder = app.extensions["fairmark"].instance / "uploads"
    upload(ada, "zendesk", zendesk())
    ada.post_form(
        "/tickets/intake",
        {"format": "csv", "files": [(io.BytesIO(b"Ticket ID,Status\n1,solved\n"), "tickets.csv")]},
        content_type="multipart/form-data",
    )
    session.execute(update(UploadKey).values(created_at=NOW))
    session.execute(update(IntakeUpload).values(created_at=NOW))
    session.commit()

    with app.app_context():
        thrown_away = uploads.forget_old(db.session(), ticket_jobs.upload_folder(), now=NOW + keeping.LIFETIME * 1.1)
    left = list(folder.iterdir())
    app.extensions["runner"].run_all()
    session.commit()

    run = session.scalars(select(IntakeRun)).one()
    assert (thrown_away, left, session.scalars(select(UploadKey)).all()) == (1, [], [])
    assert run.state == "failed"
    assert "hand the files in again" in str(run.counts["error"])
