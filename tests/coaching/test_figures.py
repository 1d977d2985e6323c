"""A specialist beside the others of the team, by hand calculation."""

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy import stats

from exports.coaching_workbook import focus_areas
from qa.coaching import figures, workbook
from qa.coaching.figures import Criterion, Reviewed, coaching_list
from qa.core.numerals import number
from qa.reviews.measured import Framed, measure
from qa.reviews.measured import Reviewed as Scored

SAM, OLA = 1, 2
WEEKS = [dt.date(2026, 3, 2), dt.date(2026, 3, 9)]
TONE = Criterion(key="tone", name="Tone", family="trial")
CORRECT = Criterion(key="correct", name="Correct", family="trial")


@dataclass(frozen=True)
class Line:
    """A review as both of its rows: scored, and by criterion."""

    scored: Scored
    criteria: Reviewed


_ids = itertools.count(1)


def reviewed(
    who: int,
    score: float | None,
    pi: float = 0.5,
    *,
    week: int = 0,
    outcome: str = "passed",
    by: int = 1,
    team: str = "Payouts",
    **criteria: float,
) -> Line:
    number = next(_ids)
    scored = Scored(
        review_id=number,
        week=WEEKS[week],
        team=team,
        queue="payouts",
        score=score,
        outcome=outcome,
        inclusion_probability=pi,
        specialist_id=who,
        reviewer_id=by,
    )
    return Line(scored, Reviewed(review_id=number, specialist_id=who, criteria=criteria))


def stand(lines: Sequence[Line], who: int, criteria: Sequence[Criterion], weeks: Sequence[dt.date]) -> figures.Standing:
    measured = measure([line.scored for line in lines], [], [])
    return figures.standing(measured, [line.criteria for line in lines], who, "Payouts", criteria, weeks)


def test_quality_is_weighed_and_stands_beside_the_others() -> None:
    reviews = [
        reviewed(SAM, 90),
        reviewed(SAM, 60, 0.25, outcome="failed"),
        reviewed(SAM, None),
        reviewed(OLA, 80),
        reviewed(OLA, 70, outcome="failed_critical"),
    ]

    standing = stand(reviews, SAM, [], WEEKS)

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

    gap = stand(reviews, SAM, [TONE], WEEKS).gaps[0]

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
    standing = stand([reviewed(SAM, 90, week=1), reviewed(OLA, 70, week=1)], SAM, [], WEEKS)

    first, second = standing.weekly
    assert (first[0], first[1].estimate, first[1].reason) == (WEEKS[0], None, "no reviews")
    assert (second[1].estimate, second[2].estimate) == (90, 70)


def test_focus_areas_are_the_criteria_whose_gap_is_low_even_at_best() -> None:
    def gap_of(key: str, own: tuple[float, ...]) -> list[Line]:
        others = [reviewed(OLA, 80, **{key: share}) for share in (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.9)]
        return [reviewed(SAM, 80, **{key: share}) for share in own] + others

    criteria = [Criterion(key=key, name=key, family="trial") for key in ("fine", "surely", "maybe", "low")]
    reviews = [
        *gap_of("fine", (1.0, 1.0, 1.0, 1.0, 1.0, 0.9)),
        *gap_of("surely", (0.5, 0.5, 0.6, 0.5, 0.5, 0.6)),  # a middling gap that is certain
        *gap_of("maybe", (0.0, 1.0, 0.0, 1.0, 0.0, 0.5)),  # a larger gap that could be nothing
        *gap_of("low", (0.1, 0.2, 0.1, 0.2, 0.1, 0.2)),
    ]

    standing = stand(reviews, SAM, criteria, WEEKS)
    chosen = [area.key for area in focus_areas(workbook.figures_of(standing.gaps)).chosen]

    highs = {gap.criterion.key: gap.gap.interval.high for gap in standing.gaps if gap.gap.interval}
    assert chosen[:2] == ["low", "surely"]
    assert chosen == sorted(chosen, key=highs.__getitem__)
    assert "fine" not in chosen


def test_another_teams_reviews_do_not_stand_among_the_others() -> None:
    standing = stand([reviewed(SAM, 90), reviewed(OLA, 70), reviewed(3, 0, team="Appeals")], SAM, [], WEEKS)

    assert standing.team_quality.estimate == pytest.approx(70)


def test_a_gap_between_people_whom_different_reviewers_scored_may_be_the_reviewers() -> None:
    def gap(second: int) -> figures.CriterionGap:
        lines = [reviewed(SAM, 80, by=1, tone=share) for share in (0.4, 0.5, 0.6, 0.5, 0.4, 0.6)]
        lines += [reviewed(OLA, 80, by=second, tone=share) for share in (0.6, 0.7, 0.8, 0.7, 0.6, 0.8)]
        return stand(lines, SAM, [TONE], WEEKS).gaps[0]

    shared, apart = gap(1), gap(2)

    assert shared.clear
    assert not apart.clear
    assert apart.own.reviewer_variance > 0
    said = dict(apart.told)
    assert said["Standard error"].startswith(f"{number(apart.gap.std_error, 2)}: sampling")
    assert "strictness on this criterion 0.00" in dict(shared.told)["Standard error"]


