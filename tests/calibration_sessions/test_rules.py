"""What a report says, by hand calculation."""

from collections.abc import Sequence

import pytest

import rubrics
from qa.calibration_sessions import rules
from qa.calibration_sessions.rules import Given
from tests.support.builders import RUBRIC

TRIAL = rubrics.load_yaml(RUBRIC.format(key="trial", version="1.0"), name="trial.yaml")
CORRECT, TONE = TRIAL.criterion("correct"), TRIAL.criterion("tone")
RITA, ROB, QUINN = 1, 2, 3


def given(user: int, part: int, criterion: str, level: str | None) -> Given:
    na = level == "na"
    return Given(
        user_id=user,
        part_id=part,
        criterion_key=criterion,
        level_key=None if na else level,
        percentage=None,
        not_applicable=na,
    )


def grid(criterion: str, *rows: Sequence[str]) -> list[Given]:
    """A row a participant (Rita, Rob, Quinn), a column a part."""
    return [
        given(user, part, criterion, level)
        for user, row in enumerate(rows, start=1)
        for part, level in enumerate(row, start=1)
    ]


def report(answers: list[Given], criterion: str, users: int, parts: int) -> rules.CriterionReport:
    reports = rules.criterion_reports(TRIAL, answers, range(1, users + 1), range(1, parts + 1))
    return next(each for each in reports if each.criterion.key == criterion)


def test_agreement_and_alpha_of_a_binary_criterion() -> None:
    answers = grid("tone", ("met", "met", "missed", "met"), ("met", "missed", "missed", "met"))

    tone = report(answers, "tone", 2, 4)

    # 3 of 4 alike. Nominal: of 8 values 5 met and 3 missed; D_o = 2/8, D_e = 2 * 5 * 3 / (8 * 7) = 30/56:
    # alpha = 1 - (1/4) / (30/56) = 1 - 14/30.
    assert tone.level == "nominal"
    assert tone.agreement.estimate == pytest.approx(0.75)
    assert tone.alpha.estimate == pytest.approx(1 - 14 / 30)
    assert tone.alpha.interval is not None
    assert tone.alpha.interval.low <= tone.alpha.estimate <= tone.alpha.interval.high
    # Gwet: chance is 2 * 5/8 * 3/8 = 30/64, so (48/64 - 30/64) / (34/64).
    assert tone.ac.estimate == pytest.approx(18 / 34)
    assert tone.prevails == ("Met", 5 / 8)


def test_levels_are_ordered_so_that_a_near_miss_costs_less() -> None:
    near = grid("correct", ("full", "full", "wrong", "partly"), ("full", "partly", "wrong", "partly"))
    far = grid("correct", ("full", "full", "wrong", "partly"), ("full", "wrong", "wrong", "partly"))

    a, b = report(near, "correct", 2, 4), report(far, "correct", 2, 4)

    assert a.level == "ordinal"
    assert a.agreement.estimate == b.agreement.estimate == pytest.approx(0.75)
    assert a.alpha.estimate is not None
    assert b.alpha.estimate is not None
    assert a.alpha.estimate > b.alpha.estimate


def test_not_applicable_is_left_out_and_counted() -> None:
    answers = grid("correct", ("full", "na", "wrong"), ("full", "full", "wrong"))

    correct = report(answers, "correct", 2, 3)

    # The second part has one value left and pairs with nothing.
    assert correct.not_applicable == 1
    assert correct.agreement.estimate == 1
    assert correct.agreement.n_items == 2
    assert correct.alpha.estimate == pytest.approx(1)


def test_alpha_is_undefined_with_its_reason_where_nothing_varies_or_nobody_overlaps() -> None:
    alike = report(grid("tone", ("met", "met"), ("met", "met")), "tone", 2, 2)
    alone = report([given(RITA, 1, "tone", "met"), given(ROB, 2, "tone", "met")], "tone", 2, 2)

    assert alike.agreement.estimate == 1
    for undefined in (alike.alpha, alone.alpha, alone.agreement):
        assert undefined.estimate is None
        assert undefined.interval is None
        assert undefined.reason


def test_a_report_shown_twice_says_the_same() -> None:
    answers = grid("tone", ("met", "met", "missed", "met", "missed"), ("met", "missed", "missed", "met", "met"))

    once, again = report(answers, "tone", 2, 5), report(answers, "tone", 2, 5)

    assert once == again


def test_a_participants_difference_from_consensus_has_a_t_interval() -> None:
    scores = {(RITA, 1): 90.0, (RITA, 2): 85.0, (RITA, 3): 70.0, (ROB, 1): 80.0, (ROB, 2): None, (ROB, 3): 66.0}
    consensus = {1: 80.0, 2: 80.0, 3: None}

    rita, rob, quinn = rules.participant_reports(scores, consensus, [RITA, ROB, QUINN])

    # Rita: 10 and 5, mean 7.5, error 2.5, t(0.975, 1) = 12.7062: plus and minus 31.7655.
    assert rita.parts == 2
    assert rita.difference.estimate == pytest.approx(7.5)
    assert rita.difference.interval is not None
    assert rita.difference.interval.low == pytest.approx(7.5 - 31.7655, abs=1e-3)
    assert rita.difference.interval.high == pytest.approx(7.5 + 31.7655, abs=1e-3)
    assert rita.spread.estimate is None
    assert rita.spread.reason == "2 of the 3 parts that a spread needs"
    assert (rob.parts, rob.difference.estimate, rob.difference.interval) == (1, 0, None)
    assert (quinn.parts, quinn.difference.estimate) == (0, None)


def test_the_agreement_of_a_session_is_a_mean_over_its_parts() -> None:
    # Part 1: Tone 1 of 3 pairs alike, Correct all: 2/3. Part 2: Tone all alike, one Correct is N/A and two differ: 1/2.
    tone = grid("tone", ("met", "met"), ("met", "met"), ("missed", "met"))
    correct = grid("correct", ("full", "na"), ("full", "wrong"), ("full", "full"))

    found = rules.session_agreement([*tone, *correct])

    # Mean of 66.667 and 50, standard error 8.3333, t(0.975, 1) = 12.7062: wider than the scale, so cut to it.
    assert found.estimate == pytest.approx(58.3333, abs=1e-3)
    assert found.n_items == 2
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == (0, 100)


def test_a_spread_has_a_chi_square_interval() -> None:
    found = rules.spread([10.0, 5.0, 0.0])

    # s = 5 with 2 degrees of freedom; chi-square(2) has its quantiles at -2 ln(p): 7.3778 and 0.050636.
    # 5 * sqrt(2 / 7.3778) = 2.6033 and 5 * sqrt(2 / 0.050636) = 31.424.
    assert found.estimate == pytest.approx(5)
    assert found.interval is not None
    assert found.interval.low == pytest.approx(2.6033, abs=1e-4)
    assert found.interval.high == pytest.approx(31.424, abs=1e-3)


@pytest.mark.parametrize(
    ("chosen", "proposed"),
    [
        pytest.param(("met", "met", "missed"), "met", id="what most gave"),
        pytest.param(("met", "missed"), None, id="a tie proposes nothing"),
        pytest.param(("na", "na", "met"), "na", id="not applicable"),
        pytest.param((), None, id="nobody"),
    ],
)
def test_consensus_starts_from_what_most_chose(chosen: tuple[str, ...], proposed: str | None) -> None:
    answers = [given(user, 1, "tone", level) for user, level in enumerate(chosen)]

    assert rules.proposal([*answers, given(9, 2, "tone", "missed")], 1, TONE) == proposed
