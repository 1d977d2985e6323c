"""Flat tables for other programs: what they hold, and how a million rows of them are written."""

from exports.flat_data.lines import canonical
from exports.flat_data.tables import ALL, ANSWERS, DRAWS, REVIEWS, TICKETS, FlatTable
from exports.flat_data.writing import FORMATS, FlatFormat, Written, as_format, write

__all__ = [
    "ALL",
    "ANSWERS",
    "DRAWS",
    "FORMATS",
    "REVIEWS",
    "TICKETS",
    "FlatFormat",
    "FlatTable",
    "Written",
    "as_format",
    "canonical",
    "write",
]
