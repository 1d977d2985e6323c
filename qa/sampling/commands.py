"""The `flask draw` and `flask receipts` commands."""

import json

import click
from flask.cli import AppGroup, with_appcontext

from qa.config import settings
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.core.errors import NotFoundError
from qa.people.queries import setting_at, the_programme, zone_of
from qa.sampling import committing, evidence, frames, service, verification

receipts = AppGroup("receipts", help="Receipts of draws.")


@click.command("draw")
@click.argument("plans", nargs=-1, required=True, metavar="PLAN...")
@click.option("--period", required=True, help="the week, such as 2026-W14")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@with_appcontext
def draw(plans: tuple[str, ...], period: str, *, as_json: bool) -> None:
    """Draw a period's sample over these plans together, and give it to reviewers."""
    session = db.session()
    now = utcnow()
    programme = the_programme(session)
    setting = setting_at(session, programme.id, now)
    week = frames.get_or_open_period(session, programme.id, period, zone_of(setting))
    due = committing.plans_due(session, programme.id, week.starts_on, evidence.scores())
    known = {plan.key: plan for plan in due}
    unknown = [key for key in plans if key not in known]
    if unknown:
        raise NotFoundError(f"No plan {unknown[0]!r} takes part in {period}; these do: {', '.join(known) or 'none'}.")
    done = service.draw_period(
        session,
        programme,
        setting,
        week,
        [known[key] for key in sorted(plans, key=list(known).index)],
        ring=KeyRing(settings().text_keys),
        by=None,
        now=now,
        scores=evidence.scores(),
    )
    told = {
        "period": period,
        "draw": done.draw.id,
        "frame": done.draw.frame_size,
        "size": done.draw.size,
        "receipt": done.receipt.digest,
        "assigned": done.given.routine,
        "double": done.given.double,
        "left": [{"part": part_id, "reason": reason} for part_id, reason in done.given.left],
    }
    session.commit()
    if as_json:
        click.echo(json.dumps(told))
        return
    click.echo(f"{told['size']} of {told['frame']} parts drawn for {period}, receipt {done.receipt.digest[:16]}.")
    click.echo(f"{told['assigned']} assigned, {told['double']} of them a second, hidden time.")
    for part_id, reason in done.given.left:
        click.echo(f"part {part_id} stays without a reviewer: {reason}", err=True)


@receipts.command("verify")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@with_appcontext
def verify(*, as_json: bool) -> None:
    """Run every draw again and compare it with its receipt; exit 1 if one does not hold."""
    session = db.session()
    verdicts = verification.verify_all(session, the_programme(session))
    broken = [verdict for verdict in verdicts if verdict.problems]
    if as_json:
        told = [{"period": v.period, "digest": v.digest, "problems": list(v.problems)} for v in verdicts]
        click.echo(json.dumps({"receipts": told}))
    else:
        for verdict in broken:
            for problem in verdict.problems:
                click.echo(f"{verdict.period}: {problem}")
        click.echo(f"{len(verdicts)} receipts run again, {len(broken)} do not hold.")
    if broken:
        raise SystemExit(1)
