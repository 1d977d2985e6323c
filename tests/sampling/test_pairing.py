"""Second scores: pairs that connect everybody, and what a weak or broken graph means in words."""

from collections import Counter

import numpy as np
import pytest

from qa.sampling.assigning import Load, Task
from qa.sampling.pairing import assign_doubles, bridges, connection, double_pairs, language_groups, pair_of


def rng(seed: int = 4) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_every_reviewer_meets_up_to_six_others_and_all_are_connected() -> None:
    pairs = double_pairs([range(200)], rng())

    met = Counter(key for pair in pairs for key in pair)
    found = connection(range(200), dict.fromkeys(pairs, 1))
    assert max(met.values()) == 6
    assert min(met.values()) >= 4
    assert found.connected
    assert found.lambda2 is not None
    assert found.lambda2 > 1.3  # the design measured 1.63; random 6-regular graphs tend to 6 - 2 sqrt 5 = 1.53


def test_a_group_of_two_is_one_pair_and_one_alone_is_none() -> None:
    assert double_pairs([[7, 3], [5]], rng()) == {(3, 7)}


def test_the_same_lots_give_the_same_pairs() -> None:
    assert double_pairs([range(30)], rng()) == double_pairs([range(30)], rng())


def test_who_speaks_two_languages_bridges_two_groups() -> None:
    groups = language_groups({1: frozenset({"en"}), 2: frozenset({"en", "fr"}), 3: frozenset({"fr"})})

    pairs = double_pairs(groups, rng())

    assert groups == [[1, 2], [2, 3]]
    assert pairs == {(1, 2), (2, 3)}


def test_who_has_no_language_noted_speaks_all() -> None:
    assert language_groups({1: frozenset(), 2: frozenset({"fr"})}) == [[1, 2]]
    assert language_groups({1: frozenset(), 2: frozenset()}) == [[1, 2]]
    assert language_groups({}) == [[]]


@pytest.mark.parametrize(
    ("doubles", "lambda2"),
    [
        # Fiedler (1973): a path of n has 2 (1 - cos(pi / n)), a cycle 2 (1 - cos(2 pi / n)), a complete graph n.
        pytest.param({(0, 1): 1, (1, 2): 1, (2, 3): 1}, 2 * (1 - np.cos(np.pi / 4)), id="path"),
        pytest.param({(0, 1): 1, (1, 2): 1, (2, 3): 1, (0, 3): 1}, 2.0, id="cycle"),
        pytest.param({(a, b): 1 for a in range(4) for b in range(a)}, 4.0, id="complete"),
        pytest.param({(0, 1): 3, (1, 2): 3, (2, 3): 3, (0, 3): 3}, 6.0, id="three parts each"),
        pytest.param({(0, 1): 5, (2, 3): 5}, 0.0, id="two halves"),
    ],
)
def test_connectivity_is_fiedlers(doubles: dict[tuple[int, int], int], lambda2: float) -> None:
    assert connection(range(4), doubles).lambda2 == pytest.approx(lambda2, abs=1e-12)


NAMES = {1: "Rita", 2: "Rob", 3: "Rui", 4: "Rosa", 5: "Ravi"}


def test_one_reviewer_apart_is_named() -> None:
    found = connection([1, 2, 3], {(1, 2): 4})

    assert (found.connected, found.alone) == (False, (3,))
    assert found.words(NAMES) == [
        "Rui shares no doubly scored part with anybody: strictness there cannot be told from the queue."
    ]


def test_groups_that_never_meet_are_named() -> None:
    found = connection([1, 2, 3, 4], {(1, 2): 4, (3, 4): 1})

    assert found.components == ((1, 2), (3, 4))
    assert found.words(NAMES) == ["Strictness cannot be compared between 2 groups: Rita, Rob; Rui, Rosa."]


def test_a_thin_graph_says_that_it_is_weak() -> None:
    # A path of five: 2 (1 - cos 36 degrees) = .38.
    found = connection(range(1, 6), {(1, 2): 1, (2, 3): 1, (3, 4): 1, (4, 5): 1})

    assert found.words(NAMES) == [
        "All 5 reviewers are only weakly connected; some differences in strictness stay vague."
    ]


def test_a_firm_graph_says_so() -> None:
    assert connection([1, 2], {(1, 2): 3}).words(NAMES) == ["All 2 reviewers are well connected."]


