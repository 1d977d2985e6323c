"""One chart of each kind with the hard cases: gaps, few reviews, flags at the edge, long names, crowded events."""

import datetime as dt
from math import sin
from types import SimpleNamespace

from qa.core.charts import (
    Chart,
    Dot,
    DotRow,
    Event,
    Limits,
    Numerals,
    Point,
    Row,
    Series,
    StackedRow,
    bar_chart,
    control_chart,
    dot_plot,
    interval_plot,
    line_chart,
    small_multiples,
    sparkline,
    stacked_bars,
)

PERCENT = Numerals(unit=" %")
SIGNED = Numerals(signed=True)
FIRST = dt.date(2026, 5, 25)
WEEKS = [f"{day.day} {day:%b}" for day in (FIRST + dt.timedelta(weeks=week) for week in range(26))]
EVENTS = (
    Event(at=WEEKS[9], text="Live gifts launch"),
    Event(at=WEEKS[11], text="SOP: identity"),
    Event(at=WEEKS[19], text="rubric 2.0"),
)


def quality(start: float, slope: float, *, half: float = 1.6, few: tuple[int, ...] = ()) -> tuple[Point, ...]:
    points = []
    for week, label in enumerate(WEEKS):
        value = start + slope * week + 1.2 * sin(week * 1.7) + 0.7 * sin(week * 3.1)
        wide = half * (3.2 if week in few else 1)
        n = 3 if week in few else 170 + week * 3
        points.append(
            Point(
                label=label, value=value, low=value - wide, high=min(value + wide, 100), n=n, url=f"/reviews?w={week}"
            )
        )
    return tuple(points)


def gap(points: tuple[Point, ...], *missing: int) -> tuple[Point, ...]:
    return tuple(Point(label=p.label, value=None, n=0) if i in missing else p for i, p in enumerate(points))


def line() -> Chart:
    points = gap(quality(81, 0.26, few=(13,)), 6)
    return line_chart(
        [Series(name="All teams", points=points)],
        name="Quality by week",
        target=88,
        bounds=(0, 100),
        events=EVENTS,
    )


def two_lines() -> Chart:
    return line_chart(
        [
            Series(name="Policy and appeals", points=quality(84, 0.18, few=(22,))),
            Series(name="Payouts", points=quality(90, -0.12)),
        ],
        name="Quality of two queues",
        target=80,
        bounds=(0, 100),
    )


def many_lines() -> Chart:
    names = ("Appeals North", "Appeals South", "Payouts", "Live gifts", "Account access")
    series = [Series(name=name, points=quality(80 + 3 * i, 0.05 * i)[-8:]) for i, name in enumerate(names)]
    return line_chart(series, name="Five queues", bounds=(0, 100))


def control() -> Chart:
    points = []
    for week, label in enumerate(WEEKS):
        value = 4.8 + 1.9 * sin(week * 1.9) + (9.4 if week == 19 else 0) + (0.4 if week > 21 else 0)
        high = 9.2 + 0.5 * sin(week * 2.3)
        points.append(
            Point(
                label=label,
                value=max(value, 0),
                low=max(value - 2, 0),
                high=value + 2.4,
                n=160 + 4 * week,
                url=f"/w/{week}",
                limits=Limits(low=max(0.4 * sin(week), 0), high=high),
                flag="above the limit" if value > high else None,
            )
        )
    return control_chart(
        points,
        name="Critical errors",
        numerals=PERCENT,
        center=4.8,
        bounds=(0, 100),
        events=(Event(at=WEEKS[19], text="policy change"),),
    )


def control_at_the_edge() -> Chart:
    values = (0.4, 0.1, -0.3, 0.2, 0.6, -0.2, 4.4, 5.1, 6.0)
    points = [
        Point(
            label=f"W{30 + i}",
            value=value,
            low=value - 2,
            high=value + 2,
            n=24,
            limits=Limits(low=-3, high=3),
            flag="stricter" if value > 3 else None,
        )
        for i, value in enumerate(values)
    ]
    return control_chart(points, name="Severity of one reviewer", numerals=SIGNED, center=0, center_text="others")


