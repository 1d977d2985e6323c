"""Who drifts: weekly evidence that a reviewer's way of scoring has changed, with its size, its onset and its doubts.

``advance`` takes one week of scorings into a ``DriftState``; ``judge`` says what the state tells by then. Nothing
looks ahead: a judgement of a week rests on that week and those before it.
"""

from calibration.drift.evidence import weigh_counts, weigh_onsets
from calibration.drift.flags import (
    AMBER,
    RED,
    WARM_UP,
    Decision,
    Flag,
    Judgement,
    first_reds,
    judge,
    red_threshold,
)
from calibration.drift.state import DriftState, new_state
from calibration.drift.streams import Streams, streams_of
from calibration.drift.team import TeamDrift, team_drift
from calibration.drift.watch import advance

__all__ = [
    "AMBER",
    "RED",
    "WARM_UP",
    "Decision",
    "DriftState",
    "Flag",
    "Judgement",
    "Streams",
    "TeamDrift",
    "advance",
    "first_reds",
    "judge",
    "new_state",
    "red_threshold",
    "streams_of",
    "team_drift",
    "weigh_counts",
    "weigh_onsets",
]
