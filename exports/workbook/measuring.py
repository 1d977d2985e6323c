"""How high a row must be for its wrapped texts: neither Excel nor LibreOffice works it out for a file not its own."""

import math
import unicodedata

# Letters that fit into one unit of column width at 10 points, taken low: fonts differ from machine to machine.
LETTERS_A_UNIT = 1.15
BOLD = 0.8  # of them, where they are bold
BODY_SIZE = 10
HIGHEST = 409.0  # Excel's limit for a row


def lines(text: str, width: float, size: float = BODY_SIZE, *, bold: bool = False) -> int:
    """How many lines a text takes in a column of this width."""
    room = max(width * LETTERS_A_UNIT * (BOLD if bold else 1) * BODY_SIZE / size, 1)
    return sum(max(1, math.ceil(_letters(line) / room)) for line in text.split("\n"))


def height(count: int, size: float = BODY_SIZE) -> float:
    """The height in points of so many lines."""
    return min(count * size * 1.3 + 2, HIGHEST)


def points(width: float) -> float:
    """How wide a column of this width is: digits of Calibri 11 are 7 pixels wide, 5 are room (ECMA-376, 18.3.1.13)."""
    return (7 * width + 5) * 0.75


def _letters(line: str) -> int:
    """Letters by the room they take: East Asian ones and emoji take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)
