"""Two periods or two groups side by side: the difference, and how much of it another mix of work makes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from calibration.decomposition import Cell, Decomposition, Part, kitagawa
from calibration.multiplicity import benjamini_hochberg, holm
from qa.reviews.measured import NO_QUEUE, NO_TEAM
from qa.sampling import from_sums
from qa.sampling.estimation import Difference, Figure, difference
from qa.sampling.reporting import FEW, PEOPLE, Reported
from qa.trends import linking, summed
from qa.trends.dimensions import NOTHING_SAID
from qa.trends.key_figures import LIST_LEVEL, verdict
from qa.trends.linking import Step
from qa.trends.over_time import Crowd
from qa.trends.rules import HELD_BACK, bounded
from qa.trends.shares import Vector, scored_by, shares_of
from qa.trends.standing_rows import apart_of
from qa.trends.summed import Summed

Codes = NDArray[np.int64]
SLICED_BY = ("channel", "tier", "language", "tenure", "launch")  # faces that slices are looked for in, besides
MOST_SLICES = 40
PAIRS = "Team and queue"
CHANNEL = ", "  # between a queue and its channel in the name of a kind of work


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
    parts_held_back: bool  # what each kind of work adds may be over too few people
    held_back: bool


def compare(
    session: Session, found: Summed, dimension: str, a: Side, b: Side, crowd: Crowd, steps: Sequence[Step] = ()
) -> Comparison:
    """``a`` minus ``b``; verdicts after Holm's correction over the measures.

    Between ``steps`` of the rubric's scoring there is no difference to tell: the sides are on two scales.
    """
    rows = summed.split(session, found, dimension) if dimension in SLICED_BY else found
    scored = [_scored_by(session, found, dimension, side) for side in (a, b)]
    figures = summed.figures(rows, _sides(rows, dimension, a, b), lambda d, n: scored[d].concentration(n))
    apart = _apart(scored[0], scored[1], *(each.figure.n_effective for each in figures.quality))
    measures = (
        ("Quality", 1.0, figures.quality, found.known.between, True),
        ("Pass rate", 100.0, figures.passed, found.known.passed, True),
        ("Critical-error rate", 100.0, figures.critical, found.known.critical, False),
    )
    people = crowd.shown(dimension)
    hidden = any(_few(people, side.key, side.weeks) for side in (a, b))
    changes = [from_sums.gap(pair[0], pair[1], between * apart) for _, _, pair, between, _ in measures]
    reason = HELD_BACK if hidden else linking.withheld_by(steps) if steps else None
    if reason is not None:
        changes = [Difference(estimate=None, reason=reason) for _ in changes]
    adjusted = holm([change.p_value for change in changes])
    nothing = Figure(estimate=None, reason=HELD_BACK)
    decomposed = kitagawa([]) if reason else told_apart(session, found, dimension, a, b, found.known.between * apart)
    parts_hidden = people is not None
    if people is not None and not dimension:  # over the queues, where each is over enough people in both periods
        by_queue = crowd.shown("queue")
        parts_hidden = any(_few(by_queue, queue, side.weeks) for queue in found.queues for side in (a, b))
        decomposed = replace(decomposed, parts=() if parts_hidden else _by_queue(decomposed.parts))
    elif parts_hidden:
        decomposed = replace(decomposed, parts=())
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
                verdict=linking.NOT_COMPARABLE
                if steps and not hidden
                else verdict(pair[0].figure, pair[1].figure, change, p, proportion=scale != 1.0, higher_is_better=more),
            )
            for (title, scale, pair, _, more), change, p in zip(measures, changes, adjusted, strict=True)
        ],
        told_apart=decomposed,
        parts_held_back=parts_hidden,
        held_back=hidden,
    )


def _few(people: Mapping[tuple[str, dt.date], int] | None, key: str, weeks: Sequence[dt.date]) -> bool:
    """Whether some weeks may be over too few people for those who may not see each."""
    return people is not None and max((people.get((key, week), 0) for week in weeks), default=0) < PEOPLE


def _by_queue(parts: Sequence[Part]) -> tuple[Part, ...]:
    """What whole queues add: the parts of their channels together."""
    found: dict[str, Part] = {}
    for part in parts:
        queue = part.name.partition(CHANNEL)[0]
        known = found.get(queue, Part(name=queue, mix=0.0, within=0.0))
        found[queue] = replace(known, mix=known.mix + part.mix, within=known.within + part.within)
    return tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _ScoredBy:
    """Each reviewer's share of a side; of a part whose shares are not kept, those of the whole round it."""

    shares: Mapping[int, float]
    exact: bool

    def concentration(self, n_effective: float) -> float:
        whole = sum(each * each for each in self.shares.values())
        return whole if self.exact else float(from_sums.concentration_within(whole, n_effective))


