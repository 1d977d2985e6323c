"""The room's pages in a real browser: an export is handed in, followed, and its tickets read."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.support.browser import DARK_NARROW, Watch, check_axe, check_reflow, every_look
from tests.support.cast import Cast
from tests.tickets.records import flat_folder

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@pytest.fixture
def chores() -> bool:
    """What came in is found by its words once it is in the search index."""
    return True


@every_look(DARK_NARROW)
def test_an_admin_hands_in_an_export_and_the_qa_lead_reads_it(
    new_browser: Callable[..., Page], watch: Watch, session: Session, cast: Cast, tmp_path: Path
) -> None:
    folder = flat_folder(
        tmp_path / "x",
        {"Assignee Email": cast.sam.email},
        {"Ticket ID": "2", "Status": "melted " * 9, "Assignee Email": cast.sam.email},
        messages=(
            ("1", "m1", "Ann", "customer", "yes", "2026-04-06 09:00:00", "Mail ann@example.com مرحبا"),
            ("1", "m2", "Sam Sato", "agent", "yes", "2026-04-06 09:05:00", "Done."),
            ("1", "m3", "Sam Sato", "agent", "no", "2026-04-06 09:06:00", "A note."),
        ),
    )
    session.commit()
    admin = new_browser(cast.ada)
    admin.goto("/tickets/intake")
    look(admin)

    admin.get_by_label("A table: CSV, TSV, Excel or JSON Lines").check()
    admin.get_by_label("Files").set_input_files([folder / "tickets.csv", folder / "messages.csv"])
    admin.get_by_role("button", name="Upload").click()

    expect(admin.get_by_role("heading", name="What the columns mean")).to_be_visible()
    expect(admin.get_by_text("Ready.")).to_be_visible()
    look(admin)
    admin.get_by_label("Group", exact=True).first.select_option("")  # each choice is kept at once
    expect(admin.locator("[name=version]")).to_have_value("2")
    admin.get_by_role("button", name="Take in").click()

    expect(admin.get_by_role("heading", name=re.compile("^Intake [0-9]+$"))).to_be_visible()
    expect(
        admin.get_by_text("One row or cell could not be used, and a refused ticket took its messages with it.")
    ).to_be_visible(timeout=20_000)
    expect(admin.get_by_text("not a status such as open")).not_to_have_count(0)
    look(admin)

    lead = new_browser(cast.quinn)
    found = lead.get_by_role("link", name="1", exact=True)
    for _ in range(60):  # the words go into the index once the intake is done
        lead.goto("/tickets/?q=payout")
        if found.count():
            break
        lead.wait_for_timeout(500)
    look(lead)
    found.click()

    expect(lead.get_by_text("[email 1]")).to_be_visible()
    expect(lead.get_by_text("A note.")).to_be_visible()
    look(lead)
    watch.check()


def look(page: Page) -> None:
    check_axe(page)
    check_reflow(page)
