"""The sampling pages: plans, weeks, one draw with its receipt."""

import datetime as dt
import json
import re
from collections.abc import Callable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.core.clock import monday_of, utcnow, week_key
from qa.people.queries import zone_of
from qa.sampling import committing, frames
from qa.sampling.allocation import Plan
from qa.sampling.models import Draw, DrawnUnit, SamplingPlan, SamplingPlanVersion
from tests.support.builders import RING, make_ticket, publish_rubric
from tests.support.cast import Cast
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]


def last_week(back: int = 1) -> tuple[str, dt.datetime]:
    """A week that is over, and a moment within it."""
    monday = monday_of(utcnow().date()) - dt.timedelta(weeks=back)
    return week_key(monday), dt.datetime.combine(monday, dt.time(12), tzinfo=dt.UTC)


PLAN = {"name": "Weekly", "kind": "quota_per_specialist", "amount": "2", "schedule": "weekly"}


def plan_by_page(client: CheckingClient, session: Session, **more: object) -> SamplingPlan:
    response = client.post_form("/sampling/plans/new", {**PLAN, **more})
    assert response.status_code == 302
    return session.scalars(select(SamplingPlan).order_by(SamplingPlan.id.desc())).first()  # type: ignore[return-value]


def draw_by_page(client: CheckingClient, session: Session, week: str) -> Draw:
    response = client.post_form(f"/sampling/weeks/{week}/draw")
    assert response.status_code == 302
    return session.scalars(select(Draw).where(Draw.drawn_at.is_not(None)).order_by(Draw.id.desc())).first()  # type: ignore[return-value]


def text_of(client: CheckingClient, address: str) -> str:
    return client.get(address).get_data(as_text=True)


def test_a_qa_lead_plans_draws_and_proves_the_receipt(session: Session, cast: Cast, sign_in: SignIn):
    week, moment = last_week()
    publish_rubric(session, cast)
    for _ in range(4):
        make_ticket(session, cast, resolved_at=moment)
    client = sign_in(cast.quinn)
    plan_by_page(client, session)
    before = text_of(client, f"/sampling/weeks/{week}")

    draw = draw_by_page(client, session, week)

    receipt = client.get(f"/sampling/draws/{draw.id}/receipt.json")
    sound = client.post_form(f"/sampling/draws/{draw.id}/verify").get_data(as_text=True)
    session.execute(update(DrawnUnit).where(DrawnUnit.draw_id == draw.id).values(inclusion_probability=0.9))
    broken = client.post_form(f"/sampling/draws/{draw.id}/verify").get_data(as_text=True)
    told = json.loads(receipt.data)
    assert "The plans together draw <strong>2</strong>" in before
    # t(0.975, 1) = 12.706; times 18 times root((1 - 2/4) / 2) = 114.4.
    assert "12.71 × 18.0 × √((1 − 2 ÷ 4) ÷ 2.0) = ± 114.4" in before
    assert (told["period"], told["n"], told["N"]) == (week, 2, 4)
    assert "Rita Ramos" in text_of(client, f"/sampling/draws/{draw.id}/board")
    assert "The receipt holds." in sound
    assert "not those of the receipt" in broken
    verified = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "receipt.verify")).all()
    assert [detail["problems"] for detail in verified] == [0, 1]


def test_a_week_that_was_drawn_is_not_drawn_again(session: Session, cast: Cast, sign_in: SignIn):
    week, moment = last_week()
    publish_rubric(session, cast)
    make_ticket(session, cast, resolved_at=moment)
    client = sign_in(cast.quinn)
    plan_by_page(client, session)
    draw = draw_by_page(client, session, week)

    again = client.post_form(f"/sampling/weeks/{week}/draw")

    assert again.status_code == 409
    assert client.get(f"/sampling/weeks/{week}").location == f"/sampling/draws/{draw.id}"


def test_a_plan_is_previewed_before_it_is_kept(session: Session, cast: Cast, sign_in: SignIn):
    _, moment = last_week()
    for queue in ("payouts", "payouts", "payouts", "appeals"):
        make_ticket(session, cast, resolved_at=moment, queue=queue)
    client = sign_in(cast.quinn)

    page = client.post_form("/sampling/plans/new", {**PLAN, "where_queue": ["payouts"], "step": "preview"})

    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert session.scalars(select(SamplingPlan)).all() == []
    assert "A week like" in text
    assert "this plan adds" in text
    assert "± = t · sd · √((1 − n ÷ N) ÷ n effective)" in text
    assert "usual in the trade" in text  # no review of one's own yet
    assert 'value="payouts" checked' in text or 'checked id="where_queue-1"' in text


def test_keeping_a_plan_commits_to_the_next_week_s_seed(session: Session, cast: Cast, sign_in: SignIn):
    client = sign_in(cast.quinn)

    plan_by_page(client, session)

    row = session.scalars(select(Draw)).one()
    assert row.committed_before_opening
    assert "seed committed" in text_of(client, "/sampling/")


def test_a_week_shows_the_plans_that_its_seed_was_fixed_with(session: Session, cast: Cast, sign_in: SignIn):
    week, moment = last_week()
    publish_rubric(session, cast)
    for _ in range(8):
        make_ticket(session, cast, resolved_at=moment)
    client = sign_in(cast.quinn)
    first = plan_by_page(client, session)
    period = frames.get_or_open_period(session, cast.programme.id, week, zone_of(cast.setting))
    plans = [Plan(key=first.key, kind="quota_per_specialist", amount=2, where={})]
    eve = period.starts_at - dt.timedelta(days=1)
    committing.commit(session, period, plans, ring=RING, by=cast.quinn.id, now=eve)
    session.commit()

    kept = client.post_form("/sampling/plans/new", {**PLAN, "name": "Later & more", "amount": "5"})

    told = client.get(kept.location).get_data(as_text=True)
    page = text_of(client, f"/sampling/weeks/{week}")
    assert "It holds from the week of" in told
    assert "The plans together draw <strong>2</strong>" in page
    assert "Later &amp; more does not take part: the seed of this week was fixed without it" in page
    assert draw_by_page(client, session, week).size == 2


