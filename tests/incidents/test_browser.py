"""An incident in real browsers: raised beside the scoring by keyboard alone, acknowledged and settled by its owner."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.incidents.models import Incident
from tests.support.browser import DARK_NARROW, Watch, check_reflow, every_look
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def test_an_incident_is_raised_by_keyboard_alone_beside_a_draft_that_goes_on(
    new_browser: Callable[..., Page], axe: Callable[[Page], None], watch: Watch, session: Session, cast: Cast
) -> None:
    handled = make_ticket(session, cast)
    task = make_assignment(session, handled, cast.rita, publish_rubric(session, cast))
    session.commit()
    page = new_browser(cast.rita)
    page.goto(f"/queue/{task.id}")
    expect(page.locator("[data-scoring][data-ready]")).to_be_visible()
    press = page.keyboard.press

    press("1")  # an answer that has to survive
    expect(page.get_by_text("Saved")).to_be_visible()
    press("J")  # the first message
    press("!")
    dialog = page.get_by_role("dialog", name="Raise an incident")
    expect(dialog).to_be_visible()
    axe(page)
    press("Space")
    press("ArrowDown")  # data exposure
    press("Tab")
    page.keyboard.type("The agent told another customer's name")
    watch.expect("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    press("Enter")
    expect(dialog.get_by_text("Not sent: the connection is lost")).to_be_visible()
    page.context.set_offline(False)
    press("Enter")
    expect(dialog.get_by_text("Raised as “Data exposure”. One person was told")).to_be_visible()
    press("Escape")
    press("2")
    expect(page.locator("[data-saved]")).to_contain_text("Saved")

    incident = session.scalars(select(Incident)).one()
    assert (incident.kind, incident.message_id, incident.start) == ("data_exposure", "m1", 0)
    watch.check()


@every_look(DARK_NARROW)
def test_an_owner_reads_acknowledges_and_settles_it_by_keyboard_alone(
    new_browser: Callable[..., Page], axe: Callable[[Page], None], watch: Watch, session: Session, cast: Cast
) -> None:
    handled = make_ticket(session, cast)
    session.commit()
    lead, owner = new_browser(cast.lena), new_browser(cast.quinn)
    owner.goto("/incidents/owners")
    axe(owner)
    check_reflow(owner)
    owner.goto("/incidents/")
    expect(owner.get_by_text("No incident waits")).to_be_visible()

    lead.goto(f"/tickets/{handled.ticket.id}")
    lead.get_by_text("Hello, my payout").select_text()
    lead.keyboard.press("!")
    expect(lead.get_by_text("Pinned: “Hello, my payout of this month")).to_be_visible()
    lead.get_by_label("Money").check()
    lead.get_by_label("What happened, in one line").fill("The payout was sent twice")
    axe(lead)
    lead.get_by_role("button", name="Raise it").click()
    expect(lead.get_by_text("Raised as “Money”")).to_be_visible()

    owner.goto("/incidents/")
    axe(owner)
    check_reflow(owner)
    owner.keyboard.press("j")
    owner.keyboard.press("Enter")
    expect(owner.get_by_role("button", name="Acknowledge")).to_be_visible()
    expect(owner.locator("main[data-ready]")).to_be_visible()
    axe(owner)
    check_reflow(owner)
    owner.keyboard.press("a")
    expect(owner.get_by_label("Handled")).to_be_visible()
    expect(owner.locator("main[data-ready]")).to_be_visible()
    owner.keyboard.press("j")
    owner.keyboard.press("Space")
    expect(owner.get_by_label("Handled")).to_be_checked()
    owner.keyboard.press("Tab")
    owner.keyboard.type("Taken back from the second account.")
    owner.keyboard.press("Control+Enter")
    expect(owner.get_by_text("Settled. Its reporter is told")).to_be_visible()

    lead.get_by_role("link", name="See it").click()
    expect(lead.get_by_text("Taken back from the second account.")).to_be_visible()
    watch.check()


def test_a_specialist_raises_one_beside_a_review_of_their_own_work_by_keyboard_alone(
    new_browser: Callable[..., Page], axe: Callable[[Page], None], watch: Watch, session: Session, cast: Cast
) -> None:
    handled = make_ticket(session, cast)
    task = make_assignment(session, handled, cast.rita, publish_rubric(session, cast))
    review = make_review(session, handled, task, at=NOW)
    session.commit()
    page = new_browser(cast.sam)
    page.goto(f"/reviews/{review.id}")
    expect(page.locator("main[data-ready]")).to_be_visible()
    press = page.keyboard.press

    press("!")
    dialog = page.get_by_role("dialog", name="Raise an incident")
    press("Space")
    press("Tab")
    page.keyboard.type("They write that they will not be here tomorrow")
    press("Tab")
    press("ArrowDown")
    axe(page)
    press("Tab")
    press("Enter")

    expect(dialog.get_by_text("Raised as “Risk to life”. One person was told")).to_be_visible()
    incident = session.scalars(select(Incident)).one()
    assert (incident.message_id, incident.raised_by_id) == ("m1", cast.sam.id)
    watch.check()
