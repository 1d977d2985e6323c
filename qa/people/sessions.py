"""Sign-in and server-side sessions: revocable, rotated at sign-in, with an idle and an absolute end."""

import datetime as dt
import hashlib
import secrets

from sqlalchemy import update
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core import audit
from qa.people import passwords, queries
from qa.people.models import User, UserSession
from qa.people.signed_in import SignedIn

COOKIE = "fairmark_session"
SEEN_EVERY = dt.timedelta(minutes=1)


def digest_token(token: str) -> str:
    """What the database keeps of a secret that only the browser or the mail holds."""
    return hashlib.sha256(token.encode()).hexdigest()


def check_credentials(session: Session, email: str, password: str) -> User | None:
    """The active person with this e-mail and password; unknown and wrong take the same time."""
    user = queries.user_by_email(session, email)
    stored = user.password_hash if user is not None and user.active else None
    session.rollback()  # a hash takes long: let others write meanwhile
    return user if passwords.verify_password(stored, password) and user is not None else None


def prove(session: Session, session_id: int, *, user_id: int, now: dt.datetime) -> None:
    """Note that the person of a session has just shown again who they are."""
    session.execute(update(UserSession).where(UserSession.id == session_id).values(proved_at=now))
    audit.record(
        session, action="session.prove", object_type="session", object_id=session_id, actor_id=user_id, now=now
    )


def cookie_name(settings: Settings) -> str:
    """Over HTTPS a name that a browser takes from this host alone, for the whole host, and never in the clear."""
    return f"__Host-{COOKIE}" if settings.secure_cookies else COOKIE


def start(
    session: Session,
    user_id: int,
    *,
    settings: Settings,
    user_agent: str,
    now: dt.datetime,
    entered_by: str = "password",
    second_factor_at: dt.datetime | None = None,
) -> str:
    """A new session; its token goes into the cookie and nowhere else."""
    token = secrets.token_urlsafe(32)
    row = UserSession(
        user_id=user_id,
        token_digest=digest_token(token),
        created_at=now,
        last_seen_at=now,
        expires_at=now + settings.session_absolute,
        user_agent=user_agent[:200],
        entered_by=entered_by,
        second_factor_at=second_factor_at,
        proved_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        action="session.start",
        object_type="session",
        object_id=row.id,
        actor_id=user_id,
        now=now,
        detail={"by": entered_by, "second_factor": second_factor_at is not None},
    )
    return token


def is_live(row: UserSession | SignedIn, *, settings: Settings, now: dt.datetime) -> bool:
    """Neither revoked nor past either end."""
    return row.revoked_at is None and now < row.expires_at and now < row.last_seen_at + settings.session_idle


def revoke(session: Session, session_id: int, *, by: int, now: dt.datetime) -> None:
    """End one session; one that has been ended before stays as it was."""
    ended = session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(UserSession.id)
    ).scalar_one_or_none()
    if ended is None:
        return
    audit.record(session, action="session.revoke", object_type="session", object_id=session_id, actor_id=by, now=now)


def revoke_all(session: Session, user_id: int, *, by: int | None, now: dt.datetime, but: int | None = None) -> None:
    """Sign a person out everywhere, ``but`` in one session: after a password change, or when they leave."""
    live = update(UserSession).where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
    if but is not None:
        live = live.where(UserSession.id != but)
    session.execute(live.values(revoked_at=now))
    audit.record(session, action="session.revoke_all", object_type="person", object_id=user_id, actor_id=by, now=now)


class LastSeen:
    """Who was here when, kept in memory and written once a minute at most, so that a GET never writes."""

    def __init__(self) -> None:
        self._seen: dict[int, dt.datetime] = {}

    def note(self, row: SignedIn, now: dt.datetime) -> None:
        if now - row.last_seen_at >= SEEN_EVERY:
            self._seen[row.id] = now

    def flush(self, session: Session) -> None:
        """Write what was noted and commit."""
        waiting, self._seen = self._seen, {}
        for session_id, moment in waiting.items():
            session.execute(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=moment))
        session.commit()
