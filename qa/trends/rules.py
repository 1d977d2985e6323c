"""Weekly figures from drawn reviews: design-weighted, with an interval beside each estimate. Pure."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from calibration.intervals import wilson_interval
from calibration.multiplicity import holm
from qa.sampling.estimation import Difference, Figure, difference, hajek_by, korn_graubard

FEW = 5  # under this many reviews no verdict
TOO_FEW: Final = "too few to judge"
TOO_WIDE = 0.30  # a proportion's interval wider than this is too few to judge
LEVEL = 0.05
SETTLED = 0.6  # share of a week's drawn parts that must be reviewed before its figure is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One drawn and scored part, with the chance it had."""

    week: dt.date  # the Monday of its period
    team: str
    queue: str
    score: float | None
    outcome: str
    inclusion_probability: float
    review_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Numbers of one week, team and queue that need no sample."""

    week: dt.date
    team: str
    queue: str
    frame: int = 0
    drawn: int = 0
    csat_good: int = 0
    csat_bad: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """One week of one domain."""

    week: dt.date
    quality: Figure
    passed: Figure
    critical: Figure
    csat: Figure
    frame: int
    drawn: int
    reviewed: int

    @property
    def coverage(self) -> float | None:
        """Share of the frame's parts that were reviewed."""
        return self.reviewed / self.frame if self.frame else None


Domain = Callable[[Reviewed | Counted], str]


def everything(_: Reviewed | Counted) -> str:
    return ""


def by_team(row: Reviewed | Counted) -> str:
    return row.team


def by_queue(row: Reviewed | Counted) -> str:
    return row.queue


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


def progress_of(reviews: Sequence[Reviewed], counts: Sequence[Counted]) -> list[Progress]:
    """Every drawn week with how much of it is reviewed, oldest first."""
    drawn: dict[dt.date, int] = {}
    for row in counts:
        drawn[row.week] = drawn.get(row.week, 0) + row.drawn
    reviewed: dict[dt.date, int] = {}
    for review in reviews:
        reviewed[review.week] = reviewed.get(review.week, 0) + 1
    return [
        Progress(week=week, reviewed=reviewed.get(week, 0), drawn=size) for week, size in sorted(drawn.items()) if size
    ]


def settled_only(reviews: Sequence[Reviewed], counts: Sequence[Counted]) -> list[Reviewed]:
    """The reviews of weeks that may be spoken of; all of them while no week is that far."""
    settled = {item.week for item in progress_of(reviews, counts) if item.settled}
    return [review for review in reviews if review.week in settled] if settled else list(reviews)


def newest_weeks(reviews: Sequence[Reviewed], count: int) -> tuple[list[dt.date], list[dt.date]]:
    """The newest weeks that have reviews, and as many before them; empty without reviews."""
    if not reviews:
        return [], []
    last = max(review.week for review in reviews)
    newest = [last - dt.timedelta(weeks=back) for back in range(count)]
    return newest, [week - dt.timedelta(weeks=count) for week in newest]


def completion_weights(reviews: Sequence[Reviewed], counts: Sequence[Counted]) -> np.ndarray:
    """1/pi, made up for reviews not done: times drawn over completed within week and team."""
    drawn: dict[tuple[dt.date, str], int] = {}
    for row in counts:
        drawn[row.week, row.team] = drawn.get((row.week, row.team), 0) + row.drawn
    done: dict[tuple[dt.date, str], int] = {}
    for review in reviews:
        done[review.week, review.team] = done.get((review.week, review.team), 0) + 1
    return np.array(
        [
            max(drawn.get((review.week, review.team), 0), done[review.week, review.team])
            / done[review.week, review.team]
            / review.inclusion_probability
            for review in reviews
        ]
    )


def weekly(
    reviews: Sequence[Reviewed], counts: Sequence[Counted], weeks: Sequence[dt.date], domain: Domain = everything
) -> dict[str, list[Weekly]]:
    """Every week of every domain, by name. A review without a score (all N/A) is reviewed but has no quality."""
    names = sorted({domain(row) for row in reviews} | {domain(row) for row in counts})
    cells = {(name, week): index for index, (name, week) in enumerate((n, w) for n in names for w in weeks)}
    weights = completion_weights(reviews, counts)
    scored = [index for index, row in enumerate(reviews) if row.score is not None and row.week in weeks]

    def figures(value: Callable[[Reviewed], float]) -> list[Figure]:
        rows = [reviews[index] for index in scored]
        return hajek_by(
            [cells[domain(row), row.week] for row in rows],
            len(cells),
            [value(row) for row in rows],
            [row.inclusion_probability for row in rows],
            weights=weights[scored],
        )

    quality = figures(lambda row: row.score or 0.0)
    passed = [korn_graubard(figure) for figure in figures(lambda row: float(row.outcome == "passed"))]
    critical = [korn_graubard(figure) for figure in figures(lambda row: float(row.outcome == "failed_critical"))]
    sums = _sums(counts, domain)
    reviewed: dict[tuple[str, dt.date], int] = {}
    for row in reviews:
        reviewed[domain(row), row.week] = reviewed.get((domain(row), row.week), 0) + 1
    return {
        name: [
            Weekly(
                week=week,
                quality=bounded(quality[cells[name, week]]),
                passed=passed[cells[name, week]],
                critical=critical[cells[name, week]],
                csat=share(sums[name, week].csat_good, sums[name, week].csat_good + sums[name, week].csat_bad),
                frame=sums[name, week].frame,
                drawn=sums[name, week].drawn,
                reviewed=reviewed.get((name, week), 0),
            )
            for week in weeks
        ]
        for name in names
    }


