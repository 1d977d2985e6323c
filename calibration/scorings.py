"""What severity and drift read: scorings by code, and the scale they were scored on."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]
GOLD_REVIEWER = -1


class Kind(IntEnum):
    """How a scoring came about."""

    ROUTINE = 0  # first, single review of a sampled ticket
    DOUBLE = 1  # blind second review of a routine ticket
    CALIBRATION = 2  # blind score in a calibration session
    GOLD = 3  # consensus score of a calibration ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChange:
    """A rubric version that holds from ``week`` on; ``touched`` are the positions of the criteria it words anew."""

    week: int
    touched: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Scale:
    """The criteria of a rubric in the order of the answers.

    ``weights`` count towards the score; a critical criterion has none of its own and fails the whole review.
    ``changes`` are the versions after the first, by week.
    """

    ids: tuple[str, ...]
    weights: Vector
    critical: Flags
    changes: tuple[VersionChange, ...] = ()

    def __post_init__(self) -> None:
        if len(set(self.ids)) != len(self.ids):
            raise ValueError("criterion ids must differ from one another")
        if self.weights.shape != (len(self.ids),) or self.critical.shape != (len(self.ids),):
            raise ValueError(f"{len(self.ids)} criteria need as many weights and critical marks")
        if not np.isfinite(self.weights).all() or (self.weights < 0).any():
            raise ValueError("weights must be finite and not negative")
        if not (self.weights[~self.critical] > 0).any():
            raise ValueError("at least one criterion that is not critical must carry weight")
        for change in self.changes:
            if not all(0 <= position < len(self.ids) for position in change.touched):
                raise ValueError(f"the version of week {change.week} touches a criterion that does not exist")
        if any(a.week >= b.week for a, b in zip(self.changes, self.changes[1:], strict=False)):
            raise ValueError("version changes must be in the order of their weeks, one a week")

    @property
    def graded(self) -> Codes:
        """Positions of the criteria that are not critical."""
        return np.flatnonzero(~self.critical)


@dataclass(frozen=True, slots=True)
class Scorings:
    """Scorings as parallel arrays of length n, codes counted from 0.

    ``answers`` is n x criteria: the level as a share of the highest, 0 to 1; NaN is N/A. ``reviewer`` is
    ``GOLD_REVIEWER`` for a gold score. Scorings of one ticket share its code and its week.
    """

    week: Codes
    kind: Codes
    ticket: Codes
    reviewer: Codes
    specialist: Codes
    queue: Codes
    minutes: Vector
    answers: Matrix

    def __post_init__(self) -> None:
        size = self.week.size
        for name in ("kind", "ticket", "reviewer", "specialist", "queue", "minutes"):
            if getattr(self, name).shape != (size,):
                raise ValueError(f"{name} must have one value for each of the {size} scorings")
        if self.answers.ndim != 2 or self.answers.shape[0] != size:
            raise ValueError(f"answers must have a row for each of the {size} scorings")
        for name in ("week", "ticket", "specialist", "queue"):
            if size and getattr(self, name).min() < 0:
                raise ValueError(f"{name} must not be negative")
        gold = self.kind == Kind.GOLD
        if not np.array_equal(gold, self.reviewer == GOLD_REVIEWER):
            raise ValueError("gold scores, and no others, have the reviewer GOLD_REVIEWER")
        known = self.answers[~np.isnan(self.answers)]
        if known.size and not (known.min() >= 0 and known.max() <= 1):
            raise ValueError("answers must lie between 0 and 1")

    def __len__(self) -> int:
        return int(self.week.size)

    def take(self, chosen: NDArray[np.int64] | Flags | slice) -> "Scorings":
        """The chosen scorings in the order chosen."""
        return Scorings(
            self.week[chosen],
            self.kind[chosen],
            self.ticket[chosen],
            self.reviewer[chosen],
            self.specialist[chosen],
            self.queue[chosen],
            self.minutes[chosen],
            self.answers[chosen],
        )


def base_scores(answers: Matrix, scale: Scale) -> Vector:
    """Weighted scores without critical criteria, 0 to 100; NaN where nothing is answered.

    A critical failure zeroes the final score; it is watched as a stream of its own and kept out of this one.
    """
    graded = scale.graded
    answered = ~np.isnan(answers[:, graded])
    weights = scale.weights[graded]
    total = answered @ weights
    reached = np.where(answered, answers[:, graded], 0.0) @ weights
    scores: Vector = np.divide(100 * reached, total, out=np.full(len(answers), np.nan), where=total > 0)
    return scores


def final_scores(answers: Matrix, scale: Scale) -> Vector:
    """Scores with a failed critical criterion counted as 0; NaN where nothing is answered and nothing failed."""
    failed = (answers[:, scale.critical] == 0).any(axis=1)
    return np.where(failed, 0.0, base_scores(answers, scale))
