"""An incident and the people around it, as their pages send what they do."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from qa.incidents.models import Incident, IncidentStep
from qa.incidents.rules import Kind
from qa.notices.models import Notice
from qa.people.models import User
from tests.support.builders import Handled
from tests.support.cast import Cast
from tests.support.client import CheckingClient

_numbers = itertools.count(1)


@dataclass(kw_only=True)
class Room:
    """Sam's ticket, and what anybody does about an incident in it."""

    session: Session
    cast: Cast
    handled: Handled
    sign_in: Callable[..., CheckingClient]

    def form(self, **more: str) -> dict[str, str]:
        return {
            "kind": "risk_to_life",
            "line": "They write that they will not be here tomorrow",
            "message": "m1",
            "raise_id": f"raised-{next(_numbers):08d}",
            "conversation_revision": str(self.handled.revision.id),
            "start": "",
            "end": "",
            **more,
        }

    def raise_it(self, who: User, **more: str) -> TestResponse:
        return self.sign_in(who).post_form(f"/tickets/{self.handled.ticket.id}/incident", self.form(**more))

    def name(self, kind: Kind, *owners: User, minutes: int = 30, version: int = 0) -> TestResponse:
        places = {f"owner-{place}": owner.email for place, owner in enumerate(owners, 1)}
        form = {"minutes": str(minutes), "version": str(version), **places}
        return self.sign_in(self.cast.quinn).post_form(f"/incidents/owners/{kind}", form)

    def incident(self) -> Incident:
        return self.session.scalars(select(Incident).order_by(Incident.id.desc())).first()  # type: ignore[return-value]

    def step(self, who: User, name: str, **form: str) -> TestResponse:
        incident = self.incident()
        sent = {"version": str(incident.lock_version), **form}
        return self.sign_in(who).post_form(f"/incidents/{incident.id}/{name}", sent)

    def words(self, who: User) -> str:
        return self.sign_in(who).get(f"/incidents/{self.incident().id}").get_data(as_text=True)

    def finds(self, who: User) -> bool:
        return self.sign_in(who).get(f"/incidents/{self.incident().id}").status_code == 200

    def asked(self) -> list[int]:
        return list(
            self.session.scalars(
                select(IncidentStep.user_id).where(IncidentStep.what == "told").order_by(IncidentStep.id)
            )
        )

    def news(self, user: User) -> list[str]:
        return list(
            self.session.scalars(
                select(Notice.kind)
                .where(Notice.user_id == user.id, Notice.object_type == "incident")
                .order_by(Notice.id)
            )
        )
