"""Passwords: argon2id, at most two hashes at once so that a burst of sign-ins leaves a core for the others."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

MINIMUM_LENGTH = 12
_hasher = PasswordHasher()  # argon2id with the library's RFC 9106 low-memory parameters
_turn = threading.BoundedSemaphore(2)
# Verified when the account does not exist, so that both answers take the same time.
_DECOY = _hasher.hash("the answer for an account that does not exist")


def hash_password(password: str) -> str:
    with _turn:
        return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is right; an absent account costs as much time as a wrong password."""
    with _turn:
        try:
            _hasher.verify(stored or _DECOY, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
    return stored is not None
