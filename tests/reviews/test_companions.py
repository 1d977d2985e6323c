"""Self-reviews and peer reviews: sealed until all are in, then beside the reviewer's; lapsed without a trace."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.notices.models import Notice
from qa.reviews import service as reviews
from qa.reviews import submitting, tasks
from qa.reviews.companions import rules, service
from qa.reviews.companions.chores import Lapse
from qa.reviews.models import Review
from qa.sampling.models import Assignment, Purpose
from tests.reviews.desk import Desk
from tests.reviews.test_purposes_apart import PAGES, TOKEN, figures
from tests.support.builders import MESSAGES, make_assignment, make_ticket, publish_rubric
from tests.support.cast import Cast
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


@dataclass(kw_only=True)
class Beside:
    """Sam's part: Rita scores it, Sam and Olga are invited to."""

    session: Session
    cast: Cast
    rita: Desk
    sam: Desk
    olga: Desk

    def send(self, desk: Desk, **levels: str) -> Review:
        desk.answer_all(**levels)
        assert desk.submit().status_code == 200
        return desk.review()

    def later(self) -> None:
        """What was sent can no longer be taken back, and what was released is there to read."""
        for review in self.session.scalars(select(Review).where(Review.submitted_at.is_not(None))):
            review.submitted_at = utcnow() - HOUR
            if review.released_at is not None:
                review.released_at = utcnow() - HOUR
        self.session.commit()

    def told(self) -> list[str]:
        found = select(Notice.kind).where(Notice.user_id == self.cast.sam.id, Notice.kind == "review_released")
        return list(self.session.scalars(found))


@pytest.fixture
def beside(session: Session, cast: Cast, sign_in: SignIn) -> Beside:
    version = publish_rubric(session, cast)
    messages = (*MESSAGES, ("specialist", "Yours, Sam Sato"))
    handled = make_ticket(session, cast, subject="A payout that never came", messages=messages)
    due = utcnow().date() + 3 * DAY
    desks = {}
    for name, purpose in (("rita", Purpose.ROUTINE), ("sam", Purpose.SELF), ("olga", Purpose.PEER)):
        user = getattr(cast, name)
        task = make_assignment(session, handled, user, version, purpose=purpose, due_on=due)
        desks[name] = Desk(session=session, user=user, handled=handled, task=task, client=sign_in(user))
    return Beside(session=session, cast=cast, **desks)


def status(client: CheckingClient, path: str) -> int:
    return client.get(path).status_code


def test_the_desk_invites_and_the_scoring_page_is_the_same_one(beside: Beside):
    sam, olga = beside.sam.client, beside.olga.client
    home = sam.get("/").get_data(as_text=True)
    page = sam.get(beside.sam.path).get_data(as_text=True)
    peer = olga.get(beside.olga.path).get_data(as_text=True)

    assert "If you like: score these too" in home
    assert "A payout that never came" in sam.get("/my-reviews").get_data(as_text=True)
    assert "no figure counts it" in page
    assert 'data-key-target="h"' not in page
    assert "peer review, blind" in peer
    assert "Sam Sato" not in peer
    assert [status(sam, path) for path in ("/queue", "/sampling/pool", beside.olga.path)] == [403, 403, 404]
    assert "A payout that never came" not in beside.rita.client.get(f"/queue/{beside.sam.task.id}").get_data(
        as_text=True
    )


def test_neither_side_sees_the_other_s_score_before_all_are_in(beside: Beside, sign_in: SignIn):
    lena = sign_in(beside.cast.lena)
    own = beside.send(beside.sam, tone="missed")
    peer = beside.send(beside.olga)
    beside.later()
    early = [status(lena, f"/reviews/{one.id}") for one in (own, peer)]
    drawn = beside.send(beside.rita)
    beside.later()

    assert early == [404, 404]  # Rita has not scored yet
    assert [status(lena, f"/reviews/{one.id}") for one in (own, peer, drawn)] == [200, 200, 200]
    assert "the specialist, of their own work" in lena.get(f"/reviews/{own.id}").get_data(as_text=True)
    assert "Olga Orlova" not in lena.get(f"/reviews/{peer.id}/beside").get_data(as_text=True)  # a peer has a pseudonym
    assert [status(beside.rita.client, f"/reviews/{one.id}") for one in (own, peer)] == [404, 404]
    assert [status(beside.olga.client, f"/reviews/{one.id}") for one in (own, drawn)] == [404, 404]
    both = beside.sam.client.get(f"/reviews/{own.id}/beside").get_data(as_text=True)
    assert both.count("differs") == 1
    assert "Rita Ramos" not in both
    assert "both, criterion by criterion" in beside.sam.client.get(f"/reviews/{drawn.id}").get_data(as_text=True)
    assert status(beside.sam.client, f"/reviews/{peer.id}") == 404  # the lead's, not a colleague's
    assert status(beside.olga.client, f"/reviews/{peer.id}/beside") == 404
    mine = beside.olga.client.get(f"/reviews/{peer.id}").get_data(as_text=True)
    assert "Sam Sato" not in mine
    assert "Dispute" not in beside.sam.client.get(f"/reviews/{own.id}").get_data(as_text=True)
    assert beside.sam.client.post_form(f"/reviews/{own.id}/acknowledge").status_code == 409


