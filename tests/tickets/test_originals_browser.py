"""An original is asked for, agreed to, read and over, in the browsers of two people."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from qa.core.clock import utcnow
from qa.tickets import erasing
from qa.tickets.originals.models import OriginalReveal
from tests.support.browser import Watch, check_axe, check_reflow
from tests.support.cast import Cast
from tests.tickets.test_originals import CANARY, WHY, keep, take_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.parametrize(("theme", "width"), [("light", "wide"), ("dark", "narrow")]),
]


def test_an_original_is_asked_for_agreed_to_read_and_over(
    new_browser: Callable[..., Page],
    watch: Watch,
    app: Flask,
    session: Session,
    cast: Cast,
    picture: Callable[[Page, str], Path],
    theme: str,
) -> None:
    def look(page: Page, name: str) -> None:
        check_axe(page)
        check_reflow(page)
        picture(page, f"originals-{name}-{theme}")

    session.commit()
    quinn, ada = new_browser(cast.quinn), new_browser(cast.ada)
    quinn.goto("/tickets/originals")
    expect(quinn.get_by_text("No source keeps originals")).to_be_visible()
    look(quinn, "none")

    keep(session, cast, erasing.Journal(app.extensions["fairmark"].instance), 30, now=utcnow())
    take_in(session, cast, 2)
    quinn.goto("/tickets/originals")
    watch.expect("422")
    quinn.get_by_label("Ticket", exact=True).fill("2")
    quinn.get_by_label("What it is needed for").fill("because")
    quinn.get_by_role("button", name="Ask").click()
    expect(quinn.get_by_label("What it is needed for")).to_have_attribute("aria-invalid", "true")
    look(quinn, "refused")
    quinn.get_by_label("What it is needed for").fill(WHY)
    quinn.get_by_role("button", name="Ask").click()
    expect(quinn.get_by_role("button", name="Take it back")).to_be_visible()

    ada.goto("/tickets/originals")
    look(ada, "waiting")
    ada.get_by_role("button", name="Agree").click()
    expect(ada.get_by_text("agreed: Ada")).to_be_visible()
    quinn.goto("/tickets/originals")
    look(quinn, "ready")
    quinn.get_by_role("button", name="Open for").click()
    expect(quinn.get_by_text(f"Write to {CANARY}, please")).to_be_visible()
    look(quinn, "open")

    session.execute(update(OriginalReveal).values(ends_at=utcnow() - dt.timedelta(seconds=1)))
    session.commit()
    quinn.reload()
    expect(quinn.get_by_text("It is not open")).to_be_visible()
    expect(quinn.get_by_text(CANARY)).to_have_count(0)
    look(quinn, "over")
    quinn.goto("/tickets/originals?show=past")
    look(quinn, "past")
    ada.goto("/tickets/retention")
    look(ada, "retention")
    watch.check()
