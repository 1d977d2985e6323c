"""Who scores what: constraints hold, loads are fair, and what is left is proven to have nobody."""

import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.sampling.assigning import (
    ALL_FULL,
    EXPOSURE,
    NOBODY,
    SCORED_BY_ALL,
    Load,
    Outcome,
    Shortage,
    Task,
    assign,
    double_sample,
)


@dataclass(frozen=True)
class Reviewer:
    name: str
    team: str
    languages: str = "en"


@dataclass(frozen=True)
class Part:
    number: int
    team: str = "x"
    language: str = "en"


def why_not(reviewer: Reviewer, part: Part) -> str | None:
    if reviewer.team == part.team:
        return "own team"
    return None if part.language in reviewer.languages.split() else "language"


def load(key: int, capacity: int = 10, *, team: str = "qa", languages: str = "en", **more: int) -> Load[Reviewer]:
    reviewer = Reviewer(name=f"reviewer {key}", team=team, languages=languages)
    return Load(key=key, reviewer=reviewer, capacity=capacity, load=more.pop("load", 0), **more)


def task(
    part: Part,
    *,
    excluded: Iterable[int] = (),
    avoid: Iterable[int] = (),
    harmful: bool = False,
    severe: bool = False,
) -> Task[Part]:
    return Task(
        part=part,
        kind=(part.team, part.language, str(harmful), str(severe)),
        excluded=frozenset(excluded),
        avoid=frozenset(avoid),
        harmful=harmful or severe,
        severe=severe,
    )


def rng() -> np.random.Generator:
    return np.random.default_rng(8)


def given_to(outcome: Outcome[Part]) -> dict[int, int]:
    return {part.number: key for part, key in outcome.given}


def test_nobody_gets_a_part_they_may_not_score() -> None:
    loads = [load(1, team="a"), load(2, team="b", languages="en fr"), load(3, team="c")]
    parts = [Part(1, "a"), Part(2, "b", "fr"), Part(3, "a", "fr"), Part(4, "b")]

    outcome = assign([task(part) for part in parts], loads, why_not, rng())

    told = given_to(outcome)
    assert told[3] == 2
    assert told[1] in {2, 3}
    assert told[4] in {1, 3}
    assert outcome.left == ((parts[1], "language"),)
    assert outcome.shortages == (Shortage(kind=("b", "fr", "False", "False"), reason="language", count=1),)


def test_load_is_shared_in_proportion_to_capacity() -> None:
    loads = [load(1, 10), load(2, 20), load(3, 30)]

    outcome = assign([task(Part(number)) for number in range(30)], loads, why_not, rng())

    assert outcome.loads == {1: 5, 2: 10, 3: 15}


def test_who_carries_much_already_gets_less() -> None:
    loads = [load(1, 10, load=6), load(2, 10)]

    outcome = assign([task(Part(number)) for number in range(6)], loads, why_not, rng())

    assert outcome.loads == {1: 6, 2: 6}


def test_nobody_without_capacity_gets_anything() -> None:
    outcome = assign([task(Part(1))], [load(1, 0)], why_not, rng())

    assert outcome.left == ((Part(1), NOBODY),)


def test_who_scored_a_part_does_not_get_it_again() -> None:
    outcome = assign([task(Part(1), excluded={1}), task(Part(2), excluded={1, 2})], [load(1), load(2)], why_not, rng())

    assert given_to(outcome) == {1: 2}
    assert outcome.left == ((Part(2), SCORED_BY_ALL),)


def test_load_beyond_the_capacity_is_allowed_unless_it_is_not() -> None:
    tasks = [task(Part(number)) for number in range(5)]

    open_end = assign(tasks, [load(1, 3)], why_not, rng())
    strict = assign(tasks, [load(1, 3)], why_not, rng(), beyond_capacity=False)

    assert (len(open_end.given), len(open_end.left)) == (5, 0)
    assert len(strict.given) == 3
    assert {reason for _, reason in strict.left} == {ALL_FULL}


def test_harmful_content_keeps_to_the_exposure_budget() -> None:
    loads = [load(1, harmful=1, harmful_limit=2), load(2, harmful_limit=2)]

    outcome = assign([task(Part(number), harmful=True) for number in range(5)], loads, why_not, rng())

    assert Counter(key for _, key in outcome.given) == {1: 1, 2: 2}
    assert {reason for _, reason in outcome.left} == {EXPOSURE}
    assert [entry.harmful for entry in loads] == [2, 2]


def test_the_worst_content_has_a_budget_of_its_own_within_the_other() -> None:
    loads = [load(1, harmful_limit=3, severe_limit=1), load(2, harmful_limit=1, severe_limit=4)]
    tasks = [task(Part(number), severe=True) for number in range(4)] + [task(Part(9), harmful=True)]

    outcome = assign(tasks, loads, why_not, rng())

    assert sum(number < 9 for number in given_to(outcome)) == 2
    assert given_to(outcome)[9] == 1
    assert [(entry.harmful, entry.severe) for entry in loads] == [(2, 1), (1, 1)]
    assert {reason for _, reason in outcome.left} == {EXPOSURE}