def reviewers() -> Chart:
    names = (
        "A. Okafor",
        "B. Lindqvist",
        "C. Duarte",
        "D. Nakamura-Featherstonehaugh",
        "E. Haddad",
        "F. Novak",
        "G. Mensah",
    )
    middle = (-0.8, 0.5, 4.0, -1.1, 0.8, -2.6, None)
    half = (1.6, 1.7, 1.9, 1.7, 5.4, 1.9, 0)
    n = (48, 51, 44, 39, 4, 46, 0)
    rows = [
        Row(
            label=name,
            value=value,
            low=None if value is None else value - wide,
            high=None if value is None else value + wide,
            n=count,
            url=f"/reviewers/{name[0]}",
            flag={"C": "more lenient", "F": "stricter"}.get(name[0]),
        )
        for name, value, wide, count in zip(names, middle, half, n, strict=True)
    ]
    return interval_plot(
        rows,
        name="Reviewers against the others",
        axis="Reviewer",
        numerals=SIGNED,
        reference=0,
        reference_text="the others",
        tolerance=(-1.5, 1.5),
    )


def session() -> Chart:
    people = ("Rita", "Marc", "Sofia", "Tom", "Yuki")
    given = {
        "Finds the real issue": ((2, 2, 2, 2, 2), 2),
        "Correct policy applied": ((0, 2, 1, 1, 1), 1),
        "Tone and empathy": ((1, 1, 2, 2, 1), 2),
        "Next step and deadline": ((0, None, 0, 2, 0), 0),
    }
    rows = [
        DotRow(
            label=criterion,
            dots=tuple(Dot(label=who, value=value, url="/a") for who, value in zip(people, values, strict=True)),
            reference=agreed,
            url="/c",
        )
        for criterion, (values, agreed) in given.items()
    ]
    return dot_plot(rows, name="What each gave", axis="Criterion", ticks=((0, "Missed"), (1, "Partly"), (2, "Met")))


def causes() -> Chart:
    named = (
        ("Wrong policy applied", 31.2, 24.0, 39.5, 130),
        ("Answer incomplete", 22.1, 15.9, 29.9, 130),
        ("No next step or deadline given to the creator", 12.5, 7.9, 19.2, 130),
        ("Identity not verified", 25.0, 4.6, 69.9, 4),
    )
    rows = [Row(label=a, value=v, low=lo, high=hi, n=n, url="/r") for a, v, lo, hi, n in named]
    return bar_chart(
        rows, name="Root causes", axis="Cause", numerals=PERCENT, reference=20, reference_text="all teams 20 %"
    )


def levels() -> Chart:
    rows = [
        StackedRow(label="Finds the real issue", counts=(88, 30, 9), url="/c/1"),
        StackedRow(label="Correct policy applied", counts=(60, 41, 26), url="/c/2"),
        StackedRow(label="Identity verified", counts=(2, 0, 1)),
        StackedRow(label="Grammar and format", counts=(0, 0, 0)),
    ]
    return stacked_bars(rows, parts=("Met", "Partly", "Missed"), name="Levels given", axis="Criterion")


def teams() -> Chart:
    names = ("Appeals North", "Appeals South", "Payouts", "Live gifts", "Music rights", "Account access")
    series = [
        Series(name=name, points=quality(80 + 1.5 * i, 0.2 - 0.06 * i, half=3, few=(25,) if i == 3 else ()), url="/t")
        for i, name in enumerate(names)
    ]
    return small_multiples(series, name="Teams", bounds=(0, 100), target=80)


def trend_cell() -> Chart:
    return sparkline(quality(84, 0.2)[-12:], name="Last 12 weeks")


def empty() -> Chart:
    return line_chart(
        [Series(name="All teams", points=tuple(Point(label=week, value=None) for week in WEEKS[:4]))],
        name="A queue that opened today",
    )


def sample_charts() -> list[SimpleNamespace]:
    drawn = (
        ("Quality", line(), "Band: 95 % interval of the design-weighted mean. Hollow: fewer than five reviews."),
        ("Critical errors, p-chart", control(), "Limits: 3 sigma, as wide as the week's n asks for."),
        ("Quality by queue", two_lines(), None),
        ("Five queues, eight weeks", many_lines(), None),
        ("Severity of a reviewer", control_at_the_edge(), None),
        ("Reviewers", reviewers(), "Points above or below the others; shaded: tolerance."),
        ("Session of 9 Nov", session(), None),
        ("Root causes", causes(), "Share of failing answers."),
        ("Levels given", levels(), None),
        ("Opened today", empty(), None),
        ("Teams", teams(), None),
        ("In a table's cell", trend_cell(), None),
    )
    return [SimpleNamespace(title=title, chart=chart, note=note) for title, chart, note in drawn]
