"""Weekly figures and key figures, by hand calculation."""

import datetime as dt
from dataclasses import replace

import pytest
from scipy import stats

from qa.reviews.measured import Drawn, Framed, Reviewed
from qa.trends import rules, tiles
from qa.trends.rules import Evidence

WEEKS = [dt.date(2026, 3, 2) + dt.timedelta(weeks=n) for n in range(8)]
WEEK = WEEKS[0]
BEFORE, NEWEST = WEEKS[:4], WEEKS[4:]


def reviewed(
    score: float | None,
    pi: float = 0.5,
    *,
    week: dt.date = WEEK,
    team: str = "Payouts",
    queue: str = "payouts",
    outcome: str = "passed",
    who: int = 1,
    by: int = 1,
) -> Reviewed:
    return Reviewed(
        week=week,
        team=team,
        queue=queue,
        score=score,
        outcome=outcome,
        inclusion_probability=pi,
        review_id=0,
        specialist_id=who,
        reviewer_id=by,
        rubric="Trial 1.0",
    )


def framed(week: dt.date = WEEK, team: str = "Payouts", queue: str = "payouts", who: int = 1, **sums: int) -> Framed:
    return Framed(week=week, team=team, queue=queue, specialist_id=who, **sums)


def drawn(count: int, week: dt.date = WEEK, team: str = "Payouts", queue: str = "payouts") -> Drawn:
    return Drawn(week=week, team=team, queue=queue, drawn=count)


def row(scores: list[float], week: dt.date, **more: str) -> list[Reviewed]:
    return [reviewed(score, week=week, **more) for score in scores]


def test_weekly_quality_weighs_each_review_and_holds_the_reviewers_strictness() -> None:
    reviews = [reviewed(90, 0.5), reviewed(60, 0.25), reviewed(80, 0.5)]

    week = rules.weekly(Evidence.of(reviews, [framed(frame=8, late=1)], [drawn(3)]), [WEEK])[""][0]

    # Weights 2, 4, 2: (180 + 240 + 160) / 8 = 72.5.
    # V = 3/2 * (0.5 * (2 * 17.5)^2 + 0.75 * (4 * 12.5)^2 + 0.5 * (2 * 7.5)^2) / 64 = 3/2 * 2600 / 64 = 60.9375.
    # One reviewer scored all: the 16 points^2 that nothing is known of beyond come on top. n_eff = 64 / 24 = 8/3, so
    # Student's t has 5/3 degrees of freedom times the squared ratio of the variances; the interval is cut to 0..100.
    df = 5 / 3 * (76.9375 / 60.9375) ** 2
    half = stats.t.ppf(0.975, df) * 76.9375**0.5
    figure = week.quality.figure
    assert figure.estimate == pytest.approx(72.5)
    assert (figure.variance, figure.reviewer_variance) == (pytest.approx(60.9375), 16)
    assert figure.interval is not None
    assert figure.interval.low == pytest.approx(max(0, 72.5 - half))
    assert figure.interval.high == 100
    assert (week.frame, week.drawn, week.reviewed, week.coverage, week.late) == (8, 3, 3, 3 / 8, 1)
    assert week.quality.population == 8
    assert (week.quality.least_weight, week.quality.largest_weight) == (2, 4)


def test_shares_have_korn_and_graubards_interval() -> None:
    outcomes = ["passed"] * 6 + ["failed"] * 3 + ["failed_critical"]
    reviews = [reviewed(80, 0.5, outcome=outcome) for outcome in outcomes]

    week = rules.weekly(Evidence.of(reviews, [framed(frame=20)], [drawn(10)]), [WEEK])[""][0]

    # p = 0.6; V = 10/9 * 0.5 * (6 * 0.4^2 + 4 * 0.6^2) / 100 = 0.0133333; p(1-p)/V = 18 is cut to the 10 reviews;
    # times (z / t_9)^2 and then Clopper and Pearson's bounds with real counts.
    effective = 10 * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, 9)) ** 2
    hits = 0.6 * effective
    passed = week.passed.figure
    assert passed.estimate == pytest.approx(0.6)
    assert passed.variance == pytest.approx(2.4 / 180)
    assert passed.interval is not None
    assert passed.interval.low == pytest.approx(stats.beta.ppf(0.025, hits, effective - hits + 1))
    assert passed.interval.high == pytest.approx(stats.beta.ppf(0.975, hits + 1, effective - hits))
    assert week.critical.figure.estimate == pytest.approx(0.1)


def test_a_week_without_reviews_has_no_figure_and_says_why() -> None:
    week = rules.weekly(Evidence.of([reviewed(80)], [framed(frame=5)], [drawn(1)]), WEEKS[:2])[""][1]

    assert week.quality.figure.estimate is None
    assert week.quality.figure.reason == "no reviews"
    assert week.csat.reason == "nothing to count"
    assert week.coverage is None


def test_a_review_without_a_score_is_reviewed_but_has_no_quality() -> None:
    reviews = [reviewed(None, outcome="not_scored"), reviewed(80)]

    week = rules.weekly(Evidence.of(reviews, [framed(frame=4)], [drawn(2)]), [WEEK])[""][0]

    assert week.reviewed == 2
    assert week.quality.figure.n == 1
    assert week.quality.figure.interval is None