def test_a_review_waits_for_its_specialist_s_own_score_and_again_when_that_is_taken_back(
    beside: Beside, sign_in: SignIn
):
    drawn = beside.send(beside.rita)
    held = drawn.released_at
    beside.later()
    lena = sign_in(beside.cast.lena)
    refused = lena.post_form(f"/reviews/{drawn.id}/release").status_code
    words = lena.get(f"/reviews/{drawn.id}").get_data(as_text=True)
    before = beside.told()
    beside.send(beside.sam)
    beside.session.expire_all()
    released = drawn.released_at

    assert beside.sam.client.post_form(f"{beside.sam.path}/undo").status_code == 302

    beside.session.expire_all()
    assert (held, refused, before) == (None, 409, [])
    assert "once its specialist has scored the part" in words
    assert released is not None
    assert released > utcnow()  # not before the own score can no longer be taken back
    assert drawn.released_at is None
    assert beside.told() == []
    beside.sam.version = beside.sam.review().lock_version
    beside.send(beside.sam)
    assert beside.told() == ["review_released"]


def test_a_declined_or_lapsed_invitation_leaves_nothing_and_releases_what_waited(beside: Beside, session: Session):
    drawn = beside.send(beside.rita)
    beside.olga.send({"criterion": "tone", "level": "met"})
    declined = beside.olga.client.post_form(f"/invitations/{beside.olga.task.id}/decline").status_code
    again = beside.olga.client.post_form(f"/invitations/{beside.olga.task.id}/decline").status_code
    session.expire_all()
    chore = Lapse()
    early = chore.tick(session, utcnow() + 3 * DAY + HOUR - DAY)

    lapsed = Lapse().tick(session, utcnow() + 5 * DAY)

    session.expire_all()
    assert (declined, again, early, lapsed) == (302, 409, 0, 1)
    states = session.scalars(select(Assignment.state).where(Assignment.purpose.in_(rules.COMPANIONS))).all()
    assert set(states) == {"withdrawn"}
    assert session.get_one(Review, drawn.id).released_at is not None
    assert beside.told() == ["review_released"]
    assert "score these too" not in beside.sam.client.get("/").get_data(as_text=True)
    assert service.lapse(session, now=utcnow() + 9 * DAY) == 0
    trail = session.execute(
        select(AuditEvent.action, AuditEvent.actor_id).where(AuditEvent.action.like("invitation.%"))
    )
    assert [tuple(each) for each in trail] == [("invitation.decline", beside.cast.olga.id), ("invitation.lapse", None)]


def test_an_invitation_that_is_answered_at_the_last_moment_does_not_lapse(
    beside: Beside, session: Session, monkeypatch: pytest.MonkeyPatch
):
    def answered_meanwhile(session: Session, part_id: int) -> None:
        session.execute(
            update(Assignment)
            .where(Assignment.part_id == part_id, Assignment.state == "open")
            .values(state="submitted", ended_at=utcnow())
            .execution_options(synchronize_session=False)
        )

    monkeypatch.setattr(service, "one_at_a_time", answered_meanwhile)

    assert service.lapse(session, now=utcnow() + 5 * DAY) == 0
    assert (beside.sam.task.state, beside.olga.task.state) == ("submitted", "submitted")
    assert session.scalars(select(AuditEvent).where(AuditEvent.action == "invitation.lapse")).all() == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at any time
def test_whatever_changes_a_part_s_scores_waits_for_the_other_that_does(beside: Beside, session: Session):
    beside.rita.send({"criterion": "tone", "level": "met"})
    session.rollback()
    part_id, own, drawn = beside.sam.task.part_id, beside.sam.task.id, beside.rita.task.id
    now = utcnow()
    service.one_at_a_time(session, part_id)
    setting: Any = None
    steps: dict[str, Callable[[Session], object]] = {
        "submit": lambda other: submitting.submit(
            other, tasks.task_of(other, drawn), version=1, setting=setting, zone=setting, now=now
        ),
        "undo": lambda other: reviews.undo_submit(other, other.get_one(Assignment, drawn), now=now),
        "decline": lambda other: service.decline(other, other.get_one(Assignment, own), setting, by=1, now=now),
        "lapse": lambda other: service.lapse(other, now=now + 5 * DAY),
    }

    for step in steps.values():
        with Session(session.get_bind()) as other:
            other.execute(text("SET LOCAL lock_timeout = '30ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                step(other)
    session.rollback()


@pytest.mark.parametrize(
    ("at_hand", "waits"),
    [
        ({("routine", "submitted"), ("self", "submitted")}, False),
        ({("routine", "open"), ("self", "submitted")}, True),
        ({("routine", "submitted"), ("double", "open"), ("self", "submitted")}, True),
        ({("routine", "submitted"), ("self", "submitted"), ("peer", "open")}, True),
        ({("self", "submitted")}, True),  # it went back to the pool: whoever takes it must not have read this
    ],
)
def test_what_a_self_review_waits_for(at_hand: set[tuple[str, str]], waits: bool):
    assert rules.waits_for_all(at_hand) is waits


def test_every_figure_and_every_page_of_figures_is_the_same_after_a_self_review_and_a_peer_review(
    beside: Beside, session: Session, sign_in: SignIn
):
    beside.send(beside.rita, tone="missed")
    quinn = sign_in(beside.cast.quinn)

    def seen() -> tuple[dict[str, Any], list[str]]:
        session.expire_all()
        addresses = (*PAGES["quinn"], f"/coaching/specialists/{beside.cast.sam.id}")
        pages = [TOKEN.sub("", quinn.get(address).get_data(as_text=True)) for address in addresses]
        told = figures(session, beside.cast, end=utcnow() + DAY)
        del told["reviewed tickets"]  # no figure: a filter on what is released, as Rita's review is by then
        return told, pages

    before = seen()

    beside.send(beside.sam, correct="wrong", tone="missed")
    beside.send(beside.olga, correct="wrong")

    assert len(before[0]["quality"]) == 1
    assert seen() == before
