"""Which criteria become focus areas."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.coaching_workbook import FEWEST, CriterionFigure, focus_areas, verdict


def figure(key: str, *, n: int = 20, gap: tuple[float, float, float] | None = (-5.0, -10.0, 0.0)) -> CriterionFigure:
    middle, low, high = gap if gap else (None, None, None)
    return CriterionFigure(
        key=key,
        name=key,
        n=n,
        mean=70.0,
        low=60.0,
        high=80.0,
        team_mean=75.0,
        gap=middle,
        gap_low=low,
        gap_high=high,
    )


def keys(figures: tuple[CriterionFigure, ...]) -> list[str]:
    return [criterion.key for criterion in figures]


def test_the_lowest_upper_end_comes_first_not_the_deepest_gap():
    deep_but_vague = figure("vague", gap=(-20.0, -42.0, 2.0))
    certain = figure("certain", gap=(-8.0, -10.0, -6.0))
    slight = figure("slight", gap=(-1.0, -2.0, 0.0))

    chosen = focus_areas((deep_but_vague, certain, slight), 2).chosen

    assert keys(chosen) == ["certain", "slight"]


def test_fewer_than_five_reviews_are_listed_as_too_few():
    four, five = figure("four", n=4, gap=(-50.0, -60.0, -40.0)), figure("five", n=5)

    areas = focus_areas((four, five))

    assert keys(areas.chosen) == ["five"]
    assert keys(areas.too_few) == ["four"]


def test_a_gap_without_an_interval_is_listed_as_too_few():
    areas = focus_areas((figure("none", gap=None),))

    assert areas.chosen == ()
    assert keys(areas.too_few) == ["none"]


def test_equal_upper_ends_keep_the_order_of_the_rubric():
    same = tuple(figure(key) for key in "cab")

    assert keys(focus_areas(same).chosen) == ["c", "a", "b"]


def test_a_limit_below_one_is_refused():
    with pytest.raises(ValueError, match="limit is at least 1: 0"):
        focus_areas((), 0)


@pytest.mark.parametrize(
    ("n", "gap", "expected"),
    [
        pytest.param(20, (-5.0, -9.0, -1.0), "below", id="wholly under 0"),
        pytest.param(20, (5.0, 1.0, 9.0), "above", id="wholly over 0"),
        pytest.param(20, (-5.0, -10.0, 0.0), "unclear", id="touching 0"),
        pytest.param(4, (-5.0, -9.0, -1.0), "too few", id="four reviews"),
        pytest.param(20, None, "too few", id="no interval"),
    ],
)
def test_a_verdict_needs_five_reviews_and_an_interval_without_zero(n, gap, expected):
    assert verdict(figure("x", n=n, gap=gap)) == expected


ends = st.floats(-100, 100)
figures = st.lists(
    st.builds(
        lambda n, low, high: replace(figure("x", n=n), gap_low=min(low, high), gap_high=max(low, high)),
        st.integers(0, 12),
        ends,
        ends,
    ),
    max_size=12,
)


@given(figures, st.integers(1, 5))
def test_no_criterion_left_out_has_a_lower_upper_end(criteria: list[CriterionFigure], limit: int):
    numbered = [replace(criterion, key=str(number)) for number, criterion in enumerate(criteria)]

    areas = focus_areas(numbered, limit)

    judged = [criterion for criterion in numbered if criterion.n >= FEWEST]
    left = [criterion for criterion in judged if criterion not in areas.chosen]
    assert len(areas.chosen) == min(limit, len(judged))
    assert all(one.gap_high <= other.gap_high for one in areas.chosen for other in left)
    assert {*keys(areas.too_few)} == {criterion.key for criterion in numbered if criterion.n < FEWEST}
