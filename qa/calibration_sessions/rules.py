"""What a session's scores say, from plain values: agreement by criterion, and each participant against consensus."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

import rubrics
from calibration.agreement import conger_kappa, gwet_ac, krippendorff_alpha, percent_agreement
from calibration.intervals import t_interval
from calibration.results import Estimate, Interval, undefined

BOOTSTRAP = 2000
FEWEST_FOR_SPREAD = 3
RESAMPLING_SEED = 20_260_101  # a report shown twice shows the same interval
Codes = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One participant's answer to one criterion of one part."""

    user_id: int
    part_id: int
    criterion_key: str
    level_key: str | None
    percentage: str | None
    not_applicable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionReport:
    """How far the participants agree on one criterion. N/A answers are left out and counted."""

    criterion: rubrics.Criterion
    agreement: Estimate
    kappa: Estimate  # Conger's, for any number of people; linear weights where levels have an order
    alpha: Estimate
    ac: Estimate  # Gwet's AC1, or AC2 with linear weights where levels have an order
    not_applicable: int
    level: str  # of measurement: nominal or ordinal, interval for a free percentage
    prevails: tuple[str, float] | None  # the level chosen most, with its share of all answers


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantReport:
    """One participant's scores minus consensus, in points: their mean, and how far they scatter around it."""

    user_id: int
    difference: Estimate
    spread: Estimate
    parts: int


def level_of_measurement(criterion: rubrics.Criterion) -> str:
    """Two levels have no order to speak of; more are ordered; a percentage has distances."""
    if criterion.scale.kind == "percentage":
        return "interval"
    return "nominal" if len(criterion.scale.levels) <= 2 else "ordinal"


def codes(criterion: rubrics.Criterion, answers: Sequence[Given], users: Sequence[int], parts: Sequence[int]) -> Codes:
    """Participants x parts: the rank of the chosen level from worst to best, NaN where nothing counts."""
    ranks = {level.key: float(rank) for rank, level in enumerate(reversed(criterion.scale.levels))}
    row = {user: index for index, user in enumerate(users)}
    column = {part: index for index, part in enumerate(parts)}
    matrix = np.full((len(users), len(parts)), np.nan)
    for answer in answers:
        if answer.criterion_key != criterion.key or answer.not_applicable:
            continue
        if answer.percentage is not None:
            matrix[row[answer.user_id], column[answer.part_id]] = as_number(answer.percentage)
        elif answer.level_key in ranks:
            matrix[row[answer.user_id], column[answer.part_id]] = ranks[answer.level_key]
    return matrix


def as_number(text: str) -> float:
    """A stored percentage such as 87 or 175/2 as a number."""
    numerator, _, denominator = text.partition("/")
    return float(numerator) / float(denominator or 1)


def criterion_reports(
    rubric: rubrics.RubricVersion, answers: Sequence[Given], users: Sequence[int], parts: Sequence[int]
) -> list[CriterionReport]:
    """Percent agreement, Conger's weighted kappa, Gwet's AC, and Krippendorff's alpha with a bootstrap interval over
    the parts, by criterion.
    """
    return [criterion_report(criterion, answers, users, parts) for criterion in rubric.criteria]


def criterion_report(
    criterion: rubrics.Criterion, answers: Sequence[Given], users: Sequence[int], parts: Sequence[int]
) -> CriterionReport:
    """One criterion of ``criterion_reports``."""
    matrix = codes(criterion, answers, users, parts)
    level = level_of_measurement(criterion)
    categories = None if level == "interval" else [float(rank) for rank in range(len(criterion.scale.levels))]
    return CriterionReport(
        criterion=criterion,
        agreement=percent_agreement(matrix, categories=categories),
        kappa=_kappa(matrix, categories, level),
        alpha=krippendorff_alpha(
            matrix,
            level=level,
            categories=categories,
            bootstrap=BOOTSTRAP,
            rng=np.random.default_rng(RESAMPLING_SEED),
        ),
        ac=_ac(matrix, categories, level),
        not_applicable=sum(answer.not_applicable for answer in answers if answer.criterion_key == criterion.key),
        level=level,
        prevails=_prevails(criterion, answers),
    )


