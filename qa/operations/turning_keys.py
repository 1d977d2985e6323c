"""Turning the master key: whatever is sealed under an older key of the ring is sealed anew under the newest.

Texts stay as they are: each has a key of its own, and only that key is wrapped anew. It goes in chunks of one
transaction each and begins again where it was stopped; servers go on meanwhile, because both keys are in the ring.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from qa.core.crypto import KeyRing, UnreadableTextError, open_secret, seal_secret, unwrap, wrap
from qa.core.orm import Base, table_of
from qa.people.models import SecondFactor, Source
from qa.people.second_factor import about_secret
from qa.sampling import committing
from qa.sampling.models import Draw
from qa.tickets import keeping
from qa.tickets.conversations import about_ticket
from qa.tickets.live.connections import about_credentials
from qa.tickets.models import ConversationKey, SourceConnection, Ticket, UploadKey
from qa.tickets.originals.keeping import about_original
from qa.tickets.originals.models import OriginalText

CHUNK = 2_000
Turned = dict[str, Any]  # the columns of a row under the newest key


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of thing under the ring: where it lies, and what each is bound to."""

    name: str
    model: type[Base]
    key: str  # the column that tells its rows apart
    rows: Any  # a select of columns, with the row's key as ``row_id``
    about: Callable[[Any], str]
    sealed: str | None = None  # the column of a small secret with its key's id in front; else key_id and wrapped

    def key_id(self, row: Any) -> str:
        """Under which master key it is now."""
        if self.sealed is None:
            return str(row.key_id)
        return self.former(row).partition(b":")[0].decode(errors="replace")

    @property
    def bytes_in(self) -> str:
        """The column of what is sealed."""
        return self.sealed or "wrapped"

    def former(self, row: Any) -> bytes:
        """The sealed bytes as they were read."""
        return bytes(getattr(row, self.bytes_in))

    def turn(self, row: Any, ring: KeyRing) -> Turned:
        """The same under the newest key."""
        about = self.about(row)
        if self.sealed is None:
            key_id, wrapped = wrap(ring, unwrap(ring, row.key_id, row.wrapped, about), about)
            return {"key_id": key_id, "wrapped": wrapped}
        return {self.sealed: seal_secret(ring, open_secret(ring, getattr(row, self.sealed), about), about)}


KINDS = (
    Kind(
        name="keys of tickets' texts",
        model=ConversationKey,
        key="ticket_id",
        rows=select(
            ConversationKey.ticket_id.label("row_id"),
            ConversationKey.key_id,
            ConversationKey.wrapped,
            Source.key.label("source_key"),
            Ticket.external_id,
        )
        .join(Ticket, Ticket.id == ConversationKey.ticket_id)
        .join(Source, Source.id == Ticket.source_id),
        about=lambda row: about_ticket(row.source_key, row.external_id),
    ),
    Kind(
        name="keys of originals",
        model=OriginalText,
        key="id",
        rows=select(
            OriginalText.id.label("row_id"),
            OriginalText.n,
            OriginalText.key_id,
            OriginalText.wrapped,
            Source.key.label("source_key"),
            Ticket.external_id,
        )
        .join(Ticket, Ticket.id == OriginalText.ticket_id)
        .join(Source, Source.id == Ticket.source_id),
        about=lambda row: about_original(about_ticket(row.source_key, row.external_id), row.n),
    ),
    Kind(
        name="keys of uploads",
        model=UploadKey,
        key="token",
        rows=select(UploadKey.token.label("row_id"), UploadKey.key_id, UploadKey.wrapped),
        about=lambda row: keeping.about_upload(row.row_id),
    ),
    Kind(
        name="credentials of live sources",
        model=SourceConnection,
        key="id",
        rows=select(SourceConnection.id.label("row_id"), SourceConnection.source_id, SourceConnection.credentials),
        about=lambda row: about_credentials(row.source_id),
        sealed="credentials",
    ),
    Kind(
        name="secrets of second factors",
        model=SecondFactor,
        key="id",
        rows=select(SecondFactor.id.label("row_id"), SecondFactor.user_id, SecondFactor.secret),
        about=lambda row: about_secret(row.user_id),
        sealed="secret",
    ),
    Kind(
        name="seeds of draws",
        model=Draw,
        key="id",
        rows=select(Draw.id.label("row_id"), Draw.period_id, Draw.n, Draw.sealed_seed),
        about=lambda row: committing.about_seed(row.period_id, row.n),
        sealed="sealed_seed",
    ),
)


@dataclass(slots=True)
class Count:
    """What became of one kind."""

    name: str
    new: int = 0  # under the newest key already
    turned: int = 0
    lost: int = 0  # under a key that is not in the ring


def turn(session: Session, ring: KeyRing, *, only_look: bool = False) -> Iterator[Count]:
    """Turn everything, kind by kind; the caller's session commits after each chunk."""
    for kind in KINDS:
        count = Count(kind.name)
        for rows in chunks(session, kind):
            changes = []
            for row in rows:
                if kind.key_id(row) == ring.newest[0]:
                    count.new += 1
                    continue
                try:
                    changes.append({"row": row.row_id, "former": kind.former(row), **kind.turn(row, ring)})
                except UnreadableTextError:
                    count.lost += 1
            count.turned += len(changes)
            if changes and not only_look:
                _write(session, kind, changes)
            session.commit()
        yield count


def chunks(session: Session, kind: Kind) -> Iterator[Sequence[Any]]:
    """All rows of a kind, some at a time, in the order of their key."""
    column = getattr(kind.model, kind.key)
    last: Any = None
    while True:
        query = kind.rows.order_by(column).limit(CHUNK)
        rows = session.execute(query if last is None else query.where(column > last)).all()
        if not rows:
            return
        last = rows[-1].row_id
        yield rows


def _write(session: Session, kind: Kind, changes: list[Turned]) -> None:
    """Where somebody sealed it anew meanwhile, theirs is under the newest key and stays."""
    table = table_of(kind.model)
    names = [name for name in changes[0] if name not in ("row", "former")]
    statement = (
        update(table)
        .where(
            table.c[kind.key] == bindparam("row"),
            table.c[kind.bytes_in] == bindparam("former", type_=table.c[kind.bytes_in].type),
        )
        .values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names})
    )
    given = [{f"new_{name}" if name in names else name: value for name, value in each.items()} for each in changes]
    session.connection().execute(statement, given)
