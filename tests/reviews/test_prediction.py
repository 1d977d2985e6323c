"""The predicted score: learned from the past alone, kept for every part of a frame, and seen by no reviewer."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.core.errors import ConflictError
from qa.core.jobs import Job, Runner
from qa.reviews import measuring, prediction
from qa.reviews.jobs import HANDLERS
from qa.reviews.measured import measure
from qa.reviews.sampled import sampled_scores
from qa.rubric_library.models import RubricVersion
from qa.sampling import frames
from qa.sampling.allocation import SPREAD_FLOOR, Plan
from qa.sampling.evidence import with_spreads
from qa.sampling.models import Period
from qa.tickets.models import HandledPart, Ticket, TicketSignal
from tests.support.builders import (
    Handled,
    make_assignment,
    make_period,
    make_review,
    make_ticket,
    publish_rubric,
)
from tests.support.cast import NOW, TODAY, Cast
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]


@pytest.fixture
def from_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty past reviews do where it is not the prediction itself that is looked at."""
    monkeypatch.setattr(prediction, "LEARN_FROM", 20)


def signal(session: Session, handled: Handled, value: float, name: str = "auto_score") -> None:
    session.add(TicketSignal(part_id=handled.part.id, name=name, version="mapped", value=value))


def past_reviews(session: Session, cast: Cast, version: RubricVersion, count: int, weeks_ago: int = 2) -> None:
    """Reviews of an earlier week whose scores follow the automatic score: 40 where it is low, 100 where it is high."""
    at = NOW - dt.timedelta(weeks=weeks_ago)
    for n in range(count):
        handled = make_ticket(session, cast, resolved_at=at)
        signal(session, handled, 50 if n % 2 else 90)
        levels = {"correct": "wrong"} if n % 2 else {}
        make_review(session, handled, make_assignment(session, handled, cast.rita, version), levels, at=at)


def last_week(session: Session, cast: Cast) -> tuple[Period, list[Handled]]:
    """The week before now with four parts, frozen."""
    parts = [make_ticket(session, cast, resolved_at=NOW - dt.timedelta(weeks=1)) for _ in range(4)]
    for handled, value in zip(parts, (50, 90, 50, 90), strict=True):
        signal(session, handled, value)
    period = make_period(session, cast.programme.id, TODAY - dt.timedelta(weeks=1))
    frames.freeze(session, period, now=NOW)
    session.commit()
    return period, parts


def predicted(session: Session) -> dict[int, float]:
    rows = session.execute(
        select(TicketSignal.part_id, TicketSignal.value).where(TicketSignal.name == measuring.PREDICTED)
    )
    return dict(rows.all())


def test_every_part_of_the_frame_is_predicted_from_past_reviews(session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    past_reviews(session, cast, version, prediction.LEARN_FROM)
    period, parts = last_week(session, cast)

    done = prediction.predict_period(session, period.id, now=NOW)

    values = predicted(session)
    assert (done.parts, done.learned_from, done.reason) == (4, prediction.LEARN_FROM, None)
    assert set(values) == {handled.part.id for handled in parts}
    first, second = values[parts[0].part.id], values[parts[1].part.id]
    assert values[parts[2].part.id] == pytest.approx(first)
    # A penalty of ten reviews draws both towards the mean of the past; the order is what was learned.
    assert second - first > 30
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "prediction.fit")).one()
    assert event.detail["learned_from"] == prediction.LEARN_FROM
    assert event.detail["signals"] == ["auto_score"]


