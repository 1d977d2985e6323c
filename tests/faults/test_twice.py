"""What matters happens once, however often it is sent: a double click, a replayed request, two people at once."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.data_exports import service as exports
from qa.reviews import submitting
from qa.reviews.disputes import service as disputes
from qa.reviews.disputes.models import Dispute
from tests.reviews.desk import Desk
from tests.reviews.dispute_case import ACCEPT, CLAIM, make_case
from tests.support.builders import make_assignment, make_ticket, publish_rubric
from tests.support.cast import Cast
from tests.support.client import CheckingClient
from tests.support.meanwhile import Meanwhile

pytestmark = pytest.mark.slow
SignIn = Callable[..., CheckingClient]
Post = Callable[[CheckingClient], int]


def events(session: Session, action: str) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(AuditEvent.action == action)) or 0


def at_once_and_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch, inside: tuple[object, str], who: list[CheckingClient], post: Post
) -> list[int]:
    """Post; in the middle of it the other (or the same person's second click) posts too; then once more."""
    first, second = who
    for client in who:
        client.arranged = None  # the requests run at the same time: nothing is committed between
    other = Meanwhile(app, lambda _: post(second))
    module, name = inside
    original = getattr(module, name)

    def meanwhile(*given, **more):
        done = original(*given, **more)
        other()
        return done

    with monkeypatch.context() as patched:
        patched.setattr(module, name, meanwhile)
        statuses = [post(first)]
    return [*statuses, other.result(), post(first)]


def test_a_review_is_submitted_once(
    app: Flask, session: Session, cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled = make_ticket(session, cast)
    task = make_assignment(session, handled, cast.rita, publish_rubric(session, cast))
    desk = Desk(session=session, user=cast.rita, handled=handled, task=task, client=sign_in(cast.rita))
    desk.answer_all()
    sent = {"version": desk.version}
    path, windows = f"/queue/{task.id}/submit", [sign_in(cast.rita), sign_in(cast.rita)]

    statuses = at_once_and_again(
        app, monkeypatch, (submitting.companions, "tell"), windows, lambda who: who.post_json(path, sent).status_code
    )

    assert statuses == [200, 409, 409]
    assert events(session, "review.submit") == 1


def test_a_submit_with_its_answers_is_done_once_and_says_so_again(
    app: Flask, session: Session, cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled = make_ticket(session, cast)
    task = make_assignment(session, handled, cast.rita, publish_rubric(session, cast))
    desk = Desk(session=session, user=cast.rita, handled=handled, task=task, client=sign_in(cast.rita))
    sent = desk.saved(*desk.all_answers(), active_seconds=9)
    path, windows = f"/queue/{task.id}/submit", [sign_in(cast.rita), sign_in(cast.rita)]
    session.commit()

    statuses = at_once_and_again(
        app, monkeypatch, (submitting.companions, "tell"), windows, lambda who: who.post_json(path, sent).status_code
    )

    assert statuses == [200, 200, 200]
    assert events(session, "review.submit") == 1
    assert (desk.review().lock_version, desk.review().active_seconds) == (2, 9)


def test_a_review_is_disputed_once_and_settled_by_one_lead(
    app: Flask, session: Session, cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case(session, cast, sign_in)
    path, clicks = f"{case.path}/dispute", [sign_in(cast.sam), sign_in(cast.sam)]
    session.commit()

    opened = at_once_and_again(
        app, monkeypatch, (disputes, "_tell"), clicks, lambda who: who.post_form(path, CLAIM).status_code
    )
    session.rollback()
    dispute = session.scalars(select(Dispute)).one()
    form, path = {"version": str(dispute.lock_version), **ACCEPT}, f"/disputes/{dispute.id}"
    leads = [sign_in(cast.lena), sign_in(cast.quinn)]
    session.commit()
    settled = at_once_and_again(
        app, monkeypatch, (disputes, "_results"), leads, lambda who: who.post_form(path, form).status_code
    )

    assert (opened, settled) == ([302, 409, 409], [302, 409, 409])
    assert [events(session, f"dispute.{step}") for step in ("open", "settle")] == [1, 1]
    assert len(case.revisions()) == 2


def test_an_export_is_ordered_once(
    app: Flask, session: Session, cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = utcnow().date()
    form = {
        "tables": ["reviews"],
        "format": "csv",
        "first_day": str(today - dt.timedelta(days=9)),
        "last_day": str(today),
    }
    clicks = [sign_in(cast.quinn), sign_in(cast.quinn)]
    session.commit()

    statuses = at_once_and_again(
        app, monkeypatch, (exports.jobs, "enqueue"), clicks, lambda who: who.post_form("/exports/", form).status_code
    )

    assert statuses == [302, 409, 409]
    assert events(session, "export.data") == 1
