"""How far raters agree. Ratings are raters x items, NaN where missing, or a ``RatingList``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from calibration.alpha import Level, krippendorff_alpha
from calibration.chance_corrected import (
    NO_VARIATION,
    brennan_prediger,
    conger_kappa,
    fleiss_by_category,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from calibration.kappa import cohen_kappa, light_kappa, weighted_kappa
from calibration.ratings import RatingList, code, observe, ratings_of_counts, ratings_of_table
from calibration.results import Agreement
from calibration.uncertainty import Uncertainty

__all__ = [
    "NO_VARIATION",
    "AgreementSummary",
    "Level",
    "RatingList",
    "Uncertainty",
    "agreement_summary",
    "brennan_prediger",
    "cohen_kappa",
    "conger_kappa",
    "fleiss_by_category",
    "fleiss_kappa",
    "gwet_ac",
    "krippendorff_alpha",
    "light_kappa",
    "percent_agreement",
    "ratings_of_counts",
    "ratings_of_table",
    "weighted_kappa",
]

PREVAILS = 0.8  # share of one category from which kappa and AC1 part
APART = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementSummary:
    """What belongs together on one line: agreement, coefficients corrected for chance, and how common each category is.

    ``prevalence`` maps each category of the scale to its share of all ratings; ``note`` says why coefficients that
    ask the same question differ here, or why one has no figure.
    """

    agreement: Agreement
    kappa: Agreement
    ac: Agreement
    alpha: Agreement
    prevalence: tuple[tuple[float, float], ...]
    n_items: int
    n_raters: int
    note: str | None


def agreement_summary(
    ratings: Any,
    *,
    level: Level | str = "nominal",
    categories: Sequence[float] | None = None,
    **options: Unpack[Uncertainty],
) -> AgreementSummary:
    """Percent agreement, Conger's kappa (Cohen's for two raters), AC1 and Krippendorff's alpha of the same ratings.

    ``level`` is alpha's level of measurement. ``options`` as in ``Uncertainty``; a bootstrap draws from one ``rng`` in
    this order.

    References
    ----------
    Feinstein & Cicchetti (1990), Journal of Clinical Epidemiology 43, 543-549, on high agreement with low kappa.
    """
    coded = code(observe(ratings), categories)
    agreement = percent_agreement(ratings, categories=categories, **options)
    kappa = conger_kappa(ratings, categories=categories, **options)
    ac = gwet_ac(ratings, categories=categories, **options)
    alpha = krippendorff_alpha(ratings, level=level, categories=categories, **options)
    number = max(float(coded.counts.sum()), 1.0)
    shares = coded.counts.sum(axis=0) / number
    prevalence = tuple(zip(coded.scale.tolist(), shares.tolist(), strict=True))
    return AgreementSummary(
        agreement=agreement,
        kappa=kappa,
        ac=ac,
        alpha=alpha,
        prevalence=prevalence,
        n_items=agreement.n_items,
        n_raters=agreement.n_raters,
        note=_note(agreement, kappa, ac, prevalence),
    )


def _note(
    agreement: Agreement, kappa: Agreement, ac: Agreement, prevalence: tuple[tuple[float, float], ...]
) -> str | None:
    if agreement.estimate is None:
        return agreement.reason
    category, share = max(prevalence, key=lambda pair: pair[1])
    if kappa.estimate is None:
        if agreement.estimate == 1:
            return "every rating is the same: agreement is complete, and whether it is more than chance cannot be told"
        return kappa.reason
    if ac.estimate is not None and share >= PREVAILS and ac.estimate - kappa.estimate >= APART:
        return (
            f"{share:.0%} of the ratings are category {category:g}: kappa and alpha count most agreement on it as "
            "chance, AC1 does not"
        )
    return None
