"""The reviewers' board as an Excel workbook: where each reviewer stands, week by week, flags and cases."""

from exports.drift_workbook.model import CaseRow, DriftWorkbook, FlagRow, ReviewerRow, WeekRow
from exports.figures import Figure

__all__ = ["CaseRow", "DriftWorkbook", "Figure", "FlagRow", "ReviewerRow", "WeekRow", "build"]


def build(data: DriftWorkbook) -> bytes:
    """The workbook as a file."""
    # openpyxl is much of a program's start: whoever only names the data need not load it.
    from exports.drift_workbook.writing import write

    return write(data)
