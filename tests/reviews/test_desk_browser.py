"""A day at the desk in a real browser: by keyboard alone, and through everything that goes wrong with a connection.

No answer that the page called saved is ever lost, and none is applied twice.
"""

import datetime as dt
import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core.clock import utcnow
from qa.people import sessions
from qa.people.models import User
from qa.reviews.comment_templates.models import CommentTemplate
from qa.reviews.models import Answer, Review, ReviewRevision
from qa.rubric_library.models import RubricVersion
from qa.sampling.models import Assignment
from tests.faults.processes import ServerProcess, server_process
from tests.reviews.desk import Desk
from tests.support.browser import Watch
from tests.support.builders import answers_of, draw_part, make_assignment, make_ticket, publish_rubric
from tests.support.cast import NOW, TODAY, Cast
from tests.support.client import open_session

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SAVED = re.compile("^Saved")
PATIENCE = 60_000  # milliseconds: a busy machine is no fault of the page


def ready(page: Page, path: str, kind: str = "scoring") -> None:
    """Open a page and wait until its keys count."""
    page.goto(path)
    expect(page.locator(f"[data-{kind}][data-ready]")).to_be_visible(timeout=PATIENCE)


def saved(page: Page, count: str) -> None:
    expect(page.locator("[data-count]")).to_have_text(count, timeout=PATIENCE)
    expect(page.locator("[data-saved]")).to_have_text(SAVED, timeout=PATIENCE)


def another(session: Session, cast: Cast, desk: Desk, **more: int) -> Assignment:
    version = session.get_one(RubricVersion, desk.task.rubric_version_id)
    return make_assignment(session, make_ticket(session, cast, **more), cast.rita, version, position=5)


@SQLITE
def test_a_day_is_done_by_keyboard_alone(
    new_browser: Callable[..., Page], watch: Watch, desk: Desk, session: Session, cast: Cast
) -> None:
    second = another(session, cast, desk)
    unwanted = another(session, cast, desk)
    pooled = make_ticket(session, cast, resolved_at=utcnow() - dt.timedelta(days=1))
    draw_part(session, pooled.part)
    for task in (desk.task, second, unwanted):
        task.due_on = TODAY
    session.add(
        CommentTemplate(
            programme_id=cast.programme.id,
            owner_id=cast.rita.id,
            criterion_key="tone",
            name="Warm",
            text="You met {{whom}} with {{what}}.",
            created_at=NOW,
            updated_at=NOW,
        )
    )
    session.commit()
    page = new_browser(cast.rita)
    press, write = page.keyboard.press, page.keyboard.type

    ready(page, "/queue", "queue")
    press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_contain_text("Hand the part of the row over")
    press("Escape")
    for _ in range(3):
        press("j")
    press("h")  # the third part is for somebody else
    dialog = page.get_by_role("dialog", name="Hand over")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("radio").first).to_be_focused()
    press("ArrowDown")
    press("Enter")
    expect(page.get_by_text("Somebody else reviews it now")).to_be_visible()

    expect(page.locator("[data-queue][data-ready]")).to_be_visible(timeout=PATIENCE)
    press("j")
    press("Enter")
    expect(page.locator("[data-scoring][data-ready]")).to_be_visible(timeout=PATIENCE)
    press("1")
    press("j")
    press("1")
    press("m")
    expect(page.get_by_role("dialog", name="Comment templates")).to_contain_text("Warm")
    press("1")
    write("her")  # the first blank is selected
    press("Control+Enter")
    expect(page.locator("[data-alert]")).to_be_visible()
    expect(page.locator("#criterion-tone [data-missing-text]")).to_contain_text("{{what}}")
    page.locator("#comment-tone").focus()
    press("Control+Home")
    press("Tab")
    write("patience")
    press("Escape")
    press("p")
    expect(page.locator("[data-praised]")).to_have_text("1 praised")
    press("j")
    press("1")
    saved(page, "3 of 3")
    press("Control+Enter")

    expect(page).to_have_url(re.compile(rf"/queue/{second.id}"))
    ready(page, "/queue", "queue")
    press("t")
    expect(page.get_by_text("The next part is yours")).to_be_visible()
    page.goto("/queue?show=all")
    expect(page.locator("[data-queue][data-ready]")).to_be_visible(timeout=PATIENCE)
    press("j")
    press("j")
    press("b")
    expect(page.get_by_text("The part is back in the pool")).to_be_visible()

    session.expire_all()
    review = desk.review()
    assert review.state == "submitted"
    assert session.get_one(Assignment, unwanted.id).state in {"handed_over", "withdrawn"}
    tone = session.scalars(
        select(Answer)
        .join(ReviewRevision, ReviewRevision.id == Answer.revision_id)
        .where(ReviewRevision.review_id == review.id, Answer.criterion_key == "tone")
    ).one()
    assert (tone.comment, tone.praise) == ("You met her with patience.", True)
    watch.expect("422")
    watch.problems = [each for each in watch.problems if "422" not in each]
    watch.check()


