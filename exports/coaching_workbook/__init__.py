"""The coaching workbook of one specialist: what the period showed, what to work on, who does what until when."""

from exports.coaching_workbook.focus import FEWEST, FOCUS_RULE, FocusAreas, focus_areas, verdict
from exports.coaching_workbook.model import (
    Choice,
    CoachingWorkbook,
    CriterionFigure,
    EarlierAction,
    Excerpt,
    Remark,
    ReviewRow,
    SuggestedAction,
    WeeklyPoint,
)

__all__ = [
    "FEWEST",
    "FOCUS_RULE",
    "Choice",
    "CoachingWorkbook",
    "CriterionFigure",
    "EarlierAction",
    "Excerpt",
    "FocusAreas",
    "Remark",
    "ReviewRow",
    "SuggestedAction",
    "WeeklyPoint",
    "build",
    "focus_areas",
    "verdict",
]


def build(data: CoachingWorkbook) -> bytes:
    """The workbook as a file. Raises ValueError naming what does not fit together."""
    # openpyxl is much of a program's start: whoever only names the data need not load it.
    from exports.coaching_workbook.writing import write

    return write(data)
