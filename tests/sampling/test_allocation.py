"""What plans state, and how they become one probability per cell with an exact sample size."""

from math import fsum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.sampling.allocation import Cell, CellTable, Plan, domain_of, merge, merged, neyman, stated, stratum_spreads


def cell(specialist: str, size: int, queue: str = "q1", risk: int = 0, team: str = "t1", launch: str = "0") -> Cell:
    attributes = {"specialist": specialist, "queue": queue, "risk_class": str(risk), "launch": launch}
    key = "|".join((specialist, queue, str(risk), launch))
    return Cell(key=key, team=team, specialist=specialist, size=size, attributes=attributes)


def test_a_quota_is_shared_by_all_cells_of_the_specialist() -> None:
    plan = Plan(key="quota", kind="quota_per_specialist", amount=2, where={})

    probability = stated(plan, [cell("s1", 3), cell("s1", 5, "q2"), cell("s2", 1)])

    assert probability.tolist() == [2 / 8, 2 / 8, 1.0]


def test_a_quota_counts_only_the_parts_in_the_domain() -> None:
    plan = Plan(key="quota", kind="quota_per_specialist", amount=2, where={"queue": ("q2",)})

    probability = stated(plan, [cell("s1", 3), cell("s1", 5, "q2")])

    assert probability.tolist() == [0.0, 2 / 5]


def test_a_simple_sample_gives_every_part_the_same_chance() -> None:
    plan = Plan(key="simple", kind="simple", amount=5, where={})

    probability = stated(plan, [cell("s1", 30), cell("s2", 20, "q2")])

    assert probability.tolist() == [0.1, 0.1]


def test_a_stratified_sample_takes_its_number_from_each_stratum() -> None:
    plan = Plan(key="strata", kind="stratified", amount=4, where={}, strata=("queue",))

    probability = stated(plan, [cell("s1", 30), cell("s2", 10), cell("s1", 3, "q2")])

    assert probability.tolist() == [0.1, 0.1, 1.0]


def test_a_census_takes_every_part_of_a_rare_class() -> None:
    plan = Plan(key="census", kind="census", where={"risk_class": ("5",)})

    probability = stated(plan, [cell("s1", 30), cell("s1", 2, risk=5)])

    assert probability.tolist() == [0.0, 1.0]


def test_neyman_gives_the_cities_of_cochran_their_optimum() -> None:
    # Cochran (1977), Sampling Techniques, table 5.1: 16 large and 48 small cities, S^2 53,843 and 5,581, n = 24.
    sizes = np.array([16.0, 48.0])
    spreads = np.sqrt([53_843.0, 5_581.0])

    wanted = neyman(24, sizes, spreads)

    assert wanted.round(2).tolist() == [12.21, 11.79]


def test_neyman_takes_a_small_wild_stratum_whole_and_shares_the_rest() -> None:
    # 5 parts of spread 100 would get 5 * 100 / (500 + 1000 + 3000) * 90 = 10; the other 85 go 1 : 3.
    wanted = neyman(90, np.array([5.0, 100.0, 300.0]), np.array([100.0, 10.0, 10.0]))

    assert wanted.tolist() == pytest.approx([5, 21.25, 63.75], abs=1e-12)


def test_neyman_leaves_no_stratum_without_two_parts() -> None:
    wanted = neyman(10, np.array([10.0, 1.0, 1000.0]), np.array([1.0, 1.0, 1.0]))

    assert wanted.tolist() == pytest.approx([2, 1, 7], abs=1e-12)


def test_neyman_with_less_than_its_floors_keeps_the_floors() -> None:
    assert neyman(3, np.array([10.0, 10.0]), np.array([1.0, 9.0])).tolist() == [2, 2]


def test_neyman_with_more_than_there_is_takes_everything() -> None:
    assert neyman(30, np.array([10.0, 12.0]), np.array([1.0, 9.0])).tolist() == [10, 12]


@given(
    st.lists(st.tuples(st.integers(1, 500), st.floats(0.5, 40)), min_size=1, max_size=30),
    st.floats(0, 1),
)
def test_neyman_always_adds_up_within_its_bounds(strata: list[tuple[int, float]], share: float) -> None:
    sizes = np.array([float(size) for size, _ in strata])
    least = float(np.minimum(2, sizes).sum())
    n = int(np.ceil(least + share * (float(sizes.sum()) - least)))

    wanted = neyman(n, sizes, np.array([spread for _, spread in strata]))

    assert fsum(wanted.tolist()) == pytest.approx(n, rel=1e-9)
    assert (wanted >= np.minimum(2, sizes) - 1e-9).all()
    assert (wanted <= sizes + 1e-9).all()


def test_a_plan_reads_the_spread_of_each_stratum_and_pools_the_unknown() -> None:
    plan = Plan(
        key="n", kind="neyman", amount=30, where={}, strata=("queue",), spreads={"q1": 20.0}, pooled_spread=10.0
    )

    probability = stated(plan, [cell("s1", 100), cell("s2", 100, "q2")])

    assert probability.tolist() == pytest.approx([0.2, 0.1], rel=1e-12)


