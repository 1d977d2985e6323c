"""A difference told apart, against Kitagawa's published form and a calculation by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.decomposition import Cell, kitagawa


def cell(name: str, a: float, b: float, ma: float, mb: float, va: float = 1.0, vb: float = 1.0) -> Cell:
    return Cell(name=name, share_a=a, share_b=b, mean_a=ma, mean_b=mb, variance_a=va, variance_b=vb, df_a=30, df_b=30)


def test_the_parts_are_those_worked_out_by_hand() -> None:
    # Shares .6/.4 against .3/.7, means 90/70 against 85/75: 82 - 78 = 4.
    found = kitagawa([cell("chat", 0.6, 0.3, 90, 85), cell("phone", 0.4, 0.7, 70, 75)])

    assert found.total.estimate == pytest.approx(4.0)
    assert found.mix.estimate == pytest.approx(0.3 * 87.5 - 0.3 * 72.5)  # 4.5
    assert found.within.estimate == pytest.approx(5 * 0.45 - 5 * 0.55)  # -0.5
    assert [(part.mix, part.within) for part in found.parts] == [
        (pytest.approx(0.3 * (87.5 - 79.25)), pytest.approx(2.25)),
        (pytest.approx(-0.3 * (72.5 - 79.25)), pytest.approx(-2.75)),
    ]
    # V(within) = .45^2 * 2 + .55^2 * 2; V(mix) = .15^2 * 2 * 2
    assert found.within.std_error == pytest.approx((2 * (0.45**2 + 0.55**2)) ** 0.5)
    assert found.mix.std_error == pytest.approx((4 * 0.15**2) ** 0.5)
    shared = kitagawa([cell("chat", 0.6, 0.3, 90, 85), cell("phone", 0.4, 0.7, 70, 75)], shared_variance=2.25)
    assert shared.within.std_error == pytest.approx((2 * (0.45**2 + 0.55**2) + 2.25) ** 0.5)
    assert shared.total.std_error == pytest.approx((0.6**2 + 0.4**2 + 0.3**2 + 0.7**2 + 2.25) ** 0.5)
    assert shared.mix == found.mix


@given(
    st.lists(
        st.tuples(*(st.floats(0.01, 1) for _ in range(2)), *(st.floats(0, 100) for _ in range(2))),
        min_size=1,
        max_size=6,
    )
)
def test_mix_and_change_add_up_to_the_difference(rows: list[tuple[float, float, float, float]]) -> None:
    found = kitagawa([cell(str(n), *row) for n, row in enumerate(rows)])

    a, b = sum(row[0] for row in rows), sum(row[1] for row in rows)
    difference = sum(row[0] / a * row[2] - row[1] / b * row[3] for row in rows)
    assert found.total.estimate == pytest.approx(difference, abs=1e-9)
    assert (found.mix.estimate or 0) + (found.within.estimate or 0) == pytest.approx(difference, abs=1e-9)


def test_the_same_mix_leaves_only_the_change_within_and_nothing_common_leaves_nothing() -> None:
    same = kitagawa([cell("chat", 0.5, 0.5, 90, 80), cell("phone", 0.5, 0.5, 70, 75)])

    assert same.mix.estimate == 0
    assert same.within.estimate == pytest.approx(2.5)
    assert kitagawa([]).total.reason == "no kind of work has reviews on both sides"
    with pytest.raises(ValueError, match="not negative"):
        kitagawa([cell("chat", -0.1, 0.5, 90, 80)])
