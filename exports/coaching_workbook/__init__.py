"""The coaching workbook of one specialist: what the period showed, what to work on, who does what until when."""

from exports.coaching_workbook.focus import FEWEST, FOCUS_RULE, FocusAreas, focus_areas, verdict
from exports.coaching_workbook.handed_back import Cell, HandedBack, HandedBackError, Row
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
    "Cell",
    "Choice",
    "CoachingWorkbook",
    "CriterionFigure",
    "EarlierAction",
    "Excerpt",
    "FocusAreas",
    "HandedBack",
    "HandedBackError",
    "Remark",
    "ReviewRow",
    "Row",
    "SuggestedAction",
    "WeeklyPoint",
    "build",
    "focus_areas",
    "read_back",
    "verdict",
]


def build(data: CoachingWorkbook) -> bytes:
    """The workbook as a file. Raises ValueError naming what does not fit together."""
    # openpyxl is much of a program's start: whoever only names the data need not load it.
    from exports.coaching_workbook.writing import write

    return write(data)


def read_back(content: bytes) -> HandedBack:
    """What people wrote into a workbook that ``build`` made; HandedBackError names what it is not."""
    from exports.coaching_workbook.reading import read_back as read

    return read(content)
