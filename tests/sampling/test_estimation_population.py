"""Whether intervals hold the truth of a known population, and what a coaching list finds in it."""

import pytest

from bench.coverage import studies
from bench.population import Population, read_population
from bench.quarters import Programme, programme
from bench.ranking import coaching_bars, ranking_bars
from tests.shared import shared_path


@pytest.fixture(scope="module")
def population() -> Population:
    return read_population(shared_path("reference", "population"))


@pytest.fixture(scope="module")
def made(population: Population) -> Programme:
    return programme(population)


def test_a_few_quarters_already_show_intervals_that_hold_and_are_narrower(
    population: Population, made: Programme
) -> None:
    study = studies(population, made, 3)["automatic score"]

    # 600 specialists and 780 team-weeks: three standard errors are .027 and .024.
    assert study.greg["specialist"].coverage == pytest.approx(0.955, abs=0.03)
    assert study.greg["team-week"].coverage == pytest.approx(0.955, abs=0.03)
    assert study.greg["team"].half_width < 0.8 * study.hajek["team"].half_width


@pytest.mark.slow
def test_the_lowest_tenth_is_found_with_five_reviews_each(population: Population) -> None:
    assert [bar.line() for bar in ranking_bars(population, 60) if not bar.holds] == []


@pytest.mark.slow
def test_intervals_hold_over_many_quarters(population: Population, made: Programme) -> None:
    bars = [bar for label, study in studies(population, made, 150).items() for bar in study.bars(label)]

    # 150 quarters: the overall figure has a standard error of .018, so its bar is for the full run.
    assert [bar.line() for bar in bars if not bar.holds and "overall" not in bar.name] == []


@pytest.mark.slow
def test_coaching_without_effect_seldom_looks_as_if_it_had_one(population: Population) -> None:
    assert [bar.line() for bar in coaching_bars(population, 1000) if not bar.holds] == []
