"""The director's board pack: what the page of trends shows, as a workbook."""

from exports.board_pack.model import BoardPack, ControlWeek, Group, KeyFigure, Standing, Stretch, Week

__all__ = ["BoardPack", "ControlWeek", "Group", "KeyFigure", "Standing", "Stretch", "Week", "build"]


def build(data: BoardPack) -> bytes:
    """The workbook as a file."""
    # openpyxl is much of a program's start: whoever only names the data need not load it.
    from exports.board_pack.writing import write

    return write(data)
