"""Exports that come by themselves: made with the receiver's own scope, behind a sign-in, failures told."""

import datetime as dt
import io
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from exports.coaching_workbook import read_back
from qa.coaching.packing import Packed
from qa.config import Settings
from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.jobs import Job
from qa.notices.models import Notice
from qa.people.models import Clearance, Membership, RoleGrant, User
from qa.sampling.models import FrameUnit
from qa.scheduled_exports import jobs, making
from qa.scheduled_exports.models import ExportDelivery, ExportSchedule
from qa.scheduled_exports.rules import Kind
from tests.coaching.test_plans import seven
from tests.notices.sink import running
from tests.support.builders import make_period, make_ticket
from tests.support.cast import Cast
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

__all__ = ["seven"]
SignIn = Callable[..., CheckingClient]
HOME = "/exports/scheduled/"


def asked(**changes: object) -> dict[str, str]:
    form = {
        "kind": "team",
        "team": 0,
        "queue": "",
        "weeks": 13,
        "rhythm": "once",
        "weekday": 0,
        "hour": 6,
        "way": "link",
    }
    return {name: str(value) for name, value in (form | changes).items()}


def deliveries(session: Session) -> list[ExportDelivery]:
    session.expire_all()
    return list(session.scalars(select(ExportDelivery).order_by(ExportDelivery.id)))


def file_of(client: CheckingClient, delivery: ExportDelivery) -> bytes:
    with closing(client.post_form(f"{HOME}deliveries/{delivery.id}/file")) as answer:
        assert answer.status_code == 200, answer.text
        return bytes(answer.data)


def of_kind(session: Session, user: User, kind: str) -> int:
    return len(session.scalars(select(Notice.id).where(Notice.user_id == user.id, Notice.kind == kind)).all())


def test_an_export_comes_once_within_the_receivers_scope_and_only_to_them(
    seven: int, app: Flask, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    lead, quinn = sign_in(cast.lena), sign_in(cast.quinn)
    empty = quinn.get(HOME).text
    assert "Nothing comes by itself yet" in empty
    for kind in ("plans", "trends", "data"):
        team = cast.payouts.id if kind == "plans" else 0
        assert quinn.post_form(HOME, asked(kind=kind, team=team, receiver=cast.lena.id)).status_code == 302
    app.extensions["runner"].run_all()

    plans, trends, data = deliveries(session)

    assert [each.state for each in (plans, trends, data)] == ["done"] * 3, [each.error for each in deliveries(session)]
    assert of_kind(session, cast.lena, "export_ready") == 3
    with ZipFile(io.BytesIO(file_of(lead, plans))) as archive:
        names = archive.namelist()
        assert sorted(names) == [f"Sam-Sato-{cast.sam.id}.xlsx", names[-1]]
        handed = read_back(archive.read(names[0]))
    preview = lead.post_form(
        f"/coaching/specialists/{handed.specialist_key}/workbook/preview",
        {"file": (io.BytesIO(ZipFile(io.BytesIO(file_of(lead, plans))).read(names[0])), "plan.xlsx")},
    )
    assert "Nothing to change" in preview.text  # the trail knows it, so it can come back
    pack = openpyxl.load_workbook(io.BytesIO(file_of(lead, trends)))
    told = {str(cell.value) for sheet in pack.worksheets for row in sheet.iter_rows() for cell in row}
    assert "Payouts" in told
    assert "Appeals" not in told  # Quinn sees all teams, Lena gets her own
    with ZipFile(io.BytesIO(file_of(lead, data))) as archive:
        assert cast.olga.name not in archive.read("reviews.csv").decode()
    assert quinn.get(f"{HOME}deliveries/{plans.id}").status_code == 404
    assert "delivered" in quinn.get(HOME).text
    assert "Download" in lead.get(f"{HOME}deliveries/{plans.id}").text
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "export_delivery")).all()
    assert actions.count("export.delivered") == 3
    assert actions.count("export.fetched") == 4