def test_weeks_of_long_ago_can_be_reached(session: Session, cast: Cast, sign_in: SignIn):
    week, moment = last_week(20)
    make_ticket(session, cast, resolved_at=moment)
    client = sign_in(cast.quinn)
    newest = text_of(client, "/sampling/")
    (earlier,) = re.findall(r"until=(\d{4}-W\d\d)", newest)

    page = text_of(client, f"/sampling/?until={earlier}")

    assert (week in newest, week in page) == (False, True)
    assert "Newest weeks" in page
    assert [client.get(f"/sampling/?until={each}").status_code for each in ("0001-W01", "soon", "")] == [404] * 3


def test_plans_rest_retire_and_come_back(session: Session, cast: Cast, sign_in: SignIn):
    client = sign_in(cast.quinn)
    plan = plan_by_page(client, session)
    states = []

    for step in ("pause", "resume", "retire", "bring-back"):
        client.post_form(f"/sampling/plans/{plan.id}/{step}")
        page = text_of(client, "/sampling/")
        states.append((step, ">Resume<" in page, "Retired plans" in page, bool(session.scalars(select(Draw)).all())))
        session.commit()

    assert states == [
        ("pause", True, False, False),  # nothing takes part: the promise goes too
        ("resume", False, False, True),
        ("retire", False, True, False),
        ("bring-back", False, False, True),
    ]


def test_two_people_who_change_one_plan_do_not_overwrite_each_other(session: Session, cast: Cast, sign_in: SignIn):
    client = sign_in(cast.quinn)
    plan = plan_by_page(client, session)
    form = {**PLAN, "version": "1", "amount": "3"}
    client.post_form(f"/sampling/plans/{plan.id}", form)

    second = client.post_form(f"/sampling/plans/{plan.id}", {**form, "amount": "4"})

    assert second.status_code == 409
    assert "Somebody else changed this plan" in second.get_data(as_text=True)


def test_a_plan_is_changed_in_its_form_and_the_same_again_is_no_version(session: Session, cast: Cast, sign_in: SignIn):
    _, moment = last_week()
    for queue in ("payouts", "appeals"):
        make_ticket(session, cast, resolved_at=moment, queue=queue)
    client = sign_in(cast.quinn)
    plan = plan_by_page(client, session)

    for _ in range(2):
        client.post_form(f"/sampling/plans/{plan.id}", {**PLAN, "amount": "3", "where_queue": ["payouts"]})

    versions = session.scalars(select(SamplingPlanVersion).order_by(SamplingPlanVersion.n)).all()
    assert [(each.n, each.parameters["amount"], each.filter) for each in versions] == [
        (1, 2, {}),
        (2, 3, {"queue": ["payouts"]}),
    ]
    assert "where_queue" in text_of(client, f"/sampling/plans/{plan.id}")


def test_a_faulty_plan_is_explained(cast: Cast, session: Session, sign_in: SignIn):
    client = sign_in(cast.quinn)

    faulty: tuple[dict[str, str], ...] = (
        {"name": ""},
        {"amount": "51"},
        {"amount": "x"},
        {"kind": "census"},
        {"kind": "neyman"},
        {"schedule": "one_off"},
        {"schedule": "one_off", "once": "next week"},
        {"kind": "by feeling"},
    )
    for form in faulty:
        assert client.post_form("/sampling/plans/new", {**PLAN, **form}).status_code == 422, form
    assert session.scalars(select(SamplingPlan)).all() == []


def test_parts_nobody_can_take_are_listed_with_the_draw(session: Session, cast: Cast, sign_in: SignIn):
    week, moment = last_week()
    publish_rubric(session, cast)
    handled = make_ticket(session, cast, resolved_at=moment, content_severity=3)
    client = sign_in(cast.quinn)

    plan_by_page(client, session)

    draw = draw_by_page(client, session, week)

    assert handled.ticket.external_id in text_of(client, f"/sampling/draws/{draw.id}/board")
    again = client.post_form(f"/sampling/draws/{draw.id}/give-out")
    assert again.location == f"/sampling/draws/{draw.id}/board"
    assert "0 parts have a reviewer now; 1 wait on." in text_of(client, again.location)


def test_more_parts_plans_and_weeks_ask_no_more_of_the_database(session: Session, cast: Cast, sign_in: SignIn):
    publish_rubric(session, cast)
    client = sign_in(cast.quinn)
    counts = []
    for back, parts in ((1, 1), (2, 8)):
        week, moment = last_week(back)
        for _ in range(parts):
            make_ticket(session, cast, resolved_at=moment)
        plan_by_page(client, session, name=f"Plan {back}", amount="8")
        addresses = ["/sampling/", f"/sampling/weeks/{week}", "/sampling/health", "/sampling/pool"]
        with count_queries() as undrawn:
            for address in addresses:
                client.get(address)
        draw = draw_by_page(client, session, week)
        client.get("/sampling/")  # shows the message of the draw
        with count_queries() as statements:
            for address in (f"/sampling/draws/{draw.id}", f"/sampling/draws/{draw.id}/board", "/sampling/health"):
                client.get(address)
            client.post_form(f"/sampling/draws/{draw.id}/verify")
        counts.append((len(undrawn), len(statements)))

    assert counts[0] == counts[1]
