"""The `flask drift` commands."""

import datetime as dt
import json
from typing import Any

import click
from flask.cli import with_appcontext

from qa.core import apart
from qa.core.clock import monday_of, utcnow
from qa.core.db import db, reading
from qa.core.numerals import number
from qa.people.queries import the_programme
from qa.reviewer_drift import jobs, runs, wording
from qa.reviewer_drift.gathering import WEEK
from qa.reviewer_drift.queries import names_of
from qa.reviewer_drift.reckoning import METHOD

NOTHING = "There is no score to judge by yet."


@click.group("drift", invoke_without_command=True)
@click.option("--as-of", type=click.DateTime(formats=["%Y-%m-%d"]), help="only whole weeks that end before this day")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@click.pass_context
@with_appcontext
def drift(context: click.Context, as_of: dt.datetime | None, *, as_json: bool) -> None:
    """Severity and flags of all reviewers, from the database as it is; without a command nothing is stored."""
    if context.invoked_subcommand is not None:
        return
    session = db.session()
    with reading():
        programme_id = the_programme(session).id
        session.rollback()
    through = None if as_of is None else monday_of(as_of.date()) - WEEK
    told = runs.tell(session, programme_id, through=through, now=utcnow())
    if told is None:
        raise click.ClickException(NOTHING)
    with reading():
        names = names_of(session, told.standings)
        session.rollback()
    if as_json:
        click.echo(json.dumps(as_object(told, names)))
        return
    for each in told.reckoned.standings:
        document = told.standings[each.reviewer_id]
        severity = document["severity"]
        known = document["cannot_tell"] is None
        figure = (
            f"{number(severity['estimate'], signed=True)} ({number(severity['low'], signed=True)} to "
            f"{number(severity['high'], signed=True)})"
            if known
            else f"cannot tell: {document['cannot_tell']}"
        )
        click.echo(f"{wording.LEVELS[each.level]:<7} {names[each.reviewer_id]:<40} {figure}")
        if document["flag"] is not None:
            click.echo(f"        {wording.sentence(document['flag'])}")
    click.echo(
        f"{len(told.reckoned.standings)} reviewers, {len(told.gathered.scorings)} scorings until the week of "
        f"{told.gathered.through}; by chance {number(told.reckoned.false_reds)} reds a quarter at most."
    )


def as_object(told: runs.Told, names: dict[int, str]) -> dict[str, Any]:
    """The whole outcome under stable names."""
    return {
        "method": METHOD,
        "first_week": told.gathered.first_week.isoformat(),
        "through": told.gathered.through.isoformat(),
        "inputs": told.digest,
        "outcome": told.outcome_digest,
        **told.run,
        "reviewers": [
            {
                "reviewer": names[each.reviewer_id],
                "level": each.level,
                **{name: value for name, value in told.standings[each.reviewer_id].items() if name != "charts"},
            }
            for each in told.reckoned.standings
        ],
    }


@drift.command("run")
@click.option("--check", is_flag=True, help="make the newest run again and compare; change nothing")
@click.option("--job", "job_id", type=int, hidden=True, help="the waiting job to do; prints its outcome as JSON")
@with_appcontext
def run(*, check: bool, job_id: int | None) -> None:
    """Judge all reviewers now and keep the outcome; with --check, prove the newest run (exit 1 if it does not hold)."""
    session = db.session()
    if job_id is not None:
        apart.end_with_lender()
        click.echo(json.dumps(dict(jobs.run_here(session, job_id))))
        return
    with reading():
        programme_id = the_programme(session).id
        session.rollback()
    if check:
        proof = runs.prove(session, programme_id, now=utcnow())
        if proof is None:
            raise click.ClickException("There is no run to prove yet: `flask drift run` makes one.")
        click.echo(f"Run {proof.run_id}, until the week of {proof.through}: {SAID[proof.verdict]}")
        if proof.verdict == "evidence changed":
            click.echo(f"It read {proof.scorings} scorings; there are {proof.scorings_now} until that week now.")
        if proof.verdict == "does not hold":
            raise SystemExit(1)
        return
    kept = runs.run(session, programme_id, by=None, now=utcnow())
    if kept.run_id is None:
        raise click.ClickException(NOTHING)
    said = "kept" if kept.made else "stands: nothing that it reads has changed"
    click.echo(f"Run {kept.run_id} {said}; {kept.reds} red, {kept.ambers} amber.")


SAID = {
    "holds": "the same evidence gives the same outcome.",
    "evidence changed": "its evidence has changed since, so a new run is due.",
    "does not hold": "what is kept does not follow from its evidence.",
}
