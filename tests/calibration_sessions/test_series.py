"""Sessions that open by themselves: on their days, once, after missed nights too; and reminders of those that wait."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.calibration_sessions import extending
from qa.calibration_sessions.models import CalibrationSession, SessionParticipant
from qa.calibration_sessions.recipes import Recipe
from qa.calibration_sessions.series import jobs, rules, service
from qa.calibration_sessions.series.models import SeriesDay, SessionSeries
from qa.core.audit import AuditEvent
from qa.core.db import db
from qa.core.errors import ConflictError, InvalidInputError
from qa.core.jobs import Job
from qa.notices.models import Notice
from tests.calibration_sessions.room import open_room
from tests.support.builders import make_ticket, publish_rubric
from tests.support.cast import NOW, TODAY, Cast
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]
DAY = dt.timedelta(days=1)


def wanted(family_id: int, **other: object) -> service.Wanted:
    given: dict[str, object] = {
        "title": "Weekly tone",
        "family_id": family_id,
        "rhythm": "weekly",
        "starts_on": TODAY,
        "due_days": 4,
        "recipe": Recipe(drawn=2),
        "user_ids": (),
        "anonymous": False,
    }
    return service.Wanted(**(given | other))  # type: ignore[arg-type]


@pytest.fixture
def series(session: Session, cast: Cast) -> SessionSeries:
    """Every week two parts that nobody scored, for all reviewers, led by Quinn."""
    version = publish_rubric(session, cast)
    for _ in range(5):
        make_ticket(session, cast)
    return service.create(session, cast.programme.id, wanted(version.family_id), today=TODAY, by=cast.quinn.id, now=NOW)


def pass_nights(app: Flask, monkeypatch: pytest.MonkeyPatch, *days: int) -> None:
    """The chores of these days, each by two processes, and what they asked for."""
    for day in days:
        now = NOW + day * DAY
        monkeypatch.setattr(jobs, "utcnow", lambda now=now: now)
        with app.app_context():
            for calendar in (jobs.Calendar(), jobs.Calendar()):
                calendar.tick(db.session(), now)
            app.extensions["runner"].run_all()


def test_weeks_and_months_follow_the_first_day() -> None:
    january = dt.date(2026, 1, 31)

    months = rules.days("monthly", january)
    fortnights = rules.days("two_weekly", january)

    assert [f"{next(months):%d %m}" for _ in range(4)] == ["31 01", "28 02", "31 03", "30 04"]
    assert [f"{next(fortnights):%d %m}" for _ in range(3)] == ["31 01", "14 02", "28 02"]
    with pytest.raises(ValueError, match="rhythm is one of"):
        next(rules.days("daily", january))


@given(st.sampled_from(sorted(rules.RHYTHMS)), st.dates(dt.date(2025, 1, 1), dt.date(2027, 1, 1)), st.integers(0, 900))
def test_the_newest_day_and_the_next_one_enclose_today(rhythm: str, starts_on: dt.date, later: int) -> None:
    today = starts_on + later * DAY

    newest, following = rules.newest_until(rhythm, starts_on, today), rules.first_from(rhythm, starts_on, today + DAY)

    assert newest is not None
    assert newest <= today < following
    assert rules.first_from(rhythm, starts_on, newest) == newest
    assert rules.newest_until(rhythm, starts_on, starts_on - DAY) is None


def test_a_session_opens_on_its_day_once_with_everybody_told(
    app: Flask, session: Session, cast: Cast, series: SessionSeries, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.commit()

    pass_nights(app, monkeypatch, 0, 1)

    session.expire_all()
    opened = session.scalars(select(CalibrationSession)).one()
    people = session.scalars(select(SessionParticipant.user_id).order_by(SessionParticipant.user_id)).all()
    told = session.execute(
        select(Notice.user_id, Notice.kind).where(Notice.object_type != "rubric_version").order_by(Notice.id)
    ).all()
    assert (opened.title, opened.due_on, opened.facilitator_id) == (
        "Weekly tone, 08 Apr 2026",
        TODAY + 4 * DAY,
        cast.quinn.id,
    )
    assert people == sorted([cast.rita.id, cast.rob.id])
    assert sorted(told) == sorted(
        [(cast.rita.id, "session_opened"), (cast.rob.id, "session_opened"), (cast.quinn.id, "series_opened")]
    )
    assert series.next_on == TODAY + 7 * DAY
    assert session.scalars(select(Job.state).where(Job.name == jobs.OPEN_JOB)).all() == ["done"]
    with app.app_context():
        job = db.session().scalars(select(Job).where(Job.name == jobs.OPEN_JOB)).one()
        assert jobs.open_due(job) == {"session": None, "problem": None}


def test_after_missed_nights_the_newest_day_alone_is_made_up_for(
    app: Flask, session: Session, series: SessionSeries, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.commit()

    pass_nights(app, monkeypatch, 16)

    session.expire_all()
    assert session.scalars(select(SeriesDay.day)).all() == [TODAY + 14 * DAY]
    assert series.next_on == TODAY + 21 * DAY


def test_where_nothing_fits_the_facilitator_is_told_why_and_the_next_day_waits(
    app: Flask, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch, sign_in: SignIn
) -> None:
    version = publish_rubric(session, cast)
    asked = wanted(version.family_id)
    row = service.create(session, cast.programme.id, asked, today=TODAY, by=cast.quinn.id, now=NOW)
    session.commit()

    pass_nights(app, monkeypatch, 0)

    session.expire_all()
    day = session.scalars(select(SeriesDay)).one()
    assert day.session_id is None
    assert "No part fits" in (day.problem or "")
    assert "series_stuck" in session.scalars(select(Notice.kind).where(Notice.user_id == cast.quinn.id)).all()
    assert row.next_on == TODAY + 7 * DAY
    assert "none opened" in sign_in(cast.quinn).get(f"/calibration/series/{row.id}").get_data(as_text=True)


def test_a_paused_series_opens_nothing_and_goes_on_with_its_next_day(
    app: Flask, session: Session, cast: Cast, series: SessionSeries, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.pause(session, series, version=0, by=cast.quinn.id, now=NOW)
    session.commit()
    pass_nights(app, monkeypatch, 0, 8)
    session.expire_all()
    assert session.scalars(select(SeriesDay)).all() == []

    service.resume(session, series, version=1, today=TODAY + 8 * DAY, by=cast.quinn.id, now=NOW + 8 * DAY)
    assert series.next_on == TODAY + 14 * DAY
    with pytest.raises(ConflictError, match="Somebody else changed"):
        service.stop(session, series, version=1, by=cast.quinn.id, now=NOW)
    service.stop(session, series, version=2, by=cast.quinn.id, now=NOW + 9 * DAY)

    told = session.scalars(
        select(AuditEvent.action).where(AuditEvent.object_type == "session_series").order_by(AuditEvent.id)
    ).all()
    assert told == ["series.create", "series.pause", "series.resume", "series.stop"]


def test_a_series_asks_for_a_day_to_come_and_for_two_people(session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)

    for fault, field in (({"starts_on": TODAY - DAY}, "starts_on"), ({"user_ids": (cast.rita.id,)}, "participants")):
        with pytest.raises(InvalidInputError) as refused:
            service.create(
                session,
                cast.programme.id,
                wanted(version.family_id, **fault),
                today=TODAY,
                by=cast.quinn.id,
                now=NOW,
            )
        assert field in refused.value.fields


def test_a_series_is_set_up_and_changed_by_its_page(session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)
    quinn, lena = sign_in(cast.quinn), sign_in(cast.lena)
    assert "No series yet" in quinn.get("/calibration/series/").get_data(as_text=True)
    form = {
        "version": "0",
        "title": "Monthly anchors",
        "family": str(version.family_id),
        "rhythm": "monthly",
        "starts_on": (dt.datetime.now(dt.UTC).date() + 3 * DAY).isoformat(),
        "due_days": "7",
        "queue": "",
        "drawn": "3",
        "differing": "0",
        "lowest": "0",
        "fresh": "0",
        "anchors": "2",
    }

    nothing = quinn.post_form("/calibration/series/new", {**form, "drawn": "0", "anchors": "0"})
    made = quinn.post_form("/calibration/series/new", form)
    row = session.scalars(select(SessionSeries)).one()
    where = f"/calibration/series/{row.id}"
    stale = quinn.post_form(where, {**form, "title": "Other", "version": "7"})
    changed = quinn.post_form(where, {**form, "title": "Anchors", "participants": [cast.rita.id, cast.rob.id]})
    session.refresh(row)
    listed = quinn.get("/calibration/series/").get_data(as_text=True)

    assert (nothing.status_code, made.status_code, stale.status_code, changed.status_code) == (422, 302, 409, 302)
    assert "1 to 20 parts" in nothing.get_data(as_text=True)
    assert (row.title, row.everyone, row.recipe["anchors"]) == ("Anchors", False, 2)
    assert "3 at random from the frame, 2 old golden tickets" in listed
    assert lena.get(where).status_code == 404
    assert sign_in(cast.rita).get("/calibration/series/").status_code == 403


def test_whoever_is_late_is_reminded_and_the_deadline_moves(session: Session, cast: Cast, sign_in: SignIn) -> None:
    room = open_room(session, cast, sign_in)
    for part in range(3):
        room.score(cast.rita, part)
    before = len(session.scalars(select(Notice)).all())

    told = [extending.remind(session, cast.programme.id, TODAY + n * DAY, now=NOW + n * DAY) for n in range(1, 6)]

    new = session.execute(select(Notice.kind, Notice.user_id).order_by(Notice.id)).all()[before:]
    late = sorted([cast.rob.id, cast.quinn.id])
    # Due in three days: Rob and Quinn on the day before and on the day, the facilitator once after it.
    assert told == [0, 2, 2, 1, 0]
    assert sorted(user_id for kind, user_id in new if kind == "session_due") == sorted(late * 2)
    assert [user_id for kind, user_id in new if kind == "session_overdue"] == [cast.quinn.id]

    far = (dt.datetime.now(dt.UTC).date() + 30 * DAY).isoformat()
    codes = [
        room.post(cast.quinn, "extend", due_on="2026-01-01"),
        room.post(cast.quinn, "extend", due_on="soon"),
        room.post(cast.rita, "extend", due_on=far),
        room.post(cast.quinn, "extend", due_on=far),
    ]
    session.refresh(room.row)
    assert codes == [422, 422, 403, 302]
    assert room.row.due_on.isoformat() == far
    assert room.task(cast.rob, 0).due_on.isoformat() == far
    assert session.scalars(select(Notice.user_id).where(Notice.kind == "session_extended")).all() == [cast.rob.id]
