"""From a flag to what was done about it: quiet second scores, a case, its conversation, its outcome and its return."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from calibration.drift import Decision, Flag
from calibration.results import Estimate, Interval
from calibration.severity import ReviewerSeverity
from qa.core.access import Role
from qa.core.audit import AuditEvent
from qa.core.errors import ConflictError, ForbiddenError
from qa.notices.models import Notice
from qa.people.models import RoleGrant
from qa.reviewer_drift import cases
from qa.reviewer_drift.models import DriftCase, DriftMessage, DriftRun
from qa.reviewer_drift.reckoning import Standing
from qa.reviewer_drift.together import Together
from qa.sampling.doubling import doubled, raised_shares
from tests.support.cast import NOW, TODAY, Cast
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]
FIRST = dt.date(2025, 12, 1)
THROUGH = dt.date(2026, 3, 30)  # week 17
NONE = Estimate(estimate=None, method="m", reason="no figure")
FLAG = Flag(
    reviewer=0, week=17, level="red", log_evidence=7.0, stream="severity", effect=-5.1,
    interval=Interval(low=-7.3, high=-2.9, confidence=0.9), onset=13, onset_earliest=12, onset_latest=15,
    confirmation="confirmed", beside=(), criterion=None, routine=118, double=9, calibration=10,
)  # fmt: skip
DOCUMENT: dict[str, Any] = {
    "week": "2026-03-30", "level": "red", "log_evidence": 7.0, "stream": "severity", "name": "severity",
    "effect": -5.1, "low": -7.3, "high": -2.9, "onset": "2026-03-02", "onset_earliest": "2026-02-23",
    "onset_latest": "2026-03-16", "confirmation": "confirmed", "beside": [], "criterion": None,
    "routine": 118, "double": 9, "calibration": 10,
}  # fmt: skip


def standing(reviewer_id: int, level: str) -> Standing:
    return Standing(
        reviewer_id=reviewer_id,
        level=level,
        evidence=[1000.0],
        since=17,
        flag=None if level == "none" else replace(FLAG, level=level),
        first_week=None if level == "none" else 16,
        severity=ReviewerSeverity(estimate=None, method="m", reason="no figure"),
        cannot_tell=None,
        together=Together(agreement=NONE, consistency=NONE, pairs=0, seats=0),
        na_share=NONE,
        na_expected=None,
        routine=0,
        double=0,
        calibration=0,
        charts=(),
    )


@pytest.fixture
def run(session: Session, cast: Cast) -> DriftRun:
    made = DriftRun(
        programme_id=cast.programme.id, method="drift 1", first_week=FIRST, through=THROUGH, digest="a" * 64,
        outcome_digest="b" * 64, scorings=1, document={}, created_at=NOW,
    )  # fmt: skip
    session.add(made)
    session.commit()
    return made


def after_run(session: Session, run: DriftRun, **levels: Any) -> list[DriftCase]:
    standings = [standing(reviewer_id, level) for reviewer_id, level in levels["of"].items()]
    opened = cases.act_on(
        session, run, standings, {each.reviewer_id: DOCUMENT for each in standings}, today=TODAY, now=NOW
    )
    session.commit()
    return opened


def test_an_amber_asks_for_more_second_scores_and_tells_nobody(session: Session, cast: Cast, run: DriftRun) -> None:
    opened = after_run(session, run, of={cast.rita.id: "amber", cast.rob.id: "none"})
    raised = raised_shares(session)
    told = session.scalars(select(Notice)).all()
    after_run(session, run, of={cast.rita.id: "none", cast.rob.id: "none"})

    assert opened == []
    assert raised == {cast.rita.id: 0.20}
    assert told == []
    assert raised_shares(session) == {}


def test_parts_of_a_watched_reviewer_are_scored_twice_more_often_and_each_chance_is_known() -> None:
    scorers = [1] * 50 + [2] * 150 + [None] * 50

    chosen, chances = doubled(scorers, 0.08, {1: 0.20}, np.random.default_rng(1))
    nobody, none = doubled(scorers, 0.0, {1: 0.20}, np.random.default_rng(1))

    assert sum(position < 50 for position in chosen) == 10  # 20 % of 50
    assert len(chosen) == 10 + 16  # 8 % of the other 200
    assert chances == [0.20] * 50 + [0.08] * 200
    assert (nobody, none) == (frozenset(), [0.0] * 250)


def test_a_red_opens_one_case_and_tells_the_leads_but_not_who_is_both(
    session: Session, cast: Cast, run: DriftRun
) -> None:
    session.add(RoleGrant(user_id=cast.rita.id, role=Role.QA_LEAD, valid_from=dt.date(2025, 1, 6)))
    session.commit()

    first = after_run(session, run, of={cast.rita.id: "red"})
    again = after_run(session, run, of={cast.rita.id: "red"})

    assert [(case.reviewer_id, case.onset, case.state) for case in first] == [
        (cast.rita.id, dt.date(2026, 3, 2), "open")
    ]
    assert again == []
    assert [(told.user_id, told.kind) for told in session.scalars(select(Notice))] == [
        (cast.quinn.id, "drift_case_opened")
    ]
    with pytest.raises(ForbiddenError):
        cases.take(session, first[0], version=0, by=cast.rita.id, now=NOW)
    with pytest.raises(ForbiddenError):
        cases.settle(
            session, first[0], outcome="not_drift", reason="mine", through=THROUGH, version=0, by=cast.rita.id, now=NOW
        )


def test_a_settled_case_becomes_a_decision_and_comes_back_with_its_history(
    session: Session, cast: Cast, run: DriftRun
) -> None:
    (case,) = after_run(session, run, of={cast.rita.id: "red"})
    cases.settle(
        session, case, outcome="new_standard", reason="Agreed in the session.", through=THROUGH, version=0,
        by=cast.quinn.id, now=NOW,
    )  # fmt: skip
    session.commit()

    class Gathered:
        first_week, reviewers = FIRST, (cast.rita.id, cast.rob.id)

    decided = cases.decisions_of(session, cast.programme.id, Gathered)  # type: ignore[arg-type]
    (returned,) = after_run(session, run, of={cast.rita.id: "red"})

    assert decided == [Decision(reviewer=0, week=17, onset=13, outcome="new standard")]
    assert returned.follows_id == case.id
    assert "drift_case_returned" in {told.kind for told in session.scalars(select(Notice))}


def test_two_leads_do_not_overwrite_each_other(session: Session, cast: Cast, run: DriftRun) -> None:
    (case,) = after_run(session, run, of={cast.rita.id: "red"})
    cases.take(session, case, version=0, by=cast.quinn.id, now=NOW)

    with pytest.raises(ConflictError):
        cases.settle(
            session, case, outcome="corrected", reason="late", through=THROUGH, version=0, by=cast.quinn.id, now=NOW
        )


def test_lead_and_reviewer_talk_and_the_lead_settles(
    session: Session, cast: Cast, run: DriftRun, sign_in: SignIn
) -> None:
    (case,) = after_run(session, run, of={cast.rita.id: "red"})
    lead, rita = sign_in(cast.quinn), sign_in(cast.rita)
    address = f"/reviewers/cases/{case.id}"

    seen = lead.get(address).get_data(as_text=True)
    taken = lead.post_form(f"{address}/take", data={"version": 0})
    said = rita.post_form(f"{address}/say", data={"text": "I read tone anew; ask jane.doe@example.com"})
    answered = rita.get(address).get_data(as_text=True)
    empty = lead.post_form(f"{address}/settle", data={"version": 1, "outcome": "corrected", "reason": ""})
    settled = lead.post_form(
        f"{address}/settle", data={"version": 1, "outcome": "corrected", "reason": "We read it again."}
    )
    closed = rita.get(address).get_data(as_text=True)

    session.expire_all()
    assert "Rita Ramos became about 5 points stricter around the week of 2 March" in seen
    assert [each.status_code for each in (taken, said, empty, settled)] == [302, 302, 422, 302]
    assert "Settle the case" not in answered
    assert "jane.doe" not in session.scalars(select(DriftMessage.text)).one()
    assert (case.outcome, case.decided_week, case.owner_id) == ("corrected", THROUGH, cast.quinn.id)
    assert "We read it again." in closed
    assert {event.action for event in session.scalars(select(AuditEvent))} >= {
        "drift.case_open", "drift.case_take", "drift.case_message", "drift.case_settle",
    }  # fmt: skip
    assert [sign_in(who).get(address).status_code for who in (cast.rob, cast.dora)] == [404, 403]
