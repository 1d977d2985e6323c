"""The `flask people` commands, and the first admin."""

import datetime as dt

from flask.cli import AppGroup
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Role
from qa.core.errors import InvalidInputError
from qa.people import accounts, passwords, queries
from qa.people.models import Programme, ProgrammeSetting, RoleGrant, User

people = AppGroup("people", help="People, teams and the help desk's agents.")


def create_first_admin(session: Session, email: str, password: str, *, now: dt.datetime) -> bool:
    """The programme if there is none, and an admin with this password; whether the admin is new."""
    if len(password) < passwords.MINIMUM_LENGTH:
        raise InvalidInputError(f"The password needs at least {passwords.MINIMUM_LENGTH} characters.")
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
    accounts.change_password(session, user, password, now=now)
    return not known


def create_programme(session: Session, *, name: str, now: dt.datetime, key: str = "main") -> Programme:
    """A programme with its first settings, all at their defaults."""
    programme = Programme(key=key, name=name, created_at=now)
    session.add(programme)
    session.flush()
    session.add(ProgrammeSetting(programme_id=programme.id, valid_from=now))
    session.flush()
    return programme
