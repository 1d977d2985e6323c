"""Small rubric versions for tests, said in as few words as the rule under test needs."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from rubrics import Answer, Criterion, Level, RubricVersion, Scale, Section

Number = int | float | str | Fraction


def exact(value: Number) -> Fraction:
    return Fraction(str(value))


def steps(*points: Number, failing: Iterable[str] = (), **flags: Any) -> Scale:
    """A scale whose levels are named p3, p2, ... after their points, best first."""
    levels = tuple(
        Level(key=f"p{n}".replace("/", "_").replace(".", "_"), name=f"Level {n}", points=exact(n), **flags)
        for n in points
    )
    levels = tuple(
        Level(key=one.key, name=one.name, points=one.points, failing=one.key in set(failing), **flags) for one in levels
    )
    return Scale(kind="binary" if len(points) == 2 else "levels", levels=levels)


PERCENT = Scale(kind="percentage")


def criterion(key: str, weight: Number = 1, scale: Scale = PERCENT, **more: Any) -> Criterion:
    return Criterion(
        key=key,
        name=key.capitalize(),
        question=f"How was {key}?",
        weight=exact(weight),
        scale=scale,
        **{"na_allowed": True, **more},
    )


def section(key: str, *criteria: Criterion, weight: Number = 1, **more: Any) -> Section:
    return Section(key=key, name=key.capitalize(), weight=exact(weight), criteria=criteria, **more)


def rubric(*sections: Section, **more: Any) -> RubricVersion:
    return RubricVersion(key="trial", name="Trial", major=1, minor=0, sections=sections, **more)


def percent(value: Number | None) -> Answer:
    """N/A for None, else that percentage."""
    return Answer(not_applicable=True) if value is None else Answer(percentage=exact(value))


def level(key: str) -> Answer:
    return Answer(level=key)
