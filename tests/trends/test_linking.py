"""Lines over versions of a rubric: where they break, and what a kept shift makes of them, by hand calculation."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from math import sqrt

import pytest
from sqlalchemy.orm import Session

from calibration.intervals import t_interval
from calibration.results import Estimate, Interval
from qa.core.charts import Chart
from qa.core.clock import utcnow
from qa.reviews.measured import Reviewed
from qa.rubric_studies.models import BridgeStudy
from qa.trends import drawings, linking, rules, versions
from qa.trends.linking import Change, Judged
from qa.trends.rules import Evidence
from qa.trends.tile_row import over_steps
from qa.trends.tiles import Tile
from tests.coaching.weeks import review
from tests.rubric_studies.test_pages import second_version
from tests.support.builders import publish_rubric
from tests.support.cast import Cast
from tests.support.client import CheckingClient
from tests.trends.test_rules import BEFORE, NEWEST, WEEKS, reviewed

SHIFT = Estimate(
    estimate=-6.0,
    std_error=1.5,
    interval=Interval(low=-9.4, high=-2.6),
    n_items=10,
    method="mean of paired differences",
)
SECOND = Change(
    old=frozenset({"Trial 1.0", "Trial 1.1"}), new=frozenset({"Trial 2.0"}), name="Trial 2.0", version_id=7, shift=SHIFT
)


def judged(scores: list[float], week: dt.date, rubric: str, *, pi: float = 0.5) -> list[Reviewed]:
    return [replace(reviewed(score, pi, week=week, by=n), rubric=rubric) for n, score in enumerate(scores)]


def tallied(reviews: Sequence[Reviewed]) -> list[Judged]:
    """The same as the sums tell it: one entry each."""
    return [Judged(week=row.week, rubric=row.rubric, n=1, weight=1 / row.inclusion_probability) for row in reviews]


def two_stretches() -> list[Reviewed]:
    """Four weeks near 80 under the old versions, four near 74 under the new one."""
    old = [row for week in WEEKS[:4] for row in judged([78, 80, 82], week, "Trial 1.1")]
    return old + [row for week in WEEKS[4:] for row in judged([72, 74, 76], week, "Trial 2.0")]


def cut(reviews: list[Reviewed], change: Change = SECOND) -> list[linking.Stretch]:
    weeks = rules.weekly(Evidence.of(reviews), WEEKS)[""]
    return linking.stretches(weeks, linking.steps_in(tallied(reviews), [change]))


def test_a_kept_shift_brings_the_old_weeks_to_the_new_scale_and_widens_their_interval() -> None:
    before, after = cut(two_stretches())

    plain = before.weeks[0].quality.figure
    error = sqrt((plain.variance or 0) + plain.reviewer_variance + 1.5**2)
    moved = before.linked[0]
    assert (before.name, after.name) == ("before Trial 2.0", "from Trial 2.0")
    assert before.scale == after.scale == "from Trial 2.0"
    assert plain.estimate == pytest.approx(80)
    assert moved.estimate == pytest.approx(74)
    assert moved.std_error == pytest.approx(error)
    assert moved.interval is not None
    assert moved.interval.low == pytest.approx(74 - 1.959964 * error)
    assert after.linked[0].estimate == after.weeks[0].quality.figure.estimate == pytest.approx(74)


def lines_of(chart: Chart) -> list[str]:
    """The names of a chart's lines, as its table tells them before the week."""
    return list(dict.fromkeys(row[0].rpartition(", ")[0] for row in chart.table.rows))


def test_without_a_bridge_both_lines_stay_on_their_own_scale() -> None:
    parts = cut(two_stretches(), replace(SECOND, shift=None))

    chart = drawings.quality_chart(parts, lambda week, _: "", [], None)
    assert [part.scale == part.name for part in parts] == [True, True]
    assert lines_of(chart) == ["Quality, before Trial 2.0", "Quality, from Trial 2.0"]


def test_a_rubric_that_judges_a_part_of_the_work_moves_the_mean_by_that_part_of_its_shift() -> None:
    others = [row for week in WEEKS for row in judged([90, 90, 90], week, "Other 1.0", pi=0.25)]
    reviews = two_stretches() + others

    step = linking.steps_in(tallied(reviews), [SECOND])[0]
    before, _ = cut(reviews)

    # 3 reviews of weight 2 beside 3 of weight 4: a third. (3 x 2 x 80 + 3 x 4 x 90) / 18 = 86.67; 86.67 - 6 / 3.
    assert step.share == pytest.approx(1 / 3)
    assert before.linked[0].estimate == pytest.approx(86 + 2 / 3 - 2)


