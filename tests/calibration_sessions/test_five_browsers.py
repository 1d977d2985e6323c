"""Five people, each in a browser of their own, from blind scoring to everybody's own report."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from qa.calibration_sessions import service
from qa.core.access import Role
from tests.support.browser import Watch, check_reflow
from tests.support.builders import make_ticket, publish_rubric
from tests.support.cast import NOW, TODAY, Cast, person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,  # in every run three people sit a session on the whole way from file to trend
    pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True),
]
WAIT = 20_000  # milliseconds: a busy machine is slow, not wrong
SAID = "A greeting by name is missing."
OFFLINE = r"ERR_INTERNET_DISCONNECTED|Failed to fetch"


def start_scoring(page: Page, path: str) -> None:
    page.goto(path)
    page.get_by_role("link", name="Score my next part").click()
    expect(page.locator("[data-scoring][data-ready]")).to_be_visible(timeout=WAIT)


def saved(page: Page, state: str = "saved") -> None:
    expect(page.locator("[data-saved]")).to_have_attribute("data-state", state, timeout=WAIT)


def hand_in(page: Page) -> None:
    expect(page.locator("[data-count]")).to_have_text("3 of 3", timeout=WAIT)
    saved(page)
    before = page.url
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != before, timeout=WAIT)


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def test_five_people_go_through_a_session_though_one_is_late_and_one_loses_the_connection(
    new_browser: Callable[..., Page], watch: Watch, session: Session, cast: Cast, axe: Callable[[Page], None]
) -> None:
    mia, theo = (person(session, cast.programme, name, Role.REVIEWER) for name in ("Mia Moss", "Theo Thorne"))
    row = service.open_session(
        session,
        programme_id=cast.programme.id,
        title="Tone of greetings",
        rubric_version_id=publish_rubric(session, cast).id,
        part_ids=[make_ticket(session, cast).part.id],
        participant_ids=[each.id for each in (cast.rita, cast.rob, mia, theo)],
        facilitator_id=cast.quinn.id,
        due_on=TODAY,
        now=NOW,
    )
    session.commit()
    path = f"/calibration/{row.id}"
    watch.expect(OFFLINE)
    quinn, rita, rob, mias, theos = (new_browser(who) for who in (cast.quinn, cast.rita, cast.rob, mia, theo))

    # Blind scoring: Quinn and Theo, who will be late, watch the session's page meanwhile.
    for page in (quinn, theos):
        page.goto(path)
    start_scoring(rita, path)
    press(rita, "1 j 2 c")  # the second level of the second criterion, with a word
    rita.keyboard.type(SAID)
    press(rita, "Escape r e j 1")
    hand_in(rita)
    start_scoring(mias, path)
    press(mias, "1 j 1 j 1")
    hand_in(mias)
    start_scoring(rob, path)
    press(rob, "1")
    saved(rob)
    rob.context.set_offline(True)
    press(rob, "j 1 j 1")
    saved(rob, "offline")
    rob.context.set_offline(False)
    hand_in(rob)

    # Quinn sees who is done, not what; Theo sees neither; nobody reads Rita's words.
    expect(quinn.get_by_role("heading", name="How far everybody is")).to_be_visible()
    expect(quinn.get_by_label(re.compile(cast.rob.name))).to_have_attribute("value", "1", timeout=WAIT)
    expect(quinn.get_by_label(re.compile(theo.name))).to_have_attribute("value", "0")
    for page in (quinn, theos, rob):
        page.goto(path)
        assert SAID not in page.content()
        assert cast.rita.name not in page.content() or page is quinn

    # The reveal reaches every open page at once, the late one's too.
    for page in (rita, mias):
        page.goto(path)
    quinn.get_by_role("button", name="Reveal").first.click()
    quinn.locator("#reveal").get_by_role("button", name="Reveal").click()
    for page in (quinn, rita, rob, mias, theos):
        expect(page.get_by_role("heading", name="Agreement by criterion")).to_be_visible(timeout=WAIT)

    # Together through the criteria by keyboard, then consensus, which the others' pages show by themselves.
    quinn.get_by_role("link", name="Walk through").click()
    expect(quinn.get_by_text(SAID)).to_be_visible()
    check_reflow(quinn)
    axe(quinn)
    first = quinn.get_by_role("heading", level=1).inner_text()
    press(quinn, "j" if quinn.locator("a[rel=next]").count() else "k")
    expect(quinn.get_by_role("heading", level=1)).not_to_have_text(first)
    quinn.goto(path)
    quinn.get_by_role("button", name="Keep consensus").click()
    expect(quinn.get_by_text("Consensus kept")).to_be_visible(timeout=WAIT)
    expect(rita.locator(".table__sum td").last).to_have_text("100.0", timeout=WAIT)
    quinn.get_by_label("What we learnt").fill("Names first.")
    quinn.get_by_role("button", name="Close").last.click()
    expect(quinn.get_by_text("The session is closed")).to_be_visible(timeout=WAIT)
    for page in (rita, theos):  # the others' pages show it by themselves
        expect(page.get_by_text("Names first.")).to_be_visible(timeout=WAIT)

    # Everybody reads the report, and whoever scored the own one.
    quinn.goto(f"{path}/report")
    check_reflow(quinn)
    axe(quinn)
    for page in (quinn, theos):
        page.goto(f"{path}/report")
        expect(page.get_by_text("Names first.")).to_be_visible()
    expect(theos.get_by_role("link", name="My own report")).to_have_count(0)
    rita.goto(f"{path}/report")
    rita.get_by_role("link", name="My own report").click()
    expect(rita.get_by_role("heading", name="You beside the others")).to_be_visible()
    check_reflow(rita)
    axe(rita)
    watch.check()
