"""The scoring page in a real browser: by keyboard alone, without a connection, and after a reload."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.reviews.models import Evidence
from qa.rubric_library.models import RubricVersion
from tests.reviews.desk import Desk
from tests.support.browser import Watch
from tests.support.builders import MESSAGES, make_assignment, make_ticket
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
SAVED = re.compile("^Saved")


def test_a_part_is_scored_by_keyboard_alone_and_no_answer_is_lost_without_a_connection(
    new_browser: Callable[..., Page], watch: Watch, desk: Desk, session: Session, cast: Cast
) -> None:
    version = session.get_one(RubricVersion, desk.task.rubric_version_id)
    following = make_assignment(session, make_ticket(session, cast), cast.rita, version, position=1)
    session.commit()
    page = new_browser(cast.rita)
    page.goto(desk.path)
    expect(page.locator("[data-current]").first).to_be_visible()

    page.keyboard.press("1")  # correct: fully
    expect(page.locator("[data-saved]")).to_have_text(SAVED)
    watch.expect("ERR_INTERNET_DISCONNECTED|422")
    page.context.set_offline(True)
    page.keyboard.press("j")
    page.keyboard.press("2")  # tone: missed
    expect(page.locator("[data-saved]")).to_have_text("Not saved yet")
    page.keyboard.press("c")
    page.keyboard.type("Cold.")
    page.keyboard.press("Escape")
    session.expire_all()
    kept_offline = desk.kept()
    page.context.set_offline(False)

    expect(page.locator("[data-saved]")).to_have_text(SAVED, timeout=10_000)
    expect(page.locator("[data-count]")).to_have_text("2 of 3")
    session.expire_all()
    assert kept_offline == {"correct": "full"}
    assert desk.kept() == {"correct": "full", "tone": "missed"}

    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-alert]")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.press("1")  # privacy: met
    expect(page.locator("[data-count]")).to_have_text("3 of 3")
    page.keyboard.press("k")
    page.keyboard.press("r")
    page.keyboard.press("e")
    expect(page.locator("#criterion-tone [data-pin-count]")).to_have_text("1 pinned")
    page.keyboard.press("Control+Enter")

    expect(page).to_have_url(re.compile(f"/queue/{following.id}"))
    expect(page.locator("[data-current]").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    session.expire_all()
    assert desk.review().state == "submitted"
    assert desk.kept() == {"correct": "full", "tone": "missed", "privacy": "met"}
    watch.check()


def test_a_reload_brings_back_what_could_not_be_sent(
    new_browser: Callable[..., Page], watch: Watch, desk: Desk, session: Session, cast: Cast
) -> None:
    session.commit()
    watch.expect(r"503|/answers")
    page = new_browser(cast.rita)
    page.goto(desk.path)
    expect(page.locator("[data-scoring][data-ready]")).to_be_visible()
    page.route("**/answers", lambda route: route.fulfill(status=503, body="{}"))
    page.keyboard.press("2")
    page.keyboard.press("j")
    page.keyboard.press("1")
    expect(page.locator("[data-saved]")).to_have_text("Not saved yet")
    expect(page.locator("[data-scoring]")).to_have_attribute("data-unsent", "kept")
    page.on("dialog", lambda dialog: dialog.accept())
    page.unroute("**/answers")

    page.reload()

    expect(page.locator("#criterion-correct [data-level]").nth(1)).to_be_checked()
    expect(page.locator("#criterion-tone [data-level]").nth(0)).to_be_checked()
    expect(page.locator("[data-count]")).to_have_text("2 of 3")
    expect(page.locator("[data-saved]")).to_have_text(SAVED)
    session.expire_all()
    assert desk.kept() == {"correct": "partly", "tone": "met"}
    watch.check()


def test_an_answer_is_taken_back_words_are_found_and_what_is_missing_is_one_key_away(
    new_browser: Callable[..., Page],
    axe: Callable[[Page], None],
    watch: Watch,
    desk: Desk,
    session: Session,
    cast: Cast,
) -> None:
    session.commit()
    page = new_browser(cast.rita)
    page.goto(desk.path)
    expect(page.locator("[data-current]").first).to_be_visible()

    page.keyboard.press("3")  # correct: wrong, which needs a comment
    expect(page.locator("#criterion-correct [data-level]").nth(2)).to_be_checked()
    page.keyboard.press("1")
    page.keyboard.press("u")
    expect(page.locator("#criterion-correct [data-level]").nth(2)).to_be_checked()
    for _ in ("tone", "privacy"):
        page.keyboard.press("j")
        page.keyboard.press("1")
    expect(page.locator("[data-count]")).to_have_text("3 of 3")
    page.keyboard.press("n")
    expect(page.locator("#criterion-correct [data-missing-text]")).to_contain_text("needs a comment")

    guidance = page.locator("#criterion-correct [data-guidance]")
    page.keyboard.press("c")
    expect(page.locator("#comment-correct")).to_be_focused()
    expect(guidance).to_be_hidden()  # whoever only writes keeps the criteria in sight
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    expect(guidance).to_be_visible()
    page.keyboard.press("g")
    expect(guidance).to_be_hidden()

    page.keyboard.press("c")
    page.keyboard.type("Told to call +44 20 7946 0958.")
    expect(page.locator("[data-scoring]")).to_have_attribute("data-unsent", "nothing")
    expect(page.locator("#comment-correct")).to_have_value("Told to call +44 20 7946 0958.")  # not under one's hands
    page.keyboard.press("Escape")
    expect(page.locator("#comment-correct")).to_have_value("Told to call [phone].")
    expect(page.locator("[data-alert]")).to_contain_text("Kept is: “Told to call [phone].”")
    page.keyboard.press("u")
    page.set_viewport_size({"width": 390, "height": 844})  # where conversation and rubric are two tabs
    page.keyboard.press("f")
    page.keyboard.type("PAYOUT")
    expect(page.locator("[data-find-count]")).to_have_text("2 found")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("#message-m2")).to_have_attribute("data-current", "")
    axe(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+ArrowRight")  # what was found, and the word after it
    page.keyboard.press("e")
    expect(page.locator("#message-m2 .pin")).to_have_text("1.1")
    expect(page.locator("[data-scoring]")).to_have_attribute("data-unsent", "nothing")
    pin = session.scalars(select(Evidence)).one()
    assert MESSAGES[1][1][pin.start : pin.end] == "payout was"
    for _ in range(4):
        page.keyboard.press("u")
    expect(page.locator("#message-m2 .pin")).to_have_count(0)
    expect(page.locator("[data-count]")).to_have_text("0 of 3")
    session.expire_all()
    assert set(desk.kept().values()) == {None}
    watch.check()