def test_domains_split_what_they_name_and_sum_their_counts() -> None:
    reviews = [reviewed(90), reviewed(50, team="Appeals", queue="appeals"), reviewed(70, queue="gifts")]
    frame = [
        framed(frame=4, csat_good=3, csat_bad=1),
        framed(queue="gifts", frame=6, csat_good=1),
        framed(team="Appeals", queue="appeals", frame=3),
    ]
    taken = [drawn(1), drawn(1, queue="gifts"), drawn(1, team="Appeals", queue="appeals")]
    evidence = Evidence.of(reviews, frame, taken)

    teams = rules.weekly(evidence, [WEEK], rules.by_team)
    queues = rules.weekly(evidence, [WEEK], rules.by_queue)

    assert list(teams) == ["Appeals", "Payouts"]
    assert teams["Payouts"][0].quality.figure.estimate == pytest.approx(80)
    assert (teams["Payouts"][0].frame, teams["Payouts"][0].drawn) == (10, 2)
    assert teams["Payouts"][0].csat.estimate == pytest.approx(4 / 5)
    assert [queues[name][0].quality.figure.estimate for name in ("appeals", "gifts", "payouts")] == [50, 70, 90]


def test_satisfaction_has_wilsons_interval() -> None:
    share = rules.share(8, 10)

    # Wilson (1927) for 8 of 10 at 95 %: 0.4902 to 0.9433.
    assert share.interval is not None
    assert (share.interval.low, share.interval.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)


SPREAD = [-4.0, -2.0, 0.0, 2.0, 4.0]


def row_of(evidence: Evidence) -> dict[str, tiles.Tile]:
    """The key figures of the newest block beside the one before, judged together."""
    codes, framed_codes = evidence.codes(lambda row: 0 if row.week in NEWEST else 1 if row.week in BEFORE else -1)
    window, rows = evidence.measured.window, []
    for key, pair, more in (
        ("quality", window.quality(codes, framed_codes, 2), True),
        ("passed", window.share(evidence.outcomes("passed"), codes, framed_codes, 2), True),
        ("critical", window.share(evidence.outcomes("failed_critical"), codes, framed_codes, 2), False),
    ):
        change = window.gap(*pair)
        tile = tiles.of_reviews(
            key, key, pair[0], change, proportion=key != "quality", drawn=0, left_out=(), rubrics=()
        )
        rows.append((tile, more, pair[0].figure, pair[1].figure, change))
    counts = [[each for each in evidence.measured.frame if each.week in weeks] for weeks in (NEWEST, BEFORE)]
    now, then = (
        (sum(each.csat_good for each in block), sum(each.csat_good + each.csat_bad for each in block))
        for block in counts
    )
    tile, *figures = tiles.of_counts("csat", "CSAT", now, then, n_word="answers", words="", formula="")
    rows.append((tile, True, *figures))
    return {tile.key: tile for tile in tiles.judged(rows)}


def rows_of(then: float, now: float) -> dict[str, tiles.Tile]:
    reviews = [
        each
        for block, level in ((BEFORE, then), (NEWEST, now))
        for week in block
        for each in row([level + gap for gap in SPREAD], week)
    ]
    return row_of(Evidence.of(reviews, [framed(week, frame=10) for week in WEEKS], [drawn(5, week) for week in WEEKS]))


def test_a_clear_rise_is_better_and_a_clear_fall_is_worse() -> None:
    rise, fall, still = rows_of(70, 80)["quality"], rows_of(80, 70)["quality"], rows_of(75, 75.2)["quality"]

    # Each block: 20 reviews, squared deviations 4 * 40 = 160, V = 20/19 * 0.5 * 4 * 160 / 40^2 = 0.21053. The same
    # reviewer scored both blocks, so the strictness cancels in the change.
    assert rise.value == pytest.approx(80)
    assert rise.told is not None
    assert rise.told.sampling == pytest.approx(0.2105263**0.5)
    assert rise.told.std_error == pytest.approx((0.2105263 + 16) ** 0.5)
    assert rise.change == pytest.approx(10)
    assert rise.change_low is not None
    assert rise.change_high is not None
    half = stats.t.ppf(0.975, 38) * (2 * 0.2105263) ** 0.5
    assert (rise.change_low, rise.change_high) == (
        pytest.approx(10 - half, abs=0.01),
        pytest.approx(10 + half, abs=0.01),
    )
    assert (rise.verdict, rise.tone) == ("better", "good")
    assert (fall.verdict, fall.tone) == ("worse", "bad")
    assert (still.verdict, still.tone) == ("cannot tell", "neutral")


def test_a_rise_that_other_reviewers_may_have_made_is_no_rise() -> None:
    reviews = [
        reviewed(level + gap, week=week, by=by)
        for block, level, by in ((BEFORE, 74, 1), (NEWEST, 78, 2))
        for week in block
        for gap in SPREAD
    ]

    quality = row_of(Evidence.of(reviews))["quality"]

    # Two reviewers, four points apart: nothing tells whether they or the work changed.
    assert quality.change == pytest.approx(4)
    assert quality.verdict == "cannot tell"


