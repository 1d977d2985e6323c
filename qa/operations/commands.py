"""Backup, restore and a look at the installation's health, from the command line."""

import base64
import json
import sys
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext
from flask_migrate import upgrade
from sqlalchemy.orm import Session

from qa.config import MIGRATIONS, settings
from qa.core import audit
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db, reading
from qa.desk import person_data
from qa.operations import backing_up, checking, restoring, turning_keys
from qa.tickets import erasing, searching
from qa.tickets.jobs import journal, keys
from qa.tickets.originals import expiring


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup(file: Path) -> None:
    """Write everything in the database into FILE, as it stands at this moment; servers go on."""
    written = backing_up.back_up(db.engine, settings().instance, file, now=utcnow(), report=_told)
    click.echo(
        f"{sum(written.rows.values()):,} rows of {len(written.rows)} tables, {file.stat().st_size:,} bytes: {file}"
    )
    click.echo("The keys are not in it: SECRET_KEY, and the others that are set, belong into another place.")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore(file: Path) -> None:
    """Put a backup into an empty database, and erase again what was erased since it was taken."""
    chosen = settings()
    done = restoring.restore(
        db.engine, chosen.instance, file, migrate=lambda revision: upgrade(revision=revision), report=_told
    )
    now, session = utcnow(), db.session()
    searching.note_all(session)
    audit.record(
        session,
        action="database.restored",
        object_type="database",
        object_id=done.backup.revision,
        actor_id=None,
        now=now,
        detail={"taken_at": done.backup.taken_at.isoformat(), "rows": sum(done.backup.rows.values())},
    )
    session.commit()
    tickets, people = _erase_again(session)
    click.echo(f"{sum(done.backup.rows.values()):,} rows of {len(done.backup.rows)} tables are back.")
    click.echo(f"{tickets:,} tickets and {people:,} people were erased again, by the list beside the database.")
    for name in done.kept:
        click.echo(f"{name} was there already and stays: it may know of what came after the backup.")
    click.echo("The search index is made anew in the background. `flask doctor` proves the rest.")


def _erase_again(session: Session) -> tuple[int, int]:
    """Whoever asked to be forgotten after the backup was taken is not brought back by it."""
    tickets = erasing.replay(session, keys().ring, journal(), now=utcnow())
    expiring.replay(session, journal(), now=utcnow())
    people = person_data.erase_again(session, sorted(set(journal().erased("person"))), now=utcnow())
    session.commit()
    if people:
        erasing.leave_no_trace(session)
    return tickets, people


keys_group = AppGroup("keys", help="The keys of an installation.")


@keys_group.command("turn")
@click.option("--check", is_flag=True, help="only count; exit 1 while anything is under an older key")
@with_appcontext
def turn_keys(*, check: bool) -> None:
    """Seal under the newest of TEXT_KEYS what is under an older one; servers go on, and it may be run again."""
    ring = KeyRing(settings().text_keys)
    turned = lost = 0
    for count in turning_keys.turn(db.session(), ring, only_look=check):
        word = "to turn" if check else "turned"
        click.echo(f"{count.name}: {count.turned:,} {word}, {count.new:,} under {ring.newest[0]} already")
        turned, lost = turned + count.turned, lost + count.lost
        if count.lost:
            click.echo(
                f"  {count.lost:,} are under a key that TEXT_KEYS does not name: nothing can read them", err=True
            )
    if lost or (check and turned):
        raise SystemExit(1)
    if turned:
        audit.record(
            db.session(),
            action="keys.turned",
            object_type="key",
            object_id=ring.newest[0],
            actor_id=None,
            now=utcnow(),
            detail={"rows": turned},
        )
        db.session.commit()
    click.echo(f"All is under {ring.newest[0]}. Older keys are needed only for backups taken before today.")


@keys_group.command("print")
@with_appcontext
def print_keys() -> None:
    """Print the keys in use as variables, to set them before SECRET_KEY is changed. They open everything."""
    chosen = settings()
    click.echo(f"FRAME_KEY={encoded(chosen.frame_key)}")
    click.echo(f"AUDIT_KEY={encoded(chosen.audit_key)}")
    click.echo(f"DRAFT_KEY={encoded(chosen.draft_key)}")
    click.echo("TEXT_KEYS=" + ",".join(f"{key_id}:{encoded(key)}" for key_id, key in chosen.text_keys))


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")


@click.command("doctor")
@click.option("--quick", is_flag=True, help="leave out the proofs that read everything")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@with_appcontext
def doctor(*, quick: bool, as_json: bool) -> None:
    """Look at configuration, database, clock, disk, jobs and every proof; exit 1 if something does not hold."""
    found = []
    with reading():
        for finding in checking.examine(db.session(), settings(), MIGRATIONS, now=utcnow(), quick=quick):
            found.append(finding)
            if not as_json:
                click.echo(f"{'ok    ' if finding.holds else 'FAILED'}  {finding.name}: {finding.told}")
                if not finding.holds:
                    click.echo(f"        {finding.advice}")
        db.session.rollback()
    if as_json:
        click.echo(
            json.dumps({"holds": all(each.holds for each in found), "findings": [asdict(each) for each in found]})
        )
    if not all(each.holds for each in found):
        raise SystemExit(1)


def _told(line: str) -> None:
    if sys.stderr.isatty():
        click.echo(line, err=True)
