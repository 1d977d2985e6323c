"""The coaching workbook of one specialist: what the period showed, what to work on, who does what until when."""

from collections.abc import Sequence

from exports.coaching_workbook.focus import FEWEST, FOCUS_RULE, FocusAreas, focus_areas, verdict
from exports.coaching_workbook.handed_back import Cell, HandedBack, HandedBackError, Row
from exports.coaching_workbook.model import (
    Basis,
    Choice,
    CoachingWorkbook,
    CriterionFigure,
    EarlierAction,
    Excerpt,
    PlanGoal,
    Remark,
    ReviewRow,
    SuggestedAction,
    WeeklyPoint,
)

__all__ = [
    "FEWEST",
    "FOCUS_RULE",
    "Basis",
    "Cell",
    "Choice",
    "CoachingWorkbook",
    "CriterionFigure",
    "EarlierAction",
    "Excerpt",
    "FocusAreas",
    "HandedBack",
    "HandedBackError",
    "PlanGoal",
    "Remark",
    "ReviewRow",
    "Row",
    "SuggestedAction",
    "WeeklyPoint",
    "build",
    "focus_areas",
    "own_variance",
    "read_back",
    "verdict",
]


def build(data: CoachingWorkbook) -> bytes:
    """The workbook as a file. Raises ValueError naming what does not fit together."""
    # openpyxl is much of a program's start: whoever only names the data need not load it.
    from exports.coaching_workbook.writing import write

    return write(data)


def own_variance(reviews: Sequence[ReviewRow]) -> float | None:
    """The sampling variance of the reviews' residuals alone, before anything is pooled; ``None`` without reviews."""
    from exports.coaching_workbook.figures import own_variance as found  # scipy, which only figures need

    return found(reviews)


def read_back(content: bytes) -> HandedBack:
    """What people wrote into a workbook that ``build`` made; HandedBackError names what it is not."""
    from exports.coaching_workbook.reading import read_back as read

    return read(content)
