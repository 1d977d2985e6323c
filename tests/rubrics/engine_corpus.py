"""Rubrics of every rule and reviews of each, the same for ever: what engines are pinned by."""

import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product

from rubrics import Answer, Condition, Critical, Level, RubricVersion, Scale
from rubrics.model import ARITHMETICS, CRITICAL_EFFECTS, METHODS, NA_RULES
from tests.rubrics.builders import criterion, rubric, section, steps

Reviews = list[tuple[dict[str, Answer], str | None]]

FAILS = ("p0",)
CAPPED = Scale(
    kind="levels",
    levels=(
        Level(key="kept", name="Kept", points=Fraction(3)),
        Level(key="late", name="Late", points=Fraction(1), cap=Fraction(60)),
        Level(key="broken", name="Broken", points=Fraction(0), cap=Fraction(45)),
    ),
)


def corpus() -> Iterator[tuple[str, RubricVersion, Reviews]]:
    """Name, rubric and its reviews (answers and channel)."""
    dice = random.Random(20261128)
    for arithmetic, method, na_rule, effect in product(ARITHMETICS, METHODS, NA_RULES, CRITICAL_EFFECTS):
        for scope in ("review", "section"):
            version = replace(
                whole(scope),
                arithmetic=arithmetic,
                method=method,
                na_rule=na_rule,
                critical_effect=effect,
            )
            name = f"{arithmetic} {method} {na_rule} {effect} {scope}"
            yield name, version, [(answers(version, dice), pick(dice, (None, "chat", "email"))) for _ in range(12)]


def whole(scope) -> RubricVersion:
    """One rubric with everything in it."""
    return rubric(
        section(
            "care",
            criterion("privacy", 40, steps(2, 1, 0, failing=FAILS), critical=Critical(scope=scope, fails_at=FAILS)),
            criterion("tone", "12.5", steps(4, 3, 2, 1, 0)),
            criterion("why", 7, condition=Condition(criterion="tone", levels=("p0", "p1"))),
            weight=30,
        ),
        section(
            "solving",
            criterion("answer", "100/3", steps(3, 2, 1, 0)),
            criterion("proof", 20, critical=Critical(scope="section", fails_below=Fraction(50), effect="keep")),
            criterion("promise", 9, CAPPED),
            weight=70,
        ),
        section("live", criterion("pace", 5, steps(1, 0)), weight=20, channels=("chat",)),
        section("extra", criterion("idea", 1), criterion("spark", 2, steps(5, 2, 0)), weight=8, bonus=True),
        pass_mark=Fraction(80),
        cap=Fraction(104),
    )


def answers(version: RubricVersion, dice: random.Random) -> dict[str, Answer]:
    """An answer to most criteria; a few stay open, some are N/A."""
    found = {}
    for item in version.criteria:
        chance = dice.random()
        if chance < 0.05:
            continue
        if chance < 0.25:
            found[item.key] = Answer(not_applicable=True)
        elif item.scale.levels:
            found[item.key] = Answer(level=pick(dice, item.scale.levels).key)
        else:
            found[item.key] = Answer(percentage=Fraction(int(dice.random() * 801), 8))
    return found


def pick(dice, choices):
    """One of them; `random()` alone is promised to give the same numbers on every Python."""
    return choices[int(dice.random() * len(choices))]
