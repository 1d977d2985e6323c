"""The charts of the trends page, from weekly figures."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from calibration.results import Estimate
from qa.core.charts import (
    Chart,
    Event,
    Limits,
    Numerals,
    Point,
    Series,
    control_chart,
    line_chart,
    small_multiples,
)
from qa.core.clock import week_key
from qa.core.numerals import number
from qa.sampling.estimation import Figure
from qa.trends import limits, linking
from qa.trends.linking import Stretch
from qa.trends.looking import Looked
from qa.trends.rules import Weekly

POINTS = Numerals()
PERCENT = Numerals(unit=" %", digits=0)
Address = Callable[[dt.date, str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The charts of the page."""

    quality: Chart
    control: Chart
    signals: Sequence[str]
    outside: Sequence[dt.date]
    limited: bool  # whether there are enough points for limits
    split: Chart | None  # small charts, where they are asked for
    shares: Chart
    csat: Chart


def of_page(looked: Looked, address: Address) -> Pictures:
    """Every chart of the page, over weeks or months."""
    monthly, by = looked.chosen.grain == "month", looked.chosen.dimension
    starts = {item.week for item in looked.overall}
    named = {week: max((start for start in starts if start <= week), default=week) for week, _ in looked.events}
    steps = [replace(step, week=max((s for s in starts if s <= step.week), default=step.week)) for step in looked.steps]
    events = [(named[week], text) for week, text in looked.events]
    at = {step.week for step in steps}
    with labels_of(monthly=monthly):
        control, signals, outside, limited = control_of(looked.overall, at, address)
        return Pictures(
            quality=quality_chart(
                linking.stretches(looked.overall, steps),
                address,
                events,
                looked.wanted.get("quality"),
                fair=looked.fair,
            ),
            control=control,
            signals=signals,
            outside=outside,
            limited=limited,
            split=multiples(looked.split, f"By {by.title.lower()}", address, at) if by else None,
            shares=shares_chart(looked.overall, at, looked.wanted, address),
            csat=csat_chart(looked.overall, looked.wanted.get("csat")),
        )


_monthly: ContextVar[bool] = ContextVar("monthly", default=False)


@contextmanager
def labels_of(*, monthly: bool) -> Iterator[None]:
    """Name points by month instead of by week."""
    token = _monthly.set(monthly)
    try:
        yield
    finally:
        _monthly.reset(token)


def label(week: dt.date) -> str:
    """A week or a month on an axis."""
    return f"{week:%b %Y}" if _monthly.get() else week_key(week).split("-")[1]


def control_of(
    weeks: Sequence[Weekly], steps: Collection[dt.date], address: Address
) -> tuple[Chart, list[str], list[dt.date], bool]:
    """Quality against its limits: the chart, what lies outside in words and by week, and whether there are limits."""
    points, said, outside = [], [], []
    found = limits.limited(weeks, steps)
    for each in found:
        low, high, flag = each.low, each.high, each.flag
        if flag:
            outside.append(each.week)
            told = f"({number(low)} to {number(high)})"
            said.append(f"{label(each.week)}: {number(each.figure.estimate)} is {flag} {told}.")
        points.append(
            Point(
                label=label(each.week),
                value=each.figure.estimate,
                n=each.figure.n,
                url=address(each.week, ""),
                flag=flag,
                limits=Limits(low=low, high=high) if low is not None else None,
                apart=each.begins,
            )
        )
    centres = {each.centre for each in found if each.centre is not None}
    one = len(centres) == 1 and not any(each.begins for each in found)
    chart = control_chart(
        points, name="Quality against its limits", numerals=POINTS, center=centres.pop() if one else None
    )
    return chart, said, outside, any(point.limits for point in points)


def point(
    week: dt.date, figure: Figure, url: str | None, *, scale: float = 1.0, steps: Collection[dt.date] = ()
) -> Point:
    interval = figure.interval
    return Point(
        label=label(week),
        value=None if figure.estimate is None else figure.estimate * scale,
        low=interval.low * scale if interval else None,
        high=interval.high * scale if interval else None,
        n=figure.n,
        url=url,
        apart=week in steps,
    )


MOST_NAMED = 3  # stretches with a name of their own in the legend; of more, two lines take turns
LINKED = "Linked to the newer version"


