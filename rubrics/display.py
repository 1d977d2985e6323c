"""Exact numbers as people read them; the only place where a score is rounded."""

from fractions import Fraction

NO_SCORE = "no score"


def rounded(value: Fraction, decimals: int) -> str:
    """The value with so many decimals, rounded half away from zero."""
    shifted = abs(value) * 10**decimals
    whole = (2 * shifted.numerator + shifted.denominator) // (2 * shifted.denominator)
    digits = str(whole).rjust(decimals + 1, "0")
    text = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    return f"-{text}" if value < 0 and whole else text


def display_score(value: Fraction | float | None, mark: Fraction | float | None = None) -> str:
    """A score with one decimal, half away from zero; "no score" for None.

    A score under the mark that would look equal to it (79.96 as 80.0) shows as many decimals as tell them apart.
    """
    if value is None:
        return NO_SCORE
    exact = _exact(value)
    decimals = 1
    if mark is not None and exact < _exact(mark):
        while rounded(exact, decimals) == rounded(_exact(mark), decimals):
            decimals += 1
    return rounded(exact, decimals)


def short_number(value: Fraction) -> str:
    """A number inside a sentence: at most two decimals, none that are zero."""
    text = rounded(value, 2)
    return text.rstrip("0").rstrip(".")


def _exact(value: Fraction | float) -> Fraction:
    """The number that was meant: a stored 79.95 is 79.95, not the binary fraction nearest to it."""
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
