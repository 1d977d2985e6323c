"""The demo's coaching beside its plans: library, trainings, meetings, praise, examples, a follow-up draw, a lot."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching import praising, service
from qa.coaching.examples import queries as example_queries
from qa.coaching.examples import service as examples
from qa.coaching.follow_ups import service as follow_ups
from qa.coaching.library import service as library
from qa.coaching.library.models import Training
from qa.coaching.meetings import recurring
from qa.coaching.meetings import service as meetings
from qa.coaching.models import CoachingGoal, CoachingPlan
from qa.coaching.wait_lists import service as wait_lists
from qa.core.access import Role
from qa.core.clock import midnight, monday_of
from qa.core.crypto import KeyRing
from qa.core.errors import ConflictError, FairmarkError
from qa.people.models import Membership, ProgrammeSetting, RoleGrant, User
from qa.people.queries import actor_for, zone_of
from qa.reviews.models import Answer, Evidence, Review
from qa.reviews.queries import get_review_for
from qa.sampling.models import Purpose
from qa.tickets.models import HandledPart, Ticket

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
TEMPLATES = (  # which of the criteria that plans work on most, kind, text, whose, days
    (0, "focus", "Say in the first line what they need, before anything about the process.", "specialist", 14),
    (0, "action", "Rewrite the first line of five old answers and bring them to the 1:1", "specialist", 10),
    (0, "action", "Read two shared examples together and say what makes them work", "lead", 7),
    (1, "focus", "Check the facts of the account before promising a day.", "specialist", 14),
    (1, "action", "Keep a note of each promise for two weeks, and whether it held", "specialist", 14),
)
PRAISE = (
    "You told them plainly what had gone wrong and by when it would be mended. That is how it is done.",
    "Three difficult cases in a row, and each answer was checked before it went out.",
    "Thank you for helping the newcomers with the payout questions this week.",
    "The tone in the last appeal was exactly right: firm and kind.",
)
AGENDA = "How the last two weeks went\nThe plan: what helped, what did not\nOne conversation of your choice"
OWN_WORDS = "The checklist helps. In busy hours I forget the last line; a reminder in the template would do it."
YOUNG = 6  # plans that are in the middle of it
LOT = 6  # people


def load_coaching_room(session: Session, setting: ProgrammeSetting, *, ring: KeyRing, until: dt.datetime) -> None:
    """Everything at the moment at which the story ends, through the services."""
    plans = session.scalars(
        select(CoachingPlan).where(CoachingPlan.state == "active").order_by(CoachingPlan.starts_on, CoachingPlan.id)
    ).all()
    if not plans:
        return
    qa_lead = session.scalars(
        select(RoleGrant.user_id).where(RoleGrant.role == Role.QA_LEAD).order_by(RoleGrant.id).limit(1)
    ).one()
    young = plans[-YOUNG:]
    training = _library(session, setting, plans, qa_lead, until)
    _work(session, young, training, until)
    for number, plan in enumerate(young):
        _meet(session, setting, plan, number, until)
        praising.give(
            session,
            plan.specialist_id,
            PRAISE[number % len(PRAISE)],
            review_id=None,
            criterion_key="",
            by=plan.lead_id,
            now=until + 2 * MINUTE,
        )
    _examples(session, ring, young, until)
    _follow_up(session, setting, young, until)
    _lot(session, setting, qa_lead, until)
    session.commit()


def _library(
    session: Session, setting: ProgrammeSetting, plans: Sequence[CoachingPlan], qa_lead: int, now: dt.datetime
) -> Training:
    """Templates for what plans work on most, one of them only proposed; courses that can be given as actions."""
    goals = session.scalars(
        select(CoachingGoal.criterion_key).where(CoachingGoal.plan_id.in_([plan.id for plan in plans]))
    ).all()
    often = sorted(set(goals), key=lambda key: (-goals.count(key), key))[:2]
    for which, kind, text, owner, days in TEMPLATES:
        if which < len(often):
            last = (which, kind) == (1, "action")
            library.propose(
                session,
                setting.programme_id,
                criterion_key=often[which],
                kind=kind,
                text=text,
                owner=owner,
                days=days,
                adopt=not last,
                by=plans[-1].lead_id if last else qa_lead,
                now=now,
            )
    courses = [
        library.add_training(
            session,
            setting.programme_id,
            kind="course",
            title=title,
            url=f"https://learning.fairmark.example/{place}",
            procedure_id=None,
            by=qa_lead,
            now=now,
        )
        for title, place in (("Difficult news, kindly said", "news"), ("Writing clearly, half a day", "clear"))
    ]
    return courses[-1]


def _work(session: Session, plans: Sequence[CoachingPlan], training: Training, now: dt.datetime) -> None:
    """A training in two plans, taken in one of them; somebody's own words; targets with a day."""
    for number, plan in enumerate(plans[:2]):
        action = service.add_action(
            session,
            plan,
            text="",
            owner_id=plan.specialist_id,
            due_on=now.date() + 10 * DAY,
            goal_id=None,
            version=plan.lock_version,
            by=plan.lead_id,
            now=now,
            training=training,
        )
        if number == 0:
            service.end_action(
                session, plan, action, state="done", result="passed", by=plan.specialist_id, now=now, today=now.date()
            )
            service.write_own_words(
                session, plan, OWN_WORDS, version=plan.lock_version, by=plan.specialist_id, now=now + MINUTE
            )
    for goal in session.scalars(select(CoachingGoal).where(CoachingGoal.plan_id.in_([plan.id for plan in plans]))):
        goal.due_on = now.date() + 42 * DAY
        goal.focus = (
            f"One conversation a day with an eye on {goal.criterion_key.replace('_', ' ')}, looked at together."
        )
    session.flush()


