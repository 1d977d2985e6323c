"""What plans would give: expected numbers and half-widths, by hand."""

import math

import pytest

from calibration.intervals import t_quantile
from qa.sampling.allocation import Cell, Plan
from qa.sampling.previewing import half_width, preview

QUOTA = Plan(key="quota", kind="quota_per_specialist", amount=2, where={})
CENSUS = Plan(key="all", kind="census", where={"queue": ("rare",)})


def cell(specialist: str, queue: str, size: int, team: str = "1") -> Cell:
    return Cell(key=f"{specialist}|{queue}", team=team, specialist=specialist, size=size, attributes={"queue": queue})


def test_equal_chances_give_the_textbook_half_width():
    found = preview([cell("1", "a", 20), cell("2", "a", 20)], [QUOTA], sd=12.0)

    # Cochran (1977), eq. 2.25: n = 4 of N = 40.
    assert found.whole.reviews == pytest.approx(4)
    assert found.whole.week == pytest.approx(t_quantile(0.975, 3) * 12 * math.sqrt((1 - 4 / 40) / 4))
    assert found.whole.quarter == pytest.approx(t_quantile(0.975, 51) * 12 * math.sqrt((1 - 4 / 40) / 52))


def test_unequal_chances_are_worth_fewer_reviews():
    cells = [cell("1", "a", 50), cell("1", "rare", 5)]

    found = preview(cells, [QUOTA, CENSUS], sd=10.0)

    effective = 55**2 / (50**2 / 2 + 5**2 / 5)  # Kish: N^2 / sum N_c^2 / n_c
    assert found.whole.reviews == pytest.approx(7, abs=0.5)
    assert found.whole.quarter is not None
    assert found.whole.quarter > half_width(7 * 13, 7 / 55, 10.0)  # type: ignore[operator]
    assert effective < 7


def test_what_is_reviewed_in_full_is_exact_and_what_gets_one_review_says_nothing():
    found = preview([cell("1", "rare", 3), cell("2", "rare", 4)], [CENSUS], sd=10.0)

    assert (found.whole.reviews, found.whole.week) == (7, 0.0)
    assert half_width(1.0, 0.1, 10.0) is None


def test_the_numbers_of_plans_overlap_and_the_added_ones_are_told():
    cells = [cell("1", "a", 50), cell("1", "rare", 5)]

    found = preview(cells, [QUOTA, CENSUS], sd=10.0, previewed="all")

    assert {key: parts for key, parts, _ in found.plans} == {"quota": 55, "all": 5}
    assert found.without == 2
    assert found.whole.reviews > found.without


def test_teams_and_specialists_are_told_apart():
    found = preview([cell("1", "a", 20, "1"), cell("2", "a", 30, "2")], [QUOTA], sd=10.0)

    assert [(team.name, team.parts) for team in found.teams] == [("1", 20), ("2", 30)]
    assert [one.reviews for one in found.specialists] == [pytest.approx(2), pytest.approx(2)]


def test_a_spread_that_is_none_is_refused():
    with pytest.raises(ValueError, match="standard deviation"):
        preview([cell("1", "a", 20)], [QUOTA], sd=0.0)
