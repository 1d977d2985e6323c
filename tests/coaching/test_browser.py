"""A plan in a real browser: drawn up, out as a workbook and back, followed up by lot, and judged."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching.models import CoachingAction, CoachingPlan
from qa.core.clock import utcnow
from qa.rubric_library.models import RubricVersion
from qa.sampling.models import Assignment, Purpose
from tests.coaching.test_plans import seven
from tests.coaching.weeks import review, wednesday
from tests.exports.test_reading_back import fill
from tests.support.browser import Watch, check_reflow
from tests.support.builders import make_review, make_ticket
from tests.support.cast import Cast
from tests.support.tickets import Handled

__all__ = ["seven"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_plan_goes_out_comes_back_is_followed_up_and_judged(
    new_browser: Callable[..., Page],
    axe: Callable[[Page], None],
    watch: Watch,
    seven: int,
    session: Session,
    cast: Cast,
    tmp_path: Path,
) -> None:
    lead = new_browser(cast.lena)
    lead.goto(f"/coaching/specialists/{cast.sam.id}")
    lead.get_by_role("link", name="Draw up a plan").click()
    axe(lead)
    check_reflow(lead)
    lead.get_by_label("What to work on: Tone").fill("Begin with what they need")
    lead.get_by_role("button", name="Draw up the plan").click()
    expect(lead.get_by_text("Begin with what they need").first).to_be_visible()
    axe(lead)
    check_reflow(lead)

    lead.goto(f"/coaching/specialists/{cast.sam.id}")
    with lead.expect_download() as download:
        lead.get_by_role("button", name="Excel workbook").click()
    path = tmp_path / "plan.xlsx"
    download.value.save_as(path)
    book = openpyxl.load_workbook(path)
    due = utcnow().date() + dt.timedelta(days=20)
    fill(book["Focus areas"], "focus:tone:1", Goal=90, Action="Greet by name", Owner=cast.sam.name, Due=due)
    book.save(path)
    lead.goto(f"/coaching/specialists/{cast.sam.id}")
    lead.get_by_label("Filled-in file (.xlsx)").set_input_files(path)
    lead.get_by_role("button", name="Look at its changes").click()
    expect(lead.get_by_text("New action: Greet by name").first).to_be_visible()
    axe(lead)
    lead.get_by_role("button", name="Take the workbook in").click()
    expect(lead.get_by_role("row", name="Greet by name")).to_be_visible()
    assert session.scalars(select(CoachingAction.text)).all() == ["Greet by name"]

    handled = weeks_pass(session, cast)
    lead.reload()
    lead.get_by_label("Draw follow-up reviews").fill("2")
    lead.get_by_role("button", name="Draw", exact=True).click()
    expect(lead.get_by_text("2 of 3 parts are drawn")).to_be_visible()
    for task in session.scalars(select(Assignment).where(Assignment.purpose == Purpose.FOLLOW_UP)):
        make_review(session, handled[task.part_id], task, {"tone": "met"}, at=utcnow())
    session.commit()
    lead.reload()
    expect(lead.get_by_role("row", name="2 of 3 parts")).to_contain_text("2 of 2")
    expect(lead.get_by_text("2 of them follow-up reviews")).to_be_visible()
    expect(lead.get_by_text("cannot tell yet").first).to_be_visible()
    lead.goto("/coaching/effects")
    expect(lead.get_by_role("row", name="Sam Sato")).to_contain_text("cannot tell yet")
    axe(lead)
    watch.check()


def weeks_pass(session: Session, cast: Cast) -> dict[int, Handled]:
    """Three weeks later, as the clock cannot be turned: the plan began earlier, and Sam has handled more since."""
    plan = session.scalars(select(CoachingPlan)).one()
    plan.starts_on -= dt.timedelta(weeks=3)
    version = session.scalars(select(RubricVersion).where(RubricVersion.state == "published")).first()
    assert version is not None
    review(session, cast, version, weeks_ago=1, tone="met")
    more = [make_ticket(session, cast, resolved_at=wednesday(1)) for _ in range(3)]
    session.commit()
    return {each.part.id: each for each in more}
