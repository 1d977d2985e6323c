"""Somebody who did not score the review decides each disputed criterion with a reason; the score follows."""

import datetime as dt
from collections.abc import Callable
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, func, select

from qa.core.access import Role
from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.people.models import Membership, RoleGrant
from qa.reviewer_drift.queries import scorings
from qa.reviews.disputes import rescoring, service
from qa.reviews.disputes.models import DisputeDecision
from qa.reviews.measuring import reviewed
from qa.reviews.models import Answer, Evidence, Review, ReviewRevision
from qa.sampling.models import Purpose
from tests.reviews.dispute_case import ACCEPT, DAY, Case
from tests.support.builders import RUBRIC, make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import SINCE, person
from tests.support.meanwhile import Meanwhile


def test_accepting_scores_the_review_anew_and_the_former_revision_stays(
    case: Case, flask_command: Callable[..., Result]
):
    case.open()

    response = case.settle(case.cast.lena)

    # Before: (2 * 1/2 + 0) of 3 = 1/3, weight 60, and Safety 40: 60. Now (2 * 1/2 + 1) of 3 = 2/3: 80.
    first, second = case.revisions()
    assert response.status_code == 302
    assert (first.score, first.kind, second.score, second.kind) == (60.0, "first", 80.0, "dispute")
    assert case.review.current_revision_id == second.id
    assert (second.outcome, second.created_by_id) == ("passed", case.cast.lena.id)
    assert flask_command("reviews", "recompute", "--check").exit_code == 0
    assert case.dispute().state == "settled"
    assert case.told(case.cast.sam) == case.told(case.cast.rita) == ["dispute_settled"]
    page = case.words(case.cast.sam, case.path)
    former = case.words(case.cast.sam, f"{case.path}/revisions/1")
    assert "80.0" in page
    assert "The thanks are there." in page
    assert "60.0" in former
    assert "This is how the review once stood." in former
    assert case.sign_in(case.cast.sam).get(f"{case.path}/revisions/3").status_code == 404


def test_evidence_and_the_other_answers_go_along_and_the_reviewer_s_words_stay_behind(case: Case):
    case.open()
    case.settle(case.cast.lena)

    def answers(revision: ReviewRevision) -> dict[str, tuple[str | None, str, int]]:
        rows = case.session.execute(
            select(Answer.criterion_key, Answer.level_key, Answer.comment, func.count(Evidence.id))
            .outerjoin(Evidence, Evidence.answer_id == Answer.id)
            .where(Answer.revision_id == revision.id)
            .group_by(Answer.id)
        )
        return {key: (level, comment, pins) for key, level, comment, pins in rows}

    first, second = case.revisions()
    assert answers(first)["tone"] == ("missed", "The second message shows why.", 1)
    assert answers(second)["tone"] == ("met", "The thanks are there.", 1)
    assert answers(second)["correct"] == answers(first)["correct"]


def test_severity_and_agreement_read_the_first_revision_and_quality_the_current_one(case: Case):
    case.open()
    case.settle(case.cast.lena)
    second = make_assignment(
        case.session, case.handled, case.cast.rob, case.version, purpose=Purpose.DOUBLE, position=1
    )
    make_review(case.session, case.handled, second, at=utcnow() - DAY)

    (quality,) = reviewed(case.session, (), since=dt.date(2026, 1, 5))
    day = utcnow().date()
    since, until = day - 7 * DAY, day
    found = scorings(case.session, case.cast.programme.id, since=since, until=until, zone=ZoneInfo("UTC"))

    assert (quality.score, quality.first_score) == (80.0, 60.0)
    rita = next(each for each in found if each.reviewer_id == case.cast.rita.id)
    assert (rita.score, rita.levels["tone"]) == (60.0, "missed")


def test_keeping_every_answer_makes_no_revision_and_says_why(case: Case):
    case.open()

    case.settle(case.cast.lena, {"verdict-tone": "keep", "reason-tone": "No thanks in the judged part."})

    assert len(case.revisions()) == 1
    assert case.dispute().state == "settled"
    page = case.words(case.cast.sam, case.path)
    assert "Kept: Missed" in page
    assert "No thanks in the judged part." in page


def test_another_level_is_neither_the_present_nor_the_proposed_one(case: Case):
    case.open(**{"choice-correct": "level:full", "reason-correct": "All of it was right."})
    other = {**ACCEPT, "verdict-correct": "other", "reason-correct": "One step is wrong."}

    same = case.settle(case.cast.lena, other, **{"choice-correct": "level:partly"})
    proposed = case.settle(case.cast.lena, other, **{"choice-correct": "level:full"})
    nothing = case.settle(case.cast.lena, other)
    unknown = case.settle(case.cast.lena, other, **{"choice-correct": "level:superb"})
    right = case.settle(case.cast.lena, other, **{"choice-correct": "level:wrong"})

    assert [each.status_code for each in (same, proposed, nothing, unknown)] == [422] * 4
    assert "keep it instead" in same.get_data(as_text=True)
    assert "accept it instead" in proposed.get_data(as_text=True)
    assert "One step is wrong." in nothing.get_data(as_text=True)  # what was typed is still there
    # (2 * 0 + 1) of 3 = 1/3, weight 60; Safety 40: 60.
    assert right.status_code == 302
    assert case.revisions()[-1].score == 60.0


