"""The drift watch over a whole file of scorings, week by week, as anyone could run it beside a live operation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.drift import Decision, DriftState, Flag, Judgement, advance, judge, new_state
from calibration.drift.flags import FALSE_REDS
from calibration.scorings import Scale, Scorings


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedWeek:
    """The judgement of one week and the state it rests on."""

    judgement: Judgement
    state: DriftState


def watch(
    scorings: Scorings,
    scale: Scale,
    *,
    weeks: int | None = None,
    decisions: Sequence[Decision] = (),
    false_reds: float = FALSE_REDS,
) -> Iterator[WatchedWeek]:
    """Every week of ``scorings``, which are in the order of their weeks; weeks without any are judged too.

    ``weeks`` are watched in all, those until the last scoring where it is not given.
    """
    seen = int(scorings.week[-1]) + 1 if len(scorings) else 0
    weeks = seen if weeks is None else weeks
    if weeks < seen:
        raise ValueError(f"scorings of week {seen - 1} lie beyond the {weeks} weeks to be watched")
    if (np.diff(scorings.week) < 0).any():
        raise ValueError("scorings must be in the order of their weeks")
    bounds = np.searchsorted(scorings.week, np.arange(weeks + 1))
    state = new_state(scale)
    for week in range(weeks):
        state = advance(state, scorings.take(slice(int(bounds[week]), int(bounds[week + 1]))), scale)
        yield WatchedWeek(judgement=judge(state, scale, decisions=decisions, false_reds=false_reds), state=state)


def flag_line(flag: Flag, name: str) -> dict[str, object]:
    """A flag under the names that other programs read."""
    return {
        "reviewer": name,
        "week": flag.week,
        "level": flag.level,
        "stream": flag.stream,
        "evidence": round(flag.log_evidence, 4),
        "effect": round(flag.effect, 3),
        "low": round(flag.interval.low, 3),
        "high": round(flag.interval.high, 3),
        "onset": flag.onset,
        "confirmed": flag.confirmation,
    }
