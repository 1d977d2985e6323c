"""Gaps in procedures: raised with one key while scoring, sealed with the review, handled, counted, and forgotten."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from scipy import stats
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from qa.core.audit import AuditEvent
from qa.notices.models import Notice
from qa.people.models import User
from qa.reviews.forgetting import GONE
from qa.reviews.measured import Drawn, Reviewed
from qa.rubric_library.models import Procedure
from qa.sampling.models import Assignment
from qa.sop_gaps import drawings, forgetting
from qa.sop_gaps.effect import compared, weeks_around
from qa.sop_gaps.models import SopGap
from qa.sop_gaps.queries import Counted
from tests.support import importing
from tests.support.builders import MESSAGES, Handled, make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast, end_roles
from tests.support.client import CheckingClient
from tests.support.statements import count_queries


@dataclass(kw_only=True)
class Desk:
    """Sam's ticket in Rita's queue, and a procedure on refunds."""

    session: Session
    cast: Cast
    sign_in: Callable[..., CheckingClient]
    handled: Handled
    task: Assignment
    refunds: Procedure

    def raise_it(self, **more: str) -> TestResponse:
        form = {
            "raise_id": "a-gap-of-ritas",
            "kind": "unclear",
            "criterion": "tone",
            "procedure": "refunds",
            "note": "It can be read in two ways; ask sam@example.com",
            "conversation_revision": str(self.handled.revision.id),
            "pins": json.dumps([{"message": "m2", "start": 0, "end": 9}]),
            "root_causes": "[]",
            **more,
        }
        rita = self.sign_in(self.cast.rita)
        headers = {"X-CSRFToken": rita.token(), "Accept": "application/json"}
        return rita.post(f"/queue/{self.task.id}/sop-gap", data=form, headers=headers)

    def gap(self) -> SopGap:
        return self.session.scalars(select(SopGap).order_by(SopGap.id)).first()  # type: ignore[return-value]

    def finds(self, who: User) -> bool:
        return self.sign_in(who).get(f"/sop-gaps/{self.gap().id}").status_code == 200

    def handle(self, who: User, **form: str) -> TestResponse:
        return self.sign_in(who).post_form(f"/sop-gaps/{self.gap().id}", form)


@pytest.fixture
def desk(session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]) -> Desk:
    handled = make_ticket(session, cast)
    refunds = Procedure(programme_id=cast.programme.id, key="refunds", name="Refunds", created_at=NOW)
    session.add(refunds)
    task = make_assignment(session, handled, cast.rita, publish_rubric(session, cast))
    return Desk(session=session, cast=cast, sign_in=sign_in, handled=handled, task=task, refunds=refunds)


def test_a_gap_is_raised_with_its_passages_and_seen_by_others_once_the_review_is_in(desk: Desk) -> None:
    cast = desk.cast
    for wrong, said in (
        ({"kind": "odd"}, "Say what is wrong with the procedure."),
        ({"kind": "not_followed", "procedure": ""}, "Say which procedure was not followed."),
        ({"kind": "not_followed", "procedure": "unknown"}, "There is no procedure of this key"),
        ({"note": " "}, "Say in a sentence"),
        ({"criterion": "charm"}, "This version has no such criterion."),
        ({"pins": json.dumps([{"message": "m2", "start": 0, "end": 9_999}])}, "not in this conversation"),
        ({"pins": "[1"}, "cannot be read"),
    ):
        refused = desk.raise_it(**wrong)
        assert refused.status_code == 422
        assert said in refused.get_json()["message"]

    raised = desk.raise_it()
    again = desk.raise_it(note="Sent twice")

    assert (raised.status_code, again.status_code) == (200, 200)
    assert raised.get_json()["message"].startswith("Raised as “procedure unclear” with 1 pinned passage: “It can be")
    assert "sam@example.com" not in raised.get_json()["message"]
    gap = desk.gap()
    assert (gap.procedure_id, gap.pins[0]["message"], desk.task.state) == (desk.refunds.id, "m2", "open")
    assert [desk.finds(who) for who in (cast.rita, cast.rob, cast.lena, cast.quinn, cast.dora)] == [
        True,
        False,
        False,
        False,
        False,
    ]
    assert "No gap waits" in desk.sign_in(cast.quinn).get("/sop-gaps/").get_data(as_text=True)

    review = make_review(desk.session, desk.handled, desk.task)
    review.sealed = True
    assert not desk.finds(cast.lena)
    review.sealed = False
    seen = [desk.finds(who) for who in (cast.rita, cast.rob, cast.lena, cast.otto, cast.quinn, cast.dora)]
    assert seen == [True, False, True, False, True, True]
    address = f"/sop-gaps/{gap.id}"
    assert MESSAGES[1][1][:9] in desk.sign_in(cast.lena).get(address).get_data(as_text=True)
    directors = desk.sign_in(cast.dora).get(address).get_data(as_text=True)
    assert MESSAGES[1][1][:9] not in directors
    assert "whoever may read the ticket sees it" in directors
    assert "1 pinned passage" in directors


def test_a_gap_beyond_ones_clearance_is_counted_without_its_words(desk: Desk) -> None:
    desk.raise_it()
    make_review(desk.session, desk.handled, desk.task)
    desk.handled.ticket.content_severity = 3

    page = desk.sign_in(desk.cast.quinn).get("/sop-gaps/").get_data(as_text=True)

    assert "Beyond your clearance" in page
    assert "It can be read" not in page
    assert desk.handled.ticket.external_id not in page


def test_it_is_handled_with_those_alike_and_whoever_raised_it_is_told(desk: Desk) -> None:
    cast, session = desk.cast, desk.session
    desk.raise_it()
    desk.raise_it(raise_id="another-of-ritas")
    desk.raise_it(raise_id="one-of-another-kind", kind="wrong")
    make_review(session, desk.handled, desk.task)
    for wrong, said in (
        ({"state": "fixed", "answer": "Reworded."}, "Say on which day it was fixed"),
        ({"state": "open", "fixed_on": "2026-04-01"}, "Only what is fixed has such a day."),
        ({"state": "fixed", "fixed_on": "2099-01-01", "answer": "x"}, "This day has not come yet."),
        ({"state": "declined"}, "Say what was done, or why it is no gap."),
        ({"state": "open", "owner": "rita@example.org"}, "Nobody who settles gaps has this address."),
    ):
        refused = desk.handle(cast.lena, version="0", **wrong)
        assert refused.status_code == 422
        assert said in refused.get_data(as_text=True)

    work = {"state": "in_work", "procedure": "refunds", "owner": "quinn@example.org", "version": "0"}
    assert desk.handle(cast.lena, **work).status_code == 302
    assert desk.handle(cast.quinn, **work).status_code == 409
    fixed = {"state": "fixed", "procedure": "refunds", "fixed_on": "2026-04-01", "answer": "Reworded.", "alike": "yes"}
    assert desk.handle(cast.lena, version="1", **fixed).status_code == 302
    states = session.scalars(select(SopGap.state).order_by(SopGap.id)).all()
    assert states == ["fixed", "fixed", "open"]
    assert session.scalars(select(Notice.kind).where(Notice.user_id == cast.quinn.id)).all() == ["sop_gap_owner"]
    assert "sop_gap_answered" in session.scalars(select(Notice.kind).where(Notice.user_id == cast.rita.id)).all()
    shown = desk.sign_in(cast.rita).get(f"/sop-gaps/{desk.gap().id}").get_data(as_text=True)
    assert "Reworded." in shown
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "sop_gap"))
    assert list(actions) == ["sop_gap.raise"] * 3 + ["sop_gap.handle"] * 3


def test_a_file_of_gaps_and_one_by_hand_and_the_list_is_read_in_few_statements(desk: Desk) -> None:
    cast, session = desk.cast, desk.session
    lena = desk.sign_in(cast.lena)
    number = desk.handled.ticket.external_id
    content = (
        "ticket,criterion,kind,note,procedure,state,fixed_on,answer\n"
        f"{number},tone,missing,Nothing says how,,,,\n"
        f"{number},tone,Not followed,It was there,,,,\n"
        f"{number},charm,missing,No,,,,\n"
        "none,tone,missing,No,,,,\n"
    )
    shown = importing.preview(lena, "/sop-gaps/import", content)
    assert "Say which procedure was not followed." in shown
    assert "No published rubric has a criterion of this key." in shown
    assert "There is no such ticket" in shown
    assert importing.apply(lena, "/sop-gaps/import", content).status_code == 302
    assert importing.changes_nothing(lena, "/sop-gaps/import", "".join(content.splitlines(keepends=True)[:2]))
    row = f"{number},tone,missing,Nothing says how,refunds,fixed,2026-04-01,Written,quinn@example.org"
    fixed = f"{content.splitlines()[0]},owner\n{row}\n"
    assert importing.apply(lena, "/sop-gaps/import", fixed).status_code == 302
    assert (desk.gap().state, desk.gap().procedure_id) == ("fixed", desk.refunds.id)
    assert session.scalars(select(Notice.kind).where(Notice.user_id == cast.quinn.id)).all() == ["sop_gap_owner"]
    desk.refunds.archived_at = NOW
    end_roles(session, cast.quinn)
    assert importing.changes_nothing(lena, "/sop-gaps/import", fixed), "what it names stays"
    desk.refunds.archived_at = None
    session.commit()
    form = {"ticket": number, "criterion": "correct", "kind": "wrong", "note": "Out of date"}
    assert lena.post_form("/sop-gaps/", form).status_code == 302
    assert lena.post_form("/sop-gaps/", form).status_code == 422
    with count_queries() as few:
        lena.get("/sop-gaps/")
    for place in range(6):
        desk.raise_it(raise_id=f"one-more-gap-{place}")
    make_review(session, desk.handled, desk.task)
    with count_queries() as many:
        words = lena.get("/sop-gaps/").get_data(as_text=True)
    assert "Gaps by criterion" in words
    assert len(few) == len(many) <= 20


def test_what_quotes_an_erased_conversation_goes(desk: Desk) -> None:
    desk.raise_it(note="They wrote: “the payout was sent on Monday” and nothing covers it")

    gone = forgetting.forget_quotes(desk.session, {desk.handled.ticket.id: [words for _, words in MESSAGES]})

    assert gone == 1
    assert desk.gap().note == GONE


def test_the_pareto_counts_most_first_with_the_share_so_far() -> None:
    def gap(criterion: str, *causes: str, kind: str = "missing") -> Counted:
        return Counted(kind=kind, criterion_key=criterion, procedure=None, root_causes=causes)

    gaps = [gap("tone", "haste"), gap("tone", "haste", "tool"), gap("tone"), gap("correct", kind="wrong")]

    criteria = drawings.by_criterion(gaps, {"tone": "Tone", "correct": "Correct"})
    causes = drawings.by_cause(gaps, {"haste": "In haste"})
    assert criteria is not None
    assert causes is not None
    assert [row[:2] for row in criteria.table.rows] == [("Tone (75 %)", "3"), ("Correct (100 %)", "1")]
    assert [row[:2] for row in causes.table.rows] == [("In haste (67 %)", "2"), ("tool (100 %)", "1")]
    assert drawings.by_cause([gap("tone")], {}) is None


MONDAY = dt.date(2026, 3, 2)
WEEK = dt.timedelta(weeks=1)


def test_the_effect_of_a_fix_is_after_minus_before_with_welchs_interval() -> None:
    before, after = weeks_around(MONDAY + dt.timedelta(days=2), MONDAY + 2 * WEEK)
    assert (before[0], before[-1], after) == (MONDAY - 8 * WEEK, MONDAY - WEEK, [MONDAY + WEEK, MONDAY + 2 * WEEK])
    then, now = [0.0, 1.0, 0.0, 0.0, 1.0, 0.0], [1.0, 1.0, 1.0, 0.5, 1.0, 1.0]
    reviews = [
        Reviewed(
            review_id=place,
            week=MONDAY - WEEK if place < 6 else MONDAY + WEEK,
            team="Payouts",
            queue="payouts",
            score=80.0,
            outcome="passed",
            inclusion_probability=0.1,
            specialist_id=place % 6 + 1,
            reviewer_id=7,
        )
        for place in range(12)
    ]
    drawn = [Drawn(week=week, team="Payouts", queue="payouts", drawn=6) for week in (MONDAY - WEEK, MONDAY + WEEK)]
    shares = dict(enumerate([*then, *now]))

    effect = compared(reviews, drawn, shares, before, after, sees_each=True)

    # One reviewer scored all, so strictness cancels; the finite population leaves 1 - .1 of each variance.
    a, b = [100 * each for each in now], [100 * each for each in then]
    spread = (stats.tvar(a) + stats.tvar(b)) / 6
    assert effect.change.estimate == pytest.approx(100 * (5.5 - 2) / 6)
    assert effect.change.std_error == pytest.approx((0.9 * spread) ** 0.5)
    assert effect.change.df == pytest.approx(stats.ttest_ind(a, b, equal_var=False).df)
    assert effect.verdict == "better"
    few = compared(reviews, drawn, {0: 0.0, 6: 1.0}, before, after, sees_each=True)
    assert few.verdict == "too few to judge"
    assert compared(reviews[:3], drawn, shares, before, after, sees_each=False).before.estimate is None