def test_that_a_criterion_did_not_apply_is_a_proposal_too(case: Case):
    case.open(**{"choice-correct": "not_applicable", "reason-correct": "Nobody asked anything."})

    case.settle(case.cast.lena, {**ACCEPT, "verdict-correct": "accept", "reason-correct": "True."})

    # Answer: tone alone, 1 of 1, weight 60; Safety 40: 100.
    assert case.revisions()[-1].score == 100.0


def test_of_two_leads_who_settle_at_once_the_second_is_told_and_changes_nothing(case: Case):
    case.open()
    seen = case.dispute().lock_version
    case.settle(case.cast.lena)

    late = case.settle(case.cast.quinn, {"verdict-tone": "keep", "reason-tone": "No."}, version=str(seen))

    assert late.status_code == 409
    assert "has moved on since you opened the page" in late.get_data(as_text=True)
    assert [each.verdict for each in case.session.scalars(select(DisputeDecision))] == ["accept"]
    assert len(case.revisions()) == 2


def test_a_settlement_that_fails_at_its_last_step_leaves_nothing_behind(case: Case, monkeypatch: pytest.MonkeyPatch):
    case.open()
    told = case.told(case.cast.sam)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the audit trail cannot be written")

    with monkeypatch.context() as broken:  # decision, new revision, score and notices are written by then
        broken.setattr(service, "_note", fail)
        answer = case.settle(case.cast.lena)

    case.session.expire_all()
    assert answer.status_code == 500
    assert (case.dispute().state, case.dispute().lock_version) == ("open", 0)
    assert len(case.revisions()) == 1
    assert case.session.scalars(select(DisputeDecision)).all() == []
    assert case.told(case.cast.sam) == told
    assert case.session.get_one(Review, case.review.id).current_revision_id == case.revisions()[0].id
    assert case.settle(case.cast.lena).status_code == 302


def test_who_scored_the_review_never_settles_it(case: Case):
    rita, payouts = case.cast.rita, case.cast.payouts
    case.session.add(RoleGrant(user_id=rita.id, role=Role.TEAM_LEAD, valid_from=SINCE))
    case.session.add(Membership(user_id=rita.id, team_id=payouts.id, kind="lead", valid_from=SINCE))
    case.open()

    response = case.settle(case.cast.rita)

    assert response.status_code == 409
    assert case.dispute().state == "open"
    assert "You scored this review" in case.words(case.cast.rita, f"/disputes/{case.dispute().id}")
    assert "dispute_opened" not in case.told(case.cast.rita)


def test_where_the_programme_forbids_it_nobody_settles_for_specialists_they_lead(case: Case):
    case.cast.setting.own_specialist_ban = True
    case.session.merge(case.cast.setting)
    case.open()

    lead, qa_lead = case.settle(case.cast.lena), case.settle(case.cast.quinn)

    assert (lead.status_code, qa_lead.status_code) == (409, 302)
    assert case.told(case.cast.lena) == []


def test_a_lead_of_the_team_that_the_specialist_has_moved_to_is_barred_as_well(case: Case):
    case.cast.setting.own_specialist_ban = True
    case.session.merge(case.cast.setting)
    new_lead = person(
        case.session, case.cast.programme, "Petra Prince", Role.QA_LEAD, Role.TEAM_LEAD, team=case.cast.appeals
    )
    sam = select(Membership).where(Membership.user_id == case.cast.sam.id)
    case.session.scalars(sam).one().team_id = case.cast.appeals.id
    case.session.flush()

    case.open()
    barred, settled = (case.settle(who).status_code for who in (new_lead, case.cast.quinn))
    page = case.words(case.cast.sam, case.path)

    assert (barred, settled) == (409, 302)
    assert (case.told(new_lead), case.told(case.cast.sam)) == ([], ["dispute_settled"])
    assert "Nobody else could decide again, so this decision is final." in page


@pytest.mark.parametrize(
    ("banned", "escalated", "theirs"),
    [
        pytest.param(False, False, {"lena", "quinn", "petra"}, id="of the team's lead and the QA leads"),
        pytest.param(True, False, {"quinn", "petra"}, id="of nobody who leads the specialist, where forbidden"),
        pytest.param(False, True, {"petra"}, id="in the second instance of a QA lead who has not decided"),
    ],
)
def test_desk_and_board_ask_for_a_decision_whoever_may_settle_it(
    case: Case, banned: bool, escalated: bool, theirs: set[str]
):
    case.cast.setting.own_specialist_ban = banned
    case.session.merge(case.cast.setting)
    people = {name: getattr(case.cast, name) for name in ("lena", "quinn", "otto")}
    people["petra"] = person(case.session, case.cast.programme, "Petra Prince", Role.QA_LEAD)
    case.open()
    if escalated:
        case.settle(case.cast.quinn, {"verdict-tone": "keep", "reason-tone": "No."})
        case.step("escalate", reason="Look again.")

    desks = {name for name, who in people.items() if "dispute waits for a decision" in unescape(case.words(who, "/"))}
    boards = {name for name, who in people.items() if "somebody else decides" in case.words(who, "/disputes/")}
    may = {name for name, who in people.items() if 'id="settle"' in case.words(who, f"/disputes/{case.dispute().id}")}

    assert desks == may == theirs
    assert boards == {"lena", "quinn", "petra"} - theirs


