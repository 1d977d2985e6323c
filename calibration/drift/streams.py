"""The seventeen things that are watched of each reviewer, and how much of the alarm budget each has."""

from dataclasses import dataclass

import numpy as np

from calibration.scorings import Flags, Scale, Vector

BEHAVIOUR = ("noise", "spread", "halo", "na_rate")
COUNTS = ("fast_perfect", "critical")
# M overshoots a threshold when it passes it, and the variances are cautious: with weights of sum 1 the real time to a
# false alarm is three times the threshold. A third of that slack is spent (docs/decisions/0017-drift-weights.md).
WEIGHTS_SUM = 1.3


@dataclass(frozen=True, slots=True)
class Streams:
    """Streams in the order severity, one per graded criterion, behaviour, counts; parallel arrays.

    ``weight`` sums to ``WEIGHTS_SUM``. ``shift`` is the size of change that is looked for and ``prior`` the variance of
    a new reviewer's level, both in the stream's unit: points (severity), points of the criterion, sd (behaviour);
    counts have neither. ``floor`` is the least variance of the weekly wobble.
    """

    names: tuple[str, ...]
    weight: Vector
    shift: Vector
    prior: Vector
    floor: Vector

    @property
    def columns(self) -> int:
        """Severity and the graded criteria, which share one formula."""
        return len(self.names) - len(BEHAVIOUR) - len(COUNTS)

    @property
    def continuous(self) -> int:
        """Streams of weekly values with a variance: all but the counts."""
        return len(self.names) - len(COUNTS)

    def touched(self, scale: Scale) -> Vector:
        """Variance that a rubric version adds to what is compared across it, changes x continuous streams.

        A reworded criterion is re-read by everybody in an own way: sd 1.5 points of the score, 7.5 of the criterion.
        """
        added = np.zeros((len(scale.changes), self.continuous))
        for row, change in enumerate(scale.changes):
            own: Flags = np.isin(scale.graded, change.touched)
            added[row, 1 : self.columns] = np.where(own, 15.0**2 / 4, 0.0)
            added[row, 0] = 1.5**2 if own.any() else 0.0
        return added


def streams_of(scale: Scale) -> Streams:
    """The streams for a scale; a criterion's stream bears the criterion's id.

    The alarm budget goes where evidence is scarce: a shift of severity gathers it over months, while a burst of N/A or
    of rubber stamps passes any threshold within weeks and needs little.
    """
    graded = len(scale.graded)
    rows = [("severity", 0.65, 5.0, 16.0, 1.0)]
    rows += [(scale.ids[position], 0.25 / graded, 15.0, 100.0, 4.0) for position in scale.graded.tolist()]
    rows += [("noise", 0.02, 0.6, 0.25, 0.0), ("spread", 0.02, 0.5, 0.25, 0.0), ("halo", 0.02, 0.5, 0.25, 0.0)]
    rows += [("na_rate", 0.01, 0.5, 0.25, 0.0)]
    rows += [("fast_perfect", 0.02, np.nan, np.nan, np.nan), ("critical", 0.01, np.nan, np.nan, np.nan)]
    names, *figures = zip(*rows, strict=True)
    share, shift, prior, floor = (np.array(figure, dtype=np.float64) for figure in figures)
    return Streams(tuple(names), WEIGHTS_SUM * share, shift, prior, floor)
