"""Figures as people read them."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.core.numerals import number, numbers, score_text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        pytest.param(None, 1, "–", id="nothing"),
        pytest.param(0, 1, "0.0", id="zero"),
        pytest.param(2.25, 1, "2.3", id="half goes away from zero"),
        pytest.param(-2.25, 1, "−2.3", id="also below zero"),
        pytest.param(-0.04, 1, "0.0", id="no minus before a rounded zero"),
        pytest.param(1841, 0, "1,841", id="thousands"),
        pytest.param(0.285, 2, "0.29", id="a float is read as it is written"),
        pytest.param(Fraction(1, 3), 4, "0.3333", id="fraction"),
        pytest.param(Fraction(1, 8), 2, "0.13", id="fraction on a half"),
        pytest.param(Decimal("79.95"), 1, "80.0", id="decimal"),
        pytest.param(1e300, 0, f"{10**300:,}", id="very large"),
    ],
)
def test_a_number_is_rounded_half_away_from_zero(value: float | None, digits: int, text: str):
    assert number(value, digits) == text


@given(
    st.one_of(
        st.floats(-1e8, 1e8),
        st.integers(-(10**8), 10**8),
        st.integers(-(10**6), 10**6).map(lambda thousandths: thousandths / 1000),  # halves of every place
        st.integers(-(10**6), 10**6).map(lambda halves: halves / 20 + 1e-9),
    ),
    st.integers(0, 3),
)
def test_a_number_is_what_exact_arithmetic_makes_of_its_shortest_form(value: float, digits: int):
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)

    shown = number(value, digits, signed=True)

    sign = "−" if rounded < 0 else "+" if rounded > 0 else ""
    assert shown == f"{sign}{abs(rounded):,f}"


@given(
    st.lists(st.one_of(st.none(), st.floats(-1100, 1100), st.integers(-2000, 2000).map(lambda n: n / 40))),
    st.integers(0, 3),
    st.booleans(),
)
def test_many_numbers_are_written_as_each_alone(values: list[float | None], digits: int, signed: bool):
    assert numbers(values, digits, signed=signed) == [number(value, digits, signed=signed) for value in values]


def test_a_signed_number_shows_its_plus_but_zero_has_none():
    assert [number(value, signed=True) for value in (3.2, -3.2, 0, 0.04)] == ["+3.2", "−3.2", "0.0", "0.0"]


@pytest.mark.parametrize(
    ("score", "mark", "text"),
    [
        pytest.param(79.96, 80, "79.96", id="just under"),
        pytest.param(Fraction(79999, 1000), 80, "79.999", id="nearer still"),
        pytest.param(80, 80, "80.0", id="on the mark"),
        pytest.param(79.9, 80, "79.9", id="one decimal is enough"),
        pytest.param(91.2, 80, "91.2", id="above"),
        pytest.param(79.96, None, "80.0", id="no mark"),
        pytest.param(None, 80, "–", id="no score"),
        pytest.param(80 - Fraction(1, 10**20), 80, "just under 80.0", id="nearer than any figure"),
    ],
)
def test_a_score_that_misses_the_mark_never_looks_like_it(score: float | None, mark: float | None, text: str):
    assert score_text(score, mark) == text


@given(st.fractions(min_value=0, max_value=100), st.fractions(min_value=0, max_value=100))
def test_two_sides_of_a_mark_are_never_written_alike(score: Fraction, mark: Fraction):
    written = score_text(score, mark)

    assert (written == number(mark)) <= (score >= mark)
