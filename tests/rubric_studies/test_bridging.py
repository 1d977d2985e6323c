"""Who scores what in a bridge, decided from values alone."""

import random
from collections import Counter

import pytest

from qa.rubric_studies.bridging import FEWEST, counterbalanced, may_be_kept, shift_of


def test_two_people_trade_places_from_part_to_part():
    given = counterbalanced({part: {1, 2} for part in range(12)}, 12, random.Random(1))

    places = Counter((each.under_old, each.under_new) for each in given)
    assert places == {(1, 2): 6, (2, 1): 6}
    assert len({each.part_id for each in given}) == 12


@pytest.mark.parametrize("people", [3, 4, 7])
def test_everybody_scores_as_often_under_either_version(people: int):
    given = counterbalanced({part: set(range(people)) for part in range(40)}, 40, random.Random(people))

    old, new = Counter(each.under_old for each in given), Counter(each.under_new for each in given)
    assert old == new
    assert max(old.values()) - min(old.values()) <= 2


def test_strictness_cancels_where_every_trade_has_its_mirror():
    strictness = {1: -8.0, 2: 3.0, 3: 5.0}
    given = counterbalanced({part: {1, 2, 3} for part in range(20)}, 20, random.Random(5))

    shift = shift_of(
        {each.part_id: (70 + strictness[each.under_old], 74 + strictness[each.under_new]) for each in given}
    )

    assert shift.estimate == pytest.approx(4)


def test_nobody_gets_a_part_that_is_not_theirs_and_a_part_for_one_alone_is_left_out():
    able = {1: {1, 2}, 2: {2, 3}, 3: {3}, 4: set[int]()}

    given = counterbalanced(able, 10, random.Random(0))

    assert {each.part_id for each in given} == {1, 2}
    assert all({each.under_old, each.under_new} <= able[each.part_id] for each in given)
    assert all(each.under_old != each.under_new for each in given)


def test_a_shift_of_few_parts_or_without_spread_is_not_kept():
    few = shift_of({part: (80.0, 78.0 + part) for part in range(FEWEST - 1)})
    alike = shift_of(dict.fromkeys(range(FEWEST), (80.0, 78.0)))
    enough = shift_of({part: (80.0, 76.0 + part % 2) for part in range(FEWEST)})

    assert [may_be_kept(each) for each in (few, alike, enough)] == [False, False, True]
    assert enough.estimate == -3.5
