"""The `flask` commands of the installation; those of one room are written in its `commands.py`."""

import getpass
import json
import signal
import sys
from collections.abc import Iterator

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from flask_migrate import upgrade

from qa import lazily, serving
from qa.calibration_sessions.commands import reviews
from qa.calibration_sessions.export_commands import calibration as calibration_workbook
from qa.coaching.commands import export
from qa.config import settings
from qa.core import audit, logs
from qa.core.clock import utcnow
from qa.core.db import db, reading
from qa.core.errors import FairmarkError
from qa.core.jobs import Runner
from qa.data_exports import commands as data_export_commands
from qa.demo.command import demo
from qa.desk.commands import person_commands
from qa.operations.commands import backup, doctor, keys_group, restore
from qa.people.commands import create_first_admin, people
from qa.reviewer_drift.commands import drift
from qa.reviewer_drift.export_commands import drift_workbook
from qa.sampling.commands import draw, receipts
from qa.tickets.commands import intake, pull, retention_commands, search_commands, signal_commands, take_in
from qa.trends import export_commands as trend_export_commands
from qa.trends.commands import periods, rollups


def whole() -> Iterator[click.Command]:
    """Every command; a refusal is one line on stderr and exit code 1, not a trace."""
    lazily.load(data_export_commands, trend_export_commands)  # they add to the export commands
    export.add_command(calibration_workbook)
    export.add_command(drift_workbook)
    for command in (
        init,
        serve,
        worker,
        audit_commands,
        backup,
        restore,
        doctor,
        keys_group,
        demo,
        people,
        person_commands,
        intake,
        pull,
        take_in,
        signal_commands,
        search_commands,
        retention_commands,
        draw,
        receipts,
        periods,
        rollups,
        reviews,
        drift,
        export,
    ):
        yield polite(command)


def polite(command: click.Command) -> click.Command:
    if isinstance(command, click.Group):
        for child in command.commands.values():
            polite(child)
        return command
    original = command.callback
    if original is None:
        return command

    def run(*args: object, **kwargs: object) -> object:
        try:
            return original(*args, **kwargs)
        except FairmarkError as error:
            raise click.ClickException(str(error)) from error

    command.callback = run
    return command


@click.command("init")
@click.option("--admin", required=True, metavar="EMAIL", help="e-mail of the first admin")
@click.option("--password-stdin", is_flag=True, help="read the password from standard input")
@with_appcontext
def init(admin: str, *, password_stdin: bool) -> None:
    """Create or upgrade the database, and make the first admin."""
    upgrade()
    password = sys.stdin.readline().rstrip("\n") if password_stdin else getpass.getpass("Password: ")
    made = create_first_admin(db.session(), admin, password, now=utcnow())
    db.session.commit()
    click.echo(f"The database is ready; {admin} {'is admin now' if made else 'was admin already: password changed'}.")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, envvar="PORT")
@with_appcontext
def serve(host: str, port: int) -> None:
    """Serve the application (waitress), with jobs and chores in the same process."""
    logs.to_stderr()
    serving.serve(current_app._get_current_object(), host, port)  # type: ignore[attr-defined]


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Run background jobs and seal the audit trail, beside servers that run with EMBEDDED_RUNNER=no."""
    logs.to_stderr()
    runner: Runner = current_app.extensions["runner"]
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: runner.stop())
    click.echo("The worker runs; Ctrl+C ends it once the present job is done.")
    runner.run()


audit_commands = AppGroup("audit", help="The audit trail.")


@audit_commands.command("verify")
@click.option("--json", "as_json", is_flag=True)
def verify_audit(*, as_json: bool) -> None:
    """Prove that no audit event was changed, inserted, reordered or cut away; exit 1 if one was."""
    chosen = settings()
    audit.seal_and_anchor(db.session(), chosen.audit_key, chosen.instance, now=utcnow())
    with reading():
        session = db.session()
        seq, _ = audit.chain_head(session)
        findings = audit.verify(
            session, chosen.audit_key, now=utcnow(), anchored=audit.anchors(chosen.instance / audit.ANCHORS)
        )
    if as_json:
        found = [{"kind": f.kind, "event": f.event_id, "message": f.message} for f in findings]
        click.echo(json.dumps({"sealed": seq, "findings": found}))
    else:
        for finding in findings:
            click.echo(f"{finding.kind}: {finding.message}")
        click.echo(f"{seq} events sealed, {len(findings)} findings.")
    if findings:
        raise SystemExit(1)
