"""The `flask periods` commands."""

import json

import click
from flask.cli import AppGroup, with_appcontext

from qa.core.clock import utcnow
from qa.core.db import db, reading
from qa.people.queries import the_programme
from qa.reviews import keeping_sums
from qa.sampling.models import Period
from qa.trends import closing, counting, strictness

periods = AppGroup("periods", help="Closed periods.")
rollups = AppGroup("rollups", help="The weekly sums that pages of figures are made from.")
SHOWN = 20  # rows that are named; of more the number tells enough


@periods.command("check")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@with_appcontext
def check(*, as_json: bool) -> None:
    """Prove that every closed period's statements are as they were written; exit 1 if one is not.

    A period whose figures would be told differently today is named: a restatement is due, which is no error.
    """
    with reading():
        session = db.session()
        found = closing.check(session, the_programme(session).id)
    broken = [each for each in found if each.problems]
    if as_json:
        told = [{"period": each.period, "problems": list(each.problems), "due": list(each.due)} for each in found]
        click.echo(json.dumps({"periods": told}))
    else:
        for each in found:
            for problem in each.problems:
                click.echo(f"{each.period}: {problem}")
            if each.due:
                click.echo(f"{each.period}: a restatement is due: {'; '.join(each.due)}")
        click.echo(f"{len(found)} closed periods, {len(broken)} do not hold.")
    if broken:
        raise SystemExit(1)


@rollups.command("rebuild")
@click.option("--check", "only_check", is_flag=True, help="change nothing; exit 1 if a sum is not what the facts give")
@with_appcontext
def rebuild(*, only_check: bool) -> None:
    """Count the weekly sums anew from reviews, draws and frames, a week in a transaction."""
    session = db.session()
    with reading():
        programme_id = the_programme(session).id
        weeks = [period.id for period in keeping_sums.periods_of(session, programme_id)]
        session.rollback()
    if only_check:
        with reading():
            counted, found = keeping_sums.check(session, programme_id)
            session.rollback()
        for each in found[:SHOWN]:
            click.echo(f"{each.table} {each.key}: kept {each.kept}, counted {each.counted}")
        click.echo(f"{counted} weeks counted again, {len(found)} rows of sums differ.")
        if found:
            raise SystemExit(1)
        return
    differed = 0
    for period_id in weeks:
        differed += keeping_sums.rebuild(session, session.get_one(Period, period_id))
        session.commit()
    strictness.keep(session, programme_id, now=utcnow())
    counting.settle(session, programme_id, now=utcnow())
    session.commit()
    click.echo(f"{len(weeks)} weeks counted, {differed} rows of sums written anew.")