def test_who_lost_the_team_gets_nothing_and_both_are_told(
    seven: int, app: Flask, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    quinn, lead = sign_in(cast.quinn), sign_in(cast.lena)
    form = asked(team=cast.payouts.id, receiver=cast.lena.id)
    quinn.post_form(HOME, form)
    app.extensions["runner"].run_all()
    (before,) = deliveries(session)
    assert file_of(lead, before)
    session.execute(
        update(Membership)
        .where(Membership.user_id == cast.lena.id, Membership.kind == "lead")
        .values(valid_to=utcnow().date() - dt.timedelta(days=1))
    )
    session.commit()

    quinn.post_form(HOME, form)
    app.extensions["runner"].run_all()

    _, after = deliveries(session)
    assert (after.state, after.file_name) == ("failed", None)
    assert "not yours to see" in str(after.error)
    assert [of_kind(session, who, "export_failed") for who in (cast.quinn, cast.lena)] == [1, 1]
    assert "failed" in quinn.get(HOME).text
    # What was made while she led the team is closed to her too.
    assert lead.post_form(f"{HOME}deliveries/{before.id}/file").status_code == 403
    assert "do not open" in lead.get(f"{HOME}deliveries/{before.id}").text


def test_a_schedule_is_due_once_a_time_paused_resumed_and_deleted(
    seven: int, app: Flask, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    lead = sign_in(cast.lena)
    assert lead.post_form(HOME, asked(team=cast.appeals.id, receiver=cast.lena.id)).status_code == 422
    assert lead.post_form(HOME, asked(kind="drift", receiver=cast.lena.id)).status_code == 422
    assert lead.post_form(HOME, asked(way="folder", team=cast.payouts.id, receiver=cast.lena.id)).status_code == 422
    assert lead.post_form(HOME, asked(rhythm="weekly", team=cast.payouts.id, receiver=cast.lena.id)).status_code == 302
    row = session.scalars(select(ExportSchedule)).one()
    calendar, now = jobs.Calendar(), utcnow()

    def looked(at: dt.datetime) -> int:
        with app.app_context():
            calendar.tick(db.session(), at)
        session.expire_all()
        return len(session.scalars(select(Job.id).where(Job.name == "scheduled_exports.deliver")).all())

    assert looked(now) == 0  # what was due before it was set up is not made up for
    assert [looked(now + dt.timedelta(days=7, minutes=each)) for each in (1, 2)] == [1, 1]
    assert lead.post_form(f"{HOME}{row.id}/pause").status_code == 302
    assert lead.post_form(f"{HOME}{row.id}/pause").status_code == 409
    app.extensions["runner"].run_all()
    assert deliveries(session) == []  # paused meanwhile
    assert looked(now + dt.timedelta(days=14, minutes=3)) == 1
    assert "paused" in lead.get(HOME).text
    assert lead.post_form(f"{HOME}{row.id}/resume").status_code == 302
    assert looked(now + dt.timedelta(days=21, minutes=4)) == 2
    app.extensions["runner"].run_all()
    (made,) = deliveries(session)
    assert made.state == "done"
    with count_queries() as statements:
        lead.get(HOME)
    assert len(statements) <= 14
    session.execute(update(ExportDelivery).values(expires_at=now - dt.timedelta(minutes=1)))
    session.commit()
    assert (jobs_folder(app) / str(made.file_name)).is_file()
    half = jobs_folder(app) / "scheduled-1-0123.xlsx"  # of a process that was killed
    half.touch()
    looked(now + dt.timedelta(hours=1))
    assert half.exists()
    looked(now + dt.timedelta(days=22, hours=2, minutes=5))
    assert not half.exists()
    assert not (jobs_folder(app) / str(made.file_name)).exists()
    assert lead.post_form(f"{HOME}deliveries/{made.id}/file").status_code == 404
    assert lead.post_form(f"{HOME}{row.id}/delete").status_code == 302
    assert "Nothing comes by itself yet" in lead.get(HOME).text
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "export_schedule")).all()
    assert sorted(actions) == [
        "export.schedule",
        "export.schedule_deleted",
        "export.schedule_paused",
        "export.schedule_resumed",
    ]


