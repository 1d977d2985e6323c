"""A session of Rita, Rob and Quinn over three parts, as its people see it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.calibration_sessions import service
from qa.calibration_sessions.models import CalibrationSession, SessionPart
from qa.people.models import User
from qa.reviews.models import Review
from qa.rubric_library.models import RubricVersion
from qa.sampling.models import Assignment
from tests.support.builders import Handled, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, TODAY, Cast
from tests.support.client import CheckingClient


@dataclass(kw_only=True)
class Room:
    session: Session
    row: CalibrationSession
    version: RubricVersion
    handled: list[Handled]
    sign_in: Callable[..., CheckingClient]

    @property
    def path(self) -> str:
        return f"/calibration/{self.row.id}"

    def task(self, user: User, part: int) -> Assignment:
        """What was given to somebody for the n-th part."""
        return self.session.scalars(
            select(Assignment).where(
                Assignment.reviewer_id == user.id, Assignment.part_id == self.handled[part].part.id
            )
        ).one()

    def score(self, user: User, part: int, **levels: str) -> Review:
        """A submitted, blind review; its comment names who wrote it."""
        return make_review(
            self.session,
            self.handled[part],
            self.task(user, part),
            levels,
            comments=dict.fromkeys(levels, f"Thought by {user.email}."),
        )

    def post(self, user: User, what: str, *, version: int | None = None, **form: str) -> int:
        """One press of a button; gives the status."""
        data = {"version": str(self.row.lock_version if version is None else version), **form}
        return self.sign_in(user).post_form(f"{self.path}/{what}", data).status_code

    def parts(self) -> list[SessionPart]:
        return list(
            self.session.scalars(
                select(SessionPart).where(SessionPart.session_id == self.row.id).order_by(SessionPart.position)
            )
        )

    def agree(self, user: User, part: int, *, version: int | None = None, **levels: str) -> int:
        chosen = {"correct": "full", "tone": "met", "privacy": "met", **levels}
        where = f"parts/{self.parts()[part].id}/consensus"
        return self.post(user, where, version=version, **{f"level-{key}": level for key, level in chosen.items()})


def open_room(session: Session, cast: Cast, sign_in: Callable[..., CheckingClient], *, parts: int = 3) -> Room:
    version = publish_rubric(session, cast)
    handled = [
        make_ticket(session, cast, resolved_at=NOW - dt.timedelta(days=8) + dt.timedelta(hours=n)) for n in range(parts)
    ]
    row = service.open_session(
        session,
        programme_id=cast.programme.id,
        title="Tone",
        rubric_version_id=version.id,
        part_ids=[each.part.id for each in handled],
        participant_ids=[cast.rita.id, cast.rob.id, cast.quinn.id],
        facilitator_id=cast.quinn.id,
        due_on=TODAY + dt.timedelta(days=3),
        now=NOW,
    )
    return Room(session=session, row=row, version=version, handled=handled, sign_in=sign_in)
