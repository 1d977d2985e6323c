"""What a session's scores say, from plain values: agreement by criterion, and each participant against consensus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import rubrics
from calibration.agreement import krippendorff_alpha, percent_agreement
from calibration.intervals import t_interval
from calibration.results import Estimate

BOOTSTRAP = 2000
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
    alpha: Estimate
    not_applicable: int
    level: str  # of measurement: nominal or ordinal, interval for a free percentage


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantReport:
    """One participant's scores minus consensus, in points."""

    user_id: int
    difference: Estimate
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
    """Percent agreement and Krippendorff's alpha with a bootstrap interval over the parts, criterion by criterion."""
    reports = []
    for criterion in rubric.criteria:
        matrix = codes(criterion, answers, users, parts)
        level = level_of_measurement(criterion)
        categories = None if level == "interval" else [float(rank) for rank in range(len(criterion.scale.levels))]
        reports.append(
            CriterionReport(
                criterion=criterion,
                agreement=percent_agreement(matrix, categories=categories),
                alpha=krippendorff_alpha(
                    matrix,
                    level=level,
                    categories=categories,
                    bootstrap=BOOTSTRAP,
                    rng=np.random.default_rng(RESAMPLING_SEED),
                ),
                not_applicable=sum(
                    answer.not_applicable for answer in answers if answer.criterion_key == criterion.key
                ),
                level=level,
            )
        )
    return reports


def participant_reports(
    scores: Mapping[tuple[int, int], float | None],
    consensus: Mapping[int, float | None],
    users: Sequence[int],
) -> list[ParticipantReport]:
    """Mean of (score minus consensus) over the parts that have both, with a t interval; scores by (user, part)."""
    reports = []
    for user in users:
        differences = [
            score - agreed
            for (scorer, part), score in sorted(scores.items())
            if scorer == user and score is not None and (agreed := consensus.get(part)) is not None
        ]
        reports.append(ParticipantReport(user_id=user, difference=t_interval(differences), parts=len(differences)))
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