@SQLITE
def test_the_list_survives_a_lost_connection_and_sends_what_an_earlier_page_could_not(
    new_browser: Callable[..., Page], watch: Watch, desk: Desk, session: Session, cast: Cast
) -> None:
    another(session, cast, desk)
    session.commit()
    watch.expect("ERR_INTERNET_DISCONNECTED|ERR_FAILED|503")
    page = new_browser(cast.rita)
    ready(page, desk.path)
    page.route("**/answers", lambda route: route.abort("internetdisconnected"))
    page.keyboard.press("1")
    expect(page.locator("[data-saved]")).to_have_text("Not saved yet")
    page.keyboard.press("j")
    page.keyboard.press("2")
    expect(page.locator("[data-scoring]")).to_have_attribute("data-unsent", "kept")
    page.on("dialog", lambda dialog: dialog.accept())

    ready(page, "/queue?show=all", "queue")
    kept = page.locator("[data-kept]")
    expect(kept).to_contain_text("2 answers")
    page.context.set_offline(True)
    expect(page.locator("[data-lost]")).to_contain_text("The connection is lost")
    page.locator("[data-part]").first.click()
    page.keyboard.press("t")
    expect(page.locator("[data-lost]")).to_contain_text("nothing was changed")
    expect(page).to_have_url(re.compile("/queue"))
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    page.unroute("**/answers")
    page.context.set_offline(False)

    expect(kept).to_be_hidden(timeout=30_000)
    session.expire_all()
    assert desk.kept() == {"correct": "full", "tone": "missed"}
    assert desk.review().active_seconds < 60
    ready(page, desk.path)
    expect(page.locator("[data-count]")).to_have_text("2 of 3")
    watch.check()


@SQLITE
def test_two_tabs_on_one_review_say_so_and_lose_nothing(
    new_browser: Callable[..., Page], watch: Watch, desk: Desk, session: Session, cast: Cast
) -> None:
    session.commit()
    watch.expect("409")
    first = new_browser(cast.rita)
    ready(first, desk.path)
    second = first.context.new_page()
    watch.attach(second)
    ready(second, desk.path)
    expect(second.locator("[data-alert]")).to_contain_text("open in another tab")
    expect(first.locator("[data-alert]")).to_be_hidden()

    first.keyboard.press("1")
    saved(first, "1 of 3")
    second.keyboard.press("j")
    second.keyboard.press("2")
    expect(second.locator("[data-alert]")).to_contain_text("changed in another window")
    session.expire_all()
    before = desk.kept()
    second.get_by_role("button", name="Load the newer state, then send mine").click()

    expect(second.locator("[data-count]")).to_have_text("2 of 3")
    expect(second.locator("#criterion-correct [data-level]").first).to_be_checked()
    session.expire_all()
    assert before == {"correct": "full"}
    assert desk.kept() == {"correct": "full", "tone": "missed"}
    assert desk.review().lock_version == 2
    watch.check()


@SQLITE
def test_on_a_slow_network_every_answer_arrives_once_and_in_order(
    new_browser: Callable[..., Page], watch: Watch, desk: Desk, session: Session, cast: Cast
) -> None:
    session.commit()
    watch.expect("ERR_ABORTED|ERR_FAILED")
    page = new_browser(cast.rita)
    ready(page, desk.path)
    applied: list[int] = []

    def slow(route: Route) -> None:
        """Each second answer of the server gets lost on its way back, after the server kept what it answers."""
        time.sleep(0.4)
        response = route.fetch()
        applied.append(response.status)
        if len(applied) % 2:
            route.abort("failed")
        else:
            route.fulfill(response=response)

    page.route("**/answers", slow)
    for key in ("1", "2", "3", "1", "j", "2", "1", "j", "1"):
        page.keyboard.press(key)
        page.wait_for_timeout(120)

    saved(page, "3 of 3")
    page.unroute("**/answers")
    session.expire_all()
    assert desk.kept() == {"correct": "full", "tone": "met", "privacy": "met"}
    # What the server kept but could not tell was sent again under its own id: it counts once.
    assert set(applied) == {200}
    assert desk.review().lock_version <= len(applied) // 2 + 1
    submits_with_what_is_not_saved(page, watch, desk)


