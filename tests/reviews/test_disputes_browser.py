"""A dispute from its first key to the new score, in real browsers: by keyboard alone for the specialist."""

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from qa.core.clock import utcnow
from tests.support.browser import Watch
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def test_a_dispute_is_sent_by_keyboard_settled_by_a_lead_and_seen_in_the_score(
    new_browser: Callable[..., Page], axe: Callable[[Page], None], watch: Watch, session: Session, cast: Cast
) -> None:
    handled = make_ticket(session, cast)
    task = make_assignment(session, handled, cast.rita, publish_rubric(session, cast))
    review = make_review(session, handled, task, {"tone": "missed"}, at=utcnow() - dt.timedelta(days=1))
    session.commit()
    specialist, lead = new_browser(cast.sam), new_browser(cast.lena)

    specialist.goto(f"/reviews/{review.id}")
    expect(specialist.locator("mark.passage")).to_have_text("Thank you")
    specialist.get_by_text("Dispute Tone").focus()
    specialist.keyboard.press("Enter")
    axe(specialist)
    specialist.keyboard.press("Tab")
    specialist.keyboard.type("Met")
    specialist.keyboard.press("Tab")
    specialist.keyboard.type("I thanked them for writing.")
    specialist.get_by_role("button", name="Send the dispute").focus()
    specialist.keyboard.press("Enter")
    expect(specialist.get_by_text("Dispute: waits for a decision")).to_be_visible()

    lead.goto("/disputes/")
    axe(lead)
    lead.get_by_role("link", name="Payout is missing").click()
    lead.set_viewport_size({"width": 320, "height": 720})
    axe(lead)
    assert lead.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways at 320 px"
    lead.get_by_label("Accept the proposal: Met").check()
    lead.get_by_label("Reason").fill("The thanks are there.")
    lead.get_by_role("button", name="Settle the dispute").click()
    expect(lead.get_by_text("The score is computed anew")).to_be_visible()

    specialist.reload()
    expect(specialist.locator(".score__value").first).to_have_text("100.0")
    specialist.get_by_role("link", name="As submitted").click()
    expect(specialist.get_by_text("This is how the review once stood.")).to_be_visible()
    expect(specialist.locator(".score__value").first).to_have_text("80.0")
    watch.check()
