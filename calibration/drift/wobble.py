"""How much a reviewer's level wobbles from week to week without drifting."""

import numpy as np

from calibration.drift.evidence import Cube
from calibration.scorings import Codes, Flags, Vector

BLOCK = 8  # weeks
OUTLIER = 12.0  # squared standardised differences from here on are drifts, not wobble
FIRST_ESTIMATE = 16  # week
EVERY = 4  # weeks


def wobble_variance(values: Cube, variances: Cube, floor: Vector, changed: dict[int, Flags] | None = None) -> Vector:
    """Variance of the weekly wobble of each stream from differences of adjacent blocks of eight weeks.

    ``variances`` without wobble. Weeks x reviewers x streams; blocks count from week 0 and only whole ones are read.
    ``changed`` names, by week, the streams that a rubric version sets apart: blocks on its two sides are not compared.
    """
    blocks = values.shape[0] // BLOCK
    if blocks < 2:
        return floor.copy()
    whole = slice(0, blocks * BLOCK)
    shape = blocks, BLOCK, *values.shape[1:]
    observed = ~np.isnan(values[whole])
    precision = np.divide(1.0, variances[whole], out=np.zeros_like(values[whole]), where=observed)
    total = precision.reshape(shape).sum(axis=1)
    scaled = (np.where(observed, values[whole], 0.0) * precision).reshape(shape).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, variance = scaled / total, 1 / total
        difference, expected = np.diff(mean, axis=0) ** 2, variance[1:] + variance[:-1]
        kept = (total[1:] > 0) & (total[:-1] > 0) & (difference / expected < OUTLIER)
    for week, streams in (changed or {}).items():
        pairs = _pairs_across(week, blocks)
        kept[pairs] &= ~streams
    number = kept.sum(axis=(0, 1))
    excess = np.where(kept, difference - expected, 0.0).sum(axis=(0, 1))
    estimate = np.divide(excess, number, out=np.zeros(len(floor)), where=number > 0) * BLOCK / 2
    return np.asarray(np.maximum(floor, estimate))


def _pairs_across(week: int, blocks: int) -> Codes:
    """Pairs of adjacent blocks with weeks before ``week`` and from it on."""
    own = np.arange(blocks - 1)
    return np.flatnonzero((own * BLOCK < week) & ((own + 2) * BLOCK > week))
