"""`flask export data`: flat tables as a file, and an ordered export in a process of its own."""

import datetime as dt
import json
from pathlib import Path

import click
from flask.cli import with_appcontext

from exports import flat_data
from qa.coaching.commands import export
from qa.core import apart, audit
from qa.core.access import OPEN_REGION, Actor, Role
from qa.core.clock import local_day, utcnow
from qa.core.db import db, only_reading
from qa.data_exports import jobs, queries, service
from qa.people.queries import setting_at, the_programme, zone_of
from qa.tickets.queries import regions_of

DAY = click.DateTime(formats=["%Y-%m-%d"])


@export.command("data")
@click.option("--out", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(flat_data.FORMATS), default="csv", show_default=True)
@click.option("--table", "tables", multiple=True, type=click.Choice([table.name for table in flat_data.ALL]))
@click.option("--from", "first", required=True, type=DAY, help="first day, by when a part was resolved")
@click.option("--to", "last", type=DAY, help="last day; today unless given")
@with_appcontext
def data(out: Path, form: str, tables: tuple[str, ...], first: dt.datetime, last: dt.datetime | None) -> None:
    """Write reviews, answers, tickets (without text) and draws as flat tables; all of them unless some are named."""
    session = db.session()
    now = utcnow()
    with only_reading(session):
        programme = the_programme(session)
        programme_id, zone = programme.id, zone_of(setting_at(session, programme.id, now))
        regions = regions_of(session, programme.id)
    operator = Actor(
        user_id=0,
        name="command line",
        email="",
        roles=frozenset({Role.QA_LEAD}),
        programme_id=programme_id,
        regions=frozenset({OPEN_REGION, *regions}),
    )
    days = first.date(), last.date() if last else local_day(now, zone)
    if days[1] < days[0]:
        raise click.BadParameter("the last day is before the first", param_hint="--to")
    order = queries.Order(
        export_id=0,
        form=form,
        tables=queries.tables_named(tables or [table.name for table in flat_data.ALL]),
        first_day=days[0],
        last_day=days[1],
        zone=zone,
        wanted=queries.wanted_of(operator, *days, zone=zone, as_of=now),
    )
    written = service.write_file(session, out, order, now=now)
    audit.record(
        session,
        action="export.data_written",
        object_type="programme",
        object_id=programme_id,
        actor_id=None,
        now=now,
        detail={"format": form, "from": str(days[0]), "to": str(days[1]), "tables": service.told(written)},
    )
    session.commit()
    click.echo(f"{out}: " + ", ".join(f"{each.rows:,} {each.table.name}" for each in written) + ".")


@export.command("ordered", hidden=True)
@click.argument("export_id", type=int)
@click.option("--job", "job_id", required=True, type=int)
@with_appcontext
def ordered(export_id: int, job_id: int) -> None:
    """Write an ordered export for the job that waits for it."""
    apart.end_with_lender()
    click.echo(json.dumps(dict(jobs.write_here(db.session(), export_id, job_id))))
