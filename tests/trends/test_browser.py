"""Trends explained, a plan found and a week closed, in a real browser."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from qa.people.models import User
from tests.coaching.weeks import review
from tests.support.browser import LIGHT_WIDE, Watch, check_reflow, every_look
from tests.support.builders import publish_rubric
from tests.support.cast import Cast
from tests.trends.test_periods import reviewed_week

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
NewBrowser = Callable[..., Page]


@pytest.fixture
def lead(session: Session, cast: Cast) -> User:
    """Quinn, with four weeks of reviews behind the figures."""
    version = publish_rubric(session, cast)
    for n in range(16):
        levels = {"tone": "missed"} if n % 3 else {}
        review(session, cast, version, agent=cast.olga_agent if n % 2 else None, weeks_ago=1 + n % 4, **levels)
    session.commit()
    return cast.quinn


@every_look(LIGHT_WIDE)
def test_a_lead_who_never_saw_statistics_finds_the_way_from_a_figure_to_a_plan(
    new_browser: NewBrowser,
    lead: User,
    watch: Watch,
    axe: Callable[[Page], None],
    picture: Callable[[Page, str], Path],
    theme: str,
    width: str,
) -> None:
    page = new_browser(lead)
    page.goto("/trends/")
    page.get_by_role("button", name="Explain this number: Quality", exact=True).click()
    told = page.get_by_role("dialog", name="Quality, explained")
    expect(told).to_contain_text("reviewers’ strictness")
    expect(told).to_contain_text("Σ w·y ÷ Σ w =")
    axe(page)
    check_reflow(page)
    picture(page, f"trends-explained-{theme}-{width}")

    page.goto("/sampling/planner/?half=5&per_week=2")
    expect(page.get_by_role("heading", name="In words: Everything")).to_be_visible()
    axe(page)
    check_reflow(page)
    picture(page, f"planner-{theme}-{width}")
    page.get_by_role("link", name="Make a plan with").click()
    expect(page).to_have_url(re.compile("/sampling/plans/new"))
    watch.check()


def test_a_week_is_closed_by_keyboard(
    new_browser: NewBrowser,
    session: Session,
    cast: Cast,
    watch: Watch,
    axe: Callable[[Page], None],
    picture: Callable[[Page, str], Path],
) -> None:
    period = reviewed_week(session, cast)
    page = new_browser(cast.quinn)
    page.goto(f"/trends/periods/{period.id}")

    page.get_by_role("button", name="Close the week").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Close the week").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Nothing changed since the last statement.")).to_be_visible()
    axe(page)
    picture(page, "period-closed")
    watch.check()
