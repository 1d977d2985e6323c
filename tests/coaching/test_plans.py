"""Plans, their actions, and the workbook that takes them along."""

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching.models import CoachingAction, CoachingGoal, CoachingPlan
from qa.core.access import Role
from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.people.models import User
from qa.sampling.models import Purpose
from tests.coaching.weeks import review
from tests.support.builders import publish_rubric
from tests.support.cast import Cast, agent, person
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]


@pytest.fixture
def seven(session: Session, cast: Cast) -> int:
    """Seven drawn reviews of Sam, whose tone is missed, beside six of Sue's in the same team."""
    version = publish_rubric(session, cast)
    sue = agent(session, cast.source, person(session, cast.programme, "Sue Shaw", Role.SPECIALIST, team=cast.payouts))
    for n in range(7):
        review(session, cast, version, weeks_ago=1 + n % 4, tone="missed" if n else "met")
    for n in range(6):
        review(session, cast, version, agent=sue, weeks_ago=1 + n % 4, tone="met" if n else "missed")
    review(session, cast, version, purpose=Purpose.TARGETED, correct="wrong")
    review(session, cast, version, agent=cast.olga_agent, correct="wrong")
    session.commit()
    return 7


def drawn_up(session: Session, client: CheckingClient, who: User) -> CoachingPlan:
    assert client.post_form(f"/coaching/specialists/{who.id}/plans").status_code == 302
    return session.scalars(select(CoachingPlan).where(CoachingPlan.state == "active")).one()


def test_a_plan_begins_with_the_focus_areas_and_there_is_one_active(
    seven: int, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    lead = sign_in(cast.lena)
    plan = drawn_up(session, lead, cast.sam)

    second = lead.post_form(f"/coaching/specialists/{cast.sam.id}/plans")

    # Tone was met once in seven.
    goals = session.scalars(select(CoachingGoal).where(CoachingGoal.plan_id == plan.id)).all()
    assert [goal.criterion_key for goal in goals][:1] == ["tone"]
    assert goals[0].baseline == pytest.approx(100 / 7)
    assert goals[0].baseline_n == seven
    assert second.status_code == 409
    closed = lead.post_form(f"/coaching/plans/{plan.id}/close", {"version": plan.lock_version})
    assert closed.status_code == 302
    assert drawn_up(session, lead, cast.sam).id != plan.id


def test_actions_are_given_done_and_dropped(seven: int, session: Session, cast: Cast, sign_in: SignIn) -> None:
    lead, sam = sign_in(cast.lena), sign_in(cast.sam)
    plan = drawn_up(session, lead, cast.sam)
    path = f"/coaching/plans/{plan.id}/actions"
    form = {
        "text": "Read two good answers together",
        "goal": "0",
        "owner": str(cast.sam.id),
        "due_on": "2027-01-15",
        "version": str(plan.lock_version),
    }
    added = lead.post_form(path, form)
    stale = lead.post_form(path, form)
    unfit = lead.post_form(path, {**form, "version": str(plan.lock_version), "owner": str(cast.olga.id)})
    action = session.scalars(select(CoachingAction)).one()

    done = sam.post_form(f"{path}/{action.id}", {"state": "done"})

    assert [each.status_code for each in (added, stale, unfit, done)] == [302, 409, 422, 302]
    assert action.state == "done"
    assert action.ended_at is not None
    assert sam.post_form(path, form).status_code == 403
    lead.post_form(f"{path}/{action.id}", {"state": "open"})
    lead.post_form(f"/coaching/plans/{plan.id}/close", {"version": plan.lock_version})
    assert (plan.state, action.state) == ("closed", "dropped")
    assert lead.post_form(f"{path}/{action.id}", {"state": "done"}).status_code == 409


def test_a_plan_is_acknowledged_by_the_specialist_it_is_about(
    seven: int, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    lead = sign_in(cast.lena)
    plan = drawn_up(session, lead, cast.sam)
    path = f"/coaching/plans/{plan.id}/acknowledge"

    codes = [client.post_form(path).status_code for client in (lead, sign_in(cast.sam))]

    assert codes == [409, 302]
    assert plan.acknowledged_at is not None


def test_a_lead_of_another_team_finds_nothing(seven: int, session: Session, cast: Cast, sign_in: SignIn) -> None:
    plan = drawn_up(session, sign_in(cast.lena), cast.sam)
    other = sign_in(cast.otto)

    codes = [
        other.get(f"/coaching/specialists/{cast.sam.id}").status_code,
        other.get(f"/coaching/plans/{plan.id}").status_code,
        other.post_form(f"/coaching/specialists/{cast.sam.id}/workbook").status_code,
        other.post_form(f"/coaching/specialists/{cast.sam.id}/plans").status_code,
        other.post_form(f"/coaching/plans/{plan.id}/close", {"version": plan.lock_version}).status_code,
        sign_in(cast.olga).get(f"/coaching/plans/{plan.id}").status_code,
    ]

    assert codes == [404] * 6
    assert cast.sam.name not in other.get("/coaching/").get_data(as_text=True)
    assert plan.state == "active"


def test_the_workbook_says_what_the_page_says(seven: int, session: Session, cast: Cast, sign_in: SignIn) -> None:
    lead = sign_in(cast.lena)
    page = lead.get(f"/coaching/specialists/{cast.sam.id}").get_data(as_text=True)

    response = lead.post_form(f"/coaching/specialists/{cast.sam.id}/workbook")

    book = openpyxl.load_workbook(io.BytesIO(response.data), data_only=True)  # the values kept beside the formulas
    cover = words_of(book.worksheets[0])
    print([len(list(ws.rows)) for ws in book])
    assert f"{seven} reviews" in page
    assert f"{seven} reviews" in cover
    assert cast.olga.name not in " ".join(words_of(sheet) for sheet in book)
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "export.coaching")).one()
    assert event.actor_id == cast.lena.id


def words_of(sheet: Worksheet) -> str:
    return " | ".join(str(cell.value) for row in sheet for cell in row if cell.value is not None)


def test_the_command_writes_the_same_workbook(
    seven: int, cast: Cast, flask_command: Callable[..., Result], tmp_path: Path
) -> None:
    out = tmp_path / "sam.xlsx"

    result = flask_command("export", "coaching", "--specialist", cast.sam.email, "--out", str(out))
    unknown = flask_command("export", "coaching", "--specialist", cast.dora.email, "--out", str(out))

    assert result.exit_code == 0, result.output
    assert f"{seven} reviews of Sam Sato" in result.output
    assert openpyxl.load_workbook(out).worksheets
    assert unknown.exit_code != 0


def test_the_board_asks_no_more_when_there_is_more(seven: int, session: Session, cast: Cast, sign_in: SignIn) -> None:
    lead = sign_in(cast.lena)
    lead.get("/coaching/")
    with count_queries() as few:
        lead.get("/coaching/")
    for n in range(5):
        person(session, cast.programme, f"Ned{n} Nash", Role.SPECIALIST, team=cast.payouts, since=utcnow().date())

    with count_queries() as many:
        page = lead.get("/coaching/").get_data(as_text=True)

    assert "Ned4 Nash" in page
    assert len(many) == len(few)
