"""Reviewers on the same parts, and all rubric families as one scale, by hand calculation."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rubrics
from calibration.scorings import Kind, Scale, Scorings
from qa.reviewer_drift.scales import UsedVersion, programme_scale, share_of
from qa.reviewer_drift.together import spread, together
from tests.support.reviews import RUBRIC

SCALE = Scale(("tone", "facts", "safety"), np.array([1.0, 3.0, 0.0]), np.array([False, False, True]))
NAN = np.nan


def scorings(*rows: tuple[int, Kind, int, tuple[float, float, float]]) -> Scorings:
    """(ticket, kind, reviewer, answers) each."""
    ticket, kind, reviewer, answers = zip(*rows, strict=True)
    zero = np.zeros(len(rows), dtype=np.int64)
    return Scorings(
        zero, np.array(kind), np.array(ticket), np.array(reviewer), zero, zero, np.zeros(len(rows)), np.array(answers)
    )


def test_agreement_counts_na_as_an_answer_and_a_pair_by_its_chance() -> None:
    given = scorings(
        (1, Kind.ROUTINE, 0, (1, 1, 1)),
        (1, Kind.DOUBLE, 1, (1, 0, 1)),  # two of three alike
        (2, Kind.ROUTINE, 0, (NAN, 1, 1)),
        (2, Kind.DOUBLE, 1, (NAN, 1, 1)),  # all alike
        (3, Kind.ROUTINE, 0, (0, 0, 0)),  # alone
    )
    twice = np.array([NAN, 10.0, NAN, 5.0, NAN])

    first, second = together(given, np.ones((5, 3), dtype=np.bool_), np.zeros(2), SCALE, 2, twice)

    expected = 100 * (10 * 2 / 3 + 5 * 1) / 15
    assert first.agreement.estimate == pytest.approx(expected)
    assert second.agreement.estimate == pytest.approx(expected)
    assert (first.pairs, first.seats, first.shared) == (2, 0, 2)


def test_gold_is_nobody_s_score_and_strictness_is_taken_out_of_the_scatter() -> None:
    # Five parts of a session; reviewer 0 always scores 25 points lower, which is their strictness and no scatter.
    rows = [
        row
        for ticket in range(5)
        for row in (
            (ticket, Kind.CALIBRATION, 0, (0.0, 1.0, 1.0)),  # 75
            (ticket, Kind.CALIBRATION, 1, (1.0, 1.0, 1.0) if ticket else (1.0, 0.0, 1.0)),  # 100, once 25
            (ticket, Kind.GOLD, -1, (1.0, 1.0, 1.0)),
        )
    ]

    first, _ = together(
        scorings(*rows), np.ones((15, 3), dtype=np.bool_), np.array([-25.0, 0.0]), SCALE, 2, np.full(15, NAN)
    )

    # Differences 75, 0, 0, 0, 0 from one other, each over sqrt(2).
    assert first.consistency.estimate == pytest.approx(75 / sqrt(2) / sqrt(5))
    assert (first.pairs, first.seats) == (0, 5)


@given(st.lists(st.floats(-50, 50).filter(lambda value: abs(value) > 1e-3), min_size=5, max_size=40))
def test_a_spread_lies_within_its_interval_and_scales_with_its_values(values: list[float]) -> None:
    one, doubled = spread(values), spread([2 * value for value in values])

    assert one.estimate is not None
    assert one.interval is not None
    assert one.interval.low <= one.estimate <= one.interval.high
    assert doubled.estimate == pytest.approx(2 * one.estimate)


def test_a_spread_of_few_parts_says_nothing() -> None:
    assert spread([1.0, 2.0, 3.0, 4.0]).reason == "fewer than 5 parts scored together"


def version(key: str, label: str, text: str | None = None, **changes: str) -> rubrics.RubricVersion:
    written = text or RUBRIC.format(key=key, version=label)
    for old, new in changes.items():
        written = written.replace(old.replace("_", " "), new)
    return rubrics.load_yaml(written)


def used(number: int, family: str, label: str, week: int, rubric: rubrics.RubricVersion) -> UsedVersion:
    return UsedVersion(
        version_id=number, family=family, family_name=family.title(), label=label, first_week=week, rubric=rubric
    )


def test_each_family_has_columns_of_its_own_and_answers_read_by_their_version() -> None:
    scale = programme_scale(
        [
            used(1, "payments", "1.0", 0, version("payments", "1.0")),
            used(2, "general", "1.0", 0, version("general", "1.0")),
        ]
    )

    answers, asked = scale.decode([1, 2, 1], ["correct=partly;tone=missed;privacy=met", "correct=;tone=met", ""])

    assert [column.id for column in scale.columns] == [
        "general/correct", "general/privacy", "general/tone", "payments/correct", "payments/privacy", "payments/tone",
    ]  # fmt: skip
    np.testing.assert_array_equal(answers[0], [NAN, NAN, NAN, 0.5, 1, 0])
    np.testing.assert_array_equal(answers[1], [NAN, NAN, 1, NAN, NAN, NAN])
    assert asked.tolist() == [[False] * 3 + [True] * 3, [True, False, True] + [False] * 3, [False] * 6]
    # correct has two thirds of 60 %, tone a third; privacy is critical.
    assert scale.scale.weights.tolist() == pytest.approx([0.4, 0.4, 0.2, 0.4, 0.4, 0.2])
    assert scale.scale.critical.tolist() == [False, True, False, False, True, False]


def test_a_version_sets_apart_what_it_words_anew_and_a_new_weight_only_recomputes() -> None:
    old = version("payments", "1.0")
    reworded = version("payments", "2.0", **{"Was_it_friendly?": "Was it warm?"})
    heavier = version("payments", "3.0", **{"Was_it_friendly?": "Was it warm?", "weight:_2": "weight: 5"})

    scale = programme_scale(
        [
            used(1, "payments", "1.0", 0, old),
            used(2, "payments", "2.0", 6, reworded),
            used(3, "payments", "3.0", 9, heavier),
        ]
    )

    assert [(change.week, [scale.columns[place].id for place in change.touched]) for change in scale.scale.changes] == [
        (6, ["payments/tone"]),
        (9, []),
    ]
    assert scale.marks == ((6, "Payments 2.0"), (9, "Payments 3.0"))
    assert scale.scale.weights.tolist() == pytest.approx([0.5, 0.4, 0.1])  # five sixths of 60 %


def test_a_critical_answer_is_failed_or_not() -> None:
    privacy = version("payments", "1.0").criterion("privacy")

    assert [share_of(privacy, chosen) for chosen in ("met", "missed")] == [1.0, 0.0]
    assert np.isnan(share_of(privacy, ""))
