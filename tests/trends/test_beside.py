"""What stands beside the lines: events on the axis, control limits, and causes of what lies outside."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from calibration.results import Estimate, Interval
from qa.core.clock import monday_of, week_key
from qa.launches.models import Launch
from qa.people.queries import zone_of
from qa.rubric_library.models import Procedure, ProcedureVersion
from qa.sampling.estimation import Figure
from qa.sampling.reporting import Reported
from qa.trends import causes, drawings, events, tiles, validity
from qa.trends.rules import Weekly, share
from tests.coaching.weeks import review, wednesday
from tests.support.builders import publish_rubric
from tests.support.cast import Cast, actor
from tests.support.client import CheckingClient
from tests.support.reviews import RUBRIC

SignIn = Callable[..., CheckingClient]
FIRST = dt.date(2026, 1, 5)


def nowhere(week: dt.date, name: str) -> None:
    """No list of reviews behind a point."""


def week(n: int, quality: float, variance: float = 1.0, reviews: int = 40) -> Weekly:
    """One week near some quality."""
    figure = Reported(figure=Figure(estimate=quality, variance=variance, n=reviews, df=30))
    nothing = Reported(figure=Figure(estimate=None))
    return Weekly(
        week=FIRST + dt.timedelta(weeks=n),
        quality=figure,
        fair=nothing,
        passed=nothing,
        critical=nothing,
        csat=share(0, 0),
        frame=0,
        late=0,
        drawn=0,
        reviewed=reviews,
        people=9,
    )


def test_a_week_outside_its_own_limits_is_named_and_one_of_few_reviews_is_not() -> None:
    weeks = [week(n, 80 + 0.3 * (-1) ** n) for n in range(10)]

    _, quiet, none, limited = drawings.control_of(weeks, (), nowhere)
    _, said, outside, _ = drawings.control_of([*weeks, week(10, 72.0), week(11, 60.0, 400.0, 4)], (), nowhere)
    _, _, _, short = drawings.control_of(weeks[:5], (), nowhere)

    assert (quiet, none, limited, short) == ([], [], True, False)
    assert outside == [FIRST + dt.timedelta(weeks=10)]
    assert said[0].startswith("W12: 72.0 is below the limits")


def test_events_of_every_kind_stand_at_their_monday(session: Session, cast: Cast) -> None:
    now = wednesday(2)
    for name, day in (("Instant payouts", now.date()), ("To come", now.date() + dt.timedelta(weeks=3))):
        launch = Launch(programme_id=cast.programme.id, name=name, starts_on=day, queues=["payouts"], created_at=now)
        session.add(launch)
    procedure = Procedure(programme_id=cast.programme.id, key="refunds", name="Refunds", created_at=now)
    session.add(procedure)
    session.flush()
    session.add(
        ProcedureVersion(
            procedure_id=procedure.id, label="2", url="https://sop.example", effective_from=now, created_at=now
        )
    )
    session.flush()

    first, last = now.date() - dt.timedelta(weeks=2), monday_of(now.date())
    found = events.between(session, cast.programme.id, first, last, zone_of(cast.setting))

    assert found == [(monday_of(now.date()), "launch Instant payouts"), (monday_of(now.date()), "procedure Refunds 2")]


def test_the_failed_criticals_of_a_bad_week_name_their_criterion(session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    for _ in range(4):
        review(session, cast, version, privacy="missed")
    review(session, cast, version, tone="missed", correct="wrong")
    monday = monday_of(wednesday(1).date())

    found = causes.of_weeks(session, actor(session, cast.quinn), [monday])

    assert [(each.cause, each.count, each.of, each.what) for each in found] == [("Privacy", 4, 4, "critical errors")]
    assert causes.of_weeks(session, actor(session, cast.otto), [monday]) == []
    assert causes.of_weeks(session, actor(session, cast.quinn), []) == []


def test_critical_errors_that_come_from_a_changed_procedure_name_it(session: Session, cast: Cast) -> None:
    text = RUBRIC.format(key="trial", version="1.0").replace(
        "key: privacy\n", "key: privacy\n        procedure: data\n"
    )
    version = publish_rubric(session, cast, text=text)
    for n in range(5):
        review(session, cast, version, privacy="missed" if n < 4 else "met", correct="wrong")
    monday, started = monday_of(wednesday(1).date()), wednesday(3)
    procedure = Procedure(programme_id=cast.programme.id, key="data", name="Data protection", created_at=started)
    session.add(procedure)
    session.flush()

    def since(label: str, moment: dt.datetime) -> list[str]:
        session.add(
            ProcedureVersion(
                procedure_id=procedure.id,
                label=label,
                url="https://sop.example",
                effective_from=moment,
                created_at=moment,
            )
        )
        session.flush()
        return [each.cause for each in causes.of_weeks(session, actor(session, cast.quinn), [monday])]

    first, old = since("1", wednesday(60)), since("2", wednesday(20))
    found = since("3", started)

    assert first == old == ["Privacy"]  # nothing had changed, or long ago
    assert found == ["Privacy", f"Data protection changed: version 3 since {week_key(started.date())}"]


@pytest.mark.parametrize(
    ("now", "then", "low", "high", "p"),
    [
        # Newcombe (1998), Table II, method 10; the p of the first is chi-square's, of the others Fisher's by hand.
        pytest.param((56, 70), (48, 80), 5.24, 33.39, 0.0080, id="56 of 70 and 48 of 80"),
        pytest.param((0, 10), (0, 20), -16.11, 27.75, 1.0, id="nothing of either has an interval too"),
        pytest.param((0, 4), (4, 4), -100.0, -30.72, 2 / 70, id="few are tested exactly"),
    ],
)
def test_the_change_of_a_counted_share_has_newcombes_interval(
    now: tuple[int, int], then: tuple[int, int], low: float, high: float, p: float
) -> None:
    tile, *_ = tiles.of_counts("disputed", "Disputed", now, then, n_word="reviews", words="", formula="")

    assert tile.change == pytest.approx(100 * (now[0] / now[1] - then[0] / then[1]))
    assert tile.change_low == pytest.approx(low, abs=0.01)
    assert tile.change_high == pytest.approx(high, abs=0.01)
    assert tile.p_value == pytest.approx(p, abs=0.0002)


@pytest.mark.parametrize(
    ("estimate", "low", "high", "p", "good", "word"),
    [
        pytest.param(0.62, 0.55, 0.69, 0.001, True, "goes with it", id="higher where customers are satisfied"),
        pytest.param(0.41, 0.35, 0.47, 0.004, False, "goes with it", id="lower where tickets were reopened"),
        pytest.param(0.41, 0.35, 0.47, 0.004, True, "goes against it", id="the wrong way round"),
        pytest.param(0.50, 0.47, 0.53, 0.9, True, "predicts nothing", id="surely near one half"),
        pytest.param(0.52, 0.40, 0.64, 0.8, True, "cannot tell", id="too wide"),
    ],
)
def test_what_may_be_said_of_an_association(
    estimate: float, low: float, high: float, p: float, good: bool, word: str
) -> None:
    figure = Estimate(estimate=estimate, interval=Interval(low=low, high=high), p_value=p, n_items=500, method="")

    assert validity.said(figure, p, good=good) == word
    assert validity.said(Estimate(estimate=None, method=""), None, good=good) == "too few to judge"
    if word == "predicts nothing":  # hardly ever failed: this is all it could have told
        assert validity.said(figure, p, good=good, most=0.03) == "cannot tell"


@pytest.mark.parametrize(
    ("key", "unit", "value", "low", "high", "wanted", "said"),
    [
        pytest.param("passed", " %", 84.0, 81.0, 87.0, 80.0, "at least 80.0 %: met", id="all of the band above"),
        pytest.param("passed", " %", 84.0, 79.0, 87.0, 80.0, "at least 80.0 %: cannot tell", id="the band holds it"),
        pytest.param("csat", " %", 78.0, 76.0, 79.9, 80.0, "at least 80.0 %: missed", id="all of the band below"),
        pytest.param("critical", " %", 3.0, 2.0, 4.0, 4.0, "at most 4.0 %: met", id="fewer errors are better"),
        pytest.param("reply", " min", 95.0, 91.0, 99.0, 1.5, "at most 90.0 min: missed", id="hours in minutes"),
        pytest.param("coverage", " %", 7.3, None, None, 8.0, "at least 8.0 %: missed", id="a count is compared"),
        pytest.param("agreement", "", 0.73, 0.65, 0.79, 70.0, "at least 0.70: cannot tell", id="percent of one"),
    ],
)
def test_a_target_is_met_or_missed_only_by_the_whole_interval(
    key: str, unit: str, value: float, low: float | None, high: float | None, wanted: float, said: str
) -> None:
    measure = tiles.MEASURE_OF.get(key, key)
    tile = tiles.Tile(
        key=key, title=key, value=value, low=low, high=high, unit=unit, n=90, digits=2 if key == "agreement" else 1
    )

    (aimed,) = tiles.aimed([tile], {measure: wanted, "luck": 3.0})
    (few,) = tiles.aimed([replace(tile, n=4)], {measure: wanted})
    (none,) = tiles.aimed([tile], {})

    assert aimed.aim == said
    assert few.aim.endswith(": too few to judge")
    assert none.aim == ""


def test_the_change_of_coverage_is_counted_and_has_no_verdict() -> None:
    cost = tiles.of_cost((80, 36_000.0, 6), (60, 30_000.0, 6), (1000, 800), 90)

    (judged,) = tiles.judged([(cost, True, None, None, None)])

    assert (judged.value, judged.change) == (8.0, pytest.approx(0.5))  # 80 of 1,000 after 60 of 800
    assert (judged.change_low, judged.verdict) == (None, None)
    assert tiles.of_cost((80, 0.0, 0), (0, 0.0, 0), (1000, 0), 90).change is None
