"""The queue as its reviewer sees it: order, what a part is, the own goal, and what rests for another day."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from qa.desk.queries import workload
from qa.people.models import Capacity, Clearance
from qa.reviews.next_part import next_in_queue
from qa.reviews.own_queue import Goal, arrange, goal_of
from qa.reviews.queries import Queued, queue_of
from qa.rubric_library.models import RubricVersion
from qa.sampling.exposure import NOTHING, Budget, Met
from qa.sampling.models import Purpose
from tests.reviews.desk import Desk, level
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, SINCE, TODAY, Cast, actor
from tests.support.statements import count_queries

WEDNESDAY = dt.date(2026, 4, 8)
ITEM = Queued(
    assignment_id=1,
    ticket_id=1,
    purpose="routine",
    due_on=WEDNESDAY + dt.timedelta(days=5),
    subject="",
    external_id="1",
    queue="",
    channel="",
    language="",
    content_severity=0,
    resolved_at=NOW,
    answered=0,
    started=False,
    lent=False,
    asked=False,
)
LIMIT = Met(harmful=8, severe=4)
FRESH = Budget(today=NOTHING, week=NOTHING, today_limit=LIMIT, week_limit=LIMIT)


def waiting(count: int, **more: object) -> list[Queued]:
    return [replace(ITEM, assignment_id=n, ticket_id=n, **more) for n in range(1, count + 1)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("goal", "done", "day", "share"),
    [
        pytest.param(20, 5, WEDNESDAY, 5, id="15 left on three days"),
        pytest.param(20, 4, WEDNESDAY, 6, id="rounded up"),
        pytest.param(20, 21, WEDNESDAY, 0, id="done"),
        pytest.param(20, 5, WEDNESDAY + dt.timedelta(days=4), 15, id="all of it on a Sunday"),
        pytest.param(None, 5, WEDNESDAY, 0, id="no goal asks for nothing"),
    ],
)
def test_a_day_s_share_of_the_own_goal(goal: int | None, done: int, day: dt.date, share: int):
    assert Goal(reviews=goal, own=True, done=done).share_of(day) == share


def test_today_is_what_is_due_and_what_the_goal_still_asks_for():
    queue = waiting(2, due_on=WEDNESDAY) + waiting(8)

    by_goal = arrange(queue, FRESH, Goal(reviews=12, own=True, done=0), day=WEDNESDAY)
    without = arrange(queue, FRESH, Goal(reviews=None, own=False, done=0), day=WEDNESDAY)

    assert (len(by_goal.today), len(by_goal.later)) == (4, 6)
    assert (len(without.today), len(without.later)) == (2, 8)


def test_too_much_hard_content_rests_and_what_is_begun_does_not():
    spent = replace(FRESH, today=Met(harmful=5, severe=4), opened_today=frozenset({7}))
    queue = [
        replace(ITEM, assignment_id=1, ticket_id=1, content_severity=3),
        replace(ITEM, assignment_id=2, ticket_id=2, content_severity=3, started=True),
        replace(ITEM, assignment_id=7, ticket_id=7, content_severity=3),  # seen today already
        replace(ITEM, assignment_id=3, ticket_id=3, content_severity=2),
    ]

    work = arrange(queue, spent, Goal(reviews=None, own=False, done=0), day=WEDNESDAY)

    assert [item.assignment_id for item in work.resting] == [1]
    assert spent.offered_up_to == 2
    assert replace(spent, today=Met(harmful=8, severe=0)).offered_up_to == 1


def test_a_day_s_parts_come_by_what_others_wait_for_and_a_hidden_second_score_looks_like_any_other(
    session: Session, cast: Cast, desk: Desk
):
    version = session.get_one(RubricVersion, desk.task.rubric_version_id)
    due = TODAY + dt.timedelta(days=7)
    second = make_assignment(
        session, make_ticket(session, cast), cast.rita, version, purpose=Purpose.DOUBLE, position=1
    )
    follow_up = make_assignment(
        session, make_ticket(session, cast), cast.rita, version, purpose=Purpose.FOLLOW_UP, position=9
    )
    session_part = make_assignment(
        session, make_ticket(session, cast), cast.rita, version, purpose=Purpose.CALIBRATION, position=9
    )
    early = make_assignment(
        session, make_ticket(session, cast), cast.rita, version, due_on=due - dt.timedelta(days=1), position=9
    )

    found = queue_of(session, actor(session, cast.rita))

    assert [item.assignment_id for item in found] == [early.id, session_part.id, follow_up.id, desk.task.id, second.id]
    assert [item.purpose for item in found] == ["routine", "calibration", "follow_up", "routine", "routine"]
    assert next_in_queue(session, actor(session, cast.rita), after=early.id) == (session_part.id, 0)
    page = desk.client.get(f"/queue/{follow_up.id}").get_data(as_text=True)
    assert ">3 of 5<" in page


@pytest.mark.parametrize(
    "ticket",
    [
        pytest.param({"data_region": "eu-only"}, id="data region"),
        pytest.param({"content_severity": 1}, id="content severity"),
    ],
)
def test_what_one_is_not_cleared_for_any_more_is_neither_next_nor_in_the_queue(
    session: Session, cast: Cast, desk: Desk, ticket: dict[str, Any]
):
    version = session.get_one(RubricVersion, desk.task.rubric_version_id)
    for n in range(21):
        barred = make_ticket(session, cast, **ticket)
        make_assignment(session, barred, cast.rita, version, due_on=TODAY + dt.timedelta(days=n - 21))
    rita = actor(session, cast.rita)

    assert next_in_queue(session, rita) == (desk.task.id, 0)
    assert next_in_queue(session, rita, up_to=3) == (desk.task.id, 0)
    assert [item.assignment_id for item in queue_of(session, rita)] == [desk.task.id]
    told = workload(session, rita, today=TODAY, since=NOW)
    assert (told.open, told.overdue) == (1, 0)


def test_the_page_shows_the_own_goal_what_it_is_and_the_way_back_to_the_pool(session: Session, cast: Cast, desk: Desk):
    client = desk.client
    noted = client.get("/queue").get_data(as_text=True)
    session.add(Capacity(user_id=cast.rita.id, reviews_per_week=30, valid_from=SINCE))
    by_capacity = client.get("/queue").get_data(as_text=True)
    refused = client.post_form("/wellbeing/", {"goal": "a lot", "blur": "never", "pause": "5"})
    client.post_form("/wellbeing/", {"goal": "12", "blur": "upsetting", "pause": ""})
    desk.send(level("tone", "met"))
    by_goal = client.get("/queue?show=begun").get_data(as_text=True)
    theirs = client.get("/wellbeing/").get_data(as_text=True)

    assert "Your week" not in noted
    assert "0 of 30" in by_capacity
    assert refused.status_code == 422
    assert "0 of 12" in by_goal
    assert "only you see it" in by_goal
    assert "1 answered" in by_goal
    assert 'value="12"' in theirs

    desk.task.leased_until = NOW
    lent = client.get("/queue?show=all").get_data(as_text=True)
    assert "Give back" in lent
    back = client.post_form(f"/sampling/pool/{desk.task.id}/give-back", {"back": "queue"})
    assert back.headers.get("Location") == "/queue"


def test_only_work_of_the_queue_that_counts_is_done_by_the_queue_and_by_the_desk(session: Session, cast: Cast):
    version = publish_rubric(session, cast)
    made = {}
    for name, purpose in (
        ("routine", Purpose.ROUTINE),
        ("voided", Purpose.ROUTINE),
        ("own", Purpose.SELF),
        ("peer", Purpose.PEER),
    ):
        handled = make_ticket(session, cast)
        task = make_assignment(session, handled, cast.rita, version, purpose=purpose)
        made[name] = make_review(session, handled, task, at=NOW)
    made["voided"].state, made["voided"].voided_at, made["voided"].void_reason = "voided", NOW, "A test ticket"
    session.flush()
    since = NOW - dt.timedelta(days=1)

    goal = goal_of(session, cast.rita.id, {}, day=TODAY, since=since)
    desk = workload(session, actor(session, cast.rita), today=TODAY, since=since)

    assert (goal.done, desk.done_this_week, desk.open) == (1, 1, 0)


def test_a_page_of_many_parts_needs_no_more_statements(session: Session, cast: Cast, desk: Desk):
    version = session.get_one(RubricVersion, desk.task.rubric_version_id)
    desk.client.get("/queue?show=all")
    with count_queries() as few:
        desk.client.get("/queue?show=all")
    for position in range(4):
        make_assignment(session, make_ticket(session, cast), cast.rita, version, position=position)
    with count_queries() as many:
        desk.client.get("/queue?show=all")

    assert len(many) == len(few) <= 12


def test_a_reviewer_over_the_day_s_budget_is_offered_nothing_more_of_it_and_is_told_kindly(
    session: Session, cast: Cast, desk: Desk
):
    version = session.get_one(RubricVersion, desk.task.rubric_version_id)
    cast.setting.severe_per_day = 1
    session.add(Clearance(user_id=cast.rita.id, severity=3, valid_from=SINCE))
    hard = [
        make_assignment(
            session, make_ticket(session, cast, content_severity=3), cast.rita, version, due_on=TODAY, position=n
        )
        for n in (1, 2)
    ]
    client = desk.client

    first = client.get(f"/queue/{hard[0].id}").get_data(as_text=True)
    again = client.get(f"/queue/{hard[0].id}").get_data(as_text=True)
    second = client.get(f"/queue/{hard[1].id}").get_data(as_text=True)
    queue = client.get("/queue").get_data(as_text=True)
    ordinary = client.get(desk.path).get_data(as_text=True)

    assert "data-scoring" in first
    assert "data-scoring" in again
    assert "rests until tomorrow" in second
    assert "message__text" not in second
    assert "Enough hard content for one day" in queue
    assert "Resting until tomorrow" in queue
    assert "data-scoring" in ordinary


def test_after_hard_content_a_pause_is_offered_unless_one_wants_none(session: Session, cast: Cast, desk: Desk):
    version = session.get_one(RubricVersion, desk.task.rubric_version_id)
    session.add(Clearance(user_id=cast.rita.id, severity=3, valid_from=SINCE))
    desk.handled.ticket.content_severity = 3
    following = make_assignment(session, make_ticket(session, cast), cast.rita, version, position=5)
    desk.answer_all()

    sent = desk.submit().get_json()["next"]
    page = desk.client.get(sent).get_data(as_text=True)

    assert sent == f"/wellbeing/pause?next={following.id}&sent={desk.task.id}"
    assert f'href="/queue/{following.id}"' in page
    assert "is submitted" in page  # it can still be taken back
    assert "count in no figure" in page

    desk.client.post_form(f"/queue/{desk.task.id}/undo")
    desk.client.post_form("/wellbeing/", {"goal": "", "blur": "never", "pause": ""})
    desk.version = desk.review().lock_version
    assert desk.submit().get_json()["next"] == f"/queue/{following.id}?sent={desk.task.id}"
