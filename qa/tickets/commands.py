"""The commands of this room: intake, live pulls, signals, search, retention."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core import apart
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError, NotFoundError
from qa.core.jobs import Job, JobState, Runner
from qa.people.models import Source
from qa.people.queries import the_programme
from qa.tickets import erasing, retention, searching, service, signal_storing, uploads
from qa.tickets.counting import OUTCOMES, Counts
from qa.tickets.intake.formats import FORMATS
from qa.tickets.jobs import do_here, journal, keys
from qa.tickets.live import running
from qa.tickets.models import IntakeReject, IntakeRun, SourceConnection
from qa.tickets.originals import expiring
from qa.tickets.originals import service as originals
from qa.tickets.originals.rules import MOST_DAYS

SHOWN_REJECTS = 20


@click.command("intake", epilog="Formats: " + "; ".join(f"{each.name} ({each.expects})" for each in FORMATS.values()))
@click.argument("format_name", metavar="FORMAT")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", "source_key", metavar="KEY", help="the source's key where one format has several sources")
@click.option("--mapping", "told", metavar="NAME|FILE.json", help="what the columns of tables mean; guessed without")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@with_appcontext
def intake(
    format_name: str, paths: tuple[Path, ...], source_key: str | None, told: str | None, *, as_json: bool
) -> None:
    """Read tickets from files; the same files twice change nothing, rows that cannot be used are told."""
    now = utcnow()
    session = db.session()
    programme_id = the_programme(session).id
    mapping = uploads.mapping_told(session, programme_id, told, Path.read_text) if told else None
    run = service.begin_run(
        session,
        programme_id,
        format_name,
        [path.name for path in paths],
        by=None,
        now=now,
        source_key=source_key,
        mapping=mapping,
        mapping_name=told,
    )
    run_id = run.id
    session.commit()
    run = service.run_intake(session, run_id, lambda: paths, keys=keys(), now=now, clock=utcnow, progress=show_progress)
    if sys.stderr.isatty():
        click.echo(err=True)
    rejects = rejects_of(session, run_id)
    if as_json:
        click.echo(json.dumps(report(run, rejects), ensure_ascii=False))
    else:
        tell(run, rejects)


@click.command("pull")
@click.option("--source", "source_key", metavar="KEY", help="this live source now, whether or not its time has come")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@with_appcontext
def pull(source_key: str | None, *, as_json: bool) -> None:
    """Fetch from live sources whose time has come, for machines whose own clock begins what is due.

    A help desk that asks for a pause is gone on with by the server, a worker or the next call.
    """
    session, now = db.session(), utcnow()
    if source_key is None:
        running.begin_due(session, now)
    else:
        source = source_of(session, source_key)
        connection = session.scalar(select(SourceConnection).where(SourceConnection.source_id == source.id))
        if connection is None:
            raise NotFoundError(f"The source {source_key!r} is no live source.")
        running.begin(session, connection, source, by=None, now=now)
        session.commit()
    waiting = session.scalars(
        select(Job.payload).where(Job.name == running.PULL_JOB, Job.state == JobState.WAITING).order_by(Job.id)
    ).all()
    session.rollback()
    runner: Runner = current_app.extensions["runner"]
    runner.run_all()
    rows = session.execute(
        select(Source.key, IntakeRun)
        .join(IntakeRun, IntakeRun.source_id == Source.id)
        .where(IntakeRun.id.in_([int(payload["run"]) for payload in waiting]))
        .order_by(IntakeRun.id)
    ).all()
    if as_json:
        told = [{"source": key, "run": run.id, "state": run.state, **_counted(run)} for key, run in rows]
        click.echo(json.dumps({"pulls": told}))
        return
    for key, run in rows:
        counted = ", ".join(f"{number:,} {word}" for word, number in _counted(run)["tickets"].items())
        why = f" ({run.counts['error']})" if "error" in run.counts else ""
        click.echo(f"{key}: {run.state}, tickets: {counted}{why}")
    if not rows:
        click.echo("No live source is due.")


def _counted(run: IntakeRun) -> dict[str, dict[str, int]]:
    counts = Counts.from_dict(run.counts)
    return {"tickets": counts.tickets.as_dict(), "messages": counts.messages.as_dict()}


def show_progress(done: int, total: int | None) -> None:
    """A line that is written over on a terminal; in a log, a line now and then."""
    text = f"{done:,} tickets" + (f" of {total:,}" if total else "")
    if sys.stderr.isatty():
        click.echo(f"\r{text}", nl=False, err=True)
    elif done % 5000 < 200 or done == total:
        click.echo(text, err=True)


def report(run: IntakeRun, rejects: list[dict[str, object]]) -> dict[str, object]:
    """The one object that scripts rely on."""
    counts = run.counts
    return {
        "run": run.id,
        "format": run.format,
        "state": run.state,
        "tickets": in_order(counts["tickets"]),
        "messages": in_order(counts["messages"]),
        "parts": counts["parts"],
        "left_out": counts["left_out"],
        "without_part": counts["without_part"],
        "digest": run.digest,
        "rejects": rejects,
    }


def in_order(counted: Mapping[str, int]) -> dict[str, int]:
    """Counts as they are told: PostgreSQL keeps objects without their order."""
    return {name: counted[name] for name in ("read", *OUTCOMES)}


def rejects_of(session: Session, run_id: int) -> list[dict[str, object]]:
    rows = session.execute(
        select(IntakeReject.file, IntakeReject.line, IntakeReject.column, IntakeReject.value, IntakeReject.reason)
        .where(IntakeReject.run_id == run_id)
        .order_by(IntakeReject.file, IntakeReject.line, IntakeReject.id)
    )
    return [dict(row._mapping) for row in rows]


def tell(run: IntakeRun, rejects: list[dict[str, object]]) -> None:
    for kind in ("tickets", "messages"):
        counted = in_order(run.counts[kind])
        click.echo(f"{kind}: " + ", ".join(f"{number:,} {word}" for word, number in counted.items()))
    click.echo(f"handled parts made: {run.counts['parts']:,}")
    for reject in rejects[:SHOWN_REJECTS]:
        place = ":".join(str(each) for each in (reject["file"], reject["line"], reject["column"]) if each is not None)
        click.echo(f"{place}: {reject['reason']} ({reject['value']!r})", err=True)
    if len(rejects) > SHOWN_REJECTS:
        click.echo(f"and {len(rejects) - SHOWN_REJECTS:,} more; all of them stand on the intake's page.", err=True)
    if len(rejects) >= service.MOST_KEPT_REJECTS:
        click.echo(f"Only the first {service.MOST_KEPT_REJECTS:,} are kept.", err=True)


@click.command("take-in", hidden=True)
@click.argument("job_id", type=int)
@with_appcontext
def take_in(job_id: int) -> None:
    """Do the job of an upload or a live pull, for a server that lends it a process; prints its outcome as JSON."""
    apart.end_with_lender()
    session = db.session()
    told = do_here(session, job_id)
    searching.index_pending(session, keys().ring)  # here too it is in nobody's way
    click.echo(json.dumps(dict(told)))


signal_commands = AppGroup("signals", help="What facts and text say about a part by stated rules.")


@signal_commands.command("refresh")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@with_appcontext
def refresh_signals(*, as_json: bool) -> None:
    """Work out the signals of every stored ticket anew, as after a change of the rules; safe to break off."""
    session = db.session()
    programme_id = the_programme(session).id
    session.rollback()
    kept = signal_storing.refresh(session, programme_id, keys().ring, after_chunk=show_progress)
    if sys.stderr.isatty():
        click.echo(err=True)
    version = signal_storing.RULES.version
    if as_json:
        click.echo(json.dumps({"signals": kept, "rules": version}))
    else:
        click.echo(f"{kept:,} signals kept by the rules {version}.")


search_commands = AppGroup("search", help="The full-text index over redacted conversations.")


@search_commands.command("index")
@click.option("--all", "anew", is_flag=True, help="take in every ticket anew, not only those that changed")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@with_appcontext
def index(*, anew: bool, as_json: bool) -> None:
    """Take changed tickets into the search index; a running server or worker does so by itself. Safe to break off."""
    session = db.session()
    if anew:
        searching.note_all(session)
        session.commit()
    done = searching.index_pending(session, keys().ring, after_chunk=lambda number: show_progress(number, None))
    click.echo(json.dumps({"indexed": done}) if as_json else f"{done:,} tickets taken into the search index.")


retention_commands = AppGroup("retention", help="How long text is kept, and erasing it for ever.")
JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="print one JSON object")


@retention_commands.command("due")
@JSON_OPTION
@with_appcontext
def retention_due(*, as_json: bool) -> None:
    """A dry run: what the rule of each source would erase now, and what a legal hold keeps."""
    session = db.session()
    rows = erasing.due(session, the_programme(session).id, now=utcnow())
    if as_json:
        told = [{"source": row.key, "days": row.days, "tickets": row.tickets, "held": row.held} for row in rows]
        click.echo(json.dumps({"due": told}))
        return
    for row in rows:
        rule = "kept for ever" if row.days is None else f"{row.days:,} days: {row.tickets:,} due, {row.held:,} held"
        click.echo(f"{row.key}: {rule}")


@retention_commands.command("run")
@JSON_OPTION
@with_appcontext
def retention_run(*, as_json: bool) -> None:
    """Erase the text whose time is over, as the nightly job does. Safe to break off and to repeat."""
    session = db.session()
    programme_id = the_programme(session).id
    session.rollback()
    erased = erasing.erase_due(session, keys().ring, journal(), programme_id, by=None, now=utcnow())
    gone = expiring.expire(session, now=utcnow())
    if as_json:
        click.echo(json.dumps({"erased": erased, "originals": gone}))
        return
    click.echo(f"The text of {erased:,} tickets was erased, and {gone:,} originals whose time was over.")


@retention_commands.command("originals")
@click.option("--source", "source_key", required=True, metavar="KEY")
@click.option("--days", type=click.IntRange(0, MOST_DAYS), required=True, help="0: keep none, and destroy what is kept")
@with_appcontext
def keep_originals(source_key: str, days: int) -> None:
    """Keep what redaction takes out of a source's texts, sealed, for so many days; from the next intake on."""
    session = db.session()
    source = source_of(session, source_key)
    name, now = source.name, utcnow()
    originals.set_rule(session, journal(), source, days or None, by=None, now=now)
    session.commit()
    gone = expiring.expire(session, now=now)
    kept = f"kept sealed for {days} days from the next intake on" if days else "not kept"
    click.echo(f"Originals of {name} are {kept}; {gone:,} were destroyed.")


