"""The weekly severity of each reviewer, overall and per criterion, from all kinds of evidence in one formula.

A score is a criterion's or the whole review's deviation from the team's trailing mean in the queue, less what the
specialist and the queue's week explain. Scorers of one ticket share the ticket: what they have in common says little
about each of them, and one who scores alone is uncertain by the whole ticket (best linear unbiased prediction;
Henderson 1975, Biometrics 31, 423-447, one step of it a week).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.drift.state import DriftState
from calibration.drift.streams import Streams
from calibration.drift.trailing import FADE, Groups, shrunk, trailing_mean
from calibration.scorings import Codes, Flags, Kind, Scale, Scorings, Vector

Array = NDArray[np.float64]
SPECIALIST_SHARE = 0.12  # variance of specialists as a share of that of tickets
QUEUE_WEEK_VARIANCE = 25.0  # points^2; a small one would not follow a real fall of quality
SPREAD_PRIOR = 200.0  # reviews


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityWeek:
    """One week, scorings x columns and reviewers x columns; ``residual`` is 0 where ``known`` is false."""

    means: Array  # K x Q, the trailing team means used
    known: Flags
    adjusted: Array  # score less specialist and queue-week
    queue_week: Array  # Q x P
    own: Array  # severity so far of the scorer, or the level of gold
    residual: Array
    scorer_weight: Array
    ticket: Codes  # of each scoring, from 0
    ticket_weight: Array  # tickets x P, sums of weights
    ticket_scaled: Array
    ticket_scorers: Array
    values: Array  # R x P
    variances: Array  # without wobble
    overlap: Array
    overlap_variance: Array
    lone: Array
    lone_variance: Array


def severity_so_far(state: DriftState, streams: Streams) -> Array:
    """Precision-weighted mean of each reviewer's past weeks, shrunk to the team, reviewers x columns."""
    prior = streams.prior[: streams.columns]
    return np.asarray(state.own_scaled / (1 / prior + state.own_precision))


def spread_factor(state: DriftState) -> Array:
    """How much more than the variance components say a reviewer's residuals spread, reviewers x columns.

    Severe reviewers' scores spread more, away from the ceiling; without it they are flagged too often.
    """
    return np.asarray((SPREAD_PRIOR + state.own_square) / (SPREAD_PRIOR + state.own_n))


def score_week(state: DriftState, week: Scorings, scale: Scale, streams: Streams) -> SeverityWeek:
    """Weekly severities from the scorings of one week and the sums of the weeks before it."""
    error, ticket_variance, gold_variance = state.error_variance, state.ticket_variance, state.gold_variance
    gold, routine = week.kind == Kind.GOLD, week.kind == Kind.ROUTINE
    means = _team_means(state, week, routine, scale)
    scores, known = _scores(week, means, scale)
    specialist = shrunk(
        state.specialist_sum,
        state.specialist_n,
        np.asarray((error + ticket_variance) / (SPECIALIST_SHARE * ticket_variance)),
    )
    scores = scores - specialist[week.specialist]
    own = severity_so_far(state, streams)[np.where(gold, 0, week.reviewer)]
    own[gold] = 0.0
    columns = streams.columns
    by_queue = Groups(week.queue[routine], state.queues, columns)
    queue_week = shrunk(
        by_queue.sum(np.where(known, scores - own, 0.0)[routine]),
        by_queue.sum(known[routine].astype(np.float64)),
        np.asarray((error + ticket_variance) / QUEUE_WEEK_VARIANCE),
    )
    adjusted = np.where(known, scores - queue_week[week.queue], 0.0)
    ticket = np.unique(week.ticket, return_inverse=True)[1].astype(np.int64)
    tickets = int(ticket.max()) + 1 if ticket.size else 0
    own[gold] = _gold_level(state, adjusted, own, known, gold, ticket, tickets)
    residual = np.where(known, adjusted - own, 0.0)
    weight = np.where(known, np.where(gold[:, np.newaxis], 1 / gold_variance, 1 / error), 0.0)
    by_ticket = Groups(ticket, tickets, columns)
    total, scaled = by_ticket.sum(weight), by_ticket.sum(weight * residual)
    scorers = by_ticket.sum(known.astype(np.float64))
    absorbed = 1 / ticket_variance + total
    score = weight * (residual - (scaled / absorbed)[ticket])
    information = weight * (1 - weight / absorbed[ticket])
    with np.errstate(divide="ignore", invalid="ignore"):
        free = weight * (residual - (scaled / total)[ticket])
        free_information = weight * (1 - weight / total[ticket])
    together = (scorers >= 2)[ticket]
    by_reviewer = Groups(week.reviewer[~gold], state.reviewers, columns)
    so_far, factor = severity_so_far(state, streams), spread_factor(state)

    def pooled(part: Array, precision: Array, chosen: Flags) -> tuple[Array, Array]:
        one = by_reviewer.sum(np.where(chosen, part, 0.0)[~gold])
        two = by_reviewer.sum(np.where(chosen, precision, 0.0)[~gold])
        seen = two > 1e-9
        moved = np.divide(one, two, out=np.full_like(one, np.nan), where=seen)
        return so_far + moved, np.divide(factor, two, out=np.full_like(one, np.nan), where=seen)

    values, variances = pooled(score, information, known)
    overlap, overlap_variance = pooled(free, free_information, known & together)
    lone, lone_variance = pooled(score, information, known & ~together)
    return SeverityWeek(
        means=means,
        known=known,
        adjusted=adjusted,
        queue_week=queue_week,
        own=own,
        residual=residual,
        scorer_weight=weight,
        ticket=ticket,
        ticket_weight=total,
        ticket_scaled=scaled,
        ticket_scorers=scorers,
        values=values,
        variances=variances,
        overlap=overlap,
        overlap_variance=overlap_variance,
        lone=lone,
        lone_variance=lone_variance,
    )