def test_gaps_are_called_clear_only_after_the_correction_over_the_list() -> None:
    criteria = [Criterion(key=f"c{n}", name=f"c{n}", family="trial") for n in range(8)]
    lines = []
    for n in range(10):
        # One criterion with a middling gap (p about 0.04 by itself), seven without any.
        same = {f"c{k}": 0.5 + 0.1 * ((n + k) % 3) for k in range(1, 8)}
        lines.append(reviewed(SAM, 80, 0.999, c0=0.50 + 0.05 * (n % 5), **same))
        lines.append(reviewed(OLA, 80, 0.999, c0=0.57 + 0.05 * (n % 5), **same))
    loose = [replace(line, scored=replace(line.scored, inclusion_probability=0.01)) for line in lines]

    alone, listed = stand(loose, SAM, criteria[:1], WEEKS).gaps, stand(loose, SAM, criteria, WEEKS).gaps

    # sd 0.0745 with 10 each: error 3.16 points of 7, t = 2.1 with 18 degrees of freedom, p = 0.05; eight tests: 0.39.
    assert alone[0].clear
    assert listed[0].adjusted_p == pytest.approx(8 * (alone[0].adjusted_p or 0), rel=1e-6)
    assert not listed[0].clear


def test_the_list_puts_whom_to_look_at_first_and_shows_everybodys_own_figure() -> None:
    levels = {1: 60.0, 2: 80.0, 3: 82.0, 4: 84.0, 5: 86.0, 6: 88.0}
    rows = [
        reviewed(who, level + gap, by=n % 3).scored
        for who, level in levels.items()
        for n, gap in enumerate((-3.0, -1.0, 0.0, 1.0, 3.0, 0.0))
    ]
    lone = [reviewed(7, 20.0).scored]  # one review, far off

    found = coaching_list(measure([*rows, *lone], [], []), [1, 2, 6, 7], {})

    order = sorted(found.placed.values(), key=lambda placed: placed.position)
    assert found.reason is None
    assert found.placed[1].reported.figure.estimate == pytest.approx(60)
    assert found.placed[7].reported.figure.estimate == pytest.approx(20)
    # One review is believed by less than six: it does not make somebody the last by itself.
    assert (found.placed[7].share or 0) < (found.placed[1].share or 0)
    assert order[-1].specialist_id == 6
    assert found.placed[1].ranks is not None
    assert found.placed[7].ranks is None
    told = dict(found.placed[1].told.rules)
    shrunken = found.placed[1].shrunken
    assert shrunken is not None
    assert shrunken.interval is not None
    assert told["Robust interval"].startswith(f"{number(shrunken.interval.low)} to {number(shrunken.interval.high)} ")
    assert told["Ranks"].startswith(f"{found.placed[1].ranks[0]} to {found.placed[1].ranks[1]} of 4")
    assert "Ranks" not in dict(found.placed[7].told.rules)


def test_people_who_do_not_differ_beyond_chance_have_no_order() -> None:
    rows = [
        reviewed(who, 80 + gap, by=n).scored
        for who in range(1, 7)
        for n, gap in enumerate((-9.0, -3.0, 0.0, 3.0, 9.0, float(who % 2)))
    ]

    assert coaching_list(measure(rows, [], []), [1, 2], {}).reason == "specialists do not differ beyond chance"


def test_the_predicted_score_narrows_a_specialists_figure_and_is_told() -> None:
    rng = np.random.default_rng(3)
    quality = {who: 70 + 3 * who for who in range(1, 7)}
    rows, frame = [], []
    for who, level in quality.items():
        known = level + rng.normal(0, 8, 60)
        scores = known + rng.normal(0, 3, 60)
        frame.append(
            Framed(
                week=WEEKS[0],
                team="Payouts",
                queue="payouts",
                specialist_id=who,
                frame=60,
                predicted=60,
                predicted_sum=float(known.sum()),
            )
        )
        rows += [
            replace(reviewed(who, float(scores[n]), 0.2, by=n % 4).scored, predicted=float(known[n])) for n in range(12)
        ]

    with_score = figures.standing(measure(rows, frame, []), [], SAM, "Payouts", [], WEEKS)
    without = figures.standing(
        measure([replace(row, predicted=None) for row in rows], frame, []), [], SAM, "Payouts", [], WEEKS
    )

    narrow, wide = with_score.quality.variance, without.quality.variance
    assert narrow is not None
    assert wide is not None
    assert narrow < 0.5 * wide
    assert with_score.told["quality"].regression
    assert with_score.told["quality"].correlation is None  # twelve reviews are too few to measure one
    assert "regression" in with_score.quality.method
    assert "weighted mean" in without.quality.method