def test_a_second_instance_decides_once_more_and_finally(case: Case):
    case.open()
    case.settle(case.cast.lena, {"verdict-tone": "keep", "reason-tone": "No."})
    without = case.step("escalate", reason=" ")
    asked = case.step("escalate", reason="The last message was not read.")
    told = case.told(case.cast.quinn)
    first_lead = case.settle(case.cast.lena)
    decided = case.settle(case.cast.quinn)
    again = case.step("escalate", reason="Still no.")

    assert [each.status_code for each in (without, asked, first_lead, decided, again)] == [422, 302, 409, 302, 409]
    assert told == ["dispute_escalated"]
    assert (case.dispute().state, case.revisions()[-1].score) == ("final", 80.0)
    page = case.words(case.cast.sam, case.path)
    assert "Kept: Missed" in page
    assert "Accepted: Met" in page


def test_who_decided_first_does_not_decide_again_and_without_anybody_else_it_is_final(case: Case):
    case.open()
    case.settle(case.cast.quinn, {"verdict-tone": "keep", "reason-tone": "No."})
    alone = case.step("escalate", reason="Look again.")
    told = case.words(case.cast.sam, case.path)
    another = person(case.session, case.cast.programme, "Petra Prince", Role.QA_LEAD)
    asked = case.step("escalate", reason="Look again.")

    same, new = case.settle(case.cast.quinn), case.settle(another)

    assert "Nobody else could decide again, so this decision is final." in told
    assert (alone.status_code, asked.status_code, same.status_code, new.status_code) == (409, 302, 409, 302)


def test_every_step_goes_to_the_audit_trail_without_a_word_of_text(case: Case):
    case.open()
    case.settle(case.cast.lena)

    events = case.session.scalars(select(AuditEvent).where(AuditEvent.action.like("dispute.%")).order_by(AuditEvent.id))
    found = {event.action: event for event in events}
    assert list(found) == ["dispute.open", "dispute.settle"]
    assert found["dispute.settle"].detail["score"] == ["60", "80"]
    assert "thank" not in str([event.detail for event in found.values()])


def test_a_review_that_was_voided_meanwhile_is_not_settled(case: Case):
    case.open()
    case.review.state, case.review.voided_at, case.review.void_reason = "voided", utcnow(), "not a case of ours"

    assert case.settle(case.cast.lena).status_code == 409


def test_a_void_beside_a_settlement_waits_and_is_told(app: Flask, case: Case, monkeypatch: pytest.MonkeyPatch):
    case.open()
    quinn, form = case.sign_in(case.cast.quinn), {"version": str(case.review.lock_version), "reason": "Not ours."}
    path, quinn.arranged = f"{case.path}/void", None
    voided = Meanwhile(app, lambda _: quinn.post_form(path, form).status_code)
    rescore = rescoring.rescore

    def rescored(*given: Any, **more: Any) -> ReviewRevision:
        voided()
        return rescore(*given, **more)

    monkeypatch.setattr(rescoring, "rescore", rescored)
    settled = case.settle(case.cast.lena).status_code

    assert (settled, voided.result()) == (302, 409)
    assert (case.review.state, case.dispute().state) == ("submitted", "settled")


def test_a_criterion_that_only_the_decision_makes_asked_has_to_be_answered_too(case: Case):
    # Tone is asked where the answer was fully right; so far it was not, and nobody answered it.
    asks = "question: Was it friendly?\n        condition: {criterion: correct, levels: [full]}"
    text = RUBRIC.format(key="asks", version="1.0").replace("question: Was it friendly?", asks)
    version = publish_rubric(case.session, case.cast, text=text, everywhere=False)
    handled = make_ticket(case.session, case.cast)
    task = make_assignment(case.session, handled, case.cast.rita, version)
    case.review = make_review(case.session, handled, task, {"correct": "partly"}, at=utcnow() - DAY)
    case.session.execute(
        delete(Answer).where(Answer.revision_id == case.review.current_revision_id, Answer.criterion_key == "tone")
    )
    claim = {"choice-correct": "level:full", "reason-correct": "All was right."}
    case.sign_in(case.cast.sam).post_form(f"{case.path}/dispute", claim)
    ruling = {"verdict-correct": "accept", "reason-correct": "It was."}

    without = case.settle(case.cast.lena, ruling)
    answered = case.settle(case.cast.lena, ruling, **{"also-tone": "level:missed"})

    assert (without.status_code, answered.status_code) == (422, 302)
    assert "the rubric also asks: Tone" in without.get_data(as_text=True)
    assert 'name="also-tone"' in without.get_data(as_text=True)
    # (2 * 1 + 0) of 3 = 2/3, weight 60; Safety 40: 80.
    assert case.revisions()[-1].score == 80.0
