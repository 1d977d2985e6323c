"""Closing a period: what was said stays, what changes stands beside it, and a changed statement is found."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.core.clock import monday_of
from qa.core.errors import ConflictError, InvalidInputError
from qa.reviews.models import Review
from qa.sampling import frames
from qa.sampling.models import Period
from qa.trends import closing, statements
from qa.trends.models import PeriodStatement
from tests.coaching.weeks import wednesday
from tests.support.builders import make_assignment, make_period, make_review, make_ticket, publish_rubric
from tests.support.cast import Cast, actor
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]
AT = wednesday(2)


def reviewed_week(session: Session, cast: Cast, count: int = 6, *, drawn: int | None = None) -> Period:
    """A frozen week of which ``count`` parts are reviewed and ``drawn`` were drawn."""
    version = publish_rubric(session, cast)
    handled = [make_ticket(session, cast, resolved_at=AT) for _ in range(drawn or count)]
    period = make_period(session, cast.programme.id, AT.date())
    frames.freeze(session, period, now=wednesday(1))
    for n, each in enumerate(handled):
        task = make_assignment(session, each, cast.rita, version)
        if n < count:
            make_review(session, each, task, {"correct": "wrong"} if n % 3 == 0 else {}, at=wednesday(1))
    session.commit()
    return period


def known(session: Session, cast: Cast, period: Period) -> closing.Closable:
    return closing.get_period_for(session, actor(session, cast.quinn), period.id)


def void_one(session: Session) -> None:
    review = session.scalars(select(Review).order_by(Review.id)).first()
    assert review is not None
    review.state, review.voided_at, review.void_reason = "voided", wednesday(0), "not a case of ours"
    session.commit()


def test_a_closed_period_keeps_what_it_said(session: Session, cast: Cast) -> None:
    period = reviewed_week(session, cast)

    row = closing.close(session, known(session, cast, period), by=cast.quinn.id, now=wednesday(0))
    session.commit()
    said = closing.read(row)
    void_one(session)

    again = known(session, cast, period)
    assert (period.state, period.closed_digest) == ("closed", row.digest)
    assert again.first == said
    # Two of six wrong, all drawn with the same chance.
    assert said["figures"]["all/"]["quality"][3] == 6
    assert said["figures"]["all/"]["frame"] == 6
    assert [name.endswith(" 1.0") for name in said["rubrics"]] == [True]
    assert list(said["severities"]) == [cast.rita.pseudonym]
    assert cast.rita.name not in row.document.decode()
    assert [
        event.action for event in session.scalars(select(AuditEvent).where(AuditEvent.object_type == "period"))
    ] == ["period.close"]


def test_a_closed_figure_is_explained_from_its_statement_alone(session: Session, cast: Cast) -> None:
    period = reviewed_week(session, cast)
    row = closing.close(session, known(session, cast, period), by=cast.quinn.id, now=wednesday(0))
    said = closing.read(row)
    session.commit()
    void_one(session)  # what happens later changes nothing of it

    told = statements.explained(said, "all/", "quality")
    share = statements.explained(said, "all/", "passed")

    assert told is not None
    assert share is not None
    assert (told.n, told.population, told.drawn, told.rubric_versions) == (6, 6, 6, tuple(said["rubrics"]))
    assert told.terms[0] / told.terms[1] == pytest.approx(said["figures"]["all/"]["quality"][0], abs=1e-5)
    assert (told.low, told.high) == tuple(said["figures"]["all/"]["quality"][1:3])
    assert share.unit == " %"
    assert statements.explained(said, "team/nobody", "quality") is None


def test_a_later_change_is_restated_beside_with_its_reason(session: Session, cast: Cast) -> None:
    period = reviewed_week(session, cast)
    closing.close(session, known(session, cast, period), by=cast.quinn.id, now=wednesday(0))
    session.commit()
    void_one(session)

    row = closing.restate(
        session, known(session, cast, period), reason="One review was voided.", by=cast.quinn.id, now=wednesday(0)
    )
    session.commit()

    again = known(session, cast, period)
    assert again.first is not None
    assert again.newest is not None
    assert [each.n for each in again.statements] == [1, 2]
    assert row.previous_digest == again.statements[0].digest
    assert again.first["figures"]["all/"]["quality"][3] == 6
    assert again.newest["figures"]["all/"]["quality"][3] == 5
    assert "quality" in {change.figure for change in statements.changes(again.first, again.newest)}
    assert "reviews were added, changed or voided" in statements.reasons(again.first, again.newest)
    assert period.closed_digest == again.statements[0].digest


def test_what_did_not_change_is_not_restated_and_a_reason_is_needed(session: Session, cast: Cast) -> None:
    period = reviewed_week(session, cast)
    with pytest.raises(ConflictError, match="not closed"):
        closing.restate(session, known(session, cast, period), reason="x", by=None, now=wednesday(0))
    closing.close(session, known(session, cast, period), by=None, now=wednesday(0))

    with pytest.raises(ConflictError, match="Nothing changed"):
        closing.restate(session, known(session, cast, period), reason="x", by=None, now=wednesday(0))
    with pytest.raises(InvalidInputError, match="Say why"):
        closing.restate(session, known(session, cast, period), reason="  ", by=None, now=wednesday(0))
    with pytest.raises(ConflictError, match="closed already"):
        closing.close(session, known(session, cast, period), by=None, now=wednesday(0))


def test_a_week_that_is_still_being_reviewed_is_not_closed(session: Session, cast: Cast) -> None:
    period = reviewed_week(session, cast, 2, drawn=6)

    with pytest.raises(ConflictError, match=r"2 of 6"):
        closing.close(session, known(session, cast, period), by=None, now=wednesday(0))


def test_who_looked_before_somebody_else_closed_is_told(session: Session, cast: Cast) -> None:
    period = reviewed_week(session, cast)
    stale = known(session, cast, period)
    closing.close(session, known(session, cast, period), by=cast.quinn.id, now=wednesday(0))
    period.state = "frozen"  # as the second person still sees it
    period.closed_at = None

    with pytest.raises(ConflictError, match="Somebody else"):
        closing.close(session, stale, by=cast.ada.id, now=wednesday(0))


def test_a_changed_statement_is_found_and_a_due_restatement_told(
    session: Session, cast: Cast, flask_command: Callable[..., Result]
) -> None:
    period = reviewed_week(session, cast)
    closing.close(session, known(session, cast, period), by=None, now=wednesday(0))
    session.commit()

    good = flask_command("periods", "check", "--json")
    void_one(session)
    due = flask_command("periods", "check")
    session.execute(update(PeriodStatement).values(document=b'{"figures":{}}'))
    session.commit()
    tampered = flask_command("periods", "check")

    assert good.exit_code == 0, good.output
    assert json.loads(good.stdout) == {"periods": [{"period": period.key, "problems": [], "due": []}]}
    assert due.exit_code == 0
    assert f"{period.key}: a restatement is due: reviews were added, changed or voided" in due.output
    assert tampered.exit_code == 1
    assert f"{period.key}: statement 1 was changed after it was written" in tampered.output


def test_a_qa_lead_closes_and_restates_in_the_browser_and_a_director_looks(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    period = reviewed_week(session, cast)
    lead, director = sign_in(cast.quinn), sign_in(cast.dora)
    path = f"/trends/periods/{period.id}"

    before = words(lead, path)
    refused = director.post_form(f"{path}/close").status_code
    closed = lead.post_form(f"{path}/close").status_code
    void_one(session)
    empty = lead.post_form(f"{path}/restate", {"reason": ""})
    stated = lead.post_form(f"{path}/restate", {"reason": "Voided <b>one</b>."}).status_code
    after = words(lead, path)

    assert "Close the week" in before
    assert (refused, closed, empty.status_code, stated) == (403, 302, 422, 302)
    assert "Say why the figures are restated." in empty.get_data(as_text=True)
    assert "Voided &lt;b&gt;one&lt;/b&gt;." in after
    assert "Nothing changed since the last statement." in after
    assert period.key in words(lead, "/trends/periods/")
    seen = words(director, path)
    assert "held back: fewer than 5 people" in seen  # one specialist alone
    assert "Close the week" not in seen


def words(client: CheckingClient, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200
    return page.get_data(as_text=True)


def test_the_pages_ask_no_more_when_there_is_more(session: Session, cast: Cast, sign_in: SignIn) -> None:
    period = reviewed_week(session, cast)
    closing.close(session, known(session, cast, period), by=None, now=wednesday(0))
    lead = sign_in(cast.quinn)
    lead.get("/trends/periods/")

    with count_queries() as listed:
        lead.get("/trends/periods/")
    with count_queries() as shown:
        lead.get(f"/trends/periods/{period.id}")

    assert len(listed) <= 9
    assert len(shown) <= 15


def test_a_period_that_was_never_drawn_is_not_found(session: Session, cast: Cast, sign_in: SignIn) -> None:
    period = make_period(session, cast.programme.id, monday_of(AT.date()))

    assert sign_in(cast.quinn).get(f"/trends/periods/{period.id}").status_code == 404


def test_figures_that_differ_are_named_by_their_domain() -> None:
    def document(**domains: Any) -> dict[str, Any]:
        return {"figures": domains}

    same = {"quality": [80.0, 70.0, 90.0, 9], "fair": [80.0, 70.0, 90.0, 9]}

    found = statements.changes(
        document(a=same, gone=same), document(a={**same, "quality": [81.0, 70.0, 90.0, 9]}, new=same)
    )

    assert [(each.domain, each.figure) for each in found] == [
        ("a", "quality"),
        ("gone", "quality"),
        ("gone", "fair"),
        ("new", "quality"),
        ("new", "fair"),
    ]
    assert found[0].after[0] == 81.0
