"""A digest of what a workbook says, so that a copy can be told from what was made."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from io import BytesIO

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

PROVENANCE = "Provenance"  # the sheet that bears the digest, so the only one that is not in it
RECIPE = (
    "SHA-256 of every cell of the other sheets in their order, a line each: its sheet, place and value or formula as "
    "JSON, numbers to 12 digits"
)


def digest_of(sheets: Iterable[Worksheet]) -> str:
    """The digest by ``RECIPE``."""
    told = hashlib.sha256()
    for sheet in sheets:
        if sheet.title != PROVENANCE:
            for line in _lines(sheet):
                told.update(line)
    return told.hexdigest()


def content_digest(content: bytes) -> str:
    """The digest of a workbook's file, to be compared with the one on its sheet of provenance."""
    book = load_workbook(BytesIO(content))
    return digest_of(book.worksheets)


def _lines(sheet: Worksheet) -> Iterator[bytes]:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                place = sheet.title, cell.coordinate, _plain(cell.value)
                yield json.dumps(place, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time()).isoformat()
    if isinstance(value, int | float):
        return f"{float(value):.12g}"
    return str(value)
