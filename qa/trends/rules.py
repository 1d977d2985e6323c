"""Weekly figures from one window of drawn reviews, and what a page may show of them to whom. Pure."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.intervals import wilson_interval
from qa.reviews.measured import Drawn, Framed, Measured, Reviewed, measure
from qa.sampling.estimation import Figure
from qa.sampling.explaining import Explanation, explain
from qa.sampling.reporting import PEOPLE, Reported

HELD_BACK = f"held back: fewer than {PEOPLE} people"

TITLES = {
    "quality": "Quality",
    "fair": "Fair mean",
    "passed": "Pass rate",
    "critical": "Critical-error rate",
    "csat": "CSAT",
}

Codes = NDArray[np.int64]
Row = Reviewed | Framed | Drawn
Domain = Callable[[Row], str]


def everything(_: Row) -> str:
    return ""


def by_team(row: Row) -> str:
    return row.team


def by_queue(row: Row) -> str:
    return row.queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """One week of one domain."""

    week: dt.date
    quality: Reported
    fair: Reported
    passed: Reported
    critical: Reported
    csat: Figure
    frame: int
    late: int
    drawn: int
    reviewed: int
    people: int

    @property
    def coverage(self) -> float | None:
        """Share of the frame's parts that were reviewed."""
        return self.reviewed / self.frame if self.frame else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that the figures of single reviews come from; estimates are fitted once in ``measured``."""

    measured: Measured
    reviews: Sequence[Reviewed]  # those without a score included
    drawn: Sequence[Drawn]

    @classmethod
    def of(cls, reviews: Sequence[Reviewed], frame: Sequence[Framed] = (), drawn: Sequence[Drawn] = ()) -> "Evidence":
        return cls(measured=measure(reviews, frame, drawn), reviews=reviews, drawn=drawn)

    def codes(self, code: Callable[[Row], int]) -> tuple[Codes, Codes]:
        """The domain of each scored review and of each group of the frame."""
        return (
            np.array([code(row) for row in self.measured.reviews], dtype=np.int64),
            np.array([code(row) for row in self.measured.frame], dtype=np.int64),
        )

    def outcomes(self, outcome: str) -> NDArray[np.float64]:
        return np.array([float(row.outcome == outcome) for row in self.measured.reviews])


def weekly(evidence: Evidence, weeks: Sequence[dt.date], domain: Domain = everything) -> dict[str, list[Weekly]]:
    """Every week of every domain, by name. A review without a score (all N/A) is reviewed but has no quality."""
    known: list[Row] = [*evidence.reviews, *evidence.measured.frame, *evidence.drawn]
    names = sorted({domain(row) for row in known})
    cells = {(name, week): index for index, (name, week) in enumerate((n, w) for n in names for w in weeks)}
    codes, framed = evidence.codes(lambda row: cells.get((domain(row), row.week), -1))
    window, count = evidence.measured.window, len(cells)
    quality = [bounded(each) for each in window.quality(codes, framed, count)]
    fair = [bounded(each) for each in window.mean_of(evidence.measured.fair_scores(), codes, framed, count)]
    passed = window.share(evidence.outcomes("passed"), codes, framed, count)
    critical = window.share(evidence.outcomes("failed_critical"), codes, framed, count)
    counts = counts_of(evidence, cells, domain)
    found: dict[str, list[Weekly]] = {name: [] for name in names}
    for (name, week), place in cells.items():
        here = counts[place]
        found[name].append(
            Weekly(
                week=week,
                quality=quality[place],
                fair=fair[place],
                passed=passed[place],
                critical=critical[place],
                csat=share(here.csat_good, here.csat_good + here.csat_bad),
                frame=here.frame,
                late=here.late,
                drawn=here.drawn,
                reviewed=here.reviewed,
                people=len(here.people),
            )
        )
    return found


def told_of_week(
    item: Weekly, key: str, left_out: Sequence[tuple[str, int]] = (), rubrics: Sequence[str] = ()
) -> Explanation:
    """What stands behind one figure of one week: ``quality``, ``fair``, ``passed`` or ``critical``."""
    reported: Reported = getattr(item, key)
    return explain(
        reported,
        title=TITLES[key],
        proportion=key in {"passed", "critical"},
        drawn=item.drawn,
        left_out=(
            ("drawn and not completed, made up for by weights", max(item.drawn - item.reviewed, 0)),
            ("parts that came late, counted in the frame of the week they came in", item.late),
            *left_out,
        ),
        rubric_versions=rubrics,
    )


@dataclass(slots=True)
class _Count:
    frame: int = 0
    late: int = 0
    drawn: int = 0
    reviewed: int = 0
    csat_good: int = 0
    csat_bad: int = 0
    people: set[int] | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """What needs no sample: numbers of parts, answers of customers, and whose work it is."""

    frame: int
    late: int
    drawn: int
    reviewed: int
    csat_good: int
    csat_bad: int
    people: frozenset[int]


def counts_of(evidence: Evidence, cells: Mapping[tuple[str, dt.date], int], domain: Domain) -> list[Counted]:
    sums = [_Count(people=set()) for _ in cells]

    def at(row: Row) -> _Count | None:
        place = cells.get((domain(row), row.week))
        return None if place is None else sums[place]

    for group in evidence.measured.frame:
        here = at(group)
        if here is not None and here.people is not None:
            here.frame += group.frame
            here.late += group.late
            here.csat_good += group.csat_good
            here.csat_bad += group.csat_bad
            here.people.add(group.specialist_id)
    for taken in evidence.drawn:
        here = at(taken)
        if here is not None:
            here.drawn += taken.drawn
    for review in evidence.reviews:
        here = at(review)
        if here is not None and here.people is not None:
            here.reviewed += 1
            here.people.add(review.specialist_id)
    return [
        Counted(
            frame=each.frame,
            late=each.late,
            drawn=each.drawn,
            reviewed=each.reviewed,
            csat_good=each.csat_good,
            csat_bad=each.csat_bad,
            people=frozenset(each.people or ()),
        )
        for each in sums
    ]


NOTHING_SHOWN = Reported(figure=Figure(estimate=None, reason=HELD_BACK))


def withheld(item: Weekly) -> Weekly:
    """The week without its figures: over so few people each would be seen through it."""
    return replace(
        item,
        quality=NOTHING_SHOWN,
        fair=NOTHING_SHOWN,
        passed=NOTHING_SHOWN,
        critical=NOTHING_SHOWN,
        csat=NOTHING_SHOWN.figure,
    )


def bounded(reported: Reported) -> Reported:
    """A score's figure and interval cut to what a score can be."""
    figure = reported.figure
    if figure.estimate is None:
        return reported
    interval = figure.interval
    if 0.0 <= figure.estimate <= 100.0 and (interval is None or (interval.low >= 0.0 and interval.high <= 100.0)):
        return reported
    if interval is not None:
        low, high = max(0.0, interval.low), min(100.0, interval.high)
        interval = replace(interval, low=min(low, 100.0), high=max(high, 0.0))
    return replace(reported, figure=replace(figure, estimate=min(max(figure.estimate, 0.0), 100.0), interval=interval))


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
        weight=float(trials),
        method="share of everybody who answered, Wilson interval",
    )
