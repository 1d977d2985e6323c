"""A specialist's scorecard to read, and a team's workbook with a sheet for each of its specialists."""

from exports.scorecard_workbook.model import Scorecard, ScorecardWorkbook, TeamWorkbook

__all__ = ["Scorecard", "ScorecardWorkbook", "TeamWorkbook", "build", "build_team"]


def build(data: ScorecardWorkbook) -> bytes:
    """One specialist's scorecard as a file."""
    # openpyxl is much of a program's start: whoever only names the data need not load it.
    from exports.scorecard_workbook.writing import write

    return write(data)


def build_team(data: TeamWorkbook) -> bytes:
    """The team's workbook as a file."""
    from exports.scorecard_workbook.writing import write_team

    return write_team(data)
