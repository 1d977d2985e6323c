"""What quality figures rest on, as plain rows, and the window that estimates are made in. Pure.

One row a drawn, submitted, scored part; one row a group of parts of the frame; how many of each class were drawn.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.severity import CrossedDesign
from qa.sampling.reporting import Frame, Sample, Window, regress
from qa.sampling.strictness import Strictness, crossed_strictness

NO_TEAM = "no team"
NO_QUEUE = "no queue"
SETTLED = 0.6  # share of a week's drawn parts that must be reviewed before its figure is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One drawn and scored part, with the chance it had."""

    review_id: int
    week: dt.date  # the Monday of its period
    team: str
    queue: str
    score: float | None
    outcome: str
    inclusion_probability: float
    specialist_id: int = 0
    reviewer_id: int = 0
    risk_class: int = 0
    base_score: float | None = None
    predicted: float | None = None
    rubric: str = ""
    part_id: int = 0
    first_score: float | None = None  # before critical failures, as first submitted: what strictness is read from
    seconds: tuple[tuple[int, float], ...] = ()  # (reviewer, first score) of the blind second reviews of the part
    disputed: bool = False  # an upheld dispute changed its score or its outcome
    by_disputes: float = 0.0  # by how many points: the score now minus the score as submitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Framed:
    """The parts of one week, team, queue and specialist that could be drawn."""

    week: dt.date
    team: str
    queue: str
    specialist_id: int = 0
    frame: int = 0
    late: int = 0
    csat_good: int = 0
    csat_bad: int = 0
    predicted: int = 0
    predicted_sum: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """How many parts of one week, team, queue and risk class were drawn."""

    week: dt.date
    team: str
    queue: str
    risk_class: int = 0
    drawn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the reviews of a drawn week are."""

    week: dt.date
    reviewed: int
    drawn: int

    @property
    def settled(self) -> bool:
        """Whether enough is in to speak of the week: the first few done are not a random part of it."""
        return self.drawn > 0 and self.reviewed >= SETTLED * self.drawn


def progress_of(reviews: Sequence[Reviewed], drawn: Sequence[Drawn]) -> list[Progress]:
    """Every drawn week with how much of it is reviewed, oldest first."""
    sizes = _tally((row.week, row.drawn) for row in drawn)
    reviewed = _tally((row.week, 1) for row in reviews)
    return [
        Progress(week=week, reviewed=reviewed.get(week, 0), drawn=size) for week, size in sorted(sizes.items()) if size
    ]


def _tally(pairs: Iterable[tuple[dt.date, int]]) -> dict[dt.date, int]:
    found: dict[dt.date, int] = {}
    for week, count in pairs:
        found[week] = found.get(week, 0) + count
    return found


def settled(
    reviews: Sequence[Reviewed], frame: Sequence[Framed], drawn: Sequence[Drawn]
) -> tuple[list[Reviewed], list[Framed], list[Drawn]]:
    """What lies in weeks that may be spoken of; all of it while no week is that far."""
    weeks = {item.week for item in progress_of(reviews, drawn) if item.settled}
    if not weeks:
        return list(reviews), list(frame), list(drawn)
    return (
        [row for row in reviews if row.week in weeks],
        [row for row in frame if row.week in weeks],
        [row for row in drawn if row.week in weeks],
    )


def completion_weights(reviews: Sequence[Reviewed], drawn: Sequence[Drawn]) -> NDArray[np.float64]:
    """1/pi, made up for reviews not done: times drawn over completed within week, team and risk class.

    A risk class of which nothing was completed joins the others of its week and team, a team without any its week, so
    that no drawn part is forgotten.

    References
    ----------
    Oh & Scheuren (1983), in Incomplete Data in Sample Surveys, vol. 2, 143-184.
    """
    done_of: dict[tuple[dt.date, str, int], int] = {}
    for row in reviews:
        place = (row.week, row.team, row.risk_class)
        done_of[place] = done_of.get(place, 0) + 1
    drawn_of: dict[tuple[dt.date, str, int], int] = {}
    for group in drawn:
        place = (group.week, group.team, group.risk_class)
        drawn_of[place] = drawn_of.get(place, 0) + group.drawn
    joined = _classes(done_of, drawn_of)
    done: dict[tuple[object, ...], int] = {}
    expected: dict[tuple[object, ...], int] = {}
    for place, count in done_of.items():
        done[joined[place]] = done.get(joined[place], 0) + count
    for place, count in drawn_of.items():
        expected[joined[place]] = expected.get(joined[place], 0) + count
    weights = []
    for row in reviews:
        group_of = joined[row.week, row.team, row.risk_class]
        weights.append(max(expected.get(group_of, 0), done[group_of]) / done[group_of] / row.inclusion_probability)
    return np.array(weights, dtype=np.float64)


def _classes(
    done: Mapping[tuple[dt.date, str, int], int], drawn: Mapping[tuple[dt.date, str, int], int]
) -> dict[tuple[dt.date, str, int], tuple[object, ...]]:
    """The adjustment class of each (week, team, risk class): itself, its team's week, or its week."""
    places = set(done) | set(drawn)
    silent_teams = {(week, team) for week, team, _ in places} - {(week, team) for week, team, _ in done}
    silent_weeks = {week for week, _ in silent_teams}
    torn = {(week, team) for week, team, risk in places if (week, team, risk) not in done}
    found: dict[tuple[dt.date, str, int], tuple[object, ...]] = {}
    for week, team, risk in places:
        if week in silent_weeks:
            found[week, team, risk] = (week,)
        elif (week, team) in torn:
            found[week, team, risk] = (week, team)
        else:
            found[week, team, risk] = (week, team, risk)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Scored reviews with their frame and the window that estimates come from.

    ``reviews`` are those with a score, in the order of the window's sample; ``frame`` in the order of its frame.
    """

    reviews: Sequence[Reviewed]
    frame: Sequence[Framed]
    drawn: Sequence[Drawn]
    window: Window
    queues: tuple[str, ...]
    reviewers: tuple[int, ...]
    unscored: int  # reviews without a score: all N/A

    @property
    def strictness(self) -> Strictness | None:
        return self.window.strictness

    @property
    def correlations(self) -> dict[str, float | None]:
        """The measured correlation of predicted and reviewed score of each queue; empty without a regression."""
        model = self.window.regression
        return {} if model is None else dict(zip(self.queues, model.correlations, strict=True))

    def fair_scores(self) -> NDArray[np.float64]:
        """Each score without its reviewer's strictness; failed criticals as scored."""
        sample, known = self.window.sample, self.window.strictness
        if known is None:
            return sample.y
        base = np.array([row.score if row.base_score is None else row.base_score for row in self.reviews])
        fair = np.asarray(base, dtype=np.float64) - known.effects[sample.reviewer]
        critical = np.array([row.outcome == "failed_critical" for row in self.reviews], dtype=np.bool_)
        result: NDArray[np.float64] = np.where(critical, sample.y, fair)
        return result


