"""Ordering, following and fetching an export in a browser."""

from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.support.browser import DARK_NARROW, Watch, check_axe, check_reflow, every_look
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@every_look(DARK_NARROW)
def test_a_lead_orders_tables_and_fetches_them_when_they_are_written(
    new_browser: Callable[..., Page],
    watch: Watch,
    session: Session,
    cast: Cast,
    tmp_path: Path,
    picture: Callable[[Page, str], Path],
    theme: str,
    width: str,
) -> None:
    handled = make_ticket(session, cast)
    make_review(session, handled, make_assignment(session, handled, cast.rita, publish_rubric(session, cast)))
    session.commit()
    page = new_browser(cast.lena)
    page.goto("/exports/")
    expect(page.get_by_text("You have ordered nothing yet")).to_be_visible()
    check_axe(page)
    check_reflow(page)
    picture(page, f"exports-empty-{theme}-{width}")

    page.get_by_label("Reviews").check()
    page.get_by_label("Answers").check()
    page.get_by_label("First day").fill("2026-01-01")
    page.get_by_role("button", name="Order").click()

    expect(page.get_by_text("ready")).to_be_visible(timeout=20_000)  # by itself: nobody loads the page again
    check_axe(page)
    check_reflow(page)
    picture(page, f"exports-full-{theme}-{width}")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download").click()
    waiting.value.save_as(tmp_path / "flat.zip")
    assert ZipFile(tmp_path / "flat.zip").namelist() == [
        "reviews.csv",
        "answers.csv",
        "dictionary.csv",
        "provenance.csv",
    ]
    watch.check()
