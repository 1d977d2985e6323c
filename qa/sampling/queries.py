"""Reading the sampling room: periods with their draws, one draw, who has how much to do."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from qa.core.access import Actor
from qa.core.clock import monday_of, week_key
from qa.core.errors import NotFoundError
from qa.people.models import ProgrammeSetting, Team, User
from qa.rubric_library.queries import rule_book_at
from qa.sampling import exposure, taking_back
from qa.sampling.assigning import Load
from qa.sampling.giving import loads_on, part_facts, with_families
from qa.sampling.kinds import KINDS, Kind
from qa.sampling.models import (
    Assignment,
    Draw,
    DrawnUnit,
    DrawReceipt,
    Period,
    Purpose,
    ReviewerPause,
    SamplingPlan,
    SamplingPlanVersion,
)
from qa.sampling.reviewers import PartFacts, ReviewerFacts, why_not
from qa.tickets.models import HandledPart, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodRow:
    """A week as the list shows it."""

    key: str
    starts_on: dt.date
    resolved: int  # parts resolved in it that could be drawn
    draws: Sequence[Draw]  # the draw, and its supplements
    committed: Draw | None  # a seed waits for the week's draw
    completed: int
    over: bool
    future: bool

    @property
    def draw(self) -> Draw | None:
        return self.draws[0] if self.draws else None

    @property
    def size(self) -> int:
        return sum(draw.size or 0 for draw in self.draws)


def weeks(
    session: Session, actor: Actor, today: dt.date, *, newest: dt.date | None = None, count: int = 13
) -> list[PeriodRow]:
    """The next week and those before it, or those up to the Monday ``newest``, with what was drawn and done."""
    this_week = monday_of(today)
    first = newest or this_week + dt.timedelta(weeks=1)
    mondays = [first - dt.timedelta(weeks=back) for back in range(count)]
    resolved = _resolved_by_week(session, actor.programme_id, mondays[-1])
    rows = session.execute(
        select(Period, Draw)
        .join(Draw, Draw.period_id == Period.id)
        .where(Period.programme_id == actor.programme_id, Period.starts_on.between(mondays[-1], first))
        .order_by(Period.starts_on, Draw.n)
    ).all()
    drawn: dict[dt.date, list[Draw]] = {}
    committed: dict[dt.date, Draw] = {}
    for period, draw in rows:
        if draw.drawn_at is None:
            committed[period.starts_on] = draw
        else:
            drawn.setdefault(period.starts_on, []).append(draw)
    done = _completion(session, [draw.id for draws in drawn.values() for draw in draws])
    return [
        PeriodRow(
            key=week_key(monday),
            starts_on=monday,
            resolved=resolved.get(monday, 0),
            draws=drawn.get(monday, []),
            committed=committed.get(monday),
            completed=sum(done.get(draw.id, 0) for draw in drawn.get(monday, [])),
            over=monday < this_week,
            future=monday > this_week,
        )
        for monday in mondays
    ]


def period_of(session: Session, actor: Actor, monday: dt.date) -> Period | None:
    """A week as it is kept, if it is."""
    return session.scalar(
        select(Period).where(Period.programme_id == actor.programme_id, Period.key == week_key(monday))
    )


def draws_of(session: Session, period_id: int) -> Sequence[Draw]:
    """The draws of a week in their order, without one that is only committed to."""
    return session.scalars(
        select(Draw).where(Draw.period_id == period_id, Draw.drawn_at.is_not(None)).order_by(Draw.n)
    ).all()


def _resolved_by_week(session: Session, programme_id: int, since: dt.date) -> dict[dt.date, int]:
    """Eligible parts by the Monday of their resolution (UTC days; the frame itself uses the programme's zone)."""
    day = func.date(HandledPart.resolved_at)
    found: dict[dt.date, int] = {}
    for value, count in session.execute(
        select(day, func.count())
        .where(
            HandledPart.programme_id == programme_id,
            HandledPart.eligible,
            HandledPart.is_primary,
            HandledPart.specialist_id.is_not(None),
            HandledPart.resolved_at >= dt.datetime.combine(since, dt.time(), tzinfo=dt.UTC),
        )
        .group_by(day)
    ):
        parsed = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
        monday = monday_of(parsed)
        found[monday] = found.get(monday, 0) + count
    return found


def _completion(session: Session, draw_ids: Sequence[int]) -> dict[int, int]:
    """How many parts of each draw are reviewed."""
    rows = session.execute(
        select(DrawnUnit.draw_id, func.count())
        .join(Assignment, Assignment.drawn_unit_id == DrawnUnit.id)
        .where(DrawnUnit.draw_id.in_(draw_ids), Assignment.purpose == Purpose.ROUTINE, Assignment.state == "submitted")
        .group_by(DrawnUnit.draw_id)
    )
    return dict(rows.all())


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawView:
    draw: Draw
    period: Period
    receipt: DrawReceipt


def get_draw_for(session: Session, actor: Actor, draw_id: int) -> DrawView:
    """A draw of the actor's programme."""
    row = session.execute(
        select(Draw, Period, DrawReceipt)
        .join(Period, Period.id == Draw.period_id)
        .join(DrawReceipt, DrawReceipt.draw_id == Draw.id)
        .where(Draw.id == draw_id, Period.programme_id == actor.programme_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError("There is no such draw.")
    return DrawView(draw=row[0], period=row[1], receipt=row[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRow:
    """One reviewer's share of a week."""

    user_id: int
    name: str
    routine: int
    submitted: int
    paused: bool

    @property
    def open(self) -> int:
        return self.routine - self.submitted


def loads_of(session: Session, period_id: int) -> list[LoadRow]:
    """Who has how much of a week to do; hidden second scores are not told apart from nothing."""
    rows = session.execute(
        select(
            User.id,
            User.name,
            func.count().filter(Assignment.state.in_(("open", "submitted"))),
            func.count().filter(Assignment.state == "submitted"),
            exists().where(ReviewerPause.user_id == User.id, ReviewerPause.resumed_at.is_(None)),
        )
        .join(Assignment, Assignment.reviewer_id == User.id)
        .join(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .where(Draw.period_id == period_id, Assignment.purpose == Purpose.ROUTINE)
        .group_by(User.id, User.name)
        .order_by(User.name, User.id)
    )
    return [
        LoadRow(user_id=user_id, name=name, routine=routine, submitted=submitted, paused=paused)
        for user_id, name, routine, submitted, paused in rows
        if routine
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortageRow:
    """Drawn parts of one kind that nobody has, and why."""

    queue: str
    language: str
    content_severity: int
    count: int
    reason: str
    tickets: tuple[str, ...]


REASON_WORDS = {
    "erased": taking_back.REASON,
    "no rubric": "no rubric covers them",
    "certificate": "nobody left is certified for its rubric",
    "language": "nobody reads the language",
    "queue": "nobody knows the queue",
    "clearance": "nobody is cleared for the content",
    "region": "nobody is cleared for the data region",
    "own team": "everybody able belongs to the specialist's team",
    "own ticket": "the only reviewer handled them",
    "absent": "everybody able is away",
    "paused": "everybody able is paused",
    "had": "everybody able had them before",
    "full": "everybody able is full; they wait in the pool",
    "exposure": "everybody able has reached the limit for harmful content",
}
NOBODY = "there is no reviewer"


def shortages_of(
    session: Session, setting: ProgrammeSetting, period_id: int, today: dt.date, *, now: dt.datetime
) -> list[ShortageRow]:
    """Drawn parts without a reviewer, by kind and reason."""
    taken = (
        select(Assignment.drawn_unit_id)
        .join(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .where(
            Draw.period_id == period_id,
            Assignment.purpose == Purpose.ROUTINE,
            Assignment.state.in_(("open", "submitted")),
        )
    )
    rows = session.execute(
        select(DrawnUnit.part_id, Ticket.external_id)
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .join(HandledPart, HandledPart.id == DrawnUnit.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(Draw.period_id == period_id, DrawnUnit.state != "replaced", DrawnUnit.id.not_in(taken))
        .order_by(DrawnUnit.draw_id, DrawnUnit.position, DrawnUnit.id)
    ).all()
    if not rows:
        return []
    part_ids = [part_id for part_id, _ in rows]
    facts = part_facts(session, part_ids)
    had: dict[int, set[int]] = {}
    for part_id, reviewer_id in session.execute(
        select(Assignment.part_id, Assignment.reviewer_id).where(Assignment.part_id.in_(part_ids))
    ):
        had.setdefault(part_id, set()).add(reviewer_id)
    loads = loads_on(session, setting, today, now=now)
    book = rule_book_at(session, setting, now)
    versions = {
        part_id: book.version_for(part.facts.queue, part.channel, part.facts.language, part.resolved_at)
        for part_id, part in facts.items()
    }
    facts = with_families(facts, versions, book, setting)
    kinds: dict[tuple[str, str, int, str], list[str]] = {}
    for part_id, external_id in rows:
        part = facts[part_id]
        if part.erased:
            reason = REASON_WORDS["erased"]
        elif versions[part_id] is None:
            reason = REASON_WORDS["no rubric"]
        else:
            reason = _why(loads, part.facts, setting, had.get(part_id, set()))
        kind = (part.facts.queue, part.facts.language, part.facts.content_severity, reason)
        kinds.setdefault(kind, []).append(external_id)
    return [
        ShortageRow(
            queue=queue,
            language=language,
            content_severity=severity,
            count=len(numbers),
            reason=reason,
            tickets=tuple(numbers),
        )
        for (queue, language, severity, reason), numbers in sorted(kinds.items())
    ]


def _why(loads: Sequence[Load[ReviewerFacts]], part: PartFacts, setting: ProgrammeSetting, had: set[int]) -> str:
    """The commonest reason why nobody has a part."""
    reasons: Counter[str] = Counter()
    for load in loads:
        reason = why_not(load.reviewer, part, own_team_ban=setting.own_team_ban)
        if reason is None and load.key in had:
            reason = "had"
        elif reason is None and not exposure.bears(load, part.content_severity):
            reason = "exposure"
        reasons[reason or "full"] += 1
    if not reasons:
        return NOBODY
    # Somebody who could, if only there were time, says more than all who never could.
    for reason in ("full", "exposure", "paused", "absent", "had"):
        if reasons[reason]:
            return REASON_WORDS[reason]
    return REASON_WORDS[max(sorted(reasons), key=lambda reason: reasons[reason])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """A part taken from the pool and not begun."""

    assignment_id: int
    external_id: str
    until: dt.datetime


def lent_to(session: Session, reviewer_id: int) -> list[Lent]:
    """What a person took from the pool and has not begun."""
    rows = session.execute(
        select(Assignment.id, Ticket.external_id, Assignment.leased_until)
        .join(HandledPart, HandledPart.id == Assignment.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            Assignment.reviewer_id == reviewer_id,
            Assignment.state == "open",
            Assignment.leased_until.is_not(None),
        )
        .order_by(Assignment.leased_until, Assignment.id)
    )
    return [Lent(assignment_id=one, external_id=number, until=until) for one, number, until in rows if until]


def get_own_assignment(session: Session, actor: Actor, assignment_id: int) -> Assignment:
    """One's own assignment."""
    row = session.get(Assignment, assignment_id)
    if row is None or row.reviewer_id != actor.user_id:
        raise NotFoundError("There is no such part in your queue.")
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWords:
    """A plan of a receipt as people named it then and name it now."""

    name: str
    kind: Kind


def plan_words(session: Session, view: DrawView) -> dict[str, PlanWords]:
    """The names of a draw's plans by key, with the kind that was in force when it was drawn."""
    rows = session.execute(
        select(SamplingPlan.key, SamplingPlan.name, SamplingPlanVersion.kind)
        .join(SamplingPlanVersion, SamplingPlanVersion.plan_id == SamplingPlan.id)
        .where(
            SamplingPlan.programme_id == view.period.programme_id,
            SamplingPlanVersion.created_at <= view.draw.committed_at,
        )
        .order_by(SamplingPlan.id, SamplingPlanVersion.n)
    )
    return {key: PlanWords(name=name, kind=KINDS[kind]) for key, name, kind in rows if kind in KINDS}


def value_names(session: Session, programme_id: int) -> dict[str, dict[str, str]]:
    """What the ids in plans' filters are called: teams and specialists."""
    teams = session.execute(select(Team.id, Team.name).where(Team.programme_id == programme_id))
    people = session.execute(select(User.id, User.name).where(User.programme_id == programme_id))
    return {
        "team": {str(team_id): name for team_id, name in teams},
        "specialist": {str(user_id): name for user_id, name in people},
    }
