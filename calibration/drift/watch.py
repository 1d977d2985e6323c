"""One week further: the scorings of a week in, the state after it out."""

from dataclasses import replace

import numpy as np

from calibration.drift.behaviour import behave, learn_behaviour
from calibration.drift.state import DriftState, check, grown
from calibration.drift.streams import Streams, streams_of
from calibration.drift.team import team_deviation
from calibration.drift.weekly import learn_severity, score_week
from calibration.drift.wobble import EVERY, FIRST_ESTIMATE, wobble_variance
from calibration.scorings import Kind, Scale, Scorings


def advance(state: DriftState, week: Scorings, scale: Scale) -> DriftState:
    """The state after the week ``state.weeks``, which is the number every scoring must bear; a week may be empty.

    Raises ``ValueError`` for scorings of another week and for a state of another scale.
    """
    streams = streams_of(scale)
    check(state, streams)
    if len(week) and not (week.week == state.weeks).all():
        raise ValueError(f"week {state.weeks} comes next: scorings of week {int(week.week[0])} cannot be taken")
    sizes = [int(codes.max()) + 1 if codes.size else 0 for codes in (week.reviewer, week.specialist, week.queue)]
    state = grown(state, reviewers=sizes[0], specialists=sizes[1], queues=sizes[2])
    state = _reworded(state, scale)
    severity = score_week(state, week, scale, streams)
    behaviour = behave(state, week, severity, scale)
    number = np.zeros((state.reviewers, 3))
    seat = week.kind != Kind.GOLD
    np.add.at(number, (week.reviewer[seat], week.kind[seat]), 1.0)
    team = team_deviation(week, severity, state)
    state = learn_severity(state, week, severity, scale, streams)
    state = learn_behaviour(state, week, behaviour, scale)
    new = {
        "values": np.concatenate([severity.values, behaviour.values], axis=1),
        "variances": np.concatenate([severity.variances, behaviour.variances], axis=1),
        "overlap": severity.overlap,
        "overlap_variance": severity.overlap_variance,
        "lone": severity.lone,
        "lone_variance": severity.lone_variance,
        "events": behaviour.events,
        "expected": behaviour.expected,
        "reviews": number,
        "team": team,
    }
    kept = {name: np.concatenate([getattr(state, name), row[np.newaxis]]) for name, row in new.items()}
    return _with_wobble(replace(state, **kept), scale, streams)


def _reworded(state: DriftState, scale: Scale) -> DriftState:
    """The trailing means of criteria that a version words anew from this week on start afresh."""
    touched = [position for change in scale.changes if change.week == state.weeks for position in change.touched]
    if not touched:
        return state
    fresh = {name: getattr(state, name).copy() for name in ("level_sum", "level_square", "level_n")}
    for array in fresh.values():
        array[touched] = 0.0
    return replace(state, **fresh)


def _with_wobble(state: DriftState, scale: Scale, streams: Streams) -> DriftState:
    """The wobble estimated anew once a month, from the weeks so far."""
    if state.weeks < FIRST_ESTIMATE or state.weeks % EVERY:
        return state
    added = streams.touched(scale)
    changed = {change.week: added[row] > 0 for row, change in enumerate(scale.changes) if change.week < state.weeks}
    floor = streams.floor[: streams.continuous]
    return replace(state, wobble=wobble_variance(state.values, state.variances, floor, changed))
