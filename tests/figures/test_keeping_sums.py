"""Weekly sums follow every change of the facts in its transaction, and equal a recount at any time."""

import datetime as dt
import random
from collections.abc import Callable

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from qa.core import jobs
from qa.core.db import db
from qa.figures.models import WeeklyReviewPack
from qa.people import service as people_service
from qa.people.models import Membership
from qa.people.queries import zone_of
from qa.people.roster import RosterRow
from qa.reviews import keeping_sums, queries, service, voiding
from qa.reviews.disputes import rescoring
from qa.reviews.disputes.rules import Choice, Ruling
from qa.reviews.models import Review
from qa.sampling.models import Assignment, FrameUnit
from qa.tickets import agents, storing
from qa.tickets.intake.base import TicketRecord
from qa.trends import jobs as trend_jobs
from tests.support.builders import make_assignment, make_period, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast, actor
from tests.support.client import CheckingClient
from tests.support.reviews import rubric_of
from tests.support.sums import total_of
from tests.support.tickets import KEYS, RING, Handled

WEEKS = 3


class Operation:
    """Tickets of three weeks, half of them to be scored by a second rubric version, and what can happen to them."""

    def __init__(self, session: Session, cast: Cast, seed: int) -> None:
        self.session, self.cast, self.chance = session, cast, random.Random(seed)
        first = publish_rubric(session, cast)
        second = publish_rubric(session, cast, version="2.0", effective_from=NOW - dt.timedelta(days=10))
        self.handled: list[Handled] = []
        self.tasks: list[Assignment] = []
        for n in range(12):
            handled = make_ticket(
                session,
                cast,
                agent=(cast.sam_agent, cast.olga_agent)[n % 2],
                resolved_at=NOW - dt.timedelta(weeks=1 + n % WEEKS, days=1),
                queue=("payouts", "login")[n // 2 % 2],
                risk_class=n % 3 // 2,
                csat=(None, "good", "bad")[n % 3],
                first_reply_seconds=600 * n if n % 4 else None,
                resolution_seconds=7_200 + n,
            )
            period = make_period(session, cast.programme.id, handled.part.resolved_at.date())
            session.add(FrameUnit(period_id=period.id, part_id=handled.part.id, cell="all", prn=n, team="Payouts"))
            self.handled.append(handled)
            reviewer = (cast.rita, cast.rob)[n // 3 % 2]
            self.tasks.append(make_assignment(session, handled, reviewer, (first, second)[n % 2], probability=0.4))
        session.flush()
        for period in keeping_sums.periods_of(session, cast.programme.id):
            keeping_sums.rebuild(session, period)

    def reviews(self, *states: str) -> list[Review]:
        return list(self.session.scalars(select(Review).where(Review.state.in_(states)).order_by(Review.id)))

    def step(self) -> None:
        self.chance.choice(
            [
                self.submit,
                self.submit,
                self.submit,
                self.undo,
                self.void,
                self.dispute,
                self.intake,
                self.move,
                self.join,
            ]
        )()
        self.session.flush()

    def submit(self) -> None:
        waiting = [n for n, task in enumerate(self.tasks) if task.state == "open" and not self.known(task)]
        if waiting:
            n = self.chance.choice(waiting)
            levels = {
                "correct": self.chance.choice(("full", "partly", "wrong", "na")),
                "tone": self.chance.choice(("met", "missed")),
                "privacy": self.chance.choice(("met", "met", "missed")),
            }
            make_review(self.session, self.handled[n], self.tasks[n], levels)

    def known(self, task: Assignment) -> bool:
        return self.session.scalar(select(Review.id).where(Review.assignment_id == task.id)) is not None

    def undo(self) -> None:
        for review in self.reviews("submitted")[:1]:
            service.undo_submit(self.session, self.session.get_one(Assignment, review.assignment_id), now=NOW)

    def void(self) -> None:
        for review in self.reviews("submitted", "voided")[-1:]:
            view = queries.get_review_for(self.session, actor(self.session, self.cast.quinn), review.id, now=NOW)
            by = self.cast.quinn.id
            if review.state == "submitted":
                voiding.void(self.session, view, reason="a test", version=review.lock_version, by=by, now=NOW)
            else:
                voiding.bring_back(self.session, view, version=review.lock_version, by=by, now=NOW)

    def dispute(self) -> None:
        for review in self.reviews("submitted")[-2:-1]:
            view = queries.get_review_for(self.session, actor(self.session, self.cast.quinn), review.id, now=NOW)
            stored = {each.criterion_key: each for each in queries.answers_of(self.session, view.revision.id)}
            task = self.session.get_one(Assignment, review.assignment_id)
            choice = {"tone": Choice(level_key=self.chance.choice(("met", "missed")))}
            ruling = {"tone": Ruling(verdict="accept", reason="It was there.")}
            rubric = rubric_of(self.session, task)
            rescoring.rescore(
                self.session, view, rubric, stored, choice, ruling, choice, by=self.cast.quinn.id, now=NOW
            )

    def intake(self) -> None:
        ticket = self.chance.choice(self.handled).ticket
        self.session.refresh(ticket)
        told = TicketRecord(
            external_id=ticket.external_id,
            subject=ticket.subject,
            status="solved",
            created_at=ticket.created_at,
            solved_at=ticket.solved_at,
            channel=self.chance.choice(("email", "chat")),
            queue=self.chance.choice(("payouts", "login", "")),
            tier=self.chance.choice(("", "gold")),
            language="en",
            launch=self.chance.choice(("", "Instant payouts")),
            risk_class=self.chance.randrange(3),
            reopens=self.chance.randrange(2),
            csat=self.chance.choice((None, "good", "bad")),
        )
        self.session.commit()
        storing.store_tickets(
            self.session, self.cast.source, [told], ring=RING, frame_key=KEYS.frame_key, now=NOW, redacted=True
        )
        self.session.expire_all()

    def move(self) -> None:
        """Sam changes the team, from the beginning or back."""
        self.session.execute(
            update(Membership)
            .where(Membership.user_id == self.cast.sam.id)
            .values(team_id=self.chance.choice((self.cast.payouts.id, self.cast.appeals.id)))
        )
        self.session.commit()
        agents.match_parts(self.session, zone_of(self.cast.setting))
        self.session.expire_all()

    def join(self) -> None:
        """A corrected first day moves Olga's parts to another band of tenure."""
        row = RosterRow(
            line=2, email=self.cast.olga.email, start=NOW.date() - dt.timedelta(days=self.chance.choice((20, 400)))
        )
        people_service.import_roster(self.session, self.cast.programme.id, [row], by=None, now=NOW, today=NOW.date())


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_sums_equal_a_recount_after_any_changes(app: Flask, session: Session, cast: Cast, seed: int) -> None:
    operation = Operation(session, cast, seed)
    for n in range(10 if seed == 1 else 60):
        operation.step()
        if n % 5 == 4:
            weeks, found = keeping_sums.check(session, cast.programme.id)
            assert (weeks, found) == (WEEKS, []), f"after step {n}"

    assert total_of(session, WeeklyReviewPack, "version", "reviews") == len(operation.reviews("submitted"))


def test_a_sum_that_is_not_what_the_facts_give_is_found_and_written_anew(
    app: Flask, session: Session, cast: Cast
) -> None:
    operation = Operation(session, cast, 4)
    for _ in range(4):
        operation.submit()
    pack = session.scalars(select(WeeklyReviewPack).where(WeeklyReviewPack.face == "version")).first()
    assert pack is not None
    pack.sums = (np.frombuffer(pack.sums) + 1).tobytes()
    session.commit()
    runner = app.test_cli_runner()

    broken = runner.invoke(args=["rollups", "rebuild", "--check"])
    mended = runner.invoke(args=["rollups", "rebuild"])
    whole = runner.invoke(args=["rollups", "rebuild", "--check"])

    assert broken.exit_code == 1
    assert "weekly_review_pack" in broken.output
    assert mended.exit_code == 0, mended.output
    assert (whole.exit_code, whole.output) == (0, f"{WEEKS} weeks counted again, 0 rows of sums differ.\n")


def test_after_an_upgrade_the_newer_program_counts_the_weeks_and_the_page_says_so_until_then(
    app: Flask, session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]
) -> None:
    operation = Operation(session, cast, 5)
    for _ in range(6):
        operation.submit()
    for model in keeping_sums.TABLES:
        session.execute(delete(model))
    job = jobs.enqueue(
        session,
        "count_every_week",
        {"programme": cast.programme.id},
        by=None,
        now=NOW,
        period=f"{cast.programme.id}/packs",
    )
    session.commit()
    director = sign_in(cast.dora)

    before = director.get("/trends/").text
    # A worker of the former version is still there: it knows the day's job alone.
    jobs.Runner(app, {"keep_sums": lambda _: {"weeks": 0}}).run_all()
    former = job_now(session, job.id)
    given_up = director.get("/trends/").text
    clock = trend_jobs.Calendar()
    with app.app_context():
        clock.tick(db.session(), NOW)
    waiting = job_now(session, job.id)
    jobs.Runner(app, {"keep_sums": lambda _: {"weeks": 0}}).run_all()  # and takes it once more
    with app.app_context():
        clock.tick(db.session(), NOW)
    jobs.Runner(app, trend_jobs.HANDLERS).run_all()
    done = job_now(session, job.id)
    whole = director.get("/trends/").text
    runner = app.test_cli_runner()
    session.execute(update(jobs.Job).where(jobs.Job.id == job.id).values(state="failed"))
    session.commit()
    failed = director.get("/trends/").text
    by_hand = runner.invoke(args=["rollups", "rebuild"])
    after = director.get("/trends/").text
    session.expire_all()

    assert "The weekly sums are being counted after an upgrade" in before
    assert former == ("failed", "KeyError: 'count_every_week'", None)
    assert "The weekly sums are being counted after an upgrade" in given_up
    assert waiting == ("waiting", None, None)
    assert done == ("done", None, {"weeks": WEEKS})
    assert "upgrade" not in whole
    assert keeping_sums.check(session, cast.programme.id) == (WEEKS, [])
    assert "could not be counted after the last upgrade" in failed
    assert by_hand.output == f"{WEEKS} weeks counted, 0 rows of sums written anew.\n"
    assert "upgrade" not in after


def job_now(session: Session, job_id: int) -> tuple[str, str | None, dict[str, object] | None]:
    session.expire_all()
    job = session.get_one(jobs.Job, job_id)
    found = (job.state, job.error, job.result)
    session.commit()
    return found
