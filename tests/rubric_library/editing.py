"""Working in the editor with a browser."""

import re

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from qa.rubric_library import drafts
from qa.rubric_library.drafting import criteria_of
from qa.rubric_library.models import RubricVersion
from tests.support.builders import publish_rubric
from tests.support.cast import NOW, Cast

SAVED = re.compile("^Saved")


def do(page: Page, steps: list[tuple[str, str, str]]) -> None:
    for action, field, value in steps:
        place = page.locator(f"[id='{field}']")
        if action == "fill":
            place.fill(value)
        elif action == "select":
            place.select_option(value)
        elif action == "reload":
            place.check()
            expect(page.locator("#critical_scope")).to_be_visible()
            ready(page)
        else:
            place.check()
    page.keyboard.press("Escape")
    expect(page.locator("[data-saved]")).to_have_text(SAVED)


def ready(page: Page) -> None:
    expect(page.locator("[data-editor][data-ready]")).to_be_visible()


def add(page: Page, what: str, title: str, places: int) -> None:
    page.get_by_role("button", name=what).click()
    expect(page.locator("#place-title")).to_have_text(title)
    expect(page.locator("[data-outline] [data-place]")).to_have_count(places)
    ready(page)


def use_scale(page: Page, name: str, levels: int) -> None:
    page.locator("[data-scale-choice]").select_option(name)
    page.get_by_role("button", name="Use this scale").click()
    expect(page.locator(".level-row")).to_have_count(levels)
    ready(page)


def of(page: Page, level: int, field: str) -> str:
    """The id of a field of the n-th level."""
    name = page.locator(".level-row").nth(level).locator("[name$='-name']").get_attribute("name") or ""
    return name.removesuffix("name") + field


def a_draft(session: Session, cast: Cast) -> tuple[RubricVersion, str]:
    """The next version of a published rubric as Lena's draft, and its address at the criterion Tone."""
    version = drafts.clone_version(session, publish_rubric(session, cast), by=cast.lena.id, now=NOW)
    tone = next(each for each in criteria_of(drafts.tree_of(session, version)) if each["name"] == "Tone")
    session.commit()
    return version, f"/rubrics/versions/{version.id}/edit?at={tone['id']}"
