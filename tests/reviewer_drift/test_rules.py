"""A reviewer's difference from the others, by hand calculation."""

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reviewer_drift import board, rules
from qa.reviewer_drift.rules import ANCHOR, Scoring

RITA, ROB, REA = 1, 2, 3
FIRST = rules.window_of(dt.date(2026, 4, 8))
SECOND = rules.window_of(FIRST.last + dt.timedelta(days=1))


def scoring(
    part_id: int,
    reviewer_id: int,
    score: float | None,
    levels: Mapping[str, str] | None = None,
    *,
    on: dt.date = FIRST.first,
) -> Scoring:
    return Scoring(part_id=part_id, reviewer_id=reviewer_id, scored_on=on, score=score, levels=levels or {})


def test_a_signed_difference_is_the_own_score_minus_the_mean_of_the_others() -> None:
    scorings = [
        *(scoring(1, RITA, 90), scoring(1, ROB, 80), scoring(1, REA, 70)),  # 90 - 75 = 15
        *(scoring(2, RITA, 60), scoring(2, ROB, 55)),  # 5
        *(scoring(3, RITA, 70), scoring(3, REA, 60)),  # 10
        *(scoring(4, RITA, 40), scoring(4, ROB, None)),  # the other has no score
        scoring(5, RITA, 10),  # alone
    ]

    rita = rules.compare(scorings, [RITA], [FIRST])[0].windows[0]

    # Mean of 15, 5 and 10 is 10; standard deviation 5; error 5 / sqrt(3); t(0.975, 2) = 4.302653.
    interval = rita.difference.interval
    assert interval is not None
    assert rita.difference.estimate == pytest.approx(10)
    assert (interval.low, interval.high) == pytest.approx((10 - 12.42069, 10 + 12.42069), abs=1e-4)
    assert rita.parts == 3


def test_agreement_is_the_share_of_criteria_answered_alike_and_not_applicable_is_an_answer() -> None:
    scorings = [
        scoring(1, RITA, 90, {"a": "met", "b": "na", "c": "full", "only": "met"}),
        scoring(1, ROB, 80, {"a": "met", "b": "na", "c": "partly"}),  # 2 of 3
        scoring(1, REA, 80, {"a": "missed", "b": "met", "c": "full"}),  # 1 of 3
        scoring(2, RITA, 90, {"a": "met"}),
        scoring(2, ROB, 90, {"a": "met"}),  # 1 of 1
        scoring(3, RITA, 90, {"a": "met"}),
        scoring(3, ROB, 90, {"b": "met"}),  # nothing both were asked
    ]

    rita = rules.compare(scorings, [RITA], [FIRST])[0].windows[0]

    # Part 1: mean of 2/3 and 1/3 is 50 %; part 2: 100 %.
    assert rita.agreement.estimate == pytest.approx(75)
    assert rita.agreement.n_items == 2
    assert rita.agreement.interval is not None
    assert rita.agreement.interval.high == 100


@given(day=st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1)), count=st.integers(1, 8))
def test_windows_are_four_whole_weeks_that_never_overlap(day: dt.date, count: int) -> None:
    windows = rules.windows_until(day, count)

    assert len(windows) == count
    assert windows[-1].first <= day <= windows[-1].last
    for window in windows:
        assert (window.last - window.first).days == 27
        assert (window.first - ANCHOR).days % 28 == 0
    for earlier, later in itertools.pairwise(windows):
        assert later.first - earlier.last == dt.timedelta(days=1)


def test_a_score_counts_in_the_window_of_its_own_day_alone() -> None:
    scorings = [
        scoring(1, RITA, 90, on=FIRST.last),
        scoring(1, ROB, 80, on=SECOND.first),
        scoring(2, RITA, 70, on=SECOND.first),
        scoring(2, ROB, 90, on=SECOND.first),
    ]

    rita, rob = rules.compare(scorings, [RITA, ROB], [FIRST, SECOND])

    assert [window.difference.estimate for window in rita.windows] == [10, -20]
    assert [window.difference.estimate for window in rob.windows] == [None, 5]  # of -10 and 20


