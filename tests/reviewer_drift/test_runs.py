"""The run over everything in the database: it says what the arithmetic says of the same scorings, and proves itself."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bench.stored_world import Home, store
from calibration.severity import severities
from calibration.simulate import SCALE, Drift, Operation, World, simulate
from qa.core.audit import AuditEvent
from qa.core.db import db
from qa.core.jobs import Job
from qa.reviewer_drift import jobs, runs
from qa.reviewer_drift.gathering import gather
from qa.reviewer_drift.models import DriftRun, DriftStanding
from qa.reviews.models import Review
from tests.support.cast import Cast
from tests.support.statements import count_queries

UTC = ZoneInfo("UTC")
MONDAY = dt.date(2026, 1, 5)
WEEKS = 18
AFTER = dt.datetime(2026, 5, 13, 9, tzinfo=dt.UTC)  # a Wednesday of the week after the last
LAST = MONDAY + dt.timedelta(weeks=WEEKS - 1)
HARSH, ONSET = 3, 12


@pytest.fixture(scope="module")
def operation() -> Operation:
    """Six reviewers of whom one turns far stricter in week 12."""
    drift = Drift(reviewer=HARSH, kind="severity", onset=ONSET, size=-8.0)
    return simulate(World(reviewers=6, weeks=WEEKS, drifts=(drift,), volumes=(20,)), np.random.default_rng(4))


@pytest.fixture
def reviewers(session: Session, cast: Cast, operation: Operation) -> list[int]:
    home = Home(
        programme_id=cast.programme.id,
        source_id=cast.source.id,
        lead_id=cast.quinn.id,
        second_lead_id=cast.lena.id,
        monday=MONDAY,
    )
    return store(session, operation.scorings, home)


def test_scores_come_back_as_they_were_given_and_what_came_later_changes_no_week(
    app: Flask, session: Session, cast: Cast, operation: Operation, reviewers: list[int]
) -> None:
    with app.app_context(), count_queries() as statements:
        found = gather(db.session(), cast.programme.id, through=LAST, zone=UTC)

    assert found is not None
    assert len(statements) <= 7
    assert (found.first_week, found.weeks, found.through) == (MONDAY, WEEKS, LAST)
    assert found.reviewers == tuple(reviewers)
    given = operation.scorings
    assert np.bincount(found.scorings.kind).tolist() == np.bincount(given.kind).tolist()
    # Codes and weights are counted otherwise; what follows from them is the same.
    columns = [found.scale.scale.ids.index(f"world/c{place}") for place in range(len(SCALE.ids))]
    assert np.nansum(found.scorings.answers[:, columns], axis=0) == pytest.approx(np.nansum(given.answers, axis=0))
    ours, theirs = severities(found.scorings, found.scale.scale), severities(given, SCALE)
    assert ours.estimates == pytest.approx(theirs.estimates, abs=1e-6)

    earlier, earlier_weeks = LAST - dt.timedelta(weeks=2), WEEKS - 2
    with app.app_context():
        then = runs.tell(db.session(), cast.programme.id, through=earlier, now=AFTER)
        now = runs.tell(db.session(), cast.programme.id, through=LAST, now=AFTER)
    assert then is not None
    assert now is not None
    for before, after in zip(then.reckoned.standings, now.reckoned.standings, strict=True):
        assert [each is None for each in before.evidence] == [each is None for each in after.evidence[:earlier_weeks]]
        told = [(one, two) for one, two in zip(before.evidence, after.evidence, strict=False) if one is not None]
        assert [two for _, two in told] == pytest.approx([one for one, _ in told], rel=1e-6)


def test_each_night_one_run_flags_who_became_stricter_and_nobody_else(
    app: Flask, session: Session, cast: Cast, reviewers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "utcnow", lambda: AFTER)
    nights = [jobs.Calendar(), jobs.Calendar()]  # two processes
    with app.app_context():
        for calendar in nights:
            calendar.tick(db.session(), AFTER)
            calendar.tick(db.session(), AFTER + dt.timedelta(hours=3))
    app.extensions["runner"].run_all()

    job = session.scalars(select(Job).where(Job.name == jobs.DRIFT_JOB)).one()
    rows = {row.reviewer_id: row for row in session.scalars(select(DriftStanding))}
    run = session.scalars(select(DriftRun)).one()
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "drift.run")).one()
    flag = rows[reviewers[HARSH]].document["flag"]
    assert (job.state, job.period) == ("done", f"{cast.programme.id}/2026-05-13")
    assert job.result == {"run": run.id, "made": True, "reds": 1, "ambers": 0}
    assert set(rows) == set(reviewers)
    assert [who for who, row in rows.items() if row.level == "red"] == [reviewers[HARSH]]
    assert flag["effect"] < -4
    assert all(row["moved"] is None or row["low"] <= row["moved"] <= row["high"] for row in run.document["fair"])
    assert abs(dt.date.fromisoformat(flag["onset"]) - (MONDAY + dt.timedelta(weeks=ONSET))) <= dt.timedelta(weeks=2)
    assert (run.through, run.created_by_id) == (LAST, None)
    assert (event.object_id, event.detail["digest"]) == (str(run.id), run.digest)


def test_a_run_is_kept_once_and_proves_itself(
    app: Flask, session: Session, cast: Cast, reviewers: list[int], flask_command: Callable[..., Result]
) -> None:
    first = flask_command("drift", "run")
    assert first.exit_code == 0, first.exception
    again = flask_command("drift", "run")
    holds = flask_command("drift", "run", "--check")
    shown = flask_command("drift", "--json")
    assert shown.exit_code == 0, shown.exception
    told = json.loads(shown.output)
    run = session.scalars(select(DriftRun)).one()

    # A score voided since is other evidence: the run is not wrong, but a new one is due.
    review = session.scalars(select(Review).where(Review.purpose == "routine").order_by(Review.id)).first()
    assert review is not None
    review.state, review.voided_at, review.void_reason = "voided", AFTER, "test ticket"
    voided = flask_command("drift", "run", "--check")
    review.state, review.voided_at, review.void_reason = "submitted", None, None
    session.execute(update(DriftStanding).values(document={"flag": None}))
    tampered = flask_command("drift", "run", "--check")

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "stands: nothing that it reads has changed" in again.output
    assert (holds.exit_code, "gives the same outcome" in holds.output) == (0, True)
    assert (told["inputs"], told["outcome"]) == (run.digest, run.outcome_digest)
    assert (voided.exit_code, "a new run is due" in voided.output) == (0, True)
    assert (tampered.exit_code, "does not follow" in tampered.output) == (1, True)


def test_without_a_score_there_is_no_run(flask_command: Callable[..., Result], cast: Cast) -> None:
    nothing = [flask_command("drift", *more) for more in ((), ("run",), ("run", "--check"))]

    assert [each.exit_code for each in nothing] == [1, 1, 1]
    assert "no score to judge by" in nothing[0].output


def test_a_run_over_many_scores_happens_apart_and_its_outcome_is_the_job_s(
    app: Flask,
    session: Session,
    cast: Cast,
    flask_command: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[list[str]] = []

    def in_another_process(arguments: list[str], *, alive: Callable[[], None]) -> dict[str, object]:
        asked.append(arguments)
        alive()
        told: dict[str, object] = json.loads(flask_command(*arguments).output)
        return told

    job = jobs.ask(session, cast.programme.id, by=cast.quinn.id, now=AFTER)
    session.commit()
    monkeypatch.setattr(jobs, "APART_FROM", 0)
    monkeypatch.setattr(jobs, "settings", lambda: replace(app.extensions["fairmark"], testing=False))
    monkeypatch.setattr(jobs.apart, "command", in_another_process)

    app.extensions["runner"].run_all()

    session.expire_all()
    assert asked == [["drift", "run", "--job", str(job.id)]]
    assert (job.state, job.result) == ("done", {"run": None, "made": False, "reds": 0, "ambers": 0})
