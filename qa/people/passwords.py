"""Passwords: argon2id, at most two hashes at once and behind everything else that wants the processor.

A hash takes its time on purpose. Two threads of their own do all of them, at a lower priority where the system knows
priorities of threads, so that a burst of sign-ins makes pages of others hardly slower.
"""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

T = TypeVar("T")
MINIMUM_LENGTH = 12
AT_ONCE = 2
LOWER = 10  # of nineteen steps down
_hasher = PasswordHasher()  # argon2id with the library's RFC 9106 low-memory parameters


def _step_back() -> None:
    """Lower this thread's priority; the threads that argon2 starts have its own. Linux alone has it by thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWER)


_turns = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hashing", initializer=_step_back)


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
