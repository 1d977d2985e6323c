"""The inbox in a real browser, by keyboard: walk, mark, open; and how notices come."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from qa.core.clock import utcnow
from qa.notices import service
from tests.support.browser import DARK_NARROW, Watch, check_reflow, every_look
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@every_look(DARK_NARROW)
def test_notices_are_walked_marked_and_opened_by_keyboard(
    new_browser: Callable[..., Page], axe: Callable[[Page], None], watch: Watch, session: Session, cast: Cast
) -> None:
    for kind in ("parts_assigned", "session_opened"):
        service.notify(session, [cast.rita.id], kind=kind, object_type="period", object_id=1, now=utcnow())
    session.commit()
    page = new_browser(cast.rita)

    page.goto("/notices/")
    axe(page)
    check_reflow(page)
    page.keyboard.press("j")
    expect(page.get_by_role("button", name="You are invited to a calibration session", exact=True)).to_be_focused()
    page.keyboard.press("m")
    expect(page.get_by_text("1 to 1 of 1 notices")).to_be_visible()
    page.wait_for_load_state("load")  # before that the page's script does not listen to keys
    page.keyboard.press("j")
    expect(page.get_by_role("button", name="New parts are in your queue", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Queue", level=1)).to_be_visible()

    page.goto("/notices/")
    expect(page.get_by_text("You have read everything")).to_be_visible()
    axe(page)
    page.goto("/notices/preferences")
    axe(page)
    check_reflow(page)
    page.get_by_label("New parts are in your queue").select_option("Not at all")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Kept, for notices from now on")).to_be_visible()
    watch.check()