def test_one_reviewer_has_nobody_to_compare_with() -> None:
    found = connection([1], {})

    assert (found.connected, found.lambda2) == (False, None)
    assert found.words(NAMES) == ["There are fewer than two reviewers: nobody to compare with."]


@pytest.mark.parametrize(
    ("doubles", "match"),
    [({(1, 9): 1}, "1 and 9"), ({(1, 1): 1}, "1 and 1"), ({(1, 2): -1}, "not negative")],
)
def test_a_pair_without_sense_is_refused(doubles: dict[tuple[int, int], int], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        connection([1, 2], doubles)


def test_the_cheapest_bridge_takes_those_who_carry_least() -> None:
    found = connection([1, 2, 3, 4], {(1, 2): 4, (3, 4): 4})
    languages = {1: frozenset({"en"}), 2: frozenset({"en"}), 3: frozenset({"en", "fr"}), 4: frozenset({"fr"})}

    chosen, apart = bridges(found, languages, {1: 0.9, 2: 0.1, 3: 0.5, 4: 0.0})

    assert [(bridge.first, bridge.second, bridge.language) for bridge in chosen] == [(2, 3, "en")]
    assert apart == []


def test_a_group_that_shares_no_language_stays_apart() -> None:
    found = connection([1, 2, 3], {(1, 2): 4})
    languages = {1: frozenset({"en"}), 2: frozenset({"en"}), 3: frozenset({"pt"})}

    chosen, apart = bridges(found, languages, {1: 0.0, 2: 0.0, 3: 0.0})

    assert (chosen, apart) == ([], [(3,)])


def test_reviewers_without_noted_languages_can_bridge_anything() -> None:
    found = connection([1, 2], {})

    chosen, _ = bridges(found, {1: frozenset(), 2: frozenset()}, {1: 0.0, 2: 0.0})

    assert [(bridge.first, bridge.second, bridge.language) for bridge in chosen] == [(1, 2, None)]


def loads(*keys: int, capacity: int = 50, limit: int | None = None) -> list[Load[int]]:
    return [Load(key=key, reviewer=key, capacity=capacity, load=0, harmful_limit=limit) for key in keys]


def anybody(reviewer: int, part: int) -> str | None:
    return None


def tasks(count: int, **more: bool) -> list[Task[int]]:
    return [Task(part=number, kind=("all",), **more) for number in range(count)]


def test_second_scores_follow_the_planned_pairs_evenly() -> None:
    scorers = [1, 2, 3, 4] * 6
    pairs = frozenset({(1, 2), (2, 3), (3, 4), (1, 4)})

    outcome = assign_doubles(tasks(24), scorers, loads(1, 2, 3, 4), anybody, pairs, rng())

    used = Counter(pair_of(scorers[part], key) for part, key in outcome.given)
    assert set(used) == pairs
    assert max(used.values()) - min(used.values()) <= 1
    assert outcome.left == ()


def test_nobody_scores_their_own_part_twice() -> None:
    outcome = assign_doubles(tasks(1), [1], loads(1), anybody, frozenset(), rng())

    assert (outcome.given, len(outcome.left)) == ((), 1)


def test_where_no_partner_may_anybody_able_does() -> None:
    def not_two(reviewer: int, part: int) -> str | None:
        return "language" if reviewer == 2 else None

    outcome = assign_doubles(tasks(1), [1], loads(1, 2, 3), not_two, frozenset({(1, 2)}), rng())

    assert outcome.given == ((0, 3),)


def test_a_full_partner_is_passed_over() -> None:
    outcome = assign_doubles(
        tasks(2), [1, 1], loads(1, 2, 3, capacity=1), anybody, frozenset({(1, 2)}), rng(), beyond_capacity=False
    )

    assert sorted(key for _, key in outcome.given) == [2, 3]


def test_second_scores_of_harmful_content_keep_to_the_budget() -> None:
    outcome = assign_doubles(
        tasks(3, harmful=True), [1, 1, 1], loads(1, 2, limit=2), anybody, frozenset({(1, 2)}), rng()
    )

    assert (len(outcome.given), len(outcome.left)) == (2, 1)


def test_a_first_reviewer_for_each_part_is_asked_for() -> None:
    with pytest.raises(ValueError, match="first reviewer"):
        assign_doubles(tasks(2), [1], loads(1), anybody, frozenset(), rng())
