"""The room's pages in a real browser: an export is handed in, followed, and its tickets read."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.support.browser import DARK_NARROW, Watch, check_axe, check_reflow, every_look
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@every_look(DARK_NARROW)
def test_an_admin_hands_in_an_export_and_the_qa_lead_reads_it(
    new_browser: Callable[..., Page], watch: Watch, session: Session, cast: Cast, tmp_path: Path
) -> None:
    cases, talk = tmp_path / "cases.csv", tmp_path / "talk.csv"
    row = f"2026-04-06 10:00:00;2026-04-06 09:00:00;{{}};{cast.sam.email};Payout is late;{{}}\n"
    cases.write_text(
        "Closed;Raised;Stage;Handler mail;Headline;Case\n" + row.format("solved", 1) + row.format("melted " * 9, 2)
    )
    talk.write_text(
        "Words,When,Shown,Side,Who,No,Case\n"
        "Mail ann@example.com مرحبا,2026-04-06 09:00:00,yes,customer,Ann,m1,1\n"
        "Done.,2026-04-06 09:05:00,yes,agent,Sam Sato,m2,1\n"
        "A note.,2026-04-06 09:06:00,no,agent,Sam Sato,m3,1\n"
    )
    session.commit()
    admin = new_browser(cast.ada)
    admin.goto("/tickets/intake")
    look(admin)

    admin.get_by_label("Files").set_input_files([cases, talk])  # whose columns nobody has seen
    admin.get_by_role("button", name="Upload").click()

    expect(admin.get_by_role("heading", name="What the columns mean")).to_be_visible()
    expect(admin.get_by_text("Still needed: Created At").first).to_be_visible()
    look(admin)
    meanings = {"Raised": "Created At", "Stage": "Status", "Handler mail": "Assignee Email", "Headline": "Subject"}
    for version, (column, meaning) in enumerate(meanings.items(), start=2):  # each choice is kept at once
        admin.get_by_label(column, exact=True).select_option(meaning)
        expect(admin.locator("[name=version]")).to_have_value(str(version))
    expect(admin.get_by_text("Ready.")).to_be_visible()
    look(admin)
    admin.get_by_role("button", name="Take in").click()

    expect(admin.get_by_role("heading", name=re.compile("^Intake [0-9]+$"))).to_be_visible()
    expect(admin.get_by_text("One row or cell could not be used.")).to_be_visible(timeout=20_000)
    expect(admin.get_by_text("not a status such as open")).not_to_have_count(0)
    look(admin)

    lead = new_browser(cast.quinn)
    lead.goto("/tickets/?q=payout")
    look(lead)
    lead.get_by_role("link", name="1", exact=True).click()

    expect(lead.get_by_text("[email 1]")).to_be_visible()
    expect(lead.get_by_text("A note.")).to_be_visible()
    look(lead)
    admin.goto("/tickets/retention")
    expect(admin.get_by_role("heading", name="Retention", level=1)).to_be_visible()
    look(admin)
    watch.check()


def look(page: Page) -> None:
    check_axe(page)
    check_reflow(page)
