"""Two periods or two groups side by side: the difference, and how much of it another mix of work makes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from calibration.decomposition import Cell, Decomposition, kitagawa
from calibration.multiplicity import benjamini_hochberg, holm
from qa.reviews.measured import NO_QUEUE, NO_TEAM
from qa.sampling import from_sums
from qa.sampling.estimation import Difference, Figure, difference
from qa.sampling.reporting import FEW, PEOPLE, Reported
from qa.trends import summed
from qa.trends.dimensions import NOTHING_SAID
from qa.trends.key_figures import LIST_LEVEL, verdict
from qa.trends.over_time import Crowd
from qa.trends.rules import HELD_BACK
from qa.trends.standing_rows import apart_of
from qa.trends.summed import Summed

Codes = NDArray[np.int64]
SLICED_BY = ("channel", "tier", "language", "tenure", "launch")  # faces that slices are looked for in, besides
MOST_SLICES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a comparison: which weeks, and which team, queue or value of a face of them."""

    name: str
    weeks: tuple[dt.date, ...]
    key: str = ""  # of the dimension; "" for everything


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One measure of both sides with their difference."""

    title: str
    scale: float
    a: Figure
    b: Figure
    change: Difference
    adjusted_p: float | None
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Both sides, measure by measure, and quality told apart by queue and channel."""

    a: Side
    b: Side
    rows: Sequence[Compared]
    told_apart: Decomposition
    held_back: bool


def compare(session: Session, found: Summed, dimension: str, a: Side, b: Side, crowd: Crowd) -> Comparison:
    """``a`` minus ``b``; verdicts after Holm's correction over the measures."""
    rows = summed.split(session, found, dimension) if dimension in SLICED_BY else found
    at = _sides(rows, dimension, a, b)
    figures = summed.figures(rows, at, lambda d, n: found.concentration((a, b)[d].weeks, n))
    shares = [found.shares.of(found.places(side.weeks))[0] for side in (a, b)]
    n_effective = [each.figure.n_effective for each in figures.quality]
    apart = apart_of(shares[0], shares[1], n_effective[0], n_effective[1])
    if dimension == "" and found.shares.exact:
        gap = shares[0] - shares[1]
        apart = float(gap @ gap)
    measures = (
        ("Quality", 1.0, figures.quality, found.known.between, True),
        ("Pass rate", 100.0, figures.passed, found.known.passed, True),
        ("Critical-error rate", 100.0, figures.critical, found.known.critical, False),
    )
    people = crowd.shown(dimension)
    hidden = people is not None and any(
        max((people.get((side.key, week), 0) for week in side.weeks), default=0) < PEOPLE for side in (a, b)
    )
    changes = [from_sums.gap(pair[0], pair[1], between * apart) for _, _, pair, between, _ in measures]
    if hidden:
        changes = [Difference(estimate=None, reason=HELD_BACK) for _ in changes]
    adjusted = holm([change.p_value for change in changes])
    nothing = Figure(estimate=None, reason=HELD_BACK)
    return Comparison(
        a=a,
        b=b,
        rows=[
            Compared(
                title=title,
                scale=scale,
                a=nothing if hidden else pair[0].figure,
                b=nothing if hidden else pair[1].figure,
                change=change,
                adjusted_p=p,
                verdict=verdict(
                    pair[0].figure, pair[1].figure, change, p, proportion=scale != 1.0, higher_is_better=more
                ),
            )
            for (title, scale, pair, _, more), change, p in zip(measures, changes, adjusted, strict=True)
        ],
        told_apart=kitagawa([]) if hidden else told_apart(session, found, dimension, a, b),
        held_back=hidden,
    )


def _place_of(rows: Summed, dimension: str, key: str) -> int:
    values: Mapping[str, Sequence[Any]] = {"team": [str(team) for team in rows.teams], "queue": rows.queues}
    known = list(values.get(dimension, rows.values))
    return known.index(key) if key in known else -2


def _sides(rows: Summed, dimension: str, a: Side, b: Side) -> summed.Domain:
    """Domain 0 is ``a``, 1 is ``b``; what both would hold counts for ``a``."""
    masks = []
    for side in (a, b):
        here = np.zeros(len(rows.weeks), dtype=np.bool_)
        here[rows.places(side.weeks)] = True
        masks.append((here, _place_of(rows, dimension, side.key) if side.key or dimension else -1))

    def place(week: Any, team: Any, queue: Any, value: Any) -> Any:
        axis = {"team": team, "queue": queue}.get(dimension, value)
        inside = [here[week] & ((axis == at) if dimension else np.True_) for here, at in masks]
        return np.where(inside[0], 0, np.where(inside[1], 1, -1))

    return summed.domain(rows, place, 2)


