"""What coaching did, with the luck of the baseline taken out. Pure.

Whoever is coached was chosen for low scores, and low scores are partly bad luck: without any help they rise next time.
So the score after is never compared with the score that chose the person, but with what people had after who stood
where this person stood before and were not coached.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil, comb, sqrt

import numpy as np
from numpy.typing import NDArray

from calibration.intervals import t_quantile, t_two_sided_p
from calibration.results import Estimate, Interval, undefined

FEWEST_REVIEWS = 5  # before, and after: fewer say nothing of a person
FEWEST_OTHERS = 8
COMPARED = 12  # the nearest by their score before: over all others the line need not be straight
WORTH_SEEING = 5.0  # points: what a plan should at least bring to be told from none
ROUNDING = 1e-18  # points squared: a spread below it is none
FEWEST_BY_LOT = 3  # people on each side of a lot
MOST_LOTS = 200_000  # gone through one by one
LOT_METHOD = "analysis of covariance by the lot, everybody as it was cast; p from all lots that could have come"
METHOD = "regression of the score after on the score before, beside the nearest without a plan (analysis of covariance)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One person's quality over the weeks before and the weeks after a plan's start, in points."""

    before: float
    after: float
    reviews_before: int
    reviews_after: int
    follow_ups: int = 0  # of those after

    @property
    def tells(self) -> bool:
        return min(self.reviews_before, self.reviews_after) >= FEWEST_REVIEWS


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """The follow-up reviews of one person: drawn at random from what the weekly draws had left."""

    mean: float
    reviews: int

    @classmethod
    def of(cls, scores: Sequence[tuple[float | None, float]]) -> "FollowUp | None":
        """From scores with their chances: the mean weighted by one over the chance (Hajek); none without a score."""
        known = [(score, 1 / chance) for score, chance in scores if score is not None]
        if not known:
            return None
        weight = sum(w for _, w in known)
        return cls(mean=sum(score * w for score, w in known) / weight, reviews=len(known))

    def joined(self, mean: float | None, reviews: int) -> tuple[float, int]:
        """With the mean of the weekly draws' reviews, each by its number of reviews.

        Both are means over the same weeks by random draws, so any fixed weights leave no bias; weights by what was
        observed would.
        """
        if mean is None or reviews == 0:
            return self.mean, self.reviews
        both = self.reviews + reviews
        return (self.mean * self.reviews + mean * reviews) / both, both


Wave = tuple[Sequence[Course], Sequence[Course]]  # whose plans began in one week, and whom they are compared with


def coaching_effect(coached: Sequence[Course], others: Sequence[Course], *, confidence: float = 0.95) -> Estimate:
    """How much higher the coached stand after than people who stood there before and were not coached, in points.

    after = a + b * before + effect * coached, by least squares over the coached and the nearest of the others; for
    one coached person this is the score after minus what the regression foretells, with the interval of a new
    observation. Coached people outside what the others had before are left out: nothing is known of them. Courses of
    too few reviews are left out on both sides.

    References
    ----------
    Galton (1886), Journal of the Anthropological Institute 15, 246-263, for the regression to the mean. Vickers and
    Altman (2001), BMJ 323, 1123-1124, for the analysis of covariance. Barnett, van der Pols and Dobson (2005),
    International Journal of Epidemiology 34, 215-220.
    """
    return together([(coached, others)], confidence=confidence)


def together(waves: Sequence[Wave], *, confidence: float = 0.95) -> Estimate:
    """The mean effect of plans that began in different weeks, weighted by one over the variance of each week's.

    Plans of one week are judged in one regression, because they are compared with the same people. Degrees of freedom
    by Satterthwaite (1946), Biometrics Bulletin 2, 110-114.
    """
    fits = [_fitted(*wave) for wave in waves]
    known = [fit for fit in fits if isinstance(fit, _Fit)]
    if not known:
        return undefined(next((fit for fit in fits if isinstance(fit, str)), "no plan"), method=METHOD)
    judged = sum(fit.judged for fit in known)
    variances = np.array([fit.variance for fit in known])
    effects = np.array([fit.effect for fit in known])
    if (variances <= 0).any():
        return Estimate(estimate=float(effects.mean()), n_items=judged, method=METHOD, reason="no spread to judge by")
    weights = (1 / variances) / (1 / variances).sum()
    parts = weights**2 * variances
    effect, error = float(weights @ effects), sqrt(float(parts.sum()))
    df = float(parts.sum() ** 2 / (parts**2 / np.array([fit.df for fit in known])).sum())
    half = t_quantile(0.5 + confidence / 2, df) * error
    return Estimate(
        estimate=effect,
        std_error=error,
        interval=Interval(low=effect - half, high=effect + half, confidence=confidence),
        p_value=t_two_sided_p(effect / error, df),
        n_items=judged,
        method=METHOD,
    )


@dataclass(frozen=True, slots=True)
class _Fit:
    effect: float
    variance: float
    df: int
    judged: int


