"""Answers that could not be sent yet: kept over a closed tab and a sign-out, and read by nobody but their author."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.people.models import User
from qa.reviews.models import Review
from qa.rubric_library.models import RubricVersion
from tests.reviews.desk import Desk
from tests.support.browser import Watch
from tests.support.builders import make_assignment, make_ticket
from tests.support.cast import Cast
from tests.support.server import LiveServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
NewBrowser = Callable[..., Page]
WORDS = "She never answered what was asked."
NOTE = "The lead should look at this desk."
UNSENT = "data-unsent"  # what the scoring page says of what it keeps


def at_rest(page: Page) -> str:
    """Everything that this browser keeps for the site beside its cookies, as one text."""
    return str(
        page.evaluate(
            """async () => JSON.stringify({
                local: { ...localStorage }, session: { ...sessionStorage }, databases: await indexedDB.databases(),
                caches: await caches.keys(), workers: (await navigator.serviceWorker.getRegistrations()).length,
            })"""
        )
    )


def names(page: Page) -> list[str]:
    return [name for name in json.loads(at_rest(page))["local"] if name.startswith("fairmark.draft.")]


def sealing(page: Page) -> str:
    """Where the script is that seals."""
    return str(
        page.evaluate(
            "document.querySelector('script[src*=\"js/page.js\"]').src.replace('page.js', 'sealed-drafts.js')"
        )
    )


def answer_without_a_server(page: Page, desk: Desk) -> None:
    """Two answers, a comment and a note to the lead that reach no server, and lie in the browser."""
    page.context.route("**/answers", lambda route: route.abort("internetdisconnected"))
    page.goto(desk.path)
    expect(page.locator("[data-scoring][data-ready]")).to_be_visible()
    page.keyboard.press("1")  # correct: fully
    page.keyboard.press("j")
    page.keyboard.press("2")  # tone: missed
    page.keyboard.press("c")
    page.keyboard.type(WORDS)
    page.keyboard.press("Escape")
    page.get_by_label("Note to the lead").fill(NOTE)
    page.get_by_label("Note to the lead").blur()
    expect(page.locator("[data-saved]")).to_have_text("Not saved yet")
    expect(page.locator("[data-alert]")).to_contain_text("kept in this browser, sealed")
    expect(page.locator("[data-scoring]")).to_have_attribute(UNSENT, "kept")


def sign_out(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Account of")).click()
    page.get_by_role("button", name="Sign out", exact=True).click()


def sign_in(page: Page, live_server: LiveServer, user: User) -> None:
    live_server.sign_in(page.context, user)
    page.goto("/queue?show=all")
    expect(page.locator("[data-queue][data-ready]")).to_be_visible()


def test_a_closed_tab_loses_nothing_and_leaves_nothing_to_read(
    new_browser: NewBrowser, watch: Watch, desk: Desk, session: Session, cast: Cast
) -> None:
    session.commit()
    watch.expect("ERR_INTERNET_DISCONNECTED|/answers")
    page = new_browser(cast.rita)
    answer_without_a_server(page, desk)
    kept = at_rest(page)
    browser = page.context
    page.close(run_before_unload=False)
    browser.unroute("**/answers")

    again = browser.new_page()
    watch.attach(again)
    again.goto(desk.path)

    expect(again.locator("#criterion-tone [data-level]").nth(1)).to_be_checked()
    expect(again.locator("#criterion-tone [data-comment]")).to_have_value(WORDS)
    expect(again.get_by_label("Note to the lead")).to_have_value(NOTE)
    expect(again.locator("[data-saved]")).to_have_text(re.compile("^Saved"))
    expect(again.locator("[data-scoring]")).to_have_attribute(UNSENT, "nothing")
    session.expire_all()
    assert desk.kept() == {"correct": "full", "tone": "missed"}
    assert names(again) == []
    assert f"fairmark.draft.{cast.rita.id}.{desk.task.id}" in kept
    for word in ("answered", "tone", "missed", "full", cast.rita.name, cast.rita.email):
        assert word not in kept
    watch.check()


def test_words_typed_a_moment_before_a_tab_is_closed_are_asked_about_and_kept(
    new_browser: NewBrowser, watch: Watch, desk: Desk, session: Session, cast: Cast
) -> None:
    session.commit()
    page = new_browser(cast.rita)
    page.goto(desk.path)
    expect(page.locator("[data-scoring][data-ready]")).to_be_visible()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.keyboard.press("c")
    page.keyboard.type(WORDS)

    page.close(run_before_unload=True)

    expect(page.locator("[data-saved]")).to_have_text(re.compile("^Saved"))  # it stayed, and what was typed is sent
    page.close()
    again = page.context.new_page()
    again.goto(desk.path)
    expect(again.locator("#criterion-correct [data-comment]")).to_have_value(WORDS)
    assert asked == ["beforeunload"]
    watch.check()


def test_signed_out_nobody_reads_them_and_their_author_sends_them_after_coming_back(
    new_browser: NewBrowser, axe: Callable[[Page], None], watch: Watch, desk: Desk, session: Session, cast: Cast,
    live_server: LiveServer,
) -> None:  # fmt: skip
    session.commit()
    watch.expect("ERR_INTERNET_DISCONNECTED|/answers")
    page = new_browser(cast.rita)
    beside = page.context.new_page()
    beside.goto("/queue?show=all")
    answer_without_a_server(page, desk)

    sign_out(page)
    dialog = page.get_by_role("dialog", name="Not everything is sent yet")
    expect(dialog).to_contain_text("Answers of one review could not be sent", timeout=30_000)
    axe(page)
    dialog.get_by_role("button", name="Stay signed in").click()
    expect(page.locator("#criterion-tone [data-comment]")).to_have_value(WORDS)
    sign_out(page)
    dialog.get_by_role("button", name="Sign out all the same").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(beside.get_by_role("heading", name="Sign in")).to_be_visible()  # the other page has gone, too
    page.context.unroute("**/answers")
    left = names(page)

    sign_in(page, live_server, cast.rob)
    expect(page.locator("[data-kept]")).to_be_hidden()
    read = "async ([module, name]) => (await import(module)).readKept(name)"
    module = sealing(page)
    assert left == [f"fairmark.draft.{cast.rita.id}.{desk.task.id}"]
    assert page.evaluate(read, [module, left[0]]) is None
    # Not even under a name of his own: what is sealed is bound to its person and part.
    own = f"fairmark.draft.{cast.rob.id}.{desk.task.id}"
    page.evaluate("([from, to]) => localStorage.setItem(to, localStorage.getItem(from))", [left[0], own])
    assert page.evaluate(read, [module, own]) is None
    page.evaluate("(name) => localStorage.removeItem(name)", own)
    sign_out(page)  # at once: he has nothing unsent
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    session.expire_all()
    assert session.scalars(select(Review)).all() == []
    assert names(page) == left

    sign_in(page, live_server, cast.rita)
    expect(page.locator("[data-lost]")).to_contain_text("Every answer is on the server.")
    session.expire_all()
    assert desk.kept() == {"correct": "full", "tone": "missed"}
    assert names(page) == []
    watch.check()


def test_signing_out_sends_first_what_can_be_sent(
    new_browser: NewBrowser, watch: Watch, desk: Desk, session: Session, cast: Cast
) -> None:
    session.commit()
    watch.expect("ERR_INTERNET_DISCONNECTED|/answers")
    page = new_browser(cast.rita)
    answer_without_a_server(page, desk)
    page.context.unroute("**/answers")

    sign_out(page)

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=30_000)
    session.expire_all()
    assert desk.kept() == {"correct": "full", "tone": "missed"}
    assert names(page) == []
    watch.check()


def test_a_page_whose_session_is_over_goes_and_what_was_not_sent_waits_sealed(
    new_browser: NewBrowser, watch: Watch, desk: Desk, session: Session, cast: Cast
) -> None:
    session.commit()
    watch.expect("ERR_INTERNET_DISCONNECTED|/answers")
    page = new_browser(cast.rita)
    page.clock.install()
    answer_without_a_server(page, desk)

    page.clock.fast_forward("07:00:00")
    expect(page.locator("#criterion-tone [data-comment]")).to_have_value(WORDS)
    page.context.clear_cookies()  # the server, too, knows nobody by then
    page.clock.fast_forward("01:02:00")

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert names(page) == [f"fairmark.draft.{cast.rita.id}.{desk.task.id}"]
    watch.check()


def test_where_a_browser_cannot_seal_nothing_is_kept_beyond_the_page(
    new_browser: NewBrowser, watch: Watch, desk: Desk, session: Session, cast: Cast
) -> None:
    session.commit()
    watch.expect("503|/answers")
    page = new_browser(cast.rita)
    page.add_init_script(
        """Object.defineProperty(Crypto.prototype, "subtle", { value: undefined });
        Object.defineProperty(Navigator.prototype, "locks", { value: undefined });"""
    )
    page.route("**/answers", lambda route: route.fulfill(status=503, body="{}"))
    page.goto(desk.path)
    expect(page.locator("[data-scoring][data-ready]")).to_be_visible()

    page.keyboard.press("1")

    expect(page.locator("[data-alert]")).to_contain_text("kept in this page: leave it open")
    assert names(page) == []
    page.unroute("**/answers")
    expect(page.locator("[data-saved]")).to_have_text(re.compile("^Saved"), timeout=30_000)
    session.expire_all()
    assert desk.kept() == {"correct": "full"}
    watch.check()


def test_what_a_former_version_kept_in_the_clear_is_sealed_and_sent_or_goes(
    new_browser: NewBrowser, watch: Watch, desk: Desk, session: Session, cast: Cast
) -> None:
    version = session.get_one(RubricVersion, desk.task.rubric_version_id)
    anothers = make_assignment(session, make_ticket(session, cast), cast.rob, version, position=1)
    session.commit()
    watch.expect("/answers")  # the server says of each part whose it is
    page = new_browser(cast.rita)
    page.goto("/queue?show=all")
    nothing = {"percentage": None, "not_applicable": False, "root_causes": [], "praise": False, "pins": []}
    answer = {"criterion": "tone", "level": "missed", "comment": WORDS, **nothing}
    clear = json.dumps({"inFlight": desk.saved(answer), "pending": {}, "note": None})
    sealed = {f"fairmark.draft.{cast.rob.id}.{anothers.id}": "c2VhbGVk"}
    before = {f"fairmark.draft.{part}": clear for part in (desk.task.id, anothers.id, f"{anothers.id}.0a1b")} | sealed
    page.evaluate("(kept) => Object.assign(localStorage, kept)", before)

    page.goto("/my-reviews")
    page.evaluate("async (module) => (await import(module)).takenOver", sealing(page))
    kept = json.loads(at_rest(page))["local"]
    page.goto(desk.path)

    expect(page.locator("#criterion-tone [data-comment]")).to_have_value(WORDS)
    expect(page.locator("[data-saved]")).to_have_text(re.compile("^Saved"))
    expect(page.locator("[data-scoring]")).to_have_attribute(UNSENT, "nothing")
    session.expire_all()
    assert desk.kept() == {"tone": "missed"}
    former = f"fairmark.draft.{cast.rita.id}.{desk.task.id}.former"
    assert {name for name in kept if name.startswith("fairmark.draft.")} == {former, *sealed}
    assert "answered" not in kept[former]
    assert names(page) == list(sealed)
    watch.check()
