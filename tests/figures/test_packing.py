"""Packs of sums hold what was added to their cells, in one order, and nothing of what counts no more."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.figures import packing

WIDTH, COUNTS = 3, [0]
CELLS = st.tuples(st.sampled_from(["", "billing", "payouts", "Zölle"]), st.integers(0, 5))
ADDED = st.dictionaries(CELLS, st.tuples(*[st.integers(-3, 3).map(float)] * WIDTH), max_size=6)


@given(st.lists(ADDED, max_size=8))
def test_a_pack_holds_the_sum_of_what_was_added(steps: list[dict[tuple[str, int], tuple[float, ...]]]) -> None:
    pack, told = None, {}
    for more in steps:
        pack = packing.added(pack, more, WIDTH, COUNTS)
        for cell, values in more.items():
            told[cell] = [a + b for a, b in zip(told.get(cell, [0.0] * WIDTH), values, strict=True)]
        told = {cell: values for cell, values in told.items() if values[0]}

        assert packing.unpacked(*pack, WIDTH) == told
        assert [tuple(cell) for cell in json.loads(pack[0])] == sorted(told)


def test_the_order_in_which_cells_come_leaves_no_trace() -> None:
    one, other = {("b", 1): [1.0, 2.0, 3.0]}, {("a", 2): [4.0, 5.0, 6.0]}

    there = packing.added(packing.added(None, one, WIDTH, COUNTS), other, WIDTH, COUNTS)
    back = packing.added(packing.added(None, other, WIDTH, COUNTS), one, WIDTH, COUNTS)

    assert there == back == packing.packed({**one, **other})
    assert there[0] == '[["a",2],["b",1]]'


def test_rounding_goes_with_the_last_review_of_a_cell() -> None:
    kept = packing.packed({("a", 1): [1.0, 0.1 + 0.2, 0.0], ("b", 1): [1.0, 1.0, 1.0]})

    left = packing.added(kept, {("a", 1): [-1.0, -0.3, 0.0]}, WIDTH, COUNTS)
    empty = packing.added(left, {("b", 1): [-1.0, -1.0, -1.0]}, WIDTH, COUNTS)

    assert packing.unpacked(*left, WIDTH) == {("b", 1): [1.0, 1.0, 1.0]}
    assert empty == (packing.NO_CELLS, b"")


def test_sums_that_do_not_fit_their_cells_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        packing.unpacked('[["a",1],["b",1]]', packing.packed({("a", 1): [1.0, 2.0, 3.0]})[1], WIDTH)
