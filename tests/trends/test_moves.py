"""Where quality moved: teams and queues corrected together, clear changes first, never an order of scores."""

import datetime as dt
from dataclasses import replace

import pytest

from qa.reviews.measured import Reviewed
from qa.trends.moves import Move, moves
from qa.trends.rules import Evidence

NEWEST = [dt.date(2026, 11, 16), dt.date(2026, 11, 9)]
BEFORE = [dt.date(2026, 11, 2), dt.date(2026, 10, 26)]


def reviews(team: str, week: dt.date, *scores: float, queue: str = "payouts") -> list[Reviewed]:
    return [
        Reviewed(
            week=week,
            team=team,
            queue=queue,
            score=score,
            outcome="passed",
            inclusion_probability=0.5,
            review_id=index,
        )
        for index, score in enumerate(scores)
    ]


def by_name(rows: list[Move]) -> dict[tuple[str, str], Move]:
    return {(row.kind, row.name): row for row in rows}


def test_a_clear_change_is_named_and_an_unclear_one_is_not() -> None:
    rows = [
        *reviews("Rising", BEFORE[0], 70, 71, 72, 73, 74, queue="a"),
        *reviews("Rising", NEWEST[0], 90, 91, 92, 93, 94, queue="a"),
        *reviews("Falling", BEFORE[0], 90, 91, 92, 93, 94, queue="b"),
        *reviews("Falling", NEWEST[0], 70, 71, 72, 73, 74, queue="b"),
        *reviews("Steady", BEFORE[0], 60, 70, 80, 90, 100, queue="c"),
        *reviews("Steady", NEWEST[0], 61, 71, 81, 89, 99, queue="c"),
    ]

    found = by_name(moves(Evidence.of(rows), NEWEST, BEFORE))

    assert {name: found["team", name].verdict for name in ("Rising", "Falling", "Steady")} == {
        "Rising": "better",
        "Falling": "worse",
        "Steady": "cannot tell",
    }
    assert found["team", "Rising"].change.estimate == 20
    assert found["queue", "b"].change.estimate == -20


def test_fewer_than_five_reviews_on_either_side_get_no_verdict_and_weigh_on_no_other_row() -> None:
    few = [*reviews("Few", BEFORE[0], 40, 41, 42, 43), *reviews("Few", NEWEST[0], 95, 96, 97, 98, 99)]

    assert {row.verdict for row in moves(Evidence.of(few), NEWEST, BEFORE)} == {"too few to judge"}


def test_a_change_that_is_clear_alone_is_not_clear_among_many_that_are_not() -> None:
    # One team two points up, p = .022; beside it twenty steady teams and their queues.
    moving = [
        *reviews("Moving", BEFORE[0], 78, 79, 80, 81, 82),
        *reviews("Moving", NEWEST[0], 80, 81, 82, 83, 84),
    ]
    steady = [
        row
        for n in range(20)
        for week in (BEFORE[0], NEWEST[0])
        for row in reviews(f"Steady {n:02}", week, 78, 79, 80, 81, 82, queue=f"queue {n:02}")
    ]

    alone = by_name(moves(Evidence.of(moving), NEWEST, BEFORE))["team", "Moving"]
    among = by_name(moves(Evidence.of([*moving, *steady]), NEWEST, BEFORE))["team", "Moving"]

    assert alone.change.p_value is not None
    assert 0.01 < alone.change.p_value < 0.05
    assert (alone.verdict, among.verdict) == ("better", "cannot tell")


def test_rows_stand_by_verdict_and_name_never_by_score() -> None:
    rows = [
        row
        for team, level in (("Beta", 60), ("Alpha", 95), ("Gamma", 70))
        for week in (BEFORE[0], NEWEST[0])
        for row in reviews(team, week, level - 4, level - 2, level, level + 2, level + 4)
    ]

    assert [row.name for row in moves(Evidence.of(rows), NEWEST, BEFORE)] == ["Alpha", "Beta", "Gamma", "payouts"]


def test_a_row_tells_by_how_much_strictness_moves_its_mean() -> None:
    # Two teams whose parts are alike: one reviewer scores the first ten points lower than the other the second.
    rows = [
        replace(row, reviewer_id=who, first_score=row.score, base_score=row.score, part_id=100 * who + place)
        for who, team, level in ((1, "Strict", 70), (2, "Mild", 80))
        for week in (*BEFORE, *NEWEST)
        for place, row in enumerate(reviews(team, week, *(level + step for step in range(-4, 5))))
    ]

    found = by_name(moves(Evidence.of(rows), NEWEST, BEFORE))

    strict, mild = found["team", "Strict"], found["team", "Mild"]
    assert strict.moved_by_strictness is not None
    assert mild.moved_by_strictness is not None
    assert strict.fair is not None
    assert strict.now.estimate == pytest.approx(70)
    assert strict.fair.estimate == pytest.approx(70 - strict.moved_by_strictness)
    assert strict.moved_by_strictness < 0 < mild.moved_by_strictness


def test_nothing_reviewed_moves_nowhere() -> None:
    assert moves(Evidence.of([]), [], []) == []
