"""How often somebody may try an account, so that guessing is slow and nobody else is locked out.

Tries are counted by account *and* by where they come from: the browser, if it has signed in to this account before
(a device cookie; OWASP, "Slow Down Online Guessing Attacks with Device Cookies"), else the address. Whoever guesses
uses up their own tries only. Every try is a row, so that all processes count the same.
"""

import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass

import structlog
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core import audit
from qa.people.models import SignInTry, User

log = structlog.get_logger(__name__)
DEVICE_COOKIE = "fairmark_device"
DEVICE_LASTS = dt.timedelta(days=180)
PEOPLE_OF_A_BROWSER = 8
WRONG_ALLOWED, WINDOW = 10, dt.timedelta(minutes=15)
ASKED_ALLOWED, ASKED_WINDOW = 3, dt.timedelta(hours=1)  # links for a new password
ATTACK, ATTACK_WINDOW = 50, dt.timedelta(hours=1)  # wrong tries at one account from everywhere: worth an event
KEPT = dt.timedelta(days=30)
WRONG = ("wrong_password", "wrong_code")


def cookie_name(settings: Settings) -> str:
    """Over HTTPS a name that a browser takes from this host alone."""
    return f"__Host-{DEVICE_COOKIE}" if settings.secure_cookies else DEVICE_COOKIE


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An account, and where somebody tries it from; digests under the installation's key."""

    account: str
    source: str
    known_device: bool


def source_of(secret_key: str, email: str, user: User | None, *, cookie: str, address: str) -> Source:
    """Who tries what from where. A browser is known only to the accounts that it has signed in to."""
    device = devices(secret_key, cookie).get(device_key(user)) if user is not None else None
    return Source(
        account=_digest(secret_key, f"account:{email.strip().lower()}"),
        source=_digest(secret_key, f"device:{device}" if device else f"address:{address}"),
        known_device=device is not None,
    )


def may_try(session: Session, source: Source, *, now: dt.datetime) -> bool:
    """Whether fewer than ten wrong tries at this account came from there in the last quarter of an hour."""
    return _count(session, source, WRONG, since=now - WINDOW) < WRONG_ALLOWED


def may_ask(session: Session, source: Source, *, now: dt.datetime) -> bool:
    """Whether a link for a new password may be asked for again."""
    return _count(session, source, ("asked",), since=now - ASKED_WINDOW) < ASKED_ALLOWED


def note(session: Session, source: Source, outcome: str, *, user_id: int | None, now: dt.datetime) -> None:
    """Keep a try. Many wrong ones at one account within an hour, from wherever, become one event of the trail."""
    session.add(
        SignInTry(
            at=now, account=source.account, source=source.source, known_device=source.known_device, outcome=outcome
        )
    )
    session.flush()
    log.info("sign_in.try", outcome=outcome, person=user_id, known_device=source.known_device)
    if outcome not in WRONG or user_id is None:
        return
    tries = wrong_since(session, source.account, now - ATTACK_WINDOW)
    if tries % ATTACK == 0:
        audit.record(
            session,
            action="sign_in.attacked",
            object_type="person",
            object_id=user_id,
            actor_id=None,
            now=now,
            detail={"wrong_tries": tries},
        )


def wrong_since(session: Session, account: str, since: dt.datetime) -> int:
    """Wrong tries at an account, from everywhere."""
    return (
        session.scalar(
            select(func.count()).where(SignInTry.account == account, SignInTry.outcome.in_(WRONG), SignInTry.at > since)
        )
        or 0
    )


def account_digest(secret_key: str, email: str) -> str:
    """What an account is called in the table of tries."""
    return _digest(secret_key, f"account:{email.strip().lower()}")


def forget(session: Session, *, now: dt.datetime) -> int:
    """Delete tries that are older than a month; how many."""
    return int(session.execute(delete(SignInTry).where(SignInTry.at < now - KEPT)).rowcount)  # type: ignore[attr-defined]


def _count(session: Session, source: Source, outcomes: tuple[str, ...], *, since: dt.datetime) -> int:
    return (
        session.scalar(
            select(func.count()).where(
                SignInTry.account == source.account,
                SignInTry.source == source.source,
                SignInTry.outcome.in_(outcomes),
                SignInTry.at > since,
            )
        )
        or 0
    )


def _digest(secret_key: str, text: str) -> str:
    return hmac.new(secret_key.encode(), f"fairmark:tries:{text}".encode(), hashlib.sha256).hexdigest()


def device_key(user: User) -> str:
    """Under which name a browser remembers an account: another password makes it another one."""
    return f"{user.id}.{hashlib.sha256((user.password_hash or '').encode()).hexdigest()[:12]}"


def devices(secret_key: str, cookie: str) -> dict[str, str]:
    """The accounts that a browser has signed in to, each with the browser's random name there."""
    try:
        found = _serializer(secret_key).loads(cookie, max_age=int(DEVICE_LASTS.total_seconds())) if cookie else {}
    except BadSignature:
        return {}
    return dict(found) if isinstance(found, dict) else {}


def device_cookie(secret_key: str, cookie: str, user: User) -> str:
    """The cookie after this person has signed in: the newest eight accounts of the browser."""
    known = devices(secret_key, cookie)
    key = device_key(user)
    name = known.pop(key, None) or secrets.token_urlsafe(16)
    others = [(other, kept) for other, kept in known.items() if not other.startswith(f"{user.id}.")]
    return str(_serializer(secret_key).dumps(dict([*others[1 - PEOPLE_OF_A_BROWSER :], (key, name)])))


def _serializer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="people.device")