def _team_means(state: DriftState, week: Scorings, routine: Flags, scale: Scale) -> Array:
    """Trailing means of the graded criteria by queue, K x Q."""
    graded = scale.graded
    answers = week.answers[routine][:, graded]
    by_queue = Groups(week.queue[routine], state.queues, graded.size)
    now, now_n = by_queue.sum(np.nan_to_num(answers)).T, by_queue.sum((~np.isnan(answers)).astype(np.float64)).T
    return trailing_mean(state.level_sum[graded], state.level_n[graded], now, now_n)


def _scores(week: Scorings, means: Array, scale: Scale) -> tuple[Array, Flags]:
    """Deviations from the team in points, scorings x columns, and where there is one."""
    graded = scale.graded
    deviation = 100 * (week.answers[:, graded] - means[:, week.queue].T)
    answered = ~np.isnan(deviation)
    deviation = np.where(answered, deviation, 0.0)
    total = answered @ scale.weights[graded]
    overall = np.divide(deviation @ scale.weights[graded], total, out=np.zeros(len(week)), where=total > 0)
    known = np.concatenate([(total > 0)[:, np.newaxis], answered], axis=1)
    return np.concatenate([overall[:, np.newaxis], deviation], axis=1), known


def _gold_level(
    state: DriftState, adjusted: Array, own: Array, known: Flags, gold: Flags, ticket: Codes, tickets: int
) -> Vector:
    """How far gold lies above reviewers, by column; this week's counts in while the past holds little."""
    sums, number = gold_differences(adjusted, own, known, gold, ticket, tickets)
    return np.asarray(
        np.nan_to_num(
            trailing_mean(
                state.gold_sum[:, np.newaxis], state.gold_n[:, np.newaxis], sums[:, np.newaxis], number[:, np.newaxis]
            )[:, 0]
        )
    )


