"""Figures as people read them: rounded half away from zero, thousands apart, a true minus sign."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
MOST_DECIMALS = 12
# Wide enough to write any float out in full; the default 28 digits refuse to round 1e300.
EXACT = Context(prec=700)

# Below this many steps of the last digit a float is exact to a millionth of a step: unless it is that near to a half,
# it rounds as the decimal that it stands for. A page has thousands of figures and hardly a half among them.
EASY = 1e7
NEAR = 1e-6
STEPS = tuple(10**digits for digits in range(MOST_DECIMALS + 1))

Number = int | float | Decimal | Fraction


def number(value: Number | None, digits: int = 1, *, signed: bool = False) -> str:
    """A figure as it is shown; a dash for nothing."""
    if value is None:
        return NOTHING
    if type(value) is float or type(value) is int:
        size = abs(value)
        steps = size * STEPS[digits]
        if steps < EASY and not -NEAR < steps % 1 - 0.5 < NEAR:
            text = f"{size:,.{digits}f}"
            if steps < 0.5:
                return text
            return MINUS + text if value < 0 else "+" + text if signed else text
    rounded = _exact(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=EXACT)
    text = f"{abs(rounded):,f}"
    if rounded < 0:
        return MINUS + text
    return "+" + text if signed and rounded > 0 else text


def numbers(values: Sequence[Number | None], digits: int = 1, *, signed: bool = False) -> list[str]:
    """Each as ``number`` writes it; floats that need no thousands are written in one go."""
    known = [value for value in values if value is not None]
    steps = STEPS[digits]
    if signed or not all(type(value) is float for value in known):
        return [number(value, digits, signed=signed) for value in values]
    for value in known:
        size = abs(value) * steps
        if size >= 999 * steps or -NEAR < size % 1 - 0.5 < NEAR:
            return [number(value, digits, signed=signed) for value in values]
    texts = (f"%.{digits}f " * len(known) % tuple(known)).split()
    if any(value < 0 for value in known):
        zero = f"{0:.{digits}f}"
        texts = [zero if text == f"-{zero}" else text.replace("-", MINUS) for text in texts]
    if len(known) == len(values):
        return texts
    written = iter(texts)
    return [NOTHING if value is None else next(written) for value in values]


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
