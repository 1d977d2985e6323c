"""A talk about a released review: who takes part, what is kept of it, who is told, and what waits for an answer."""

import datetime as dt

import pytest
from sqlalchemy import select

from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.core.errors import InvalidInputError
from qa.notices.models import Notice
from qa.reviews.comments import queries, rules
from qa.reviews.comments.models import ReviewComment
from qa.reviews.forgetting import GONE, forget_quotes
from tests.reviews.dispute_case import DAY, Case
from tests.support.cast import actor


def say(case: Case, who: str, text: str, *, status: int = 302) -> str:
    answer = case.sign_in(getattr(case.cast, who)).post_form(f"{case.path}/comments", {"comment": text})
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def kept(case: Case) -> list[tuple[str, str]]:
    rows = case.session.execute(select(ReviewComment.side, ReviewComment.text).order_by(ReviewComment.id))
    return [(side, text) for side, text in rows]


def waiting(case: Case, who: str) -> list[int]:
    case.session.expire_all()
    reader = actor(case.session, getattr(case.cast, who), today=utcnow().date())
    return [each.review_id for each in queries.waiting_for(case.session, reader)]


def test_specialist_reviewer_and_lead_talk_and_the_reviewer_stays_a_pseudonym(case: Case):
    say(case, "sam", "I did thank them.\nDo you count the last message?")
    say(case, "rita", "Yes, I do.")
    say(case, "lena", "Let us look at it together.")

    assert [side for side, _ in kept(case)] == ["specialist", "reviewer", "lead"]
    page = case.words(case.cast.sam, case.path)
    talk = page[page.index('id="comments"') :]
    assert case.cast.rita.pseudonym in talk
    assert "Rita Ramos" not in page
    assert "Lena Lund" in talk
    assert "Rita Ramos" in case.words(case.cast.quinn, case.path)
    told = {
        case.session.get_one(type(case.cast.sam), user).name.split()[0]
        for user in case.session.scalars(select(Notice.user_id).where(Notice.kind == "review_commented"))
    }
    assert told == {"Sam", "Rita", "Lena"}
    events = case.session.scalars(select(AuditEvent).where(AuditEvent.action == "review.comment")).all()
    assert [event.detail["side"] for event in events] == ["specialist", "reviewer", "lead"]
    assert "thank" not in str([event.detail for event in events])


def test_a_comment_that_is_sent_again_is_kept_once(case: Case):
    say(case, "sam", "I did thank them.")
    say(case, "sam", "I did thank them.")
    say(case, "rita", "Yes.")
    say(case, "sam", "I did thank them.")

    assert [text for _, text in kept(case)] == ["I did thank them.", "Yes.", "I did thank them."]
    events = case.session.scalars(select(AuditEvent.id).where(AuditEvent.action == "review.comment")).all()
    assert len(events) == 3


def test_what_redaction_takes_out_is_shown_before_it_is_kept(case: Case):
    page = say(case, "sam", "Write to jane@example.org, she saw it.", status=422)

    assert kept(case) == []
    assert "Write to [email], she saw it.</textarea>" in page
    assert "jane@example.org" not in page
    say(case, "sam", "Write to [email], she saw it.")
    assert kept(case) == [("specialist", "Write to [email], she saw it.")]


def test_a_word_waits_on_the_other_side_until_it_is_answered_or_needs_no_answer(case: Case):
    say(case, "sam", "Why is the tone missed?")
    asked = [who for who in ("sam", "rita", "lena", "quinn", "rob", "otto", "olga") if waiting(case, who)]
    desks = [case.words(getattr(case.cast, who), "/") for who in ("rita", "lena")]
    say(case, "rita", "There is no greeting.")
    answered = [who for who in ("sam", "rita", "lena") if waiting(case, who)]
    newest = case.session.scalars(select(ReviewComment.id).order_by(ReviewComment.id.desc())).first()
    sam = case.sign_in(case.cast.sam)
    stale = sam.post_form(f"{case.path}/comments/rest", {"seen": str((newest or 0) - 1)}).status_code

    done = sam.post_form(f"{case.path}/comments/rest", {"seen": str(newest)}).status_code

    assert asked == ["rita", "lena", "quinn"]
    assert all("waits for your answer" in desk for desk in desks)
    assert answered == ["sam"]
    assert (stale, done) == (409, 302)
    assert waiting(case, "sam") == []
    assert "Read, nothing to add." in case.words(case.cast.rita, case.path)


def test_nobody_else_reads_or_writes_a_thread_nor_anybody_before_the_release(case: Case):
    say(case, "sam", "Only among us.")
    for who in ("olga", "otto", "rob", "dora"):
        client = case.sign_in(getattr(case.cast, who))
        assert client.post_form(f"{case.path}/comments", {"comment": "Me too"}).status_code in (403, 404)
        assert "Only among us." not in client.get(case.path).get_data(as_text=True)
    case.review.released_at = utcnow() + DAY

    say(case, "rita", "Too early.", status=409)

    assert len(kept(case)) == 1
    assert "Only among us." not in case.words(case.cast.lena, case.path)


def test_a_void_review_and_a_long_thread_take_nothing_more(case: Case):
    for n in range(rules.MOST):
        case.session.add(
            ReviewComment(
                review_id=case.review.id,
                author_id=case.cast.sam.id,
                side="specialist",
                text=f"Point {n}",
                created_at=utcnow(),
            )
        )
    say(case, "sam", "One more.", status=409)

    assert len(kept(case)) == rules.MOST
    assert "better talked about in person" in case.words(case.cast.sam, case.path)
    assert rules.why_not(released=True, counts=False, said=0) is not None


@pytest.mark.parametrize("typed", ["", "  \n ", "x" * 1001])
def test_an_empty_or_endless_comment_is_told_at_its_field(typed: str):
    with pytest.raises(InvalidInputError) as refused:
        rules.read_text(typed)

    assert list(refused.value.fields) == ["comment"]


def test_a_quote_goes_with_its_conversation(case: Case):
    say(case, "sam", "They wrote “my payout of this month has not arrived” and I answered.")
    say(case, "rita", "I see.")

    forget_quotes(case.session, {case.handled.ticket.id: ["Hello, my payout of this month has not arrived."]})

    assert [text for _, text in kept(case)] == [GONE, "I see."]


def test_a_lead_of_the_team_releases_before_the_programme_s_time_and_one_notice_tells_of_it(case: Case):
    review = case.session.merge(case.review)
    case.session.query(Notice).delete()
    case.session.add(
        Notice(
            user_id=case.cast.sam.id,
            kind="review_released",
            object_type="review",
            object_id=str(review.id),
            detail={},
            created_at=utcnow() + DAY,
        )
    )
    review.released_at = utcnow() + DAY
    hidden = case.sign_in(case.cast.sam).get(case.path).status_code
    page = case.words(case.cast.lena, case.path)
    strangers = [case.sign_in(who).post_form(f"{case.path}/release").status_code for who in (case.cast.otto,)]

    released = case.sign_in(case.cast.lena).post_form(f"{case.path}/release")

    assert hidden == 404
    assert "Release it now" in page
    assert strangers == [404]
    assert released.status_code == 302
    assert case.sign_in(case.cast.lena).post_form(f"{case.path}/release").status_code == 409
    assert case.sign_in(case.cast.sam).get(case.path).status_code == 200
    told = case.session.scalars(select(Notice).where(Notice.kind == "review_released")).all()
    assert [notice.user_id for notice in told] == [case.cast.sam.id]
    assert told[0].created_at <= utcnow() + dt.timedelta(seconds=1)
