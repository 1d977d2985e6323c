"""Passwords and one-time links: how a person gets into their account and changes the key."""

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.core import audit
from qa.people import passwords, sessions
from qa.people.models import OneTimeLink, User

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


def change_password(session: Session, user: User, password: str, *, now: dt.datetime) -> None:
    """A new password; every session of the person ends, the present one included."""
    stored = passwords.hash_password(password)
    set_password_hash(session, user.id, stored, by=user.id, now=now)


def set_password_hash(session: Session, user_id: int, stored: str, *, by: int | None, now: dt.datetime) -> None:
    session.execute(update(User).where(User.id == user_id).values(password_hash=stored))
    sessions.revoke_all(session, user_id, by=by, now=now)
    audit.record(session, action="person.password", object_type="person", object_id=user_id, actor_id=by, now=now)