@pytest.mark.usefixtures("from_fewer")
def test_the_own_periods_reviews_are_not_learned_from(session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    past_reviews(session, cast, version, prediction.LEARN_FROM)
    period, parts = last_week(session, cast)
    prediction.predict_period(session, period.id, now=NOW)
    before = predicted(session)
    make_review(session, parts[0], make_assignment(session, parts[0], cast.rita, version), {"privacy": "missed"})
    session.commit()

    prediction.predict_period(session, period.id, now=NOW)

    assert predicted(session) == pytest.approx(before)


def test_from_too_few_past_reviews_nothing_is_predicted(session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    past_reviews(session, cast, version, 5)
    period, _ = last_week(session, cast)

    done = prediction.predict_period(session, period.id, now=NOW)

    assert (done.parts, done.reason) == (0, prediction.TOO_FEW_PAST)
    assert predicted(session) == {}


@pytest.mark.usefixtures("from_fewer")
def test_a_signal_that_only_the_reviewed_parts_have_is_not_used(session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    past_reviews(session, cast, version, prediction.LEARN_FROM)
    period, parts = last_week(session, cast)
    signal(session, parts[0], 3.0, name="greeting")
    session.commit()

    assert prediction.predict_period(session, period.id, now=NOW).signals == ("auto_score",)


def test_an_open_period_has_no_frame_to_predict(session: Session, cast: Cast) -> None:
    period = make_period(session, cast.programme.id, TODAY)
    session.commit()

    with pytest.raises(ConflictError, match="no frozen frame"):
        prediction.predict_period(session, period.id, now=NOW)


@pytest.mark.usefixtures("from_fewer")
def test_freezing_a_frame_leaves_the_work_to_the_runner(app: Flask, session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    past_reviews(session, cast, version, prediction.LEARN_FROM)
    last_week(session, cast)

    Runner(app, HANDLERS).run_all()
    session.expire_all()

    job = session.scalars(select(Job).where(Job.name == frames.PREDICT_JOB)).one()
    assert (job.state, job.result and job.result["parts"]) == ("done", 4)
    assert len(predicted(session)) == 4


def test_figures_read_the_prediction_of_their_own_period(session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    period, parts = last_week(session, cast)
    for handled, value, name in (
        (parts[0], 77.0, measuring.prediction_version(period.key)),
        (parts[0], 11.0, measuring.prediction_version("2020-W01")),
    ):
        session.add(TicketSignal(part_id=handled.part.id, name=measuring.PREDICTED, version=name, value=value))
    make_review(session, parts[0], make_assignment(session, parts[0], cast.rita, version))
    where = [HandledPart.programme_id == cast.programme.id]

    rows = measuring.reviewed(session, where, since=period.starts_on)
    frame = measuring.framed(session, where, since=period.starts_on)

    assert [row.predicted for row in rows] == [77.0]
    assert [(row.frame, row.predicted, row.predicted_sum) for row in frame] == [(4, 1, 77.0)]
    model = measure(rows, frame, []).window.regression
    assert model is not None
    assert model.correlations == (None,)  # one review measures none, so the weighted mean is used
    assert model.useful == (False,)


@pytest.mark.usefixtures("from_fewer")
def test_a_reviewer_sees_no_signal_before_submitting(session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)
    handled = make_ticket(session, cast, csat="bad", custom_fields={"signal_auto_score": 61.37})
    for name, value in (("auto_score", 61.37), (measuring.PREDICTED, 73.91), ("prohibited_phrase", 4.0)):
        session.add(TicketSignal(part_id=handled.part.id, name=name, version="mapped", value=value))
    task = make_assignment(session, handled, cast.rita, version)
    reviewer = sign_in(cast.rita)

    pages = [
        reviewer.get(path).get_data(as_text=True)
        for path in ("/", "/queue", f"/queue/{task.id}", f"/tickets/{handled.ticket.id}")
        if reviewer.get(path).status_code == 200
    ]

    assert len(pages) >= 3
    for page in pages:
        assert not [word for word in ("61.3", "61.4", "73.9", "auto_score", "predicted", "prohibited") if word in page]


@pytest.mark.usefixtures("from_fewer")
def test_the_stored_signals_go_with_their_period_not_with_later_ones(session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    past_reviews(session, cast, version, prediction.LEARN_FROM)
    period, parts = last_week(session, cast)
    prediction.predict_period(session, period.id, now=NOW)
    kept = predicted(session)

    session.get_one(Ticket, parts[0].ticket.id).csat = "bad"
    signal(session, parts[0], 1.0, name="csat_bad")
    session.commit()

    assert predicted(session) == kept


def test_spreads_are_measured_on_what_the_predicted_score_leaves(session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    at = NOW - dt.timedelta(weeks=1)
    parts = [make_ticket(session, cast, resolved_at=at) for _ in range(32)]
    period = make_period(session, cast.programme.id, at.date())
    frames.freeze(session, period, now=NOW)
    for n, handled in enumerate(parts):
        wrong = n % 2 == 1
        session.add(
            TicketSignal(
                part_id=handled.part.id,
                name=measuring.PREDICTED,
                version=measuring.prediction_version(period.key),
                value=50.0 if wrong else 90.0,
            )
        )
        task = make_assignment(session, handled, cast.rita, version)
        make_review(session, handled, task, {"correct": "wrong"} if wrong else {})
    session.flush()

    scored = sampled_scores(session, cast.programme.id, period.starts_on)

    # The prediction tells the two kinds of scores apart completely: nothing is left for reviews to find out.
    assert len({one.score for one in scored}) == 2
    assert [one.residual for one in scored] == pytest.approx([0.0] * 32, abs=1e-9)
    told = [replace(one, cell="1|payouts||0") for one in scored]
    plan = with_spreads(Plan(key="p", kind="neyman", amount=5, where={}, strata=("queue",)), told)
    assert dict(plan.spreads) == {"payouts": SPREAD_FLOOR}


def test_without_a_useful_prediction_spreads_are_those_of_scores(session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    period, parts = last_week(session, cast)
    for n, handled in enumerate(parts):
        task = make_assignment(session, handled, cast.rita, version)
        make_review(session, handled, task, {"correct": "wrong"} if n % 2 else {})
    session.flush()

    scored = sampled_scores(session, cast.programme.id, period.starts_on)

    assert len(scored) == 4
    assert all(one.residual == one.score for one in scored)
