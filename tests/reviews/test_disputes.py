"""A specialist disputes criteria of a released review; leads see what waits and how often answers fell."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from qa.core.clock import utcnow
from qa.reviews import choosing
from qa.reviews.disputes.models import Dispute
from qa.reviews.forgetting import GONE, forget_quotes
from tests.reviews.dispute_case import CLAIM, DAY, Case
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.statements import count_queries
from tests.support.tickets import MESSAGES


def test_a_dispute_is_kept_with_its_due_date_and_the_lead_of_the_team_is_told(case: Case):
    response = case.open()

    dispute = case.dispute()
    assert response.status_code == 302
    assert (dispute.state, dispute.opened_by_id) == ("open", case.cast.sam.id)
    assert dispute.due_on == utcnow().date() + 5 * DAY
    assert case.told(case.cast.lena) == ["dispute_opened"]
    assert case.told(case.cast.rita) == ["review_disputed"]
    assert case.told(case.cast.quinn) == case.told(case.cast.otto) == []


def test_another_team_s_lead_does_not_find_the_dispute(case: Case):
    case.open()

    assert case.settle(case.cast.otto).status_code == 404
    assert case.words(case.cast.otto, "/disputes/").count("/disputes/1") == 0
    assert case.sign_in(case.cast.rita).get("/disputes/").status_code == 403


def test_the_window_closes_at_the_end_of_its_last_day(case: Case):
    case.session.merge(case.cast.setting).dispute_window_days = 3
    now = utcnow()
    case.review.released_at = now - 3 * DAY
    open_ = "dispute-form" in case.words(case.cast.sam, case.path)
    case.review.released_at = now - 4 * DAY

    late = case.open()

    assert open_
    assert late.status_code == 409
    assert "The time to dispute this review is over" in case.words(case.cast.sam, case.path)
    assert case.session.scalar(select(func.count()).select_from(Dispute)) == 0


def test_without_days_the_programme_takes_no_disputes(case: Case):
    case.session.merge(case.cast.setting).dispute_window_days = 0

    assert case.open().status_code == 409


@pytest.mark.parametrize(
    ("form", "told"),
    [
        pytest.param({}, "Choose at least one criterion", id="nothing"),
        pytest.param({"choice-tone": "level:met"}, "Say why", id="no reason"),
        pytest.param({"reason-tone": "It was friendly."}, "Choose what it should have been", id="no level"),
        pytest.param({**CLAIM, "choice-tone": "level:missed"}, "the answer it already has", id="the same level"),
        pytest.param({**CLAIM, "choice-tone": "level:great"}, "choose one of its levels", id="no such level"),
        pytest.param({**CLAIM, "choice-tone": "not_applicable"}, "choose one of its levels", id="N/A not allowed"),
        pytest.param({**CLAIM, "reason-tone": "x" * 2001}, "At most 2,000 characters", id="too long"),
    ],
)
def test_an_incomplete_dispute_is_not_sent_and_says_what_is_missing(case: Case, form: dict[str, str], told: str):
    response = case.sign_in(case.cast.sam).post_form(f"{case.path}/dispute", form)

    assert response.status_code == 422
    assert told in response.get_data(as_text=True)
    assert case.session.scalar(select(func.count()).select_from(Dispute)) == 0


def test_only_the_specialist_of_the_part_disputes_and_only_once(case: Case):
    other = case.sign_in(case.cast.olga).post_form(f"{case.path}/dispute", CLAIM)
    lead = case.sign_in(case.cast.lena).post_form(f"{case.path}/dispute", CLAIM)
    first, second = case.open(), case.open()

    assert [each.status_code for each in (other, lead, first, second)] == [404, 403, 302, 409]


def test_reasons_are_redacted_before_they_are_kept(case: Case):
    case.open(**{"reason-tone": "Write to jane.roe@example.com about it."})
    case.settle(case.cast.lena, {"verdict-tone": "accept", "reason-tone": "Ask jane.roe@example.com."})

    assert "jane.roe" not in case.words(case.cast.sam, case.path)


def test_a_withdrawn_dispute_may_be_opened_anew_but_a_settled_one_may_not(case: Case):
    case.open()
    withdrawn = case.step("withdraw")
    told = case.told(case.cast.lena)
    again = case.open()
    case.settle(case.cast.lena)
    late = case.step("withdraw")

    assert [each.status_code for each in (withdrawn, again, late)] == [302, 302, 409]
    assert told == []
    assert case.open().status_code == 409


def test_every_settled_dispute_is_on_one_page_of_the_board(case: Case, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(choosing, "PAGE", 1)
    made = []
    for days in (1, 2):
        handled = make_ticket(case.session, case.cast)
        task = make_assignment(case.session, handled, case.cast.rita, case.version)
        review = make_review(case.session, handled, task, at=utcnow() - dt.timedelta(days=9))
        closed = utcnow() - dt.timedelta(days=days)
        made.append(
            Dispute(
                review_id=review.id,
                revision_id=review.current_revision_id,
                opened_at=closed - dt.timedelta(days=1),
                opened_by_id=case.cast.sam.id,
                due_on=closed.date(),
                state="settled",
                closed_at=closed,
            )
        )
    case.session.add_all(made)
    case.session.commit()
    first, second = (case.words(case.cast.lena, f"/disputes/?page={n}") for n in (1, 2))

    shown = [[each for each in made if f'href="/disputes/{each.id}"' in page] for page in (first, second)]
    assert shown == [made[:1], made[1:]]
    assert 'rel="next"' in first
    assert 'rel="prev"' in second


def test_the_board_shows_what_waits_and_asks_no_more_when_more_waits(case: Case):
    case.open()
    lead = case.sign_in(case.cast.lena)
    lead.get("/disputes/")
    with count_queries() as few:
        page = lead.get("/disputes/").get_data(as_text=True)
    version = publish_rubric(case.session, case.cast, key="more", everywhere=False)
    for _ in range(4):
        handled = make_ticket(case.session, case.cast)
        task = make_assignment(case.session, handled, case.cast.rita, version)
        review = make_review(case.session, handled, task, {"tone": "missed"}, at=utcnow() - DAY)
        case.sign_in(case.cast.sam).post_form(f"/reviews/{review.id}/dispute", CLAIM)

    with count_queries() as many:
        full = lead.get("/disputes/").get_data(as_text=True)

    assert (page.count("first instance"), full.count("first instance")) == (1, 5)
    assert len(many) == len(few)


def test_a_page_without_a_dispute_says_what_will_be_there(case: Case):
    board, rates = (case.words(case.cast.quinn, path) for path in ("/disputes/", "/disputes/rates"))

    assert "No dispute waits" in board
    assert "Nothing is settled yet" in rates


def test_the_rates_count_what_fell_in_the_end_and_name_reviewers_to_qa_leads_only(case: Case):
    case.open()
    case.settle(case.cast.lena)

    lead, qa_lead = (case.words(who, "/disputes/rates") for who in (case.cast.lena, case.cast.quinn))

    assert "Tone (Trial rubric)" in lead
    assert "too few to judge" in lead
    assert "Rita Ramos" in qa_lead
    assert "Rita Ramos" not in lead


def test_an_erased_conversation_takes_its_quotes_from_disputes_too(case: Case):
    quote = "They wrote: the payout was sent on Monday, and so it was."
    case.open(**{"reason-tone": quote})
    case.settle(case.cast.lena, {"verdict-tone": "keep", "reason-tone": quote})
    case.step("escalate", reason=quote)

    gone = forget_quotes(case.session, {case.handled.ticket.id: [text for _, text in MESSAGES]})

    assert gone == 3
    assert case.dispute().escalation_reason == GONE
