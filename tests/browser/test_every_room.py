"""Every room that a role's navigation opens, in a browser: no error, no violation, no sideways scroll."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from qa.core.access import Role
from qa.sampling.models import Purpose
from tests.support.browser import DARK_NARROW, LIGHT_WIDE, THEMES, WIDTHS, Watch, check_axe, check_reflow
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@pytest.fixture
def work(session: Session, cast: Cast) -> None:
    """A little of everything: something to score, something scored, a second opinion."""
    version = publish_rubric(session, cast)
    for n in range(3):
        handled = make_ticket(session, cast, subject=f"Payout {n}")
        first = make_assignment(session, handled, cast.rita, version)
        second = make_assignment(session, handled, cast.rob, version, purpose=Purpose.DOUBLE)
        if n:
            make_review(session, handled, first, {"tone": "missed"} if n == 2 else None)
            make_review(session, handled, second)
    session.commit()


@pytest.mark.parametrize(
    ("role", "theme", "width"),
    [
        # Every run sees each role in one of two looks that differ in everything, the full run in all.
        pytest.param(
            role,
            theme,
            width,
            id=f"{role}-{theme} {width}",
            marks=() if (theme, width) == (LIGHT_WIDE, DARK_NARROW)[number % 2] else pytest.mark.slow,
        )
        for number, role in enumerate(Role)
        for theme in THEMES
        for width in WIDTHS
    ],
)
def test_every_room_is_sound(
    new_browser: Callable[..., Page], watch: Watch, work: None, cast: Cast, role: Role, theme: str, width: str
):
    page = new_browser(cast.of_role()[role])
    page.goto("/")
    addresses = [link.get_attribute("href") for link in page.locator("nav.nav a").all()]
    problems = []

    for address in addresses:
        page.goto(address or "/")
        expect(page.locator("h1")).to_have_count(1)
        try:
            check_axe(page)
            check_reflow(page)
        except AssertionError as error:
            problems.append(f"{address}: {error}")

    assert len(addresses) > 1
    assert not problems, "\n".join(problems)
    watch.check()
