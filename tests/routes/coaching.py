"""What belongs to coaching, for the walk through every route: of Sam, of Olga, and of another programme."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from qa.coaching.examples.models import CoachingExample
from qa.coaching.library.models import CoachingTemplate, Training
from qa.coaching.meetings.models import CoachingMeeting, CoachingSeries
from qa.coaching.models import CoachingGoal, CoachingPlan, CoachingResource
from qa.coaching.wait_lists.models import WaitList, WaitPlace
from qa.people.models import User
from qa.reviews.models import Review
from tests.support.cast import NOW, TODAY, Cast

LATER = NOW + dt.timedelta(days=500)  # after whatever day the tests run on


@dataclass(frozen=True, slots=True, kw_only=True)
class Coached:
    """Everything of one specialist and their lead."""

    goal: CoachingGoal
    resource: CoachingResource
    meeting: CoachingMeeting
    series: CoachingSeries
    template: CoachingTemplate
    training: Training
    example: CoachingExample
    wait_list: WaitList
    place: WaitPlace


def coached(
    session: Session, cast: Cast, specialist: User, lead: User, review: Review, plan: CoachingPlan | None
) -> Coached:
    """Written as rows: what their services do is told elsewhere."""
    if plan is None:
        plan = CoachingPlan(
            specialist_id=specialist.id, lead_id=lead.id, title="A plan", starts_on=TODAY, created_at=NOW
        )
        session.add(plan)
        session.flush()
    goal = CoachingGoal(plan_id=plan.id, family_key="trial", criterion_key="tone", baseline_n=0)
    resource = CoachingResource(
        plan_id=plan.id, title="A link", url="https://x.example", created_at=NOW, created_by_id=lead.id
    )
    meeting = CoachingMeeting(specialist_id=specialist.id, lead_id=lead.id, starts_at=LATER, minutes=30, created_at=NOW)
    series = CoachingSeries(
        specialist_id=specialist.id,
        lead_id=lead.id,
        rhythm="weekly",
        starts_on=LATER.date(),
        next_on=LATER.date(),
        minute_of_day=600,
        minutes=30,
        created_at=NOW,
    )
    template = CoachingTemplate(
        programme_id=specialist.programme_id,
        criterion_key="tone",
        kind="action",
        text=f"Read two good answers, {specialist.name}",
        state="adopted",
        proposed_by_id=lead.id,
        proposed_at=NOW,
        settled_by_id=lead.id,
        settled_at=NOW,
    )
    training = Training(
        programme_id=specialist.programme_id,
        kind="course",
        title=f"A course for {specialist.name}",
        created_by_id=lead.id,
        created_at=NOW,
    )
    example = CoachingExample(
        specialist_id=specialist.id,
        review_id=review.id,
        criterion_key="tone",
        message_id="m2",
        start=0,
        end=20,
        asked_by_id=lead.id,
        asked_at=NOW,
    )
    wait_list = WaitList(
        programme_id=specialist.programme_id,
        title="A lot",
        starts_on=LATER.date(),
        weeks=6,
        first_size=3,
        seed="00",
        digest="00",
        drawn_at=NOW,
        drawn_by_id=lead.id,
    )
    session.add_all([goal, resource, meeting, series, template, training, example, wait_list])
    session.flush()
    place = WaitPlace(list_id=wait_list.id, user_id=specialist.id, position=1, wave=1, starts_on=LATER.date())
    session.add(place)
    session.flush()
    return Coached(
        goal=goal,
        resource=resource,
        meeting=meeting,
        series=series,
        template=template,
        training=training,
        example=example,
        wait_list=wait_list,
        place=place,
    )
