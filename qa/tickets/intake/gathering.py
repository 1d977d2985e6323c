"""Bringing the messages of one ticket together, from a file in any order, without holding more than is open."""

from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)


class Gatherer(Generic[Key, Item]):
    """Collects items by key and hands a key's items out as soon as the last of them has come.

    The number of items of each key is counted in a first pass over the file; where the messages of a ticket stand
    together, as help desks write them, only one ticket is held at a time.
    """

    def __init__(self, counts: Counter[Key]) -> None:
        self._awaited = counts
        self._open: dict[Key, list[Item]] = {}

    def add(self, key: Key, item: Item | None) -> list[Item] | None:
        """Take an item (None: it was rejected); all items of its key when this was the last."""
        items = self._open.setdefault(key, [])
        if item is not None:
            items.append(item)
        self._awaited[key] -= 1
        if self._awaited[key] > 0:
            return None
        return self._open.pop(key)

    def rest(self) -> Iterator[tuple[Key, list[Item]]]:
        """The keys that still waited for a row when the file ended: a damaged row was counted as theirs."""
        while self._open:
            yield self._open.popitem()
