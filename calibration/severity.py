"""How severe each reviewer is, from all evidence at once: routine, double, calibration and gold scorings.

A reviewer's severity is what her scores lie above (+, lenient) or below (-, strict) the team's mean once ticket,
specialist, queue and week are taken out, in points. Two reviewers who share nothing, however indirectly, cannot be
compared, and that is said instead of a figure.
"""

from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.components import Components, moment_components, start_components
from calibration.crossed_effects import CrossedDesign, Variances, crossed_fit
from calibration.intervals import check_confidence, normal_quantile
from calibration.results import Estimate, Interval
from calibration.scorings import Scale, Scorings, base_scores

__all__ = [
    "CriterionSeverities",
    "CrossedDesign",
    "ReviewerSeverity",
    "Severities",
    "Variances",
    "criterion_severities",
    "design_of",
    "reviewer_groups",
    "severities",
    "severities_of",
]

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Codes = NDArray[np.int64]

METHOD = "crossed random effects, best linear unbiased prediction"
WOBBLE = (
    3.0  # points^2: a reviewer's severity moves from week to week, and an average over weeks has this / weeks of it
)
CRITERION_WOBBLE = 4.0
ROUNDS = 3  # of severities and variances in turn; a fourth moves neither by a hundredth
NO_SCORES = "no scores"
ALONE = "one reviewer: nobody to compare with"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerSeverity(Estimate):
    """``estimate`` is in points beside the team's mean, above 0 lenient; ``n_items`` are tickets.

    ``group`` numbers the reviewers who can be compared with one another, the largest group first; a reviewer outside
    the first has no estimate. ``weeks`` are the weeks in which she scored.
    """

    group: int | None = None
    weeks: int = 0
    n_scorings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Severities:
    """One entry per reviewer code, and what they rest on.

    ``groups`` are the reviewers linked by the same tickets, specialists or blocks, the largest first;
    ``ticket_groups`` those linked by tickets alone, which hold even where work is not handed out at random.
    ``covariance`` is that of the errors of the estimates (0 where there is none); ``gold_level`` is how far gold lies
    above the reviewers' mean. Without any figure ``reason`` says why.
    """

    reviewers: tuple[ReviewerSeverity, ...]
    covariance: Matrix
    reviewer_variance: float | None
    components: Components | None
    gold_level: float | None
    groups: tuple[tuple[int, ...], ...]
    ticket_groups: tuple[tuple[int, ...], ...]
    reason: str | None = None

    @property
    def estimates(self) -> Vector:
        """Severities by reviewer code, 0 where there is none."""
        return np.array([own.estimate if own.estimate is not None else 0.0 for own in self.reviewers])


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionSeverities:
    """Severities in one criterion, in points of the criterion from 0 to 100."""

    criterion: str
    severities: Severities


def severities(
    scorings: Scorings, scale: Scale, *, variances: Variances | None = None, confidence: float = 0.95
) -> Severities:
    """Severity of every reviewer in the base score, which leaves critical criteria out.

    ``variances`` are estimated by moments where none are given.

    References
    ----------
    Henderson (1975), Biometrics 31, 423-447.
    """
    y = base_scores(scorings.answers, scale)
    return severities_of(design_of(scorings), y, scorings.week, variances=variances, confidence=confidence)


def criterion_severities(
    scorings: Scorings, scale: Scale, *, confidence: float = 0.95
) -> tuple[CriterionSeverities, ...]:
    """Severity of every reviewer in every criterion that is not critical."""
    design = design_of(scorings)
    return tuple(
        CriterionSeverities(
            criterion=scale.ids[place],
            severities=severities_of(
                design,
                100 * scorings.answers[:, place],
                scorings.week,
                start=start_components(criterion=True),
                wobble=CRITERION_WOBBLE,
                confidence=confidence,
            ),
        )
        for place in scale.graded.tolist()
    )


