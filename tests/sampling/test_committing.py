"""A seed is committed to before its week opens, with the plans it is for."""

import datetime as dt
import json
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.core.jobs import Job
from qa.sampling.draw import commitment
from qa.sampling.evidence import Scored
from qa.sampling.kinds import Rules
from qa.sampling.models import Draw, SamplingPlan, SamplingPlanVersion
from qa.sampling.plans import PlanView, plans_for_week, retire, save_plan, set_paused
from tests.sampling.weeks import WEEK, arranged, commit_week, draw_committed, draw_week, make_plan, problems
from tests.support.builders import make_ticket, publish_rubric
from tests.support.cast import NOW, Cast

BEFORE = dt.datetime(2026, 3, 25, 9, tzinfo=dt.UTC)  # the week before W14
MONDAY = dt.date(2026, 3, 30)


def view_of(session: Session, version: SamplingPlanVersion) -> PlanView:
    return PlanView(plan=session.get_one(SamplingPlan, version.plan_id), version=version)


def events(session: Session) -> list[AuditEvent]:
    return list(session.scalars(select(AuditEvent).where(AuditEvent.action == "draw.commit").order_by(AuditEvent.id)))


def test_a_week_is_drawn_by_the_seed_that_was_committed_to_before_it_opened(session: Session, cast: Cast):
    arranged(session, cast)
    committed = commit_week(session, cast, now=BEFORE)
    assert committed is not None
    promise = committed.commitment

    done = draw_committed(session, cast)

    told = json.loads(done.receipt.document)
    assert told["commitment_note"] == "committed before the period opened"
    assert told["commitment"] == promise == commitment(bytes.fromhex(told["seed"]), told["plans_digest"])
    assert [event.detail["commitment"] for event in events(session)] == [promise]  # none was made for the draw
    assert problems(session, cast) == []


def test_a_week_that_is_past_says_so_on_its_receipt(session: Session, cast: Cast):
    arranged(session, cast)

    done = draw_committed(session, cast)

    assert json.loads(done.receipt.document)["commitment_note"].startswith("committed after the period")


def test_a_change_before_the_week_opens_renews_the_promise_and_the_trail_keeps_both(session: Session, cast: Cast):
    version = make_plan(session, cast, 2)
    first = commit_week(session, cast, now=BEFORE)
    assert first is not None
    promise = first.commitment
    assert commit_week(session, cast, now=BEFORE).commitment == promise  # type: ignore[union-attr]

    save_plan(
        session,
        cast.programme.id,
        name="Weekly",
        rules=Rules(kind="quota_per_specialist", amount=3),
        by=cast.quinn.id,
        now=BEFORE,
        plan=session.get_one(SamplingPlan, version.plan_id),
    )
    second = commit_week(session, cast, now=BEFORE)

    assert second is not None
    assert second.commitment != promise
    assert [event.detail.get("instead_of") for event in events(session)] == [None, promise]


def test_a_change_within_a_week_holds_from_the_next_one_on(session: Session, cast: Cast):
    arranged(session, cast)
    commit_week(session, cast, now=BEFORE)
    (plan,) = session.scalars(select(SamplingPlan)).all()

    changed = save_plan(
        session,
        cast.programme.id,
        name="Weekly",
        rules=Rules(kind="quota_per_specialist", amount=5),
        by=cast.quinn.id,
        now=NOW,
        plan=plan,
    )

    assert changed.effective_from == dt.date(2026, 4, 13)  # now is Wednesday 8 April
    amounts = [
        plans_for_week(session, cast.programme.id, monday)[0].rules.amount
        for monday in (MONDAY, MONDAY + dt.timedelta(weeks=1), MONDAY + dt.timedelta(weeks=2))
    ]
    assert amounts == [2, 2, 5]
    assert draw_committed(session, cast).draw.size == 4


def test_a_plan_that_served_nothing_yet_is_changed_for_all_weeks(session: Session, cast: Cast):
    version = make_plan(session, cast, 2)

    changed = set_paused(session, view_of(session, version), paused=True, by=cast.quinn.id, now=NOW)

    assert changed.effective_from is None
    assert plans_for_week(session, cast.programme.id, MONDAY) == []


