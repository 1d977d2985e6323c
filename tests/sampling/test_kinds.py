"""What the kinds of plans mean for the draw, and which rules make no sense."""

from typing import Any

import pytest

from qa.sampling.allocation import Cell, stated
from qa.sampling.kinds import KINDS, Rules, faults

CELLS = [
    Cell(
        key=f"{who}|{queue}",
        team="1",
        specialist=who,
        size=10,
        attributes={"queue": queue, "launch": launch, "new_90": new, "risk_class": risk},
    )
    for who, queue, launch, new, risk in (
        ("1", "payouts", "", "no", "0"),
        ("1", "music", "duet", "no", "5"),
        ("2", "music", "duet", "yes", "0"),
    )
]


def chances(**rules: Any) -> list[float]:
    return [round(float(value), 4) for value in stated(Rules(**rules).plan("p"), CELLS)]


def test_a_launch_is_watched_by_a_number_of_its_own_parts():
    assert chances(kind="launch_watch", amount=5, where={"launch": ["duet"]}) == [0, 0.25, 0.25]


def test_new_specialists_get_a_quota_of_their_own():
    assert chances(kind="new_specialists", amount=4) == [0, 0, 0.4]


def test_a_census_takes_all_that_the_filters_leave():
    assert chances(kind="census", where={"risk_class": ["5"]}) == [0, 1, 0]


def test_groups_of_one_plan_get_the_same_number():
    assert chances(kind="stratified", amount=5, strata=("queue",)) == [0.5, 0.25, 0.25]


def test_high_risk_is_twelve_times_as_likely():
    low, high, _ = chances(kind="risk", amount=7)

    assert high / low == pytest.approx(12, rel=1e-3)


def test_every_kind_is_explained_in_a_sentence():
    assert all(kind.label and kind.says.endswith(".") for kind in KINDS.values())


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        pytest.param({"kind": "by_feeling"}, "kind", id="unknown kind"),
        pytest.param({"kind": "simple"}, "amount", id="no number"),
        pytest.param({"kind": "neyman", "amount": 9}, "strata", id="no groups"),
        pytest.param({"kind": "census"}, "kind", id="a census of everything"),
        pytest.param({"kind": "launch_watch", "amount": 9, "where": {"queue": ["x"]}}, "kind", id="no launch"),
        pytest.param({"kind": "new_specialists", "amount": 2, "days": 1}, "days", id="new for a day"),
        pytest.param({"kind": "simple", "amount": 9, "schedule": "one_off"}, "once", id="which week"),
    ],
)
def test_what_makes_no_sense_is_named_by_field(rules: dict[str, Any], field: str):
    assert list(faults(Rules(**rules))) == [field]