@retention_commands.command("erase")
@click.option("--source", "source_key", required=True, metavar="KEY")
@click.option("--ticket", metavar="ID", help="the help desk's id of one ticket")
@click.option("--customer", metavar="ID", help="the help desk's id of a customer: all of their tickets")
@click.option("--yes", is_flag=True, help="erase; without it, only say what would be")
@with_appcontext
def erase(source_key: str, ticket: str | None, customer: str | None, *, yes: bool) -> None:
    """Erase the text of one ticket or of one customer's tickets, for ever."""
    session = db.session()
    source = source_of(session, source_key)
    if (ticket is None) == (customer is None):
        raise InvalidInputError("Name a ticket or a customer.")
    if ticket is not None:
        ids = retention.tickets_named(session, source, ticket)
    else:
        mark = retention.customer_of(keys().frame_key, source, customer or "")
        ids = retention.tickets_of_customer(session, source, mark)
    session.rollback()
    if not yes:
        click.echo(f"The text of {len(ids):,} tickets would be erased; --yes does it.")
        return
    erased = erasing.erase_tickets(
        session, keys().ring, journal(), ids, reason="erased on request", by=None, now=utcnow()
    )
    click.echo(f"The text of {erased:,} tickets was erased.")


@retention_commands.command("export")
@click.option("--source", "source_key", required=True, metavar="KEY")
@click.option("--customer", required=True, metavar="ID")
@with_appcontext
def export_customer(source_key: str, customer: str) -> None:
    """Print what is kept of one customer, as JSON."""
    session = db.session()
    source = source_of(session, source_key)
    mark = retention.customer_of(keys().frame_key, source, customer)
    click.echo(json.dumps(retention.export_customer(session, keys().ring, source, mark), ensure_ascii=False))


@retention_commands.command("replay")
@with_appcontext
def replay() -> None:
    """After an older backup was put in place: erase again what was erased since, by the list beside the database."""
    erased = erasing.replay(db.session(), keys().ring, journal(), now=utcnow())
    expiring.replay(db.session(), journal(), now=utcnow())
    click.echo(f"The text of {erased:,} tickets was erased again.")


def source_of(session: Session, key: str) -> Source:
    source = session.scalar(select(Source).where(Source.programme_id == the_programme(session).id, Source.key == key))
    if source is None:
        raise NotFoundError(f"There is no source {key!r}.")
    return source