def _fitted(coached: Sequence[Course], others: Sequence[Course]) -> _Fit | str:
    """The effect among people of the same weeks, or why there is none."""
    told = [course for course in coached if course.tells]
    if not told:
        return f"fewer than {FEWEST_REVIEWS} reviews before or after the plan began"
    beside = [course for course in others if course.tells]
    if len(beside) < FEWEST_OTHERS:
        return f"fewer than {FEWEST_OTHERS} people without a plan to compare with"
    low, high = min(course.before for course in beside), max(course.before for course in beside)
    judged = [course for course in told if low <= course.before <= high]
    if not judged:
        return "nobody without a plan stood as low or as high before"
    middle = float(np.median([course.before for course in judged]))
    beside.sort(key=lambda course: abs(course.before - middle))
    rows = [*beside[: max(COMPARED, len(judged))], *judged]
    return _regressed(
        np.array([course.before for course in rows]),
        np.array([course.after for course in rows]),
        np.array([0.0] * (len(rows) - len(judged)) + [1.0] * len(judged)),
    )


def _regressed(before: NDArray[np.float64], after: NDArray[np.float64], group: NDArray[np.float64]) -> _Fit:
    """after = a + b * before + effect * group, by least squares."""
    design = np.column_stack([np.ones(len(before)), before - before.mean(), group])
    inverse = np.linalg.pinv(design.T @ design)
    coefficients = inverse @ design.T @ after
    residuals = after - design @ coefficients
    df = len(before) - 3
    variance = float(residuals @ residuals) / df * float(inverse[2, 2])
    return _Fit(float(coefficients[2]), variance if variance > ROUNDING else 0.0, df, int(group.sum()))


def lot_effect(first: Sequence[Course], waiting: Sequence[Course], *, confidence: float = 0.95) -> Estimate:
    """What plans did to people who began by lot, beside those whom the same lot had wait, in points.

    Everybody counts where the lot had put them, coached or not (intention to treat). The estimate and its interval
    come from the analysis of covariance; ``p_value`` is exact: of all lots that could have been cast, the share in
    which the first would stand at least as far from those who wait (of the scores after, what the scores before do
    not foretell). Without a model this holds for any distribution of scores.

    References
    ----------
    Fisher (1935), The Design of Experiments, section 21. Rosenbaum (2002), Statistical Science 17, 286-327.
    """
    begun = [course for course in first if course.tells]
    others = [course for course in waiting if course.tells]
    if min(len(begun), len(others)) < FEWEST_BY_LOT:
        return undefined(
            f"fewer than {FEWEST_BY_LOT} people on one side with {FEWEST_REVIEWS} reviews before and after",
            method=LOT_METHOD,
        )
    rows = [*others, *begun]
    before = np.array([course.before for course in rows])
    after = np.array([course.after for course in rows])
    group = np.array([0.0] * len(others) + [1.0] * len(begun))
    fit = _regressed(before, after, group)
    error = sqrt(fit.variance)
    half = t_quantile(0.5 + confidence / 2, fit.df) * error
    return Estimate(
        estimate=fit.effect,
        std_error=error,
        interval=Interval(low=fit.effect - half, high=fit.effect + half, confidence=confidence),
        p_value=_exact_p(before, after, group),
        n_items=len(rows),
        method=LOT_METHOD,
    )


def _exact_p(before: NDArray[np.float64], after: NDArray[np.float64], group: NDArray[np.float64]) -> float | None:
    """Over all lots of this size; none where there are too many to go through."""
    size, chosen = len(group), int(group.sum())
    if comb(size, chosen) > MOST_LOTS:
        return None
    centred = before - before.mean()
    spread = float(centred @ centred)
    slope = float(centred @ after) / spread if spread > ROUNDING else 0.0
    rest = after - after.mean() - slope * centred
    places = np.array(list(combinations(range(size), chosen)))
    sums = rest[places].sum(axis=1)  # of all people they sum to 0, so the means differ as these sums do
    seen = float(rest[group > 0].sum())
    return float((np.abs(sums) >= abs(seen) - 1e-9).mean())


def lot_verdict(effect: Estimate) -> str:
    """A verdict only where the interval and the lot itself agree."""
    if effect.p_value is None or effect.p_value > 0.05:
        return "cannot tell yet"
    return verdict(effect)


def verdict(effect: Estimate) -> str:
    """In plain words; an interval that holds 0 tells nothing either way."""
    if effect.interval is None:
        return "cannot tell yet"
    if effect.interval.low > 0:
        return "better than without a plan"
    if effect.interval.high < 0:
        return "worse than without a plan"
    return "cannot tell yet"


def more_reviews(effect: Estimate, reviews_after: int) -> int | None:
    """How many more reviews after the start it takes at least until an effect worth seeing would show.

    As if all uncertainty were the luck of those reviews: what they cannot take away makes it more. None where the
    verdict is in, the interval is narrow enough already, or there is none.
    """
    if effect.interval is None or reviews_after < 1 or not effect.interval.low <= 0 <= effect.interval.high:
        return None
    half = (effect.interval.high - effect.interval.low) / 2
    if half <= WORTH_SEEING:
        return None
    return ceil(reviews_after * ((half / WORTH_SEEING) ** 2 - 1))
