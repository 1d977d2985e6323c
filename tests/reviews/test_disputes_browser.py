"""A dispute from its first key to the new score, in real browsers: by keyboard alone on both sides."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from qa.core.clock import utcnow
from tests.support.browser import Watch, check_reflow
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import Cast

READY = "main[data-ready]"  # keys count from here on
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def test_a_review_is_read_and_disputed_and_the_dispute_settled_by_keyboard_alone_and_the_score_follows(
    new_browser: Callable[..., Page], axe: Callable[[Page], None], watch: Watch, session: Session, cast: Cast
) -> None:
    handled = make_ticket(session, cast)
    version = publish_rubric(session, cast)
    task = make_assignment(session, handled, cast.rita, version)
    review = make_review(session, handled, task, {"tone": "missed"}, at=utcnow() - dt.timedelta(days=1))
    another = make_ticket(session, cast)
    older = make_review(
        session, another, make_assignment(session, another, cast.rita, version), {}, at=utcnow() - dt.timedelta(days=2)
    )
    session.commit()
    specialist, lead = new_browser(cast.sam), new_browser(cast.lena)
    press, write = specialist.keyboard.press, specialist.keyboard.type

    specialist.goto("/my-reviews?show=unread")
    press("j")
    press("Enter")
    expect(specialist.locator("mark.passage")).to_have_text("Thank you")
    expect(specialist.locator(READY)).to_be_visible()
    press("y")
    expect(specialist.get_by_text("Read by the specialist")).to_be_visible()
    expect(specialist.get_by_role("button", name="I have read it")).to_be_hidden()
    expect(specialist.locator(READY)).to_be_visible()
    press("j")
    press("j")
    expect(specialist.locator("#criterion-tone")).to_be_focused()
    expect(specialist.locator(".message[data-current]")).to_have_count(1)  # what it rests on is marked beside it
    press("d")
    axe(specialist)
    write("Met")
    press("Tab")
    write("I thanked them for writing.")
    watch.expect("ERR_INTERNET_DISCONNECTED")
    specialist.context.set_offline(True)
    press("Control+Enter")
    expect(specialist.get_by_role("status").filter(has_text="nothing was sent")).to_be_visible()
    expect(specialist.get_by_label("Why: Tone")).to_have_value("I thanked them for writing.")
    specialist.context.set_offline(False)
    press("Control+Enter")
    expect(specialist.get_by_text("Dispute: waits for a decision")).to_be_visible()
    expect(specialist.locator(READY)).to_be_visible()
    press("n")
    expect(specialist).to_have_url(re.compile(f"/reviews/{older.id}$"))
    expect(specialist.get_by_role("link", name="Next to read")).to_be_hidden()

    press, write = lead.keyboard.press, lead.keyboard.type
    lead.goto("/disputes/")
    axe(lead)
    press("j")
    press("Enter")
    expect(lead.get_by_role("heading", name="Payout is missing")).to_be_visible()
    expect(lead.locator(READY)).to_be_visible()
    lead.set_viewport_size({"width": 320, "height": 720})
    axe(lead)
    check_reflow(lead)
    level = lead.get_by_label("Which, if another level")
    expect(level).to_be_hidden()
    press("j")
    expect(lead.get_by_label("Keep it: Missed")).to_be_focused()
    press("ArrowUp")
    expect(level).to_be_visible()
    press("ArrowUp")
    expect(lead.get_by_label("Accept the proposal: Met")).to_be_checked()
    press("Tab")
    expect(lead.get_by_label("Reason")).to_be_focused()
    write("The thanks are there.")
    press("Control+Enter")
    expect(lead.get_by_text("The dispute is settled. The score is computed anew")).to_be_visible()

    specialist.goto(f"/reviews/{review.id}")
    expect(specialist.locator(".score__value").first).to_have_text("100.0")
    specialist.get_by_role("link", name="As submitted").click()
    expect(specialist.get_by_text("This is how the review once stood.")).to_be_visible()
    expect(specialist.locator(".score__value").first).to_have_text("80.0")
    watch.check()