def submits_with_what_is_not_saved(page: Page, watch: Watch, desk: Desk) -> None:
    """One answer is under way, another waits behind it: the submit takes that along, and its own answer gets lost."""
    watch.expect("409")
    under_way: list[Route] = []
    sent: list[dict[str, object]] = []

    def lost(route: Route) -> None:
        sent.append(route.request.post_data_json)
        route.fetch()
        route.abort("failed")

    page.route("**/answers", lambda route: under_way.append(route), times=1)
    page.route("**/submit", lost, times=1)
    with page.expect_request("**/answers"):
        page.keyboard.press("2")
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    under_way[0].continue_()

    expect(page.locator("[data-alert]")).to_contain_text("submitted already", timeout=60_000)
    desk.session.expire_all()
    assert [answer["level"] for answer in sent[0]["answers"]] == ["met"]  # type: ignore[attr-defined]
    assert desk.kept() == {"correct": "full", "tone": "met", "privacy": "met"}
    assert desk.review().state == "submitted"
    page.get_by_role("button", name="Go back to the list").click()
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    watch.check()


@SQLITE
def test_a_review_under_way_stays_as_it_is_and_nothing_is_unsaved_where_its_answer_gets_lost(
    new_browser: Callable[..., Page],
    axe: Callable[[Page], None],
    watch: Watch,
    desk: Desk,
    session: Session,
    cast: Cast,
) -> None:
    session.commit()
    watch.expect("ERR_FAILED")
    page = new_browser(cast.rita)
    ready(page, desk.path)
    for key in ("1", "j", "1", "j", "1"):
        page.keyboard.press(key)
    saved(page, "3 of 3")
    page.keyboard.press("c")
    under_way: list[Route] = []
    page.route("**/submit", lambda route: under_way.append(route), times=1)

    with page.expect_request("**/submit"):
        page.keyboard.press("Control+Enter")
    expect(page.locator("[data-saved]")).to_have_text("Sending…")
    expect(page.locator("#rubric")).to_have_attribute("aria-busy", "true")
    page.keyboard.press("2")
    page.locator("#criterion-tone .level").nth(1).click(force=True)
    page.keyboard.press("2")
    axe(page)
    under_way[0].abort("failed")

    expect(page.locator("[data-alert]")).to_contain_text("send the review again")
    expect(page.locator("[data-saved]")).to_have_text(re.compile("^Saved"))
    expect(page.locator("#rubric")).to_have_attribute("aria-busy", "false")
    expect(page.locator("#comment-privacy")).to_be_focused()
    expect(page.locator("#comment-privacy")).to_have_value("")
    for criterion in ("correct", "tone", "privacy"):
        expect(page.locator(f"#criterion-{criterion} [data-level]").nth(0)).to_be_checked()
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.keyboard.press("2")  # tone: missed, and what is given now goes along
    expect(page.locator("#criterion-tone [data-level]").nth(1)).to_be_checked()
    page.keyboard.press("k")
    page.keyboard.press("2")
    page.keyboard.press("1")
    page.keyboard.press("j")
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    session.expire_all()
    assert desk.review().state == "submitted"
    assert desk.kept() == {"correct": "full", "tone": "met", "privacy": "met"}
    watch.check()


@pytest.fixture
def server(settings: Settings) -> Iterator[ServerProcess]:
    with server_process(settings) as process:
        yield process


def signed_in(
    browser: Browser, server: ServerProcess, session: Session, user: User, settings: Settings
) -> BrowserContext:
    context = browser.new_context(base_url=server.url)
    token = open_session(session, user, settings)
    context.add_cookies([{"name": sessions.COOKIE, "value": token, "url": server.url, "httpOnly": True}])
    session.commit()
    return context


def test_a_killed_server_loses_no_answer_and_the_page_goes_on_when_it_is_back(
    browser: Browser, server: ServerProcess, settings: Settings, session: Session, cast: Cast
) -> None:
    version = publish_rubric(session, cast)
    task = make_assignment(session, make_ticket(session, cast), cast.rita, version)
    session.commit()
    server.start()
    context = signed_in(browser, server, session, cast.rita, settings)
    page = context.new_page()
    ready(page, f"/queue/{task.id}")
    page.keyboard.press("1")
    saved(page, "1 of 3")

    server.kill()
    page.keyboard.press("j")
    page.keyboard.press("2")
    expect(page.locator("[data-saved]")).to_have_text("Not saved yet")
    page.keyboard.press("j")
    page.keyboard.press("1")
    server.start()
    saved(page, "3 of 3")
    page.keyboard.press("k")
    page.keyboard.press("1")
    server.kill()  # perhaps before the save, perhaps after it, perhaps between keeping and answering
    server.start()
    expect(page.locator("[data-saved]")).to_have_text(SAVED, timeout=30_000)

    session.rollback()
    review = session.scalars(select(Review).where(Review.assignment_id == task.id)).one()
    assert answers_of(session, review) == {"correct": "full", "tone": "met", "privacy": "met"}
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"/queue(\?sent=\d+)?$"))
    context.close()
