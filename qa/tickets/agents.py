"""The help desk's agents as this house knows them: who they are here, and in which team on which day."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.core import summing
from qa.core.clock import local_day
from qa.core.db import reading
from qa.core.errors import ConflictError
from qa.people import service as people
from qa.people.models import AgentIdentity, Membership
from qa.people.queries import memberships_of, team_on
from qa.tickets.intake.base import AgentRecord, clean
from qa.tickets.models import Erasure, HandledPart
from qa.tickets.rows import insert_rows, update_rows

ATTEMPTS = 4
MATCHING_CHUNK = 1000  # parts in one transaction


@dataclass(frozen=True, slots=True)
class KnownAgent:
    """An agent identity as it is stored."""

    id: int
    name: str
    email: str | None
    is_bot: bool
    user_id: int | None
    erased: bool = False  # with the person it is: no export names it again


@dataclass(slots=True)
class Directory:
    """A source's agents by their id in the help desk, with their people's teams in time."""

    source_id: int
    zone: ZoneInfo
    known: dict[str, KnownAgent] = field(default_factory=dict)
    memberships: dict[int, list[Membership]] = field(default_factory=dict)

    def load(self, session: Session) -> None:
        """Read the agents and the teams of those who are somebody here."""
        with reading():
            rows = session.execute(
                select(
                    AgentIdentity.external_id,
                    AgentIdentity.id,
                    AgentIdentity.name,
                    AgentIdentity.email,
                    AgentIdentity.is_bot,
                    AgentIdentity.user_id,
                )
                .where(AgentIdentity.source_id == self.source_id)
                .order_by(AgentIdentity.id)
            )
            erased = set(session.scalars(select(Erasure.subject_id).where(Erasure.subject == "person")))
            self.known = {
                row.external_id: KnownAgent(
                    row.id, row.name, row.email, row.is_bot, row.user_id, erased=row.user_id in erased
                )
                for row in rows
            }
            people = {agent.user_id for agent in self.known.values() if agent.user_id is not None}
            self.memberships = _memberships(session, people)
            session.rollback()

    def ensure(self, session: Session, agents: Iterable[AgentRecord]) -> None:
        """Make the agents that are new, correct those that changed, match them to people by e-mail; commits."""
        told = list({id(agent): agent for agent in agents}.values())  # most are told again with every message
        for _ in range(ATTEMPTS):
            new, changed = self._differences(told)
            if not new and not changed:
                return
            try:
                fixed = {"source_id": self.source_id, "user_id": None}
                insert_rows(session, AgentIdentity, [self._row(agent) | fixed for agent in new.values()])
                corrected = [self._row(agent) | {"row_id": self.known[key].id} for key, agent in changed.items()]
                update_rows(session, AgentIdentity, corrected)
                people.match_identities(session)
                session.commit()
            except IntegrityError:  # another intake of the same source met the same agent first
                session.rollback()
                self.load(session)
                continue
            self.load(session)
            return
        raise ConflictError("Another intake keeps changing the same agents; run this one again when it is done.")

    def _differences(self, agents: Sequence[AgentRecord]) -> tuple[dict[str, AgentRecord], dict[str, AgentRecord]]:
        """The agents that are not known yet, and those that are told otherwise than known; a bot stays one."""
        bots = {agent.external_id for agent in agents if agent.is_bot}
        new: dict[str, AgentRecord] = {}
        changed: dict[str, AgentRecord] = {}
        for agent in agents:
            known = self.known.get(agent.external_id)
            is_bot = agent.external_id in bots or (known is not None and known.is_bot)
            told = replace(agent, is_bot=is_bot) if is_bot != agent.is_bot else agent
            if known is None:
                new.setdefault(agent.external_id, told)
            elif known.erased or not agent.name or (agent.email is None and known.email is not None):
                continue  # this export tells less than is known
            elif (known.name, known.email, known.is_bot) != (clean(agent.name), agent.email, is_bot):
                changed.setdefault(agent.external_id, told)
        return new, changed

    @staticmethod
    def _row(agent: AgentRecord) -> dict[str, object]:
        name = clean(agent.name) or f"Agent {agent.external_id}"
        return {"external_id": agent.external_id, "name": name, "email": agent.email, "is_bot": agent.is_bot}

    def team(self, user_id: int | None, moment: dt.datetime) -> int | None:
        """The team somebody belonged to at a moment."""
        if user_id is None:
            return None
        return team_on(self.memberships.get(user_id, ()), local_day(moment, self.zone))


def match_parts(session: Session, zone: ZoneInfo) -> int:
    """Give every part the person its agent is and the team that person was in; how many parts changed. Commits.

    Called after people, memberships or identities changed; frozen frames keep what they copied.
    """
    changed = 0
    last = 0
    memberships: dict[int, list[Membership]] = {}
    while True:
        with reading():
            rows = session.execute(
                select(
                    HandledPart.id,
                    HandledPart.specialist_id,
                    HandledPart.team_id,
                    HandledPart.resolved_at,
                    AgentIdentity.user_id,
                )
                .join(AgentIdentity, AgentIdentity.id == HandledPart.agent_identity_id)
                .where(HandledPart.id > last)
                .order_by(HandledPart.id)
                .limit(MATCHING_CHUNK)
            ).all()
            people = {row.user_id for row in rows if row.user_id is not None} - set(memberships)
            if people:
                memberships |= _memberships(session, people)
            session.rollback()
        if not rows:
            return changed
        last = rows[-1].id
        updates = []
        for row in rows:
            team = None if row.user_id is None else _team(memberships[row.user_id], row.resolved_at, zone)
            if (row.specialist_id, row.team_id) != (row.user_id, team):
                updates.append({"row_id": row.id, "specialist_id": row.user_id, "team_id": team})
        if updates:
            with summing.changing(session, parts=[row["row_id"] for row in updates]):
                update_rows(session, HandledPart, updates)
            session.commit()
            changed += len(updates)


def _memberships(session: Session, people: Iterable[int]) -> dict[int, list[Membership]]:
    """Copies that no session holds: they outlive its transactions, and the caller's own objects stay untouched."""
    return {
        user_id: [Membership(team_id=row.team_id, valid_from=row.valid_from, valid_to=row.valid_to) for row in rows]
        for user_id, rows in memberships_of(session, sorted(people)).items()
    }


def _team(memberships: Sequence[Membership], moment: dt.datetime, zone: ZoneInfo) -> int | None:
    return team_on(memberships, local_day(moment, zone))