def design_of(scorings: Scorings) -> CrossedDesign:
    """Scorings as the model reads them; a block is a queue's week."""
    queues = int(scorings.queue.max(initial=-1)) + 1
    _, block = np.unique(scorings.week * queues + scorings.queue, return_inverse=True)
    return CrossedDesign(
        reviewer=scorings.reviewer, ticket=scorings.ticket, specialist=scorings.specialist, block=block
    )


def severities_of(
    design: CrossedDesign,
    y: Any,
    week: Any,
    *,
    variances: Variances | None = None,
    start: Variances | None = None,
    wobble: float = WOBBLE,
    confidence: float = 0.95,
) -> Severities:
    """As ``severities`` for any scores: ``y`` by scoring (NaN where there is none) and the ``week`` of each.

    ``start`` are the variances to begin from where none are given; ``wobble`` is the variance by which a severity
    moves from week to week, of which an average over a reviewer's weeks keeps its share in the interval.
    """
    check_confidence(confidence)
    scores, weeks = np.asarray(y, dtype=np.float64), np.asarray(week)
    if scores.shape != design.reviewer.shape or weeks.shape != scores.shape:
        raise ValueError(f"one score and one week per scoring: {scores.shape} and {weeks.shape}")
    if np.isinf(scores).any():
        raise ValueError("a score is infinite")
    if wobble < 0:
        raise ValueError(f"a wobble is not negative: {wobble}")
    size = design.n_reviewers
    there = ~np.isnan(scores)
    kept, scores, weeks = design.take(there), scores[there], weeks[there]
    groups, ticket_groups = reviewer_groups(kept), reviewer_groups(kept, tickets_only=True)
    first = np.array(groups[0] if groups else (), dtype=np.int64)
    if first.size < 2:
        reason = NO_SCORES if not groups else ALONE
        return _without(size, kept, weeks, groups, ticket_groups, reason)
    components: Components | None = None
    used = start if variances is None else variances
    used = used or start_components()
    if variances is None:
        components = moment_components(kept, scores, np.zeros(size), used)
        for _ in range(ROUNDS - 1):
            effects = crossed_fit(kept, scores, components.variances).reviewers
            components = moment_components(kept, scores, _padded(effects, size), used)
        used = components.variances
    fit = crossed_fit(kept, scores, used)
    # Beside the mean of those who can be compared, so what all of them share is in nobody's error.
    team = np.zeros(len(fit.reviewers))
    team[first] = 1 / first.size
    effects = fit.reviewers - team @ fit.reviewers
    means = fit.covariance @ team
    covariance = fit.covariance - means[:, np.newaxis] - means[np.newaxis, :] + team @ means
    inside = np.zeros(size, dtype=np.bool_)
    inside[first] = True
    covariance = np.where(np.outer(inside, inside), _padded_matrix(covariance, size), 0.0)
    reviewers = _entries(
        size, kept, weeks, groups, _padded(effects, size), np.diag(covariance), wobble=wobble, confidence=confidence
    )
    return Severities(
        reviewers=reviewers,
        covariance=covariance,
        reviewer_variance=fit.reviewer_variance,
        components=components,
        gold_level=None if fit.gold_level is None else fit.gold_level - float(team @ fit.reviewers),
        groups=groups,
        ticket_groups=ticket_groups,
    )


def reviewer_groups(design: CrossedDesign, *, tickets_only: bool = False) -> tuple[tuple[int, ...], ...]:
    """Reviewers who can be compared, however indirectly, the group with most scorings first.

    They are linked by scoring the same ticket (gold counts as a scorer), and unless ``tickets_only`` also by working
    for the same specialist or in the same block, which links them fairly only where work is handed out at random.
    """
    from scipy import sparse
    from scipy.sparse import csgraph

    size = design.n_reviewers
    if not size:
        return ()
    node = np.where(design.gold, size, design.reviewer)
    others = [design.ticket] if tickets_only else [design.ticket, design.specialist, design.block]
    ends, offset = [], size + 1
    for codes in others:
        ends.append(codes + offset)
        offset += int(codes.max()) + 1
    starts = np.tile(node, len(ends))
    links = sparse.coo_array((np.ones(starts.size, dtype=np.int8), (starts, np.concatenate(ends))), shape=(offset,) * 2)
    label = csgraph.connected_components(links, directed=False)[1][:size]
    often = np.bincount(design.reviewer[~design.gold], minlength=size)
    found: dict[int, list[int]] = {}
    for reviewer in np.flatnonzero(often).tolist():
        found.setdefault(int(label[reviewer]), []).append(reviewer)
    ordered = sorted(found.values(), key=lambda group: (-len(group), -int(often[group].sum()), group))
    return tuple(tuple(group) for group in ordered)


