"""The pages around sessions, in a real browser and every look: a mixed session, a series, gold and a certificate."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.calibration_sessions.certification import service
from qa.calibration_sessions.models import CalibrationSession
from tests.calibration_sessions.school import SOON, School
from tests.calibration_sessions.test_choosing import framed
from tests.support.browser import LIGHT_WIDE, Watch, check_reflow, every_look
from tests.support.builders import make_review
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@every_look(LIGHT_WIDE)
def test_the_pages_around_sessions_are_sound_and_a_newcomer_is_certified(
    new_browser: Callable[..., Page], watch: Watch, session: Session, cast: Cast, axe: Callable[[Page], None]
) -> None:
    school = School(session, cast)
    framed(session, cast, 6)
    service.certify_on_record(
        session, cast.setting, cast.rob.id, school.version.family_id, reason="Known.", by=cast.quinn.id, now=SOON
    )
    row = school.begin()
    school.practise(row)
    school.settle(row)
    for task in school.open_tasks():
        make_review(session, school.handled[task.part_id], task, {"tone": "missed"}, at=SOON)
    session.commit()
    page = new_browser(cast.quinn)
    person_page = f"/calibration/certification/people/{school.nina.id}"

    for path in (
        "/calibration/golden/",
        "/calibration/certification/",
        person_page,
        "/calibration/series/",
        "/calibration/series/new",
        "/calibration/new?from=mix",
    ):
        page.goto(path)
        check_reflow(page)
        axe(page)

    page.get_by_label("Title").fill("Six at random")
    page.get_by_role("button", name="Open the session").click()
    expect(page.get_by_text("The session is open.")).to_be_visible()
    for each in school.shadowed():
        page.goto(f"/calibration/certification/shadowed/{each.id}")
        check_reflow(page)
        axe(page)
        page.get_by_label("Not yet").check()
        page.get_by_label("What to look at").fill("Tone is about the greeting too.")
        page.get_by_role("button", name="Keep").click()
        expect(page.get_by_text("The lead settles once all of them are looked at.")).to_be_visible()
    page.goto(person_page)
    page.get_by_role("button", name="Certify", exact=True).click()
    expect(page.get_by_text("Drawn parts of this rubric may be given from now on.")).to_be_visible()

    session.expire_all()
    assert session.scalars(select(CalibrationSession).where(CalibrationSession.title == "Six at random")).one()
    assert row.state == "certified"
    watch.check()
