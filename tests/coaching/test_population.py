"""Coaching without any effect, on the public population through the board's and the plan page's own code."""

import pytest

from bench.coaching import Operation, effect_bars, ranking_bars
from bench.population import read_population
from tests.shared import shared_path

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def operation() -> Operation:
    return Operation.of(read_population(shared_path("reference", "population")))


def test_five_reviews_a_quarter_find_most_of_those_who_need_it_first(operation: Operation) -> None:
    missed = [bar.line() for bar in ranking_bars(operation, 10) if not bar.holds]

    assert not missed


def test_nothing_that_was_not_there_is_claimed_by_plans_lots_and_welchs_test(operation: Operation) -> None:
    bars = effect_bars(operation, 100)  # by one seed; the bench repeats it 400 times

    assert len(bars) == 3
    assert not [bar.line() for bar in bars if not bar.holds]
