"""How often disputed answers fell, by criterion, reviewer and team. Pure.

Disputed criteria were chosen by specialists, not drawn: a rate speaks of what was disputed, never of all reviews.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from calibration.intervals import wilson_interval
from calibration.results import Interval

FEWEST = 5  # under this a share carries no weight
WIDEST = 0.30  # a 95 % interval that is wider tells too little


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share of ``n`` with its Wilson interval; ``few`` where it is too little to judge by."""

    label: str
    n: int
    hits: int
    interval: Interval | None

    @property
    def share(self) -> float | None:
        return self.hits / self.n if self.n else None

    @property
    def few(self) -> bool:
        return self.interval is None or self.n < FEWEST or self.interval.high - self.interval.low > WIDEST


def rate(label: str, hits: int, n: int) -> Rate:
    """A share; without a case there is neither a share nor an interval."""
    return Rate(label=label, n=n, hits=hits, interval=wilson_interval(hits, n) if n else None)


def rates(rows: Iterable[tuple[str, bool]]) -> list[Rate]:
    """One share a label, in the order of the labels: an order by share would rank luck.

    ``rows`` are (label, whether the answer fell).
    """
    counted: dict[str, list[int]] = {}
    for label, fell in rows:
        tally = counted.setdefault(label, [0, 0])
        tally[0] += fell
        tally[1] += 1
    return [rate(label, *counted[label]) for label in sorted(counted, key=str.casefold)]
