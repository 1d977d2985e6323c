"""What one employee may ask for: everything kept of them, and to be erased."""

import json

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.orm import Session

from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import NotFoundError
from qa.desk import person_data
from qa.people.models import User
from qa.people.queries import user_by_email
from qa.tickets import erasing
from qa.tickets.jobs import journal

person_commands = AppGroup("person", help="What is kept of one employee, on their request.")


@person_commands.command("export")
@click.argument("email")
@with_appcontext
def export(email: str) -> None:
    """Print everything that is kept of a person, as JSON; no text of a ticket, which is the customer's."""
    session = db.session()
    click.echo(json.dumps(person_data.export_person(session, _person(session, email)), ensure_ascii=False, indent=2))


@person_commands.command("erase")
@click.argument("email")
@click.option("--yes", is_flag=True, help="erase; without it, only say what would be")
@with_appcontext
def erase(email: str, *, yes: bool) -> None:
    """Erase a person whose account is closed, for ever: name, address and what was written about their work."""
    session = db.session()
    user = _person(session, email)
    if not yes:
        click.echo(f"{user.name} ({user.email}) would be erased; ids, scores and the audit trail stay. --yes does it.")
        return
    now = utcnow()
    person_data.erase_person(session, user, by=None, now=now)
    journal().note([user.id], now, "person")
    session.commit()
    erasing.leave_no_trace(session)
    click.echo(f"Person {user.id} was erased.")


@person_commands.command("replay")
@with_appcontext
def replay() -> None:
    """After an older backup was put in place: erase again who was erased since, by the list beside the database."""
    session = db.session()
    done = person_data.erase_again(session, sorted(set(journal().erased("person"))), now=utcnow())
    session.commit()
    if done:
        erasing.leave_no_trace(session)
    click.echo("1 person was erased again." if done == 1 else f"{done:,} people were erased again.")


def _person(session: Session, email: str) -> User:
    user = user_by_email(session, email)
    if user is None:
        raise NotFoundError(f"There is no account of {email}.")
    return user
