"""Figures as people read them: rounded half away from zero, thousands apart, a true minus sign."""

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
MOST_DECIMALS = 12
# Wide enough to write any float out in full; the default 28 digits refuse to round 1e300.
EXACT = Context(prec=700)

Number = int | float | Decimal | Fraction


def number(value: Number | None, digits: int = 1, *, signed: bool = False) -> str:
    """A figure as it is shown; a dash for nothing."""
    if value is None:
        return NOTHING
    rounded = _exact(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=EXACT)
    text = f"{abs(rounded):,f}"
    if rounded < 0:
        return MINUS + text
    return "+" + text if signed and rounded > 0 else text


def score_text(score: Number | None, mark: Number | None = None) -> str:
    """A score with one decimal, or as many as it takes not to look equal to a mark it misses (79.96)."""
    if score is None or mark is None or score >= mark:
        return number(score)
    for digits in range(1, MOST_DECIMALS):
        if number(score, digits) != number(mark, digits):
            return number(score, digits)
    return f"just under {number(mark)}"


def _exact(value: Number) -> Decimal:
    """The decimal a person would write: a float by its shortest form, a fraction to 700 digits."""
    if isinstance(value, Fraction):
        return EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
