"""What the watch remembers between weeks: plain arrays, so that a state can be kept anywhere and taken up again."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.drift.streams import BEHAVIOUR, COUNTS, Streams, streams_of
from calibration.scorings import Scale

Array = NDArray[np.float64]
START_ERROR, START_TICKET = (65.0, 400.0), (120.0, 400.0)  # points^2 and points of the criterion^2
MINUTE_EDGES = np.linspace(np.log(0.05), np.log(600.0), 190)  # 5 % steps
HALO_WEEKS, HALO_EDGES = 12, np.linspace(-8.0, 4.0, 601)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftState:
    """Sums of the past and the weekly values of each reviewer.

    Axes: C criteria, K graded ones, P = 1 + K columns (severity first), Q queues, S specialists, R reviewers,
    W weeks so far. Sums fade by 3 % a week unless said otherwise. NaN in a weekly value: nothing was observed.
    """

    level_sum: Array  # C x Q, levels of routine reviews as shares of the highest
    level_square: Array
    level_n: Array
    na_sum: Array  # C x Q
    scored_n: Array
    fast_sum: Array  # 1 x Q, quick perfect reviews
    fast_n: Array
    specialist_sum: Array  # S x P
    specialist_n: Array
    own_precision: Array  # R x P, of s_hat, prior left out
    own_scaled: Array
    own_square: Array  # R x P, standardised squares of routine residuals
    own_n: Array
    gold_sum: Array  # P, gold minus reviewers
    gold_n: Array
    pair_square: Array  # P, moments of the variance components
    pair_n: Array
    within_square: Array
    within_n: Array
    gold_square: Array
    gold_pairs: Array
    minutes: Array  # R x bins of log minutes
    behaviour_square: Array  # 4
    behaviour_n: Array
    halo_n: Array  # last 12 weeks x bins of the mean standardised answer
    halo_sum: Array
    wobble: Array  # continuous streams
    values: Array  # W x R x continuous streams
    variances: Array  # without wobble
    overlap: Array  # W x R x P, from tickets with two scorers or more alone
    overlap_variance: Array
    lone: Array  # W x R x P, from tickets with one scorer alone
    lone_variance: Array
    events: Array  # W x R x 2
    expected: Array
    reviews: Array  # W x R x kinds but gold, number of scorings
    team: Array  # W x 2, mean deviation from gold and its variance

    @property
    def weeks(self) -> int:
        """Weeks seen; the next one has this number."""
        return int(self.values.shape[0])

    @property
    def reviewers(self) -> int:
        return int(self.values.shape[1])

    @property
    def queues(self) -> int:
        return int(self.level_sum.shape[1])

    def to_arrays(self) -> dict[str, Array]:
        """Every array by name; ``numpy.savez`` keeps them."""
        return {part.name: getattr(self, part.name) for part in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> "DriftState":
        """The state kept by ``to_arrays``. Raises ``ValueError`` where an array is missing."""
        missing = [part.name for part in fields(cls) if part.name not in arrays]
        if missing:
            raise ValueError(f"the kept state lacks {', '.join(missing)}")
        return cls(**{part.name: np.asarray(arrays[part.name], dtype=np.float64) for part in fields(cls)})

    @property
    def error_variance(self) -> Array:
        """Of one reviewer's score of a ticket, by column."""
        started = self.pair_n >= 30
        start = _by_column(START_ERROR, self.pair_n.size)
        found = np.divide(self.pair_square, self.pair_n, out=start.copy(), where=started)
        return np.asarray(np.maximum(found, 0.1 * start))

    @property
    def ticket_variance(self) -> Array:
        """Of tickets of one queue and week, beyond the specialist, by column."""
        started = (self.pair_n >= 30) & (self.within_n >= 30)
        start = _by_column(START_TICKET, self.pair_n.size)
        total = np.divide(self.within_square, self.within_n, out=start.copy(), where=started)
        found = np.where(started, total - self.error_variance, start)
        return np.asarray(np.maximum(found, 0.2 * start))

    @property
    def gold_variance(self) -> Array:
        """Of a gold score of a ticket, by column."""
        error = self.error_variance
        total = np.divide(self.gold_square, self.gold_pairs, out=1.35 * error, where=self.gold_pairs >= 30)
        return np.asarray(np.maximum(total - error, 0.1 * error))


