"""Taking turns in the order of asking.

A plain lock goes to whoever comes by when it is free, which is often the thread that has just given it back: of sixteen
writers some then wait ten times as long as others. Here each waits for those before it and for nobody else.
"""

import threading
from collections import deque


class Turns:
    """A lock that is handed on to whoever has waited longest."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    def acquire(self, timeout: float) -> bool:
        """Wait for the turn, at most so many seconds; whether it came."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=timeout):
            return True
        with self._guard:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return False
        return True  # it was handed over in this very moment

    def release(self) -> None:
        """Hand the turn on; it is free only when nobody waits."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
