"""Setting up live pulls: where a source is read, with which credentials, how often; and trying the connection."""

import base64
import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Actor
from qa.core.crypto import KeyRing, open_secret, seal_secret
from qa.core.errors import ConflictError, InvalidInputError, NotFoundError
from qa.people.models import Source
from qa.tickets import service
from qa.tickets.live.addresses import RefusedAddressError, base_of
from qa.tickets.live.client import Client, PullError
from qa.tickets.live.desks import PULLS
from qa.tickets.live.pulls import Pull
from qa.tickets.models import IntakeRun, SourceConnection
from qa.tickets.queries import LARGEST_ID

SCHEDULES: Mapping[int | None, str] = {
    None: "only when somebody asks",
    1: "every hour",
    6: "every six hours",
    24: "every day",
}
MARKED = frozenset({"zendesk", "intercom", "freshdesk", "zammad", "chatwoot"})
NEEDS_USER = frozenset({"zendesk"})
TITLES = {
    "zendesk": "Zendesk",
    "intercom": "Intercom",
    "freshdesk": "Freshdesk",
    "zammad": "Zammad",
    "chatwoot": "Chatwoot",
}
INTERCOM_VERSION = "2.14"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A connection as an admin describes it; an empty token keeps the one that is stored."""

    base_url: str
    user: str
    token: str
    start_at: dt.datetime
    every_hours: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionView:
    """A connection with its source and its latest run."""

    connection: SourceConnection
    source: Source
    run: IntakeRun | None


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a pull needs of the installation."""

    ring: KeyRing
    private_hosts: frozenset[str]
    client: Callable[..., Client] = Client


def connections_for(session: Session, actor: Actor) -> list[ConnectionView]:
    """The connections of the actor's programme with the newest run of each, in two statements."""
    rows = session.execute(
        select(SourceConnection, Source)
        .join(Source, Source.id == SourceConnection.source_id)
        .where(Source.programme_id == actor.programme_id)
        .order_by(Source.name, Source.id)
    ).all()
    newest: dict[int, IntakeRun] = {}
    for run in session.scalars(
        select(IntakeRun).where(IntakeRun.source_id.in_([row[1].id for row in rows])).order_by(IntakeRun.id)
    ):
        newest[run.source_id] = run
    return [ConnectionView(connection=row[0], source=row[1], run=newest.get(row[1].id)) for row in rows]


def get_connection_for(session: Session, actor: Actor, connection_id: int) -> tuple[SourceConnection, Source]:
    """A connection of the actor's programme."""
    row = None
    if connection_id < LARGEST_ID:
        row = session.execute(
            select(SourceConnection, Source)
            .join(Source, Source.id == SourceConnection.source_id)
            .where(SourceConnection.id == connection_id, Source.programme_id == actor.programme_id)
        ).one_or_none()
    if row is None:
        raise NotFoundError("There is no such connection.")
    return row[0], row[1]


def get_source_for(session: Session, actor: Actor, source_id: int) -> Source:
    """A source of the actor's programme whose fields are known, so that it has rules of its own."""
    source = session.get(Source, source_id) if source_id < LARGEST_ID else None
    if source is None or source.programme_id != actor.programme_id or source.kind not in MARKED:
        raise NotFoundError("There is no such source.")
    return source


def marked_sources(session: Session, actor: Actor) -> Sequence[Source]:
    """The sources that have rules of their own; tables have theirs in their mapping."""
    return session.scalars(
        select(Source)
        .where(Source.programme_id == actor.programme_id, Source.kind.in_(MARKED))
        .order_by(Source.name, Source.id)
    ).all()


def runs_of(session: Session, source_id: int, most: int = 20) -> Sequence[IntakeRun]:
    return session.scalars(
        select(IntakeRun).where(IntakeRun.source_id == source_id).order_by(IntakeRun.id.desc()).limit(most)
    ).all()


def connect(
    session: Session,
    programme_id: int,
    kind: str,
    name: str,
    wanted: Wanted,
    *,
    house: House,
    by: int,
    now: dt.datetime,
) -> SourceConnection:
    """Set a source up; one that took files before goes on with the same tickets."""
    if kind not in PULLS:
        raise InvalidInputError(f"There is no live pull for {kind!r}.", {"kind": "Choose a help desk."})
    source = service.source_for(session, programme_id, service.key_for(name) or kind, kind=kind, now=now)
    if session.scalar(select(SourceConnection.id).where(SourceConnection.source_id == source.id)) is not None:
        raise InvalidInputError(
            f"The source {source.name} is set up already.", {"name": "Choose another name, or change that one."}
        )
    if name.strip():
        source.name = " ".join(name.split())
    connection = SourceConnection(source_id=source.id, base_url="", credentials=b"", start_at=now, updated_at=now)
    _fill(connection, source, wanted, house=house, by=by, now=now)
    session.add(connection)
    session.flush()
    _record(session, connection, "intake.connection_made", by=by, now=now)
    return connection


