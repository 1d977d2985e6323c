"""A gap raised by keyboard alone beside the scoring; and every page behind the figures, empty and full."""

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.clock import utcnow
from qa.escalations.models import Escalation
from qa.launches.models import Launch, LaunchIssue
from qa.rubric_library.models import Procedure
from qa.sop_gaps.models import SopGap
from qa.targets.models import Target
from tests.support.browser import Watch, check_reflow
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
DAY = dt.timedelta(days=1)


def test_a_gap_is_raised_by_keyboard_alone_with_what_is_pinned(
    new_browser: Callable[..., Page], axe: Callable[[Page], None], watch: Watch, session: Session, cast: Cast
) -> None:
    handled = make_ticket(session, cast)
    task = make_assignment(session, handled, cast.rita, publish_rubric(session, cast))
    session.add(Procedure(programme_id=cast.programme.id, key="refunds", name="Refunds", created_at=NOW))
    session.commit()
    page = new_browser(cast.rita)
    page.goto(f"/queue/{task.id}")
    expect(page.locator("[data-scoring][data-ready]")).to_be_visible()
    press = page.keyboard.press

    press("1")
    expect(page.get_by_text("Saved")).to_be_visible()
    press("J")
    press("e")  # the first message is pinned to the first criterion
    expect(page.locator("[data-pin-count]").first).to_be_visible()
    press("s")
    dialog = page.get_by_role("dialog", name="A gap in the procedure")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_text("1 pinned passage goes with it")).to_be_visible()
    expect(dialog.locator("[data-gap-procedures] option")).to_have_count(1)
    axe(page)
    press("Space")
    press("ArrowDown")  # wrong
    press("Tab")
    page.keyboard.type("refunds")
    press("Tab")
    page.keyboard.type("It still tells of the old form")
    press("Tab")
    watch.expect("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    press("Enter")
    expect(dialog.get_by_text("Not sent: the connection is lost")).to_be_visible()
    page.context.set_offline(False)
    press("Enter")
    expect(dialog.get_by_text("Raised as “procedure wrong” with 1 pinned passage")).to_be_visible()

    gap = session.scalars(select(SopGap)).one()
    assert (gap.kind, gap.criterion_key, gap.pins[0]["message"]) == ("wrong", "correct", "m1")
    assert gap.procedure_id is not None
    watch.check()


@pytest.mark.parametrize(("theme", "width"), [("light", "wide"), ("dark", "narrow")])
def test_every_page_behind_the_figures_is_sound_empty_and_full(
    new_browser: Callable[..., Page], axe: Callable[[Page], None], watch: Watch, session: Session, cast: Cast
) -> None:
    page = new_browser(cast.quinn)
    lists = ("/sop-gaps/", "/launches/", "/escalations/", "/targets/", "/board-notes/", "/rubrics/procedures")

    def look(address: str) -> None:
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        axe(page)
        check_reflow(page)

    for address in (*lists, "/launches/import"):
        look(address)

    now = utcnow()
    handled = make_ticket(session, cast)
    review = make_review(
        session, handled, make_assignment(session, handled, cast.rita, publish_rubric(session, cast)), at=now
    )
    about = {"programme_id": cast.programme.id}
    launch = Launch(**about, name="Duet Studio", starts_on=NOW.date() - 7 * DAY, queues=["payouts"], created_at=now)
    gap = SopGap(
        **about,
        kind="missing",
        criterion_key="tone",
        ticket_id=handled.ticket.id,
        assignment_id=review.assignment_id,
        conversation_revision_id=handled.revision.id,
        root_causes=["haste"],
        note="Nothing says what to do",
        raise_id="in-a-browser",
        raised_by_id=cast.rita.id,
        raised_at=now,
        state="fixed",
        fixed_on=NOW.date() - 20 * DAY,
        answer="Written.",
    )
    escalation = Escalation(
        **about, ticket_id=handled.ticket.id, origin="hand", opened_at=now - DAY, to_where="Legal", created_at=now
    )
    target = Target(**about, measure="quality", scope="", value=85.0, effective_from=NOW.date(), created_at=now)
    session.add_all([launch, gap, escalation, target])
    session.flush()
    session.add(LaunchIssue(launch_id=launch.id, text="Echo", opened_at=now, opened_by_id=cast.quinn.id))
    session.commit()

    for address in (
        *lists,
        f"/launches/{launch.id}",
        f"/sop-gaps/{gap.id}",
        "/sop-gaps/?state=fixed",
        f"/escalations/{escalation.id}",
    ):
        look(address)
    watch.check()
