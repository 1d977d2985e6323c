"""The `flask export` commands."""

import datetime as dt
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

import exports.coaching_workbook as book
from qa.coaching import figures, queries, workbook
from qa.config import settings
from qa.core import audit
from qa.core.clock import local_day, monday_of, utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.core.errors import NotFoundError
from qa.people.queries import setting_at, team_today, the_programme, user_by_email, zone_of

WEEKS = 13

export = AppGroup("export", help="Workbooks as files.")


@export.command("coaching")
@click.option("--specialist", required=True, metavar="EMAIL")
@click.option("--out", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path))
@with_appcontext
def coaching(specialist: str, out: Path) -> None:
    """Write one specialist's coaching workbook of the last 13 whole weeks."""
    session = db.session()
    now = utcnow()
    programme = the_programme(session)
    zone = zone_of(setting_at(session, programme.id, now))
    today = local_day(now, zone)
    person = user_by_email(session, specialist)
    team = team_today(session, person.id, today) if person else None
    if person is None or team is None:
        raise NotFoundError(f"There is no specialist {specialist} with a team today.")
    last = monday_of(today) - dt.timedelta(weeks=1)
    weeks = [last - dt.timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    evidence = queries.team_evidence(
        session, team, queries.window_of(session, team.programme_id, since=weeks[0], until=weeks[-1])
    )
    lead = queries.lead_of(session, team.id, today)
    data = workbook.data_of(
        session,
        queries.Coached(user=person, team=team),
        evidence,
        figures.standing(evidence.measured, evidence.reviews, person.id, team.name, evidence.criteria, weeks),
        lead=lead.name if lead else workbook.NO_LEAD,
        made_by="command line",
        weeks=weeks,
        ring=KeyRing(settings().text_keys),
        zone=zone,
        now=now,
        with_text=True,
    )
    content = book.build(data)
    out.write_bytes(content)
    audit.record(
        session,
        action="export.coaching",
        object_type="person",
        object_id=person.id,
        actor_id=None,
        now=now,
        detail=workbook.told(data, content),
    )
    session.commit()
    click.echo(f"{out}: {len(data.reviews)} reviews of {person.name}.")
