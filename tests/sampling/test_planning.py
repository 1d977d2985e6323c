"""Sample sizes against printed tables and hand calculation."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.sampling.planning import (
    chance_to_catch,
    detectable_difference,
    half_width,
    reviews_for_difference,
    reviews_for_half_width,
    reviews_for_share,
    reviews_to_catch,
    share_half_width,
    weeks_for_half_width,
)


def test_half_a_width_by_hand() -> None:
    # t with 24 degrees of freedom is 2.063899: 2.063899 * 12 / 5.
    assert half_width(25, 12) == pytest.approx(4.9533576)


def test_a_finite_population_narrows_the_interval() -> None:
    assert half_width(25, 12, population=100) == pytest.approx(4.9533576 * 0.75**0.5)


def test_a_population_reviewed_whole_is_known() -> None:
    assert half_width(7, 12, population=7) == 0


def test_one_review_tells_no_width() -> None:
    assert half_width(1, 12) is None


@pytest.mark.parametrize(
    ("half", "sd", "correlation", "population", "expected"),
    [
        (5, 12, 0, None, 25),
        (5, 12, 0.6, None, 17),
        (5, 12, 0.8, None, 11),
        (5, 12, 0, 60, 18),
        (5, 12, 0, 250, 23),
        (5, 15, 0, None, 38),
        (5, 15, 0, 60, 24),
        (5, 20, 0, None, 64),
        (5, 20, 0, 250, 52),
        (2, 12.3, 0, None, 148),
        (2, 12.3, 0.62, None, 92),
        (2, 12.3, 0.8, None, 55),
    ],
)
def test_reviews_for_a_width_are_those_of_the_design(
    half: float, sd: float, correlation: float, population: int | None, expected: int
) -> None:
    assert reviews_for_half_width(half, sd, correlation=correlation, population=population) == expected


@given(st.floats(0.2, 20), st.floats(1, 40), st.floats(0, 0.95), st.one_of(st.none(), st.integers(1, 5000)))
def test_the_fewest_reviews_are_enough_and_one_less_is_not(
    half: float, sd: float, correlation: float, population: int | None
) -> None:
    n = reviews_for_half_width(half, sd, correlation=correlation, population=population)

    assert n is not None
    enough = half_width(n, sd, correlation=correlation, population=population)
    short = half_width(n - 1, sd, correlation=correlation, population=population) if n > 1 else None
    assert enough is not None
    assert enough <= half
    assert short is None or short > half


def test_a_width_that_no_number_of_reviews_reaches_has_no_answer() -> None:
    assert reviews_for_half_width(0.0001, 20) is None


def test_two_reviews_a_week_need_a_quarter() -> None:
    assert weeks_for_half_width(5, 12, 2) == 13
    assert weeks_for_half_width(5, 12, 2, correlation=0.6) == 9


@pytest.mark.parametrize(("share", "expected"), [(0.5, 381), (0.8, 245), (0.9, 141), (0.95, 83)])
def test_reviews_for_a_pass_rate_are_those_of_the_design(share: float, expected: int) -> None:
    assert reviews_for_share(0.05, share) == expected


def test_half_of_wilsons_width_is_newcombes() -> None:
    # Newcombe (1998), table I: 81 of 263 gives .2553 to .3662.
    assert share_half_width(263, 81 / 263) == pytest.approx((0.3662 - 0.2553) / 2, abs=5e-5)


def test_a_pass_rate_of_everything_is_known() -> None:
    assert share_half_width(40, 0.9, population=40) == 0


@pytest.mark.parametrize(("d", "n"), [(0.2, 394), (0.5, 64), (0.8, 26)])
def test_reviews_for_a_difference_are_cohens(d: float, n: int) -> None:
    # Cohen (1988), table 2.4.1, two-sided 5 %, power .80: 393 (rounded down), 64, 26.
    assert reviews_for_difference(d, 1.0) == n


def test_sixty_reviews_each_find_six_points() -> None:
    assert detectable_difference(60, 60, 12.3) == pytest.approx(6.34, abs=0.005)
    assert detectable_difference(60, 60, 12.3, correlation=0.62) == pytest.approx(4.98, abs=0.005)


def test_one_review_finds_no_difference() -> None:
    assert detectable_difference(1, 60, 12) is None


def test_a_rare_defect_in_an_endless_stream() -> None:
    # 1 - .99^100 = .63397; .99^299 = .0495, .99^298 = .0500.
    assert chance_to_catch(100, 0.01) == pytest.approx(0.6339677)
    assert reviews_to_catch(0.95, 0.01) == 299


def test_a_rare_defect_in_a_finite_population() -> None:
    # 3 of 20 parts, 5 reviews: 1 - C(17, 5) / C(20, 5) = 1 - 6188 / 15504.
    assert chance_to_catch(5, 0.15, population=20) == pytest.approx(1 - 6188 / 15504)


def test_more_reviews_than_good_parts_catch_for_certain() -> None:
    assert chance_to_catch(18, 0.15, population=20) == 1
    assert reviews_to_catch(0.999999, 0.15, population=20) == 18


def test_what_does_not_exist_is_never_caught() -> None:
    assert chance_to_catch(100, 0) == 0
    assert reviews_to_catch(0.5, 0) is None


def test_what_is_everywhere_is_caught_at_once() -> None:
    assert chance_to_catch(1, 1) == 1
    assert reviews_to_catch(0.99, 1) == 1


@given(st.integers(1, 300), st.floats(0.001, 1), st.floats(0.01, 0.99))
def test_the_fewest_reviews_that_catch_are_enough(population: int, rate: float, chance: float) -> None:
    n = reviews_to_catch(chance, rate, population=population)

    kind = max(1, round(rate * population))
    assert n is not None
    none = [math.comb(population - kind, k) / math.comb(population, k) for k in (n - 1, n)]
    assert 1 - none[1] >= chance - 1e-9
    assert 1 - none[0] < chance + 1e-9


@pytest.mark.parametrize(
    ("call", "match"),
    [
        pytest.param(lambda: half_width(5, 0), "positive", id="sd"),
        pytest.param(lambda: half_width(5, 12, correlation=1), "correlation", id="correlation"),
        pytest.param(lambda: half_width(5, 12, population=0), "population", id="population"),
        pytest.param(lambda: reviews_for_half_width(0, 12), "width", id="width"),
        pytest.param(lambda: reviews_for_share(0, 0.5), "width", id="width of a share"),
        pytest.param(lambda: weeks_for_half_width(5, 12, 0), "week", id="per week"),
        pytest.param(lambda: share_half_width(5, 1.5), "share", id="share"),
        pytest.param(lambda: share_half_width(0, 0.5), "review", id="no review"),
        pytest.param(lambda: detectable_difference(5, 5, 12, power=0.01), "power", id="power"),
        pytest.param(lambda: reviews_for_difference(0, 12), "difference", id="difference"),
        pytest.param(lambda: chance_to_catch(-1, 0.1), "negative", id="reviews"),
        pytest.param(lambda: chance_to_catch(1, 2), "rate", id="rate"),
        pytest.param(lambda: reviews_to_catch(1, 0.1), "chance", id="chance"),
    ],
)
def test_a_question_without_sense_is_refused(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call()  # type: ignore[operator]
