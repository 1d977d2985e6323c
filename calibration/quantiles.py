"""Quantiles and tail areas of the normal, Student's t, F and chi-square distributions."""

from functools import cache
from types import ModuleType


@cache
def special_functions() -> ModuleType:
    """SciPy's special functions, at first use: they take longer to import than the whole library."""
    from scipy import special

    return special


def check_confidence(confidence: float) -> None:
    """Refuses a confidence that is not a share strictly between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence lies between 0 and 1: {confidence}")


def normal_quantile(probability: float) -> float:
    """The standard normal quantile."""
    return float(special_functions().ndtri(probability))


def normal_two_sided_p(z: float) -> float:
    """Two-sided p-value of a standard normal statistic."""
    return float(2 * special_functions().ndtr(-abs(z)))


def t_quantile(probability: float, df: float) -> float:
    """Student's t quantile with ``df`` degrees of freedom (any positive real number)."""
    if not df > 0:
        raise ValueError(f"degrees of freedom are positive: {df}")
    return float(special_functions().stdtrit(df, probability))


def t_two_sided_p(t: float, df: float) -> float:
    """Two-sided p-value of a t statistic."""
    return float(2 * special_functions().stdtr(df, -abs(t)))


def t_upper_p(t: float, df: float) -> float:
    """Chance of a t statistic at least as large as ``t``."""
    return float(special_functions().stdtr(df, -t))


def f_quantile(probability: float, df1: float, df2: float) -> float:
    """Quantile of the F distribution; degrees of freedom may be any positive real number."""
    return float(special_functions().fdtri(df1, df2, probability))


def f_upper_p(f: float, df1: float, df2: float) -> float:
    """Chance of an F statistic at least as large as ``f``."""
    return float(special_functions().fdtrc(df1, df2, f))


def chi_square_upper_p(statistic: float, df: float) -> float:
    """Chance of a chi-square statistic at least as large as ``statistic``."""
    return float(special_functions().chdtrc(df, statistic))
