"""The `flask reviews` commands: they prove reviews and what sessions agreed alike."""

import json

import click
from flask.cli import AppGroup, with_appcontext

from qa.calibration_sessions.recomputing import agreed_again
from qa.core.db import db, reading
from qa.reviews.recomputing import recomputed

reviews = AppGroup("reviews", help="Reviews and their results.")


@reviews.command("recompute")
@click.option("--check", is_flag=True, required=True, help="compare, change nothing: what is submitted stays")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@with_appcontext
def recompute(*, check: bool, as_json: bool) -> None:
    """Prove that every submitted result and every consensus follows from its answers; exit 1 if one does not."""
    with reading():
        found = recomputed(db.session())
        agreed = agreed_again(db.session())
    altered = sorted({*found.altered, *agreed.altered})
    if as_json:
        told = {
            "revisions": found.revisions,
            "wrong": found.wrong,
            "consensus": agreed.scores,
            "wrong_consensus": agreed.wrong,
            "altered": altered,
        }
        click.echo(json.dumps(told))
    else:
        for version_id in altered:
            click.echo(f"rubric version {version_id}: its text is not the one its fingerprint names")
        for revision_id in found.wrong:
            click.echo(f"revision {revision_id}: the stored result does not follow from its answers")
        for part_id in agreed.wrong:
            click.echo(f"session part {part_id}: the agreed score does not follow from its answers")
        click.echo(f"{found.revisions} results computed again, {len(found.wrong)} differ.")
        click.echo(f"{agreed.scores} agreed scores computed again, {len(agreed.wrong)} differ.")
    if found.wrong or agreed.wrong or altered:
        raise SystemExit(1)
