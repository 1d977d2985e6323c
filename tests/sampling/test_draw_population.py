"""The combined draw of a week of 3,800 parts: four plans at once, over many seeds."""

import pytest

from bench.estimation import draw_bars, receipt_bars
from bench.population import Population, read_population
from bench.quarters import Programme, programme
from tests.shared import shared_path


@pytest.fixture(scope="module")
def population() -> Population:
    return read_population(shared_path("reference", "population"))


@pytest.fixture(scope="module")
def made(population: Population) -> Programme:
    return programme(population)


def test_a_hundred_draws_keep_their_size_and_every_quota(made: Programme) -> None:
    sizes, below, total, mean, _ = draw_bars(made, 100)

    assert (sizes.figure, below.figure) == (1, 0)
    # One draw has a standard deviation of .003.
    assert total.figure == pytest.approx(1, abs=0.002)
    assert mean.figure == pytest.approx(0, abs=0.03)


def test_receipts_of_the_week_are_the_same_to_the_byte_and_tampering_is_found(made: Programme) -> None:
    assert [bar.name for bar in receipt_bars(made) if not bar.holds] == []


@pytest.mark.slow
def test_two_thousand_draws_hold_every_bar(made: Programme) -> None:
    assert [bar.line() for bar in draw_bars(made, 2000) if not bar.holds] == []
