"""The report of a calibration session as an Excel workbook: agreement, participants, every answer, decisions."""

from exports.calibration_workbook.model import (
    AgreementRow,
    AnswerRow,
    CalibrationWorkbook,
    DecisionRow,
    ParticipantRow,
    ScoreRow,
    SessionRow,
)
from exports.figures import Figure

__all__ = [
    "AgreementRow",
    "AnswerRow",
    "CalibrationWorkbook",
    "DecisionRow",
    "Figure",
    "ParticipantRow",
    "ScoreRow",
    "SessionRow",
    "build",
]


def build(data: CalibrationWorkbook) -> bytes:
    """The workbook as a file."""
    # openpyxl is much of a program's start: whoever only names the data need not load it.
    from exports.calibration_workbook.writing import write

    return write(data)
