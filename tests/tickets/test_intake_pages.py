"""The admin's pages of intakes: uploading, following, reading what could not be used."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core import apart
from qa.core.jobs import Job
from qa.tickets import service
from qa.tickets.models import IntakeReject, IntakeRun, Ticket
from tests.support.cast import NOW, Cast
from tests.support.client import CheckingClient
from tests.tickets.page_forms import taken_in
from tests.tickets.records import flat_folder, zendesk_comment, zendesk_folder, zendesk_ticket


@pytest.fixture
def ada(sign_in: Callable[..., CheckingClient], cast: Cast) -> CheckingClient:
    return sign_in(cast.ada)


def files_of(folder: Path) -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(path.read_bytes()), path.name) for path in sorted(folder.iterdir())]


def uploaded(client: CheckingClient, form: str, files: list[tuple[io.BytesIO, str]]) -> Any:
    return client.post_form("/tickets/intake", {"format": form, "files": files}, content_type="multipart/form-data")


def run_jobs(app: Flask) -> None:
    app.extensions["runner"].run_all()


def test_the_page_says_what_to_do_while_nothing_has_come_in(ada: CheckingClient) -> None:
    page = ada.get("/tickets/intake").get_data(as_text=True)

    assert "Nothing has come in yet" in page
    assert "Zendesk" in page


def test_uploaded_files_are_taken_in_by_a_job_and_then_gone(
    ada: CheckingClient, app: Flask, session: Session, tmp_path: Path
) -> None:
    folder = zendesk_folder(tmp_path / "x", tickets=[zendesk_ticket()], comments=[zendesk_comment(1)])

    answer = uploaded(ada, "zendesk", files_of(folder))
    waiting = ada.get(answer.location).get_data(as_text=True)
    run_jobs(app)
    done = ada.get(answer.location).get_data(as_text=True)

    assert answer.status_code == 302
    assert "waits for its turn" in waiting
    assert "data-going" in waiting
    assert "Every row could be used." in done
    assert "data-going" not in done
    assert session.scalar(select(func.count()).select_from(Ticket)) == 1
    settings = app.extensions["fairmark"]
    assert list((settings.instance / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    "fault", [apart.ApartError("ended with -9"), OSError("no memory to begin a process")], ids=repr
)
def test_a_large_upload_whose_process_ends_early_says_so_and_leaves_nothing(
    ada: CheckingClient,
    app: Flask,
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
) -> None:
    begun: list[list[str]] = []

    def ended(arguments: list[str], *, alive: Callable[[], None]) -> dict[str, Any]:
        begun.append(arguments)
        raise fault

    settings = app.extensions["fairmark"]
    monkeypatch.setitem(app.extensions, "fairmark", replace(settings, testing=False))
    monkeypatch.setattr("qa.tickets.jobs.APART_FROM", 1)
    monkeypatch.setattr(apart, "command", ended)
    folder = zendesk_folder(tmp_path / "x", tickets=[zendesk_ticket()])

    answer = uploaded(ada, "zendesk", files_of(folder))
    run_jobs(app)
    page = ada.get(answer.location).get_data(as_text=True)

    run = session.scalars(select(IntakeRun)).one()
    assert begun == [["take-in", str(run.job_id)]]
    assert (run.state, session.get_one(Job, run.job_id).state) == ("failed", "failed")
    assert service.BROKEN in page
    assert "data-going" not in page
    assert list((settings.instance / "uploads").iterdir()) == []


def test_a_zip_is_taken_in_like_its_files(ada: CheckingClient, app: Flask, session: Session, tmp_path: Path) -> None:
    folder = flat_folder(tmp_path / "x", {})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"deep/down/{path.name}")
        archive.writestr("__MACOSX/._tickets.csv", "x")
        archive.writestr("../../evil.csv", (folder / "tickets.csv").read_bytes())
    packed.seek(0)

    taken_in(ada, uploaded(ada, "csv", [(packed, "export.zip")]))
    run_jobs(app)

    run = session.scalars(select(IntakeRun)).one()
    assert (run.state, run.counts["tickets"]["stored"]) == ("done", 1)
    assert not (tmp_path / "evil.csv").exists()


def test_a_file_that_cannot_be_used_ends_the_intake_with_the_reason(ada: CheckingClient, app: Flask) -> None:
    answer = uploaded(ada, "zendesk", [(io.BytesIO(b"no zip at all"), "export.zip")])
    run_jobs(app)

    page = ada.get(answer.location).get_data(as_text=True)

    assert "The intake failed." in page
    assert "cannot be unpacked" in page
    settings = app.extensions["fairmark"]
    assert list((settings.instance / "uploads").iterdir()) == []


def test_a_fault_in_the_middle_tells_its_place_and_quotes_no_row(
    ada: CheckingClient,
    app: Flask,
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise ValueError("cannot read Zebulon Quark")

    monkeypatch.setattr("qa.tickets.intake.zendesk.ticket_record", stumble)
    folder = zendesk_folder(tmp_path / "x", tickets=[zendesk_ticket()])

    answer = uploaded(ada, "zendesk", files_of(folder))
    run_jobs(app)

    page = ada.get(answer.location).get_data(as_text=True)
    job = session.scalars(select(Job)).one()
    assert "The intake broke off. What was stored stays" in page
    assert "ValueError" in str(job.error)
    assert "intake.broke" in caplog.text
    assert "Quark" not in page + str(job.error) + caplog.text


def test_tables_that_cannot_be_read_are_told_at_once_and_leave_no_file(ada: CheckingClient, app: Flask) -> None:
    answer = uploaded(ada, "csv", [(io.BytesIO(b"no zip at all"), "export.zip")])

    assert answer.status_code == 422
    assert "cannot be unpacked" in answer.get_data(as_text=True)
    settings = app.extensions["fairmark"]
    assert list((settings.instance / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    ("form", "files", "words"),
    [
        ("csv", [], "Choose the files of the export."),
        ("xml", [(b"x", "x.csv")], "Not a valid choice"),
        ("csv", [(b"x", f"{n}.csv") for n in range(51)], "more than 50 files"),
    ],
)
def test_an_upload_that_is_none_is_told_beside_its_field(
    ada: CheckingClient, session: Session, form: str, files: list[tuple[bytes, str]], words: str
) -> None:
    answer = uploaded(ada, form, [(io.BytesIO(content), name) for content, name in files])

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(IntakeRun)) == 0


def test_rows_that_could_not_be_used_are_listed_with_their_place_and_as_a_file(
    ada: CheckingClient, app: Flask, tmp_path: Path
) -> None:
    folder = flat_folder(tmp_path / "x", {}, {"Ticket ID": "2", "Status": "=1+1 ann@example.com"})
    answer = taken_in(ada, uploaded(ada, "csv", files_of(folder)))
    run_jobs(app)

    page = ada.get(answer.location).get_data(as_text=True)
    download = ada.get(f"{answer.location}/rejects.csv")

    assert "One row or cell could not be used" in page
    assert "=1+1 [email]" in page
    assert "not a status such as open" in page
    text = download.get_data(as_text=True)
    assert text.splitlines()[0] == "\ufefffile,line,column,value,reason"
    assert text.splitlines()[1].startswith("tickets.csv,3,Status,'=1+1 [email],")
    assert download.mimetype == "text/csv"


def test_a_file_that_is_left_out_is_listed_without_line_column_or_value(
    ada: CheckingClient, app: Flask, tmp_path: Path
) -> None:
    folder = zendesk_folder(tmp_path / "x", tickets=[zendesk_ticket()], notes=[{"id": 1}])
    answer = uploaded(ada, "zendesk", files_of(folder))
    run_jobs(app)

    page = ada.get(answer.location).get_data(as_text=True)

    cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", page[page.index("notes.jsonl.gz</th>") - 20 :])[:5]
    assert [re.sub("<[^>]*>", "", cell) for cell in cells] == [
        "notes.jsonl.gz",
        "–",
        "all of it",
        "–",
        "left out: neither its name nor a list in it is known",
    ]


def test_that_no_more_rejects_are_kept_is_told(
    ada: CheckingClient, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_KEPT_REJECTS", 2)
    folder = flat_folder(tmp_path / "x", {}, *({"Ticket ID": str(n), "Status": "melted"} for n in range(2, 5)))
    answer = taken_in(ada, uploaded(ada, "csv", files_of(folder)))
    run_jobs(app)

    page = " ".join(ada.get(answer.location).get_data(as_text=True).split())

    assert "At least 2 rows or cells could not be used" in page
    assert "Only the first 2 are kept." in page
    assert '<td data-label="Rejected" class="numeric">3</td>' in page


def test_the_page_of_a_run_asks_the_same_however_many_rows_were_refused(
    ada: CheckingClient, session: Session, cast: Cast, statements_of: Callable[..., int]
) -> None:
    run = IntakeRun(
        programme_id=cast.programme.id,
        source_id=cast.source.id,
        format="csv",
        file_names=["x"],
        state="done",
        started_at=NOW,
        counts={},
    )
    session.add(run)
    session.flush()
    few = statements_of(ada, f"/tickets/intake/{run.id}")
    session.add_all(
        IntakeReject(run_id=run.id, file="f", line=n, column="c", value="v", reason="r") for n in range(250)
    )

    many = statements_of(ada, f"/tickets/intake/{run.id}")

    assert many == few <= 14
    assert "101 to 200 of 250" in ada.get(f"/tickets/intake/{run.id}?page=2").get_data(as_text=True)


def test_nobody_but_an_admin_sees_intakes(sign_in: Callable[..., CheckingClient], cast: Cast) -> None:
    paths = ("/tickets/intake", "/tickets/intake/1", "/tickets/intake/1/rejects.csv")

    answers = {
        (who, path): sign_in(getattr(cast, who)).get(path).status_code
        for who in ("rita", "lena", "quinn", "sam", "dora")
        for path in paths
    }

    assert set(answers.values()) == {403}


def test_a_run_that_is_not_there_is_not_found(ada: CheckingClient) -> None:
    assert ada.get("/tickets/intake/999").status_code == 404
    assert ada.get(f"/tickets/intake/{'9' * 25}").status_code == 404
    assert ada.get("/tickets/intake/999/rejects.csv").status_code == 404
