"""A lead who has never seen statistics plans, draws and understands a receipt."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from qa.sampling import striking
from tests.sampling.test_pages import last_week
from tests.sampling.weeks import arranged, assignments, draw_week
from tests.support.browser import LIGHT_WIDE, Watch, check_axe, check_reflow, every_look
from tests.support.builders import make_ticket, publish_rubric
from tests.support.cast import NOW, Cast

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@pytest.fixture
def week(session: Session, cast: Cast) -> str:
    """A week of payouts and appeals that is over."""
    key, moment = last_week()
    publish_rubric(session, cast)
    for number in range(16):
        make_ticket(
            session,
            cast,
            resolved_at=moment,
            agent=cast.olga_agent if number % 2 else cast.sam_agent,
            queue="payouts" if number % 4 else "appeals",
            language="en" if number % 5 else "pt",
        )
    session.commit()
    return key


@every_look(LIGHT_WIDE)
def test_a_lead_who_never_saw_statistics_plans_draws_and_understands_the_receipt(
    new_browser: Callable[..., Page],
    picture: Callable[[Page, str], Path],
    watch: Watch,
    week: str,
    cast: Cast,
    theme: str,
    width: str,
):
    page = new_browser(cast.quinn)

    def look(name: str) -> None:
        check_axe(page)
        check_reflow(page)
        picture(page, f"sampling-{name}-{theme}-{width}")

    page.goto("/sampling/")
    look("empty")
    page.get_by_role("link", name="New plan").first.click()
    page.get_by_label("Name", exact=True).fill("Three a week")
    page.get_by_label("How many reviews").fill("3")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("All plans together would draw 6 of them", exact=False)).to_be_visible()
    expect(page.get_by_text("this plan adds 6 reviews", exact=False)).to_be_visible()
    look("preview")

    page.get_by_role("button", name="Keep plan").click()
    expect(page.get_by_role("link", name="Three a week")).to_be_visible()
    look("weeks")
    page.get_by_role("link", name=week).click()
    expect(page.get_by_text("No seed was fixed before this week opened.")).to_be_visible()
    look("week")
    page.get_by_role("button", name="Draw and assign").click()

    expect(page.get_by_text("6 were drawn by chance.", exact=False)).to_be_visible()
    expect(page.get_by_text("That is how a few reviews can speak for the whole week", exact=False)).to_be_visible()
    expect(
        page.get_by_text("This proves that nobody drew twice until the result pleased.", exact=False)
    ).to_be_visible()
    look("receipt")
    page.get_by_role("button", name="Check the receipt").click()
    expect(page.get_by_role("alert").get_by_text("The receipt holds.")).to_be_visible()
    look("verified")

    page.get_by_role("link", name="Board").click()
    expect(page.get_by_text("0 of 6 drawn parts are reviewed")).to_be_visible()
    page.get_by_label("Move all due dates by days").fill("3")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text("parts are due 3 days later now")).to_be_visible()
    look("board")
    page.goto("/sampling/health")
    expect(page.get_by_role("heading", name="Can reviewers be compared?")).to_be_visible()
    look("health")
    watch.check()


def test_a_lead_picks_by_choice_and_a_reviewer_looks_into_the_pool(
    new_browser: Callable[..., Page], watch: Watch, week: str, session: Session, cast: Cast
):
    handled = make_ticket(session, cast)
    session.commit()
    page = new_browser(cast.lena)
    page.goto(f"/sampling/picks/new?tickets={handled.ticket.external_id}")
    page.get_by_label("Somebody appealed or complained").check()
    page.get_by_role("button", name="Have them reviewed").click()
    expect(page.get_by_role("alert").get_by_text("1 ticket has a reviewer now.")).to_be_visible()
    check_axe(page)

    pool = new_browser(cast.rita)
    pool.goto("/sampling/pool")
    expect(pool.get_by_text("The pool is empty")).to_be_visible()
    check_axe(pool)
    watch.check()


def test_a_lead_sets_hours_and_answers_what_may_not_count(
    new_browser: Callable[..., Page], watch: Watch, session: Session, cast: Cast
):
    cast.setting.double_share = 0.0
    arranged(session, cast, sams=5, olgas=0, amount=1)
    draw_week(session, cast)
    (assignment,) = assignments(session)
    striking.ask(session, assignment, reason="spam", by=assignment.reviewer_id, now=NOW)
    session.commit()
    page = new_browser(cast.quinn)

    page.goto("/sampling/reviewers")
    page.get_by_label("Hours a week of Rita Ramos").fill("4.5")
    page.get_by_role("button", name="Keep hours").click()
    expect(page.get_by_text("at 10.0 min")).to_be_visible()
    check_axe(page)
    check_reflow(page)
    page.goto("/sampling/")
    page.get_by_role("link", name="Look at it").click()
    check_axe(page)
    check_reflow(page)
    page.get_by_role("button", name="Strike it").click()
    expect(page.get_by_text("Nothing to answer")).to_be_visible()
    watch.check()