def test_nobody_waits_for_a_file_and_it_is_finished_once(
    seven: int, app: Flask, session: Session, cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    director = sign_in(cast.dora)
    form = asked(kind="trends", weeks=26, receiver=cast.dora.id)
    assert director.post_form(HOME, form).status_code == 302
    monkeypatch.setattr("qa.core.jobs.RENEW_SECONDS", 0.01)
    row = session.scalars(select(ExportSchedule)).one()
    trends, run = making.MAKERS[Kind.TRENDS], {"n": 0}

    def leased() -> object:
        session.rollback()
        return session.scalar(select(Job.leased_until).where(Job.name == "scheduled_exports.deliver"))

    def slow(own: Session, wanted: making.Wanted, path: Path) -> Sequence[Packed]:
        handed = trends(own, wanted, path)
        run["n"] += 1
        assert not own.connection().connection.info.get("holds_write_lock")
        before, until = leased(), time.monotonic() + 60
        while leased() == before:
            assert time.monotonic() < until, "the lease is not renewed"
            time.sleep(0.005)
        if run["n"] == 1:
            with ThreadPoolExecutor(1) as elsewhere:  # a thread inherits nothing: here only reading is allowed
                assert elsewhere.submit(faster).result()["state"] == "done"
        return handed

    def faster() -> Mapping[str, Any]:
        """A second runner that takes the same job; and the schedule is deleted meanwhile."""
        with app.app_context():
            job = db.session.scalars(select(Job).where(Job.name == "scheduled_exports.deliver")).one()
            outcome = jobs.deliver(job)
            db.session.execute(update(ExportSchedule).values(state="ended"))
            db.session.commit()
        return outcome

    monkeypatch.setitem(making.MAKERS, Kind.TRENDS, slow)
    app.extensions["runner"].run_all()

    assert run["n"] == 2
    (made,) = deliveries(session)
    assert made.state == "done", made.error
    assert [path.name for path in jobs_folder(app).iterdir()] == [made.file_name]
    assert of_kind(session, cast.dora, "export_ready") == 1
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "export_delivery")).all()
    assert list(actions) == ["export.delivered"]
    assert row.options == {"weeks": 26}


def test_a_schedule_says_and_keeps_only_the_filters_that_its_file_has(
    seven: int, session: Session, cast: Cast, sign_in: SignIn, flask_command: Callable[..., Result]
) -> None:
    handled = make_ticket(session, cast)
    week = make_period(session, cast.programme.id, handled.part.resolved_at.date())
    session.add(FrameUnit(period_id=week.id, part_id=handled.part.id, cell="all", prn=1, team="Payouts"))
    session.flush()
    assert flask_command("rollups", "rebuild").exit_code == 0
    quinn, queue = sign_in(cast.quinn), handled.ticket.queue
    chosen = {"team": cast.payouts.id, "queue": queue, "weeks": 26}
    kept = {
        "team": {"team": cast.payouts.id},
        "plans": {"team": cast.payouts.id},
        "trends": chosen,
        "drift": {},
        "data": {"weeks": 26},
    }
    for kind in kept:
        form = asked(kind=kind, rhythm="weekly", receiver=cast.quinn.id, **chosen)
        assert quinn.post_form(HOME, form).status_code == 302
    assert {row.kind: row.options for row in session.scalars(select(ExportSchedule))} == kept
    assert "everything" in quinn.get(HOME).text  # the reviewers' board


