"""Weekly figures and key figures, by hand calculation."""

import datetime as dt

import pytest
from scipy import stats

from qa.trends import rules
from qa.trends.rules import Counted, Reviewed

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
) -> Reviewed:
    return Reviewed(
        week=week,
        team=team,
        queue=queue,
        score=score,
        outcome=outcome,
        inclusion_probability=pi,
        review_id=0,
    )


def counted(week: dt.date = WEEK, team: str = "Payouts", queue: str = "payouts", **numbers: int) -> Counted:
    return Counted(week=week, team=team, queue=queue, **numbers)


def row(scores: list[float], week: dt.date, **more: str) -> list[Reviewed]:
    return [reviewed(score, week=week, **more) for score in scores]


def test_weekly_quality_weighs_each_review_by_one_over_its_chance() -> None:
    reviews = [reviewed(90, 0.5), reviewed(60, 0.25), reviewed(80, 0.5)]
    counts = [counted(frame=8, drawn=3)]

    week = rules.weekly(reviews, counts, [WEEK])[""][0]

    # Weights 2, 4, 2: (180 + 240 + 160) / 8 = 72.5.
    # V = 3/2 * (0.5 * (2 * 17.5)^2 + 0.75 * (4 * 12.5)^2 + 0.5 * (2 * 7.5)^2) / 64 = 3/2 * 2600 / 64 = 60.9375.
    # n_eff = 64 / 24 = 8/3, so Student's t has 5/3 degrees of freedom; the interval is cut to 0..100.
    half = stats.t.ppf(0.975, 5 / 3) * 60.9375**0.5
    assert week.quality.estimate == pytest.approx(72.5)
    assert week.quality.variance == pytest.approx(60.9375)
    assert week.quality.interval is not None
    assert week.quality.interval.low == pytest.approx(72.5 - half)
    assert week.quality.interval.high == 100
    assert (week.frame, week.drawn, week.reviewed, week.coverage) == (8, 3, 3, 3 / 8)


def test_reviews_not_done_are_made_up_for_within_week_and_team() -> None:
    reviews = [reviewed(100), reviewed(100), reviewed(40, team="Appeals"), reviewed(60, 0.2, week=WEEKS[1])]
    counts = [
        counted(drawn=2),
        counted(team="Appeals", queue="appeals", drawn=1),
        counted(team="Appeals", queue="strikes", drawn=3),
        counted(week=WEEKS[1], drawn=1),
    ]

    weights = rules.completion_weights(reviews, counts)
    week = rules.weekly(reviews, counts, WEEKS[:2])[""][0]

    # Payouts did both of two: 1 / 0.5. Appeals did one of four: 4 / 0.5.
    assert list(weights) == pytest.approx([2, 2, 8, 5])
    assert week.quality.estimate == pytest.approx((200 + 200 + 8 * 40) / 12)


def test_more_reviews_than_the_counts_know_are_never_weighed_down() -> None:
    assert list(rules.completion_weights([reviewed(100), reviewed(50)], [counted(drawn=1)])) == [2, 2]


def test_shares_have_korn_and_graubards_interval() -> None:
    outcomes = ["passed"] * 6 + ["failed"] * 3 + ["failed_critical"]
    reviews = [reviewed(80, 0.5, outcome=outcome) for outcome in outcomes]

    week = rules.weekly(reviews, [counted(frame=20, drawn=10)], [WEEK])[""][0]

    # p = 0.6; V = 10/9 * 0.5 * (6 * 0.4^2 + 4 * 0.6^2) / 100 = 0.0133333; p(1-p)/V = 18 is cut to the 10 reviews;
    # times (z / t_9)^2 and then Clopper and Pearson's bounds with real counts.
    effective = 10 * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, 9)) ** 2
    hits = 0.6 * effective
    assert week.passed.estimate == pytest.approx(0.6)
    assert week.passed.variance == pytest.approx(2.4 / 180)
    assert week.passed.interval is not None
    assert week.passed.interval.low == pytest.approx(stats.beta.ppf(0.025, hits, effective - hits + 1))
    assert week.passed.interval.high == pytest.approx(stats.beta.ppf(0.975, hits + 1, effective - hits))
    assert week.critical.estimate == pytest.approx(0.1)


def test_a_week_without_reviews_has_no_figure_and_says_why() -> None:
    week = rules.weekly([reviewed(80)], [counted(frame=5, drawn=1)], WEEKS[:2])[""][1]

    assert week.quality.estimate is None
    assert week.quality.reason == "no reviews"
    assert week.csat.reason == "nothing to count"
    assert week.coverage is None


def test_a_review_without_a_score_is_reviewed_but_has_no_quality() -> None:
    week = rules.weekly([reviewed(None, outcome="not_scored"), reviewed(80)], [counted(frame=4, drawn=2)], [WEEK])[""][
        0
    ]

    assert week.reviewed == 2
    assert week.quality.n == 1
    assert week.quality.interval is None


