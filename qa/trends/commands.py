"""The `flask periods` commands."""

import json

import click
from flask.cli import AppGroup, with_appcontext

from qa.core.db import db, reading
from qa.people.queries import the_programme
from qa.trends import closing

periods = AppGroup("periods", help="Closed periods.")


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
