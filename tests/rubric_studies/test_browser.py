"""The pages that judge a rubric, in a real browser and every look; a bridge begun by hand."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.rubric_studies.bridging import FEWEST
from qa.rubric_studies.models import BridgeStudy
from tests.coaching.weeks import review, wednesday
from tests.rubric_studies.test_bridge_studies import scored
from tests.rubric_studies.test_pages import second_version
from tests.support.browser import DARK_NARROW, Watch, check_reflow, every_look
from tests.support.builders import make_ticket, publish_rubric
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@every_look(DARK_NARROW)
def test_a_bridge_is_begun_and_kept_and_the_study_pages_are_sound(
    new_browser: Callable[..., Page], watch: Watch, session: Session, cast: Cast, axe: Callable[[Page], None]
) -> None:
    first = publish_rubric(session, cast)
    for n in range(6):
        review(session, cast, first, **({"tone": "missed"} if n % 2 else {}))
    second = second_version(session, cast)
    handled = [make_ticket(session, cast, resolved_at=wednesday(1)) for _ in range(FEWEST)]
    session.commit()
    page = new_browser(cast.quinn)
    for path in ("impact", "bridge"):
        page.goto(f"/rubrics/versions/{second.id}/{path}")
        check_reflow(page)
        axe(page)
    page.get_by_label("Parts", exact=True).fill(str(FEWEST))
    page.get_by_role("button", name="Start the bridge").click()
    expect(page.get_by_text("The bridge is begun.")).to_be_visible()
    expect(page.get_by_text("0 of 20")).to_be_visible()

    session.expire_all()
    scored(session, cast, handled)
    session.commit()
    page.reload()
    page.get_by_role("button", name="Keep the shift").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep the shift").click()
    expect(page.get_by_text("The shift is kept with what it was computed from.")).to_be_visible()
    check_reflow(page)
    axe(page)
    page.goto(f"/rubrics/versions/{first.id}/items")
    check_reflow(page)
    axe(page)

    session.expire_all()
    assert session.scalars(select(BridgeStudy.shift)).one() == -5
    watch.check()
