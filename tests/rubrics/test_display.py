"""Rounding happens only here: half away from zero, and never so that a failing score looks like the mark."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics import display_score, rounded
from rubrics.display import short_number


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(80), "80.0"),
        (Fraction("82.25"), "82.3"),
        (Fraction("82.35"), "82.4"),
        (Fraction("82.249999"), "82.2"),
        (Fraction(0), "0.0"),
        (Fraction("0.05"), "0.1"),
        (Fraction("-1.25"), "-1.3"),
        (Fraction("-0.04"), "0.0"),
        (Fraction(200, 3), "66.7"),
        (Fraction("99.95"), "100.0"),
        (79.95, "80.0"),
        (100, "100.0"),
        (None, "no score"),
    ],
)
def test_scores_show_one_decimal_half_away_from_zero(value, shown):
    assert display_score(value) == shown


@pytest.mark.parametrize(
    ("value", "mark", "shown"),
    [
        (Fraction("79.96"), 80, "79.96"),
        (Fraction("79.996"), 80, "79.996"),
        (Fraction("79.9999"), 80, "79.9999"),
        (Fraction("79.95"), 80, "79.95"),
        (Fraction("79.94"), 80, "79.9"),
        (Fraction(80), 80, "80.0"),
        (Fraction("80.04"), 80, "80.0"),
        (79.96, 80.0, "79.96"),
        (Fraction("66.66"), Fraction(200, 3), "66.66"),
        (None, 80, "no score"),
    ],
)
def test_a_failing_score_never_looks_like_the_mark(value, mark, shown):
    assert display_score(value, mark) == shown


@given(st.fractions(-100, 200), st.fractions(0, 100))
def test_what_is_shown_is_near_and_on_the_right_side_of_the_mark(value, mark):
    shown = Fraction(display_score(value, mark))

    assert abs(shown - value) <= Fraction(1, 20)
    assert value >= mark or display_score(value, mark) != display_score(mark, mark)


@pytest.mark.parametrize(("value", "decimals", "shown"), [("2.5", 0, "3"), ("-2.5", 0, "-3"), ("52.972", 2, "52.97")])
def test_rounding_to_any_number_of_decimals(value, decimals, shown):
    assert rounded(Fraction(value), decimals) == shown


@pytest.mark.parametrize(("value", "shown"), [("100", "100"), ("12.50", "12.5"), ("2/3", "0.67"), ("0.001", "0")])
def test_numbers_inside_a_sentence_are_short(value, shown):
    assert short_number(Fraction(value)) == shown
