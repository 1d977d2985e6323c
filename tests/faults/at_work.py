"""Everybody at work at once, by hand-sized use cases, and what each of them was told was done."""

import datetime as dt
import itertools
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from qa.config import Settings
from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.data_exports.models import DataExport
from qa.people.models import User
from qa.reviews.disputes.models import Dispute, DisputedCriterion, DisputeDecision
from qa.reviews.models import Review, ReviewRevision
from qa.sampling.models import Assignment
from tests.faults.processes import PATIENCE, Actor, Browser, Refused, ServerProcess
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import Cast
from tests.support.client import open_session
from tests.support.reviews import BEST

TOO_LATE = "told_that_another_was_faster"


@dataclass(frozen=True, slots=True)
class Part:
    """Something to score."""

    assignment_id: int
    revision_id: int


class Scorer(Actor):
    """Answers and submits one part after the other."""

    def __init__(self, name: str, browser: Browser, parts: Sequence[Part]) -> None:
        super().__init__(name)
        self.browser = browser
        self._waiting = iter(parts)
        self.submitted: list[int] = []  # assignments of which the server said that they are

    def turn(self) -> bool:
        part = next(self._waiting, None)
        if part is None:
            self.idle = True
            return False
        payload = {
            "save_id": f"storm-save-{part.assignment_id:06}",
            "version": 0,
            "conversation_revision": part.revision_id,
            "answers": [{"criterion": key, "level": level} for key, level in BEST.items()],
            "active_seconds": 7,
        }
        path = f"/queue/{part.assignment_id}"
        if len(self.submitted) % 2:  # as whoever is faster than the page saves: the answers come with the submit
            self.insist(lambda: self.browser.post(f"{path}/submit", payload))
        else:
            saved, _ = self.insist(lambda: self.browser.post(f"{path}/answers", payload))
            self.insist(lambda: self._submit(path, saved["version"]))
        self.submitted.append(part.assignment_id)
        return True

    def _submit(self, path: str, version: int) -> bool:
        """A submit whose answer was lost is refused when it comes again, and told why: then it is done."""
        try:
            self.browser.post(f"{path}/submit", {"version": version})
        except Refused as refused:
            if refused.status != 409 or '"submitted"' not in refused.body:
                raise
        return True


class Objector(Actor):
    """Disputes one review after the other."""

    def __init__(self, name: str, browser: Browser, review_ids: Sequence[int]) -> None:
        super().__init__(name)
        self.browser = browser
        self._waiting = iter(review_ids)
        self.opened: list[int] = []

    def turn(self) -> bool:
        review_id = next(self._waiting, None)
        if review_id is None:
            self.idle = True
            return False
        claim = {"choice-tone": "level:met", "reason-tone": "I thanked them in the last message."}
        status, again = self.insist(lambda: self.browser.send(f"/reviews/{review_id}/dispute", claim))
        assert status == 302 or (status == 409 and again), status
        self.opened.append(review_id)
        return True


class Settler(Actor):
    """Settles what was disputed, as another lead does at the same time."""

    def __init__(self, name: str, browser: Browser, objector: Objector, database_url: str) -> None:
        super().__init__(name)
        self.browser, self.objector = browser, objector
        self._engine = create_engine(database_url, poolclass=NullPool)
        self._seen = 0
        self.settled: list[int] = []  # it was told so at once
        self.perhaps: list[int] = []  # the answer was lost, and then somebody had settled it
        self.too_late = 0

    def turn(self) -> bool:
        over = self.objector.idle  # looked at first: nothing is opened afterwards
        if self._seen == len(self.objector.opened):
            self.idle = over
            return False
        review_id = self.objector.opened[self._seen]
        with Session(self._engine) as session:
            dispute_id = session.scalars(select(Dispute.id).where(Dispute.review_id == review_id)).one()
        self._seen += 1
        ruling = {"version": "0", "verdict-tone": "accept", "reason-tone": "The thanks are there."}
        status, again = self.insist(lambda: self.browser.send(f"/disputes/{dispute_id}", ruling))
        assert status in (302, 409), status
        if status == 302:
            self.settled.append(dispute_id)
        elif again:
            self.perhaps.append(dispute_id)
        else:
            self.too_late += 1
        return True


class Orderer(Actor):
    """Orders exports, the next one when the former is written."""

    def __init__(self, name: str, browser: Browser) -> None:
        super().__init__(name)
        self.browser = browser
        self.ordered = 0

    def turn(self) -> bool:
        today = utcnow().date()
        order = {
            "tables": ["reviews", "answers"],
            "format": "csv",
            "first_day": str(today - dt.timedelta(days=900)),
            "last_day": str(today),
        }
        status, _ = self.insist(lambda: self.browser.send("/exports/", order))
        assert status in (302, 409), status  # 409: the former is still being written
        self.ordered += status == 302
        return status == 302