def _scored_by(session: Session, found: Summed, dimension: str, side: Side) -> _ScoredBy:
    shares = found.shares
    if dimension:
        scope = found.scope.within(dimension, side.key)
        span = {"since": found.weeks[0], "until": found.weeks[-1]}
        shares = shares_of(session, scope, found.weeks, found.settled, **span)
    return _ScoredBy(shares=shares.by_reviewer(found.places(side.weeks)), exact=shares.exact)


def _apart(a: _ScoredBy, b: _ScoredBy, n_a: float, n_b: float) -> float:
    """The sum of squared differences of the reviewers' shares, with what chance adds where they are not kept."""
    squares = sum((a.shares.get(who, 0.0) - b.shares.get(who, 0.0)) ** 2 for who in {*a.shares, *b.shares})
    scatter = (each.concentration(n) - each.concentration(np.inf) for each, n in ((a, n_a), (b, n_b)))
    return squares + sum(scatter)


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


def told_apart(
    session: Session, found: Summed, dimension: str, a: Side, b: Side, between_reviewers: float
) -> Decomposition:
    """Quality's difference by queue, and by channel within it where the comparison is not itself over another face.

    ``between_reviewers`` is the variance of what the two sides' reviewers do not share.
    """
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
    quality = summed.quality(rows, at)
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
                name=CHANNEL.join(word for word in (rows.queues[n // width] or NO_QUEUE, channel) if word),
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
    return kitagawa(found_cells, shared_variance=between_reviewers)


def _usable(figure: Figure) -> bool:
    return figure.estimate is not None and figure.variance is not None and figure.n >= 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of the work beside all the rest of it."""

    dimension: str
    key: str  # of the dimension, as the sums hold it; of a pair both with a bar between
    name: str
    here: Figure
    rest: Figure
    change: Difference
    adjusted_p: float | None

    @property
    def face(self) -> str:
        """The dimension as an address says it; a pair's is its title."""
        return self.dimension if self.dimension == PAIRS else self.dimension.lower()

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
    whole, settled = found.shares.d[found.places(weeks)].sum(axis=0), found.settled
    counted = [week for week, there in zip(found.weeks, settled, strict=True) if there and week in set(weeks)]
    scored: dict[str, Mapping[str, Vector]] = {}
    tested: list[tuple[str, str, str, Figure, Figure, Difference]] = []
    for way in _ways(session, found, crowd, names):
        rows, labels = way.rows, way.labels
        inside = np.zeros(len(found.weeks), dtype=np.bool_)
        inside[found.places(weeks)] = True
        at = np.where(inside[rows.sums.rows.week], way.codes, -1)
        there = np.where(inside[rows.frame.week], way.framed, -1)
        none_drawn = np.zeros(0, dtype=np.int64)
        own = summed.quality(rows, summed.Domain(codes=at, framed=there, drawn=none_drawn, count=len(labels)))
        scored[way.title] = scored_by(session, found.scope, way.title.lower(), counted, found.shares.reviewers)
        for n, (key, label) in enumerate(labels):
            if own[n].figure.n < FEW:
                continue
            if _few(way.people, key, weeks) or _few_others(way, key, weeks):
                continue
            others = np.where((at >= 0) & (at != n), 0, -1)
            rest_framed = np.where((there >= 0) & (there != n), 0, -1)
            rest_of = summed.Domain(codes=others, framed=rest_framed, drawn=none_drawn, count=1)
            rest = summed.quality(rows, rest_of)[0]
            if rest.figure.n >= FEW:
                mine = scored[way.title].get(key)
                near = scored["Queue"].get(key.partition("|")[2], whole) if way.title == PAIRS else whole
                here, gap = _with_reviewers(
                    found, own[n], rest, whole, near if mine is None else mine, exact=mine is not None
                )
                tested.append((way.title, key, label, here, rest.figure, gap))
    adjusted = benjamini_hochberg([change.p_value for *_, change in tested])
    rows_found = [
        Slice(
            dimension=title,
            key=key,
            name=label,
            here=bounded(Reported(figure=here)).figure,
            rest=rest,
            change=change,
            adjusted_p=p,
        )
        for (title, key, label, here, rest, change), p in zip(tested, adjusted, strict=True)
    ]
    return sorted(rows_found, key=lambda each: (not each.found, each.change.estimate or 0.0, each.name))[:MOST_SLICES]


def _few_others(way: "_Way", key: str, weeks: Sequence[dt.date]) -> bool:
    """Whether all others may be over too few people: their figure stands beside the slice's."""
    if way.people is None:
        return False
    per_week = [[way.people.get((other, week), 0) for other, _ in way.labels if other != key] for week in weeks]
    together = sum if way.title == "Team" else max  # teams share nobody in a week, other slices may
    return max((together(each) for each in per_week if each), default=0) < PEOPLE


def _with_reviewers(
    found: Summed, own: Reported, rest: Reported, whole: Vector, mine: Vector, *, exact: bool
) -> tuple[Figure, Difference]:
    """A slice's figure and its difference from all others, both with what their reviewers' strictness adds.

    ``whole`` and ``mine`` are sums of d by reviewer; unless ``exact`` the slice is a random part of ``mine``.
    """
    total, part = float(whole.sum()), float(mine.sum())
    if total <= 0 or part <= 0:
        return own.figure, difference(own.figure, rest.figure)
    share, n_here, n_rest = mine / part, own.figure.n_effective, rest.figure.n_effective
    concentration = float(share @ share)
    if exact:
        others = (whole - mine) / max(total - part, 1e-12)
        apart = float((share - others) @ (share - others))
    else:
        apart = apart_of(share, whole / total, n_here, n_rest)
        concentration = float(from_sums.concentration_within(concentration, n_here))
    between = found.known.between
    figure = from_sums.with_reviewers(own, between * concentration).figure
    return figure, difference(figure, rest.figure, reviewer_variance=between * apart)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """One way of slicing: its rows with the slice of each, how the slices are called, and over how many people."""

    title: str
    rows: Summed
    codes: Codes
    framed: Codes
    labels: Sequence[tuple[str, str]]
    people: Mapping[tuple[str, dt.date], int] | None = None


def _ways(session: Session, found: Summed, crowd: Crowd, names: Mapping[int, str]) -> list[_Way]:
    rows, frame = found.sums.rows, found.frame
    teams = [(str(team), names.get(team, NO_TEAM)) for team in found.teams]
    queues = [(queue, queue or NO_QUEUE) for queue in found.queues]
    width = max(len(queues), 1)
    people = {face: crowd.shown(face) for face in ("team", "queue")}
    ways = [
        _Way(title="Team", rows=found, codes=rows.team, framed=frame.team, labels=teams, people=people["team"]),
        _Way(title="Queue", rows=found, codes=rows.queue, framed=frame.queue, labels=queues, people=people["queue"]),
    ]
    if crowd.sees_each:  # a team's part of a queue may be one person's
        codes, framed = rows.team * width + rows.queue, frame.team * width + frame.queue
        pairs = [(f"{t}|{q}", f"{team}, {queue}") for t, team in teams for q, queue in queues]
        ways.append(_Way(title=PAIRS, rows=found, codes=codes, framed=framed, labels=pairs))
    if found.scope.face != "all":
        return ways
    for face in SLICED_BY:
        split = summed.split(session, found, face)
        labels = [(value, value or NOTHING_SAID) for value in split.values]
        if len(labels) > 1:
            codes, framed, title = split.sums.rows.value, split.frame.value, face.capitalize()
            people_of = crowd.shown(face)
            ways.append(_Way(title=title, rows=split, codes=codes, framed=framed, labels=labels, people=people_of))
    return ways