def test_what_is_retired_after_the_promise_still_serves_the_week_it_was_promised_for(session: Session, cast: Cast):
    arranged(session, cast)
    commit_week(session, cast, now=BEFORE)
    retire(session, plans_for_week(session, cast.programme.id, MONDAY)[0], by=cast.quinn.id, now=NOW)

    done = draw_committed(session, cast)

    assert done.draw.size == 4
    assert done.draw.committed_before_opening


def test_without_a_plan_the_promise_is_withdrawn(session: Session, cast: Cast):
    version = make_plan(session, cast, 2)
    commit_week(session, cast, now=BEFORE)
    retire(session, view_of(session, version), by=cast.quinn.id, now=BEFORE)

    assert commit_week(session, cast, now=BEFORE) is None
    assert session.scalars(select(Draw)).all() == []


def test_a_draw_over_other_plans_counts_as_committed_now(session: Session, cast: Cast):
    arranged(session, cast)
    commit_week(session, cast, now=BEFORE)
    make_plan(session, cast, 3, name="Another")

    done = draw_week(session, cast)

    assert not done.draw.committed_before_opening
    assert problems(session, cast) == []


def test_spreads_are_those_known_when_the_seed_was_committed_to(session: Session, cast: Cast):
    publish_rubric(session, cast)
    make_plan(session, cast, rules=Rules(kind="neyman", amount=6, strata=("queue",)))
    for queue in ("payouts", "appeals"):
        for _ in range(20):
            make_ticket(session, cast, queue=queue)
    wide = [
        Scored(cell="1|payouts||0", team="1", score=score, probability=0.5, residual=score)
        for score in (40, 100, 40, 100, 70)
    ]
    narrow = [
        Scored(cell="1|appeals||0", team="1", score=score, probability=0.5, residual=score)
        for score in (80, 84, 80, 84, 82)
    ]
    commit_week(session, cast, now=BEFORE, scores=lambda *_: [*wide, *narrow])

    done = draw_committed(session, cast)

    (plan,) = json.loads(done.receipt.document)["plans"]
    assert plan["spreads"] == {"payouts": 30.0, "appeals": 3.0}  # the second by the floor of three points
    expected = {cell[0].split("|")[1]: cell[4] / 2**40 for cell in json.loads(done.receipt.document)["cells"]}
    assert expected["payouts"] > expected["appeals"] >= 1.9  # at least two of each stratum before the raise
    assert problems(session, cast) == []


def test_each_week_s_job_commits_once(app: Flask, session: Session, cast: Cast):
    make_plan(session, cast, 2)
    session.commit()
    runner = app.extensions["runner"]

    for _ in range(2):
        runner.run_chores()
        runner.run_all()

    jobs = session.scalars(select(Job).where(Job.name == "commit_seed")).all()
    assert [(job.state, bool(job.result and job.result["commitment"])) for job in jobs] == [("done", True)]
    (row,) = session.scalars(select(Draw)).all()
    assert row.committed_before_opening
    assert row.drawn_at is None
    assert row.committed_at <= utcnow()


def test_a_seed_is_not_told_before_its_draw(session: Session, cast: Cast, sign_in: Callable[..., object]):
    make_plan(session, cast, 2)
    row = commit_week(session, cast, now=BEFORE)

    page = sign_in(cast.quinn).get(f"/sampling/weeks/{WEEK}").get_data(as_text=True)  # type: ignore[attr-defined]

    assert row is not None
    assert row.commitment[:16] in page
    assert len(row.sealed_seed) > 32


def test_cells_carry_what_the_week_s_plans_select_on(session: Session, cast: Cast):
    publish_rubric(session, cast)
    make_plan(session, cast, rules=Rules(kind="launch_watch", amount=2, where={"launch": ["duet"]}))
    for launch in ("duet", "duet", ""):
        make_ticket(session, cast, launch=launch)

    done = draw_committed(session, cast)

    keys = {cell[0] for cell in json.loads(done.receipt.document)["cells"]}
    assert {key.split("|")[-1] for key in keys} == {"launch=duet", "launch="}
    assert problems(session, cast) == []
