"""The desk as somebody lives it who hears it: names, what is said of what a key did, and in which order."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from qa.people.models import Clearance
from qa.people.sessions import COOKIE
from tests.reviews.desk import Desk
from tests.support.browser import Watch
from tests.support.builders import make_assignment, make_ticket, publish_rubric
from tests.support.cast import SINCE, Cast
from tests.support.server import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
SAVED = re.compile("^Saved")


def test_a_part_is_scored_by_ear(new_browser: Callable[..., Page], watch: Watch, desk: Desk, session: Session) -> None:
    session.commit()
    page = new_browser(desk.user)
    page.goto(desk.path)
    expect(page.locator("[data-scoring][data-ready]")).to_be_visible()
    said, press = page.locator("[data-said]"), page.keyboard.press
    expect(page.get_by_role("region", name="Conversation")).to_be_visible()
    privacy = page.get_by_role("group", name=re.compile("^Privacy, critical: "))
    expect(privacy.get_by_role("radio")).to_have_count(2)
    expect(page.get_by_role("group", name=re.compile("^Correct: ")).get_by_role("radio", name="1 Full")).to_be_visible()

    press("1")
    expect(said).to_contain_text("Correct: Full")
    press("j")
    expect(said).to_contain_text("Tone: not answered")
    expect(page.locator("#criterion-tone")).to_be_focused()
    press("r")
    reply = page.locator("[data-judged]").first
    expect(reply).to_be_focused()
    press("e")
    expect(said).to_contain_text("Pinned to Tone")
    press("e")
    expect(said).to_contain_text("No longer pinned to Tone")
    press("p")
    expect(said).to_contain_text("Tone: praised")
    press("2")
    press("u")
    expect(said).to_contain_text("Tone: not answered")
    expect(page.locator("[data-saved]")).to_have_text(SAVED)
    expect(page.locator("[data-saved]")).not_to_have_attribute("role", "status")  # not a word for every answer
    watch.expect("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    press("1")
    expect(page.get_by_role("status").filter(has_text="The connection is lost")).to_be_visible()
    page.context.set_offline(False)
    expect(said).to_contain_text("All is saved.", timeout=10_000)
    watch.check()


def test_a_curtain_is_drawn_by_key_and_a_review_just_sent_is_taken_back_by_key(
    new_browser: Callable[..., Page], watch: Watch, session: Session, cast: Cast
) -> None:
    session.add(Clearance(user_id=cast.rita.id, severity=3, valid_from=SINCE))
    task = make_assignment(
        session, make_ticket(session, cast, content_severity=3), cast.rita, publish_rubric(session, cast)
    )
    session.commit()
    page = new_browser(cast.rita)
    page.goto(f"/queue/{task.id}")
    expect(page.locator("[data-scoring][data-ready]")).to_be_visible()
    press = page.keyboard.press
    words = page.locator(".message--customer [data-text]").first

    expect(words).to_be_hidden()
    press("J")
    press("Enter")
    expect(words).to_be_visible()
    press("Enter")
    expect(words).to_be_hidden()
    for _ in range(3):
        press("1")
        press("j")
    expect(page.locator("[data-count]")).to_have_text("3 of 3")
    press("Control+Enter")
    expect(page.locator("[data-undo-said]")).to_contain_text("10 seconds to take it back with z")
    press("z")

    expect(page).to_have_url(re.compile(rf"/queue/{task.id}$"))
    expect(page.locator("[data-count]")).to_have_text("3 of 3")
    watch.check()


def test_a_submit_while_signed_out_says_that_all_is_saved_and_leads_back_by_key(
    new_browser: Callable[..., Page], live_server: LiveServer, watch: Watch, desk: Desk, session: Session, cast: Cast
) -> None:
    session.commit()
    watch.expect("401|/submit")
    page = new_browser(cast.rita)
    page.goto(desk.path)
    expect(page.locator("[data-scoring][data-ready]")).to_be_visible()
    for _ in range(3):
        page.keyboard.press("1")
        page.keyboard.press("j")
    expect(page.locator("[data-count]")).to_have_text("3 of 3")
    page.context.clear_cookies(name=COOKIE)

    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-alert]")).to_contain_text("The review was not sent; all its answers are saved.")
    expect(page.locator("[data-saved]")).to_have_text(SAVED)
    page.keyboard.press("a")

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"next=.*{desk.task.id}$"))
    watch.check()
