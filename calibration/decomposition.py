"""A difference of two means told apart: what another mix of work makes, and what changed within. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from calibration.intervals import check_confidence, t_quantile, t_two_sided_p
from calibration.results import Estimate, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One kind of work on both sides: its share of all, its mean with the variance of that, its degrees of freedom."""

    name: str
    share_a: float
    share_b: float
    mean_a: float
    mean_b: float
    variance_a: float
    variance_b: float
    df_a: float
    df_b: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one kind of work adds to the mix and to the change within."""

    name: str
    mix: float
    within: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decomposition:
    """a minus b over the kinds of work that both sides have: ``total`` = ``mix`` + ``within``.

    ``covered`` is the share of the work, of the lesser covered side, that lies in kinds with reviews on both sides.
    """

    total: Estimate
    mix: Estimate
    within: Estimate
    parts: tuple[Part, ...]
    covered: float


METHOD = "Kitagawa's components, symmetric weights"


def kitagawa(cells: Sequence[Cell], *, shared_variance: float = 0.0, confidence: float = 0.95) -> Decomposition:
    """Mix = sum (sa - sb)(ma + mb)/2, within = sum (ma - mb)(sa + sb)/2, over cells that both sides have.

    Shares are counted, not sampled, so the variance of the mix is sum ((sa - sb)/2)^2 (Va + Vb), that of the change
    within sum ((sa + sb)/2)^2 (Va + Vb), with Satterthwaite's degrees of freedom. Shares are brought to a sum of 1 over
    the cells given. With symmetric weights nothing is left over as an interaction.

    ``shared_variance`` is that of a difference which all cells share, such as that of the two sides' raters: it is
    added, as known, to the total and to the change within; the mix rests on means over both sides and has none.

    References
    ----------
    Kitagawa (1955), JASA 50, 1168-1194, eq. 4. The two-fold form of Oaxaca (1973), Int. Economic Review 14, 693-709,
    and Blinder (1973), J. Human Resources 8, 436-455, with equal weights for a mean over groups.
    """
    check_confidence(confidence)
    if shared_variance < 0:
        raise ValueError(f"a variance is not negative: {shared_variance}")
    for cell in cells:
        if min(cell.share_a, cell.share_b) < 0:
            raise ValueError(f"a share is not negative: {cell.name} {cell.share_a}, {cell.share_b}")
    sum_a, sum_b = sum(cell.share_a for cell in cells), sum(cell.share_b for cell in cells)
    if not cells or min(sum_a, sum_b) <= 0:
        nothing = Estimate(estimate=None, method=METHOD, reason="no kind of work has reviews on both sides")
        return Decomposition(total=nothing, mix=nothing, within=nothing, parts=(), covered=0.0)
    shares = [(cell.share_a / sum_a, cell.share_b / sum_b) for cell in cells]
    # Shares of both sides add up to 1, so a constant taken off the means changes no sum: a cell's part then says
    # whether there is more of what lies above the middle, or of what lies below.
    middle = sum((a + b) / 2 * (cell.mean_a + cell.mean_b) / 2 for cell, (a, b) in zip(cells, shares, strict=True))
    parts = tuple(
        Part(
            name=cell.name,
            mix=(a - b) * ((cell.mean_a + cell.mean_b) / 2 - middle),
            within=(cell.mean_a - cell.mean_b) * (a + b) / 2,
        )
        for cell, (a, b) in zip(cells, shares, strict=True)
    )
    mix = _estimate(sum(part.mix for part in parts), cells, [((a - b) / 2,) * 2 for a, b in shares], 0.0, confidence)
    halves = [((a + b) / 2,) * 2 for a, b in shares]
    within = _estimate(sum(part.within for part in parts), cells, halves, shared_variance, confidence)
    total = _estimate(sum(part.mix + part.within for part in parts), cells, shares, shared_variance, confidence)
    return Decomposition(total=total, mix=mix, within=within, parts=parts, covered=min(sum_a, sum_b, 1.0))


def _estimate(
    value: float, cells: Sequence[Cell], weights: Sequence[tuple[float, float]], shared: float, confidence: float
) -> Estimate:
    terms = [
        (weight**2 * variance, df)
        for cell, (a, b) in zip(cells, weights, strict=True)
        for weight, variance, df in ((a, cell.variance_a, cell.df_a), (b, cell.variance_b, cell.df_b))
    ]
    sampled = sum(term for term, _ in terms)
    if sampled <= 0:
        return Estimate(estimate=value, n_items=len(cells), method=METHOD, reason="nothing here is uncertain")
    variance = sampled + shared
    df = variance**2 / sum(term**2 / max(df, 1.0) for term, df in terms if term)
    half = t_quantile(0.5 + confidence / 2, df) * sqrt(variance)
    return Estimate(
        estimate=value,
        std_error=sqrt(variance),
        interval=Interval(low=value - half, high=value + half, confidence=confidence),
        p_value=t_two_sided_p(value / sqrt(variance), df),
        n_items=len(cells),
        method=METHOD,
    )
