"""The director's pages in a browser, each with figures and charts: no error, no violation, no sideways scroll."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from qa.launches.models import Launch
from qa.rubric_library.models import Procedure, ProcedureVersion
from qa.targets.models import Target
from tests.coaching.weeks import wednesday
from tests.support.browser import DARK_NARROW, LIGHT_WIDE, Watch, check_axe, check_reflow, every_look
from tests.support.builders import publish_rubric
from tests.support.cast import NOW, Cast
from tests.trends.test_looking import operation

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
PAGES = (
    "/trends/?weeks=8&by=team",
    "/trends/?weeks=8&by=criterion&narrow=channel:chat",
    "/trends/compare?kind=queue",
    "/trends/validity",
    "/trends/health",
    "/trends/periods/",
    "/targets/",
    "/escalations/",
    "/board-notes/",
    "/rubrics/procedures",
    "/exports/scheduled/",
)


def things_behind(session: Session, cast: Cast) -> int:
    """One of each thing that stands behind the figures; the launch's id."""
    own = {"programme_id": cast.programme.id, "created_at": NOW}
    day = wednesday(3).date()
    launch = Launch(name="Instant payouts", starts_on=day, queues=["payouts"], label="", note="", **own)
    procedure = Procedure(key="refunds", name="Refunds", **own)
    session.add_all(
        [
            launch,
            procedure,
            Target(measure="quality", scope="", queue="", effective_from=day, value=85.0, **own),
            Target(measure="passed", scope="", queue="", effective_from=day, value=90.0, **own),
        ]
    )
    session.flush()
    session.add(
        ProcedureVersion(
            procedure_id=procedure.id, label="2", url="https://sop.example", effective_from=NOW, created_at=NOW
        )
    )
    session.commit()
    return launch.id


@every_look(LIGHT_WIDE, DARK_NARROW)
def test_every_page_of_the_director_is_sound(
    new_browser: Callable[..., Page], watch: Watch, session: Session, cast: Cast, theme: str, width: str
) -> None:
    operation(session, cast, publish_rubric(session, cast))
    launch = things_behind(session, cast)
    page = new_browser(cast.quinn)  # who sees each figure: the director sees none over two specialists
    page.goto("/trends/?weeks=8&by=team")
    expect(page.locator("#small-charts svg").first).to_be_visible()
    expect(page.get_by_text("target at least 85.0").first).to_be_visible()
    behind = page.get_by_role("link", name="28 reviews").first.get_attribute("href") or ""
    problems = []

    for address in (*PAGES, f"/launches/{launch}", behind):
        page.goto(address)
        expect(page.locator("h1")).to_have_count(1)
        try:
            check_axe(page)
            check_reflow(page)
        except AssertionError as error:
            problems.append(f"{address}: {error}")

    assert not problems, "\n".join(problems)
    watch.check()
