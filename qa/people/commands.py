"""The `flask people` commands, and the first admin."""

import datetime as dt
import json
from dataclasses import asdict
from typing import BinaryIO

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Role
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import NotFoundError
from qa.people import accounts, directory, queries, second_factor, service, sessions
from qa.people.models import Programme, ProgrammeSetting, RoleGrant, User
from qa.people.roster import read_roster

people = AppGroup("people", help="People, teams and the help desk's agents.")


def create_first_admin(session: Session, email: str, password: str, *, now: dt.datetime) -> bool:
    """The programme if there is none, and an admin with this password; whether the admin is new."""
    accounts.refuse_weak(password, about=(email,))
    programme = queries.first_programme(session) or create_programme(session, name="Support quality", now=now)
    user = queries.user_by_email(session, email)
    known = user is not None
    if user is None:
        user = User(
            programme_id=programme.id,
            email=email.strip().lower(),
            name=email.partition("@")[0],
            pseudonym="Admin",
            created_at=now,
        )
        session.add(user)
        session.flush()
    if not queries.holds_role(session, user.id, Role.ADMIN, now.date()):
        session.add(RoleGrant(user_id=user.id, role=Role.ADMIN, valid_from=now.date()))
        audit.record(
            session,
            action="person.role",
            object_type="person",
            object_id=user.id,
            actor_id=None,
            now=now,
            detail={"role": Role.ADMIN.value, "granted": True},
        )
    accounts.change_password(session, user.id, password, about=(user.name, user.email), now=now)
    return not known


def create_programme(session: Session, *, name: str, now: dt.datetime, key: str = "main") -> Programme:
    """A programme with its first settings, all at their defaults."""
    programme = Programme(key=key, name=name, created_at=now)
    session.add(programme)
    session.flush()
    session.add(ProgrammeSetting(programme_id=programme.id, valid_from=now))
    session.flush()
    return programme


@people.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@click.option("--dry-run", is_flag=True, help="show what would change and change nothing")
@with_appcontext
def import_people(file: BinaryIO, *, as_json: bool, dry_run: bool) -> None:
    """Bring people, teams and roles to what FILE.csv says; the same file twice changes nothing."""
    roster = read_roster(file.read())
    now = utcnow()
    session = db.session()
    programme = queries.the_programme(session)
    zone = queries.zone_of(queries.setting_at(session, programme.id, now))
    changes = service.import_roster(session, programme.id, roster.rows, by=None, today=local_day(now, zone), now=now)
    if dry_run:
        session.rollback()
    else:
        session.commit()
        current_app.extensions["runner"].run_all()
    unmatched = directory.unmatched_agents(session, programme.id)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "read": len(roster.rows) + len({reject.line for reject in roster.rejects}),
                    "changes": [asdict(change) for change in changes],
                    "rejects": [asdict(reject) | {"file": file.name} for reject in roster.rejects],
                    "unmatched_agents": len(unmatched),
                },
                ensure_ascii=False,
            )
        )
    else:
        for change in changes:
            click.echo(
                f"line {change.line}: {change.email} {change.field}: {change.before or '–'} → {change.after or '–'}"
            )
        for reject in roster.rejects:
            click.echo(f"{file.name}:{reject.line}: {reject.column or 'line'}: {reject.reason}", err=True)
        would = "would be made" if dry_run else "made"
        click.echo(
            f"{len(roster.rows)} people read, {len(changes)} changes {would}, {len(roster.rejects)} rejects, "
            f"{len(unmatched)} agents of the help desk without a person."
        )


@people.command("invite")
@click.argument("emails", nargs=-1, required=True, metavar="EMAIL...")
@click.option("--base-url", default="http://127.0.0.1:8000", show_default=True, help="where the people reach this")
@with_appcontext
def invite_people(emails: tuple[str, ...], base_url: str) -> None:
    """Print a one-time link for each person: to set the first password, or a new one."""
    session = db.session()
    for email in emails:
        user = queries.user_by_email(session, email)
        if user is None or not user.active:
            raise NotFoundError(f"There is no open account of {email}.")
        purpose = "reset" if user.password_hash else "invite"
        token = accounts.issue_link(session, user.id, purpose=purpose, by=None, now=utcnow())
        click.echo(f"{user.email} {base_url.rstrip('/')}/welcome/{token}")
    session.commit()


@people.command("break-glass")
@click.argument("email")
@click.option("--reason", required=True, help="why no admin can do this in the application; kept in the audit trail")
@click.option("--base-url", default="http://127.0.0.1:8000", show_default=True, help="where the person reaches this")
@with_appcontext
def break_glass(email: str, reason: str, *, base_url: str) -> None:
    """Let EMAIL in as an admin for today, where no admin can get in any more.

    Opens the account, takes its second factor and sessions away, gives the role until tomorrow, and prints a one-time
    link. Every admin sees it in the audit trail.
    """
    session, now = db.session(), utcnow()
    token = accounts.break_glass(session, email, reason=reason, now=now)
    session.commit()
    click.echo(f"{base_url.rstrip('/')}/welcome/{token}")
    click.echo("The link works once, for 24 hours; the role of admin ends tomorrow.", err=True)


@people.command("reset-second-factor")
@click.argument("email")
@with_appcontext
def reset_second_factor(email: str) -> None:
    """Take the second factor of EMAIL away, for who lost telephone and recovery codes; every session ends."""
    session = db.session()
    user = found(session, email)
    was_on = second_factor.turn_off(session, user.id, by=None, now=utcnow())
    session.commit()
    click.echo(f"{user.email} signs in with the password alone." if was_on else f"{user.email} had no second factor.")


@people.command("sign-out")
@click.argument("email")
@with_appcontext
def sign_out_person(email: str) -> None:
    """End every session of EMAIL."""
    session = db.session()
    user = found(session, email)
    sessions.revoke_all(session, user.id, by=None, now=utcnow())
    session.commit()
    click.echo(f"{user.email} is signed out everywhere.")


def found(session: Session, email: str) -> User:
    user = queries.user_by_email(session, email)
    if user is None:
        raise NotFoundError(f"There is no account of {email}.")
    return user
