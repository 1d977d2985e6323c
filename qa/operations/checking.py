"""Whether an installation is well: each check with its finding in words, and whether it is ready to serve."""

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import func, or_, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from qa.calibration_sessions.recomputing import agreed_again
from qa.config import Settings
from qa.core import audit
from qa.core.jobs import Job, JobState
from qa.people.queries import first_programme
from qa.reviews import keeping_sums
from qa.reviews.recomputing import recomputed
from qa.sampling import verification
from qa.tickets.models import SearchPending

LEAST_FREE = 1_000_000_000  # bytes; below it a busy day may fill the disk
LONGEST_WAIT = dt.timedelta(minutes=15)  # of a job that nobody has begun
CLOCK_OFF = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what it looked at, whether it holds, and what was found; ``advice`` says what to do."""

    name: str
    holds: bool
    told: str
    advice: str = ""


@cache
def newest_revision(migrations: Path) -> str | None:
    """The revision that this version of the program expects."""
    return ScriptDirectory(str(migrations)).get_current_head()


@cache
def revisions(migrations: Path) -> frozenset[str]:
    """Every revision that this version of the program knows."""
    return frozenset(script.revision for script in ScriptDirectory(str(migrations)).walk_revisions())


def not_ready(session: Session, migrations: Path) -> str | None:
    """Why nothing can be served at present, in words for an operator; None when all is ready.

    A schema that the program does not know is a newer one. It only has more: an upgrade that goes on while servers
    run must not take all of them out of service.
    """
    try:
        found = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError:
        session.rollback()
        return "the database does not answer, or has no schema"
    if found != newest_revision(migrations) and (found is None or found in revisions(migrations)):
        return f"the schema is at {found}, and {newest_revision(migrations)} is expected"
    return None


def examine(
    session: Session, settings: Settings, migrations: Path, *, now: dt.datetime, quick: bool
) -> Iterator[Finding]:
    """Every check in turn; ``quick`` leaves out those that read everything. It writes nothing."""
    yield _configuration(settings)
    reason = not_ready(session, migrations)
    yield Finding("database", reason is None, reason or _database(session), "flask init --admin EMAIL upgrades it.")
    if reason is not None:
        return
    yield _program(session, migrations)
    yield _clock(session, now)
    yield _disk(settings.instance)
    yield _jobs(session, now)
    waiting = session.scalar(select(func.count()).select_from(SearchPending)) or 0
    yield Finding("search", True, f"{waiting:,} tickets wait to be taken into the index")
    if quick:
        return
    yield _audit(session, settings, now)
    yield _receipts(session)
    yield _reviews(session)
    yield _sums(session)


def _configuration(settings: Settings) -> Finding:
    if settings.demo:
        return Finding("configuration", True, "the demo operation, with keys of its own that protect nothing real")
    if not settings.secure_cookies:
        return Finding(
            "configuration",
            False,
            "cookies travel without TLS too",
            "Serve behind HTTPS and leave SECURE_COOKIES as it is without a setting.",
        )
    return Finding("configuration", True, f"{len(settings.text_keys)} text keys; cookies over TLS only")


def _program(session: Session, migrations: Path) -> Finding:
    """Whether this is the program of the schema, and not a former one that goes on beside an upgrade."""
    found = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    same = found == newest_revision(migrations)
    told = "the schema is this program's" if same else f"the schema is newer: {found}"
    return Finding("program", same, told, "Restart with the new version.")


def _database(session: Session) -> str:
    dialect = session.get_bind().dialect
    return f"{dialect.name} {'.'.join(map(str, dialect.server_version_info or ()))}, schema up to date"


def _clock(session: Session, now: dt.datetime) -> Finding:
    """Against the database's server, or the newest event: a clock that was set back would disorder the trail."""
    if session.get_bind().dialect.name == "postgresql":
        theirs = session.execute(text("SELECT clock_timestamp()")).scalar_one()
        off = abs(theirs - now)
        return Finding("clock", off <= CLOCK_OFF, f"{off.total_seconds():.1f} s from the database's", "Set it by NTP.")
    newest = session.scalar(select(func.max(audit.AuditEvent.at)))
    ahead = newest - now if newest is not None else dt.timedelta(0)
    told = "behind the newest audit event" if ahead > CLOCK_OFF else "not behind the newest audit event"
    return Finding("clock", ahead <= CLOCK_OFF, told, "Set it by NTP.")


def _disk(instance: Path) -> Finding:
    folder = next(each for each in (instance, *instance.parents) if each.exists())
    free = shutil.disk_usage(folder).free
    return Finding(
        "disk", free >= LEAST_FREE, f"{free / 1e9:,.1f} GB free", "Make room: intake, exports and the database need it."
    )


def _jobs(session: Session, now: dt.datetime) -> Finding:
    waiting, oldest = session.execute(
        select(func.count(), func.min(Job.created_at)).where(
            Job.state == JobState.WAITING, or_(Job.not_before.is_(None), Job.not_before <= now)
        )
    ).one()
    late = oldest is not None and now - oldest > LONGEST_WAIT
    told = f"{waiting:,} wait" + (f", the oldest since {oldest:%Y-%m-%d %H:%M} UTC" if oldest else "")
    return Finding("jobs", not late, told, "Does a server, or `flask worker`, run?")


def _audit(session: Session, settings: Settings, now: dt.datetime) -> Finding:
    anchored = audit.anchors(settings.instance / audit.ANCHORS)
    findings = audit.verify(session, settings.audit_key, now=now, anchored=anchored)
    told = f"{len(findings)} findings, the first: {findings[0].message}" if findings else "the chain holds"
    return Finding("audit trail", not findings, told, "flask audit verify tells all of them.")


def _receipts(session: Session) -> Finding:
    programme = first_programme(session)
    verdicts = verification.verify_all(session, programme) if programme is not None else []
    broken = [verdict.period for verdict in verdicts if verdict.problems]
    told = f"{len(verdicts)} draws run again, {len(broken)} differ from their receipts"
    return Finding("receipts", not broken, told, "flask receipts verify tells which.")


def _reviews(session: Session) -> Finding:
    found, agreed = recomputed(session), agreed_again(session)
    wrong = len(found.wrong) + len(agreed.wrong) + len({*found.altered, *agreed.altered})
    told = f"{found.revisions + agreed.scores:,} results computed again, {wrong} do not follow from their answers"
    return Finding("reviews", not wrong, told, "flask reviews recompute --check tells which.")


def _sums(session: Session) -> Finding:
    programme = first_programme(session)
    weeks, found = keeping_sums.check(session, programme.id) if programme is not None else (0, [])
    told = f"{weeks} weeks of sums counted again, {len(found)} rows differ"
    return Finding("figures", not found, told, "flask rollups rebuild writes them anew.")
