"""Second looks, self-reviews and peer reviews enter no figure: whatever they say, every number stays what it was."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sqlalchemy.orm import Session

from qa.people.queries import zone_of
from qa.reviewer_drift.scored_rows import read_rows
from qa.reviews import measuring
from qa.reviews.sampled import review_pace, reviewed_tickets, sampled_scores
from qa.sampling.models import Purpose
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, SINCE, Cast
from tests.support.client import CheckingClient

PAGES = {"quinn": ("/trends/", "/reviewers/", "/coaching/", "/disputes/rates"), "dora": ("/", "/trends/")}
LONG_AGO = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
TOKEN = re.compile(r'name="csrf_token" [^>]*value="[^"]*"|data-csrf="[^"]*"')


def figures(session: Session, cast: Cast, *, end: dt.datetime = NOW + dt.timedelta(days=30)) -> dict[str, Any]:
    """What every estimate is made from."""
    rows = read_rows(session, cast.programme.id, end=end, zone=zone_of(cast.setting))
    return {
        "quality": measuring.reviewed(session, (), since=SINCE),
        "drawn": measuring.drawn(session, (), since=SINCE),
        "framed": measuring.framed(session, (), since=SINCE),
        "left out": measuring.left_out(session, (), since=LONG_AGO, until=NOW),
        "variances": sampled_scores(session, cast.programme.id, SINCE),
        "pace": review_pace(session, cast.programme.id, LONG_AGO),
        "reviewed tickets": session.scalars(reviewed_tickets().order_by("ticket_id")).all(),
        "drift": repr([column.tolist() for column in _columns(rows)]),
    }


def _columns(rows: Any) -> list[Any]:
    return [getattr(rows, name) for name in rows.__dataclass_fields__ if isinstance(getattr(rows, name), np.ndarray)]


@pytest.mark.parametrize("purpose", [Purpose.SECOND_LOOK, Purpose.SELF, Purpose.PEER])
def test_no_figure_moves(
    session: Session, cast: Cast, sign_in: Callable[..., CheckingClient], purpose: Purpose
) -> None:
    version = publish_rubric(session, cast)
    tickets = [make_ticket(session, cast) for _ in range(3)]
    for handled, missed in zip(tickets, ({}, {"tone": "missed"}, {}), strict=True):
        task = make_assignment(session, handled, cast.rita, version)
        make_review(session, handled, task, missed)
    session.commit()
    clients = {name: sign_in(getattr(cast, name)) for name in PAGES}

    def seen() -> list[str]:
        pages = [clients[name].get(path).get_data(as_text=True) for name, paths in PAGES.items() for path in paths]
        return [TOKEN.sub("", page) for page in pages]

    before, shown = figures(session, cast), seen()
    scorer = {Purpose.SELF: cast.sam, Purpose.PEER: cast.olga}.get(purpose, cast.lena)
    for handled in tickets:
        again = make_assignment(session, handled, scorer, version, purpose=purpose)
        make_review(session, handled, again, {"tone": "missed", "correct": "wrong"})
    session.commit()

    assert len(before["quality"]) == 3
    assert figures(session, cast) == before
    assert seen() == shown