def test_spreads_need_five_reviews_and_keep_a_floor() -> None:
    # Deviations of the first: 20^2 * 4 / 4 = 400; the second has too few; the third is flatter than the floor.
    residuals = {"a": [-20.0, 20.0, -20.0, 20.0, 0.0], "b": [1.0, -1.0], "c": [0.0, 0.1, 0.0, 0.1, 0.0]}

    spreads, pooled = stratum_spreads(residuals)

    assert spreads == {"a": pytest.approx(20.0), "c": 3.0}
    assert pooled == pytest.approx(((1600 + 2 + 0.012) / 9) ** 0.5)


def test_without_reviews_all_strata_are_equal() -> None:
    assert stratum_spreads({}) == ({}, 3.0)


def test_risk_classes_share_in_proportion_to_their_sizes() -> None:
    # Sizes 1 and 12: 5 / (88 + 12) per unit of size.
    plan = Plan(key="risk", kind="risk", amount=5, where={})

    probability = stated(plan, [cell("s1", 88), cell("s1", 1, risk=5)])

    assert probability.tolist() == pytest.approx([0.05, 0.6])


def test_what_risk_makes_certain_leaves_the_rest_to_the_others() -> None:
    # 20 * 12 / (80 + 120) = 1.2 is certain: 10 parts; the other 10 go to 80 parts.
    plan = Plan(key="risk", kind="risk", amount=20, where={})

    probability = stated(plan, [cell("s1", 80), cell("s1", 10, risk=5)])

    assert probability.tolist() == [0.125, 1.0]


@pytest.mark.parametrize("risk", ["6", "-1", "high"])
def test_a_risk_class_outside_0_to_5_is_refused(risk: str) -> None:
    plan = Plan(key="risk", kind="risk", amount=20, where={})
    odd = Cell(key="x", team="t", specialist="s", size=1, attributes={"risk_class": risk})

    with pytest.raises(ValueError, match="risk class"):
        stated(plan, [odd])


def test_a_plan_that_selects_on_what_cells_do_not_carry_is_refused() -> None:
    plan = Plan(key="french", kind="simple", amount=5, where={"language": ("fr",)})

    with pytest.raises(ValueError, match="'language'"):
        domain_of(plan, [cell("s1", 4)])


@pytest.mark.parametrize(
    ("plan", "match"),
    [
        pytest.param(Plan(key="p", kind="lottery", amount=1, where={}), "lottery", id="unknown kind"),
        pytest.param(Plan(key="p", kind="simple", amount=-1, where={}), "negative", id="negative amount"),
        pytest.param(Plan(key="p", kind="neyman", amount=9, where={}), "no strata", id="no strata"),
        pytest.param(
            Plan(key="p", kind="neyman", amount=9, where={}, strata=("queue",), spreads={"q1": 0.0}),
            "positive",
            id="no spread",
        ),
    ],
)
def test_a_plan_without_sense_is_refused(plan: Plan, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        stated(plan, [cell("s1", 4)])


def test_the_largest_chance_wins_and_the_size_becomes_whole() -> None:
    plans = [
        Plan(key="quota", kind="quota_per_specialist", amount=1, where={}),
        Plan(key="launch", kind="census", where={"launch": ("1",)}),
    ]
    cells = [cell("s1", 4), cell("s1", 1, launch="1"), cell("s2", 10)]

    probability, size = merged(plans, cells)

    # 4/5 + 1 + 1 = 2.8 becomes 3: what is below 1 is raised by 2 / 1.8.
    assert size == 3
    assert probability.tolist() == pytest.approx([0.2 * 2 / 1.8, 1.0, 0.1 * 2 / 1.8], rel=1e-14)


def test_no_eligible_part_is_left_without_a_chance() -> None:
    plans = [Plan(key="risky", kind="census", where={"risk_class": ("5",)})]

    probability, size = merged(plans, [cell("s1", 90), cell("s1", 10, risk=5)])

    # The floor is 0.2 * 10 / 100 = 0.02: 1.8 parts, raised to 2.
    assert size == 12
    assert probability.tolist() == pytest.approx([2 / 90, 1.0], rel=1e-14)


def test_plans_that_ask_for_nothing_draw_nothing() -> None:
    probability, size = merged([Plan(key="none", kind="simple", amount=0, where={})], [cell("s1", 9)])

    assert (probability.tolist(), size) == ([0.0], 0)


@given(
    st.lists(st.tuples(st.integers(1, 400), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=60),
)
def test_merging_fixes_the_size_and_lowers_no_chance(rows: list[tuple[int, float, float]]) -> None:
    sizes = [size for size, _, _ in rows]
    first, second = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])

    probability, size = merge([first, second], sizes)

    assert fsum((probability * sizes).tolist()) == pytest.approx(size, rel=1e-9, abs=1e-9)
    assert (probability <= 1).all()
    assert (probability >= np.maximum(first, second) - 1e-12).all()


def test_a_cell_table_refuses_columns_of_different_length() -> None:
    with pytest.raises(ValueError, match="one length"):
        CellTable(keys=["a"], teams=["t"], specialists=["s"], sizes=[1, 2], attributes={})


def test_a_cell_table_refuses_a_cell_that_is_there_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        CellTable.of([cell("s1", 1), cell("s1", 2)])


def test_a_cell_without_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one part"):
        CellTable.of([cell("s1", 0)])
