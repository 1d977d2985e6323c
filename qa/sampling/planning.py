"""How many reviews a question needs, and what a number of reviews will tell. Pure.

``sd`` is the standard deviation of scores within the domain, in points; ``correlation`` that of the automatic score
with the reviewed one, which leaves sd sqrt(1 - correlation^2) to be found out; ``population`` the domain's parts, whose
finite number helps.
"""

from collections.abc import Callable
from math import ceil, exp, expm1, lgamma, log, log1p, sqrt

from scipy import special

from calibration.intervals import check_confidence, normal_quantile, t_quantile

MOST = 10_000_000  # reviews; a question that needs more is not answered by reviews
LEAST = 2  # one review has no spread
HALVINGS = 80


def left_over(sd: float, correlation: float = 0.0) -> float:
    """The spread of scores that the automatic score leaves."""
    if not sd > 0:
        raise ValueError(f"a standard deviation is positive: {sd}")
    if not -1 < correlation < 1:
        raise ValueError(f"a correlation lies between -1 and 1: {correlation}")
    return sd * sqrt(1 - correlation**2)


def half_width(
    n: int, sd: float, *, correlation: float = 0.0, population: int | None = None, confidence: float = 0.95
) -> float | None:
    """Half the width of a mean's interval from ``n`` reviews; ``None`` from fewer than two.

    t_{n-1} sd sqrt(1 - correlation^2) sqrt((1 - n/N) / n).

    References
    ----------
    Cochran (1977), Sampling Techniques, eq. 2.25 and 7.32.
    """
    check_confidence(confidence)
    spread = left_over(sd, correlation)
    _check_population(population)
    if population is not None and n >= population:
        return 0.0
    if n < LEAST:
        return None
    finite = 1.0 if population is None else 1 - n / population
    return t_quantile(0.5 + confidence / 2, n - 1) * spread * sqrt(finite / n)


def reviews_for_half_width(
    half: float, sd: float, *, correlation: float = 0.0, population: int | None = None, confidence: float = 0.95
) -> int | None:
    """The fewest reviews whose interval is no wider than +-``half`` points; ``None`` above ten million."""
    if not half > 0:
        raise ValueError(f"half a width is positive: {half}")

    def enough(n: int) -> bool:
        width = half_width(n, sd, correlation=correlation, population=population, confidence=confidence)
        return width is not None and width <= half

    return _fewest(enough, population)


def weeks_for_half_width(
    half: float,
    sd: float,
    per_week: float,
    *,
    correlation: float = 0.0,
    population: int | None = None,
    confidence: float = 0.95,
) -> int | None:
    """The weeks of ``per_week`` reviews until the interval is no wider than +-``half`` points."""
    if not per_week > 0:
        raise ValueError(f"reviews a week are positive: {per_week}")
    n = reviews_for_half_width(half, sd, correlation=correlation, population=population, confidence=confidence)
    return None if n is None else ceil(n / per_week)


def share_half_width(n: int, share: float, *, population: int | None = None, confidence: float = 0.95) -> float:
    """Half the width of Wilson's interval when ``share`` of ``n`` reviews pass, both shares from 0 to 1.

    A finite population counts as n / (1 - n/N) reviews.

    References
    ----------
    Wilson (1927), JASA 22, 209-212.
    """
    check_confidence(confidence)
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1: {share}")
    if n < 1:
        raise ValueError(f"at least one review: {n}")
    _check_population(population)
    if population is not None and n >= population:
        return 0.0
    size = float(n) if population is None else n / (1 - n / population)
    z = normal_quantile(0.5 + confidence / 2)
    return z * sqrt(share * (1 - share) / size + z * z / (4 * size * size)) / (1 + z * z / size)


def reviews_for_share(
    half: float, share: float, *, population: int | None = None, confidence: float = 0.95
) -> int | None:
    """The fewest reviews for a share of about ``share`` to be known to +-``half``, both from 0 to 1."""
    if not half > 0:
        raise ValueError(f"half a width is positive: {half}")
    return _fewest(
        lambda n: share_half_width(n, share, population=population, confidence=confidence) <= half, population
    )


def detectable_difference(
    n_a: int, n_b: int, sd: float, *, correlation: float = 0.0, power: float = 0.8, confidence: float = 0.95
) -> float | None:
    """The smallest true difference of two means that is found with chance ``power``, in points.

    By the noncentral t distribution with n_a + n_b - 2 degrees of freedom; ``None`` below two reviews each.

    References
    ----------
    Cohen (1988), Statistical Power Analysis, 2nd ed., ch. 2.
    """
    check_confidence(confidence)
    spread = left_over(sd, correlation)
    if not 1 - confidence < power < 1:
        raise ValueError(f"power lies between {1 - confidence:g} and 1: {power}")
    if min(n_a, n_b) < LEAST:
        return None
    df = n_a + n_b - 2
    critical = t_quantile(0.5 + confidence / 2, df)
    low, high = 0.0, critical + normal_quantile(power) + 10 * critical
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        found = 1 - special.nctdtr(df, middle, critical) + special.nctdtr(df, middle, -critical)
        low, high = (middle, high) if found < power else (low, middle)
    return float((low + high) / 2 * spread * sqrt(1 / n_a + 1 / n_b))


def reviews_for_difference(
    difference: float, sd: float, *, correlation: float = 0.0, power: float = 0.8, confidence: float = 0.95
) -> int | None:
    """The fewest reviews of each of two groups that find a true ``difference`` with chance ``power``."""
    if not difference > 0:
        raise ValueError(f"a difference to find is positive: {difference}")

    def enough(n: int) -> bool:
        found = detectable_difference(n, n, sd, correlation=correlation, power=power, confidence=confidence)
        return found is not None and found <= difference

    return _fewest(enough, None)


def chance_to_catch(n: int, rate: float, *, population: int | None = None) -> float:
    """The chance that ``n`` reviews hold at least one of a kind that is ``rate`` of all parts.

    In a finite population the kind is the nearest whole number of parts, at least one when the rate is above 0.
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"a rate lies between 0 and 1: {rate}")
    if n < 0:
        raise ValueError(f"a number of reviews is not negative: {n}")
    _check_population(population)
    if rate == 0 or n == 0:
        return 0.0
    if population is None:
        return 1.0 if rate == 1 else -expm1(n * log1p(-rate))
    kind = max(1, round(rate * population))
    if n + kind > population:
        return 1.0
    # Hypergeometric: C(N - K, n) / C(N, n) is the chance of none.
    none = (lgamma(population - kind + 1) + lgamma(population - n + 1) - lgamma(population + 1)) - lgamma(
        population - kind - n + 1
    )
    return 1 - exp(min(none, 0.0))


def reviews_to_catch(chance: float, rate: float, *, population: int | None = None) -> int | None:
    """The fewest reviews that hold one of a kind of this rate with at least this chance; ``None`` if none do."""
    if not 0 < chance < 1:
        raise ValueError(f"a chance to catch lies between 0 and 1: {chance}")
    if rate == 0:
        return None
    if population is None and 0 < rate < 1:
        return max(1, ceil(log(1 - chance) / log1p(-rate) - 1e-9))
    return _fewest(lambda n: chance_to_catch(n, rate, population=population) >= chance, population)


def _check_population(population: int | None) -> None:
    if population is not None and population < 1:
        raise ValueError(f"a population holds at least one part: {population}")


def _fewest(enough: Callable[[int], bool], population: int | None) -> int | None:
    """The smallest number that is enough, where more is never worse."""
    low, high = 1, population or MOST
    if not enough(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low
