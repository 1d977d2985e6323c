"""How a drifting reviewer of the simulated operation perceives and answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.scorings import Codes, Matrix, Vector
from calibration.simulated_people import CUTS, LEVELS, SCALE, Criterion, Drift, latent_of_points

HALO_GAIN = 2.2  # keeps the spread of a halo reviewer's scores near that of others
CENTRE_SHIFT = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDrifts:
    """The drifts at work in each scoring; ``criterion`` is scorings x criteria."""

    severity: Vector
    criterion: Matrix
    noise: Vector
    central: Vector
    halo: Vector
    not_applicable: Vector
    stamped: Vector

    @classmethod
    def of(
        cls, drifts: Sequence[Drift], reviewer: Codes, week: Codes, gold: NDArray[np.bool_], criteria: int
    ) -> "ReviewDrifts":
        """The drifts of the reviewers of these scorings in their weeks; none in a gold score."""
        size = week.size
        found = cls(
            severity=np.zeros(size),
            criterion=np.zeros((size, criteria)),
            noise=np.ones(size),
            central=np.zeros(size),
            halo=np.zeros(size),
            not_applicable=np.zeros(size),
            stamped=np.zeros(size),
        )
        for drift in drifts:
            rows = np.flatnonzero((reviewer == drift.reviewer) & (week >= drift.onset) & ~gold)
            grown = np.minimum((week[rows] - drift.onset + 1) / max(drift.ramp_weeks, 1), 1.0)
            if drift.kind == "severity":
                found.severity[rows] += latent_of_points(drift.size) * grown
            elif drift.criterion is not None:
                found.criterion[rows, drift.criterion] += drift.size * grown
            elif drift.kind == "noise":
                found.noise[rows] *= 1 + (drift.size - 1) * grown
            else:
                by_kind = {
                    "central": found.central,
                    "halo": found.halo,
                    "na": found.not_applicable,
                    "rubber": found.stamped,
                }
                by_kind[drift.kind][rows] += drift.size * grown
        return found


def perceive(perceived: Matrix, drifts: ReviewDrifts) -> Matrix:
    """Levels from 0, after centrality and halo have bent what is perceived; scorings x criteria."""
    intercepts = Criterion.intercepts()
    central = np.flatnonzero(drifts.central)
    share = drifts.central[central, np.newaxis]
    perceived[central] = (intercepts - CENTRE_SHIFT) * share + perceived[central] * (1 - share)
    halo = np.flatnonzero(drifts.halo)
    share = drifts.halo[halo, np.newaxis]
    deviation = perceived[halo] - intercepts
    whole = deviation[:, ~SCALE.critical].mean(axis=1, keepdims=True)
    perceived[halo] = intercepts + (1 - share) * deviation + HALO_GAIN * share * whole
    levels = np.zeros_like(perceived)
    for position, number in enumerate(LEVELS):
        levels[:, position] = np.searchsorted(np.array(CUTS[number]), perceived[:, position])
    return levels