def test_harmful_content_goes_round_whoever_has_met_least_of_it_comes_first() -> None:
    met_much = load(1, 40, harmful=8, harmful_limit=10)
    met_little = load(2, 40, load=10, harmful=1, harmful_limit=10)

    outcome = assign([task(Part(1), harmful=True), task(Part(2))], [met_much, met_little], why_not, rng())

    assert given_to(outcome) == {1: 2, 2: 1}


def test_a_specialist_rotates_among_reviewers() -> None:
    outcome = assign([task(Part(1), avoid={1})], [load(1, 100), load(2, 100, load=5)], why_not, rng())

    assert given_to(outcome) == {1: 2}


def test_rotation_gives_way_to_a_large_difference_in_load() -> None:
    outcome = assign([task(Part(1), avoid={1})], [load(1, 100), load(2, 100, load=50)], why_not, rng())

    assert given_to(outcome) == {1: 1}


def test_a_swap_makes_room_for_a_part_that_only_one_may_score() -> None:
    # Whoever comes first may take the only place of the one reviewer that the other part needs.
    loads = [load(1, 1), load(2, 1)]
    tasks = [task(Part(1)), task(Part(2), excluded={1})]

    for seed in range(20):
        fresh = [load(entry.key, entry.capacity) for entry in loads]
        outcome = assign(tasks, fresh, why_not, np.random.default_rng(seed), beyond_capacity=False)

        assert given_to(outcome) == {1: 1, 2: 2}


def test_a_swap_frees_an_exposure_budget() -> None:
    tasks = [task(Part(1), harmful=True), task(Part(2), harmful=True, excluded={1})]

    for seed in range(20):
        loads = [load(1, harmful_limit=1), load(2, harmful_limit=1)]
        outcome = assign(tasks, loads, why_not, np.random.default_rng(seed))

        assert given_to(outcome) == {1: 1, 2: 2}


def test_the_same_lots_give_the_same_assignment() -> None:
    tasks = [task(Part(number)) for number in range(40)]

    outcomes = [assign(tasks, [load(key, 7) for key in range(5)], why_not, rng()) for _ in range(2)]

    assert outcomes[0] == outcomes[1]


@st.composite
def small_cases(draw: st.DrawFn) -> tuple[list[Task[Part]], list[tuple[int, int, int]]]:
    limits = st.integers(0, 2)
    people = draw(st.lists(st.tuples(limits, limits, limits), min_size=1, max_size=3))
    rows = draw(
        st.lists(st.tuples(st.integers(0, 2), st.sets(st.integers(0, len(people) - 1))), min_size=1, max_size=6)
    )
    tasks = [
        task(Part(number), harmful=harm == 1, severe=harm == 2, excluded=out) for number, (harm, out) in enumerate(rows)
    ]
    return tasks, people


@given(small_cases(), st.integers(0, 1000))
def test_as_many_parts_find_a_reviewer_as_any_way_could_give(
    case: tuple[list[Task[Part]], list[tuple[int, int, int]]], seed: int
) -> None:
    tasks, people = case
    loads = [
        load(key, capacity, harmful_limit=limit, severe_limit=severe)
        for key, (capacity, limit, severe) in enumerate(people)
    ]

    outcome = assign(tasks, loads, why_not, np.random.default_rng(seed), beyond_capacity=False)

    def allowed(choice: tuple[int | None, ...]) -> bool:
        taken = Counter(key for key in choice if key is not None)
        harmful = Counter(key for key, one in zip(choice, tasks, strict=True) if key is not None and one.harmful)
        severe = Counter(key for key, one in zip(choice, tasks, strict=True) if key is not None and one.severe)
        return (
            all(key not in one.excluded for key, one in zip(choice, tasks, strict=True))
            and all(taken[key] <= people[key][0] for key in taken)
            and all(harmful[key] <= people[key][1] for key in harmful)
            and all(severe[key] <= people[key][2] for key in severe)
        )

    options: list[int | None] = [None, *range(len(people))]
    best = max(
        sum(key is not None for key in choice)
        for choice in itertools.product(options, repeat=len(tasks))
        if allowed(choice)
    )
    told = given_to(outcome)
    assert allowed(tuple(told.get(number) for number in range(len(tasks))))
    assert len(outcome.given) == best
    assert len(outcome.given) + len(outcome.left) == len(tasks)
    assert outcome.loads == {key: sum(who == key for who in told.values()) for key in range(len(people))}


def test_the_second_scores_are_a_simple_random_sample_of_known_chance() -> None:
    counts: Counter[int] = Counter()

    for seed in range(2000):
        chosen, chance = double_sample(10, 0.25, np.random.default_rng(seed))
        counts.update(chosen)

    # ceil(2.5) of 10: each 600 of 2,000 times, sd 20.5.
    assert (len(chosen), chance) == (3, 0.3)
    assert all(abs(counts[place] - 600) < 4.5 * 20.5 for place in range(10))


@pytest.mark.parametrize(("size", "share", "expected"), [(0, 0.5, 0), (5, 0.0, 0), (5, 1.0, 5)])
def test_no_or_all_second_scores_are_possible(size: int, share: float, expected: int) -> None:
    chosen, chance = double_sample(size, share, rng())

    assert len(chosen) == expected
    assert chance == (1.0 if expected else 0.0)


def test_a_share_outside_0_to_1_is_refused() -> None:
    with pytest.raises(ValueError, match="share"):
        double_sample(5, 1.5, rng())
