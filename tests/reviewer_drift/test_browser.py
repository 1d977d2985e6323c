"""The board, a reviewer's page and a case in a real browser and every look; a case settled by hand."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from qa.reviewer_drift.models import DriftCase, DriftRun
from tests.reviewer_drift.test_cases import DOCUMENT
from tests.reviewer_drift.test_pages import watched
from tests.support.browser import DARK_NARROW, Watch, check_reflow, every_look
from tests.support.cast import NOW, Cast

assert watched  # the run that the board shows
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@every_look(DARK_NARROW)
def test_a_lead_follows_a_flag_from_the_board_to_its_end(
    new_browser: Callable[..., Page],
    watch: Watch,
    session: Session,
    cast: Cast,
    watched: DriftRun,
    axe: Callable[[Page], None],
) -> None:
    onset = watched.through
    case = DriftCase(
        programme_id=cast.programme.id, reviewer_id=cast.rita.id, run_id=watched.id, flag=DOCUMENT, onset=onset,
        opened_at=NOW,
    )  # fmt: skip
    session.add(case)
    session.commit()
    page = new_browser(cast.quinn)

    page.goto("/reviewers/")
    check_reflow(page)
    axe(page)
    page.get_by_role("link", name="Look at the evidence").first.click()
    expect(page.get_by_role("heading", name="Strictness week by week")).to_be_visible()
    check_reflow(page)
    axe(page)
    page.goto(f"/reviewers/cases/{case.id}")
    page.get_by_role("button", name="Look into it").click()
    expect(page.get_by_text("You look into it now")).to_be_visible()
    check_reflow(page)
    axe(page)
    page.get_by_label("Corrected", exact=True).check()
    page.get_by_label("Why", exact=True).fill("We read the criterion together again.")
    page.get_by_role("button", name="Settle the case").click()
    expect(page.get_by_text("Settled. The next run")).to_be_visible()

    session.expire_all()
    assert (case.state, case.outcome, case.decided_by_id) == ("settled", "corrected", cast.quinn.id)
    watch.check()
