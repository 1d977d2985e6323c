"""The desk's pages in a real browser: what comes and goes, what is counted, what is blurred, and who can use them."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from qa.people.models import Clearance
from tests.reviews.desk import Desk
from tests.reviews.test_comment_templates import CONDITIONAL
from tests.reviews.test_desk_browser import PATIENCE, SQLITE, another, ready, saved
from tests.support.browser import Watch, check_reflow
from tests.support.builders import make_assignment, make_ticket, publish_rubric
from tests.support.cast import SINCE, Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@SQLITE
def test_a_criterion_comes_and_goes_with_its_answer(
    new_browser: Callable[..., Page], watch: Watch, session: Session, cast: Cast
) -> None:
    version = publish_rubric(session, cast, text=CONDITIONAL, key="conditional")
    task = make_assignment(session, make_ticket(session, cast), cast.rita, version)
    session.commit()
    page = new_browser(cast.rita)
    ready(page, f"/queue/{task.id}")
    steps = page.locator("#criterion-steps")
    expect(steps).to_be_hidden()

    page.keyboard.press("1")
    expect(steps).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("2")
    page.keyboard.press("c")
    page.keyboard.type("Step two was left out.")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.keyboard.press("2")
    expect(steps).to_be_hidden()
    saved(page, "1 of 1")
    page.reload()
    expect(page.locator("[data-scoring][data-ready]")).to_be_visible(timeout=PATIENCE)
    expect(steps).to_be_hidden()
    page.keyboard.press("1")

    expect(steps).to_be_visible()
    expect(steps.locator("[data-level]").nth(1)).to_be_checked()
    expect(page.locator("#comment-steps")).to_have_value("Step two was left out.")
    saved(page, "2 of 2")
    watch.check()


HIDE = """
let shown = "visible";
Object.defineProperty(document, "visibilityState", { get: () => shown });
window.addEventListener("message", (event) => {
  shown = event.data;
  document.dispatchEvent(new Event("visibilitychange"));
});
"""


@SQLITE
def test_time_counts_only_while_the_page_is_before_somebody(
    new_browser: Callable[..., Page], watch: Watch, desk: Desk, session: Session, cast: Cast
) -> None:
    session.commit()
    page = new_browser(cast.rita)
    page.add_init_script(HIDE)
    ready(page, desk.path)
    page.evaluate("window.postMessage('hidden')")
    page.wait_for_timeout(12_000)
    page.evaluate("window.postMessage('visible')")
    page.wait_for_timeout(2_200)

    page.keyboard.press("1")
    saved(page, "1 of 3")
    session.expire_all()
    assert 2 <= desk.review().active_seconds <= 8
    watch.check()


@SQLITE
def test_a_blurred_text_is_clear_where_one_looks(
    new_browser: Callable[..., Page], watch: Watch, desk: Desk, session: Session, cast: Cast
) -> None:
    cast.rita.preferences = {"desk": {"blur": "always", "pause": 5, "goal": None}}
    session.commit()
    page = new_browser(cast.rita)
    ready(page, desk.path)
    text = page.locator(".message--customer [data-text]").first

    expect(text).to_have_css("filter", re.compile("blur"))
    page.keyboard.press("J")
    expect(text).to_have_css("filter", "none")
    page.keyboard.press("J")
    expect(text).to_have_css("filter", re.compile("blur"))
    page.keyboard.press("b")
    expect(text).to_have_css("filter", "none")
    watch.check()


@SQLITE
@pytest.mark.parametrize(("theme", "width"), [("light", "smallest"), ("dark", "wide")])
def test_the_desk_s_pages_are_accessible_and_fit(
    new_browser: Callable[..., Page],
    axe: Callable[[Page], None],
    watch: Watch,
    desk: Desk,
    session: Session,
    cast: Cast,
) -> None:
    session.add(Clearance(user_id=cast.rita.id, severity=3, valid_from=SINCE))
    another(session, cast, desk, content_severity=3)
    session.commit()
    page = new_browser(cast.rita)
    for path in (
        "/queue?show=all",
        desk.path,
        "/wellbeing/",
        "/wellbeing/pause",
        "/comment-templates/",
        "/sampling/pool",
        "/notices/",
        "/search?q=payout",
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        check_reflow(page)
        axe(page)
    ready(page, desk.path)
    page.keyboard.press("m")
    expect(page.get_by_role("dialog", name="Comment templates")).to_be_visible()
    axe(page)
    watch.check()