def test_the_step_is_the_first_week_judged_mostly_by_the_new_version() -> None:
    mixed = judged([80, 80], WEEKS[3], "Trial 1.0") + judged([74], WEEKS[3], "Trial 2.0")
    reviews = [row for row in two_stretches() if row.week != WEEKS[3]] + mixed

    assert [step.week for step in linking.steps_in(tallied(reviews), [SECOND])] == [WEEKS[4]]
    assert linking.steps_in(tallied(judged([80], WEEK, "Trial 1.0")), [SECOND]) == []


WEEK = WEEKS[0]


def test_a_change_between_blocks_on_both_sides_of_a_step_is_not_told() -> None:
    steps = linking.steps_in(tallied(two_stretches()), [SECOND])
    row = [
        Tile(key=key, title=key, value=74.0, change=-6.0, p_value=0.001, adjusted_p=0.002, verdict="worse")
        for key in ("quality", "csat")
    ]

    quality, csat = over_steps(row, linking.between(steps, NEWEST, BEFORE))
    untouched = over_steps(row, linking.between(steps, WEEKS[6:], WEEKS[4:6]))

    assert (quality.verdict, quality.change, quality.change_reason) == (
        "not comparable",
        None,
        "Trial 2.0 scores otherwise",
    )
    assert csat == row[1]
    assert untouched == row


def test_shares_and_small_charts_break_at_the_step_too() -> None:
    weeks = rules.weekly(Evidence.of(two_stretches()), WEEKS)[""]
    step = {WEEKS[4]}

    def more_lines(draw: Callable[[set[dt.date]], Chart]) -> int:
        return draw(step).picture.count(' class="line s1"/>') - draw(set()).picture.count(' class="line s1"/>')

    assert more_lines(lambda steps: drawings.shares_chart(weeks, steps, {}, lambda *_: None)) == 1
    assert more_lines(lambda steps: drawings.multiples({"A": weeks}, "Quality", lambda *_: "/", steps)) == 1


def test_many_stretches_take_turns_on_two_lines() -> None:
    names = [f"Trial {n}.0" for n in range(1, 6)]
    reviews = [row for n, week in enumerate(WEEKS[:5]) for row in judged([80, 82], week, names[n])]
    changes = [
        Change(old=frozenset({old}), new=frozenset({new}), name=new, version_id=n, shift=None)
        for n, (old, new) in enumerate(pairwise(names))
    ]
    parts = linking.stretches(
        rules.weekly(Evidence.of(reviews), WEEKS[:5])[""], linking.steps_in(tallied(reviews), changes)
    )

    chart = drawings.quality_chart(parts, lambda week, _: "", [], None)

    assert len(parts) == 5
    assert lines_of(chart) == ["Quality, one version", "Quality, next version"]


def test_the_page_says_what_is_not_comparable_until_a_shift_is_kept(
    session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]
) -> None:
    first = publish_rubric(session, cast)
    for n in range(3):
        review(session, cast, first, weeks_ago=4, tone="met" if n else "missed")
    alone = sign_in(cast.quinn).get("/trends/").get_data(as_text=True)
    second = second_version(session, cast)
    for n in range(3):
        review(session, cast, second, weeks_ago=2, tone="met" if n else "missed")
    client = sign_in(cast.quinn)

    apart = client.get("/trends/").get_data(as_text=True)
    found = t_interval([-10.0, -9.0, -11.0, -10.0] * 3)
    assert found.interval is not None
    study = BridgeStudy(
        programme_id=cast.programme.id,
        old_version_id=first.id,
        new_version_id=second.id,
        way="found",
        created_at=utcnow(),
        created_by_id=cast.quinn.id,
        kept_at=utcnow(),
        kept_by_id=cast.quinn.id,
        shift=found.estimate,
        std_error=found.std_error,
        low=found.interval.low,
        high=found.interval.high,
        confidence=0.95,
        method=found.method,
        pairs=[[n, 80, 70] for n in range(12)],
    )
    session.add(study)
    session.flush()
    joined = client.get("/trends/").get_data(as_text=True)

    assert "Not comparable." not in alone
    assert "before and after Trial rubric 2.0 are two scales" in apart
    assert f"/rubrics/versions/{second.id}/bridge" in apart
    assert "Quality, before Trial rubric 2.0" in apart
    assert "linked to its scale by a kept shift of −10.0" in joined
    assert "12 parts under both" in joined
    assert drawings.LINKED in joined


def test_the_versions_that_reviews_name_are_looked_up_only_when_a_rubric_changed(session: Session, cast: Cast) -> None:
    first = publish_rubric(session, cast)
    second = second_version(session, cast)

    assert versions.changes_between(session, cast.programme.id, {"Trial rubric 1.0", "Other 1.0"}) == []
    (change,) = versions.changes_between(session, cast.programme.id, {"Trial rubric 1.0", "Trial rubric 2.0"})
    assert (change.old, change.new) == (frozenset({"Trial rubric 1.0"}), frozenset({"Trial rubric 2.0"}))
    assert (change.version_id, change.shift) == (second.id, None)
    assert first.id != second.id
