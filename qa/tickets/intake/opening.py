"""The tables of a file, whatever its name says it is."""

from pathlib import Path

from qa.tickets.intake import delimited, files, json_tables, workbooks
from qa.tickets.intake.base import UnusableFileError
from qa.tickets.intake.tables import Sheet


def sheets_of(path: Path) -> list[Sheet]:
    """The tables of a file, by what it holds; an empty table is none."""
    kind = files.kind_of(path)
    if kind == "zip":
        raise UnusableFileError(f"{files.plain_name(path)} is a zip of something else than a workbook: unpack it.")
    if kind == "workbook":
        return list(workbooks.sheets_of(path))
    return [json_tables.JsonTable(path)] if kind == "json" else [delimited.Delimited(path)]