def test_domains_split_what_they_name_and_sum_their_counts() -> None:
    reviews = [reviewed(90), reviewed(50, team="Appeals", queue="appeals"), reviewed(70, queue="gifts")]
    counts = [
        counted(frame=4, drawn=1, csat_good=3, csat_bad=1),
        counted(queue="gifts", frame=6, drawn=1, csat_good=1),
        counted(team="Appeals", queue="appeals", frame=3, drawn=1),
    ]

    teams = rules.weekly(reviews, counts, [WEEK], rules.by_team)
    queues = rules.weekly(reviews, counts, [WEEK], rules.by_queue)

    assert list(teams) == ["Appeals", "Payouts"]
    assert teams["Payouts"][0].quality.estimate == pytest.approx(80)
    assert (teams["Payouts"][0].frame, teams["Payouts"][0].drawn) == (10, 2)
    assert teams["Payouts"][0].csat.estimate == pytest.approx(4 / 5)
    assert [queues[name][0].quality.estimate for name in ("appeals", "gifts", "payouts")] == [50, 70, 90]


def test_satisfaction_has_wilsons_interval() -> None:
    share = rules.share(8, 10)

    # Wilson (1927) for 8 of 10 at 95 %: 0.4902 to 0.9433.
    assert share.interval is not None
    assert (share.interval.low, share.interval.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)


SPREAD = [-4.0, -2.0, 0.0, 2.0, 4.0]


def kpis_of(then: float, now: float, **more: str) -> dict[str, rules.Kpi]:
    reviews = [
        each
        for block, level in ((BEFORE, then), (NEWEST, now))
        for week in block
        for each in row([level + gap for gap in SPREAD], week, **more)
    ]
    counts = [counted(week, frame=10, drawn=5) for week in WEEKS]
    return {kpi.key: kpi for kpi in rules.kpis(reviews, counts, NEWEST, BEFORE)}


def test_a_clear_rise_is_better_and_a_clear_fall_is_worse() -> None:
    rise, fall, still = kpis_of(70, 80)["quality"], kpis_of(80, 70)["quality"], kpis_of(75, 75.2)["quality"]

    # Each block: 20 reviews, squared deviations 4 * 40 = 160, V = 20/19 * 0.5 * 4 * 160 / 40^2 = 0.21053.
    assert rise.now.estimate == pytest.approx(80)
    assert rise.now.variance == pytest.approx(0.2105263)
    assert rise.change.estimate == pytest.approx(10)
    assert rise.change.std_error == pytest.approx((2 * 0.2105263) ** 0.5)
    assert (rise.verdict, rise.better) == ("better", True)
    assert (fall.verdict, fall.better) == ("worse", False)
    assert (still.verdict, still.better) == ("cannot tell", None)


def test_fewer_than_five_reviews_are_too_few_to_judge() -> None:
    reviews = [*row([50, 52, 54, 56], BEFORE[0]), *row([90, 91, 92, 93, 94, 95], NEWEST[0])]

    quality = rules.kpis(reviews, [], NEWEST, BEFORE)[0]

    assert quality.change.p_value is not None
    assert quality.change.p_value < 0.001
    assert quality.verdict == "too few to judge"


def test_a_share_whose_interval_is_wide_is_too_few_to_judge() -> None:
    reviews = [
        *(reviewed(80, week=BEFORE[0], outcome="failed" if n < 8 else "passed") for n in range(10)),
        *(reviewed(80, week=NEWEST[0], outcome="failed" if n < 3 else "passed") for n in range(10)),
    ]

    passed = {kpi.key: kpi for kpi in rules.kpis(reviews, [], NEWEST, BEFORE)}["passed"]

    assert passed.now.estimate == pytest.approx(0.7)
    assert passed.verdict == "too few to judge"


def test_fewer_critical_errors_are_better() -> None:
    def block(week: dt.date, critical: int) -> list[Reviewed]:
        return [reviewed(80, week=week, outcome="failed_critical" if n < critical else "passed") for n in range(100)]

    less = {k.key: k for k in rules.kpis(block(BEFORE[0], 40) + block(NEWEST[0], 5), [], NEWEST, BEFORE)}
    more = {k.key: k for k in rules.kpis(block(BEFORE[0], 5) + block(NEWEST[0], 40), [], NEWEST, BEFORE)}

    assert (less["critical"].verdict, less["passed"].verdict) == ("better", "better")
    assert (more["critical"].verdict, more["passed"].verdict) == ("worse", "worse")


def test_the_row_of_key_figures_is_corrected_with_holm() -> None:
    csat = [counted(BEFORE[0], csat_good=700, csat_bad=300), counted(NEWEST[0], csat_good=745, csat_bad=255)]
    reviews = [
        *(reviewed(70 + n % 5, week=BEFORE[0], outcome="failed" if n % 2 else "passed") for n in range(40)),
        *(reviewed(70 + n % 5, week=NEWEST[0], outcome="failed" if n % 2 else "passed") for n in range(40)),
    ]

    alone = {kpi.key: kpi for kpi in rules.kpis([], csat, NEWEST, BEFORE)}["csat"]
    together = {kpi.key: kpi for kpi in rules.kpis(reviews, csat, NEWEST, BEFORE)}

    # 0.745 - 0.7 = 0.045; error sqrt(0.21 / 1000 + 0.189975 / 1000) = 0.019999: p = 0.0246 alone, three times as
    # much beside quality and pass rate; the critical rate is 0 in both and was not tested.
    assert alone.change.p_value == pytest.approx(0.0246, abs=2e-4)
    assert alone.verdict == "better"
    assert together["critical"].adjusted_p is None
    assert together["csat"].adjusted_p == pytest.approx(3 * 0.0246, abs=6e-4)
    assert together["csat"].verdict == "cannot tell"