def change(
    session: Session,
    connection: SourceConnection,
    source: Source,
    wanted: Wanted,
    *,
    version: int,
    house: House,
    by: int,
    now: dt.datetime,
) -> None:
    """Change a connection; refused where somebody else did meanwhile."""
    if connection.version != version:
        raise ConflictError("Somebody else changed this connection meanwhile; open the page again.")
    moved = connection.base_url != wanted.base_url.strip()
    if moved and not wanted.token:
        raise InvalidInputError(
            "The address changed, so the token must be typed again: it goes to another place.",
            {"token": "Type the token for the new address."},
        )
    if wanted.start_at < connection.start_at or moved:
        source.cursor = None  # what was left out before is to come in, and what is stored changes nothing
    _fill(connection, source, wanted, house=house, by=by, now=now)
    connection.version += 1
    session.flush()
    _record(session, connection, "intake.connection_changed", by=by, now=now)


def _fill(
    connection: SourceConnection, source: Source, wanted: Wanted, *, house: House, by: int, now: dt.datetime
) -> None:
    try:
        base = base_of(wanted.base_url, house.private_hosts)
    except RefusedAddressError as error:
        raise InvalidInputError(str(error), {"base_url": str(error)}) from error
    if source.kind in NEEDS_USER and wanted.token and "@" not in wanted.user:
        raise InvalidInputError("Zendesk needs the agent's e-mail beside the token.", {"user": "Type an e-mail."})
    if not wanted.token and not connection.credentials:
        raise InvalidInputError("A token is needed.", {"token": "Type the API token of the help desk."})
    if wanted.token:
        told = json.dumps({"user": wanted.user.strip(), "token": wanted.token.strip()}).encode()
        connection.credentials = seal_secret(house.ring, told, about_credentials(source.id))
        connection.tested_at, connection.test_passed, connection.test_told = None, None, ""
    connection.base_url, connection.start_at = str(base), wanted.start_at
    connection.every_hours = wanted.every_hours
    connection.next_pull_at = now + dt.timedelta(hours=wanted.every_hours) if wanted.every_hours else None
    connection.updated_at, connection.updated_by_id = now, by


def about_credentials(source_id: int) -> str:
    return f"source {source_id} credentials"


def pull_of(connection: SourceConnection, source: Source, house: House) -> Pull:
    """The pull of a source, ready to ask; its credentials leave this function in the client's headers only."""
    told = json.loads(open_secret(house.ring, connection.credentials, about_credentials(source.id)))
    client = house.client(
        base=base_of(connection.base_url, house.private_hosts),
        headers=headers_for(source.kind, told["user"], told["token"]),
        allowed_private=house.private_hosts,
    )
    return PULLS[source.kind](client, connection.start_at)


def headers_for(kind: str, user: str, token: str) -> dict[str, str]:
    """How each help desk wants to be told who asks."""
    if kind == "zendesk":
        return {"Authorization": f"Basic {_basic(f'{user}/token:{token}')}"}
    if kind == "freshdesk":
        return {"Authorization": f"Basic {_basic(f'{token}:X')}"}
    if kind == "zammad":
        return {"Authorization": f"Token token={token}"}
    if kind == "chatwoot":
        return {"api_access_token": token}
    return {"Authorization": f"Bearer {token}", "Intercom-Version": INTERCOM_VERSION}


def _basic(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def try_out(pull: Pull) -> tuple[bool, str]:
    """Whether the connection works, and in words why not."""
    try:
        return True, pull.test()
    except (PullError, RefusedAddressError) as error:
        return False, str(error)


def keep_test(connection: SourceConnection, passed: bool, told: str, *, now: dt.datetime) -> None:
    connection.tested_at, connection.test_passed, connection.test_told = now, passed, told[:300]


def _record(session: Session, connection: SourceConnection, action: str, *, by: int, now: dt.datetime) -> None:
    detail: dict[str, Any] = {"source": connection.source_id, "every_hours": connection.every_hours}
    audit.record(
        session,
        action=action,
        object_type="source_connection",
        object_id=connection.id,
        actor_id=by,
        now=now,
        detail=detail,
    )