def _by_column(start: tuple[float, float], columns: int) -> Array:
    return np.array([start[0]] + [start[1]] * (columns - 1))


def new_state(scale: Scale, *, reviewers: int = 0, specialists: int = 0, queues: int = 0) -> DriftState:
    """The state before the first week; it grows by itself where later codes are higher."""
    streams = streams_of(scale)
    criteria, columns = len(scale.ids), streams.columns
    weekly = {
        "values": streams.continuous,
        "variances": streams.continuous,
        "overlap": columns,
        "overlap_variance": columns,
        "lone": columns,
        "lone_variance": columns,
        "events": len(COUNTS),
        "expected": len(COUNTS),
        "reviews": 3,
    }
    shapes: dict[str, tuple[int, ...]] = {name: (0, reviewers, size) for name, size in weekly.items()}
    shapes |= dict.fromkeys(("level_sum", "level_square", "level_n", "na_sum", "scored_n"), (criteria, queues))
    shapes |= dict.fromkeys(("fast_sum", "fast_n"), (1, queues))
    shapes |= dict.fromkeys(("specialist_sum", "specialist_n"), (specialists, columns))
    shapes |= dict.fromkeys(("own_precision", "own_scaled", "own_square", "own_n"), (reviewers, columns))
    moments = ("gold_sum", "gold_n", "pair_square", "pair_n", "within_square", "within_n", "gold_square", "gold_pairs")
    shapes |= dict.fromkeys(moments, (columns,))
    shapes |= dict.fromkeys(("behaviour_square", "behaviour_n"), (len(BEHAVIOUR),))
    shapes |= dict.fromkeys(("halo_n", "halo_sum"), (HALO_WEEKS, HALO_EDGES.size + 1))
    shapes |= {"minutes": (reviewers, MINUTE_EDGES.size + 1), "team": (0, 2)}
    arrays = {name: np.zeros(shape) for name, shape in shapes.items()}
    return DriftState(wobble=streams.floor[: streams.continuous].copy(), **arrays)


GROWING = {  # array: axis that grows with new queues, specialists and reviewers
    "queues": {"level_sum": 1, "level_square": 1, "level_n": 1, "na_sum": 1, "scored_n": 1, "fast_sum": 1, "fast_n": 1},
    "specialists": {"specialist_sum": 0, "specialist_n": 0},
    "reviewers": {
        "own_precision": 0, "own_scaled": 0, "own_square": 0, "own_n": 0, "minutes": 0, "reviews": 1,
        "values": 1, "variances": 1, "overlap": 1, "overlap_variance": 1, "lone": 1, "lone_variance": 1,
        "events": 1, "expected": 1,
    },
}  # fmt: skip
UNOBSERVED = ("values", "variances", "overlap", "overlap_variance", "lone", "lone_variance", "events", "expected")


def grown(state: DriftState, *, reviewers: int, specialists: int, queues: int) -> DriftState:
    """The state with room for codes below the given sizes."""
    sizes = {"reviewers": reviewers, "specialists": specialists, "queues": queues}
    changed: dict[str, Array] = {}
    for kind, arrays in GROWING.items():
        for name, axis in arrays.items():
            array = getattr(state, name)
            lack = sizes[kind] - array.shape[axis]
            if lack > 0:
                widths = [(0, lack if position == axis else 0) for position in range(array.ndim)]
                changed[name] = np.pad(array, widths, constant_values=np.nan if name in UNOBSERVED else 0.0)
    return replace(state, **changed) if changed else state


def check(state: DriftState, streams: Streams) -> None:
    """Raises ``ValueError`` where the state was made for another scale."""
    if state.values.shape[2] != streams.continuous or state.pair_n.size != streams.columns:
        raise ValueError("the state was made for a scale with another number of criteria")