def told_apart(session: Session, found: Summed, dimension: str, a: Side, b: Side) -> Decomposition:
    """Quality's difference by queue, and by channel within it where the comparison is not itself over another face."""
    rows = found
    if dimension in SLICED_BY:
        rows = summed.split(session, found, dimension)
    elif found.scope.face == "all":
        rows = summed.split(session, found, "channel")
    by_channel = dimension not in SLICED_BY and rows is not found
    width = max(len(rows.values), 1)
    count = len(rows.queues) * width
    sides = _sides(rows, dimension, a, b)
    base = rows.sums.rows, rows.frame
    cells = [each.queue * width + (each.value if by_channel else 0) for each in base]
    at = summed.Domain(
        codes=np.where(sides.codes >= 0, sides.codes * count + cells[0], -1),
        framed=np.where(sides.framed >= 0, sides.framed * count + cells[1], -1),
        drawn=np.full(len(rows.draws.week), -1, dtype=np.int64),
        count=2 * count,
    )
    quality = from_sums.quality(rows.sums, at.codes, at.count, model=rows.model, frame=rows.frame, framed=at.framed)
    parts = np.bincount(at.framed[at.framed >= 0], rows.frame.sums["parts"][at.framed >= 0], 2 * count)
    totals = parts.reshape(2, count).sum(axis=1)
    found_cells = []
    for n in range(count):
        one, other = quality[n].figure, quality[count + n].figure
        if not (_usable(one) and _usable(other)):
            continue
        channel = rows.values[n % width] or NOTHING_SAID if by_channel else ""
        found_cells.append(
            Cell(
                name=", ".join(word for word in (rows.queues[n // width] or NO_QUEUE, channel) if word),
                share_a=float(parts[n] / max(totals[0], 1.0)),
                share_b=float(parts[count + n] / max(totals[1], 1.0)),
                mean_a=one.estimate or 0.0,
                mean_b=other.estimate or 0.0,
                variance_a=one.variance or 0.0,
                variance_b=other.variance or 0.0,
                df_a=one.df,
                df_b=other.df,
            )
        )
    return kitagawa(found_cells)


def _usable(figure: Figure) -> bool:
    return figure.estimate is not None and figure.variance is not None and figure.n >= 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of the work beside all the rest of it."""

    dimension: str
    name: str
    here: Figure
    rest: Figure
    change: Difference
    adjusted_p: float | None

    @property
    def found(self) -> bool:
        """Whether it is among those that differ, of which at most one in ten is expected to by chance."""
        return self.adjusted_p is not None and self.adjusted_p < LIST_LEVEL


def slices(
    session: Session, found: Summed, weeks: Sequence[dt.date], crowd: Crowd, names: Mapping[int, str]
) -> list[Slice]:
    """Every team, queue, pair of both, channel, tier, language, tenure and launch against all others, worst news first.

    All are tested together by Benjamini and Hochberg's procedure (10 %); a slice of under five reviews, or over fewer
    than five people where those are not the reader's to see, is not tested.

    References
    ----------
    Benjamini & Hochberg (1995), JRSS B 57, 289-300; Chung et al. (2019), Slice Finder, ICDE, 1550-1553, for the search.
    """
    tested: list[tuple[str, str, Reported, Reported]] = []
    for title, rows, codes, framed, labels, people in _ways(session, found, crowd, names):
        inside = np.zeros(len(found.weeks), dtype=np.bool_)
        inside[found.places(weeks)] = True
        count = len(labels)
        at = np.where(inside[rows.sums.rows.week], codes, -1)
        there = np.where(inside[rows.frame.week], framed, -1)
        own = from_sums.quality(rows.sums, at, count, model=rows.model, frame=rows.frame, framed=there)
        for n, (key, label) in enumerate(labels):
            if own[n].figure.n < FEW:
                continue
            if people is not None and max((people.get((key, week), 0) for week in weeks), default=0) < PEOPLE:
                continue
            others = np.where((at >= 0) & (at != n), 0, -1)
            rest_framed = np.where((there >= 0) & (there != n), 0, -1)
            rest = from_sums.quality(rows.sums, others, 1, model=rows.model, frame=rows.frame, framed=rest_framed)[0]
            if rest.figure.n >= FEW:
                tested.append((title, label, own[n], rest))
    changes = [difference(own.figure, rest.figure) for _, _, own, rest in tested]
    adjusted = benjamini_hochberg([change.p_value for change in changes])
    rows_found = [
        Slice(dimension=title, name=label, here=own.figure, rest=rest.figure, change=change, adjusted_p=p)
        for (title, label, own, rest), change, p in zip(tested, changes, adjusted, strict=True)
    ]
    return sorted(rows_found, key=lambda each: (not each.found, each.change.estimate or 0.0, each.name))[:MOST_SLICES]


def _ways(session: Session, found: Summed, crowd: Crowd, names: Mapping[int, str]) -> list[tuple[Any, ...]]:
    """Each way of slicing: its rows with the slice of each, and how the slices are called."""
    rows, frame = found.sums.rows, found.frame
    teams = [(str(team), names.get(team, NO_TEAM)) for team in found.teams]
    queues = [(queue, queue or NO_QUEUE) for queue in found.queues]
    width = max(len(queues), 1)
    pairs = [(f"{t}|{q}", f"{team}, {queue}") for t, team in teams for q, queue in queues]
    ways: list[tuple[Any, ...]] = [
        ("Team", found, rows.team, frame.team, teams, crowd.shown("team")),
        ("Queue", found, rows.queue, frame.queue, queues, crowd.shown("queue")),
    ]
    if crowd.sees_each:  # a team's part of a queue may be one person's
        ways.append(
            ("Team and queue", found, rows.team * width + rows.queue, frame.team * width + frame.queue, pairs, None)
        )
    if found.scope.face != "all":
        return ways
    for face in SLICED_BY:
        split = summed.split(session, found, face)
        labels = [(value, value or NOTHING_SAID) for value in split.values]
        if len(labels) > 1:
            ways.append((face.capitalize(), split, split.sums.rows.value, split.frame.value, labels, crowd.shown(face)))
    return ways