def measure(reviews: Sequence[Reviewed], frame: Sequence[Framed], drawn: Sequence[Drawn]) -> Measured:
    """One window over all these reviews: the regression is fitted once and serves every figure of a page."""
    weights = completion_weights(reviews, drawn)
    scored = [place for place, row in enumerate(reviews) if row.score is not None]
    rows = [reviews[place] for place in scored]
    queues = tuple(sorted({row.queue for row in rows} | {group.queue for group in frame}))
    reviewers = tuple(sorted({row.reviewer_id for row in rows}))
    queue_code = {name: code for code, name in enumerate(queues)}
    reviewer_code = {person: code for code, person in enumerate(reviewers)}
    sample = Sample.of(
        y=[row.score or 0.0 for row in rows],
        pi=1 / weights[scored],
        queue=[queue_code[row.queue] for row in rows],
        predicted=[np.nan if row.predicted is None else row.predicted for row in rows],
        reviewer=[reviewer_code[row.reviewer_id] for row in rows],
    )
    sums = Frame.of(
        size=[group.frame for group in frame],
        queue=[queue_code[group.queue] for group in frame],
        predicted=[group.predicted for group in frame],
        predicted_sum=[group.predicted_sum for group in frame],
    )
    regression = regress(sample, sums, len(queues)) if rows and frame else None
    window = Window(
        sample=sample,
        frame=sums,
        regression=regression,
        strictness=_strictness(rows, reviewer_code),
    )
    return Measured(
        reviews=rows,
        frame=frame,
        drawn=drawn,
        window=window,
        queues=queues,
        reviewers=reviewers,
        unscored=len(reviews) - len(rows),
    )


def _strictness(rows: Sequence[Reviewed], reviewers: Mapping[int, int]) -> Strictness | None:
    """Reviewers' strictness by the crossed model from first scores and blind second reviews; ``None`` without reviews.

    A block is a queue's week. ``reviewers`` holds the code of each scorer of the window.
    """
    if not rows:
        return None
    codes = dict(reviewers)
    entries: list[tuple[int, int, float]] = []  # row, reviewer, score
    for place, row in enumerate(rows):
        own = row.first_score if row.first_score is not None else row.base_score
        entries.append((place, codes[row.reviewer_id], (row.score or 0.0) if own is None else own))
        for person, score in row.seconds:
            entries.append((place, codes.setdefault(person, len(codes)), score))
    at = np.array([place for place, _, _ in entries], dtype=np.int64)
    who = np.array([person for _, person, _ in entries], dtype=np.int64)
    y = np.array([score for _, _, score in entries], dtype=np.float64)
    specialists = codes_of([row.specialist_id for row in rows])
    blocks = codes_of([(row.week, row.queue) for row in rows])
    weeks = np.array([row.week.toordinal() // 7 for row in rows], dtype=np.int64)
    design = CrossedDesign(reviewer=who, ticket=at, specialist=specialists[at], block=blocks[at])
    known = crossed_strictness(design, y, weeks[at] - weeks.min(), len(codes))
    return known.of_first(len(reviewers))


def codes_of(values: Sequence[object]) -> NDArray[np.int64]:
    """Values as numbers from 0, in order of appearance."""
    place: dict[object, int] = {}
    return np.array([place.setdefault(value, len(place)) for value in values], dtype=np.int64)
