"""Passwords: argon2id, at most two hashes at once so that a burst of sign-ins leaves a core for the others."""

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

MINIMUM_LENGTH = 12
_hasher = PasswordHasher()  # argon2id with the library's RFC 9106 low-memory parameters
_turn = threading.BoundedSemaphore(2)


@cache
def _decoy() -> str:
    """Verified when the account does not exist, so that both answers take the same time."""
    return _hasher.hash("the answer for an account that does not exist")


def hash_password(password: str) -> str:
    with _turn:
        return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is right; an absent account costs as much time as a wrong password."""
    with _turn:
        decoy = _decoy()  # made by the first try of a process, whichever account it names
        try:
            _hasher.verify(stored or decoy, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
    return stored is not None
