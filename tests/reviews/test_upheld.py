"""How many points of a quality figure came from upheld disputes, by hand."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from qa.coaching.figures import Criterion, standing
from qa.reviews import measuring
from qa.reviews.measured import Reviewed, measure
from qa.reviews.upheld import TERM, upheld
from qa.trends.rules import Evidence
from qa.trends.statements import said_of_disputes, statement
from tests.reviews.dispute_case import Case
from tests.support.cast import SINCE

WEEK = dt.date(2026, 3, 2)
BEFORE = WEEK - dt.timedelta(weeks=1)


def scored(score: float, pi: float, *, by: float | None = None, who: int = 1, team: str = "Payouts") -> Reviewed:
    """A drawn review; ``by`` is what a dispute changed its score by."""
    return Reviewed(
        review_id=round(score * 10) + who,
        week=WEEK,
        team=team,
        queue="payouts",
        score=score,
        base_score=score,
        outcome="passed",
        inclusion_probability=pi,
        specialist_id=who,
        disputed=by is not None,
        by_disputes=by or 0.0,
    )


def test_each_review_counts_as_it_does_in_the_figure():
    rows = [scored(80, 0.5, by=10), scored(90, 0.25), scored(70, 0.5, by=-3, who=2), scored(60, 0.5, who=3)]

    one, two, none, empty = upheld(measure(rows, [], []), np.array([0, 0, 1, 2]), 4)

    # Weights 1/pi: 2 and 4. (2 x 10 + 4 x 0) / 6 = 3.33.
    assert one.points == pytest.approx(20 / 6)
    assert (one.reviews, one.n) == (1, 2)
    assert one.rule == (TERM, "+3.33 of these points came from them: 1 of 2 scores was changed by one")
    assert one.note == "upheld disputes move this by +3.3"
    assert two.points == pytest.approx(-3)
    assert (none.points, none.note) == (0.0, None)
    assert "none of these points" in none.rule[1]
    assert empty.points is None


def test_the_specialist_s_figure_says_it():
    rows = [scored(80 + n, 0.5, by=6 if n < 2 else None, who=n % 3) for n in range(12)]
    own = standing(measure(rows, [], []), [], 0, "Payouts", [Criterion(key="tone", name="Tone", family="t")], [WEEK])

    # Of the specialist's own four reviews one gained 6 points: 6 / 4.
    assert own.told["quality"].rules == (
        (TERM, "+1.50 of these points came from them: 1 of 4 scores was changed by one"),
    )
    assert own.upheld.note == "upheld disputes move this by +1.5"


def test_a_closed_week_keeps_what_disputes_did_to_it():
    other_week = replace(scored(50, 0.5, by=40), week=BEFORE)
    evidence = Evidence.of([scored(80, 0.5, by=10), scored(90, 0.25), other_week])

    document = statement(evidence, WEEK, period="2026-W10", receipts=[], reviewer_names={})

    # As above: (2 x 10 + 4 x 0) / 6 = 3.33; the week before is not in it.
    assert document["upheld"] == {"points": pytest.approx(20 / 6, abs=1e-6), "reviews": 1, "n": 2}
    assert said_of_disputes(document).startswith("+3.33 of these points came from them: 1 of 2 scores")
    assert "not kept" in said_of_disputes({})


def test_a_settled_dispute_s_points_are_read_from_the_first_and_the_current_revision(case: Case):
    # Correct 1 of 2 (weight 2) and tone 0 of 1: 1/3 of 60, and 40: 60. With the tone met: 2/3 of 60, and 40: 80.
    case.open()
    before = measuring.reviewed(case.session, (), since=SINCE)[0]
    case.settle(case.cast.lena)

    case.session.expire_all()
    (row,) = measuring.reviewed(case.session, (), since=SINCE)

    assert (before.score, before.disputed, before.by_disputes) == (60, False, 0)
    assert (row.score, row.disputed) == (80, True)
    assert row.by_disputes == pytest.approx(20)
    assert upheld(measure([row], [], []), [0], 1)[0].points == pytest.approx(20)

    first, now = case.revisions()
    now.score, now.outcome = first.score, first.outcome  # an answer was changed that counts for nothing
    case.session.commit()
    (unmoved,) = measuring.reviewed(case.session, (), since=SINCE)
    assert (unmoved.disputed, unmoved.by_disputes) == (False, 0)
    now.outcome = "passed" if first.outcome == "failed" else "failed"
    case.session.commit()
    assert measuring.reviewed(case.session, (), since=SINCE)[0].disputed
