"""How far scores can be relied on: intraclass correlation, concordance, limits of agreement, generalizability."""

from calibration.concordance import (
    Concordance,
    LimitsOfAgreement,
    LinConcordance,
    bland_altman,
    kendall_w,
    lin_ccc,
)
from calibration.crossed import CrossedSquares, crossed_squares
from calibration.generalizability import (
    Decision,
    GeneralizabilityStudy,
    VarianceComponent,
    generalizability,
)
from calibration.icc import Icc, icc

__all__ = [
    "Concordance",
    "CrossedSquares",
    "Decision",
    "GeneralizabilityStudy",
    "Icc",
    "LimitsOfAgreement",
    "LinConcordance",
    "VarianceComponent",
    "bland_altman",
    "crossed_squares",
    "generalizability",
    "icc",
    "kendall_w",
    "lin_ccc",
]
