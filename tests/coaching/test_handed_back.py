"""The workbook goes out, is filled in, comes back, and changes the plan once."""

import base64
import datetime as dt
import io
import re
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from qa.coaching.models import CoachingAction, CoachingGoal, CoachingPlan
from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.notices.models import Notice
from tests.coaching.test_plans import drawn_up, seven
from tests.exports.test_reading_back import fill
from tests.support.cast import Cast
from tests.support.client import CheckingClient

__all__ = ["seven"]
SignIn = Callable[..., CheckingClient]
# What is refused is refused before it meets the database: the other engine's turn comes in the full run.
READING = pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)
DUE = utcnow().date() + dt.timedelta(days=20)


def exported(client: CheckingClient, user_id: int, edit: Callable[[Worksheet], None]) -> bytes:
    sent = client.post_form(f"/coaching/specialists/{user_id}/workbook").data
    book = openpyxl.load_workbook(io.BytesIO(sent))
    edit(book["Focus areas"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def preview(client: CheckingClient, user_id: int, content: bytes) -> TestResponse:
    return client.post_form(
        f"/coaching/specialists/{user_id}/workbook/preview", {"file": (io.BytesIO(content), "plan.xlsx")}
    )


def take_in(client: CheckingClient, user_id: int, content: bytes, page: str, **chosen: str) -> TestResponse:
    found = re.search(r'name="version" value="(\d*)"', page)
    assert found
    form = {"content": base64.b64encode(content).decode(), "version": found[1], **chosen}
    return client.post_form(f"/coaching/specialists/{user_id}/workbook/merge", form)


def actions_of(session: Session) -> list[CoachingAction]:
    session.expire_all()
    return list(session.scalars(select(CoachingAction).order_by(CoachingAction.id)))


def with_an_action(cast: Cast) -> Callable[[Worksheet], None]:
    def edit(sheet: Worksheet) -> None:
        fill(sheet, "focus:tone:1", Goal=90, Action="Greet by name", Owner=cast.sam.name, Due=DUE, Notes="<b>twice</b>")
        fill(sheet, "focus:tone:1", **{"Goal by": DUE})

    return edit


def test_a_filled_workbook_draws_up_the_plan_and_the_same_file_twice_changes_nothing(
    seven: int, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    lead = sign_in(cast.lena)
    content = exported(lead, cast.sam.id, with_an_action(cast))
    page = preview(lead, cast.sam.id, content).text
    assert session.scalar(select(CoachingPlan.id)) is None  # looking writes nothing
    assert "Greet by name" in page
    assert f"{DUE.day} {DUE:%b %Y}" in page
    assert DUE.isoformat() not in page

    done = take_in(lead, cast.sam.id, content, page)
    again = preview(lead, cast.sam.id, content).text

    assert done.status_code == 302
    (action,) = actions_of(session)
    assert (action.text, action.owner_id, action.due_on, action.state) == ("Greet by name", cast.sam.id, DUE, "open")
    assert action.notes == "<b>twice</b>"
    goal = session.get_one(CoachingGoal, action.goal_id)
    assert (goal.target, goal.due_on) == (90, DUE)
    out = openpyxl.load_workbook(io.BytesIO(lead.post_form(f"/coaching/specialists/{cast.sam.id}/workbook").data))
    assert [out["Focus areas"].cell(6, column).value for column in (2, 8)] == ["Tone", 90]  # goes out again as it is
    assert "Nothing to change" in again
    kinds = session.scalars(
        select(Notice.kind).where(Notice.user_id == cast.sam.id, Notice.kind != "review_released")
    ).all()
    assert sorted(kinds) == ["action_due", "plan_opened"]
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "coaching.workbook")).one()
    assert event.actor_id == cast.lena.id
    assert {row["row"] for row in event.detail["rows"]} == {"focus:tone:1"}
    assert "&lt;b&gt;twice&lt;/b&gt;" in lead.get(f"/coaching/plans/{action.plan_id}").text


def test_what_both_changed_is_shown_and_chosen(seven: int, session: Session, cast: Cast, sign_in: SignIn) -> None:
    lead = sign_in(cast.lena)
    content = exported(lead, cast.sam.id, with_an_action(cast))
    take_in(lead, cast.sam.id, content, preview(lead, cast.sam.id, content).text)
    (action,) = actions_of(session)

    def push_back(sheet: Worksheet) -> None:
        fill(sheet, f"action:{action.id}", Due=DUE + dt.timedelta(days=7), Action="Greet everybody by name")

    content = exported(lead, cast.sam.id, push_back)
    action.due_on, action.text = DUE + dt.timedelta(days=1), "Greet by first name"
    session.commit()
    page = preview(lead, cast.sam.id, content).text

    assert page.count("both changed it") == 2
    chosen = {f"action:{action.id}/due": "theirs", f"action:{action.id}/action": "here"}
    assert take_in(lead, cast.sam.id, content, page, **chosen).status_code == 302
    (action,) = actions_of(session)
    assert (action.due_on, action.text) == (DUE + dt.timedelta(days=7), "Greet by first name")


def test_whoever_was_faster_is_not_written_over(seven: int, session: Session, cast: Cast, sign_in: SignIn) -> None:
    lead = sign_in(cast.lena)
    plan = drawn_up(session, lead, cast.sam)
    content = exported(lead, cast.sam.id, with_an_action(cast))
    page = preview(lead, cast.sam.id, content).text
    plan.lock_version += 1
    session.commit()

    assert take_in(lead, cast.sam.id, content, page).status_code == 409
    assert actions_of(session) == []


@READING
def test_a_workbook_about_somebody_else_or_made_elsewhere_is_refused(
    seven: int, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    lead = sign_in(cast.lena)
    content = exported(lead, cast.sam.id, with_an_action(cast))
    other = preview(sign_in(cast.quinn), cast.olga.id, content)
    book = openpyxl.load_workbook(io.BytesIO(content))
    book["Record"]["C2"].value = "coaching-1-20200101T000000Z"
    forged = io.BytesIO()
    book.save(forged)

    assert (other.status_code, "about somebody else than" in other.text) == (422, True)
    refused = preview(lead, cast.sam.id, forged.getvalue())
    assert (refused.status_code, "does not know this workbook" in refused.text) == (422, True)
    nothing = preview(lead, cast.sam.id, b"")
    assert (nothing.status_code, "no Excel workbook" in nothing.text) == (422, True)


@READING
def test_a_form_that_was_tampered_with_is_refused(seven: int, session: Session, cast: Cast, sign_in: SignIn) -> None:
    lead = sign_in(cast.lena)
    answers = [
        lead.post_form(f"/coaching/specialists/{cast.sam.id}/workbook/merge", {"content": content, "version": ""})
        for content in ("", "§", "UEsDBA==")
    ]

    assert [answer.status_code for answer in answers] == [422] * 3
    assert session.scalar(select(CoachingPlan.id)) is None
