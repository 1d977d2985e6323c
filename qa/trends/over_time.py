"""Figures over time: each week, or month, of a scope as a whole, held back where it is over too few people."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from calibration.results import Interval
from qa.sampling.reporting import PEOPLE, Reported
from qa.trends import scoped, summed
from qa.trends.dimensions import NARROWING
from qa.trends.rules import Weekly, bounded, share, withheld
from qa.trends.shares import Scope
from qa.trends.summed import Summed

Codes = NDArray[np.int64]
ASKED_TOGETHER = (("", "team", "queue"), NARROWING)  # a page that asks for one of them will ask for the others


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Over how many people figures are, and who may see each of them."""

    session: Session
    scope: Scope
    found: Summed
    sees_each: bool
    asked: dict[str, Mapping[tuple[str, dt.date], int]] = field(default_factory=dict)

    def shown(self, dimension: str = "") -> Mapping[tuple[str, dt.date], int] | None:
        """People by value and week of a dimension; ``None`` where the reader may see each person."""
        if self.sees_each:
            return None
        span = {"since": self.found.weeks[0], "until": self.found.weeks[-1]}
        together = next((faces for faces in ASKED_TOGETHER if dimension in faces), None)
        if together and dimension not in self.asked and self.scope.everything:
            self.asked.update(scoped.people_of_all(self.session, self.scope, together, **span))
        if dimension not in self.asked:
            self.asked[dimension] = scoped.people_by(self.session, self.scope, dimension, **span)
        return self.asked[dimension]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What one point of a line is over: a week, or a month's weeks."""

    first: dt.date
    weeks: tuple[dt.date, ...]


def spans_of(weeks: Sequence[dt.date], grain: str) -> list[Span]:
    """Every week by itself, or the weeks of each month; a week is of the month of its Monday."""
    if grain != "month":
        return [Span(first=week, weeks=(week,)) for week in weeks]
    months: dict[tuple[int, int], list[dt.date]] = {}
    for week in weeks:
        months.setdefault((week.year, week.month), []).append(week)
    return [Span(first=each[0], weeks=tuple(each)) for each in months.values()]


def weekly_of(found: Summed, spans: Sequence[Span], crowd: Crowd) -> list[Weekly]:
    """Every week, or month, of the scope as a whole."""
    span_of = places_of(found.weeks, spans)
    at = summed.domain(found, lambda week, team, queue, value: span_of[week], len(spans))
    figures = summed.figures(found, at, lambda d, n: found.concentration(spans[d].weeks, n))
    people = crowd.shown()
    return [
        weekly_item(span, figures, d, found.effect(span.weeks), fewest(people, "", span))
        for d, span in enumerate(spans)
    ]


def places_of(weeks: Sequence[dt.date], spans: Sequence[Span]) -> Codes:
    """The span of each week; -1 for none."""
    place = {week: n for n, span in enumerate(spans) for week in span.weeks}
    return np.array([place.get(week, -1) for week in weeks], dtype=np.int64)


def fewest(people: Mapping[tuple[str, dt.date], int] | None, value: str, span: Span) -> int | None:
    """Over how many people a span's figure is at least; ``None`` where that hides nothing."""
    return None if people is None else max((people.get((value, week), 0) for week in span.weeks), default=0)


def weekly_item(span: Span, figures: summed.Figures, d: int, effect: float, people: int | None) -> Weekly:
    quality, counts = figures.quality[d], figures.counts
    item = Weekly(
        week=span.first,
        quality=quality,
        fair=fair_of(quality, effect),
        passed=figures.passed[d],
        critical=figures.critical[d],
        csat=share(round(counts["csat_good"][d]), round(counts["csat_good"][d] + counts["csat_bad"][d])),
        frame=round(counts["parts"][d]),
        late=round(counts["late"][d]),
        drawn=round(counts["drawn"][d]),
        reviewed=round(counts["reviewed"][d]),
        people=people if people is not None else 0,
    )
    return item if people is None or people >= PEOPLE else withheld(item)


def fair_of(quality: Reported, effect: float) -> Reported:
    """The figure without its reviewers' strictness: as scored minus what their effects move it by."""
    figure = quality.figure
    if figure.estimate is None:
        return quality
    interval = figure.interval
    if interval is not None:
        interval = Interval(low=interval.low - effect, high=interval.high - effect, confidence=interval.confidence)
    return bounded(replace(quality, figure=replace(figure, estimate=figure.estimate - effect, interval=interval)))
