"""From the database to scorecards: of one specialist, and of all of a team."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

import exports.coaching_workbook as coaching_book
import exports.scorecard_workbook as book
from exports.figures import Figure as Shown
from exports.provenance import Provenance
from qa.coaching import figures, queries, workbook
from qa.coaching.figures import Standing
from qa.coaching.models import CoachingPlan
from qa.coaching.queries import Coached, Evidence
from qa.coaching.span import weeks_until
from qa.core.access import Actor, Permission, Scope
from qa.core.addresses import address_of
from qa.core.crypto import KeyRing
from qa.core.errors import ConflictError, NotFoundError
from qa.people.models import Team
from qa.sampling.estimation import Difference, Figure


def get_team_for(session: Session, actor: Actor, team_id: int) -> Team:
    """A team whose specialists' coaching this person may see, every one of them."""
    team = session.get(Team, team_id)
    led = actor.may(Permission.COACHING_VIEW, Scope.TEAM) and team_id in actor.led_team_ids
    if team is None or team.programme_id != actor.programme_id:
        raise NotFoundError("There is no such team.")
    if not (led or actor.may(Permission.COACHING_VIEW, Scope.ALL)):
        raise NotFoundError("There is no such team, or its coaching is not yours to see.")
    return team


def teams_for(session: Session, actor: Actor) -> Sequence[Team]:
    """The teams of which one may take a workbook along."""
    found = select(Team).where(Team.programme_id == actor.programme_id).order_by(Team.name, Team.id)
    if not actor.may(Permission.COACHING_VIEW, Scope.ALL):
        led = actor.led_team_ids if actor.may(Permission.COACHING_VIEW, Scope.TEAM) else frozenset()
        found = found.where(Team.id.in_(led))
    return session.scalars(found).all()


def evidence_of(session: Session, team: Team, weeks: Sequence[dt.date], *, readable: ColumnElement[bool]) -> Evidence:
    """What every figure of a team's specialists rests on, over these weeks; ``readable`` as for ``window_of``."""
    measured = queries.window_of(session, team.programme_id, since=weeks[0], until=weeks[-1], readable=readable)
    return queries.team_evidence(session, team, measured)


def standing_of(evidence: Evidence, user_id: int, team: str, weeks: Sequence[dt.date]) -> Standing:
    """One specialist against the others of the team."""
    return figures.standing(evidence.measured, evidence.reviews, user_id, team, evidence.criteria, weeks)


def members_of(session: Session, actor: Actor, team: Team, *, today: dt.date) -> list[Coached]:
    """The team's specialists, by name; ConflictError where there is none."""
    people = [
        coached
        for coached in queries.specialists_for(session, actor, today=today)
        if coached.team is not None and coached.team.id == team.id
    ]
    if not people:
        raise ConflictError(f"The team {team.name} has no specialist today.")
    return people


def card_of(session: Session, coached: Coached, standing: Standing, *, lead: str) -> book.Scorecard:
    """One specialist's figures as the coaching page has them."""
    plan = active_plan(session, coached.user.id)
    return book.Scorecard(
        specialist=coached.user.name,
        quality=shown(standing.quality),
        others=shown(standing.team_quality),
        apart=_apart(standing.difference),
        passed=shown(standing.passed),
        critical=shown(standing.critical),
        criteria=workbook.figures_of(standing.gaps),
        weeks=tuple(workbook.week_of(*entry) for entry in standing.weekly),
        actions=workbook.actions_of(session, plan, coached, lead) if plan else (),
        plan=plan.title if plan else "",
        link=address_of("coaching.specialist", user_id=coached.user.id),
    )


def active_plan(session: Session, user_id: int) -> CoachingPlan | None:
    return next((plan for plan in queries.plans_of(session, user_id) if plan.state == "active"), None)


def shown(figure: Figure) -> Shown:
    """An estimate as a cell shows it."""
    interval = figure.interval if figure.estimate is not None else None
    return Shown(
        value=figure.estimate,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        reason=figure.reason or "",
        n=figure.n,
    )


def _apart(difference: Difference) -> Shown:
    interval = difference.interval
    return Shown(
        value=difference.estimate,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        reason=difference.reason or "",
    )


def scorecard_of(
    session: Session,
    coached: Coached,
    evidence: Evidence,
    standing: Standing,
    *,
    weeks: Sequence[dt.date],
    lead: str,
    reader: Actor,
    made_by: str,
    zone: ZoneInfo,
    now: dt.datetime,
) -> book.ScorecardWorkbook:
    """One specialist's scorecard; no word of a conversation or of a reviewer is in it."""
    data = workbook.data_of(
        session,
        coached,
        evidence,
        standing,
        lead=lead,
        reader=reader,
        made_by=made_by,
        weeks=weeks,
        ring=None,
        zone=zone,
        now=now,
    )
    return book.ScorecardWorkbook(
        team=data.team,
        lead=lead,
        card=card_of(session, coached, standing, lead=lead),
        reviews=tuple(replace(row, summary="", remarks=()) for row in data.reviews),
        provenance=replace(data.provenance, title="Scorecard"),
        zone=zone,
    )


def team_of(
    session: Session,
    actor: Actor,
    team: Team,
    *,
    made_by: str,
    zone: ZoneInfo,
    today: dt.date,
    now: dt.datetime,
) -> book.TeamWorkbook:
    """All of a team's specialists, each against the others."""
    weeks, people = weeks_until(today), members_of(session, actor, team, today=today)
    ids = [coached.user.id for coached in people]
    evidence = evidence_of(session, team, weeks, readable=queries.readable_about(ids, actor, now))
    lead = lead_name(session, team, today)
    standings = {coached.user.id: standing_of(evidence, coached.user.id, team.name, weeks) for coached in people}
    first = standings[people[0].user.id]
    scored = sum(each.quality.n for each in standings.values())
    return book.TeamWorkbook(
        team=team.name,
        lead=lead,
        cards=tuple(card_of(session, each, standings[each.user.id], lead=lead) for each in people),
        provenance=_provenance(session, team, evidence, first, weeks, len(people), scored, made_by, now),
        zone=zone,
    )


def lead_name(session: Session, team: Team, today: dt.date) -> str:
    lead = queries.lead_of(session, team.id, today)
    return lead.name if lead else workbook.NO_LEAD


def _provenance(
    session: Session,
    team: Team,
    evidence: Evidence,
    standing: Standing,
    weeks: Sequence[dt.date],
    people: int,
    scored: int,
    made_by: str,
    now: dt.datetime,
) -> Provenance:
    facts = workbook.provenance_of(session, evidence, standing, weeks[0], weeks[-1] + dt.timedelta(days=6))
    return replace(
        facts,
        title="Team workbook",
        subject=team.name,
        prepared_for=f"who leads {team.name}",
        prepared_by=made_by,
        prepared_at=now,
        link=address_of("coaching.index"),
        counts=(("Specialists", people), ("Reviews with a score", scored)),
    )


def coaching_of(
    session: Session,
    coached: Coached,
    evidence: Evidence,
    standing: Standing,
    *,
    weeks: Sequence[dt.date],
    today: dt.date,
    reader: Actor,
    made_by: str,
    ring: KeyRing,
    zone: ZoneInfo,
    now: dt.datetime,
) -> coaching_book.CoachingWorkbook:
    """The workbook that is filled in and handed back."""
    return workbook.data_of(
        session,
        coached,
        evidence,
        standing,
        lead=lead_name(session, coached.team, today) if coached.team else workbook.NO_LEAD,
        reader=reader,
        made_by=made_by,
        weeks=weeks,
        ring=ring,
        zone=zone,
        now=now,
    )
