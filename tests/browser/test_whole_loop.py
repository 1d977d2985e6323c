"""The whole loop as its people would go it, on real tickets, in real browsers."""

import csv
import datetime as dt
import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.people.models import User
from qa.people.passwords import hash_password
from qa.tickets.models import HandledPart, Ticket
from tests.shared import shared_path
from tests.support.browser import Watch, check_axe, check_reflow
from tests.support.server import LiveServer

pytestmark = pytest.mark.browser
PASSWORD = "four unrelated words here"
ADMIN, QA_LEAD, DIRECTOR = "ada@loop.example.com", "quinn@loop.example.com", "dora@loop.example.com"
REVIEWERS = [f"reviewer{n}@loop.example.com" for n in (1, 2, 3)]
TICKETS = 150
WAIT = 20_000  # milliseconds: a busy machine is slow, not wrong


@pytest.fixture
def chores() -> bool:
    return True


@pytest.fixture
def export(tmp_path: Path) -> list[Path]:
    """A cut of the real export: the newest tickets that were answered, with everything that belongs to them."""
    folder = shared_path("data", "zendesk")
    with gzip.open(folder / "tickets.jsonl.gz", "rt") as lines:
        tickets = [json.loads(line) for line in lines]
    solved = [ticket for ticket in tickets if ticket["status"] in {"solved", "closed"} and ticket["assignee_id"]]
    chosen = {ticket["id"] for ticket in sorted(solved, key=lambda ticket: ticket["created_at"])[-TICKETS:]}
    made = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        target = tmp_path / path.name
        with gzip.open(path, "rt") as source, gzip.open(target, "wt") as cut:
            for line in source:
                row = json.loads(line)
                about = row["id"] if path.name.startswith("tickets") else row.get("ticket_id")
                if about is None or about in chosen:
                    cut.write(line)
        made.append(target)
    return made


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    """The agents of the export as specialists, and the people of quality."""
    with gzip.open(shared_path("data", "zendesk", "users.jsonl.gz"), "rt") as lines:
        agents = [user for user in map(json.loads, lines) if (user["user_fields"] or {}).get("team")]
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["name", "email", "roles", "team", "start", "clearance", "reviews_per_week"])
    for agent in agents:
        rows.writerow(
            [agent["name"], agent["email"], "specialist", agent["user_fields"]["team"], "2026-01-05", "1", ""]
        )
    for number, email in enumerate(REVIEWERS, start=1):
        rows.writerow([f"Reviewer {number}", email, "reviewer", "", "2026-01-05", "3", "40"])
    rows.writerow(["Quinn Abara", QA_LEAD, "qa_lead", "", "2026-01-05", "3", ""])
    rows.writerow(["Dora Lindqvist", DIRECTOR, "director", "", "2026-01-05", "3", ""])
    path = tmp_path / "roster.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def send(page: Page, button: Locator) -> None:
    """Press a button that leads to another page, and wait for it."""
    with page.expect_navigation():
        button.click()


def sound(page: Page, closely: bool) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    check_reflow(page)
    if closely:
        check_axe(page)


def sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    send(page, page.get_by_role("button", name="Sign in"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good")


def score_by_keyboard(page: Page) -> None:
    """One part, hands on the keys: the best level of every criterion, a comment, a pin, submit."""
    expect(page.locator("[data-scoring][data-ready]")).to_be_visible(timeout=WAIT)
    total = int(re.search(r"of (\d+)", page.locator("[data-count]").inner_text()).group(1))  # type: ignore[union-attr]
    for number in range(total):
        press(page, "1" if number == 0 else "j 1")
    expect(page.locator("[data-count]")).to_have_text(f"{total} of {total}", timeout=WAIT)
    press(page, "r e c")
    page.keyboard.type("Answered before it was asked twice.")
    press(page, "Escape")
    expect(page.locator("[data-saved]")).to_have_attribute("data-state", "saved", timeout=WAIT)
    before = page.url
    press(page, "Control+Enter")
    page.wait_for_url(lambda url: url != before)


@pytest.mark.parametrize(
    ("database_url", "theme", "width", "closely"),
    [
        # In every run axe looks at each room in the test of that room; along the whole way only in the full one.
        pytest.param("sqlite", "light", "wide", False, id="light, wide, SQLite"),
        pytest.param("sqlite", "light", "wide", True, id="light, wide, SQLite, closely", marks=pytest.mark.slow),
        pytest.param("postgresql", "dark", "narrow", True, id="dark, narrow, PostgreSQL", marks=pytest.mark.slow),
    ],
    indirect=["database_url"],
)
def test_from_a_ticket_file_to_the_trend(
    new_browser: Callable[..., Page],
    live_server: LiveServer,
    watch: Watch,
    flask_command: Callable[..., object],
    session: Session,
    export: list[Path],
    roster: Path,
    tmp_path: Path,
    theme: str,
    width: str,
    closely: bool,
) -> None:
    flask_command("init", "--admin", ADMIN, "--password-stdin", input=f"{PASSWORD}\n")

    # The admin imports the tickets and the people.
    admin = new_browser()
    sign_in(admin, ADMIN)
    admin.goto("/tickets/intake")
    admin.get_by_label("Zendesk", exact=True).check()
    admin.locator("input[type=file]").set_input_files(export)
    sound(admin, closely)
    send(admin, admin.get_by_role("button", name="Upload"))
    expect(admin.get_by_text(re.compile("done", re.I)).first).to_be_visible(timeout=60_000)
    sound(admin, closely)
    admin.goto("/people/import")
    admin.get_by_label("Roster file").set_input_files(roster)
    send(admin, admin.get_by_role("button", name="Show the changes"))
    sound(admin, closely)
    send(admin, admin.get_by_role("button", name=re.compile("Make .* changes")))
    expect(admin.get_by_text(re.compile("changes made"))).to_be_visible()
    sound(admin, closely)
    session.expire_all()
    session.execute(update(User).where(User.password_hash.is_(None)).values(password_hash=hash_password(PASSWORD)))
    session.commit()
    expect_parts_to_belong(session)

    # The QA lead drafts a rubric, the admin publishes it; the QA lead says where it applies, plans and draws.
    lead = new_browser()
    sign_in(lead, QA_LEAD)
    lead.goto("/rubrics/new")
    send(lead, lead.get_by_role("button", name="Take as draft").first)
    sound(lead, closely)
    send(lead, lead.get_by_role("link", name="Edit", exact=True))
    sound(lead, closely)
    lead.get_by_role("button", name="Send to review").first.click()
    send(lead, lead.get_by_role("dialog").get_by_role("button", name="Send to review"))
    key, monday = busiest_week(session)
    since = (monday - dt.timedelta(days=200)).isoformat()
    admin.goto(lead.url)
    sound(admin, closely)
    admin.get_by_label("In force from").fill(since)
    send(admin, admin.get_by_role("button", name=re.compile("^Publish")))
    lead.goto("/rubrics/rules")
    lead.get_by_label("Resolved from").fill(since)
    send(lead, lead.get_by_role("button", name="Add rule"))
    sound(lead, closely)
    lead.goto("/sampling/plans/new")
    lead.get_by_label("Name", exact=True).fill("Two a week")
    lead.get_by_label("How many reviews").fill("2")
    send(lead, lead.get_by_role("button", name="Preview"))
    send(lead, lead.get_by_role("button", name="Keep plan"))
    sound(lead, closely)
    lead.goto(f"/sampling/weeks/{key}")
    send(lead, lead.get_by_role("button", name="Draw and assign"))
    expect(lead.get_by_role("heading", level=1)).to_have_text(f"Draw of {key}")
    send(lead, lead.get_by_role("button", name="Check the receipt"))
    expect(lead.get_by_text("The receipt holds.")).to_be_visible()
    sound(lead, closely)

    # A reviewer scores five parts by keyboard only.
    reviewer = new_browser()
    sign_in(reviewer, REVIEWERS[0])
    reviewer.goto("/queue")
    sound(reviewer, closely)
    press(reviewer, "n")
    for _ in range(5):
        score_by_keyboard(reviewer)
    sound(reviewer, closely)
    reviewer.goto("/my-reviews")
    expect(reviewer.locator("tbody tr")).to_have_count(5)

    # Three reviewers sit a blind session.
    lead.goto("/calibration/new")
    lead.get_by_label("Title").fill("The first three")
    for box in lead.locator("input[name=parts]").all()[:2]:
        box.check()
    sound(lead, closely)
    send(lead, lead.get_by_role("button", name="Open the session"))
    expect(lead.get_by_text("blind scoring").first).to_be_visible()
    session_url = lead.url
    for email in REVIEWERS:
        sitting = reviewer if email == REVIEWERS[0] else new_browser()
        if email != REVIEWERS[0]:
            sign_in(sitting, email)
        for _ in range(2):
            sitting.goto(session_url)
            sound(sitting, closely)
            send(sitting, sitting.get_by_role("link", name="Score my next part"))
            score_by_keyboard(sitting)

    # The QA lead reveals and sets consensus.
    lead.goto(session_url)
    lead.get_by_role("button", name="Reveal").first.click()
    send(lead, lead.locator("#reveal").get_by_role("button", name="Reveal"))
    expect(lead.get_by_role("heading", name="Agreement by criterion")).to_be_visible()
    sound(lead, closely)
    for _ in range(2):
        send(lead, lead.get_by_role("button", name="Keep consensus").first)
        expect(lead.get_by_text("Consensus kept")).to_be_visible()
    sound(lead, closely)
    send(lead, lead.get_by_role("button", name="Close").last)
    expect(lead.get_by_text("The session is closed")).to_be_visible()

    # Then looks at the reviewers, and takes a specialist's workbook.
    lead.goto("/reviewers/")
    expect(lead.get_by_role("heading", name="All together")).to_be_visible()
    sound(lead, closely)
    lead.goto("/coaching/")
    sound(lead, closely)
    send(lead, lead.locator("tbody a").first)
    sound(lead, closely)
    with lead.expect_download() as waiting:
        lead.get_by_role("button", name="Excel workbook").click()
    path = tmp_path / "coaching.xlsx"
    waiting.value.save_as(path)
    assert "Cover" in openpyxl.load_workbook(path).sheetnames

    # The director sees the trend.
    director = new_browser()
    sign_in(director, DIRECTOR)
    sound(director, closely)
    director.goto("/trends/?weeks=52")
    expect(director.get_by_role("heading", name="Weekly quality")).to_be_visible()
    sound(director, closely)

    watch.check()


def busiest_week(session: Session) -> tuple[str, dt.date]:
    """The week in which most was resolved, and its Monday."""
    days = [moment.date() for moment in session.scalars(select(HandledPart.resolved_at))]
    mondays = Counter(day - dt.timedelta(days=day.weekday()) for day in days)
    monday = mondays.most_common(1)[0][0]
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}", monday


def expect_parts_to_belong(session: Session) -> None:
    """Every part has its specialist: the agents of the export and the people of the roster met by e-mail."""
    orphans = session.scalars(
        select(Ticket.external_id)
        .join(HandledPart, HandledPart.ticket_id == Ticket.id)
        .where(HandledPart.specialist_id.is_(None))
    ).all()
    assert not orphans
