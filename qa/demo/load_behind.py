"""What stands behind the demo's figures: procedures, the launch, targets, escalations, gaps, notes, closed weeks."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.board_notes import service as board_notes
from qa.board_notes.rules import span_of
from qa.core.access import Actor, Role
from qa.core.clock import midnight
from qa.core.crypto import KeyRing
from qa.demo import story
from qa.demo.scenarios import QUEUES
from qa.escalations import service as escalations
from qa.launches import service as launches
from qa.people.models import ProgrammeSetting, User
from qa.people.queries import actor_for, people_with_role, zone_of
from qa.reviews.models import Answer, Evidence, Review
from qa.reviews.queries import ToScore
from qa.rubric_library import procedures
from qa.sampling.models import Assignment, Purpose
from qa.sop_gaps import queries as gap_queries
from qa.sop_gaps import service as gaps
from qa.sop_gaps.rules import Raised
from qa.targets import service as targets
from qa.tickets.conversations import conversation_of
from qa.tickets.models import HandledPart, Ticket
from qa.trends import closing

CLOSED = 3  # of the oldest weeks
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
WIKI = "https://wiki.fairmark.example/sop/"
PROCEDURES = (  # key, title, versions: label, week of the story, weeks until it is to be reviewed, what changed
    ("knowledge-base-first", "Knowledge base first", (("1", 1, 60, ""), ("2", 18, 40, "Held payouts are told apart"))),
    ("escalation-matrix", "Escalation matrix", (("1", 1, 20, ""),)),
    ("account-verification", "Account verification", (("3", 1, 60, ""), ("4", 20, 50, "Two countries at once"))),
    ("data-protection", "Data protection", (("2", 1, 52, ""),)),
)
ISSUES = (
    "Echo in recordings without headphones",
    "Invitations expire by the clock of the device",
    "Charges for the first month cannot be refunded in the tool",
)
NOTES = (
    (2, "The launch of Duet Studio cost us points where it landed and nowhere else. The procedure for its charges came "
        "late; it is in force now."),
    (1, "Team by team the picture is calm. I want the gap on account verification closed before the next launch."),
)  # fmt: skip
ESCALATIONS = (  # days ago, hours until it was closed (none: still open), to, reason
    (2, None, "Legal", "A manager of theirs speaks of a claim"),
    (3, None, "Trust and safety", "Says that somebody else reads their messages"),
    (5, 31, "Finance", "A payout was held twice in a row"),
    (6, None, "Finance", "The tax form of two countries does not fit the tool"),
    (8, 20, "Product", "Recordings are lost when the second person leaves"),
    (9, 74, "Legal", "Asks for everything we keep about them"),
    (12, 16, "Finance", "Payout went to a closed account"),
    (15, 49, "Product", "Charged for a month that was free"),
    (19, 8, "Trust and safety", "Received threats after a joint recording"),
    (24, 95, "Legal", "A label claims the same recording"),
    (31, 27, "Finance", "The currency changed between promise and payout"),
)
GAPS = (  # criterion, kind, what was said
    ("identity_verified", "unclear", "Two papers are named: it can be read as one of them, or as both."),
    ("correct_answer", "missing", "Nothing says what to do when a payout is held in two countries at once."),
    ("correct_answer", "missing", "Nothing says what holds for a free month that was charged."),
    ("right_route", "not_followed", "The matrix names the team; the ticket went back to the queue instead."),
    ("identity_verified", "unclear", "Which of the two papers is enough?"),
    ("correct_answer", "wrong", "It still tells of the old form; the tool has asked for the new one since spring."),
    ("correct_answer", "missing", "Held payouts of two countries are not told apart anywhere."),
    ("identity_verified", "not_followed", "The check was skipped, though it is the first step."),
    ("correct_answer", "missing", "Nothing says who decides when the invitation has expired by the wrong clock."),
    ("correct_answer", "unclear", "Step four can be read in two ways."),
)
RESTS_ON = {
    "correct_answer": "knowledge-base-first",
    "identity_verified": "account-verification",
    "right_route": "escalation-matrix",
}
FIXED_WEEK = 18
LAUNCH_QUEUE = next(queue.name for queue in QUEUES if queue.key == story.LAUNCH_QUEUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who does what here."""

    lead: User
    director: User
    actor: Actor


