"""Passwords: argon2id, one lane a hash, and at most two hashes at once, on half of the processors at most.

A hash takes its time on purpose. Threads of their own do all of them, so that a burst of sign-ins leaves a processor
to everybody else.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

T = TypeVar("T")
MINIMUM_LENGTH = 12
AT_ONCE = max(1, min(2, (os.cpu_count() or 1) // 2))
# The memory and passes of RFC 9106's second choice, in one lane: four of them would take four processors at a time.
_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
_turns = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hashing")


def _in_turn(work: Callable[[], T]) -> T:
    return _turns.submit(work).result()


@cache
def _decoy() -> str:
    """Verified when the account does not exist, so that both answers take the same time."""
    return _hasher.hash("the answer for an account that does not exist")


def hash_password(password: str) -> str:
    return _in_turn(lambda: _hasher.hash(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is right; an absent account costs as much time as a wrong password."""
    return _in_turn(lambda: _verified(stored, password))


def _verified(stored: str | None, password: str) -> bool:
    decoy = _decoy()  # made by the first try of a process, whichever account it names
    try:
        _hasher.verify(stored or decoy, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None
