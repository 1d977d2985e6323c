"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes that stand in for it.

The app's secret is sealed by the key ring. A code is taken once: the half minute of the last one is kept, and only a
later one is taken. Recovery codes hold 120 random bits, so that a plain digest is enough to keep them (OWASP ASVS
5.0, 6.5.2), and each works once.
"""

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Role
from qa.core.crypto import KeyRing, open_secret, seal_secret
from qa.core.errors import ConflictError
from qa.people import sessions
from qa.people.models import RecoveryCode, SecondFactor, UserSession

if TYPE_CHECKING:
    from pyotp import TOTP

STEP = 30  # seconds
DRIFT = 1  # steps that a telephone's clock may be behind or ahead
RECOVERY_CODES = 10
GROUPS, LETTERS = 6, 4  # of a recovery code: 24 letters of 32
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no I, O, 0, 1


def roles_of(setting: str | None) -> frozenset[Role]:
    """The roles that the programme asks for a second factor."""
    return frozenset(map(Role, (setting or "").split()))


def is_on(session: Session, user_id: int) -> bool:
    """Whether a person signs in with a second factor."""
    return session.scalar(_confirmed(user_id)) is not None


def factor_of(session: Session, user_id: int) -> SecondFactor | None:
    """What a person has set up, confirmed or not."""
    return session.scalar(select(SecondFactor).where(SecondFactor.user_id == user_id))


def recovery_codes_left(session: Session, user_id: int) -> int:
    unused = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


def begin(session: Session, user_id: int, *, ring: KeyRing, now: dt.datetime) -> None:
    """A fresh secret to be shown to the person's app; nothing is asked for until a code of it comes back."""
    from pyotp import random_base32

    if is_on(session, user_id):
        raise ConflictError("A second factor is set up already. Turn it off first to use another app.")
    session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))
    sealed = seal_secret(ring, random_base32(32).encode(), about_secret(user_id))
    session.add(SecondFactor(user_id=user_id, secret=sealed, created_at=now))
    session.flush()


def secret_of(factor: SecondFactor, *, ring: KeyRing) -> str:
    """What the app has to know."""
    return open_secret(ring, factor.secret, about_secret(factor.user_id)).decode()


def app_address(factor: SecondFactor, email: str, *, ring: KeyRing) -> str:
    """The address that an app reads from the picture."""
    return _totp(factor, ring).provisioning_uri(name=email, issuer_name="Fairmark")


def confirm(
    session: Session, user_id: int, code: str, *, ring: KeyRing, session_id: int | None, now: dt.datetime
) -> list[str] | None:
    """Ask for it from now on, if the code is right: every other session of the person ends, this one counts as shown.

    The recovery codes, which nobody sees again; ``None`` for a wrong code.
    """
    factor = factor_of(session, user_id)
    if factor is None or factor.confirmed_at is not None:
        raise ConflictError("Nothing waits to be confirmed here: begin anew.")
    if not _take(session, factor, code, ring=ring, now=now):
        return None
    factor.confirmed_at = now
    codes = _new_codes(session, user_id, now=now)
    sessions.revoke_all(session, user_id, by=user_id, now=now, but=session_id)
    session.execute(update(UserSession).where(UserSession.id == session_id).values(second_factor_at=now, proved_at=now))
    _told(session, "second_factor.on", user_id, by=user_id, now=now)
    return codes


def check(session: Session, user_id: int, code: str, *, ring: KeyRing, now: dt.datetime) -> bool:
    """Whether the code is the app's present one or an unused recovery code; neither is taken a second time."""
    factor = session.scalar(_confirmed(user_id))
    if factor is None:
        return False
    if _take(session, factor, code, ring=ring, now=now):
        return True
    taken = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.digest == digest_code(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    ).scalar_one_or_none()
    if taken is None:
        return False
    _told(session, "second_factor.recovery_code", user_id, by=user_id, now=now)
    return True


def renew_codes(session: Session, user_id: int, *, now: dt.datetime) -> list[str]:
    """New recovery codes; the old ones stop working."""
    if not is_on(session, user_id):
        raise ConflictError("Set up the second factor first: recovery codes stand in for it.")
    codes = _new_codes(session, user_id, now=now)
    _told(session, "second_factor.new_codes", user_id, by=user_id, now=now)
    return codes


def turn_off(session: Session, user_id: int, *, by: int | None, now: dt.datetime) -> bool:
    """Forget secret and codes; whether there were any. For oneself, or by an admin for who lost the telephone."""
    was_on = is_on(session, user_id)
    session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    if was_on:
        if by != user_id:
            sessions.revoke_all(session, user_id, by=by, now=now)
        _told(session, "second_factor.off", user_id, by=by, now=now)
    return was_on


def digest_code(code: str) -> str:
    """What is kept of a recovery code; blanks, dashes and small letters do not matter."""
    letters = "".join(code.split()).replace("-", "").upper()
    return hashlib.sha256(letters.encode()).hexdigest()


def _take(session: Session, factor: SecondFactor, code: str, *, ring: KeyRing, now: dt.datetime) -> bool:
    """Take the code of a half minute near now that is later than the last one taken; one of two racing posts loses."""
    digits = "".join(code.split())
    totp, present = _totp(factor, ring), int(now.timestamp()) // STEP
    steps = range(present - DRIFT, present + DRIFT + 1)
    step = next(
        (each for each in steps if hmac.compare_digest(totp.generate_otp(each).encode(), digits.encode())), None
    )
    if step is None:
        return False
    taken = session.execute(
        update(SecondFactor)
        .where(SecondFactor.id == factor.id, SecondFactor.last_step < step)
        .values(last_step=step)
        .returning(SecondFactor.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    return taken is not None


def _totp(factor: SecondFactor, ring: KeyRing) -> "TOTP":
    from pyotp import TOTP

    return TOTP(secret_of(factor, ring=ring), interval=STEP)


def _new_codes(session: Session, user_id: int, *, now: dt.datetime) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [_code() for _ in range(RECOVERY_CODES)]
    session.add_all(_rows(user_id, codes, now))
    session.flush()
    return codes


def _rows(user_id: int, codes: Iterable[str], now: dt.datetime) -> Iterable[RecoveryCode]:
    return (RecoveryCode(user_id=user_id, digest=digest_code(code), created_at=now) for code in codes)


def _code() -> str:
    letters = [secrets.choice(ALPHABET) for _ in range(GROUPS * LETTERS)]
    return "-".join("".join(letters[place : place + LETTERS]) for place in range(0, len(letters), LETTERS))


def _confirmed(user_id: int) -> Select[SecondFactor]:
    return select(SecondFactor).where(SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None))


def about_secret(user_id: int) -> str:
    """What a person's secret is bound to."""
    return f"second factor of person {user_id}"


def _told(session: Session, action: str, user_id: int, *, by: int | None, now: dt.datetime) -> None:
    audit.record(session, action=action, object_type="person", object_id=user_id, actor_id=by, now=now)