def _entries(
    size: int,
    design: CrossedDesign,
    weeks: Codes,
    groups: tuple[tuple[int, ...], ...],
    effects: Vector,
    variances: Vector,
    *,
    wobble: float,
    confidence: float,
) -> tuple[ReviewerSeverity, ...]:
    quantile = normal_quantile(0.5 + confidence / 2)
    blank = _blank(size, design, weeks, groups)
    entries = []
    for code, entry in enumerate(blank):
        if entry.group == 0:
            error = sqrt(max(float(variances[code]), 0.0) + wobble / entry.weeks)
            estimate = float(effects[code])
            interval = Interval(
                low=estimate - quantile * error, high=estimate + quantile * error, confidence=confidence
            )
            entry = replace(entry, estimate=estimate, std_error=error, interval=interval, reason=None)
        entries.append(entry)
    return tuple(entries)


def _blank(
    size: int, design: CrossedDesign, weeks: Codes, groups: tuple[tuple[int, ...], ...]
) -> list[ReviewerSeverity]:
    """Entries without a figure, with the reason that holds where none follows."""
    rows = ~design.gold
    own, ticket = design.reviewer[rows], design.ticket[rows]
    scored = np.bincount(own, minlength=size)
    in_weeks = _distinct(own, weeks[rows], size)
    on_tickets = _distinct(own, ticket, size)
    of_group = {reviewer: place for place, group in enumerate(groups) for reviewer in group}
    entries = []
    for code in range(size):
        group = of_group.get(code)
        reason = NO_SCORES
        if group is not None:
            alone = len(groups[group]) == 1
            reason = "cannot tell: shares no ticket, specialist or week of a queue with the other reviewers" + (
                "" if alone else f" outside a group of {len(groups[group])}"
            )
        entries.append(
            ReviewerSeverity(
                estimate=None,
                n_items=int(on_tickets[code]),
                n_raters=len(groups[0]) if groups else 0,
                method=METHOD,
                reason=reason,
                group=group,
                weeks=int(in_weeks[code]),
                n_scorings=int(scored[code]),
            )
        )
    return entries


def _distinct(reviewer: Codes, what: Codes, size: int) -> Codes:
    """How many different codes each reviewer has."""
    if not what.size:
        return np.zeros(size, dtype=np.int64)
    span = int(what.max()) + 1
    counted: Codes = np.bincount(np.unique(reviewer * span + what) // span, minlength=size)
    return counted


def _without(
    size: int,
    design: CrossedDesign,
    weeks: Codes,
    groups: tuple[tuple[int, ...], ...],
    ticket_groups: tuple[tuple[int, ...], ...],
    reason: str,
) -> Severities:
    entries = [
        replace(own, reason=reason if own.group == 0 else own.reason) for own in _blank(size, design, weeks, groups)
    ]
    return Severities(
        reviewers=tuple(entries),
        covariance=np.zeros((size, size)),
        reviewer_variance=None,
        components=None,
        gold_level=None,
        groups=groups,
        ticket_groups=ticket_groups,
        reason=reason,
    )


def _padded(effects: Vector, size: int) -> Vector:
    """Effects by code where the last reviewers have no score."""
    return np.concatenate([effects, np.zeros(size - effects.size)])


def _padded_matrix(matrix: Matrix, size: int) -> Matrix:
    padded = np.zeros((size, size))
    padded[: len(matrix), : len(matrix)] = matrix
    return padded
