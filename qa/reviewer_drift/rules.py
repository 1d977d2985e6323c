"""How one reviewer's scores differ from the others' on the same parts, in four-week windows. Pure.

No flag is raised here: a test repeated every week would flag most stable reviewers within half a year.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from calibration.intervals import t_interval, weighted_mean
from calibration.multiplicity import holm
from calibration.results import Estimate

WINDOW = dt.timedelta(weeks=4)
ANCHOR = dt.date(2024, 1, 1)  # a Monday: windows never shift, so that a window's figures stay its own
LEVEL = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """One first submitted score of a part that several people scored."""

    part_id: int
    reviewer_id: int
    scored_on: dt.date
    score: float | None  # before critical failures, so that one zero does not hide strictness
    levels: Mapping[str, str]  # by criterion; N/A as "na"
    second_chance: float | None = None  # pi_2, of a hidden second score: the chance that the part got one


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Four weeks, the last day included."""

    first: dt.date
    last: dt.date

    def complete(self, today: dt.date) -> bool:
        return self.last < today


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One reviewer in one window."""

    window: Window
    difference: Estimate  # own score minus the mean of the others' on the same part, points
    agreement: Estimate  # share of criteria answered alike, percent
    adjusted_p: float | None  # Holm over everything shown together
    parts: int

    @property
    def differs(self) -> bool:
        """Whether the difference holds after the correction for everything shown."""
        return self.adjusted_p is not None and self.adjusted_p < LEVEL


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerFigures:
    reviewer_id: int
    windows: tuple[Figures, ...]  # oldest first


def window_of(day: dt.date) -> Window:
    """The window that a day lies in."""
    index = (day - ANCHOR) // WINDOW
    first = ANCHOR + index * WINDOW
    return Window(first=first, last=first + WINDOW - dt.timedelta(days=1))


def windows_until(day: dt.date, count: int) -> list[Window]:
    """The last windows up to the one that holds a day, oldest first."""
    return [window_of(day - back * WINDOW) for back in range(count - 1, -1, -1)]


def compare(
    scorings: Sequence[Scoring], reviewer_ids: Sequence[int], windows: Sequence[Window]
) -> list[ReviewerFigures]:
    """Every reviewer's figures in every window, with Holm's correction over all of them together."""
    by_part: dict[int, list[Scoring]] = {}
    for scoring in scorings:
        by_part.setdefault(scoring.part_id, []).append(scoring)
    differences: dict[tuple[int, dt.date], list[float]] = {}
    alike: dict[tuple[int, dt.date], list[float]] = {}
    weights: dict[tuple[int, dt.date], list[float]] = {}
    for together in by_part.values():
        weight = weight_of(together)
        for own in together:
            others = [other for other in together if other.reviewer_id != own.reviewer_id]
            place = (own.reviewer_id, window_of(own.scored_on).first)
            theirs = [other.score for other in others if other.score is not None]
            if own.score is not None and theirs:
                differences.setdefault(place, []).append(own.score - float(np.mean(theirs)))
            shares = [share for other in others if (share := alike_share(own, other)) is not None]
            if shares:
                alike.setdefault(place, []).append(100 * float(np.mean(shares)))
                weights.setdefault(place, []).append(weight)
    figures = [
        ReviewerFigures(
            reviewer_id=reviewer_id,
            windows=tuple(
                Figures(
                    window=window,
                    difference=t_interval(differences.get((reviewer_id, window.first), [])),
                    agreement=weighted_mean(
                        alike.get((reviewer_id, window.first), []),
                        weights.get((reviewer_id, window.first), []),
                        bounds=(0.0, 100.0),
                    ),
                    adjusted_p=None,
                    parts=len(differences.get((reviewer_id, window.first), [])),
                )
                for window in windows
            ),
        )
        for reviewer_id in reviewer_ids
    ]
    return _corrected(figures)


def weight_of(together: Sequence[Scoring]) -> float:
    """How many reviewed parts one that several scored stands for: one over pi_2; a session's part for itself."""
    return 1 / next((one.second_chance for one in together if one.second_chance), 1.0)


def alike_share(one: Scoring, other: Scoring) -> float | None:
    """Share of the criteria both were asked that both answered alike; N/A is an answer."""
    both = one.levels.keys() & other.levels.keys()
    if not both:
        return None
    return sum(one.levels[key] == other.levels[key] for key in both) / len(both)


def _corrected(figures: Sequence[ReviewerFigures]) -> list[ReviewerFigures]:
    tested = [
        (row, column)
        for row, reviewer in enumerate(figures)
        for column, figure in enumerate(reviewer.windows)
        if figure.difference.p_value is not None
    ]
    adjusted = holm([figures[row].windows[column].difference.p_value or 0.0 for row, column in tested])
    by_place = dict(zip(tested, adjusted, strict=True))
    return [
        replace(
            reviewer,
            windows=tuple(
                replace(figure, adjusted_p=by_place.get((row, column)))
                for column, figure in enumerate(reviewer.windows)
            ),
        )
        for row, reviewer in enumerate(figures)
    ]
