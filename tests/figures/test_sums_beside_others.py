"""Weekly sums when two transactions change facts of the same week at the same time: each change counts once."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.core.db import db
from qa.figures.models import WeeklyFramePack, WeeklyReviewPack
from qa.reviews import keeping_sums
from qa.sampling import frames
from qa.sampling.models import Assignment, FrameUnit, Period
from qa.tickets.models import ConversationRevision, HandledPart, Ticket
from tests.support.builders import make_assignment, make_period, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast
from tests.support.meanwhile import Meanwhile
from tests.support.sums import total_of


class Week:
    """A week with a drawn part, one of its frame that nobody drew, and two that are in no frame; and an empty week."""

    def __init__(self, session: Session, cast: Cast) -> None:
        self.session, self.programme_id, self.elsewhere_id = session, cast.programme.id, cast.appeals.id
        resolved = NOW - dt.timedelta(weeks=1)
        self.handled = [make_ticket(session, cast, resolved_at=resolved, csat="good") for _ in range(4)]
        self.drawn_id, self.framed_id, *self.new_ids = (each.part.id for each in self.handled)
        self.revision_id = self.handled[0].revision.id
        self.task_id = make_assignment(session, self.handled[0], cast.rita, publish_rubric(session, cast)).id
        self.period_id, self.empty_id = (
            make_period(session, cast.programme.id, moment.date()).id for moment in (resolved, NOW)
        )
        for part_id in (self.drawn_id, self.framed_id):
            self._frame(session, self.period_id, part_id)
        self.rebuild(session, self.period_id)
        session.commit()

    def _frame(self, session: Session, period_id: int, part_id: int) -> None:
        session.add(FrameUnit(period_id=period_id, part_id=part_id, cell="all", prn=part_id, team="Payouts"))
        session.flush()

    def rebuild(self, session: Session, period_id: int) -> None:
        keeping_sums.rebuild(session, session.get_one(Period, period_id))

    def submit(self, session: Session) -> None:
        seen = session.get_one(ConversationRevision, self.revision_id)
        make_review(session, replace(self.handled[0], revision=seen), session.get_one(Assignment, self.task_id))

    def draw(self, session: Session, period_id: int, part_id: int) -> None:
        """As a draw does: one at a time, and who is in its frame is known only within."""
        frames.one_at_a_time(session, self.programme_id)
        framed = select(FrameUnit.part_id).where(FrameUnit.period_id == period_id)
        with keeping_sums.following(session, parts=framed):
            self._frame(session, period_id, part_id)

    def move(self, session: Session) -> None:
        with keeping_sums.following(session, parts=[self.framed_id]):
            part = update(HandledPart).where(HandledPart.id == self.framed_id)
            session.execute(part.values(team_id=self.elsewhere_id))

    def rename(self, session: Session, part_id: int, meanwhile: Callable[[], None]) -> None:
        """Its ticket changes the queue, as told by the help desk."""
        ticket_id = session.get_one(HandledPart, part_id).ticket_id
        with keeping_sums.following(session, tickets=[ticket_id]):
            session.execute(update(Ticket).where(Ticket.id == ticket_id).values(queue="refunds"))
            meanwhile()


@pytest.fixture
def week(session: Session, cast: Cast) -> Week:
    return Week(session, cast)


def test_what_changes_beside_another_change_counts_once(
    app: Flask, session: Session, week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    recount = keeping_sums.recount
    submitted, moved = Meanwhile(app, week.submit), Meanwhile(app, week.move)
    drawn, supplemented = (
        Meanwhile(app, partial(week.draw, period_id=period_id, part_id=part_id))
        for period_id, part_id in zip((week.empty_id, week.period_id), week.new_ids, strict=True)
    )

    def whole() -> bool:
        session.rollback()
        return keeping_sums.check(session, week.programme_id) == (2, [])

    for other, period_id in ((submitted, week.period_id), (drawn, week.empty_id)):
        with app.app_context(), monkeypatch.context() as patched:

            def counted(*given: Any, other: Meanwhile = other) -> keeping_sums.Contributions:
                found = recount(*given)
                other()
                return found

            patched.setattr(keeping_sums, "recount", counted)
            week.rebuild(db.session(), period_id)
            db.session.commit()
        other.result()
        assert whole(), "beside a rebuild"

    for other, part_id in ((moved, week.framed_id), (supplemented, week.new_ids[1])):
        with app.app_context():
            week.rename(db.session(), part_id, other)
            db.session.commit()
        other.result()
        assert whole(), "beside the intake"

    assert total_of(session, WeeklyReviewPack, "version", "reviews") == 1
    assert total_of(session, WeeklyFramePack, "all", "parts") == 4
