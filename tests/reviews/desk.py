"""A reviewer at the scoring page, as its script talks to the server."""

import itertools
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from qa.people.models import User
from qa.reviews.models import Review
from qa.sampling.models import Assignment
from tests.support.builders import BEST, Handled, answers_of
from tests.support.client import CheckingClient

_saves = itertools.count(1)


def new_save_id() -> str:
    return f"save-{next(_saves):08d}"


def level(criterion: str, chosen: str, **more: Any) -> dict[str, Any]:
    """An answer as the page sends it."""
    return {"criterion": criterion, "level": chosen, **more}


@dataclass(kw_only=True)
class Desk:
    """One person, one part, one window; ``version`` is what this window knows."""

    session: Session
    user: User
    handled: Handled
    task: Assignment
    client: CheckingClient
    version: int = 0

    @property
    def path(self) -> str:
        return f"/queue/{self.task.id}"

    def send(self, *answers: Any, save_id: str | None = None, **more: Any) -> TestResponse:
        """One save; the window keeps the version that the server answers."""
        response = self.client.post_json(f"{self.path}/answers", self.saved(*answers, save_id=save_id, **more))
        if response.status_code == 200:
            self.version = response.get_json()["version"]
        return response

    def saved(self, *answers: Any, save_id: str | None = None, **more: Any) -> dict[str, Any]:
        """A save as it is sent."""
        return {
            "save_id": save_id or new_save_id(),
            "version": self.version,
            "conversation_revision": self.handled.revision.id,
            "answers": list(answers),
            **more,
        }

    def all_answers(self, **changed: str) -> list[dict[str, Any]]:
        """The best level of everything, but where said otherwise; each says why."""
        why = {"comment": "Because of m2.", "pins": [{"message": "m2", "start": 0, "end": 9}]}
        return [level(key, chosen, **why) for key, chosen in {**BEST, **changed}.items()]

    def answer_all(self, **changed: str) -> None:
        assert self.send(*self.all_answers(**changed)).status_code == 200

    def submit(self) -> TestResponse:
        return self.client.post_json(f"{self.path}/submit", {"version": self.version})

    def submit_with(self, *answers: Any, save_id: str | None = None, **more: Any) -> TestResponse:
        """A submit that takes along what the window has not saved yet."""
        return self.client.post_json(f"{self.path}/submit", self.saved(*answers, save_id=save_id, **more))

    def review(self) -> Review:
        return self.session.scalars(select(Review).where(Review.assignment_id == self.task.id)).one()

    def kept(self) -> dict[str, str | None]:
        """Criterion to level, as the database has it."""
        return answers_of(self.session, self.review())
