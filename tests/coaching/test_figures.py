"""A specialist beside the others of the team, by hand calculation."""

import datetime as dt

import pytest
from scipy import stats

from exports.coaching_workbook import focus_areas
from qa.coaching import figures, workbook
from qa.coaching.figures import Criterion, Reviewed

SAM, OLA = 1, 2
WEEKS = [dt.date(2026, 3, 2), dt.date(2026, 3, 9)]
TONE = Criterion(key="tone", name="Tone", family="trial")
CORRECT = Criterion(key="correct", name="Correct", family="trial")


def reviewed(
    who: int, score: float | None, pi: float = 0.5, *, week: int = 0, outcome: str = "passed", **criteria: float
) -> Reviewed:
    return Reviewed(
        review_id=0,
        specialist_id=who,
        week=WEEKS[week],
        score=score,
        outcome=outcome,
        inclusion_probability=pi,
        criteria=criteria,
    )


def test_quality_is_weighed_and_stands_beside_the_others() -> None:
    reviews = [
        reviewed(SAM, 90),
        reviewed(SAM, 60, 0.25, outcome="failed"),
        reviewed(SAM, None),
        reviewed(OLA, 80),
        reviewed(OLA, 70, outcome="failed_critical"),
    ]

    standing = figures.standing(reviews, SAM, [], WEEKS)

    # Sam: weights 2 and 4: (180 + 240) / 6 = 70; a third passed. The others: (160 + 140) / 4 = 75.
    assert standing.quality.estimate == pytest.approx(70)
    assert standing.quality.n == 2
    assert standing.passed.estimate == pytest.approx(1 / 3)
    assert standing.critical.estimate == 0
    assert standing.team_quality.estimate == pytest.approx(75)


def test_a_criterions_gap_has_welchs_interval() -> None:
    reviews = [
        *(reviewed(SAM, 80, tone=share) for share in (0.0, 0.0, 1.0, 0.0)),
        *(reviewed(OLA, 80, tone=share) for share in (1.0, 1.0, 1.0, 0.0)),
        reviewed(OLA, 80, correct=1.0),
    ]

    gap = figures.standing(reviews, SAM, [TONE], WEEKS).gaps[0]

    # 25 % against 75 %. Squared deviations 3 * 25^2 + 75^2 = 7500 on both sides:
    # V = 4/3 * 0.5 * 4 * 7500 / 8^2 = 312.5 each; error 25; Welch: 6 degrees of freedom.
    half = stats.t.ppf(0.975, 6) * 25
    assert (gap.own.estimate, gap.others.estimate) == (pytest.approx(25), pytest.approx(75))
    assert gap.gap.estimate == pytest.approx(-50)
    assert gap.gap.std_error == pytest.approx(25)
    assert gap.gap.df == pytest.approx(6)
    assert gap.gap.interval is not None
    assert (gap.gap.interval.low, gap.gap.interval.high) == pytest.approx((-50 - half, -50 + half))
    assert gap.few


def test_weeks_without_a_review_are_there_with_their_reason() -> None:
    standing = figures.standing([reviewed(SAM, 90, week=1), reviewed(OLA, 70, week=1)], SAM, [], WEEKS)

    first, second = standing.weekly
    assert (first[0], first[1].estimate, first[1].reason) == (WEEKS[0], None, "no reviews")
    assert (second[1].estimate, second[2].estimate) == (90, 70)


def test_focus_areas_are_the_criteria_whose_gap_is_low_even_at_best() -> None:
    def gap_of(key: str, own: tuple[float, ...]) -> list[Reviewed]:
        others = [reviewed(OLA, 80, **{key: share}) for share in (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.9)]
        return [reviewed(SAM, 80, **{key: share}) for share in own] + others

    criteria = [Criterion(key=key, name=key, family="trial") for key in ("fine", "surely", "maybe", "low")]
    reviews = [
        *gap_of("fine", (1.0, 1.0, 1.0, 1.0, 1.0, 0.9)),
        *gap_of("surely", (0.5, 0.5, 0.6, 0.5, 0.5, 0.6)),  # a middling gap that is certain
        *gap_of("maybe", (0.0, 1.0, 0.0, 1.0, 0.0, 0.5)),  # a larger gap that could be nothing
        *gap_of("low", (0.1, 0.2, 0.1, 0.2, 0.1, 0.2)),
    ]

    standing = figures.standing(reviews, SAM, criteria, WEEKS)
    chosen = [area.key for area in focus_areas(workbook.figures_of(standing.gaps)).chosen]

    highs = {gap.criterion.key: gap.gap.interval.high for gap in standing.gaps if gap.gap.interval}
    assert chosen[:2] == ["low", "surely"]
    assert chosen == sorted(chosen, key=highs.__getitem__)
    assert "fine" not in chosen
