"""A released review that its specialist may dispute, and the steps of both sides."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from qa.core.clock import utcnow
from qa.notices.models import Notice
from qa.people.models import User
from qa.reviews.disputes.models import Dispute
from qa.reviews.models import Review, ReviewRevision
from qa.rubric_library.models import RubricVersion
from tests.support.builders import Handled, make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import Cast
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]
DAY = dt.timedelta(days=1)
CLAIM = {"choice-tone": "level:met", "reason-tone": "I thanked them in the last message."}
ACCEPT = {"verdict-tone": "accept", "reason-tone": "The thanks are there."}


@dataclass(kw_only=True)
class Case:
    """A review by Rita of Sam's work, released a day ago: correct is partly right and the tone was missed."""

    session: Session
    cast: Cast
    handled: Handled
    version: RubricVersion
    review: Review
    sign_in: SignIn

    @property
    def path(self) -> str:
        return f"/reviews/{self.review.id}"

    def open(self, **more: str) -> TestResponse:
        return self.sign_in(self.cast.sam).post_form(f"{self.path}/dispute", {**CLAIM, **more})

    def dispute(self) -> Dispute:
        return self.session.scalars(select(Dispute).order_by(Dispute.id.desc())).first()  # type: ignore[return-value]

    def settle(self, who: User, form: dict[str, str] | None = None, **more: Any) -> TestResponse:
        dispute = self.dispute()
        sent = {"version": str(dispute.lock_version), **(ACCEPT if form is None else form), **more}
        return self.sign_in(who).post_form(f"/disputes/{dispute.id}", sent)

    def step(self, name: str, **form: str) -> TestResponse:
        """A step of the specialist."""
        dispute = self.dispute()
        sent = {"version": str(dispute.lock_version), **form}
        return self.sign_in(self.cast.sam).post_form(f"/disputes/{dispute.id}/{name}", sent)

    def revisions(self) -> list[ReviewRevision]:
        return list(
            self.session.scalars(
                select(ReviewRevision).where(ReviewRevision.review_id == self.review.id).order_by(ReviewRevision.n)
            )
        )

    def told(self, user: User) -> list[str]:
        found = select(Notice.kind).where(Notice.user_id == user.id, Notice.object_type == "dispute")
        return list(self.session.scalars(found.order_by(Notice.id)))

    def words(self, who: User, path: str) -> str:
        return self.sign_in(who).get(path).get_data(as_text=True)


def make_case(session: Session, cast: Cast, sign_in: SignIn) -> Case:
    """A review by Rita of Sam's work: correct is partly right, the tone was missed."""
    version = publish_rubric(session, cast)
    handled = make_ticket(session, cast)
    task = make_assignment(session, handled, cast.rita, version)
    review = make_review(session, handled, task, {"correct": "partly", "tone": "missed"}, at=utcnow() - DAY)
    return Case(session=session, cast=cast, handled=handled, version=version, review=review, sign_in=sign_in)
