"""The home desk of each role, notices, and the audit page."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qa.coaching import service as coaching
from qa.coaching.models import CoachingPlan
from qa.core import audit
from qa.core.access import Role
from qa.core.clock import utcnow
from qa.core.jobs import Job
from qa.notices import queries as notice_queries
from qa.notices import service as notices
from qa.notices.models import Notice
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, Cast
from tests.support.client import CheckingClient
from tests.support.statements import count_queries
from tests.support.trail import tamper

SignIn = Callable[..., CheckingClient]


def words(client: CheckingClient, address: str = "/") -> str:
    return client.get(address).get_data(as_text=True)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_desk_on_the_first_day(cast: Cast, sign_in: SignIn, role: Role):
    user = cast.of_role()[role]

    page = words(sign_in(user))

    assert user.name.split()[0] in page


def fill(session: Session, cast: Cast, things: int, *, key: str) -> None:
    """Reviews to read, parts to score and notices for everybody; ``key`` names the rubric they are scored by."""
    version = publish_rubric(session, cast, key=key, everywhere=False)
    everybody = [user.id for user in cast.of_role().values()]
    for _ in range(things):
        handled = make_ticket(session, cast)
        make_review(session, handled, make_assignment(session, handled, cast.rita, version), {"tone": "missed"})
        make_assignment(session, make_ticket(session, cast), cast.rita, version)
        notices.notify(
            session, everybody, kind="parts_assigned", object_type="period", object_id=handled.part.id, now=NOW
        )


def act(session: Session, cast: Cast, plan: CoachingPlan, actions: int) -> None:
    for n in range(actions):
        coaching.add_action(
            session,
            plan,
            text=f"Step {n}",
            owner_id=cast.sam.id,
            due_on=NOW.date(),
            goal_id=None,
            version=plan.lock_version,
            by=cast.lena.id,
            now=NOW,
        )


@pytest.mark.parametrize("role", list(Role))
def test_a_busy_desk_asks_no_more_of_the_database_than_one_with_little_on_it(
    session: Session, cast: Cast, sign_in: SignIn, role: Role
):
    client = sign_in(cast.of_role()[role])
    plan = coaching.draw_up(session, cast.sam.id, [], title="Plan", by=cast.lena.id, today=NOW.date(), now=NOW)
    fill(session, cast, 1, key="first")
    act(session, cast, plan, 1)
    with count_queries() as little:
        client.get("/")

    fill(session, cast, 8, key="second")
    act(session, cast, plan, 8)
    with count_queries() as much:
        client.get("/")

    assert len(much) == len(little)
    assert len(much) <= 30


def test_a_reviewer_sees_what_waits_and_what_is_overdue(session: Session, cast: Cast, sign_in: SignIn):
    version = publish_rubric(session, cast)
    today = utcnow().date()
    for due in (today - dt.timedelta(days=3), today, today + dt.timedelta(days=3)):
        make_assignment(session, make_ticket(session, cast), cast.rita, version, due_on=due)

    page = words(sign_in(cast.rita))

    figures = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "To score 3 1 due today" in figures
    assert "Overdue 1 overdue" in figures


def test_a_specialist_finds_the_released_reviews_of_the_own_work_only(session: Session, cast: Cast, sign_in: SignIn):
    version = publish_rubric(session, cast)
    handled = make_ticket(session, cast, subject="A payout that never came")
    review = make_review(session, handled, make_assignment(session, handled, cast.rita, version))
    review.released_at = NOW

    assert "A payout that never came" in words(sign_in(cast.sam))
    assert "A payout that never came" not in words(sign_in(cast.olga))


def test_a_lead_sees_the_own_team_only(session: Session, cast: Cast, sign_in: SignIn):
    page = words(sign_in(cast.lena))

    assert "Sam Sato" in page
    assert "Olga Orlova" not in page


def test_an_admin_sees_agents_without_a_person_and_people_without_a_password(
    session: Session, cast: Cast, sign_in: SignIn
):
    cast.bot_agent.is_bot = False
    cast.rob.password_hash = None

    page = words(sign_in(cast.ada))

    assert "1 agent of the help desk is nobody here" in page
    assert "1 person cannot sign in yet" in page


def test_an_admin_sees_failed_jobs_and_a_trail_that_nobody_seals(session: Session, cast: Cast, sign_in: SignIn):
    session.add(Job(name="intake", payload={}, state="failed", created_at=utcnow(), finished_at=utcnow(), error="x"))
    long_ago = utcnow() - dt.timedelta(minutes=6)
    audit.record(session, action="plan.save", object_type="plan", object_id=1, actor_id=None, now=long_ago, detail={})

    page = words(sign_in(cast.ada))  # signing in writes a newer event

    assert "1 background job failed in the last 7 days" in page
    assert "The audit trail waits to be sealed" in page


def test_a_director_sees_whether_the_programme_keeps_its_dates(session: Session, cast: Cast, sign_in: SignIn):
    yesterday = utcnow().date() - dt.timedelta(days=1)
    version = publish_rubric(session, cast)
    make_assignment(session, make_ticket(session, cast), cast.rita, version, due_on=yesterday)
    plan = coaching.draw_up(session, cast.sam.id, [], title="Plan", by=cast.lena.id, today=NOW.date(), now=NOW)
    act(session, cast, plan, 2)

    page = words(sign_in(cast.dora))

    assert "1 of 1 open review is overdue" in page
    assert "2 of 2 open coaching actions in 1 plan overdue" in page
    assert "0 calibration sessions are open, none overdue" in page


def test_a_desk_asks_for_no_draw_of_weeks_before_the_first_resolved_part(session: Session, cast: Cast, sign_in: SignIn):
    director = sign_in(cast.dora)
    assert "over and not drawn" not in words(director)

    make_ticket(session, cast, resolved_at=utcnow() - dt.timedelta(weeks=2))

    assert words(director).count("over and not drawn") == 2


def test_a_specialist_sees_the_own_plan_and_no_review_twice(session: Session, cast: Cast, sign_in: SignIn):
    plan = coaching.draw_up(session, cast.sam.id, [], title="Calm answers", by=cast.lena.id, today=NOW.date(), now=NOW)
    act(session, cast, plan, 1)
    notices.notify(session, [cast.sam.id], kind="review_released", object_type="review", object_id=1, now=NOW)

    page = words(sign_in(cast.sam))

    assert "Calm answers" in page
    assert "1 open action" in page
    assert "A review of your work is released" not in page


def test_reading_a_notice_takes_it_off_the_desk(session: Session, cast: Cast, sign_in: SignIn):
    notices.notify(session, [cast.rita.id], kind="parts_assigned", object_type="period", object_id=1, now=NOW)
    notice = session.scalars(select(Notice)).one()
    client = sign_in(cast.rita)

    response = client.post_form(f"/notices/{notice.id}/read")

    session.refresh(notice)
    assert response.location == "/queue"
    assert notice.read_at is not None


def test_a_notice_dated_ahead_waits_for_its_time(session: Session, cast: Cast):
    notices.notify(
        session,
        [cast.sam.id],
        kind="review_released",
        object_type="review",
        object_id=1,
        now=NOW + dt.timedelta(hours=8),
    )

    assert notice_queries.unread(session, cast.sam.id, now=NOW) == []
    assert len(notice_queries.unread(session, cast.sam.id, now=NOW + dt.timedelta(hours=8))) == 1


def test_a_notice_that_was_taken_back_is_gone_unless_it_was_read(session: Session, cast: Cast):
    for user in (cast.sam, cast.olga):
        notices.notify(session, [user.id], kind="review_released", object_type="review", object_id=1, now=NOW)
    notices.mark_read(session, cast.olga.id, "review", 1, now=NOW)

    notices.withdraw(session, object_type="review", object_id=1)

    assert session.scalars(select(Notice.user_id)).all() == [cast.olga.id]


def events(session: Session, cast: Cast, count: int) -> None:
    for n in range(count):
        for action in ("session.start", "person.role", "plan.save"):
            audit.record(
                session, action=action, object_type="thing", object_id=n, actor_id=cast.quinn.id, now=NOW, detail={}
            )
    session.flush()


def test_the_trail_shows_a_qa_lead_quality_and_an_admin_everything(session: Session, cast: Cast, sign_in: SignIn):
    events(session, cast, 1)

    lead, admin = words(sign_in(cast.quinn), "/audit?action=session.start"), words(sign_in(cast.ada), "/audit")

    assert "No event" in lead
    assert "session.start" in admin
    assert "plan.save" in admin


def test_the_trail_is_paged_and_asks_no_more_for_more_events(session: Session, cast: Cast, sign_in: SignIn):
    client = sign_in(cast.ada)
    events(session, cast, 2)
    with count_queries() as few:
        client.get("/audit")
    events(session, cast, 40)

    with count_queries() as many:
        page = words(client, "/audit")

    assert "before=" in page
    assert len(many) <= len(few)


def test_the_page_proves_the_chain_and_finds_a_change(app: Flask, session: Session, cast: Cast, sign_in: SignIn):
    events(session, cast, 2)
    session.commit()
    settings = app.extensions["fairmark"]
    audit.seal_and_anchor(session, settings.audit_key, settings.instance, now=NOW)
    session.commit()
    client = sign_in(cast.ada)
    sound = words(client, "/audit/verify")

    first = select(func.min(audit.AuditEvent.id)).scalar_subquery()
    tamper(session, update(audit.AuditEvent).where(audit.AuditEvent.id == first).values(action="plan.draw"))
    changed = words(client, "/audit/verify")

    assert "The trail does not hold." not in sound
    assert "The trail does not hold." in changed
