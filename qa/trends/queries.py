"""Reading what the trends are made from, in a bounded number of statements."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session

from qa.core.access import Actor, Permission, Scope
from qa.core.clock import midnight
from qa.core.prepared import Asked, Prepared
from qa.figures.models import WeeklyFramePack
from qa.figures.packing import cells_of
from qa.people.models import Team, User
from qa.people.queries import teams
from qa.reviews import contributions, measuring
from qa.reviews.measured import NO_QUEUE, NO_TEAM, Drawn, Framed, Reviewed
from qa.reviews.models import Answer, Review, ReviewRevision
from qa.rubric_library.models import RubricFamily, RubricVersion
from qa.sampling.models import Assignment, Draw, DrawnUnit, Period, Purpose
from qa.tickets.models import HandledPart, Ticket

PAGE = 100  # reviews behind a figure that are listed at once


def teams_for(session: Session, actor: Actor) -> Sequence[Team]:
    """The teams whose figures this person may see."""
    known = teams(session, actor.programme_id)
    if actor.may(Permission.TRENDS_VIEW, Scope.ALL):
        return known
    return [team for team in known if team.id in actor.led_team_ids]


def sees_every_team(actor: Actor) -> bool:
    """Whether every team's figures are this person's to see."""
    return actor.may(Permission.TRENDS_VIEW, Scope.ALL)


def within(actor: Actor, team_id: int | None, queue: str | None) -> list[ColumnElement[bool]]:
    """The parts a person's figures may rest on, narrowed by the page's filters."""
    conditions: list[ColumnElement[bool]] = [HandledPart.programme_id == actor.programme_id]
    if not actor.may(Permission.TRENDS_VIEW, Scope.ALL):
        conditions.append(HandledPart.team_id.in_(actor.led_team_ids))
    if team_id is not None:
        conditions.append(HandledPart.team_id == team_id)
    if queue is not None:
        conditions.append(Ticket.queue == queue)
    return conditions


def may_see_each(actor: Actor) -> bool:
    """Whether this person may see the figures of every single person that the page's figures are over."""
    if actor.may(Permission.COACHING_VIEW, Scope.ALL):
        return True
    return actor.may(Permission.COACHING_VIEW, Scope.TEAM) and not actor.may(Permission.TRENDS_VIEW, Scope.ALL)


def of_programme(
    session: Session, programme_id: int, *, since: dt.date, until: dt.date
) -> tuple[list[Reviewed], list[Framed], list[Drawn]]:
    """What figures of a whole programme rest on: for questions about how much to review, and for what is closed."""
    where = [HandledPart.programme_id == programme_id]
    return (
        measuring.reviewed(session, where, since=since, until=until),
        measuring.framed(session, where, since=since, until=until),
        measuring.drawn(session, where, since=since, until=until),
    )


def left_out(
    session: Session,
    actor: Actor,
    weeks: Sequence[dt.date],
    zone: ZoneInfo,
    *,
    team_id: int | None = None,
    queue: str | None = None,
) -> list[tuple[str, int]]:
    """Reviews of these weeks that no figure rests on."""
    if not weeks:
        return []
    since, until = midnight(min(weeks), zone), midnight(max(weeks) + dt.timedelta(days=7), zone)
    return measuring.left_out(session, within(actor, team_id, queue), since=since, until=until)


def queue_names(session: Session, actor: Actor) -> Sequence[str]:
    """The queues that parts were drawn from, to choose from."""
    packs = session.scalars(
        select(WeeklyFramePack.cells)
        .where(WeeklyFramePack.programme_id == actor.programme_id, WeeklyFramePack.face == "all")
        .distinct()
    )
    return sorted({cell[0] for cells in packs for cell in cells_of(cells)} - {""})


_PUBLISHED = Prepared(
    select(RubricVersion.effective_from, RubricFamily.name, RubricVersion.major, RubricVersion.minor)
    .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
    .where(
        RubricFamily.programme_id == bindparam("programme"),
        RubricVersion.state == "published",
        RubricVersion.effective_from >= bindparam("since"),
    )
    .order_by(RubricVersion.effective_from, RubricVersion.id)
)