def test_fewer_than_five_reviews_are_too_few_to_judge() -> None:
    reviews = [*row([50, 52, 54, 56], BEFORE[0]), *row([90, 91, 92, 93, 94, 95], NEWEST[0])]

    quality = row_of(Evidence.of(reviews))["quality"]

    assert quality.p_value is not None
    assert quality.p_value < 0.001
    assert quality.verdict == "too few to judge"


def test_a_share_whose_interval_is_wide_is_too_few_to_judge() -> None:
    reviews = [
        *(reviewed(80, week=BEFORE[0], outcome="failed" if n < 8 else "passed") for n in range(10)),
        *(reviewed(80, week=NEWEST[0], outcome="failed" if n < 3 else "passed") for n in range(10)),
    ]

    passed = row_of(Evidence.of(reviews))["passed"]

    assert passed.value == pytest.approx(70)
    assert passed.verdict == "too few to judge"


def test_fewer_critical_errors_are_better() -> None:
    def block(week: dt.date, critical: int) -> list[Reviewed]:
        return [reviewed(80, week=week, outcome="failed_critical" if n < critical else "passed") for n in range(100)]

    less, more = (
        row_of(Evidence.of(block(BEFORE[0], then) + block(NEWEST[0], now))) for then, now in ((40, 5), (5, 40))
    )

    assert (less["critical"].verdict, less["passed"].verdict) == ("better", "better")
    assert (more["critical"].verdict, more["passed"].verdict) == ("worse", "worse")


def test_the_row_of_key_figures_is_corrected_with_holm() -> None:
    csat = [framed(BEFORE[0], csat_good=700, csat_bad=300), framed(NEWEST[0], csat_good=745, csat_bad=255)]
    reviews = [
        *(reviewed(70 + n % 5, week=BEFORE[0], outcome="failed" if n % 2 else "passed") for n in range(40)),
        *(reviewed(70 + n % 5, week=NEWEST[0], outcome="failed" if n % 2 else "passed") for n in range(40)),
    ]

    alone, together = row_of(Evidence.of([], csat))["csat"], row_of(Evidence.of(reviews, csat))

    # 0.745 - 0.7 = 0.045; error sqrt(0.21 / 1000 + 0.189975 / 1000) = 0.019999: p = 0.0246 alone, three times as
    # much beside quality and pass rate; the critical rate is 0 in both and was not tested.
    assert alone.p_value == pytest.approx(0.0246, abs=2e-4)
    assert alone.verdict == "better"
    assert together["critical"].adjusted_p is None
    assert together["csat"].adjusted_p == pytest.approx(3 * 0.0246, abs=6e-4)
    assert together["csat"].verdict == "cannot tell"


def test_the_fair_mean_takes_out_a_strict_reviewer_and_leaves_a_failed_critical_as_scored() -> None:
    # Twenty reviewers of six reviews each; the last is ten points stricter.
    reviews = [reviewed(80 + n % 3 - (10 if by == 19 else 0), by=by) for by in range(20) for n in range(6)]
    reviews.append(replace(reviewed(0, outcome="failed_critical", by=0), base_score=80.0))
    evidence = Evidence.of(reviews, [framed(frame=300)], [drawn(len(reviews))])

    known = evidence.measured.strictness
    fair = evidence.measured.fair_scores()

    assert known is not None
    assert known.effects[19] == pytest.approx(-10, abs=1.5)
    assert abs(known.effects[:19]).max() < 3
    assert fair[-1] == 0
    assert fair[19 * 6 : 20 * 6].mean() == pytest.approx(81, abs=1.5)


def test_what_stands_behind_a_figure_adds_up() -> None:
    reviews = [reviewed(90, 0.5), reviewed(60, 0.25), reviewed(80, 0.5), reviewed(None, 0.5, outcome="not_scored")]
    evidence = Evidence.of(reviews, [framed(frame=10, late=2)], [drawn(5)])

    (week,) = rules.weekly(evidence, [WEEK])[""]
    told = rules.told_of_week(week, "quality", [("targeted reviews (chosen, not drawn)", 3)], ["Trial 1.0"])

    # Four of five done: weights times 5/4, so 2.5, 5 and 2.5 for the three with a score.
    assert told.terms == (pytest.approx(725), pytest.approx(10))
    assert told.estimate == pytest.approx(72.5)
    assert (told.n, told.drawn, told.population) == (3, 5, 10)
    assert (told.least_weight, told.largest_weight) == (2.5, 5)
    assert dict(told.left_out) == {
        "drawn and not completed, made up for by weights": 1,
        "parts that came late, counted in the frame of the week they came in": 2,
        "targeted reviews (chosen, not drawn)": 3,
    }
    assert told.rubric_versions == ("Trial 1.0",)
    assert told.sampling is not None
    assert told.std_error == pytest.approx((told.sampling**2 + 16) ** 0.5)
