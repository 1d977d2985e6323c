"""Pages about reviews as they are read, in every look: no violation, no sideways scroll, nothing in the console."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core.clock import utcnow
from qa.notices import mailing
from qa.notices.models import MailDigest
from qa.people.models import Clearance
from qa.reviews.comment_templates.models import CommentTemplate
from qa.reviews.comments.models import ReviewComment
from qa.reviews.disputes.models import Dispute
from qa.reviews.models import Review
from qa.sampling.models import Assignment, Purpose
from tests.reviews.dispute_case import ACCEPT, CLAIM
from tests.reviews.exposed import five_who_read
from tests.support.browser import Watch, check_reflow, every_look
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, SINCE, Cast
from tests.support.client import CheckingClient

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Read:
    """A settled review with a talk, a self-review beside its review, and an invitation."""

    settled: Review
    own: Review
    invited: Assignment


@pytest.fixture
def read(session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]) -> Read:
    version, ago = publish_rubric(session, cast), utcnow() - DAY
    handled = make_ticket(session, cast, subject="A payout that never came")
    settled = make_review(
        session, handled, make_assignment(session, handled, cast.rita, version), {"tone": "missed"}, at=ago
    )
    sign_in(cast.sam).post_form(f"/reviews/{settled.id}/dispute", CLAIM)
    dispute = session.scalars(select(Dispute)).one()
    sign_in(cast.lena).post_form(f"/disputes/{dispute.id}", {"version": "0", **ACCEPT})
    for author, side, text in (
        (cast.sam, "specialist", "I did thank them in the last message. Does that count?"),
        (cast.rita, "reviewer", "It does. I had stopped reading too early."),
    ):
        session.add(ReviewComment(review_id=settled.id, author_id=author.id, side=side, text=text, created_at=ago))
    other = make_ticket(session, cast, subject="Two payouts instead of one")
    make_review(session, other, make_assignment(session, other, cast.rita, version), {"tone": "missed"}, at=ago)
    own_task = make_assignment(session, other, cast.sam, version, purpose=Purpose.SELF)
    own = make_review(session, other, own_task, {"correct": "partly"}, at=ago)
    soon = utcnow().date() + 3 * DAY
    third = make_ticket(session, cast, subject="No payout at all")
    invited = make_assignment(session, third, cast.sam, version, purpose=Purpose.SELF, due_on=soon)
    session.commit()
    return Read(settled=settled, own=own, invited=invited)


@every_look()
def test_pages_that_one_seldom_sees_are_sound(
    new_browser: Callable[..., Page],
    axe: Callable[[Page], None],
    watch: Watch,
    session: Session,
    settings: Settings,
    cast: Cast,
) -> None:
    five_who_read(session, cast, now=utcnow())
    session.add(Clearance(user_id=cast.rita.id, severity=3, valid_from=SINCE))
    cast.setting.severe_per_day = 1
    version = publish_rubric(session, cast, key="today")
    hard = [
        make_assignment(session, make_ticket(session, cast, content_severity=3), cast.rita, version, position=n)
        for n in (1, 2)
    ]
    template = CommentTemplate(
        programme_id=cast.programme.id, name="Thanks", text="You thanked {{ whom }}.", created_at=NOW, updated_at=NOW
    )
    day, refused = utcnow().date(), "the address was refused (550)"
    digest = MailDigest(
        user_id=cast.sam.id, day=day, state="failed", not_before=utcnow(), error=refused, created_at=utcnow()
    )
    session.add_all([template, digest])
    session.commit()
    admin, lead, reviewer, visitor = (new_browser(who) for who in (cast.ada, cast.quinn, cast.rita, None))
    pages = [
        (admin, "/notices/not-sent", refused),
        (visitor, f"/notices/stop/{mailing.stop_token(settings.secret_key, cast.sam.id)}", "Stop the daily e-mail?"),
        (lead, "/wellbeing/report", "Handed over"),
        (lead, f"/comment-templates/{template.id}", "You thanked"),
    ]
    for page, address, says in pages:
        page.goto(address)
        expect(page.get_by_text(says).first).to_be_attached()
        axe(page)
        check_reflow(page)
    reviewer.goto(f"/queue/{hard[0].id}")
    expect(reviewer.locator("[data-scoring]")).to_be_attached()
    reviewer.goto(f"/queue/{hard[1].id}")
    expect(reviewer.get_by_text("rests until tomorrow").first).to_be_attached()
    axe(reviewer)
    check_reflow(reviewer)
    watch.check()


@every_look()
def test_a_settled_review_its_former_revision_the_rates_and_what_a_specialist_scored_are_sound(
    new_browser: Callable[..., Page], axe: Callable[[Page], None], watch: Watch, read: Read, cast: Cast
) -> None:
    specialist, lead = new_browser(cast.sam), new_browser(cast.quinn)
    pages = [
        (specialist, "/", "If you like: score these too"),
        (specialist, "/my-reviews", "A payout that never came"),
        (specialist, f"/reviews/{read.settled.id}", "I had stopped reading too early"),
        (specialist, f"/reviews/{read.settled.id}/revisions/1", "This is how the review once stood"),
        (specialist, f"/reviews/{read.own.id}/beside", "same answer on"),
        (specialist, f"/queue/{read.invited.id}", "no figure counts it"),
        (lead, f"/reviews/{read.settled.id}", "How it stood"),
        (lead, "/disputes/rates", "Overturned criteria"),
        (lead, "/disputes/?instance=first", "Keep this filter"),
    ]
    for page, address, says in pages:
        page.goto(address)
        expect(page.get_by_text(says).first).to_be_attached()
        axe(page)
        check_reflow(page)
    watch.check()


@pytest.mark.slow
def test_a_filter_is_kept_by_keyboard_and_the_page_opens_with_it(
    new_browser: Callable[..., Page], axe: Callable[[Page], None], watch: Watch, read: Read, cast: Cast
) -> None:
    lead = new_browser(cast.quinn)
    lead.goto("/disputes/?instance=first")
    lead.get_by_role("button", name="Keep this filter").focus()
    lead.keyboard.press("Enter")
    axe(lead)
    lead.keyboard.type("First instance")
    lead.keyboard.press("Enter")
    kept = lead.get_by_role("navigation", name="Saved filters").get_by_role("link", name="First instance")
    expect(kept).to_have_attribute("aria-current", "true")
    lead.get_by_role("button", name="Change First instance").focus()
    lead.keyboard.press("Enter")
    axe(lead)
    lead.get_by_role("button", name="Open the page with it").press("Enter")
    expect(lead.get_by_text("The page opens with this filter from now on.")).to_be_visible()

    lead.goto("/disputes/")

    expect(lead).to_have_url("/disputes/?instance=first")
    expect(lead.get_by_label("Instance", exact=True)).to_have_value("first")
    lead.get_by_role("link", name="Clear").click()
    expect(lead.get_by_label("Instance", exact=True)).to_have_value("")
    watch.check()