def _as_scored(parts: Sequence[Stretch], address: Address, name: str) -> list[Series]:
    """Quality as scored: one line, or one for each stretch between versions that are not comparable."""
    labels = [item.week for part in parts for item in part.weeks]
    known = {
        item.week: point(item.week, item.quality.figure, address(item.week, ""))
        for part in parts
        for item in part.weeks
    }
    if len(parts) <= 1:
        names = [name for _ in parts]
    elif len(parts) <= MOST_NAMED:
        names = [f"{name}, {part.name}" for part in parts]
    else:
        names = [f"{name}, {'next' if place % 2 else 'one'} version" for place, _ in enumerate(parts)]
    lines: dict[str, set[dt.date]] = {}
    for part, each in zip(parts, names, strict=True):
        lines.setdefault(each, set()).update(item.week for item in part.weeks)
    gap = {week: Point(label=label(week), value=None) for week in labels}
    return [
        Series(name=each, points=tuple((known if week in here else gap)[week] for week in labels))
        for each, here in lines.items()
        if here or len(parts) == 1
    ]


def _linked(parts: Sequence[Stretch]) -> list[Series]:
    """The figures that a kept shift brings to a newer version's scale."""
    if all(part.scale == part.name for part in parts):
        return []
    points = [
        _linked_point(item, figure) if part.scale != part.name else Point(label=label(item.week), value=None)
        for part in parts
        for item, figure in zip(part.weeks, part.linked, strict=True)
    ]
    return [Series(name=LINKED, points=tuple(points))]


def _linked_point(item: Weekly, figure: Estimate) -> Point:
    """A linked figure, cut off where the scale ends."""
    low, high = (figure.interval.low, figure.interval.high) if figure.interval else (None, None)
    value, low, high = (None if each is None else min(max(each, 0.0), 100.0) for each in (figure.estimate, low, high))
    return Point(label=label(item.week), value=value, low=low, high=high, n=figure.n_items)


def quality_chart(
    parts: Sequence[Stretch],
    address: Address,
    events: Sequence[tuple[dt.date, str]],
    target: float | None,
    *,
    fair: bool = False,
) -> Chart:
    """Weekly quality with its band, rubric versions and launches on the axis; ``fair`` adds the fair mean.

    ``parts`` are the weeks in stretches of comparable scores: each is a line of its own, and what kept shifts bring to
    a newer scale is one more.
    """
    series = [*_as_scored(parts, address, "As scored" if fair else "Quality"), *_linked(parts)]
    weeks = [item for part in parts for item in part.weeks]
    if fair:
        series.append(
            Series(name="Fair mean", points=tuple(point(item.week, item.fair.figure, None) for item in weeks))
        )
    return line_chart(
        series,
        name="Weekly quality",
        numerals=POINTS,
        target=target,
        target_text="target",
        bounds=(0, 100),
        events=[Event(at=label(week), text=text) for week, text in events],
    )


def shares_chart(
    weeks: Sequence[Weekly], steps: Collection[dt.date], wanted: Mapping[str, float], address: Address
) -> Chart:
    """Pass rate and critical-error rate of the weeks; no line leads over a step between versions."""

    def line(name: str, share: Callable[[Weekly], Figure]) -> Series:
        return Series(
            name=name,
            points=tuple(
                point(each.week, share(each), address(each.week, ""), scale=100, steps=steps) for each in weeks
            ),
        )

    return line_chart(
        [line("Passed", lambda each: each.passed.figure), line("Critical error", lambda each: each.critical.figure)],
        name="Pass rate and critical-error rate",
        numerals=PERCENT,
        further=[
            (wanted[key], text)
            for key, text in (("passed", "target, passed"), ("critical", "target, critical"))
            if key in wanted
        ],
        bounds=(0, 100),
    )


def csat_chart(weeks: Sequence[Weekly], target: float | None) -> Chart:
    return line_chart(
        [Series(name="Satisfied", points=tuple(point(w.week, w.csat, None, scale=100) for w in weeks))],
        name="Customer satisfaction",
        numerals=PERCENT,
        target=target,
        target_text="target",
        bounds=(0, 100),
    )


def multiples(
    domains: Mapping[str, Sequence[Weekly]], name: str, address: Address, steps: Collection[dt.date]
) -> Chart:
    """One small chart a team or queue, all on one scale; no line leads over a step between versions."""
    series = [
        Series(
            name=domain,
            points=tuple(
                point(item.week, item.quality.figure, address(item.week, domain), steps=steps) for item in weeks
            ),
        )
        for domain, weeks in domains.items()
    ]
    return small_multiples(series, name=name, numerals=POINTS, bounds=(0, 100))
