"""Agreement against published values, then what must hold for any ratings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.agreement import NO_VARIATION, krippendorff_alpha, percent_agreement

MISSING = float("nan")
# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", example C: 4 observers, 12 units.
EXAMPLE_C = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, MISSING, MISSING, MISSING],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, MISSING, 3],
        [MISSING, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, MISSING],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, MISSING],
    ]
)
ratings = st.lists(
    st.lists(st.sampled_from([0.0, 1.0, 2.0, MISSING]), min_size=3, max_size=3), min_size=2, max_size=12
).map(lambda items: np.array(items).T)


@pytest.mark.parametrize(
    ("level", "printed"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_matches_krippendorff_2011(level: str, printed: float) -> None:
    alpha = krippendorff_alpha(EXAMPLE_C, level=level)

    assert alpha.estimate is not None
    assert round(alpha.estimate, 3) == printed
    assert (alpha.n_items, alpha.n_raters) == (11, 4)


def test_alpha_of_two_observers_and_two_categories_matches_krippendorff_2011() -> None:
    first = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    second = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]

    alpha = krippendorff_alpha(np.array([first, second], dtype=float))

    assert alpha.estimate is not None
    assert round(alpha.estimate, 3) == 0.095


def test_percent_agreement_is_the_mean_share_of_equal_pairs() -> None:
    three_raters = np.array([[1, 1], [1, 2], [2, 2]], dtype=float)

    agreement = percent_agreement(three_raters)

    assert agreement.estimate == pytest.approx(1 / 3)  # one equal pair of three in each of the two items


def test_without_variation_alpha_is_undefined_and_says_why() -> None:
    same = np.ones((3, 5))

    alpha = krippendorff_alpha(same, categories=[0.0, 1.0])

    assert alpha.estimate is None
    assert alpha.reason == NO_VARIATION
    assert percent_agreement(same).estimate == 1.0


def test_ratings_of_one_person_give_no_figure() -> None:
    alone = np.array([[1.0, 2.0], [MISSING, MISSING]])

    assert krippendorff_alpha(alone).reason == "no item has two ratings"
    assert percent_agreement(alone).reason == "no item has two ratings"


def test_a_rating_off_the_declared_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="not on the declared scale: 7"):
        percent_agreement(np.array([[1.0], [7.0]]), categories=[0.0, 1.0])


def test_the_bootstrap_interval_is_the_same_for_the_same_generator() -> None:
    first = krippendorff_alpha(EXAMPLE_C, bootstrap=200, rng=np.random.default_rng(5))
    second = krippendorff_alpha(EXAMPLE_C, bootstrap=200, rng=np.random.default_rng(5))

    assert first == second
    assert first.interval is not None
    assert first.interval.low < 0.743 < first.interval.high


@given(ratings, st.sampled_from(["nominal", "ordinal", "interval", "ratio"]))
def test_the_order_of_raters_and_items_does_not_matter(matrix: np.ndarray, level: str) -> None:
    turned = krippendorff_alpha(matrix[::-1, ::-1], level=level).estimate

    assert turned == pytest.approx(krippendorff_alpha(matrix, level=level).estimate, abs=1e-9)


@given(ratings)
def test_relabelling_categories_changes_nothing_at_the_nominal_level(matrix: np.ndarray) -> None:
    relabelled = np.where(matrix == 0, 5.0, np.where(matrix == 1, 0.0, matrix))

    assert krippendorff_alpha(relabelled).estimate == pytest.approx(krippendorff_alpha(matrix).estimate, abs=1e-9)


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0]), min_size=2, max_size=10).filter(lambda row: len(set(row)) > 1))
def test_perfect_agreement_is_one(row: list[float]) -> None:
    matrix = np.array([row, row, row])

    assert krippendorff_alpha(matrix, level="ordinal").estimate == pytest.approx(1.0)
    assert percent_agreement(matrix).estimate == 1.0
