"""Small published tables of ratings, so that the tests hold wherever they run. Ratings are raters x items."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

MISSING = float("nan")
Ratings = NDArray[np.float64]

# Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., p. 120: 4 raters, 12 units; Krippendorff (2011), example C.
FOUR_RATERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, MISSING, MISSING, MISSING],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, MISSING, MISSING],
        [MISSING, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 3],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, MISSING],
    ]
)
# Fleiss (1971): 30 psychiatric patients, 6 diagnoses each, as in the R package irr.
DIAGNOSES = np.array(
    [
        [4, 2, 2, 5, 2, 1, 3, 1, 1, 5, 1, 1, 2, 1, 2, 3, 1, 1, 2, 1, 5, 2, 2, 1, 1, 2, 1, 2, 1, 5],
        [4, 2, 3, 5, 2, 1, 3, 1, 1, 5, 4, 2, 2, 4, 2, 3, 1, 1, 2, 3, 5, 4, 2, 1, 4, 2, 1, 2, 3, 5],
        [4, 2, 3, 5, 2, 3, 3, 3, 4, 5, 4, 4, 2, 4, 4, 3, 1, 1, 4, 3, 5, 4, 4, 4, 4, 2, 1, 4, 3, 5],
        [4, 5, 3, 5, 4, 3, 3, 3, 4, 5, 4, 4, 3, 4, 4, 3, 4, 1, 4, 5, 5, 4, 5, 4, 4, 2, 1, 4, 3, 5],
        [4, 5, 3, 5, 4, 3, 5, 3, 4, 5, 4, 4, 3, 4, 4, 3, 5, 1, 4, 5, 5, 4, 5, 4, 4, 2, 5, 4, 3, 5],
        [4, 5, 5, 5, 4, 3, 5, 4, 4, 5, 4, 4, 3, 4, 5, 5, 5, 2, 4, 5, 5, 4, 5, 4, 5, 4, 5, 4, 3, 5],
    ],
    dtype=float,
)
# Counts of items x categories, 14 raters (the worked example of Fleiss' kappa).
FOURTEEN_RATERS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]
# Fleiss, Cohen & Everitt (1969), table 1, as counts of 200 patients.
PSYCHIATRISTS = [[106, 10, 4], [22, 28, 10], [2, 12, 6]]
# Agresti (1990): how often is it fun, husbands by wives; ASE as printed by the R package vcd.
HUSBANDS_AND_WIVES = [[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]]
# Shrout & Fleiss (1979), table 2: 4 judges, 6 targets.
JUDGES = np.array([[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]], dtype=float)
# The R package irr: anxiety of 20 subjects by 3 raters.
ANXIETY = np.array(
    [
        [3, 3, 3, 4, 5, 5, 2, 3, 5, 2, 2, 6, 1, 5, 2, 2, 1, 2, 4, 3],
        [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4],
        [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2],
    ],
    dtype=float,
)
# Bland & Altman (1986), table 1: peak expiratory flow by two meters, litres a minute.
FLOW_METERS = np.array(
    [
        [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427],
        [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451],
    ],
    dtype=float,
)
# Brennan (2001), table 3.2: 10 persons x 3 tasks x 4 raters within each task.
TASKS = np.array(
    [
        [[5, 6, 5, 5], [5, 3, 4, 5], [6, 7, 3, 3]],
        [[9, 3, 7, 7], [7, 5, 5, 5], [7, 7, 5, 2]],
        [[3, 4, 3, 3], [5, 3, 3, 5], [6, 5, 1, 6]],
        [[7, 5, 5, 3], [3, 1, 4, 3], [5, 3, 3, 5]],
        [[9, 2, 9, 7], [7, 7, 3, 7], [2, 7, 5, 3]],
        [[3, 4, 3, 5], [3, 3, 6, 3], [4, 5, 1, 2]],
        [[7, 3, 7, 7], [7, 5, 5, 7], [5, 5, 5, 4]],
        [[5, 8, 5, 7], [7, 5, 5, 4], [3, 2, 1, 1]],
        [[9, 9, 8, 8], [6, 6, 6, 5], [5, 8, 1, 1]],
        [[4, 4, 4, 3], [3, 5, 6, 5], [5, 7, 1, 1]],
    ],
    dtype=float,
)


@st.composite
def ratings(draw: Any, *, missing: bool = True, raters: tuple[int, int] = (2, 5)) -> Ratings:
    """Any small matrix of ratings on the scale 0, 1, 2, with or without gaps."""
    number = draw(st.integers(*raters))
    values = [0.0, 1.0, 2.0, MISSING] if missing else [0.0, 1.0, 2.0]
    rows = draw(st.lists(st.lists(st.sampled_from(values), min_size=number, max_size=number), min_size=2, max_size=10))
    return np.array(rows).T


def rounded(value: float | None, digits: int) -> float:
    """A figure that must be there, rounded as its source prints it."""
    assert value is not None
    return round(value, digits)