def load_behind(session: Session, setting: ProgrammeSetting, ring: KeyRing, *, until: dt.datetime) -> None:
    """Everything at the moment at which the story ends, through the services."""
    programme_id, today = setting.programme_id, until.date()
    lead = people_with_role(session, programme_id, Role.QA_LEAD, today)[0]
    director = people_with_role(session, programme_id, Role.DIRECTOR, today)[0]
    people = People(lead=lead, director=director, actor=actor_for(session, lead, today=today))
    _procedures(session, setting, people, today, until)
    _launches(session, programme_id, people, today, until)
    _targets(session, programme_id, people, today, until)
    _escalations(session, people, until)
    _gaps(session, people, ring, today, until)
    for week in closing.periods_of(session, programme_id)[2:][-CLOSED:]:  # the newest are still being reviewed
        closing.close(session, week, by=lead.id, now=until)
    for months_ago, text in NOTES:
        month = (today.replace(day=15) - months_ago * 30 * DAY).strftime("%Y-%m")
        board_notes.write(session, programme_id, span_of(month), text, version=0, by=director.id, now=until)


def _procedures(session: Session, setting: ProgrammeSetting, people: People, today: dt.date, now: dt.datetime) -> None:
    zone = zone_of(setting)
    for key, name, versions in PROCEDURES:
        made = procedures.create(
            session, setting.programme_id, key=key, name=name, owner_id=people.lead.id, by=people.lead.id, now=now
        )
        for label, week, weeks, what in versions:
            first = story.monday(today, week)
            procedures.add_version(
                session,
                made,
                label=label,
                url=f"{WIKI}{key}",
                effective_from=midnight(first, zone),
                review_by=first + weeks * 7 * DAY,
                what_changed=what,
                by=people.lead.id,
                now=now,
            )


def _launches(session: Session, programme_id: int, people: People, today: dt.date, now: dt.datetime) -> None:
    plan = next(iter(launches.plans_by_name(session, programme_id)), None)
    first = story.monday(today, story.LAUNCH_WEEK)
    duet = launches.create(
        session,
        programme_id,
        {
            "name": story.LAUNCH,
            "starts_on": first,
            "ends_on": first + story.LAUNCH_WEEKS * 7 * DAY - DAY,
            "queues": (LAUNCH_QUEUE,),
            "label": story.LAUNCH,
            "owner": people.director.email,
            "plan": plan,
            "note": "Two creators record together, each at home.",
        },
        by=people.lead.id,
        now=now,
    )
    for place, text in enumerate(ISSUES):
        issue = launches.add_issue(session, duet, text=text, url="", by=people.lead.id, now=now)
        if place == 0:
            launches.settle_issue(session, issue, settled=True, by=people.lead.id, now=now)
    launches.create(
        session,
        programme_id,
        {"name": "Tips in live streams", "starts_on": today + 20 * DAY, "queues": ("Payouts", LAUNCH_QUEUE)},
        by=people.lead.id,
        now=now,
    )


def _targets(session: Session, programme_id: int, people: People, today: dt.date, now: dt.datetime) -> None:
    team = next(iter(targets.teams_by_name(session, programme_id)))
    for measure, value, week, whom in (
        ("quality", 82.0, 1, None),
        ("quality", 85.0, 14, None),
        ("quality", 84.0, 14, team),
        ("passed", 80.0, 1, None),
        ("critical", 4.0, 1, None),
        ("csat", 85.0, 1, None),
    ):
        values = {"measure": measure, "value": value, "effective_from": story.monday(today, week), "team": whom}
        targets.set_target(session, programme_id, values, by=people.director.id, now=now)


