"""The draw: exact chances, fixed sizes, kept quotas, the same sample for the same seed."""

import hashlib
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.sampling.allocation import Cell, Plan
from qa.sampling.draw import (
    UNIT,
    DrawnCell,
    Unit,
    allocate,
    cell_key,
    commitment,
    draw,
    prf,
    replacement,
    rounding,
    systematic,
    walks,
)

SEED = bytes(range(32))
QUOTA = Plan(key="quota", kind="quota_per_specialist", amount=2, where={})
RISKY = Plan(key="risky", kind="risk", amount=6, where={})


def make_frame(sizes: dict[tuple[str, str, int], int], seed: int = 5) -> tuple[list[Cell], list[Unit]]:
    """Cells by (specialist, queue, risk class), and their parts with random numbers."""
    numbers = np.random.default_rng(seed)
    cells, units = [], []
    for (specialist, queue, risk), size in sizes.items():
        key = cell_key(specialist, queue, str(risk))
        attributes = {"queue": queue, "risk_class": str(risk)}
        cells.append(
            Cell(key=key, team=f"team {specialist[-1]}", specialist=specialist, size=size, attributes=attributes)
        )
        for _ in range(size):
            units.append(Unit(part_id=len(units) + 1, cell=key, prn=int(numbers.integers(1 << 52))))
    return cells, units


FRAME = make_frame(
    {
        ("s1", "q1", 0): 12,
        ("s1", "q2", 0): 5,
        ("s1", "q1", 5): 1,
        ("s2", "q1", 0): 1,
        ("s3", "q2", 0): 9,
        ("s3", "q2", 3): 4,
    }
)


def seeds(count: int) -> list[bytes]:
    return [hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(count)]


def test_the_prf_is_the_start_of_a_sha256_that_others_can_compute() -> None:
    # printf of the seed 00..1f, the label, 1f and the cell, through sha256sum.
    assert prf(SEED, "start") == 0xFAB9B456736BC6A2
    assert prf(SEED, "cell", "7|q1|2|0") == 0xDC405FD0E3A80523


def test_the_commitment_is_the_sha256_of_seed_and_plans() -> None:
    assert commitment(SEED, "abc") == "42fd4a8c529fdb402d577c701b291018f0b2c52207f96e2a057483fd349a9868"


def test_a_cell_key_refuses_the_separator() -> None:
    with pytest.raises(ValueError, match="separator"):
        cell_key("7", "billing|refunds")