def session_agreement(answers: Sequence[Given]) -> Estimate:
    """How often two people of a session chose alike, in percent: a mean over its parts with a t interval.

    Within a part it is the mean over criteria of the share of pairs alike; N/A answers are left out.
    """
    chosen: dict[tuple[int, str], list[str]] = {}
    for each in answers:
        choice = each.level_key or each.percentage
        if choice is not None and not each.not_applicable:
            chosen.setdefault((each.part_id, each.criterion_key), []).append(choice)
    by_part: dict[int, list[float]] = {}
    for (part_id, _), choices in chosen.items():
        n = len(choices)
        if n > 1:
            pairs_alike = sum(count * (count - 1) for count in Counter(choices).values())
            by_part.setdefault(part_id, []).append(100 * pairs_alike / (n * (n - 1)))
    return t_interval([sum(shares) / len(shares) for shares in by_part.values()], bounds=(0, 100))


def _kappa(matrix: Codes, categories: list[float] | None, level: str) -> Estimate:
    if categories is None:
        return undefined("a free percentage has no levels to choose between", method="Conger's kappa")
    return conger_kappa(matrix, weights="unweighted" if level == "nominal" else "linear", categories=categories)


def _ac(matrix: Codes, categories: list[float] | None, level: str) -> Estimate:
    if categories is None:
        return undefined("a free percentage has no levels to choose between", method="Gwet's AC")
    return gwet_ac(matrix, weights="unweighted" if level == "nominal" else "linear", categories=categories)


def _prevails(criterion: rubrics.Criterion, answers: Sequence[Given]) -> tuple[str, float] | None:
    chosen = [each.level_key for each in answers if each.criterion_key == criterion.key and each.level_key]
    if not chosen:
        return None
    key, count = Counter(chosen).most_common(1)[0]
    return criterion.scale.level(key).name, count / len(chosen)


def spread(values: Sequence[float]) -> Estimate:
    """Standard deviation of differences with its 95 % chi-square interval, which takes them for normal.

    From three values on: two say next to nothing about how far a person scatters.
    """
    n, method = len(values), "standard deviation, chi-square interval"
    if n < FEWEST_FOR_SPREAD:
        reason = f"{n} of the {FEWEST_FOR_SPREAD} parts that a spread needs"
        return undefined(reason, method=method, n_items=n)
    found = float(np.std(values, ddof=1))
    low, high = (found * float(np.sqrt((n - 1) / chdtri(n - 1, tail))) for tail in (0.025, 0.975))
    return Estimate(estimate=found, interval=Interval(low=low, high=high), n_items=n, method=method)


def participant_reports(
    scores: Mapping[tuple[int, int], float | None],
    consensus: Mapping[int, float | None],
    users: Sequence[int],
) -> list[ParticipantReport]:
    """Mean of (score minus consensus) over the parts that have both, with a t interval, and their spread.

    ``scores`` are by (user, part).
    """
    reports = []
    for user in users:
        differences = [
            score - agreed
            for (scorer, part), score in sorted(scores.items())
            if scorer == user and score is not None and (agreed := consensus.get(part)) is not None
        ]
        reports.append(
            ParticipantReport(
                user_id=user,
                difference=t_interval(differences),
                spread=spread(differences),
                parts=len(differences),
            )
        )
    return reports


def proposal(answers: Sequence[Given], part_id: int, criterion: rubrics.Criterion) -> str | None:
    """What consensus starts from: the answer most gave, if it stands alone; ``na`` for not applicable."""
    counts: dict[str, int] = {}
    for answer in answers:
        if answer.part_id != part_id or answer.criterion_key != criterion.key:
            continue
        choice = "na" if answer.not_applicable else answer.level_key or answer.percentage
        if choice is not None:
            counts[choice] = counts.get(choice, 0) + 1
    if not counts:
        return None
    most = max(counts.values())
    leading = [choice for choice, count in counts.items() if count == most]
    return leading[0] if len(leading) == 1 else None
