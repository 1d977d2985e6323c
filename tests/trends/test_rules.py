"""Weekly figures and key figures, by hand calculation."""

import datetime as dt
from dataclasses import replace

import pytest
from scipy import stats

from qa.reviews.measured import Drawn, Framed, Reviewed
from qa.trends import key_figures, rules
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


def test_a_figure_over_fewer_than_five_people_is_held_back_from_who_may_not_see_each() -> None:
    def evidence(people: int, *, sees_each: bool) -> Evidence:
        reviews = [reviewed(80 + n % 3, who=n % people) for n in range(12)]
        frame = [framed(frame=10, who=n, csat_good=4) for n in range(people)]
        return Evidence.of(reviews, frame, [drawn(12)], sees_each=sees_each)

    four, five, known = (
        rules.weekly(evidence(people, sees_each=sees), [WEEK])[""][0]
        for people, sees in ((4, False), (5, False), (4, True))
    )
    row_of = key_figures.kpis(evidence(4, sees_each=False), [WEEK], [WEEKS[1]])
    listed = key_figures.standings(evidence(4, sees_each=False), [WEEK], [WEEKS[1]], rules.by_team)

    assert four.quality.figure.estimate is None
    assert four.quality.figure.reason == four.csat.reason == "held back: fewer than 5 people"
    assert four.reviewed == 12
    assert five.quality.figure.estimate is not None
    assert known.quality.figure.estimate is not None
    assert {kpi.now.estimate for kpi in row_of} == {None}
    assert [(row.now.figure.estimate, row.change.reason) for row in listed] == [
        (None, "held back: fewer than 5 people")
    ]


def test_satisfaction_has_wilsons_interval() -> None:
    share = rules.share(8, 10)

    # Wilson (1927) for 8 of 10 at 95 %: 0.4902 to 0.9433.
    assert share.interval is not None
    assert (share.interval.low, share.interval.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)


SPREAD = [-4.0, -2.0, 0.0, 2.0, 4.0]


def kpis_of(then: float, now: float, **more: str) -> dict[str, key_figures.Kpi]:
    reviews = [
        each
        for block, level in ((BEFORE, then), (NEWEST, now))
        for week in block
        for each in row([level + gap for gap in SPREAD], week, **more)
    ]
    evidence = Evidence.of(reviews, [framed(week, frame=10) for week in WEEKS], [drawn(5, week) for week in WEEKS])
    return {kpi.key: kpi for kpi in key_figures.kpis(evidence, NEWEST, BEFORE)}


def test_a_clear_rise_is_better_and_a_clear_fall_is_worse() -> None:
    rise, fall, still = kpis_of(70, 80)["quality"], kpis_of(80, 70)["quality"], kpis_of(75, 75.2)["quality"]

    # Each block: 20 reviews, squared deviations 4 * 40 = 160, V = 20/19 * 0.5 * 4 * 160 / 40^2 = 0.21053. The same
    # reviewer scored both blocks, so the strictness cancels in the change.
    assert rise.now.estimate == pytest.approx(80)
    assert rise.now.variance == pytest.approx(0.2105263)
    assert rise.now.reviewer_variance == 16
    assert rise.change.estimate == pytest.approx(10)
    assert rise.change.std_error == pytest.approx((2 * 0.2105263) ** 0.5)
    assert (rise.verdict, rise.better) == ("better", True)
    assert (fall.verdict, fall.better) == ("worse", False)
    assert (still.verdict, still.better) == ("cannot tell", None)


def test_a_rise_that_other_reviewers_may_have_made_is_no_rise() -> None:
    reviews = [
        reviewed(level + gap, week=week, by=by)
        for block, level, by in ((BEFORE, 74, 1), (NEWEST, 78, 2))
        for week in block
        for gap in SPREAD
    ]

    quality = key_figures.kpis(Evidence.of(reviews), NEWEST, BEFORE)[0]

    # Two reviewers, four points apart: nothing tells whether they or the work changed.
    assert quality.change.estimate == pytest.approx(4)
    assert quality.verdict == "cannot tell"


def test_fewer_than_five_reviews_are_too_few_to_judge() -> None:
    reviews = [*row([50, 52, 54, 56], BEFORE[0]), *row([90, 91, 92, 93, 94, 95], NEWEST[0])]

    quality = key_figures.kpis(Evidence.of(reviews), NEWEST, BEFORE)[0]

    assert quality.change.p_value is not None
    assert quality.change.p_value < 0.001
    assert quality.verdict == "too few to judge"


def test_a_share_whose_interval_is_wide_is_too_few_to_judge() -> None:
    reviews = [
        *(reviewed(80, week=BEFORE[0], outcome="failed" if n < 8 else "passed") for n in range(10)),
        *(reviewed(80, week=NEWEST[0], outcome="failed" if n < 3 else "passed") for n in range(10)),
    ]

    passed = {kpi.key: kpi for kpi in key_figures.kpis(Evidence.of(reviews), NEWEST, BEFORE)}["passed"]

    assert passed.now.estimate == pytest.approx(0.7)
    assert passed.verdict == "too few to judge"