def _escalations(session: Session, people: People, now: dt.datetime) -> None:
    """A few that people wrote down with their times; what the help desk marked follows, without."""
    tickets = session.scalars(
        select(Ticket)
        .where(Ticket.escalated, Ticket.content_severity == 0, Ticket.created_at <= now - 35 * DAY)
        .order_by(Ticket.created_at.desc(), Ticket.id.desc())
        .limit(len(ESCALATIONS))
    ).all()
    for ticket, (days, hours, to, reason) in zip(tickets, ESCALATIONS, strict=False):
        opened = now - days * DAY - 3 * HOUR
        values = {
            "ticket": ticket.external_id,
            "opened_at": opened,
            "closed_at": None if hours is None else opened + hours * HOUR,
            "from": ticket.queue,
            "to": to,
            "owner": people.lead.email if days % 2 else None,
            "reason": reason,
        }
        escalations.create(session, people.actor, values, now=now)
    while rows := escalations.marked(session):
        escalations.keep_marked(session, rows, now=now)


def _gaps(session: Session, people: People, ring: KeyRing, today: dt.date, now: dt.datetime) -> None:
    found = {key: iter(_answers(session, key)) for key in RESTS_ON}
    raised: list[int] = []
    for criterion, kind, said in GAPS:
        rests_on = next(found[criterion], None)
        if rests_on is not None:
            raised.append(_raise(session, ring, *rests_on, kind, said, now))
    fixed_on = story.monday(today, FIXED_WEEK)
    done: Sequence[dict[str, Any]] = (
        {"state": "in_work", "owner": people.lead.email},
        {"state": "fixed", "fixed_on": fixed_on, "answer": "Held payouts have a chapter of their own now."},
        {"state": "in_work", "owner": people.lead.email},
        {"state": "declined", "answer": "It was the right team under the matrix of that day."},
    )
    for gap_id, values in zip(raised, done, strict=False):
        view = gap_queries.get_gap_for(session, people.actor, gap_id)
        if view.procedure is not None:
            values["procedure"] = view.procedure.key
        gaps.handle(session, view, values, version=0, by=people.lead.id, now=now, today=today)


def _answers(session: Session, criterion: str) -> list[tuple[ToScore, Answer]]:
    """The newest drawn and open reviews that rest on a passage for this criterion."""
    rows = session.execute(
        select(Answer, Assignment, HandledPart, Ticket, Review)
        .join(Review, Review.current_revision_id == Answer.revision_id)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            Review.purpose == Purpose.ROUTINE,
            Review.state == "submitted",
            ~Review.sealed,
            Ticket.content_severity == 0,
            Ticket.data_region == "default",
            Answer.criterion_key == criterion,
            select(Evidence.id).where(Evidence.answer_id == Answer.id).exists(),
        )
        .order_by(Review.submitted_at.desc(), Answer.id.desc())
        .limit(len(GAPS))
    )
    return [
        (ToScore(assignment=assignment, part=part, ticket=ticket, review=review), answer)
        for answer, assignment, part, ticket, review in rows
    ]


def _raise(
    session: Session, ring: KeyRing, task: ToScore, answer: Answer, kind: str, said: str, now: dt.datetime
) -> int:
    conversation = conversation_of(session, ring, task.ticket.id)
    pins = session.scalars(select(Evidence).where(Evidence.answer_id == answer.id).order_by(Evidence.id))
    gap = gaps.raise_gap(
        session,
        task,
        Raised(
            raise_id=f"demo-gap-{answer.id}",
            kind=kind,
            criterion_key=answer.criterion_key,
            procedure_key="" if kind == "missing" else RESTS_ON[answer.criterion_key],
            note=said,
            conversation_revision_id=conversation.revision_id,
            pins=tuple((pin.message_id, pin.start, pin.end) for pin in pins),
            root_causes=tuple(answer.root_causes),
        ),
        texts={each.id: each.text for each in conversation.messages},
        by=task.assignment.reviewer_id,
        now=now,
    )
    return gap.id