@given(st.lists(st.integers(0, 12), min_size=1, max_size=12))
def test_over_all_starts_each_count_has_its_exact_mean(quarters: list[int]) -> None:
    # Expected counts in quarters of a part: counts change only at quarter starts, so four starts are all of them.
    expected = [quarter * (UNIT // 4) for quarter in quarters]

    outcomes = [systematic(expected, start * (UNIT // 4)) for start in range(4)]

    means = [Fraction(sum(counts), 4) for counts in zip(*outcomes, strict=True)]
    assert means == [Fraction(quarter, 4) for quarter in quarters]


@given(st.lists(st.integers(0, 3 * UNIT), min_size=1, max_size=20), st.integers(0, UNIT - 1), st.data())
def test_cells_that_stand_together_get_floor_or_ceiling(expected: list[int], start: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(expected) - 1))
    last = data.draw(st.integers(first, len(expected) - 1))

    counts = systematic(expected, start)

    block = sum(expected[first : last + 1])
    assert sum(counts[first : last + 1]) in {block // UNIT, -(-block // UNIT)}


def test_the_same_seed_draws_the_same_sample_whatever_the_order_of_the_rows() -> None:
    cells, units = FRAME

    first = draw(cells, units, [QUOTA, RISKY], SEED)
    second = draw(cells[::-1], units[::-1], [QUOTA, RISKY], SEED)

    assert first == second


def test_every_draw_has_the_same_size_and_keeps_every_quota() -> None:
    cells, units = FRAME

    for seed in seeds(100):
        result = draw(cells, units, [QUOTA, RISKY], seed)

        by_specialist = Counter(part.cell.split("|")[0] for part in result.parts)
        assert result.size == allocate(cells, [QUOTA, RISKY]).size
        assert by_specialist["s1"] >= 2
        assert by_specialist["s2"] == 1
        assert by_specialist["s3"] >= 2
        assert len({part.part_id for part in result.parts}) == result.size


def test_parts_are_drawn_as_often_as_their_stated_chance_says() -> None:
    cells, units = FRAME
    plans = [QUOTA, RISKY]
    repeats = 3000
    allocation = allocate(cells, plans)
    chance = {cell.key: allocation.inclusion_probability(place) for place, cell in enumerate(cells)}
    ring = {
        cell.key: [unit.part_id for unit in sorted(units, key=lambda u: u.prn) if unit.cell == cell.key]
        for cell in cells
    }
    counts: Counter[int] = Counter()

    for seed in seeds(repeats):
        for walk in walks(allocation, rounding(allocation, seed), seed):
            counts.update(ring[walk.cell][(walk.start + step) % walk.size] for step in range(walk.drawn))

    z = np.array(
        [
            (counts[unit.part_id] - repeats * pi) / (repeats * pi * (1 - pi)) ** 0.5
            for unit in units
            if (pi := chance[unit.cell]) < 1
        ]
    )
    assert np.abs(z).max() < 4  # 31 parts: beyond 4 once in 500 sets of seeds


def test_the_weights_of_a_sample_add_up_to_the_frame_on_average() -> None:
    cells, units = FRAME

    totals = [sum(1 / p.inclusion_probability for p in draw(cells, units, [RISKY], s).parts) for s in seeds(400)]

    error = np.std(totals, ddof=1) / 20
    assert abs(np.mean(totals) - len(units)) < 4 * error


def test_a_drawn_part_tells_its_chance_cell_and_plans() -> None:
    cells, units = make_frame({("s1", "q1", 0): 8, ("s1", "q1", 5): 1})
    census = Plan(key="census", kind="census", where={"risk_class": ("5",)})

    result = draw(cells, units, [QUOTA, census], SEED)

    rare = next(part for part in result.parts if part.cell == "s1|q1|5")
    assert (rare.part_id, rare.inclusion_probability, rare.cell_drawn, rare.cell_size) == (9, 1.0, 1, 1)
    assert rare.plans == ("quota", "census")
    assert {part.plans for part in result.parts if part is not rare} == {("quota",)}


def test_a_walk_past_the_end_goes_on_at_the_front() -> None:
    cells, units = make_frame({("s1", "q1", 0): 5})
    plan = Plan(key="most", kind="simple", amount=4, where={})
    ring = [unit.part_id for unit in sorted(units, key=lambda unit: unit.prn)]

    result = draw(cells, units, [plan], SEED)

    start = prf(SEED, "ring", "s1|q1|0") % 5
    assert [part.part_id for part in result.parts] == [ring[(start + step) % 5] for step in range(4)]


def test_equal_random_numbers_are_told_apart_by_id() -> None:
    cells = [Cell(key="a", team="t", specialist="s", size=3, attributes={})]
    units = [Unit(part_id=part_id, cell="a", prn=7) for part_id in (3, 1, 2)]

    result = draw(cells, units, [Plan(key="all", kind="census", where={})], SEED)

    start = prf(SEED, "ring", "a") % 3
    assert [part.part_id for part in result.parts] == [[1, 2, 3][(start + step) % 3] for step in range(3)]


@pytest.mark.parametrize(
    ("units", "match"),
    [
        pytest.param([Unit(part_id=1, cell="b", prn=1)], "unknown cell", id="unknown cell"),
        pytest.param([Unit(part_id=1, cell="a", prn=1 << 52)], "52 bits", id="number too large"),
        pytest.param([], "says 1 parts and holds 0", id="part missing"),
    ],
)
def test_a_frame_that_contradicts_its_cells_is_refused(units: list[Unit], match: str) -> None:
    cells = [Cell(key="a", team="t", specialist="s", size=1, attributes={})]

    with pytest.raises(ValueError, match=match):
        draw(cells, units, [QUOTA], SEED)


def test_a_short_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        draw(*FRAME, [QUOTA], b"short")


def test_two_plans_of_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        allocate(FRAME[0], [QUOTA, QUOTA])


def test_an_empty_frame_draws_nothing() -> None:
    assert draw([], [], [QUOTA], SEED).size == 0


CELL = DrawnCell(key="a", team="t", specialist="s", size=4, fingerprint=100, expected=2 * UNIT, drawn=2, start=3)
RING = [Unit(part_id=part_id, cell="a", prn=10 * part_id) for part_id in (1, 2, 3, 4)]


def test_the_next_of_the_walk_stands_in_for_a_part_that_was_never_in_the_population() -> None:
    # The walk from rank 3 is 4, 1, 2, 3: it took 4 and 1. Without 4 it takes 1 and 2, each of 3 with chance 2/3.
    stand_in = replacement(CELL, RING, {4})

    assert (stand_in.part_ids, stand_in.cell_size) == ((1, 2), 3)
    assert stand_in.inclusion_probability == pytest.approx(2 / 3)


def test_a_cell_that_is_used_up_gives_what_it_has() -> None:
    stand_in = replacement(CELL, RING, {1, 2, 3})

    assert (stand_in.part_ids, stand_in.cell_size, stand_in.inclusion_probability) == ((4,), 1, 1.0)


def test_a_part_of_another_cell_cannot_be_replaced() -> None:
    with pytest.raises(ValueError, match="part 9"):
        replacement(CELL, RING, {9})