def test_fewer_critical_errors_are_better() -> None:
    def block(week: dt.date, critical: int) -> list[Reviewed]:
        return [reviewed(80, week=week, outcome="failed_critical" if n < critical else "passed") for n in range(100)]

    def judged(then: int, now: int) -> dict[str, key_figures.Kpi]:
        return {
            k.key: k
            for k in key_figures.kpis(Evidence.of(block(BEFORE[0], then) + block(NEWEST[0], now)), NEWEST, BEFORE)
        }

    less, more = judged(40, 5), judged(5, 40)

    assert (less["critical"].verdict, less["passed"].verdict) == ("better", "better")
    assert (more["critical"].verdict, more["passed"].verdict) == ("worse", "worse")


def test_the_row_of_key_figures_is_corrected_with_holm() -> None:
    csat = [framed(BEFORE[0], csat_good=700, csat_bad=300), framed(NEWEST[0], csat_good=745, csat_bad=255)]
    reviews = [
        *(reviewed(70 + n % 5, week=BEFORE[0], outcome="failed" if n % 2 else "passed") for n in range(40)),
        *(reviewed(70 + n % 5, week=NEWEST[0], outcome="failed" if n % 2 else "passed") for n in range(40)),
    ]

    alone = {kpi.key: kpi for kpi in key_figures.kpis(Evidence.of([], csat), NEWEST, BEFORE)}["csat"]
    together = {kpi.key: kpi for kpi in key_figures.kpis(Evidence.of(reviews, csat), NEWEST, BEFORE)}

    # 0.745 - 0.7 = 0.045; error sqrt(0.21 / 1000 + 0.189975 / 1000) = 0.019999: p = 0.0246 alone, three times as
    # much beside quality and pass rate; the critical rate is 0 in both and was not tested.
    assert alone.change.p_value == pytest.approx(0.0246, abs=2e-4)
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


def test_a_list_of_teams_is_corrected_with_benjamini_and_hochberg_and_stays_in_its_order() -> None:
    def block(team: str, then: float, now: float) -> list[Reviewed]:
        return [
            reviewed(level + gap, week=week, team=team)
            for weeks, level in ((BEFORE, then), (NEWEST, now))
            for week in weeks
            for gap in SPREAD
        ]

    rows = key_figures.standings(
        Evidence.of([*block("Zeta", 70, 80), *block("Alpha", 70, 71.2), *block("Mid", 75, 75)]),
        NEWEST,
        BEFORE,
        rules.by_team,
    )

    # Alpha: 1.2 / sqrt(2 * 0.21053) = 1.85, p = 0.072 by itself, 0.108 as the second of three: not under 0.10.
    assert [(row.name, row.verdict) for row in rows] == [
        ("Alpha", "cannot tell"),
        ("Mid", "cannot tell"),
        ("Zeta", "better"),
    ]


def test_what_stands_behind_a_figure_adds_up() -> None:
    reviews = [reviewed(90, 0.5), reviewed(60, 0.25), reviewed(80, 0.5), reviewed(None, 0.5, outcome="not_scored")]
    evidence = Evidence.of(reviews, [framed(frame=10, late=2)], [drawn(5)])

    told = key_figures.kpis(evidence, [WEEK], [WEEKS[1]])[0].told([("targeted reviews (chosen, not drawn)", 3)])

    # Four of five done: weights times 5/4, so 2.5, 5 and 2.5 for the three with a score.
    assert told.terms == (pytest.approx(725), pytest.approx(10))
    assert told.estimate == pytest.approx(72.5)
    assert (told.n, told.drawn, told.population) == (3, 5, 10)
    assert (told.least_weight, told.largest_weight) == (2.5, 5)
    assert dict(told.left_out) == {
        "drawn and not completed, made up for by weights": 1,
        "without a score (all N/A)": 1,
        "parts that came late, counted in the frame of the week they came in": 2,
        "targeted reviews (chosen, not drawn)": 3,
    }
    assert told.rubric_versions == ("Trial 1.0",)
    assert told.sampling is not None
    assert told.std_error == pytest.approx((told.sampling**2 + 16) ** 0.5)


def test_satisfaction_is_explained_by_answers_not_by_reviews() -> None:
    evidence = Evidence.of([reviewed(80)], [framed(frame=50, csat_good=8, csat_bad=2)], [drawn(1)])

    told = {kpi.key: kpi for kpi in key_figures.kpis(evidence, [WEEK], [WEEKS[1]])}["csat"].told(
        [("voided reviews", 2)]
    )

    assert (told.counted, told.formula, told.terms) == ("Answers", "good ÷ (good + bad)", (8, 10))
    assert (told.n, told.population, told.drawn, told.left_out) == (10, 50, None, ())
