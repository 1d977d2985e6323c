"""A newcomer, golden tickets that half fail, and parts that a colleague has scored: what certification needs."""

import datetime as dt

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.calibration_sessions.certification import service
from qa.calibration_sessions.certification.models import Certification, ShadowedReview
from qa.calibration_sessions.golden.models import GoldenTicket
from qa.calibration_sessions.models import CalibrationSession, ConsensusAnswer, ConsensusScore, SessionPart
from qa.core.access import Role
from qa.notices.models import Notice
from qa.people.models import User
from qa.sampling.models import Assignment
from tests.support.builders import BEST, Handled, make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, TODAY, Cast, person

SOON = NOW + dt.timedelta(days=1)
TICKETS = 8


class School:
    """Nina is new; there are eight golden tickets that half fail, and three parts that Rob has scored."""

    def __init__(self, session: Session, cast: Cast) -> None:
        self.session, self.cast = session, cast
        self.version = publish_rubric(session, cast)
        self.nina = person(session, cast.programme, "Nina Noor", Role.REVIEWER)
        self.golden = [self.gold(n) for n in range(TICKETS)]
        self.handled = {gold.part_id: handled for gold, handled in self.golden}
        for _ in range(3):
            handled = make_ticket(session, cast)
            task = make_assignment(session, handled, cast.rob, self.version)
            make_review(session, handled, task).sealed = False
            self.handled[handled.part.id] = handled
        session.flush()

    def gold(self, n: int) -> tuple[GoldenTicket, Handled]:
        """Half of them miss the tone, a quarter the answer."""
        session, handled = self.session, make_ticket(self.session, self.cast)
        row = CalibrationSession(
            programme_id=self.cast.programme.id, title="Gold", rubric_version_id=self.version.id, due_on=TODAY,
            facilitator_id=self.cast.quinn.id, state="closed", created_at=NOW, revealed_at=NOW, closed_at=NOW,
        )  # fmt: skip
        session.add(row)
        session.flush()
        part = SessionPart(session_id=row.id, part_id=handled.part.id, position=1)
        session.add(part)
        session.flush()
        chosen = BEST | ({"tone": "missed"} if n % 2 else {}) | ({"correct": "wrong"} if n % 4 == 1 else {})
        session.add_all(
            ConsensusAnswer(
                session_part_id=part.id, criterion_key=key, level_key=level, decided_by_id=self.cast.quinn.id,
                decided_at=NOW,
            )
            for key, level in chosen.items()
        )  # fmt: skip
        session.add(
            ConsensusScore(
                session_part_id=part.id, score=80.0, base_score=80.0, outcome="failed" if n % 2 else "passed",
                decided_by_id=self.cast.quinn.id, decided_at=NOW,
            )
        )  # fmt: skip
        gold = GoldenTicket(
            programme_id=self.cast.programme.id, session_part_id=part.id, part_id=handled.part.id,
            rubric_version_id=self.version.id, state="gold", proposed_at=NOW, proposed_by_id=self.cast.quinn.id,
            confirmed_at=NOW, confirmed_by_id=self.cast.lena.id,
        )  # fmt: skip
        session.add(gold)
        session.flush()
        return gold, handled

    def begin(self) -> Certification:
        return service.begin(
            self.session,
            self.cast.setting,
            self.nina.id,
            self.version.family_id,
            rng=np.random.default_rng(2),
            by=self.cast.quinn.id,
            now=NOW,
        )

    def open_tasks(self) -> list[Assignment]:
        return list(
            self.session.scalars(
                select(Assignment)
                .where(Assignment.reviewer_id == self.nina.id, Assignment.state == "open")
                .order_by(Assignment.id)
            )
        )

    def practise(self, row: Certification, *, wrong: int = 0) -> None:
        """Nina scores the round as gold has it, but for ``wrong`` tickets of which she gets everything wrong."""
        for place, task in enumerate(self.open_tasks()):
            gold = self.session.scalars(select(GoldenTicket).where(GoldenTicket.part_id == task.part_id)).one()
            agreed = {
                answer.criterion_key: answer.level_key or ""
                for answer in self.session.scalars(
                    select(ConsensusAnswer).where(ConsensusAnswer.session_part_id == gold.session_part_id)
                )
            }
            if place < wrong:
                flip = {"met": "missed", "missed": "met", "full": "wrong", "wrong": "full"}
                agreed = {key: flip[level] for key, level in agreed.items()}
            make_review(self.session, self.handled[task.part_id], task, agreed, at=NOW)

    def settle(self, row: Certification) -> bool | None:
        return service.settle_practice(self.session, self.cast.setting, row, rng=np.random.default_rng(3), now=SOON)

    def told(self, user: User) -> list[str]:
        return list(
            self.session.scalars(
                select(Notice.kind)
                .where(Notice.user_id == user.id, Notice.object_type == "certification")
                .order_by(Notice.id)
            )
        )

    def shadowed(self) -> list[ShadowedReview]:
        return list(self.session.scalars(select(ShadowedReview).order_by(ShadowedReview.id)))