def published_since(asked: Asked, programme_id: int, since: dt.datetime) -> list[tuple[dt.datetime, str]]:
    """Rubric versions that came into force, to be marked on the axis."""
    rows = _PUBLISHED.all(asked, programme=programme_id, since=since)
    return [(moment, f"{name} {major}.{minor}") for moment, name, major, minor in rows]


def _of_face(face: str, value: str, weeks: Sequence[dt.date]) -> list[ColumnElement[bool]]:
    """The parts that a page is narrowed to besides teams and queues."""
    if face in {"channel", "tier", "language", "launch"}:
        return [getattr(Ticket, face) == value]
    if face != "tenure":
        return []
    if value == contributions.NOT_KNOWN:
        return [User.started_on.is_(None)]
    limits = [limit for limit, _ in contributions.BANDS]
    names = [band for _, band in contributions.BANDS]
    place = names.index(value) if value in names else len(names)

    def within(week: dt.date) -> ColumnElement[bool]:
        found = Period.starts_on == week
        if place < len(limits):
            found &= User.started_on > week - dt.timedelta(days=limits[place])
        if place:
            found &= User.started_on <= week - dt.timedelta(days=limits[place - 1])
        return found

    return [or_(*(within(week) for week in weeks))]


def _says_something_of(criteria: Mapping[int, Sequence[str]]) -> ColumnElement[bool]:
    return or_(
        *(
            (ReviewRevision.rubric_version_id == version)
            & select(Answer.id)
            .where(
                Answer.revision_id == ReviewRevision.id,
                Answer.criterion_key.in_(keys),
                or_(Answer.level_key.is_not(None), Answer.percentage.is_not(None)),
            )
            .exists()
            for version, keys in criteria.items()
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A review behind a point of a chart: its score, never its text."""

    review_id: int
    external_id: str
    specialist: str
    team: str
    queue: str
    score: float | None
    outcome: str
    inclusion_probability: float
    submitted_at: dt.datetime


def behind(
    session: Session,
    actor: Actor,
    *,
    weeks: Sequence[dt.date],
    team_id: int | None = None,
    queue: str | None = None,
    face: str = "all",
    value: str = "",
    version: int | None = None,
    answered: Mapping[int, Sequence[str]] | None = None,
    page: int = 1,
) -> tuple[list[Behind], int]:
    """A page of the reviews that the figure of some weeks rests on, lowest scores first; and how many there are.

    ``answered`` are criteria by rubric version: only reviews that say something else than N/A of one of them.
    """
    rows = session.execute(
        select(
            Review.id,
            Ticket.external_id,
            User.name,
            Team.name,
            Ticket.queue,
            ReviewRevision.score,
            ReviewRevision.outcome,
            DrawnUnit.inclusion_probability,
            Review.submitted_at,
            func.count().over(),
        )
        .select_from(Review)
        .join(ReviewRevision, ReviewRevision.id == Review.current_revision_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .join(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .join(Period, Period.id == Draw.period_id)
        .outerjoin(Team, Team.id == HandledPart.team_id)
        .outerjoin(User, User.id == HandledPart.specialist_id)
        .where(
            Review.purpose == Purpose.ROUTINE,
            Review.state == "submitted",
            ~Review.sealed,
            Period.starts_on.in_(weeks),
            *within(actor, team_id, queue),
            *_of_face(face, value, weeks),
            *([] if version is None else [ReviewRevision.rubric_version_id == version]),
            *([_says_something_of(answered)] if answered else []),
        )
        .order_by(ReviewRevision.score, Review.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    return [
        Behind(
            review_id=review_id,
            external_id=external_id,
            specialist=specialist or "–",
            team=team or NO_TEAM,
            queue=name or NO_QUEUE,
            score=score,
            outcome=outcome or "not_scored",
            inclusion_probability=probability,
            submitted_at=submitted_at or dt.datetime.min.replace(tzinfo=dt.UTC),
        )
        for review_id, external_id, specialist, team, name, score, outcome, probability, submitted_at, _ in rows
    ], rows[0][-1] if rows else 0