def gold_differences(
    adjusted: Array, own: Array, known: Flags, gold: Flags, ticket: Codes, tickets: int
) -> tuple[Vector, Vector]:
    """Sum over tickets of gold minus the mean of its reviewers, severities taken out, and the number of tickets."""
    columns = adjusted.shape[1]
    parts = []
    for chosen in (gold, ~gold):
        by_ticket = Groups(ticket[chosen], tickets, columns)
        number = by_ticket.sum(known[chosen].astype(np.float64))
        level = np.where(known, adjusted, 0.0) if chosen is gold else np.where(known, adjusted - own, 0.0)
        parts.append((by_ticket.sum(level[chosen]), number))
    (gold_sum, gold_n), (others_sum, others_n) = parts
    both = (gold_n > 0) & (others_n > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = np.where(both, gold_sum / gold_n - others_sum / others_n, 0.0)
    return difference.sum(axis=0), both.sum(axis=0).astype(np.float64)


def learn_severity(
    state: DriftState, week: Scorings, found: SeverityWeek, scale: Scale, streams: Streams
) -> DriftState:
    """The sums after the week."""
    gold, routine = week.kind == Kind.GOLD, week.kind == Kind.ROUTINE
    columns = streams.columns
    known = found.known.astype(np.float64)
    sums, number = gold_differences(
        found.adjusted, np.where(gold[:, np.newaxis], 0.0, found.own), found.known, gold, found.ticket,
        found.ticket_weight.shape[0],
    )  # fmt: skip
    specialist = Groups(week.specialist[routine], state.specialist_sum.shape[0], columns)
    specialist_effect = shrunk(
        state.specialist_sum,
        state.specialist_n,
        np.asarray((state.error_variance + state.ticket_variance) / (SPECIALIST_SHARE * state.ticket_variance)),
    )[week.specialist[routine]]
    with_specialist = np.where(found.known[routine], found.residual[routine] + specialist_effect, 0.0)
    own = Groups(week.reviewer[routine], state.reviewers, columns)
    squares = found.residual[routine] ** 2 / (state.error_variance + state.ticket_variance)
    precision = 1 / (found.variances + state.wobble[:columns])
    seen = ~np.isnan(precision)
    return replace(
        state,
        specialist_sum=FADE * state.specialist_sum + FADE * specialist.sum(with_specialist),
        specialist_n=FADE * state.specialist_n + FADE * specialist.sum(known[routine]),
        own_precision=FADE * state.own_precision + np.where(seen, precision, 0.0),
        own_scaled=FADE * state.own_scaled + np.where(seen, precision * found.values, 0.0),
        own_square=FADE * state.own_square + own.sum(squares),
        own_n=FADE * state.own_n + own.sum(known[routine]),
        gold_sum=FADE * state.gold_sum + sums,
        gold_n=FADE * state.gold_n + number,
        **_moments(state, week, found),
    )


def _moments(state: DriftState, week: Scorings, found: SeverityWeek) -> dict[str, Array]:
    """Sums behind the variance components."""
    gold, routine = week.kind == Kind.GOLD, week.kind == Kind.ROUTINE
    columns, tickets = found.residual.shape[1], found.ticket_weight.shape[0]
    blind = routine | (week.kind == Kind.DOUBLE)
    pair_square, pair_n = _within(found, blind, found.ticket, tickets)
    cell = week.reviewer * state.queues + week.queue
    within_square, within_n = _within(found, routine, cell, state.reviewers * state.queues)
    by_ticket = Groups(found.ticket[gold], tickets, columns)
    level, number = by_ticket.sum(found.residual[gold]), by_ticket.sum(found.known[gold].astype(np.float64))
    seat = np.flatnonzero(week.kind == Kind.CALIBRATION)
    beside = found.known[seat] & (number[found.ticket[seat]] == 1)
    difference = np.where(beside, found.residual[seat] - level[found.ticket[seat]], 0.0)
    return {
        "pair_square": FADE * state.pair_square + pair_square,
        "pair_n": FADE * state.pair_n + pair_n,
        "within_square": FADE * state.within_square + within_square,
        "within_n": FADE * state.within_n + within_n,
        "gold_square": FADE * state.gold_square + (difference**2).sum(axis=0),
        "gold_pairs": FADE * state.gold_pairs + beside.sum(axis=0),
    }


def _within(found: SeverityWeek, chosen: Flags, code: Codes, size: int) -> tuple[Vector, Vector]:
    """Sums of squares of residuals within codes, and their degrees of freedom, by column.

    Half the squared difference of a blind pair is its sum of squares with one degree of freedom.
    """
    groups = Groups(code[chosen], size, found.residual.shape[1])
    values = found.residual[chosen]
    number = groups.sum(found.known[chosen].astype(np.float64))
    total = groups.sum(values)
    means = np.divide(total**2, number, out=np.zeros_like(total), where=number > 0)
    return (values**2).sum(axis=0) - means.sum(axis=0), np.maximum(number - 1, 0).sum(axis=0)
