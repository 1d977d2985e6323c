"""A second look in a real browser: taken by lot, and the two scores side by side."""

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from qa.core.clock import utcnow
from qa.people.queries import zone_of
from qa.reviews import queries as review_queries
from qa.reviews import saving, submitting, tasks
from qa.reviews.rules import Save, SavedAnswer
from qa.reviews.second_looks import service
from tests.support.browser import LIGHT_WIDE, Watch, check_reflow, every_look
from tests.support.builders import BEST, make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import Cast, actor

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
DAY = dt.timedelta(days=1)


@every_look(LIGHT_WIDE)
def test_both_scores_stand_side_by_side_and_another_is_taken_by_lot(
    new_browser: Callable[..., Page], axe: Callable[[Page], None], watch: Watch, session: Session, cast: Cast
) -> None:
    version, now = publish_rubric(session, cast), utcnow()
    handled, other = make_ticket(session, cast), make_ticket(session, cast)
    reviews = [
        make_review(session, each, make_assignment(session, each, cast.rita, version), {"tone": "missed"}, at=now - DAY)
        for each in (handled, other)
    ]
    lena = actor(session, cast.lena)
    view = review_queries.get_review_for(session, lena, reviews[0].id, now=now)
    task = service.take(session, lena, view, cast.setting, by_lot=True, now=now - DAY / 2)
    answers = tuple(SavedAnswer(criterion_key=key, level_key=level) for key, level in BEST.items())
    change = Save(
        save_id="a-second-look",
        version=0,
        answers=answers,
        internal_note=None,
        active_seconds=0,
        conversation_revision_id=handled.revision.id,
    )
    draft = saving.save(session, tasks.task_of(session, task.id), change, texts={}, now=now - DAY / 2)
    submitting.submit(
        session,
        tasks.task_of(session, task.id),
        version=draft.version,
        setting=cast.setting,
        zone=zone_of(cast.setting),
        now=now - DAY / 2,
    )
    session.commit()
    reviewer, lead = new_browser(cast.rita), new_browser(cast.lena)

    reviewer.goto("/second-looks/")
    axe(reviewer)
    check_reflow(reviewer)
    reviewer.get_by_role("link", name="Payout is missing").click()
    expect(reviewer.get_by_text("differs")).to_have_count(1)
    axe(reviewer)
    check_reflow(reviewer)

    lead.goto("/second-looks/")
    axe(lead)
    check_reflow(lead)
    lead.get_by_role("button", name="Take a second look").click()
    expect(lead.locator("[data-scoring][data-ready]")).to_be_visible()
    watch.check()
