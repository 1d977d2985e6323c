"""The words of the workbook that formulas and readers both look for; each has a mark, so none needs its colour."""

from decimal import ROUND_HALF_UP, Decimal

from exports.coaching_workbook.focus import Verdict
from exports.coaching_workbook.model import ActionStatus, Outcome

RESULTS: dict[Outcome, str] = {
    "passed": "✓ passed",
    "failed": "✗ failed",
    "failed_critical": "! critical error",
    "not_scored": "– not scored",
}
RESULT_STYLES: dict[Outcome, str] = {
    "passed": "text line",
    "failed": "worse",
    "failed_critical": "worse",
    "not_scored": "no verdict",
}
VERDICTS: dict[Verdict, str] = {
    "below": "▼ below team",
    "above": "▲ above team",
    "unclear": "● no clear difference",
    "too few": "○ too few to judge",
}
VERDICT_STYLES: dict[Verdict, str] = {
    "below": "worse",
    "above": "better",
    "unclear": "soft",
    "too few": "no verdict",
}
STATUS_WORDS: dict[ActionStatus, str] = {"open": "Open", "done": "Done", "dropped": "Dropped"}
TOO_FEW = "too few to judge"
NO_REVIEWS = "no reviews"
ONE_REVIEW = "one review"
NO_SPREAD = "all values are equal: no spread to judge by"
MINUS = "\N{MINUS SIGN}"


def fixed(value: float, digits: int = 1) -> str:
    """The number as the formula FIXED writes it in English, with a true minus sign: half away from zero."""
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return f"{rounded:f}".replace("-", MINUS)


def fixed_formula(cell: str, digits: int = 1) -> str:
    """The part of a formula that writes a cell's number in the reader's own decimal sign (TEXT would not)."""
    return f'SUBSTITUTE(FIXED({cell},{digits},TRUE),"-","{MINUS}")'
