"""The `flask export` commands of this room."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

import exports.coaching_workbook as book
import exports.scorecard_workbook as scorecard_book
from qa.coaching import queries, scorecards, workbook
from qa.coaching.figures import Standing
from qa.coaching.span import weeks_until
from qa.config import settings
from qa.core import audit
from qa.core.access import Actor, Role
from qa.core.clock import local_day, utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.core.errors import NotFoundError
from qa.people.models import Programme, Team
from qa.people.queries import setting_at, team_today, the_programme, user_by_email, zone_of

MADE_BY = "command line"
OUT = click.option("--out", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path))

export = AppGroup("export", help="Workbooks as files.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Where and when a command runs."""

    session: Session
    programme: Programme
    zone: ZoneInfo
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        return local_day(self.now, self.zone)

    @property
    def operator(self) -> Actor:
        """Whoever may run commands on the machine may export what a QA lead may."""
        return Actor(user_id=0, name=MADE_BY, email="", roles=frozenset({Role.QA_LEAD}), programme_id=self.programme.id)


def here() -> Here:
    session, now = db.session(), utcnow()
    programme = the_programme(session)
    return Here(session=session, programme=programme, zone=zone_of(setting_at(session, programme.id, now)), now=now)


def _specialist(at: Here, email: str) -> queries.Coached:
    person = user_by_email(at.session, email)
    team = team_today(at.session, person.id, at.today) if person else None
    if person is None or team is None:
        raise NotFoundError(f"There is no specialist {email} with a team today.")
    return queries.Coached(user=person, team=team)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """A specialist with the figures of the last whole weeks."""

    coached: queries.Coached
    evidence: queries.Evidence
    standing: Standing
    weeks: list[dt.date]


def _stands(at: Here, email: str) -> Stands:
    coached, weeks = _specialist(at, email), weeks_until(at.today)
    readable = queries.readable_about([coached.user.id], at.operator, at.now)
    evidence = scorecards.evidence_of(at.session, coached.team_today, weeks, readable=readable)
    return Stands(
        coached=coached,
        evidence=evidence,
        standing=scorecards.standing_of(evidence, coached.user.id, coached.team_today.name, weeks),
        weeks=weeks,
    )


@export.command("coaching")
@click.option("--specialist", required=True, metavar="EMAIL")
@OUT
@with_appcontext
def coaching(specialist: str, out: Path) -> None:
    """Write one specialist's coaching workbook of the last 13 whole weeks."""
    at = here()
    found = _stands(at, specialist)
    data = scorecards.coaching_of(
        at.session,
        found.coached,
        found.evidence,
        found.standing,
        weeks=found.weeks,
        today=at.today,
        reader=at.operator,
        made_by=MADE_BY,
        ring=KeyRing(settings().text_keys),
        zone=at.zone,
        now=at.now,
    )
    content = book.build(data)
    _written(at, found, out, content, "export.coaching", workbook.told(data, content), len(data.reviews))


@export.command("scorecard")
@click.option("--specialist", required=True, metavar="EMAIL")
@OUT
@with_appcontext
def scorecard(specialist: str, out: Path) -> None:
    """Write one specialist's scorecard of the last 13 whole weeks."""
    at = here()
    found = _stands(at, specialist)
    data = scorecards.scorecard_of(
        at.session,
        found.coached,
        found.evidence,
        found.standing,
        weeks=found.weeks,
        lead=scorecards.lead_name(at.session, found.coached.team_today, at.today),
        reader=at.operator,
        made_by=MADE_BY,
        zone=at.zone,
        now=at.now,
    )
    detail = {"reviews": len(data.reviews)}
    _written(at, found, out, scorecard_book.build(data), "export.scorecard", detail, len(data.reviews))


def _written(
    at: Here, found: Stands, out: Path, content: bytes, action: str, detail: Mapping[str, object], reviews: int
) -> None:
    out.write_bytes(content)
    _record(at, action, "person", found.coached.user.id, dict(detail))
    click.echo(f"{out}: {reviews} reviews of {found.coached.user.name}.")


@export.command("team")
@click.option("--team", "name", required=True, metavar="NAME")
@OUT
@with_appcontext
def team(name: str, out: Path) -> None:
    """Write the workbook of a team: a sheet for each specialist, the last 13 whole weeks."""
    at = here()
    found = at.session.scalar(select(Team).where(Team.programme_id == at.programme.id, Team.name == name))
    if found is None:
        raise NotFoundError(f"There is no team {name!r}.")
    data = scorecards.team_of(at.session, at.operator, found, made_by=MADE_BY, zone=at.zone, today=at.today, now=at.now)
    out.write_bytes(scorecard_book.build_team(data))
    _record(at, "export.team", "team", found.id, {"specialists": len(data.cards)})
    click.echo(f"{out}: {len(data.cards)} specialists of {found.name}.")


def _record(at: Here, action: str, object_type: str, object_id: int, detail: dict[str, object]) -> None:
    audit.record(
        at.session,
        action=action,
        object_type=object_type,
        object_id=object_id,
        actor_id=None,
        now=at.now,
        detail=detail,
    )
    at.session.commit()