@dataclass(kw_only=True)
class Storm:
    """All of them."""

    scorers: list[Scorer]
    objector: Objector
    settlers: list[Settler]
    orderer: Orderer

    def everybody(self) -> list[Actor]:
        return [*self.scorers, self.objector, *self.settlers, self.orderer]

    def start(self) -> None:
        """Let everybody begin."""
        for actor in self.everybody():
            actor.start()

    def wait_for_all(self) -> None:
        """Wait until all there was to score, to dispute and to settle is done, or somebody cannot go on."""
        until = time.monotonic() + 2 * PATIENCE
        while time.monotonic() < until and not any(actor.problem for actor in self.everybody()):
            if self.orderer.ordered and all(actor.idle for actor in (*self.scorers, self.objector, *self.settlers)):
                return
            time.sleep(0.1)

    def wait_for_each(self) -> None:
        """Wait until everybody has been told at least once that something was done."""
        until = time.monotonic() + 2 * PATIENCE
        while time.monotonic() < until and not self.each_was_heard and not any(a.problem for a in self.everybody()):
            time.sleep(0.1)

    def stop(self) -> None:
        for actor in self.everybody():
            actor.stop()

    @property
    def each_was_heard(self) -> bool:
        return all(count for name, count in self.counts().items() if name != TOO_LATE)

    @property
    def sent_again(self) -> int:
        return sum(actor.sent_again for actor in self.everybody())

    def counts(self) -> dict[str, int]:
        """What was acknowledged, by kind."""
        return {
            "submits": sum(len(scorer.submitted) for scorer in self.scorers),
            "disputes_opened": len(self.objector.opened),
            "disputes_settled": len({each for one in self.settlers for each in (*one.settled, *one.perhaps)}),
            TOO_LATE: sum(settler.too_late for settler in self.settlers),
            "exports_ordered": self.orderer.ordered,
        }


def arrange(
    session: Session, cast: Cast, settings: Settings, servers: Sequence[ServerProcess], *, parts: int, disputes: int
) -> Storm:
    """Rita and Rob score; Sam disputes what Rita said before; Lena and Quinn both settle it; Quinn orders exports.

    Where there are several servers each of them works at another.
    """
    version = publish_rubric(session, cast)
    at = itertools.cycle(servers)

    def browser(user: User) -> Browser:
        return Browser(next(at), open_session(session, user, settings))

    def part(user: User) -> Part:
        handled = make_ticket(session, cast)
        return Part(make_assignment(session, handled, user, version).id, handled.revision.id)

    def reviewed() -> int:
        handled = make_ticket(session, cast)
        task = make_assignment(session, handled, cast.rita, version)
        when = utcnow() - dt.timedelta(days=1)
        return make_review(session, handled, task, {"correct": "partly", "tone": "missed"}, at=when).id

    disputed = [reviewed() for _ in range(disputes)]
    waiting = {user.name: [part(user) for _ in range(parts)] for user in (cast.rita, cast.rob)}
    objector = Objector("sam", browser(cast.sam), disputed)
    storm = Storm(
        scorers=[Scorer(user.name, browser(user), waiting[user.name]) for user in (cast.rita, cast.rob)],
        objector=objector,
        settlers=[
            Settler(user.name, browser(user), objector, settings.database_url) for user in (cast.lena, cast.quinn)
        ],
        orderer=Orderer("quinn orders", browser(cast.quinn)),
    )
    session.commit()
    return storm


def assert_whole(session: Session, storm: Storm, exports: Path) -> None:
    """Nothing of what was acknowledged is lost, and nothing is half done."""
    assert storm.each_was_heard
    assert reviews_are_whole(session, [each for scorer in storm.scorers for each in scorer.submitted])
    assert disputes_are_whole(session, storm)
    assert exports_are_whole(session, storm.orderer.ordered, exports)


def reviews_are_whole(session: Session, submitted: list[int]) -> bool:
    """Each review is a draft or wholly submitted, the acknowledged ones are; each submit stands in the trail once."""
    session.rollback()
    rows = session.execute(
        select(Review, Assignment, ReviewRevision)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .join(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.n == 1))
    ).all()
    sent = {assignment.id for review, assignment, _ in rows if review.state == "submitted"}
    told = Counter(session.scalars(select(AuditEvent.object_id).where(AuditEvent.action == "review.submit")).all())
    assert set(submitted) <= sent
    for review, assignment, first in rows:
        done = review.state == "submitted"
        assert done == (assignment.state == "submitted") == (first.submitted_at is not None)
        assert told[str(review.id)] == int(done)
        assert review.active_seconds in (0, 7)  # a save that was sent again counts once
    return True


def disputes_are_whole(session: Session, storm: Storm) -> bool:
    """Each dispute is open, or settled by one person with one decision, one new revision and one event."""
    session.rollback()
    disputes = {dispute.review_id: dispute for dispute in session.scalars(select(Dispute)).all()}
    decisions = Counter(
        session.scalars(
            select(DisputedCriterion.dispute_id).join(
                DisputeDecision, DisputeDecision.disputed_criterion_id == DisputedCriterion.id
            )
        ).all()
    )
    revised = Counter(session.scalars(select(ReviewRevision.review_id).where(ReviewRevision.kind == "dispute")).all())
    told = Counter(session.scalars(select(AuditEvent.object_id).where(AuditEvent.action == "dispute.settle")).all())
    assert set(storm.objector.opened) <= set(disputes)
    for dispute in disputes.values():
        once = int(dispute.state == "settled")
        counts = (decisions[dispute.id], revised[dispute.review_id], told[str(dispute.id)])
        assert counts == (once, once, once), (dispute.state, counts)
    settled = {dispute.id for dispute in disputes.values() if dispute.state == "settled"}
    sure = [each for settler in storm.settlers for each in settler.settled]
    perhaps = {each for settler in storm.settlers for each in settler.perhaps}
    assert len(set(sure)) == len(sure), "two were told that they had settled the same dispute"
    assert set(sure) <= settled <= {*sure, *perhaps}
    return True


def exports_are_whole(session: Session, ordered: int, folder: Path) -> bool:
    """Each order was written once, whole; no file is left of a writing that was killed."""
    session.rollback()
    rows = session.scalars(select(DataExport)).all()
    assert len(rows) >= ordered
    assert {row.state for row in rows} <= {"done"}
    assert {path.name for path in folder.glob("*")} == {row.file_name for row in rows}
    return True