def test_a_file_about_the_whole_programme_closes_with_the_wider_role(
    seven: int, app: Flask, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    quinn = sign_in(cast.quinn)
    quinn.post_form(HOME, asked(kind="data", receiver=cast.quinn.id))
    app.extensions["runner"].run_all()
    (made,) = deliveries(session)
    assert file_of(quinn, made)
    session.execute(update(RoleGrant).where(RoleGrant.user_id == cast.quinn.id).values(role="team_lead"))
    session.commit()
    assert quinn.post_form(f"{HOME}deliveries/{made.id}/file").status_code == 403


def test_a_schedule_does_not_outlive_its_owner_and_its_receiver_may_delete_it(
    seven: int, app: Flask, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    director, quinn = sign_in(cast.dora), sign_in(cast.quinn)
    form = asked(kind="trends", receiver=cast.quinn.id)
    director.post_form(HOME, form)
    director.post_form(HOME, form)
    session.execute(update(User).where(User.id == cast.dora.id).values(active=False))
    session.commit()
    assert app.extensions["runner"].run_one()
    session.execute(update(User).where(User.id == cast.dora.id).values(active=True))
    session.execute(update(RoleGrant).where(RoleGrant.user_id == cast.dora.id).values(role="reviewer"))
    session.commit()
    app.extensions["runner"].run_all()

    assert ["may not schedule it any more" in str(each.error) for each in deliveries(session)] == [True, True]
    row = session.scalars(select(ExportSchedule).order_by(ExportSchedule.id)).first()
    assert row is not None
    assert f"{HOME}{row.id}/delete" in quinn.get(HOME).text
    assert f"{HOME}{row.id}/resume" not in quinn.get(HOME).text
    assert sign_in(cast.lena).post_form(f"{HOME}{row.id}/delete").status_code == 404
    assert quinn.post_form(f"{HOME}{row.id}/resume").status_code == 404
    assert quinn.post_form(f"{HOME}{row.id}/delete").status_code == 302


def test_a_schedule_stops_when_its_owner_left_and_a_qa_lead_goes_on_with_it(
    seven: int, app: Flask, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    lead, quinn, director = sign_in(cast.lena), sign_in(cast.quinn), sign_in(cast.dora)
    director.post_form(HOME, asked(kind="trends", rhythm="weekly", receiver=cast.lena.id))
    session.execute(update(User).where(User.id == cast.dora.id).values(active=False))
    session.commit()
    calendar, now = jobs.Calendar(), utcnow()
    for weeks in (1, 2):
        with app.app_context():
            calendar.tick(db.session(), now + dt.timedelta(weeks=weeks, minutes=weeks))
        app.extensions["runner"].run_all()

    row = session.scalars(select(ExportSchedule)).one()
    assert [each.state for each in deliveries(session)] == ["failed"]  # not once a week for ever
    assert [of_kind(session, who, "export_stopped") for who in (cast.quinn, cast.lena, cast.otto)] == [1, 1, 0]
    assert "stopped" in lead.get(HOME).text
    assert "Take over" not in lead.get(HOME).text
    assert "Take over" in quinn.get(HOME).text
    assert lead.post_form(f"{HOME}{row.id}/take-over").status_code == 404

    assert quinn.post_form(f"{HOME}{row.id}/take-over").status_code == 302
    assert quinn.post_form(f"{HOME}{row.id}/take-over").status_code == 409
    with app.app_context():
        calendar.tick(db.session(), now + dt.timedelta(weeks=3, minutes=3))
    app.extensions["runner"].run_all()

    assert [each.state for each in deliveries(session)] == ["failed", "done"]
    assert (row.owner_id, row.stopped) == (cast.quinn.id, None)


def test_a_file_closes_with_the_clearance_it_was_made_with(
    seven: int, app: Flask, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    cleared = Clearance(user_id=cast.lena.id, severity=3, valid_from=dt.date(2020, 1, 1))
    session.add(cleared)
    session.commit()
    lead = sign_in(cast.lena)
    for kind in ("plans", "team"):
        lead.post_form(HOME, asked(kind=kind, team=cast.payouts.id, receiver=cast.lena.id))
    app.extensions["runner"].run_all()
    plans, figures = deliveries(session)
    assert file_of(lead, plans)

    cleared.valid_to = dt.date(2020, 1, 2)
    session.commit()

    assert lead.post_form(f"{HOME}deliveries/{plans.id}/file").status_code == 403
    assert "do not open" in lead.get(f"{HOME}deliveries/{plans.id}").text
    assert file_of(lead, figures)  # holds no words that a clearance opens

    plans.clearance, plans.regions = 0, ["default", "eu"]
    session.commit()
    assert lead.post_form(f"{HOME}deliveries/{plans.id}/file").status_code == 403


def jobs_folder(app: Flask) -> Path:
    settings: Settings = app.extensions["fairmark"]
    return settings.instance / "exports"


def test_a_folder_gets_whole_files_and_an_e_mail_only_the_link(
    seven: int, app: Flask, session: Session, cast: Cast, sign_in: SignIn, tmp_path: Path
) -> None:
    with running() as sink:
        old: Settings = app.extensions["fairmark"]
        shared = tmp_path / "shared"
        app.extensions["fairmark"] = replace(
            old, mail=sink.settings, base_url="https://quality.example.org", export_folder=shared
        )
        director = sign_in(cast.dora)
        form = asked(kind="trends", way="folder", receiver=cast.dora.id)
        assert director.post_form(HOME, form).status_code == 302
        app.extensions["runner"].run_all()

        (made,) = deliveries(session)
        message = sink.messages[0]
        app.extensions["fairmark"] = old

    assert (made.state, made.mail) == ("done", "sent"), made.error
    written = [path.relative_to(shared).as_posix() for path in shared.rglob("*") if path.is_file()]
    row = session.scalars(select(ExportSchedule)).one()
    assert written == [f"{row.id}-trends/trends-once.xlsx"]
    body = message.get_content()
    assert f"https://quality.example.org{HOME}deliveries/{made.id}" in body
    assert not list(message.iter_attachments())
    assert cast.sam.name not in body
    assert "Payouts" not in body


@pytest.mark.parametrize("role", ["sam", "rita", "ada"])
def test_who_may_take_nothing_along_finds_no_schedules(cast: Cast, sign_in: SignIn, role: str) -> None:
    assert sign_in(getattr(cast, role)).get(HOME).status_code == 403
