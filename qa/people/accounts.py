"""Passwords and one-time links: how a person gets into their account and changes the key."""

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.config import settings
from qa.core import audit, jobs
from qa.core.access import Role
from qa.core.clock import local_day
from qa.core.errors import InvalidInputError, NotFoundError
from qa.people import passwords, queries, second_factor, sessions, strength
from qa.people.models import MAIL_LINK_JOB, OneTimeLink, RoleGrant, User

INVITE_LASTS = dt.timedelta(days=7)
RESET_LASTS = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsableLink:
    """A link that still works, and whose it is."""

    user_id: int
    name: str
    email: str
    purpose: str


def issue_link(session: Session, user_id: int, *, purpose: str, by: int | None, now: dt.datetime) -> str:
    """A new one-time link's token; earlier unused links of the person stop working."""
    session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.user_id == user_id, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
        .values(expires_at=now)
    )
    token = secrets.token_urlsafe(32)
    session.add(
        OneTimeLink(
            user_id=user_id,
            purpose=purpose,
            token_digest=sessions.digest_token(token),
            created_at=now,
            created_by_id=by,
            expires_at=now + (INVITE_LASTS if purpose == "invite" else RESET_LASTS),
        )
    )
    session.flush()
    audit.record(session, action=f"person.{purpose}", object_type="person", object_id=user_id, actor_id=by, now=now)
    return token


def break_glass(session: Session, email: str, *, reason: str, now: dt.datetime) -> str:
    """A link's token for somebody who is to be an admin for a day, for when no admin can get in.

    Raises ``NotFoundError`` for an unknown e-mail and ``InvalidInputError`` without a reason.
    """
    user = queries.user_by_email(session, email)
    if user is None:
        raise NotFoundError(f"There is no account of {email}.")
    if len(reason.strip()) < 10:
        raise InvalidInputError("Say in a few words why: whoever reads the audit trail will ask.")
    today = local_day(now, queries.zone_of(queries.setting_at(session, user.programme_id, now)))
    user.active = True
    second_factor.turn_off(session, user.id, by=None, now=now)
    sessions.revoke_all(session, user.id, by=None, now=now)
    if not queries.holds_role(session, user.id, Role.ADMIN, today):
        tomorrow = today + dt.timedelta(days=1)
        session.add(RoleGrant(user_id=user.id, role=Role.ADMIN, valid_from=today, valid_to=tomorrow))
    session.flush()
    audit.record(
        session,
        action="person.break_glass",
        object_type="person",
        object_id=user.id,
        actor_id=None,
        now=now,
        detail={"reason": reason.strip()[:200]},
    )
    return issue_link(session, user.id, purpose="reset", by=None, now=now)


def ask_for_link(session: Session, user: User | None, *, now: dt.datetime) -> None:
    """Let a link for a new password be mailed; without an account the same is written, and nothing is mailed."""
    jobs.enqueue(session, MAIL_LINK_JOB, {"person": user.id if user else None}, by=None, now=now)


def usable_link(session: Session, token: str, *, now: dt.datetime) -> UsableLink | None:
    """What an unused, unexpired token stands for."""
    row = session.execute(
        select(OneTimeLink, User)
        .join(User, User.id == OneTimeLink.user_id)
        .where(
            OneTimeLink.token_digest == sessions.digest_token(token),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
            User.active,
        )
    ).one_or_none()
    if row is None:
        return None
    link, user = row
    return UsableLink(user_id=user.id, name=user.name, email=user.email, purpose=link.purpose)


def use_link(session: Session, token: str, password: str, *, now: dt.datetime) -> int | None:
    """Set the password the link allows, once; the person's id, or nothing when the link was used meanwhile."""
    link = usable_link(session, token, now=now)
    if link is None:
        return None
    refuse_weak(password, about=(link.name, link.email))
    session.rollback()  # a hash takes long: let others write meanwhile
    stored = passwords.hash_password(password)
    taken = session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.token_digest == sessions.digest_token(token),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(OneTimeLink.user_id)
    ).scalar_one_or_none()
    if taken is None:
        return None
    set_password_hash(session, taken, stored, by=taken, now=now)
    return taken


def change_password(session: Session, user_id: int, password: str, *, about: tuple[str, ...], now: dt.datetime) -> None:
    """A new password; every session of the person ends, the present one included. ``about``: name and e-mail."""
    refuse_weak(password, about=about)
    stored = passwords.hash_password(password)
    set_password_hash(session, user_id, stored, by=user_id, now=now)


def refuse_weak(password: str, *, about: tuple[str, ...]) -> None:
    """Raise ``InvalidInputError`` with the field ``password`` for one that is too short or easy to guess."""
    if len(password) < passwords.MINIMUM_LENGTH:
        message = f"The password needs at least {passwords.MINIMUM_LENGTH} characters."
        raise InvalidInputError(message, {"password": message})
    why = strength.weakness(password, about=about, leaked=settings().leaked_passwords)
    if why is not None:
        raise InvalidInputError(why, {"password": why})


def set_password_hash(session: Session, user_id: int, stored: str, *, by: int | None, now: dt.datetime) -> None:
    session.execute(update(User).where(User.id == user_id).values(password_hash=stored))
    sessions.revoke_all(session, user_id, by=by, now=now)
    audit.record(session, action="person.password", object_type="person", object_id=user_id, actor_id=by, now=now)
