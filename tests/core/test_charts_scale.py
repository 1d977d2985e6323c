"""From figures to pixels, over all numbers a page may meet."""

from itertools import pairwise
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.core.charts import Point, Series, line_chart
from qa.core.charts.frame import Block, lanes
from qa.core.charts.scale import domain, every, linear
from qa.core.charts.svg import shortened, spread, width_of
from tests.core.drawings import drawings

FIGURES = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)


@pytest.mark.parametrize(
    ("span", "ticks"),
    [
        pytest.param((0, 100), (0, 25, 50, 75, 100), id="percent"),
        pytest.param((78.2, 89.4), (75, 80, 85, 90), id="scores"),
        pytest.param((-2.6, 4.1), (-4, -2, 0, 2, 4, 6), id="both signs"),
        pytest.param((0.61, 0.79), (0.6, 0.65, 0.7, 0.75, 0.8), id="agreement"),
    ],
)
def test_ticks_are_round_and_enclose_the_span(span: tuple[float, float], ticks: tuple[float, ...]):
    assert linear(span, start=0, end=100).ticks == ticks


def test_figures_that_differ_by_the_rounding_of_floats_have_an_axis_as_equal_ones():
    # 0.1 + 0.2 - 0.3 is 5.6e-17: a criterion that is as good as the others' may be that far from them.
    span = domain([0.0, 0.1 + 0.2 - 0.3])

    assert span == (pytest.approx(-1), pytest.approx(1))
    assert linear((0.0, 0.1 + 0.2 - 0.3), start=0, end=100).ticks == (-1, -0.5, 0, 0.5, 1)


def test_counts_have_no_fractions_between_them():
    assert linear((0, 1.06), start=0, end=100, whole=True).ticks == (0, 1, 2)
    assert linear((0, 5.3), start=0, end=100, whole=True).ticks == (0, 2, 4, 6)
    assert linear((0, 1.06), start=0, end=100).ticks == (0, 0.5, 1, 1.5)


@given(st.lists(FIGURES, min_size=1, max_size=8))
def test_every_figure_lies_on_the_axis(values: list[float]):
    span = domain(values)
    assert span is not None
    scale = linear(span, start=300, end=10)

    assert all(10 <= scale.at(value) <= 300 for value in values)
    assert 2 <= len(scale.ticks) <= 14
    assert all(a < b for a, b in pairwise(scale.ticks))


def test_a_mean_that_is_rounded_over_its_bound_keeps_the_bounds():
    # The weighted mean of 33 times 100 is 100.00000000000001.
    assert domain([60.0, 100.00000000000001], bounds=(0, 100)) == (pytest.approx(57.6), 100)


def test_the_bounds_of_a_measure_end_its_axis():
    assert domain([97, 99.5], bounds=(0, 100)) == (pytest.approx(96.85), pytest.approx(99.65))
    assert domain([99.9, 100], bounds=(0, 100)) == (pytest.approx(99.894), 100)


def test_nothing_known_has_no_domain():
    assert domain([None, None]) is None


@given(st.lists(st.text(alphabet="abcdefghij ", min_size=1, max_size=12), min_size=2, max_size=40))
def test_labels_of_an_axis_do_not_touch(labels: list[str]):
    column = 280 / len(labels)

    kept = range(0, len(labels), every(labels, 280))

    for a, b in pairwise(kept):
        assert (b - a) * column >= (width_of(labels[a]) + width_of(labels[b])) / 2


@given(st.lists(st.floats(min_value=0, max_value=200), min_size=1, max_size=8))
def test_spread_labels_keep_their_distance_and_order(wanted: list[float]):
    placed = spread(wanted, 15, 0, 200)

    in_order = [placed[i] for i in sorted(range(len(wanted)), key=lambda i: wanted[i])]
    assert all(b - a >= 15 - 1e-9 for a, b in pairwise(in_order))
    assert max(placed) <= 200 + 1e-9


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(7, 90), st.integers(1, 3)), max_size=9))
def test_texts_in_one_lane_do_not_overlap_and_no_line_crosses_a_text(given_blocks: list[tuple[float, float, int]]):
    blocks = [Block(left=at - 4, right=at + wide, at=at, lines=lines) for at, wide, lines in sorted(given_blocks)]

    chosen = list(zip(blocks, lanes(blocks), strict=True))

    for lane in range(30):
        inside = [block for block, first in chosen if first <= lane < first + block.lines]
        assert all(a.right <= b.left for a, b in pairwise(inside))
    for block, first in chosen:
        assert not any(other.at < block.at < other.right and lane > first for other, lane in chosen)


@given(st.text(max_size=60), st.floats(min_value=20, max_value=200))
def test_a_shortened_text_fits_its_room(words: str, room: float):
    assert width_of(shortened(words, room)) <= room


@given(st.lists(st.one_of(st.none(), FIGURES), min_size=1, max_size=30))
def test_every_line_stays_on_its_sheet(values: list[float | None]):
    points = tuple(
        Point(label=str(i), value=v, low=None if v is None else v - 1, high=None if v is None else v + 1)
        for i, v in enumerate(values)
    )

    for drawing in drawings(line_chart([Series(name="A", points=points)], name="Any")):
        for node in drawing.all("circle", "mark"):
            box = drawing.mark_box(node)
            x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
            assert isfinite(x)
            assert 0 <= x <= drawing.width
            assert 0 <= y <= drawing.height
