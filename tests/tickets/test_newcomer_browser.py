"""A new user's first hour: an export that nobody here has seen, its columns told in the browser, its result read."""

import csv
import gzip
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.tickets.models import IntakeRun, Ticket
from tests.shared import shared_path
from tests.support.browser import Watch, check_axe, check_reflow
from tests.support.cast import Cast

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.parametrize(("theme", "width"), [("light", "wide"), ("dark", "narrow")]),
]
TICKETS = 150
# What the bar of the upload says is kept for the page that follows.
KEEP_PROGRESS = """() => {
  const place = document.getElementById("upload-progress");
  const keep = () => { if (!place.hidden) sessionStorage.setItem("progress", place.innerText); };
  new MutationObserver(keep).observe(place, { subtree: true, childList: true, characterData: true });
}"""
PATIENCE = 20_000  # milliseconds; a busy machine takes its time
# The shared export's columns under names of another house, in the other order.
TICKET_COLUMNS = {
    "Ticket ID": "Case no.",
    "Subject": "Topic",
    "Status": "State",
    "Priority": "Urgency",
    "Channel": "Came by",
    "Group": "Desk",
    "Assignee": "Handled by",
    "Assignee Email": "Handler mail",
    "Requester": "Creator",
    "Requester Email": "Creator mail",
    "Tags": "Labels",
    "Created At": "Opened",
    "Solved At": "Done on",
    "First Reply Time (min)": "Minutes to first answer",
    "Reopens": "Opened again",
    "Satisfaction": "Happy?",
    "Product Area": "About",
}
MESSAGE_COLUMNS = {
    "Ticket ID": "Case no.",
    "Message ID": "Entry",
    "Author": "Written by",
    "Author Role": "Kind",
    "Public": "Seen by creator",
    "Sent At": "At",
    "Body": "What was said",
}
GUESSED = {"Handler mail": "Assignee Email", "Came by": "Channel", "Happy?": "Satisfaction"}
# What no guess can know of such names.
TOLD = {
    "Desk": "Group",
    "About": "Product Area",
    "Opened again": "Reopens",
}


@pytest.fixture
def chores() -> bool:
    """The upload's job runs beside the pages."""
    return True


def written_anew(source: IO[str], target: Path, columns: Mapping[str, str], keep: Callable[[int, str], bool]) -> int:
    """The rows of a table under other names, last column first; how many."""
    rows = [row for n, row in enumerate(csv.DictReader(source)) if keep(n, row["Ticket ID"])]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([columns[name] for name in reversed(columns)])
        writer.writerows([row[name] for name in reversed(columns)] for row in rows)
    return len(rows)


def unknown_export(folder: Path) -> tuple[list[Path], int, int]:
    """Two files of another house, and how many tickets and messages they hold."""
    cases, entries = folder / "cases.csv", folder / "entries.csv"
    with shared_path("data", "flat", "tickets.csv").open(encoding="utf-8-sig", newline="") as file:
        tickets = written_anew(file, cases, TICKET_COLUMNS, lambda n, _: n < TICKETS)
    with cases.open(encoding="utf-8", newline="") as file:
        known = {row["Case no."] for row in csv.DictReader(file, delimiter=";")}
    with gzip.open(shared_path("data", "flat", "messages.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        messages = written_anew(file, entries, MESSAGE_COLUMNS, lambda _, key: key in known)
    return [cases, entries], tickets, messages


def hand_in(page: Page, files: Iterable[Path]) -> None:
    page.goto("/tickets/intake")
    page.get_by_label("Files").set_input_files(list(files))
    page.evaluate(KEEP_PROGRESS)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="What the columns mean")).to_be_visible()
    assert "Looking at the files" in page.evaluate("sessionStorage.getItem('progress')")
    expect(page.get_by_text("Ready.")).to_be_visible()


def take_in(page: Page) -> None:
    page.get_by_role("button", name="Take in").click()
    expect(page.get_by_role("heading", name=re.compile("^Intake [0-9]+$"))).to_be_visible()
    expect(page.get_by_role("heading", name="What comes next")).to_be_visible(timeout=3 * PATIENCE)


def counted(page: Page, row: str) -> dict[str, int]:
    """The cells of one row of what became of the rows."""
    cells = page.get_by_role("row", name=re.compile(f"^{row}")).get_by_role("cell").all_inner_texts()
    names = ("read", "stored", "updated", "unchanged", "rejected")
    return dict(zip(names, (int(re.sub(r"[^0-9]", "", cell)) for cell in cells), strict=True))


def test_a_new_user_takes_in_an_export_they_have_never_seen_and_reads_what_became_of_it(
    new_browser: Callable[..., Page],
    watch: Watch,
    session: Session,
    cast: Cast,
    tmp_path: Path,
    picture: Callable[[Page, str], Path],
    theme: str,
) -> None:
    files, tickets, messages = unknown_export(tmp_path)
    session.commit()
    page = new_browser(cast.ada)

    hand_in(page, files)
    look(page)
    picture(page, f"newcomer-columns-{theme}")
    for column, means in GUESSED.items():
        expect(page.get_by_label(column, exact=True)).to_have_value(means)
    for changes, (column, means) in enumerate(TOLD.items(), start=2):
        page.get_by_label(column, exact=True).select_option(label=means)
        expect(page.locator("[name=version]")).to_have_value(
            str(changes), timeout=PATIENCE
        )  # each choice is kept at once
    expect(page.get_by_label("Desk", exact=True)).to_have_value("Group")
    page.get_by_label("Keep this mapping as").fill("Another house")
    take_in(page)
    look(page)
    picture(page, f"newcomer-result-{theme}")
    first = counted(page, "Tickets"), counted(page, "Messages")
    hand_in(page, files)
    expect(page.get_by_label("Keep this mapping as")).to_have_value("Another house")  # it knows the files again
    take_in(page)
    again = counted(page, "Tickets"), counted(page, "Messages")

    for told, read in zip(first, (tickets, messages), strict=True):
        assert told["read"] == read == told["stored"] + told["updated"] + told["unchanged"] + told["rejected"]
        assert told["stored"] > 0.9 * read
    for told, before in zip(again, first, strict=True):
        assert (told["stored"], told["updated"]) == (0, 0)
        assert told["unchanged"] + told["rejected"] == before["read"]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Ticket)) == first[0]["stored"]
    assert set(session.scalars(select(Ticket.queue).distinct())) >= {"Payments & Fraud", "Events"}
    assert set(session.scalars(select(IntakeRun.state))) == {"done"}
    watch.check()


def look(page: Page) -> None:
    check_axe(page)
    check_reflow(page)
