"""Making the file of a schedule, as its receiver may see it now."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from exports import board_pack as board_pack_book
from exports import drift_workbook, scorecard_workbook
from qa.coaching import scorecards
from qa.coaching.packing import Packed, pack_plans
from qa.config import settings
from qa.core.access import Actor, Permission, Scope
from qa.core.clock import local_day
from qa.core.crypto import KeyRing
from qa.core.errors import ConflictError, ForbiddenError
from qa.data_exports import queries as data_queries
from qa.data_exports import scope as data_scope
from qa.data_exports import service as data_service
from qa.people.models import ProgrammeSetting
from qa.reviewer_drift import runs
from qa.reviewer_drift import workbook as drift
from qa.scheduled_exports.rules import OFFERS, Kind
from qa.trends import board_pack
from qa.trends.looking import SPANS, USUAL_SPAN, Filters, look

NO_LONGER = "The receiver's roles, teams or clearances do not open this export any more."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to make, for whom, and when it is."""

    kind: Kind
    options: Mapping[str, Any]
    actor: Actor
    setting: ProgrammeSetting
    zone: ZoneInfo
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        return local_day(self.now, self.zone)


def may(actor: Actor, kind: Kind) -> bool:
    """Whether somebody's roles open a kind at all; of which team is asked where it is made."""
    scopes = actor.scopes(OFFERS[kind].needs)
    return actor.may(Permission.DATA_EXPORT) and bool(scopes & {Scope.TEAM, Scope.ALL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What somebody could see when a file was made for them; with less one does not open it later."""

    teams: list[int]
    clearance: int
    regions: list[str]


def reach_of(actor: Actor, kind: Kind) -> Reach:
    """What a file of this kind is made with for somebody now."""
    # Whoever sees the whole programme gets a file about more than the teams they lead. No team has the number 0, so
    # that file stays closed once the wider role is gone.
    teams = [0] if actor.may(OFFERS[kind].needs, Scope.ALL) else sorted(actor.led_team_ids)
    if not OFFERS[kind].by_clearance:
        return Reach(teams=teams, clearance=0, regions=[])
    return Reach(teams=teams, clearance=actor.clearance, regions=sorted(actor.regions))


def may_still(actor: Actor, kind: Kind, made: Reach) -> bool:
    """Whether somebody may open what was made for them when they saw so much."""
    if not may(actor, kind) or (OFFERS[kind].text and not actor.may(Permission.CONVERSATION_READ)):
        return False
    if made.clearance > actor.clearance or not set(made.regions) <= actor.regions:
        return False
    return actor.may(OFFERS[kind].needs, Scope.ALL) or set(made.teams) <= actor.led_team_ids


def check_still(actor: Actor, kind: Kind, made: Reach) -> None:
    """ForbiddenError where that is not so any more."""
    if not may_still(actor, kind, made):
        raise ForbiddenError(NO_LONGER)


def make(session: Session, wanted: Wanted, path: Path) -> Sequence[Packed]:
    """Write the file, reading only; ForbiddenError or NotFoundError where the receiver may not have it.

    Gives what has to go to the trail with the delivery.
    """
    if not may(wanted.actor, wanted.kind):
        raise ForbiddenError(NO_LONGER)
    return MAKERS[wanted.kind](session, wanted, path)


def _team(session: Session, wanted: Wanted, path: Path) -> Sequence[Packed]:
    team = scorecards.get_team_for(session, wanted.actor, int(wanted.options["team"]))
    data = scorecards.team_of(
        session,
        wanted.actor,
        team,
        made_by=wanted.actor.name,
        zone=wanted.zone,
        today=wanted.today,
        now=wanted.now,
    )
    path.write_bytes(scorecard_workbook.build_team(data))
    return ()


def _plans(session: Session, wanted: Wanted, path: Path) -> Sequence[Packed]:
    """Each specialist's coaching workbook; each is known to the trail, so each can be handed back."""
    team = scorecards.get_team_for(session, wanted.actor, int(wanted.options["team"]))
    return pack_plans(
        session,
        wanted.actor,
        team,
        path,
        ring=KeyRing(settings().text_keys),
        zone=wanted.zone,
        today=wanted.today,
        now=wanted.now,
    )


def _trends(session: Session, wanted: Wanted, path: Path) -> Sequence[Packed]:
    span = wanted.options.get("weeks", USUAL_SPAN)
    chosen = Filters(
        team_id=wanted.options.get("team"),
        queue=wanted.options.get("queue") or None,
        weeks=span if span in SPANS else USUAL_SPAN,
    )
    board_pack.check_team(session, wanted.actor, chosen)
    looked = look(session, wanted.actor, chosen, setting=wanted.setting, zone=wanted.zone, now=wanted.now)
    data = board_pack.data_of(
        session, wanted.actor, looked, made_by=wanted.actor.name, zone=wanted.zone, now=wanted.now
    )
    path.write_bytes(board_pack_book.build(data))
    return ()


def _drift(session: Session, wanted: Wanted, path: Path) -> Sequence[Packed]:
    run = runs.newest_run(session, wanted.actor.programme_id)
    if run is None:
        raise ConflictError("There is no run of the drift watch yet.")
    data = drift.data_of(session, run, made_by=wanted.actor.name, zone=wanted.zone, now=wanted.now)
    path.write_bytes(drift_workbook.build(data))
    return ()


def _data(session: Session, wanted: Wanted, path: Path) -> Sequence[Packed]:
    last = wanted.today - dt.timedelta(days=1)
    first = last - dt.timedelta(weeks=int(wanted.options.get("weeks", USUAL_SPAN))) + dt.timedelta(days=1)
    order = data_queries.Order(
        export_id=0,
        form="csv",
        tables=data_scope.offered(wanted.actor),
        first_day=first,
        last_day=last,
        zone=wanted.zone,
        wanted=data_queries.wanted_of(wanted.actor, first, last, zone=wanted.zone, as_of=wanted.now),
    )
    data_service.write_file(session, path, order, now=wanted.now)
    return ()


MAKERS: Mapping[Kind, Callable[[Session, Wanted, Path], Sequence[Packed]]] = {
    Kind.TEAM: _team,
    Kind.PLANS: _plans,
    Kind.TRENDS: _trends,
    Kind.DRIFT: _drift,
    Kind.DATA: _data,
}