class _Missing(dict[tuple[str, dt.date], Counted]):
    def __missing__(self, key: tuple[str, dt.date]) -> Counted:
        return Counted(week=key[1], team="", queue="")


def _sums(counts: Sequence[Counted], domain: Domain) -> Mapping[tuple[str, dt.date], Counted]:
    sums = _Missing()
    for row in counts:
        place = (domain(row), row.week)
        known = sums[place]
        sums[place] = replace(
            known,
            frame=known.frame + row.frame,
            drawn=known.drawn + row.drawn,
            csat_good=known.csat_good + row.csat_good,
            csat_bad=known.csat_bad + row.csat_bad,
        )
    return sums


def bounded(figure: Figure) -> Figure:
    """A score's interval cut to what a score can be."""
    if figure.interval is None:
        return figure
    low, high = max(0.0, figure.interval.low), min(100.0, figure.interval.high)
    return replace(figure, interval=replace(figure.interval, low=low, high=high))


def share(successes: int, trials: int) -> Figure:
    """A share of everything there is to count, with Wilson's interval for what it says about the process."""
    if trials == 0:
        return Figure(estimate=None, method="share", reason="nothing to count")
    p = successes / trials
    return Figure(
        estimate=p,
        variance=p * (1 - p) / trials,
        interval=wilson_interval(successes, trials),
        n=trials,
        n_effective=float(trials),
        df=float(max(trials - 1, 1)),
        method="share, Wilson interval",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """One key figure of the newest weeks, its change against the weeks before, and what may be said about it."""

    key: str
    now: Figure
    change: Difference
    adjusted_p: float | None
    verdict: str

    @property
    def better(self) -> bool | None:
        """Whether the change is for the better; ``None`` when it is not clear."""
        if self.verdict not in {"better", "worse"}:
            return None
        return self.verdict == "better"


HIGHER_IS_BETTER = {"quality": True, "passed": True, "critical": False, "csat": True}


def kpis(
    reviews: Sequence[Reviewed],
    counts: Sequence[Counted],
    newest: Sequence[dt.date],
    before: Sequence[dt.date],
) -> list[Kpi]:
    """The key figures over some weeks against the weeks before, with Holm's correction over the row."""
    blocks = dict.fromkeys(newest, "now") | dict.fromkeys(before, "before")
    inside = [row for row in reviews if row.week in blocks]
    counted = [row for row in counts if row.week in blocks]
    merged = [replace(row, week=newest[0] if blocks[row.week] == "now" else before[0]) for row in inside]
    # Completion is made up for within each real week before the weeks are put together.
    weights = completion_weights(inside, counted)
    codes = [0 if row.week == newest[0] else 1 for row in merged]
    scored = [index for index, row in enumerate(merged) if row.score is not None]

    def pair(value: Callable[[Reviewed], float]) -> list[Figure]:
        return hajek_by(
            [codes[index] for index in scored],
            2,
            [value(merged[index]) for index in scored],
            [merged[index].inclusion_probability for index in scored],
            weights=weights[scored],
        )

    figures = {
        "quality": [bounded(figure) for figure in pair(lambda row: row.score or 0.0)],
        "passed": [korn_graubard(figure) for figure in pair(lambda row: float(row.outcome == "passed"))],
        "critical": [korn_graubard(figure) for figure in pair(lambda row: float(row.outcome == "failed_critical"))],
        "csat": [_csat(counted, blocks, block) for block in ("now", "before")],
    }
    changes = {key: difference(now, then) for key, (now, then) in figures.items()}
    tested = [key for key, change in changes.items() if change.p_value is not None]
    adjusted = dict(zip(tested, holm([changes[key].p_value or 0.0 for key in tested]), strict=True))
    return [
        Kpi(
            key=key,
            now=figures[key][0],
            change=changes[key],
            adjusted_p=adjusted.get(key),
            verdict=_verdict(key, figures[key][0], figures[key][1], changes[key], adjusted.get(key)),
        )
        for key in figures
    ]


def _csat(counts: Sequence[Counted], blocks: Mapping[dt.date, str], block: str) -> Figure:
    good = sum(row.csat_good for row in counts if blocks[row.week] == block)
    bad = sum(row.csat_bad for row in counts if blocks[row.week] == block)
    return share(good, good + bad)


def _verdict(key: str, now: Figure, then: Figure, change: Difference, adjusted: float | None) -> str:
    if now.n < FEW or then.n < FEW:
        return TOO_FEW
    if key != "quality" and now.interval and now.interval.high - now.interval.low > TOO_WIDE:
        return TOO_FEW
    if change.estimate is None or adjusted is None or adjusted >= LEVEL:
        return "cannot tell"
    return "better" if (change.estimate > 0) == HIGHER_IS_BETTER[key] else "worse"
