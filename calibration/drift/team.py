"""Drift of the whole team, which routine and double scores cannot show: only gold stays where it was."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.drift.evidence import weigh_onsets
from calibration.drift.state import DriftState
from calibration.drift.trailing import Groups
from calibration.drift.weekly import SeverityWeek
from calibration.scorings import Kind, Scorings

TEAM_SHIFT, TEAM_PRIOR = 5.0, 16.0  # points; points^2
TEAM_WOBBLE = 0.25  # points^2: another handful of reviewers sits together every week


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamDrift:
    """Evidence that all reviewers together moved away from gold; ``effect`` in points, + = more lenient."""

    log_evidence: float
    effect: float
    std_error: float
    onset: int


def team_deviation(week: Scorings, severity: SeverityWeek, state: DriftState) -> NDArray[np.float64]:
    """Mean over the week's calibration tickets of reviewers minus gold, own severities taken out, and its variance.

    NaN without a ticket that has both. The level of gold cancels in differences between weeks.
    """
    gold, seats = week.kind == Kind.GOLD, week.kind == Kind.CALIBRATION
    tickets = severity.ticket_weight.shape[0]
    known = severity.known[:, 0]
    parts = []
    for chosen, own in ((gold, 0.0), (seats, severity.own[:, 0])):
        values = np.where(known, severity.adjusted[:, 0] - own, 0.0)[chosen, np.newaxis]
        groups = Groups(severity.ticket[chosen], tickets, 1)
        parts.append((groups.sum(values)[:, 0], groups.sum(known[chosen, np.newaxis].astype(np.float64))[:, 0]))
    (gold_sum, gold_n), (seat_sum, seat_n) = parts
    both = (gold_n > 0) & (seat_n > 0)
    if not both.any():
        return np.array([np.nan, np.nan])
    number = int(both.sum())
    deviation = seat_sum[both] / seat_n[both] - gold_sum[both] / gold_n[both]
    variance = state.error_variance[0] / seat_n[both] + state.gold_variance[0] / gold_n[both]
    return np.array([deviation.mean(), variance.sum() / number**2])


def team_drift(state: DriftState) -> TeamDrift | None:
    """What the last week says about the team as a whole; ``None`` before there is an onset to try.

    Trustworthy only where gold is anchored: a consensus by people who drift with the team drifts with them.
    """
    values = state.team[:, np.newaxis, :1]
    variances = state.team[:, np.newaxis, 1:] + TEAM_WOBBLE
    shift = np.array([TEAM_SHIFT])
    onsets = weigh_onsets(values, variances, np.array([TEAM_PRIOR]), shift)
    evidence = float(onsets.log_evidence[0, 0])
    if not np.isfinite(evidence):
        return None
    found = onsets.posterior(0, 0, TEAM_SHIFT)
    return TeamDrift(log_evidence=evidence, effect=found.effect, std_error=found.std_error, onset=found.onset)
