"""The sampling pages: plans, weeks, one draw with its receipt."""

import datetime as dt
import json
from collections.abc import Callable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.core.clock import monday_of, utcnow, week_key
from qa.sampling.models import Draw, DrawnUnit, SamplingPlan, SamplingPlanVersion
from tests.support.builders import make_ticket, publish_rubric
from tests.support.cast import Cast
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]


def last_week(back: int = 1) -> tuple[str, dt.datetime]:
    """A week that is over, and a moment within it."""
    monday = monday_of(utcnow().date()) - dt.timedelta(weeks=back)
    return week_key(monday), dt.datetime.combine(monday, dt.time(12), tzinfo=dt.UTC)


def plan_by_page(client: CheckingClient, session: Session, **more: object) -> SamplingPlan:
    response = client.post_form("/sampling/plans/new", {"name": "Weekly", "amount": "2", **more})
    assert response.status_code == 302
    return session.scalars(select(SamplingPlan).order_by(SamplingPlan.id.desc())).first()  # type: ignore[return-value]


def draw_by_page(client: CheckingClient, session: Session, plan: SamplingPlan, week: str) -> Draw:
    response = client.post_form("/sampling/draws", {"period": week, "plans": [str(plan.id)]})
    assert response.status_code == 302
    return session.scalars(select(Draw).order_by(Draw.id.desc())).first()  # type: ignore[return-value]


def test_a_qa_lead_plans_draws_and_proves_the_receipt(session: Session, cast: Cast, sign_in: SignIn):
    week, moment = last_week()
    publish_rubric(session, cast)
    for _ in range(4):
        make_ticket(session, cast, resolved_at=moment)
    client = sign_in(cast.quinn)

    draw = draw_by_page(client, session, plan_by_page(client, session), week)

    receipt = client.get(f"/sampling/draws/{draw.id}/receipt.json")
    page = client.get(f"/sampling/draws/{draw.id}").get_data(as_text=True)
    sound = client.get(f"/sampling/draws/{draw.id}/verify").get_data(as_text=True)
    session.execute(update(DrawnUnit).where(DrawnUnit.draw_id == draw.id).values(inclusion_probability=0.9))
    broken = client.get(f"/sampling/draws/{draw.id}/verify").get_data(as_text=True)
    told = json.loads(receipt.data)
    assert (told["period"], told["n"], told["N"]) == (week, 2, 4)
    assert "Rita Ramos" in page
    assert "not those of the receipt" not in sound
    assert "not those of the receipt" in broken


def test_a_week_that_was_drawn_is_not_offered_and_not_drawn_again(session: Session, cast: Cast, sign_in: SignIn):
    week, moment = last_week()
    publish_rubric(session, cast)
    make_ticket(session, cast, resolved_at=moment)
    client = sign_in(cast.quinn)
    plan = plan_by_page(client, session)
    draw_by_page(client, session, plan, week)

    page = client.get("/sampling/").get_data(as_text=True)
    again = client.post_form("/sampling/draws", {"period": week, "plans": [str(plan.id)]})

    assert f'value="{week}"' not in page
    assert again.status_code == 422
    assert len(session.scalars(select(Draw)).all()) == 1


def test_a_plan_is_changed_in_its_form_and_the_same_again_is_no_version(session: Session, cast: Cast, sign_in: SignIn):
    make_ticket(session, cast, queue="payouts")
    client = sign_in(cast.quinn)
    plan = plan_by_page(client, session)

    for _ in range(2):
        client.post_form(f"/sampling/plans/{plan.id}", {"name": "Weekly", "amount": "3", "queues": ["payouts"]})

    versions = session.scalars(select(SamplingPlanVersion).order_by(SamplingPlanVersion.n)).all()
    assert [(each.n, each.parameters["amount"], each.filter) for each in versions] == [
        (1, 2, {}),
        (2, 3, {"queue": ["payouts"]}),
    ]


def test_a_faulty_plan_is_explained(cast: Cast, session: Session, sign_in: SignIn):
    client = sign_in(cast.quinn)

    for form in ({"name": "", "amount": "2"}, {"name": "W", "amount": "51"}, {"name": "W", "amount": "x"}):
        assert client.post_form("/sampling/plans/new", form).status_code == 422
    assert session.scalars(select(SamplingPlan)).all() == []


def test_parts_nobody_can_take_are_listed_with_the_draw(session: Session, cast: Cast, sign_in: SignIn):
    week, moment = last_week()
    publish_rubric(session, cast)
    handled = make_ticket(session, cast, resolved_at=moment, content_severity=3)
    client = sign_in(cast.quinn)

    draw = draw_by_page(client, session, plan_by_page(client, session), week)

    assert handled.ticket.external_id in client.get(f"/sampling/draws/{draw.id}").get_data(as_text=True)


def test_more_parts_plans_and_weeks_ask_no_more_of_the_database(session: Session, cast: Cast, sign_in: SignIn):
    publish_rubric(session, cast)
    client = sign_in(cast.quinn)
    counts = []
    for back, parts in ((1, 1), (2, 8)):
        week, moment = last_week(back)
        for _ in range(parts):
            make_ticket(session, cast, resolved_at=moment)
        draw = draw_by_page(client, session, plan_by_page(client, session, name=f"Plan {back}", amount="8"), week)
        client.get("/sampling/")  # shows the message of the draw
        with count_queries() as statements:
            for address in ("/sampling/", f"/sampling/draws/{draw.id}", f"/sampling/draws/{draw.id}/verify"):
                client.get(address)
        counts.append(len(statements))

    assert counts[0] == counts[1]
