"""The planner: what it answers, from which spread, and how it is asked in the browser."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from scipy import stats
from sqlalchemy.orm import Session

from qa.reviews.measured import Framed, Measured, Reviewed, measure
from qa.trends import planning
from qa.trends.planning import Asked, Domain
from tests.coaching.weeks import review
from tests.support.builders import publish_rubric
from tests.support.cast import Cast
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]
WEEK = dt.date(2026, 3, 2)


def domain(sd: float = 12.0, *, parts: float = 0.0, people: int = 1, correlation: float = 0.0) -> Domain:
    return Domain(
        name="Payouts",
        kind="team",
        parts=parts,
        people=people,
        load=float(people),
        n=100,
        sd=sd,
        own_sd=True,
        correlation=correlation,
        reviews_per_week=2.0,
    )


def measured(people: int = 4, each: int = 12, *, frame: int = 40) -> Measured:
    """Reviews of people twenty points apart whose own scores spread by 5: between them they spread far more."""
    rng = np.random.default_rng(5)
    reviews = [
        Reviewed(
            review_id=n,
            week=WEEK,
            team="Payouts" if who < 2 else "Appeals",
            queue="payouts",
            score=float(40 + 20 * (who % 3) + rng.normal(0, 5)),
            outcome="passed",
            inclusion_probability=0.3,
            specialist_id=who,
            reviewer_id=n % 5,
        )
        for who in range(people)
        for n in range(each)
    ]
    parts = [
        Framed(week=WEEK, team="Payouts" if who < 2 else "Appeals", queue="payouts", specialist_id=who, frame=frame)
        for who in range(people)
    ]
    return measure(reviews, parts, [])


def test_the_table_of_sample_sizes_is_reproduced() -> None:
    # statistics.md D1: +-5 points at a spread of 12: 25 reviews, 17 with a correlation of .6; +-2 at 12.3: 148.
    found = [
        planning.answer(domain(sd, correlation=r), Asked(half=half, weeks=13)).needed
        for sd, r, half in ((12.0, 0.0, 5.0), (12.0, 0.6, 5.0), (12.3, 0.0, 2.0))
    ]

    assert found == [25, 17, 148]


def test_four_a_week_of_one_person_after_a_quarter() -> None:
    told = planning.answer(domain(18.0, parts=20), Asked(per_week=4, weeks=13))

    # 52 of 260 parts: t_51 * 18 * sqrt((1 - 52/260) / 52).
    assert told.reviews == 52
    assert told.half == pytest.approx(stats.t.ppf(0.975, 51) * 18 * ((1 - 52 / 260) / 52) ** 0.5)


def test_nobody_is_asked_for_more_reviews_than_there_are_parts() -> None:
    told = planning.answer(domain(18.0, parts=3), Asked(per_week=10, weeks=4))

    assert (told.reviews, told.half) == (12, 0.0)
    assert (told.needed or 0) <= 12


def test_a_rare_defect_is_caught_as_often_as_the_hypergeometric_says() -> None:
    told = planning.catch(domain(parts=100, people=2), Asked(per_week=4, weeks=10, rate=0.01))

    # 80 reviews of 1,000 parts, ten of them bad.
    assert told.reviews == 80
    assert told.chance == pytest.approx(1 - stats.hypergeom.pmf(0, 1000, 10, 80))
    assert told.for_certain is not None
    assert (
        stats.hypergeom.pmf(0, 1000, 10, told.for_certain)
        <= 0.05
        < stats.hypergeom.pmf(0, 1000, 10, told.for_certain - 1)
    )


def test_a_typical_specialist_has_the_spread_within_people_not_between_them() -> None:
    domains = {each.name: each for each in planning.domains_of(measured(), 1)}

    assert domains["One specialist, typically"].sd == pytest.approx(5, abs=1)
    assert domains["Everything"].sd > 12
    assert domains["One specialist, typically"].parts == 40
    assert domains["Payouts"].people == 2
    assert [name for name in domains if name not in ("Everything", "One specialist, typically")] == [
        "Appeals",
        "Payouts",
        "payouts",
    ]


def test_a_specialists_reviews_are_shared_out_over_their_queues() -> None:
    base = measured()
    frame = [
        replace(row, queue=queue, frame=size) for row in base.frame for queue, size in (("payouts", 30), ("gifts", 10))
    ]

    domains = {each.name: each for each in planning.domains_of(measure(base.reviews, frame, []), 1)}

    # Four people, each with three quarters of their parts in one queue: of 4 a week each, 12 and 4 fall to the queues.
    assert (domains["payouts"].load, domains["gifts"].load, domains["Payouts"].load) == (3, 1, 2)
    assert planning.answer(domains["gifts"], Asked(per_week=4, weeks=1)).reviews == 4


def test_a_domain_with_few_reviews_borrows_the_spread_of_all_and_says_so() -> None:
    few = measured(people=4, each=2)

    domains = {each.name: each for each in planning.domains_of(few, 1)}

    assert not domains["Payouts"].own_sd
    assert domains["Payouts"].sd == domains["Everything"].sd == planning.TYPICAL_SD


def test_the_predicted_score_saves_reviews_where_it_correlates() -> None:
    known = measured(each=40)
    rows = [replace(row, predicted=(row.score or 0) + (-1) ** n) for n, row in enumerate(known.reviews)]
    frame = [replace(row, predicted=row.frame, predicted_sum=60.0 * row.frame) for row in known.frame]

    domains = {each.name: each for each in planning.domains_of(measure(rows, frame, []), 1)}

    assert domains["Payouts"].correlation > 0.9
    helped = planning.answer(domains["Payouts"], Asked())
    alone = planning.answer(replace(domains["Payouts"], correlation=0.0), Asked())
    assert (helped.needed or 0) < (alone.needed or 0)
    assert all(shown is not None for _, _, shown in planning.curve(domains["Payouts"], Asked()))


def test_before_any_review_the_usual_spread_is_assumed() -> None:
    empty = measure([], [], [])

    domains = planning.domains_of(empty, 0)

    assert [each.sd for each in domains] == [planning.TYPICAL_SD] * 2
    assert planning.strictness_floor(empty) is None
    assert planning.quota_for([planning.answer(each, Asked()) for each in domains]) is not None


def test_the_floor_that_strictness_leaves_is_told_with_its_values() -> None:
    known = measured(each=40)
    sd = sqrt(known.strictness.between) if known.strictness else 0.0

    floor = planning.strictness_floor(known)

    assert floor is not None
    # A mean of k reviewers who score as much each: 1.96 sd / root k.
    assert floor.half == pytest.approx(1.95996 * sd / sqrt(floor.reviewers), rel=1e-5)
    assert floor.told[0] == ("With its values", f"1.96 × {sd:.2f} ÷ √{floor.reviewers} = ± {floor.half:.2f}")


def test_more_reviews_never_widen_the_curve() -> None:
    widths = [plain for _, plain, _ in planning.curve(domain(parts=100), Asked())]

    assert widths == sorted(widths, key=lambda width: -(width or 0))


def test_the_page_answers_in_words_and_leads_to_a_plan(session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)
    for n in range(24):
        levels = {"correct": "wrong"} if n % 3 == 0 else {}
        review(session, cast, version, agent=cast.olga_agent if n % 2 else None, weeks_ago=1 + n % 4, **levels)
    lead = sign_in(cast.quinn)

    page = lead.get("/sampling/planner/?half=5&weeks=13&per_week=4&rate=1")
    words = " ".join(page.get_data(as_text=True).split())

    assert "To know the mean to <strong>±5.0 points</strong> over 13 weeks takes" in words
    assert "From</dt><dd>24 reviews" in words
    assert "Explain this number: What strictness leaves open" in words
    assert "/sampling/plans/new?amount=" in words
    assert 'value="9"' in lead.get("/sampling/plans/new?amount=9").get_data(as_text=True)


def test_the_planner_works_before_anything_was_reviewed(cast: Cast, sign_in: SignIn) -> None:
    words = sign_in(cast.dora).get("/sampling/planner/").get_data(as_text=True)

    assert "No reviews yet." in words
    assert "Make a plan" not in words  # a director looks on


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param("half=much", "“much” is no number", id="a word"),
        pytest.param("half=-3", "taken as 0.5", id="negative"),
        pytest.param("weeks=1e9", "taken as 52.0", id="endless"),
        pytest.param("rate=nan", "from 0.0 to 50.0", id="not a number"),
        pytest.param("half=<script>", "“&lt;script&gt;” is no number", id="hostile"),
        pytest.param("half=2,5&rate=1%25", "±2.5 points", id="a comma and a percent sign"),
        pytest.param("domain=team:none", "In words: Everything", id="a team that is not there"),
    ],
)
def test_what_makes_no_sense_is_told_and_held_within_limits(cast: Cast, sign_in: SignIn, query: str, said: str) -> None:
    page = sign_in(cast.quinn).get(f"/sampling/planner/?{query}")

    assert page.status_code == 200
    assert said in page.get_data(as_text=True)


def test_the_planner_asks_no_more_when_there_is_more(session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)
    review(session, cast, version)
    lead = sign_in(cast.quinn)
    lead.get("/sampling/planner/")
    with count_queries() as few:
        lead.get("/sampling/planner/")
    for n in range(6):
        review(session, cast, version, agent=cast.olga_agent, weeks_ago=1 + n % 3)

    with count_queries() as many:
        lead.get("/sampling/planner/")

    assert len(many) == len(few) <= 10
