"""How a reviewer scores beside how high: noise, spread, halo, N/A, quick perfect reviews, critical failures."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.drift.state import HALO_EDGES, MINUTE_EDGES, DriftState
from calibration.drift.streams import BEHAVIOUR
from calibration.drift.trailing import FADE, Groups, trailing_mean
from calibration.drift.weekly import SeverityWeek
from calibration.scorings import Codes, Flags, Kind, Scale, Scorings, Vector

Array = NDArray[np.float64]
QUICK, REVIEWS_FOR_A_MEDIAN = 0.55, 20
HALO_BINS, HALO_CRITERIA = 12, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourWeek:
    """One week, reviewers x streams of behaviour and of counts; NaN where nothing was observed."""

    values: Array
    variances: Array
    events: Array
    expected: Array
    deviations: Array  # scorings x 4, from the queue's mean of the week
    halo_n: Array
    halo_sum: Array
    fast: Vector  # 1 where a scoring is perfect and quick, NaN where there is no median yet


def behave(state: DriftState, week: Scorings, severity: SeverityWeek, scale: Scale) -> BehaviourWeek:
    """Weekly values of behaviour and counts from the scorings of one week and the sums of the weeks before it."""
    own = week.kind != Kind.GOLD
    halo, halo_n, halo_sum = _halo(state, week, severity, scale, own)
    raw = np.stack(
        [_noise(state, severity), _spread(week, severity), halo, _not_applicable(state, week, scale)], axis=1
    )
    raw[~own] = np.nan
    by_queue = Groups(week.queue, state.queues, len(BEHAVIOUR))
    seen = ~np.isnan(raw)
    number = by_queue.sum(seen.astype(np.float64))
    mean = np.divide(by_queue.sum(np.nan_to_num(raw)), number, out=np.zeros_like(number), where=number > 0)
    deviations = raw - mean[week.queue]
    spread = np.sqrt(_pooled(state, deviations))
    by_reviewer = Groups(week.reviewer[own], state.reviewers, len(BEHAVIOUR))
    count = by_reviewer.sum(seen[own].astype(np.float64))
    total = by_reviewer.sum(np.nan_to_num(deviations[own]))
    usable = (count > 0) & (spread > 1e-9)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where(usable, total / count / spread, np.nan)
        variances = np.where(usable, 1 / count, np.nan)
    fast = _fast(state, week, scale)
    events, expected = _counts(state, week, fast, scale, own)
    return BehaviourWeek(
        values=values,
        variances=variances,
        events=events,
        expected=expected,
        deviations=deviations,
        halo_n=halo_n,
        halo_sum=halo_sum,
        fast=fast,
    )


def _pooled(state: DriftState, deviations: Array) -> Vector:
    """Running variance of the deviations of all reviewers, by stream."""
    seen = ~np.isnan(deviations)
    now, number = np.nan_to_num(deviations**2).sum(axis=0), seen.sum(axis=0).astype(np.float64)
    squares, n = state.behaviour_square[:, np.newaxis], state.behaviour_n[:, np.newaxis]
    return np.nan_to_num(trailing_mean(squares, n, now[:, np.newaxis], number[:, np.newaxis])[:, 0])


def _noise(state: DriftState, severity: SeverityWeek) -> Vector:
    """Log distance from what the ticket's other scorers say, in its standard errors."""
    ticket, weight, residual = severity.ticket, severity.scorer_weight[:, 0], severity.residual[:, 0]
    others = 1 / state.ticket_variance[0] + severity.ticket_weight[ticket, 0] - weight
    beside = severity.known[:, 0] & (severity.ticket_scorers[ticket, 0] >= 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.abs(residual - (severity.ticket_scaled[ticket, 0] - weight * residual) / others)
        return np.where(beside, np.log(gap / np.sqrt(1 / weight + 1 / others) + 0.15), np.nan)


def _spread(week: Scorings, severity: SeverityWeek) -> Vector:
    """Log distance from the expected score, of routine reviews."""
    usable = (week.kind == Kind.ROUTINE) & severity.known[:, 0]
    return np.where(usable, np.log(np.abs(severity.residual[:, 0]) + 3), np.nan)


def _halo(
    state: DriftState, week: Scorings, severity: SeverityWeek, scale: Scale, own: Flags
) -> tuple[Vector, Array, Array]:
    """Sd of a review's standardised answers less what is usual at their mean, and this week's share of the usual."""
    graded = scale.graded
    means = severity.means
    square = state.level_square[graded].sum(axis=1) / np.maximum(state.level_n[graded].sum(axis=1), 1)
    level = state.level_sum[graded].sum(axis=1) / np.maximum(state.level_n[graded].sum(axis=1), 1)
    answers = week.answers[:, graded]
    if not (state.level_n[graded].sum(axis=1) > 30).all():
        with np.errstate(invalid="ignore"):
            known = ~np.isnan(answers)
            n = np.maximum(known.sum(axis=0), 1)
            level = np.nan_to_num(answers).sum(axis=0) / n
            square = (np.nan_to_num(answers) ** 2).sum(axis=0) / n
    sd = np.sqrt(np.maximum(square - level**2, 0.05**2))
    standard = (answers - means[:, week.queue].T) / sd
    answered = ~np.isnan(standard)
    number = answered.sum(axis=1)
    usable = own & (number >= HALO_CRITERIA)
    filled = np.where(answered, standard, 0.0)
    divisor = np.maximum(number, 1)
    mean = filled.sum(axis=1) / divisor
    spread = np.sqrt(np.maximum((filled**2).sum(axis=1) / divisor - mean**2, 0.0))
    place = np.searchsorted(HALO_EDGES, mean)
    size = HALO_EDGES.size + 1
    now_n = np.bincount(place[usable], minlength=size).astype(np.float64)
    now_sum: Vector = np.bincount(place[usable], weights=spread[usable], minlength=size).astype(np.float64)
    past_n, past_sum = state.halo_n.sum(axis=0), state.halo_sum.sum(axis=0)
    if past_n.sum() <= 30 * HALO_BINS:
        past_n, past_sum = past_n + now_n, past_sum + now_sum
    usual = _usual(past_n, past_sum)
    return np.where(usable, spread - usual[place], np.nan), now_n, now_sum


def _usual(number: Vector, total: Vector) -> Vector:
    """Mean within twelve quantile bins, spread over the fine bins they are made of."""
    whole = number.sum()
    if whole <= 0:
        return np.zeros_like(number)
    middle = (np.cumsum(number) - number / 2) / whole
    bins = np.minimum((HALO_BINS * middle).astype(np.int64), HALO_BINS - 1)
    n, sums = (np.bincount(bins, weights=part, minlength=HALO_BINS) for part in (number, total))
    filled = np.flatnonzero(n > 0)
    means = np.interp(np.arange(HALO_BINS), filled, sums[filled] / n[filled])
    return np.asarray(means[bins])


def _not_applicable(state: DriftState, week: Scorings, scale: Scale) -> Vector:
    """Share of N/A among the graded criteria less what is usual for them in the queue."""
    graded, routine = scale.graded, week.kind == Kind.ROUTINE
    missing = np.isnan(week.answers[:, graded]).astype(np.float64)
    by_queue = Groups(week.queue[routine], state.queues, graded.size)
    now, number = by_queue.sum(missing[routine]).T, by_queue.sum(np.ones_like(missing[routine])).T
    usual = trailing_mean(state.na_sum[graded], state.scored_n[graded], now, number)
    return np.asarray((missing - usual[:, week.queue].T).mean(axis=1))


def own_medians(state: DriftState) -> Vector:
    """Median minutes of each reviewer's past reviews; NaN before 20 of them."""
    number = state.minutes.sum(axis=1)
    reached = np.cumsum(state.minutes, axis=1)
    half = number / 2
    place = np.argmax(reached >= half[:, np.newaxis], axis=1)
    rows = np.arange(number.size)
    inside = state.minutes[rows, place]
    share = np.divide(half - (reached[rows, place] - inside), inside, out=np.zeros_like(half), where=inside > 0)
    edges = np.concatenate([MINUTE_EDGES[:1], MINUTE_EDGES, MINUTE_EDGES[-1:]])
    medians = np.exp(edges[place] + share * (edges[place + 1] - edges[place]))
    return np.where(number >= REVIEWS_FOR_A_MEDIAN, medians, np.nan)


def _fast(state: DriftState, week: Scorings, scale: Scale) -> Vector:
    """1 for a perfect score in less than .55 of the reviewer's own median, 0 for another, NaN without a median."""
    graded = week.answers[:, scale.graded]
    answered = ~np.isnan(graded)
    perfect = answered.any(axis=1) & ((graded == 1) | ~answered).all(axis=1)
    perfect &= ~(week.answers[:, scale.critical] == 0).any(axis=1)
    own = week.kind != Kind.GOLD
    median = np.where(own, np.append(own_medians(state), np.nan)[week.reviewer], np.nan)
    usable = own & ~np.isnan(median) & (week.minutes > 0)
    return np.where(usable, perfect & (week.minutes < QUICK * median), np.nan)


def _counts(state: DriftState, week: Scorings, fast: Vector, scale: Scale, own: Flags) -> tuple[Array, Array]:
    """Events and what the team's rates expect, reviewers x (quick perfect, critical)."""
    routine = week.kind == Kind.ROUTINE
    known = routine & ~np.isnan(fast)
    by_queue = Groups(week.queue[known], state.queues, 1)
    quick = trailing_mean(
        state.fast_sum, state.fast_n, by_queue.sum(fast[known, np.newaxis]).T, by_queue.sum(np.ones((known.sum(), 1))).T
    )[0]
    columns = np.flatnonzero(scale.critical)
    answers = week.answers[:, columns]
    by_queue = Groups(week.queue[routine], state.queues, columns.size)
    passed = trailing_mean(
        state.level_sum[columns],
        state.level_n[columns],
        by_queue.sum(np.nan_to_num(answers[routine])).T,
        by_queue.sum((~np.isnan(answers[routine])).astype(np.float64)).T,
    )
    answered = ~np.isnan(answers)
    usual = np.where(answered, 1 - passed[:, week.queue].T, 0.0)
    seen = np.stack([~np.isnan(fast), answered.any(axis=1)], axis=1)
    event = np.stack([np.nan_to_num(fast), (answers == 0).sum(axis=1)], axis=1)
    due = np.stack([quick[week.queue], usual.sum(axis=1)], axis=1)
    seen &= ~np.isnan(due)
    by_reviewer = Groups(week.reviewer[own], state.reviewers, 2)
    number = by_reviewer.sum(seen[own].astype(np.float64))
    sums = [by_reviewer.sum(np.where(seen, part, 0.0)[own]) for part in (event, due)]
    return np.where(number > 0, sums[0], np.nan), np.where(number > 0, sums[1], np.nan)


def learn_behaviour(state: DriftState, week: Scorings, found: BehaviourWeek, scale: Scale) -> DriftState:
    """The sums after the week."""
    routine, own = week.kind == Kind.ROUTINE, week.kind != Kind.GOLD
    answers = week.answers[routine]
    known = ~np.isnan(answers)
    by_queue = Groups(week.queue[routine], state.queues, answers.shape[1])
    level = np.nan_to_num(answers)
    usable = routine & ~np.isnan(found.fast)
    fast = Groups(week.queue[usable], state.queues, 1)
    timed = own & (week.minutes > 0)
    minutes = np.zeros_like(state.minutes)
    with np.errstate(divide="ignore", invalid="ignore"):
        place: Codes = np.searchsorted(MINUTE_EDGES, np.log(week.minutes[timed])).astype(np.int64)
    np.add.at(minutes, (week.reviewer[timed], place), 1.0)
    return replace(
        state,
        level_sum=FADE * (state.level_sum + by_queue.sum(level).T),
        level_square=FADE * (state.level_square + by_queue.sum(level**2).T),
        level_n=FADE * (state.level_n + by_queue.sum(known.astype(np.float64)).T),
        na_sum=FADE * (state.na_sum + by_queue.sum(1.0 - known).T),
        scored_n=FADE * (state.scored_n + by_queue.sum(np.ones_like(level)).T),
        fast_sum=FADE * (state.fast_sum + fast.sum(found.fast[usable, np.newaxis]).T),
        fast_n=FADE * (state.fast_n + fast.sum(np.ones((int(usable.sum()), 1))).T),
        minutes=FADE * state.minutes + minutes,
        behaviour_square=FADE * state.behaviour_square + np.nan_to_num(found.deviations**2).sum(axis=0),
        behaviour_n=FADE * state.behaviour_n + (~np.isnan(found.deviations)).sum(axis=0),
        halo_n=np.concatenate([state.halo_n[1:], found.halo_n[np.newaxis]]),
        halo_sum=np.concatenate([state.halo_sum[1:], found.halo_sum[np.newaxis]]),
    )
