"""Bringing tickets and their messages together from two streams, without holding more than is open.

A first pass over each file notes its keys as 64-bit hashes in arrays. Where tickets and messages stand in the same
order and the messages of a ticket together, as help desks write them, only a few tickets are held at a time.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Ticket = TypeVar("Ticket")
Item = TypeVar("Item")


class Keys:
    """The keys of a file's rows, each with the number of its runs: rows that stand together count once.

    Nine bytes a key where each has one run, and little more while they are sorted: of a million tickets two are held.
    """

    def __init__(self, keys: Iterable[str], *, runs: bool = False) -> None:
        hashes = array("q")
        last: str | None = None
        for key in keys:
            if not runs or key != last:
                hashes.append(hash(key))
                last = key
        import numpy as np  # only a join needs it, and the upload page reads this module with every format

        told = np.frombuffer(hashes, dtype=np.int64) if hashes else np.empty(0, dtype=np.int64)
        told.sort()  # where it lies
        # Kept in arrays of the standard library: NumPy takes ten times as long to look for one key at a time.
        self._hashes = hashes
        self._counts: bytearray | array[int] = bytearray(b"\1") * len(hashes)
        if (told[1:] == told[:-1]).any():
            found, counts = np.unique(told, return_counts=True)
            self._hashes, self._counts = array("q", found.tobytes()), array("i", counts.astype(np.intc).tobytes())

    def __len__(self) -> int:
        return len(self._hashes)

    def count(self, key: str) -> int:
        place = self._place(key)
        return 0 if place is None else self._counts[place]

    def count_down(self, key: str) -> int:
        """One less of a key; how many are left."""
        place = self._place(key)
        if place is None:
            return 0
        self._counts[place] -= 1
        return self._counts[place]

    def _place(self, key: str) -> int | None:
        marked = hash(key)
        place = bisect_left(self._hashes, marked)
        return place if place < len(self._hashes) and self._hashes[place] == marked else None


@dataclass(slots=True)
class Open(Generic[Ticket, Item]):
    """A ticket whose messages are coming."""

    ticket: Ticket
    items: list[Item] = field(default_factory=list)


class Join(Generic[Ticket, Item]):
    """Tickets with their messages: messages are taken one by one, ``ready`` hands out what is complete."""

    def __init__(self, tickets: Iterable[tuple[str, Ticket]], known: Keys, awaited: Keys) -> None:
        self._tickets = iter(tickets)
        self._known, self._awaited = known, awaited
        self._waiting: dict[str, Ticket] = {}
        self._open: dict[str, Open[Ticket, Item]] = {}
        self._ready: list[tuple[Ticket, list[Item]]] = []
        self._last: str | None = None
        self._current: Open[Ticket, Item] | None = None  # of the last key

    def ticket(self, key: str) -> Ticket | None:
        """The ticket that a message belongs to; None where the files hold no such ticket."""
        if key == self._last:
            if self._current is not None:
                return self._current.ticket
        else:
            self._end_run()
            self._last = key
        found = self._current = self._open.get(key)
        if found is None:
            ticket = self._find(key)
            if ticket is None:
                return None
            found = self._current = self._open[key] = Open(ticket)
        return found.ticket

    def add(self, key: str, item: Item) -> None:
        """Keep a message of the ticket that ``ticket`` gave."""
        self._open[key].items.append(item)

    @property
    def is_ready(self) -> bool:
        """Whether a ticket is complete."""
        return bool(self._ready)

    def ready(self) -> Iterator[tuple[Ticket, list[Item]]]:
        """The tickets that are complete by now."""
        found, self._ready = self._ready, []
        yield from found

    def rest(self) -> Iterator[tuple[Ticket, list[Item]]]:
        """Once the messages have ended: what was open still, then the tickets without any."""
        self._end_run()
        yield from self.ready()
        while self._open:
            _, each = self._open.popitem()
            yield each.ticket, each.items
        for ticket in self._waiting.values():
            yield ticket, []
        for _, ticket in self._tickets:
            yield ticket, []

    def _end_run(self) -> None:
        if self._last is not None and self._awaited.count_down(self._last) == 0 and self._last in self._open:
            each = self._open.pop(self._last)
            self._ready.append((each.ticket, each.items))

    def _find(self, key: str) -> Ticket | None:
        if key in self._waiting:
            return self._waiting.pop(key)
        if not self._known.count(key):
            return None
        for passed, ticket in self._tickets:
            if passed == key:
                return ticket
            if self._awaited.count(passed):
                self._waiting[passed] = ticket
            else:
                self._ready.append((ticket, []))
        return None
