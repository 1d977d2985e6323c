"""How the programme itself is: is the sample as planned, do reviewers agree, does coaching help. Never a person."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from calibration.results import Estimate
from qa.coaching import courses
from qa.coaching import queries as coaching_queries
from qa.core.access import Actor, Role
from qa.core.clock import midnight
from qa.reviewer_drift import runs
from qa.reviewer_drift.models import DriftCase, DriftStanding
from qa.reviews.wellbeing import report as wellbeing
from qa.sampling.models import Assignment, Draw, DrawnUnit, Period, Purpose
from qa.sampling.reporting import PEOPLE
from qa.trends import strictness
from qa.trends.strictness import Known

WEEKS = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleWeek:
    """One drawn week: how far it is, what came late, and what was never in the population."""

    week: dt.date
    drawn: int
    done: int
    late: int  # of the done ones: after their due date
    overdue: int  # of the open ones: due before today
    handed_over: int
    replaced: int

    @property
    def completion(self) -> float | None:
        return self.done / self.drawn if self.drawn else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """How many reviewers the newest drift run has at each level, and how many cases wait for a decision."""

    through: dt.date | None
    none: int
    amber: int
    red: int
    cases: int

    @property
    def reviewers(self) -> int:
        return self.none + self.amber + self.red


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Everything of the page."""

    weeks: Sequence[SampleWeek]
    known: Known
    spread: float | None  # the standard deviation between reviewers, in points
    reach: tuple[float, float] | None  # of nine in ten effects, told of at least ten reviewers
    flags: Flags
    coaching: Estimate
    plans: int
    exposure: Sequence[wellbeing.Told]


def health(
    session: Session, programme_id: int, *, zone: ZoneInfo, today: dt.date, now: dt.datetime, since: dt.date
) -> Health:
    """Read it all, in a bounded number of statements."""
    known = strictness.known(session, programme_id)
    effects = sorted(known.effects.values())
    cut = len(effects) // 20
    # A few extreme reviewers would be told by the ends themselves.
    reach = (effects[cut], effects[-1 - cut]) if len(effects) >= 2 * PEOPLE else None
    told = _coaching(session, programme_id, today=today, now=now)
    return Health(
        weeks=sample_weeks(session, programme_id, zone, since=since, today=today),
        known=known,
        spread=sqrt(known.between) if known.effects else None,
        reach=reach,
        flags=_flags(session, programme_id),
        coaching=courses.together(told),
        plans=len(told),
        exposure=[each for each in wellbeing.of_programme(session, programme_id, zone, now=now) if each.rows],
    )


def sample_weeks(
    session: Session, programme_id: int, zone: ZoneInfo, *, since: dt.date, today: dt.date
) -> list[SampleWeek]:
    """Every drawn week from a Monday on, the newest first. A part's last first-score assignment tells its state."""
    rows = session.execute(
        select(
            Period.starts_on,
            func.count(func.distinct(case((DrawnUnit.state != "replaced", DrawnUnit.id)))),
            func.count(func.distinct(case((DrawnUnit.state == "replaced", DrawnUnit.id)))),
            func.count(func.distinct(case((Assignment.state == "submitted", Assignment.id)))),
            func.count(
                func.distinct(case(((Assignment.state == "open") & (Assignment.due_on < today), Assignment.id)))
            ),
            func.count(func.distinct(case((Assignment.state == "handed_over", Assignment.id)))),
        )
        .select_from(DrawnUnit)
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .join(Period, Period.id == Draw.period_id)
        .outerjoin(Assignment, (Assignment.drawn_unit_id == DrawnUnit.id) & (Assignment.purpose == Purpose.ROUTINE))
        .where(Period.programme_id == programme_id, Period.starts_on >= since)
        .group_by(Period.starts_on)
        .order_by(Period.starts_on.desc())
    ).all()
    after = _late_by_week(session, programme_id, zone, since)
    return [
        SampleWeek(
            week=week,
            drawn=drawn,
            done=done,
            late=after.get(week, 0),
            overdue=overdue,
            handed_over=handed_over,
            replaced=replaced,
        )
        for week, drawn, replaced, done, overdue, handed_over in rows
    ]


def _late_by_week(session: Session, programme_id: int, zone: ZoneInfo, since: dt.date) -> dict[dt.date, int]:
    """Reviews sent after the end of their due day, by the week of their draw; days end where the programme is."""
    drawn = (
        select(Period.starts_on, Assignment.due_on, Assignment.ended_at)
        .select_from(Assignment)
        .join(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .join(Period, Period.id == Draw.period_id)
        .where(
            Period.programme_id == programme_id,
            Period.starts_on >= since,
            Assignment.purpose == Purpose.ROUTINE,
            Assignment.state == "submitted",
        )
        .subquery()
    )
    days = session.scalars(select(drawn.c.due_on).distinct()).all()
    if not days:
        return {}
    after = or_(
        *((drawn.c.due_on == day) & (drawn.c.ended_at >= midnight(day + dt.timedelta(days=1), zone)) for day in days)
    )
    return dict(session.execute(select(drawn.c.starts_on, func.count()).where(after).group_by(drawn.c.starts_on)).all())


def _flags(session: Session, programme_id: int) -> Flags:
    run = runs.newest_run(session, programme_id)
    waiting = (
        session.scalar(
            select(func.count())
            .select_from(DriftCase)
            .where(DriftCase.programme_id == programme_id, DriftCase.state == "open")
        )
        or 0
    )
    if run is None:
        return Flags(through=None, none=0, amber=0, red=0, cases=waiting)
    counts = dict(
        session.execute(
            select(DriftStanding.level, func.count())
            .where(DriftStanding.run_id == run.id)
            .group_by(DriftStanding.level)
        ).all()
    )
    return Flags(
        through=run.through,
        none=counts.get("none", 0),
        amber=counts.get("amber", 0),
        red=counts.get("red", 0),
        cases=waiting,
    )


def _coaching(session: Session, programme_id: int, *, today: dt.date, now: dt.datetime) -> list[courses.Told]:
    """Every plan's effect, for their mean alone: read as the QA lead reads it, told only together."""
    everybody = Actor(user_id=0, name="", email="", roles=frozenset({Role.QA_LEAD}), programme_id=programme_id)
    people = coaching_queries.specialists_for(session, everybody, today=today)
    return courses.effects_of(session, everybody, people, today=today, now=now)