def test_holm_corrects_over_everything_shown_together() -> None:
    # Differences of Rita: 9, 10, 11 (mean 10, error 1/sqrt(3)); of Rob: the same with the other sign.
    scorings = [
        each
        for part, ritas in ((1, 89), (2, 90), (3, 91))
        for each in (scoring(part, RITA, ritas), scoring(part, ROB, 80))
    ]

    alone = rules.compare(scorings, [RITA], [FIRST])[0].windows[0]
    rita, rob = rules.compare(scorings, [RITA, ROB], [FIRST, SECOND])

    # t = 10 sqrt(3) with 2 degrees of freedom: p = 1 - t / sqrt(t^2 + 2) = 0.0033168; Holm doubles the smaller of two.
    assert alone.adjusted_p == pytest.approx(0.0033168, abs=1e-6)
    assert rita.windows[0].adjusted_p == pytest.approx(0.0066336, abs=2e-6)
    assert rob.windows[0].adjusted_p == pytest.approx(0.0066336, abs=2e-6)
    assert rita.windows[1].adjusted_p is None
    assert rita.windows[0].differs
    assert not rita.windows[1].differs


def test_a_difference_that_one_question_would_find_is_not_claimed_when_many_are_asked() -> None:
    # Differences 8, 10, 12: t = 10 / (2 / sqrt(3)) = 8.66 with 2 degrees of freedom, p = 0.01307.
    scorings = [
        each
        for reviewer in range(10, 20)
        for part, gap in enumerate((8, 10, 12), start=10 * reviewer)
        for each in (scoring(part, reviewer, 80 + gap), scoring(part, ROB, 80))
    ]

    alone = rules.compare(scorings, [10], [FIRST])[0].windows[0]
    many = rules.compare(scorings, range(10, 20), [FIRST])

    assert alone.differs
    assert alone.adjusted_p == pytest.approx(0.01307, abs=1e-4)
    assert not any(reviewer.windows[0].differs for reviewer in many)
    assert many[0].windows[0].adjusted_p == pytest.approx(0.1307, abs=1e-3)


def test_the_sentence_says_by_how_much_and_over_which_weeks() -> None:
    window = rules.window_of(dt.date(2024, 1, 10))
    parts = [
        each
        for part, ritas in ((1, 89), (2, 90), (3, 91))
        for each in (scoring(part, RITA, ritas, on=window.first), scoring(part, ROB, 80, on=window.first))
    ]

    rita, rea = rules.compare(parts, [RITA, REA], [window])
    level = rules.compare(
        [scoring(1, RITA, 9), scoring(1, ROB, 8), scoring(2, RITA, 8), scoring(2, ROB, 9)], [RITA], [FIRST]
    )

    # 10 plus and minus 4.302653 / sqrt(3) = 2.484.
    assert board.sentence(rita) == ("differs from the others by +10.0 points (+7.5 to +12.5) over 1 Jan – 28 Jan")
    assert board.sentence(rea) == "too few parts scored together to tell"
    assert board.sentence(level[0]) == "no clear difference from the others in the weeks shown"


def test_the_team_together_is_one_figure_a_part() -> None:
    scorings = [
        *(scoring(1, RITA, 90, {"a": "x"}), scoring(1, ROB, 80, {"a": "x"}), scoring(1, REA, 60, {"a": "y"})),
        *(scoring(2, RITA, 50, {"a": "x"}), scoring(2, ROB, 50, {"a": "x"})),
    ]

    together = board.overall(scorings, [FIRST, SECOND])

    # Part 1: gaps 10, 30 and 20, mean 20, one pair of three alike; part 2: 0 and 100 %.
    assert together[0].distance.estimate == pytest.approx(10)
    assert together[0].agreement.estimate == pytest.approx((100 / 3 + 100) / 2)
    assert together[0].parts == 2
    assert together[1].distance.estimate is None


def test_a_hidden_double_stands_for_all_parts_that_might_have_got_one_and_a_session_s_part_for_itself() -> None:
    scorings = [
        *(scoring(1, RITA, 90, {"a": "x"}), replace(scoring(1, ROB, 80, {"a": "x"}), second_chance=0.1)),
        *(scoring(2, RITA, 90, {"a": "x"}), replace(scoring(2, ROB, 40, {"a": "y"}), second_chance=0.2)),
        *(scoring(3, RITA, 50, {"a": "x"}), scoring(3, ROB, 45, {"a": "y"})),
    ]

    together = board.overall(scorings, [FIRST])[0]
    rita = rules.compare(scorings, [RITA], [FIRST])[0].windows[0]

    # Weights 10, 5 and 1: (10 x 100 %) / 16; (10 x 10 + 5 x 50 + 5) / 16.
    assert together.agreement.estimate == pytest.approx(62.5)
    assert together.distance.estimate == pytest.approx(355 / 16)
    assert rita.agreement.estimate == pytest.approx(62.5)