def _meet(session: Session, setting: ProgrammeSetting, plan: CoachingPlan, number: int, now: dt.datetime) -> None:
    """One meeting that was held today, and one to come: for every second person by a series."""
    zone = zone_of(setting)
    held = meetings.plan_meeting(
        session,
        specialist_id=plan.specialist_id,
        lead_id=plan.lead_id,
        starts_at=now + MINUTE,
        minutes=30,
        place="Room 2",
        agenda=AGENDA,
        by=plan.lead_id,
        now=now,
    )
    meetings.write(
        session,
        held,
        agenda=AGENDA,
        shared_notes="We read two conversations. The openings are much better; the last line still goes missing.",
        agreed="A reminder for the last line in the template\nLook at three more next time",
        version=0,
        by=plan.lead_id,
        now=now + 2 * MINUTE,
    )
    meetings.note_privately(
        session, held, "Careful with the pace: a lot on at home.", by=plan.lead_id, now=now + 2 * MINUTE
    )
    meetings.end(session, held, state="held", version=1, by=plan.lead_id, now=now + 3 * MINUTE)
    next_week = monday_of(now.date()) + dt.timedelta(days=7 + number % 5)
    if number % 2:
        meetings.plan_meeting(
            session,
            specialist_id=plan.specialist_id,
            lead_id=plan.lead_id,
            starts_at=midnight(next_week, zone) + dt.timedelta(hours=10),
            minutes=30,
            place="Room 2",
            agenda=AGENDA,
            by=plan.lead_id,
            now=now,
        )
        return
    row = recurring.begin(
        session,
        specialist_id=plan.specialist_id,
        lead_id=plan.lead_id,
        rhythm="two_weekly",
        starts_on=next_week,
        minute_of_day=570,
        minutes=30,
        place="Call",
        agenda=AGENDA,
        today=now.date(),
        now=now,
    )
    recurring.open_due(session, row, zone=zone, today=now.date(), now=now)


def _examples(session: Session, ring: KeyRing, plans: Sequence[CoachingPlan], now: dt.datetime) -> None:
    """Passages of three people's good work: two shared, one that waits for its writer's answer."""
    asked = 0
    for plan in plans:
        lead = actor_for(session, session.get_one(User, plan.lead_id), today=now.date())
        rows = session.execute(
            select(Review.id, Answer.criterion_key, Evidence, Ticket)
            .join(Answer, Answer.revision_id == Review.current_revision_id)
            .join(Evidence, Evidence.answer_id == Answer.id)
            .join(HandledPart, HandledPart.id == Review.part_id)
            .join(Ticket, Ticket.id == HandledPart.ticket_id)
            .where(
                HandledPart.specialist_id == plan.specialist_id,
                Review.purpose == Purpose.ROUTINE,
                Review.state == "submitted",
                Review.released_at.is_not(None),
                Ticket.content_severity == 0,
            )
            .order_by(Review.id.desc(), Evidence.id)
            .limit(4)
        ).all()
        for review_id, key, pin, ticket in rows:
            if not example_queries.shareable(ticket) or not 20 <= pin.end - pin.start <= 1_000:
                continue
            try:
                view = get_review_for(session, lead, review_id, now=now)
                example_queries.check_own_words(
                    session, ring, view, message_id=pin.message_id, start=pin.start, end=pin.end
                )
            except FairmarkError:  # somebody else's words
                continue
            row = examples.ask(
                session,
                specialist_id=plan.specialist_id,
                review_id=review_id,
                criterion_key=key,
                message_id=pin.message_id,
                start=pin.start,
                end=pin.end,
                why="Says plainly what happens next",
                by=plan.lead_id,
                now=now,
            )
            if asked < 2:
                examples.answer(session, row, agreed=True, by=plan.specialist_id, now=now + MINUTE)
            asked += 1
            break
        if asked == 3:
            return


def _follow_up(session: Session, setting: ProgrammeSetting, plans: Sequence[CoachingPlan], now: dt.datetime) -> None:
    """Three reviews drawn for the first plan that has anything to draw from."""
    for plan in plans:
        try:
            follow_ups.draw_for(session, plan, setting, size=3, seed=bytes(32), by=plan.lead_id, now=now)
        except ConflictError:
            continue
        return


def _lot(session: Session, setting: ProgrammeSetting, qa_lead: int, now: dt.datetime) -> None:
    """Six people without a plan, of whom three begin next Monday."""
    busy = select(CoachingPlan.specialist_id).where(CoachingPlan.state == "active")
    members = select(Membership.user_id).where(Membership.kind == "member", Membership.valid_to.is_(None))
    specialists = select(RoleGrant.user_id).where(RoleGrant.role == Role.SPECIALIST, RoleGrant.valid_to.is_(None))
    people = session.scalars(
        select(User.id)
        .where(User.active, User.id.in_(members), User.id.in_(specialists), User.id.not_in(busy))
        .order_by(User.id)
        .limit(LOT)
    ).all()
    if len(people) == LOT:
        wait_lists.cast_lot(
            session,
            setting.programme_id,
            people,
            title="Spring round",
            first_size=LOT // 2,
            starts_on=monday_of(now.date()) + dt.timedelta(weeks=1),
            weeks=8,
            seed=bytes(range(32)),
            by=qa_lead,
            today=now.date(),
            now=now,
        )
